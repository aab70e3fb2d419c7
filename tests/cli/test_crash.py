"""What a person sees when the program itself is wrong, and what the report of it holds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import TeamtopError
from tui import crash

Teamtop = Callable[..., Any]

KEY = "sk-ant-REDACTED"


def test_a_failure_inside_is_one_sentence_and_a_private_file(
    teamtop: Teamtop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> None:
        local_password = "hunter2-local"
        raise RuntimeError(f"request with {KEY} and correct-horse failed{local_password[:0]}")

    monkeypatch.setattr("tui.commands.list_command.print_runs", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("SOME_API_KEY", "correct-horse")
    said = teamtop("list")
    assert (said.code, said.out) == (1, "")
    assert len(said.err.splitlines()) == 1
    assert "Traceback" not in said.err
    (path,) = tmp_path.glob("teamtop-crash-*.txt")
    assert str(path) in said.err
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert "RuntimeError: request with [removed] and [removed] failed" in text
    assert "test_crash.py" in text
    for secret in (KEY, "correct-horse", "hunter2-local"):
        assert secret not in text


def test_a_report_that_cannot_be_written_is_said_to_be_missing(
    teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> None:
        raise ZeroDivisionError

    def full(**_: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tui.commands.list_command.print_runs", broken)
    monkeypatch.setattr("tempfile.mkstemp", full)
    said = teamtop("list")
    assert said.code == 1
    assert "no report of it could be written" in said.err


def test_an_error_for_people_is_printed_as_it_is(teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> None:
        raise TeamtopError("The disk is full: free some space.")

    monkeypatch.setattr("tui.commands.list_command.print_runs", broken)
    said = teamtop("list")
    assert (said.code, said.err) == (1, "teamtop: The disk is full: free some space.\n")


def test_an_interrupt_anywhere_is_exit_code_130(teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tui.commands.list_command.print_runs", interrupted)
    assert teamtop("list").code == 130


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        "AIzaSyA1234567890abcdefghij",
        "Authorization: Bearer abc.def.ghi",
        "https://user:secret@example.org",
        "token=0123456789abcdef0123456789abcdef01234567",
    ],
)
def test_what_looks_like_a_key_is_removed(text: str) -> None:
    assert "[removed]" in crash.redact(text, {})


def test_ordinary_words_stay() -> None:
    text = "KeyError: 'tasks_done' in engine/analysis/report.py, 120, a_very_long_function_name_indeed_it_is"
    assert crash.redact(text, {"AUTHOR": "", "A_KEY": "in"}) == text


def test_a_report_tells_the_chain_of_errors_and_no_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["teamtop", "run", "private-name", "--model=secret", "--seed", "3"])
    try:
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise ValueError("outer") from error
    except ValueError as error:
        text = crash.describe(error, {})
    assert "command: teamtop run --model --seed" in text
    assert text.index("ValueError: outer") < text.index("KeyError: 'inner'")
    assert "private-name" not in text


def test_a_deep_recursion_makes_a_short_report() -> None:
    def down(depth: int) -> int:
        return down(depth + 1)

    try:
        down(0)
    except RecursionError as error:
        text = crash.describe(error, {})
    assert len(text.splitlines()) < 100


@pytest.mark.parametrize("command", [["doctor"], ["watch", "--otlp", "0", "--display", "log"]], ids=str)
def test_without_a_folder_for_temporary_files_it_says_so(
    teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", None)
        patch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
        said = teamtop(*command)
    assert said.code == 1
    assert said.err.endswith("name one in TMPDIR.\n")
    assert "went wrong" not in said.err
