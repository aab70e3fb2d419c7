from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.analysis import baseline
from engine.record import events as ev
from engine.record.config import Parent
from engine.record.folder import RunFolder

MakeJournal = Callable[..., list[ev.AnyEvent]]
SaveRun = Callable[..., RunFolder]


def _seconds(events: list[ev.AnyEvent]) -> float:
    return next(e.wall_seconds for e in events if isinstance(e, ev.RunEnded))


def test_the_mean_of_all_like_runs_is_the_baseline(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    one, two = make_journal(1, agents=1), make_journal(2, agents=1)
    save_run(tmp_path, "one", one)
    save_run(tmp_path, "two", two)
    team = make_journal(3, agents=4)
    found = baseline.find([tmp_path], save_run(tmp_path, "team", team).read_meta())
    assert found is not None
    assert found.run_ids == ("one", "two")
    assert found.seconds == (_seconds(one) + _seconds(two)) / 2
    firsts = [next(e.ts for e in events if isinstance(e, ev.TaskCompleted)) for events in (one, two)]
    assert found.completion_seconds[0] == sum(firsts) / 2
    assert len(found.completion_seconds) == 6
    assert found.label == "mean of 2 one-agent runs"


def test_tokens_of_the_baseline_are_the_mean_of_what_the_runs_used(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=1)
    save_run(tmp_path, "one", events)
    found = baseline.find([tmp_path], _started(make_journal(2, agents=2)))
    assert found is not None
    replies = [e for e in events if isinstance(e, ev.Replied)]
    assert found.tokens == sum((e.input_tokens or 0) + (e.output_tokens or 0) for e in replies)
    assert found.label == "run one"


def _started(events: list[ev.AnyEvent]) -> ev.RunStarted:
    assert isinstance(events[0], ev.RunStarted)
    return events[0]


@pytest.mark.parametrize(
    "difference",
    [
        {"suite_hash": "other"},
        {"structure": "serial"},
        {"strategy": "preassigned"},
        {"completion": "verified"},
        {"tests": "real"},
        {"clock": "wall"},
        {"team": (ev.AgentSpec(name="Dev1", model="sim/gpt-5.2"),)},
        {
            "team": (
                ev.AgentSpec(name="Dev1", model="sim/perfect"),
                ev.AgentSpec(name="Dev2", model="sim/perfect"),
            )
        },
    ],
)
def test_a_run_that_differs_in_what_decides_its_time_is_no_baseline(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun, difference: dict[str, Any]
) -> None:
    save_run(tmp_path, "one", make_journal(1, agents=1, **difference))
    assert baseline.find([tmp_path], _started(make_journal(2, agents=2))) is None


@pytest.mark.parametrize(
    "difference", [{"seed": 99}, {"locks": "none"}, {"max_rounds": 59}, {"lease_seconds": 5.0}]
)
def test_what_does_not_decide_the_time_of_one_agent_may_differ(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun, difference: dict[str, Any]
) -> None:
    events = make_journal(1, agents=1)
    events[0] = msgspec.structs.replace(_started(events), **difference)
    save_run(tmp_path, "one", events)
    assert baseline.find([tmp_path], _started(make_journal(2, agents=2))) is not None


def _with(events: list[ev.AnyEvent], *extra: ev.AnyEvent) -> list[ev.AnyEvent]:
    """The journal with ``extra`` before its last two events, renumbered."""
    rows = [*events[:-2], *extra, *events[-2:]]
    return [msgspec.structs.replace(event, seq=i) for i, event in enumerate(rows, start=1)]


def test_a_disturbed_run_is_no_baseline(tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun) -> None:
    events = make_journal(1, agents=1)
    fault = ev.FaultStarted(id=1, kind="slow", targets=("Dev1",), params={}, author="you")
    word = ev.MessageSent(id="m1", sender="you", recipients=("Dev1",), text="Hurry.", kind="operator")
    save_run(tmp_path, "fault", _with(events, fault))
    save_run(tmp_path, "word", _with(events, word))
    save_run(tmp_path, "plan", events, faults="[[fault]]")
    assert baseline.find([tmp_path], _started(make_journal(2, agents=2))) is None


def test_a_pause_is_cut_out_of_the_time_and_does_not_disturb(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    pause = (ev.PauseRequested(author="you"), ev.Paused(), ev.Resumed(author="you"))
    save_run(tmp_path, "paused", _with(make_journal(1, agents=1), *pause))
    assert baseline.find([tmp_path], _started(make_journal(2, agents=2))) is not None


def test_runs_that_were_forked_stopped_torn_or_damaged_are_no_baseline(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=1)
    save_run(tmp_path, "forked", events, parent=Parent(run_id="x", seq=3))
    save_run(tmp_path, "early", make_journal(1, agents=1, tasks=8, max_rounds=2))
    save_run(tmp_path, "torn", events[:-2])
    damaged = save_run(tmp_path, "damaged", events).events_path
    damaged.write_bytes(damaged.read_bytes().replace(b"Dev1", b"Dev9", 1))
    save_run(tmp_path, "no-meta", events).meta_path.unlink()
    save_run(tmp_path, "bad-meta", events).meta_path.write_text("{")
    save_run(tmp_path, "no-journal", events).events_path.unlink()
    assert baseline.find([tmp_path], _started(make_journal(2, agents=2))) is None


def test_a_run_is_never_its_own_baseline(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    folder = save_run(tmp_path, "one", make_journal(1, agents=1))
    assert baseline.find([tmp_path], folder.read_meta()) is None
    assert baseline.find([tmp_path], _started(make_journal(1, agents=1)), "one") is None
    assert baseline.find([tmp_path], _started(make_journal(1, agents=1)), "another") is not None


def test_a_team_of_different_models_has_no_baseline(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    save_run(tmp_path, "one", make_journal(1, agents=1))
    mixed = save_run(tmp_path, "mixed", make_journal(2, agents=2), models={"Dev2": "sim/gpt-5.2"}).read_meta()
    assert baseline.likeness(mixed) is None
    assert baseline.find([tmp_path], mixed) is None


def test_a_run_found_in_two_folders_counts_once_and_missing_folders_do_not_matter(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    save_run(tmp_path / "a", "one", make_journal(1, agents=1))
    save_run(tmp_path / "b", "one", make_journal(1, agents=1))
    dirs = [tmp_path / "nowhere", tmp_path / "a", tmp_path / "b", tmp_path / "a"]
    found = baseline.find(dirs, _started(make_journal(2, agents=2)))
    assert found is not None
    assert found.run_ids == ("one",)


def test_an_unknown_token_count_makes_the_mean_unknown(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=1)
    index = next(i for i, e in enumerate(events) if isinstance(e, ev.Replied))
    events[index] = msgspec.structs.replace(events[index], input_tokens=None)
    save_run(tmp_path, "one", events)
    found = baseline.find([tmp_path], _started(make_journal(2, agents=2)))
    assert found is not None
    assert found.tokens is None
