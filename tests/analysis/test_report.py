from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.analysis import report
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import append_all

MakeJournal = Callable[..., list[ev.AnyEvent]]
SaveRun = Callable[..., RunFolder]

PROMISED = (
    "run_id, suite, structure, p, agents, strategy, model, seed, completed, verified, tasks_done, "
    "tasks_total, rounds, wall_seconds, real_seconds, baseline_seconds, baseline_source, speedup, "
    "amdahl_bound, graph_bound, input_tokens, output_tokens, cost_usd, cost_source, replies, messages, "
    "chatter, idle_rounds, test_failures, locks, concurrent_writes, rewrites, claims_blocked, "
    "straggler_gap_seconds, faults, agents_table"
)


def test_a_report_has_every_key_that_scripts_rely_on_and_is_json(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    built = report.build(save_run(tmp_path, "run", make_journal(1, agents=4, trouble=0.5)), [])
    assert [key for key in PROMISED.split(", ") if key not in built] == []
    assert set(built["locks"]) == {"acquired", "denied"}
    assert set(built["straggler_gap_seconds"]) == {"mean", "median"}
    assert json.loads(json.dumps(built, allow_nan=False)) == built
    assert [row["name"] for row in built["agents_table"]] == ["Dev1", "Dev2", "Dev3", "Dev4"]


def test_speedup_is_the_baselines_time_over_the_teams(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    one = report.build(save_run(tmp_path, "one", make_journal(1, agents=1)), [])
    built = report.build(save_run(tmp_path, "team", make_journal(2, agents=3)), [tmp_path])
    assert (built["baseline_source"], built["baseline_runs"]) == ("runs", ["one"])
    assert built["baseline_seconds"] == one["wall_seconds"]
    assert built["speedup"] == one["wall_seconds"] / built["wall_seconds"]
    tokens = [run["input_tokens"] + run["output_tokens"] for run in (built, one)]
    assert built["token_multiplier"] == tokens[0] / tokens[1]


def test_without_saved_runs_the_speedup_is_estimated_from_busy_time(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    # Two agents, replies of 1 and 3 s, no tests: 4 s of work in rounds that last 3 s.
    events = make_journal(0, agents=2, tasks=2, chain=1, latencies=(1.0, 3.0))
    events = [e for e in events if not isinstance(e, ev.TestsStarted | ev.TestsFinished)]
    events = [msgspec.structs.replace(e, seq=i) for i, e in enumerate(events, 1)]
    events[-2] = msgspec.structs.replace(events[-2], wall_seconds=3.0)
    built = report.build(save_run(tmp_path, "team", events), [])
    assert (built["baseline_source"], built["baseline_seconds"]) == ("estimated", 4.0)
    assert built["speedup"] == 4.0 / 3.0
    assert built["token_multiplier"] is None


def test_a_run_that_left_tasks_open_has_no_final_speedup(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    built = report.build(save_run(tmp_path, "early", make_journal(1, tasks=9, max_rounds=2)), [])
    assert (built["completed"], built["status"], built["outcome"]) == (False, "ended", "max_rounds")
    assert built["speedup"] is None
    assert built["speedup_so_far"] is not None
    assert built["wall_seconds"] is not None
    assert report.headline(built).startswith("The limit of rounds was reached, ")


def test_losses_are_measured_against_saved_runs_only_by_a_run_that_did_all_the_work(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    save_run(tmp_path, "one", make_journal(1, agents=1, tasks=9))
    events = make_journal(1, agents=3, tasks=9)
    whole = report.build(save_run(tmp_path, "team", events), [tmp_path])
    part = report.build(save_run(tmp_path, "part", events[: len(events) // 2]), [tmp_path])
    assert whole["accounting"]["losses"]["source"] == "runs"
    assert whole["accounting"]["losses"]["speedup"] == pytest.approx(whole["speedup"])
    assert part["speedup"] is None
    assert part["accounting"]["losses"]["source"] == "estimated"


def test_a_killed_run_is_reported_as_far_as_it_went(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=2, tasks=8)
    folder = save_run(tmp_path, "killed", events[: len(events) // 2])
    built = report.build(folder, [])
    assert (built["status"], built["wall_seconds"], built["verified"]) == ("broken off", None, None)
    assert built["elapsed_seconds"] > 0
    assert any("killed" in note for note in built["notes"])
    assert report.headline(built).startswith("Broken off without an end, ")


def test_a_run_that_was_killed_between_its_last_task_and_its_end_is_reported(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=2, tasks=4)
    last = max(event.seq for event in events if isinstance(event, ev.TaskCompleted))
    built = report.build(save_run(tmp_path, "killed", events[:last]), [])
    assert (built["completed"], built["wall_seconds"]) == (True, None)
    assert f"{built['elapsed_seconds']:.0f} s" in report.headline(built)


def test_a_running_run_says_so(tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun) -> None:
    folder = save_run(tmp_path, "live", make_journal(1, tasks=8)[:40])
    lock = folder.hold()
    built = report.build(folder, [])
    lock.release()
    assert built["status"] == "running"
    assert report.headline(built).startswith("Still running, ")


def test_a_report_up_to_an_event_is_that_of_the_prefix(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=2, tasks=8)
    whole = save_run(tmp_path, "whole", events)
    cut = save_run(tmp_path, "cut", events[:50])
    one, other = report.build(whole, [], until=50), report.build(cut, [])
    different = {key for key in one if one[key] != other[key]}
    assert different == {"run_id", "status", "notes"}
    assert one["status"] == "prefix"


def test_damage_is_told_and_the_prefix_reported(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1)
    folder = save_run(tmp_path, "damaged", events[:-2])
    with folder.events_path.open("ab") as file:
        file.write(b"noise\n")
    append_all(folder.events_path, list(events[-2:]))
    built = report.build(folder, [])
    assert built["events"] == len(events) - 2
    assert "damaged" in built["notes"][0]
    # What cannot be read may hold the end: nobody knows that the engine was killed.
    assert built["status"] == "prefix"
    assert not any("killed" in note for note in built["notes"])


def test_a_lost_run_json_leaves_a_report_from_the_journal(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    folder = save_run(tmp_path, "bare", make_journal(1))
    whole = report.build(folder, [])
    folder.meta_path.unlink()
    bare = report.build(folder, [])
    assert bare["created"] is None
    assert "run.json" in bare["notes"][0]
    for key in ("suite", "speedup", "tasks_done", "agents_table"):
        assert bare[key] == whole[key]


@pytest.mark.parametrize("content", [None, b"", b"noise\n", b"\x00" * 100])
def test_a_folder_without_a_readable_event_is_an_error_in_words(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun, content: bytes | None
) -> None:
    folder = save_run(tmp_path, "none", make_journal(1))
    if content is None:
        folder.events_path.unlink()
    else:
        folder.events_path.write_bytes(content)
    with pytest.raises(TeamtopError):
        report.build(folder, [])


def test_a_journal_that_begins_in_the_middle_is_an_error_in_words(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    append_all(folder.events_path, [ev.RoundEnded(seq=1)])
    with pytest.raises(TeamtopError, match="does not begin with the start"):
        report.build(folder, [])


def test_forged_numbers_of_a_graph_give_no_bound_instead_of_an_error(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    built = report.build(save_run(tmp_path, "odd", make_journal(1, p=7.5, team=())), [])
    assert built["amdahl_bound"] is None
    assert report.headline(built)


def test_faults_are_listed_with_who_and_when(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(4, agents=3, tasks=9, trouble=1.0)
    started = [e for e in events if isinstance(e, ev.FaultStarted)]
    assert started
    built = report.build(save_run(tmp_path, "faults", events), [])
    assert [(f["id"], f["author"], f["started_seconds"]) for f in built["faults"]] == [
        (e.id, e.author, e.ts) for e in started
    ]


def test_caches_are_the_report_and_the_tables(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    folder = save_run(tmp_path, "run", make_journal(1))
    written = report.write_caches(folder, [])
    cached = json.loads(folder.summary_path.read_text())
    assert cached.pop("journal_bytes") == folder.events_path.stat().st_size
    assert cached == written
    assert len(list(folder.path.glob("*.parquet"))) == 5
    assert list(folder.path.glob("*.tmp")) == []


def _finding(**known: Any) -> str:
    base: dict[str, Any] = {
        "completed": True,
        "status": "completed",
        "outcome": "completed",
        "outcome_detail": "",
        "agents": 4,
        "rounds": 7,
        "wall_seconds": 214.2,
        "tasks_done": 20,
        "tasks_total": 20,
        "speedup": 0.93,
        "speedup_so_far": 0.9,
        "baseline_source": "runs",
        "amdahl_bound": 1.6,
        "graph_bound": 2.0,
        "token_multiplier": 3.4,
    }
    return report.headline(base | known)


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (
            {},
            "0.93× on 4 agents: slower than one. Amdahl allows 1.60×, the graph allows 2.00×. "
            "3.4× the tokens of one agent.",
        ),
        ({"speedup": 0.97, "token_multiplier": None}, "0.97× on 4 agents: no faster than one. Amdahl"),
        ({"speedup": 1.4}, "1.40× on 4 agents: faster than one. Amdahl"),
        (
            {"speedup": 1.8},
            "1.80× on 4 agents: past Amdahl's bound, which has nothing done beside the longest chain. Amdahl",
        ),
        (
            {"speedup": 2.5},
            "2.50× on 4 agents: past the graph bound, which counts one task per reply. Amdahl",
        ),
        ({"baseline_source": "estimated"}, "0.93× on 4 agents (estimated from its own busy time): slower"),
        (
            {"speedup": None},
            "4 agents completed all tasks in 7 rounds, 214 s; the speedup is unknown. Amdahl",
        ),
        (
            {"agents": 1, "speedup": 1.0, "token_multiplier": None},
            "One agent completed all tasks in 7 rounds, 214 s: a measure for teams.",
        ),
        (
            {"completed": False, "outcome": "stopped", "tasks_done": 3, "speedup": None},
            "A person stopped the team, 3 of 20 tasks done after round 7. Speedup so far: 0.90×.",
        ),
        (
            {"completed": False, "outcome": None, "tasks_done": 0, "speedup_so_far": None},
            "Broken off without an end, 0 of 20 tasks done after round 7.",
        ),
    ],
)
def test_the_first_sentence_is_the_finding(known: dict[str, Any], sentence: str) -> None:
    assert _finding(**known).startswith(sentence)
