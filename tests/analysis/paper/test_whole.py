"""All 1,413 recorded runs: imported, folded, tabled, accounted for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.analysis import frames, summary
from engine.analysis.accounting import Account
from engine.analysis.figures import Figures, live
from engine.analysis.paper import recording, saved
from engine.analysis.paper.results import results
from engine.interop.paper import import_runs
from engine.record import journal
from engine.record.state import RunState
from engine.store import RunsStore
from tests.helpers.recordings import recordings


def _whole(figures: Figures) -> Figures:
    """Without sums of floats: the one road adds up microseconds, to which imported times are not rounded."""
    agents = tuple(replace(agent, busy_seconds=0.0) for agent in figures.agents)
    return replace(figures, busy_seconds=0.0, gap_mean=None, agents=agents)


def _floats(figures: Figures) -> list[float]:
    return [figures.busy_seconds, figures.gap_mean or 0.0, *(agent.busy_seconds for agent in figures.agents)]


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_every_recorded_run_imports_folds_and_adds_up(tmp_path: Path) -> None:
    source = recording.read(recordings())
    assert import_runs(source, tmp_path).written == source.runs.height
    assert results(saved.read([tmp_path])).as_dict() == results(source).as_dict()
    rows = {row.run_id: row for row in RunsStore([tmp_path]).list()}
    count = 0
    for path in sorted(tmp_path.iterdir()):
        record = journal.read(path / "events.jsonl")
        assert record.note == ""
        tables = frames.build(record.events)
        figures = summary.figures(tables)
        folded = live(RunState.of(record.events))
        assert _whole(folded) == _whole(figures)
        assert _floats(folded) == pytest.approx(_floats(figures), abs=1e-3)
        account = Account.of(record.events)
        assert account is not None
        assert sum(account.totals().values()) == account.agents * account.wall_ns
        assert rows[path.name].wall_seconds == figures.wall_seconds
        assert (rows[path.name].status == "completed") == figures.completed
        count += 1
    assert count == source.runs.height
