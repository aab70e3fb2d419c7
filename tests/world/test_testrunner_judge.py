"""From report and exit status to a verdict, without processes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from engine.world.forkserver import Ended
from engine.world.verdicts import judge
from engine.world.warm.wire import frame

NONCE = "n"
EXPECTED = ("a", "b")
PLAN = ["plan", {"a": 2, "b": 1}]
ALL: list[Sequence[object]] = [PLAN, ["case", ["a", True]], ["case", ["a", True]], ["case", ["b", True]]]


def report(*messages: Sequence[object], nonce: str = NONCE) -> bytes:
    return b"".join(frame(json.dumps([nonce, *message]).encode()) for message in messages)


def verdict(stream: bytes, status: int | None = 0, dropped: int = 0) -> tuple[str, tuple[str, ...]]:
    judgement = judge(EXPECTED, Ended(status, stream, dropped, b"", b"", 0), NONCE, 5.0)
    return judgement.verdict, judgement.passed


def test_every_case_passed_and_the_status_agrees() -> None:
    assert verdict(report(*ALL, ["end", 0])) == ("passed", EXPECTED)


@pytest.mark.parametrize("failed", [["case", ["a", False]], ["at", "a"]])
def test_a_node_needs_all_its_cases(failed: Sequence[object]) -> None:
    stream = report(PLAN, ["case", ["a", True]], failed, ["case", ["b", True]], ["end", 1])
    assert verdict(stream, 1) == ("failed", ("b",))


def test_a_status_of_success_does_not_replace_a_report() -> None:
    assert verdict(report(PLAN, ["case", ["b", True]], ["end", 0])) == ("failed", ("b",))


@pytest.mark.parametrize("status", [0, 1, 70, -9, -11])
def test_a_report_without_an_end_is_an_error(status: int) -> None:
    assert verdict(report(*ALL), status) == ("error", EXPECTED)


def test_an_end_that_the_exit_status_denies_is_an_error() -> None:
    assert verdict(report(*ALL, ["end", 0]), 1)[0] == "error"


@pytest.mark.parametrize("status", [2, 3, 4])
def test_a_pytest_that_gave_up_is_an_error(status: int) -> None:
    assert verdict(report(*ALL, ["end", status]), status)[0] == "error"


def test_errors_outside_of_the_expected_tests_are_no_pass() -> None:
    assert verdict(report(*ALL, ["end", 1]), 1) == ("error", EXPECTED)


@pytest.mark.parametrize("status", [None, -24])
def test_what_was_stopped_is_a_timeout_and_keeps_what_passed(status: int | None) -> None:
    half = report(["case", ["b", True]])[:-3]
    assert verdict(report(PLAN, ["case", ["b", True]]) + half, status) == ("timeout", ("b",))


@pytest.mark.parametrize(
    "junk",
    [
        b"x",
        frame(b"junk"),
        frame(b"[" * 100_000),
        frame(b'"' + b"9" * 10 + b'"'),
        report(["case", ["a", True]], nonce="guess"),
        report(["case", ["a", "True"]]),
        report(["case", [["a"], True]]),
        report(["plan", {"a": "1"}]),
        report(PLAN),
        report(["end", "0"]),
        report(["other", 1]),
    ],
)
def test_anything_else_in_the_report_makes_all_of_it_worthless(junk: bytes) -> None:
    assert verdict(report(PLAN) + junk + report(*ALL[1:], ["end", 0])) == ("error", ())
    assert verdict(report(*ALL, ["end", 0]) + junk) == ("error", ())


def test_a_report_that_is_too_long_is_worthless() -> None:
    assert verdict(report(*ALL, ["end", 0]), dropped=1) == ("error", ())


def test_a_place_that_cannot_be_written_down_is_made_writable() -> None:
    judgement = judge(EXPECTED, Ended(None, report(["at", "\ud800" + "x" * 999]), 0, b"", b"", 0), NONCE, 5.0)
    assert len(judgement.note.encode()) < 300
