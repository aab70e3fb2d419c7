"""Ready plans: all of them are valid, are found by name, and leave a simulated team able to finish."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.faults import library
from engine.faults.plan import parse
from engine.record import events as ev
from tests.helpers.durable import config, go

READY = ("crash-and-amnesia", "flaky-tests", "rate-limit-storm", "split-brain", "straggler", "swizzle-clog")


def test_the_ready_plans_are_those_that_the_readme_names() -> None:
    assert library.names() == READY


@pytest.mark.parametrize("name", READY)
def test_a_ready_plan_strikes_and_a_team_completes_in_spite_of_it(name: str) -> None:
    text = library.text_of(name)
    planned = parse(text, name)
    assert library.title(name).endswith((".", "?"))
    run = go(config(faults=text, strategy="decentralized", agents=4, model="sim/claude-sonnet-4-6"))
    assert run.error is None
    assert run.state.completed
    kinds = [event.kind for event in run.events if isinstance(event, ev.FaultStarted)]
    assert set(kinds) == {entry.kind for entry in planned}


def test_a_name_goes_before_a_file_and_a_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "straggler").write_text("mine")
    (tmp_path / "mine.toml").write_text("# mine\n")
    assert library.text_of("straggler").startswith("# One developer")
    assert library.text_of("mine.toml") == "# mine\n"


def test_an_unknown_plan_is_told_its_nearest_name() -> None:
    with pytest.raises(UsageError, match=r'no file "stragler"\. Did you mean "straggler"'):
        library.text_of("stragler")


def test_what_is_no_text_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "long.toml").write_bytes(b"#" * (library.PLAN_BYTES + 1))
    for path in (tmp_path / "x.toml", tmp_path, tmp_path / "long.toml"):
        with pytest.raises(UsageError) as wrong:
            library.text_of(str(path))
        assert "\n" not in str(wrong.value)
