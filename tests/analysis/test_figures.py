"""The two roads to the figures of a run, fold and tables, held against each other and known values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.analysis import frames, summary
from engine.analysis.figures import live
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record import journal
from engine.record.state import RunState

MakeJournal = Callable[..., list[ev.AnyEvent]]

REPO = Path(__file__).parents[2]


def _to_the_microsecond(value: Any) -> Any:
    """Floats as whole microseconds (or millionths of a dollar): what the journal resolves."""
    if isinstance(value, float):
        return round(value * 1e6)
    if isinstance(value, dict):
        return {key: _to_the_microsecond(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_to_the_microsecond(part) for part in value]
    return value


def _agree(events: list[ev.AnyEvent]) -> None:
    from_tables = asdict(summary.figures(frames.build(events)))
    from_fold = asdict(live(RunState.of(events)))
    # A mean is no whole number of microseconds: it may differ where a float ends.
    one, other = from_tables.pop("gap_mean"), from_fold.pop("gap_mean")
    assert (one is None) == (other is None)
    assert math.isclose(one or 0.0, other or 0.0, rel_tol=1e-12, abs_tol=1e-12)
    assert _to_the_microsecond(from_tables) == _to_the_microsecond(from_fold)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    team=st.tuples(st.integers(1, 5), st.integers(1, 9)),
    trouble=st.sampled_from([0.0, 0.3, 1.0]),
    cut=st.floats(0, 1),
)
def test_tables_and_fold_agree_on_every_figure_of_every_prefix(
    make_journal: MakeJournal, seed: int, team: tuple[int, int], trouble: float, cut: float
) -> None:
    agents, tasks = team
    shape = {"agents": agents, "tasks": tasks, "chain": min(2, tasks), "trouble": trouble, "max_rounds": 8}
    events = make_journal(seed, verdict="failed", **shape)
    _agree(events)
    _agree(events[: max(1, round(cut * len(events)))])


@pytest.mark.parametrize("sample", ["sample-lead", "sample-solo", "sample-team"])
def test_tables_and_fold_agree_on_the_recorded_samples(sample: str) -> None:
    _agree(journal.read(REPO / "runs" / sample / "events.jsonl").events)


def _event(kind: type[ev.Event], round_: int, seq: int, **fields: Any) -> Any:
    return kind(seq=seq, ts=float(seq), round=round_, **fields)


def _edits(*written: tuple[int, str, str]) -> list[Any]:
    """A journal of (round, path, agent): in each round every agent has a turn, and all of them overlap."""
    events: list[Any] = []

    def add(kind: type[ev.Event], round_: int, agent: str, **fields: Any) -> None:
        turn = 2 * round_ + (agent == "Dev2")
        events.append(_event(kind, round_, len(events) + 1, agent=agent, turn=turn, **fields))

    for round_, edits in itertools.groupby(written, key=lambda each: each[0]):
        for agent in ("Dev1", "Dev2"):
            add(ev.TurnStarted, round_, agent, epoch=1, seen=ev.Seen(board=1), request="ab")
        for _, path, agent in edits:
            add(ev.FileEdited, round_, agent, path=path, version=1, base=0, content="", hash="")
        for agent in ("Dev1", "Dev2"):
            add(ev.TurnEnded, round_, agent, outcome="replied", effects=1)
    return events


def test_a_rewrite_is_over_somebody_elses_work_of_an_earlier_round() -> None:
    events = _edits(
        (1, "a.py", "Dev1"),
        (1, "a.py", "Dev2"),  # the same round: concurrent, no rewrite
        (2, "a.py", "Dev2"),  # one's own
        (2, "b.py", "Dev1"),
        (3, "a.py", "Dev1"),  # a rewrite
        (3, "a.py", "Dev1"),
        (3, "b.py", "Dev2"),  # a rewrite
        (3, "b.py", "Dev1"),  # concurrent with the one before
        (3, "b.py", "Dev2"),  # still the same contended path
    )
    tabled = summary.figures(frames.build(events))
    files = RunState.of(events).files
    assert (tabled.rewrites, files.rewrites) == (2, 2)
    assert (tabled.concurrent_writes, files.concurrent_writes) == (2, 2)


def test_the_straggler_gap_is_the_slowest_reply_minus_the_mean_of_all(make_journal: MakeJournal) -> None:
    events = make_journal(agents=4, tasks=4, chain=1, latencies=(1.0, 2.0, 3.0, 10.0))
    built = frames.build(events)
    figures = summary.figures(built)
    assert figures.rounds == 1
    assert figures.gap_mean == 10.0 - 4.0
    assert summary.gap_median(built) == 6.0


def test_one_reply_per_round_has_no_straggler(make_journal: MakeJournal) -> None:
    built = frames.build(make_journal(agents=1))
    assert summary.figures(built).gap_mean is None
    assert summary.gap_median(built) is None


def test_the_tables_have_a_row_per_turn_task_round_and_agent(make_journal: MakeJournal) -> None:
    events = make_journal(3, agents=3, tasks=7, trouble=0.5)
    built = frames.build(events)
    assert built.events.height == len(events)
    assert built.events["seq"].to_list() == list(range(1, len(events) + 1))
    assert built.turns.height == sum(isinstance(e, ev.TurnStarted) for e in events)
    assert built.rounds.height == sum(isinstance(e, ev.RoundStarted) for e in events)
    assert built.tasks["task"].to_list() == [str(i) for i in range(1, 8)]
    assert built.agents["agent"].to_list() == ["Dev1", "Dev2", "Dev3"]


def test_a_field_that_first_appears_late_is_in_the_table(make_journal: MakeJournal) -> None:
    events = make_journal(1, agents=1, tasks=40, chain=1)
    late = ev.FaultStopped(seq=len(events) + 1, id=1, author="somebody")
    assert len(events) > 200
    assert frames.build([*events, late]).events["author"].to_list()[-1] == "somebody"


def test_text_of_any_kind_survives_in_the_table() -> None:
    text = 'quote " backslash \\ newline \n nul \x00 escape \x1b[31m snowman ☃ {"type":"run_ended"}'
    mail = ev.MessageSent(seq=1, id="m1", sender="Dev1", recipients=("Dev2",), text=text, kind="message")
    assert frames.build([mail]).events["text"].to_list() == [text]


def test_a_number_that_fits_no_table_is_an_error_in_words() -> None:
    monster = ev.TurnEnded(seq=1, turn=10**30, agent="Dev1", outcome="replied", effects=0)
    with pytest.raises(TeamtopError, match="no table can hold"):
        frames.build([monster])


def test_tables_are_written_as_parquet_and_read_back(tmp_path: Path, make_journal: MakeJournal) -> None:
    built = frames.build(make_journal(1))
    built.write(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "agents.parquet",
        "events.parquet",
        "rounds.parquet",
        "tasks.parquet",
        "turns.parquet",
    ]
    assert pl.read_parquet(tmp_path / "events.parquet").equals(built.events)
    assert pl.read_parquet(tmp_path / "turns.parquet").equals(built.turns)


def test_a_cost_is_known_only_if_every_reply_has_one(make_journal: MakeJournal) -> None:
    events = make_journal(1)
    assert summary.figures(frames.build(events)).cost_source == "notional"
    index = next(i for i, e in enumerate(events) if isinstance(e, ev.Replied))
    events[index] = msgspec.structs.replace(events[index], cost_usd=None, cost_source="unknown")
    figures = summary.figures(frames.build(events))
    assert (figures.cost_usd, figures.cost_source) == (None, "unknown")


def test_cached_and_reasoning_tokens_are_sums_of_what_was_reported_and_else_unknown(
    make_journal: MakeJournal,
) -> None:
    events = make_journal(3, agents=2)
    assert live(RunState.of(events)).cached_tokens is None
    assert live(RunState.of(events)).reasoning_tokens is None
    first, second = [n for n, event in enumerate(events) if isinstance(event, ev.Replied)][:2]
    events[first] = msgspec.structs.replace(events[first], cached_tokens=700, reasoning_tokens=0)
    events[second] = msgspec.structs.replace(events[second], cached_tokens=50)
    figures = live(RunState.of(events))
    assert (figures.cached_tokens, figures.reasoning_tokens) == (750, 0), "a reported zero is no unknown"
    _agree(events)
