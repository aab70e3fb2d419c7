"""``teamtop import paper``: some of the paper's runs, from the files to every command that shows runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from statistics import fmean
from typing import Any

import polars as pl
import pytest

from engine.record import events as ev
from engine.record.journal import read
from engine.store import RunsStore
from tests.cli.conftest import Teamtop
from tests.helpers.recordings import part, recordings

CHOSEN = (
    (pl.col("task_type") == "dataanalysis")
    & (pl.col("model_dir") == "anthropic_claude-sonnet-4-6")
    & (pl.col("p_label") == "p02")
    & pl.col("n_teammates").is_in([1, 4])
)
"""Both modes, teams and their one-agent runs, successful and failed."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return part(tmp_path_factory.mktemp("paper"), CHOSEN)


@pytest.fixture
def imported(teamtop: Teamtop, source: Path, tmp_path: Path) -> list[dict[str, object]]:
    """The recorded rows of runs that were imported into the store that commands look at."""
    said = teamtop("import", "paper", str(source))
    rows = list(pl.read_parquet(source / "runs.parquet").iter_rows(named=True))
    assert (said.code, said.err) == (0, "")
    assert said.out == f"{len(rows)} runs imported into {tmp_path / 'runs'}.\n"
    return rows


def _named(tmp_path: Path) -> dict[str, str]:
    """Run ids by the names of the recording."""
    found = {}
    for meta in (tmp_path / "runs").glob("*/run.json"):
        found[json.loads(meta.read_text())["imported"]["name"]] = meta.parent.name
    return found


def test_a_second_import_keeps_what_is_there_byte_for_byte(
    teamtop: Teamtop, source: Path, imported: list[dict[str, object]], tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in (tmp_path / "runs").glob("*/*")}
    victim = next(iter(_named(tmp_path).values()))
    (tmp_path / "runs" / victim / "run.json").unlink()  # as an import leaves it that was broken off
    said = teamtop("import", "paper", str(source))
    assert f"1 runs imported into {tmp_path / 'runs'}, {len(imported) - 1} were there already." in said.out
    assert {path: path.read_bytes() for path in (tmp_path / "runs").glob("*/*")} == before


def test_saved_runs_give_the_very_figures_of_the_files(
    teamtop: Teamtop, source: Path, imported: list[dict[str, object]], tmp_path: Path
) -> None:
    files = teamtop("paper", str(source), "--json").json
    assert teamtop("paper", "--json").json == files
    assert teamtop("paper", str(tmp_path / "runs"), "--json").json == files


def test_lists_show_what_was_recorded_and_no_zero_for_what_was_not(
    teamtop: Teamtop, imported: list[dict[str, object]], tmp_path: Path
) -> None:
    rows = {row["run_id"]: row for row in teamtop("list", "--json").json["runs"]}
    names = _named(tmp_path)
    for recorded in imported:
        row = rows[names[str(recorded["run_dir"])]]
        assert row["status"] == ("completed" if recorded["success"] else "ended")
        assert row["wall_seconds"] == recorded["wall_clock_seconds"]
        assert row["tasks_done"] == (20 if recorded["success"] else None)
        assert (row["seed"], row["cost_usd"], row["verified"]) == (None, None, None)
        assert row["source"] == "paper"
    alone = next(r for r in imported if r["success"] and r["n_teammates"] == 1)
    name = names[str(alone["run_dir"])]  # nothing is measured against itself
    speedup = teamtop("report", name, "--json").json["speedup"]
    assert rows[name]["speedup"] == pytest.approx(speedup, rel=1e-12)


def test_an_import_that_is_interrupted_says_how_far_it_came_and_goes_on(
    teamtop: Teamtop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = part(tmp_path / "source", pl.col("run_dir").is_in(pl.col("run_dir").sort().head(4).implode()))
    from engine.interop import paper

    write, written = paper._write, list[Any]()

    def interrupted(*args: Any) -> int:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(args)
        return write(*args)

    monkeypatch.setattr(paper, "_write", interrupted)
    said = teamtop("import", "paper", str(source))
    assert said.code == 130
    assert said.err == "teamtop: interrupted; 2 of 4 runs are there, and the same command goes on.\n"
    monkeypatch.setattr(paper, "_write", write)
    assert "2 runs imported" in (again := teamtop("import", "paper", str(source))).out
    assert "2 were there already" in again.out


def test_reports_agree_with_the_paper_and_say_what_is_unknown(
    teamtop: Teamtop, imported: list[dict[str, object]], tmp_path: Path
) -> None:
    names = _named(tmp_path)
    team = next(
        r for r in imported if r["success"] and r["n_teammates"] == 4 and r["mode"] == "decentralized"
    )
    alone = [r for r in imported if r["success"] and r["n_teammates"] == 1 and r["mode"] == team["mode"]]
    report = teamtop("report", names[str(team["run_dir"])], "--json").json
    one = fmean(float(str(r["wall_clock_seconds"])) for r in alone)
    assert report["speedup"] == pytest.approx(one / float(str(team["wall_clock_seconds"])), rel=1e-12)
    assert report["input_tokens"] == team["total_input_tokens"]
    assert report["baseline_source"] == "runs"
    assert len(report["baseline_runs"]) == len(alone)
    events = pl.read_parquet(recordings() / "events.parquet").filter(run_dir=team["run_dir"])
    assert report["replies"] == events.filter(type="agent_reply").height
    assert report["claims_blocked"] == events.filter(type="claim_blocked").height
    assert report["test_failures"] == events.filter(pl.col("returncode").is_in([1.0, 2.0, 3.0])).height
    unknown = ("seed", "refusals", "refused_edits", "untested_completions", "verified", "cost_usd")
    assert {name: report[name] for name in unknown} == dict.fromkeys(unknown)
    assert report["locks"] == {"acquired": None, "denied": None}
    assert report["config"]["max_rounds"] is None
    assert all(a["input_tokens"] is None and a["refusals"] is None for a in report["agents_table"])
    account = report["accounting"]
    assert sum(account["causes"].values()) == account["team_ns"] == 4 * account["wall_ns"]
    assert account["losses"]["speedup"] == pytest.approx(report["speedup"], rel=1e-8)
    assert account["causes"]["misassignment"] == account["causes"]["starvation_induced"] == 0
    assert "all waiting between turns counts as barrier" in " ".join(account["notes"])
    told = teamtop("report", names[str(team["run_dir"])]).out
    assert "Imported (paper); not recorded:" in told
    assert "lock denials       unknown" in told
    assert "all waiting between turns counts as barrier" in " ".join(told.split())
    assert "verified: unknown" in told
    assert re.search(r"wall time +\S+ as recorded", told)


def test_what_a_row_does_not_hold_is_unknown_and_nothing_is_measured_by_it(
    teamtop: Teamtop, tmp_path: Path
) -> None:
    cell = (pl.col("task_type") == "dataanalysis") & (pl.col("p_label") == "p09") & pl.col("success")
    source = part(tmp_path / "source", cell & (pl.col("mode") == "decentralized") & (pl.col("rep") == 0))
    runs = pl.read_parquet(source / "runs.parquet").filter(pl.col("n_teammates") <= 2)
    runs = runs.filter(model_dir="anthropic_claude-sonnet-4-6").unique("n_teammates")
    sums = ("wall_clock_seconds", "total_input_tokens", "total_output_tokens", "p_true", "total_rounds")
    runs.with_columns(pl.lit(None).cast(runs.schema[name]).alias(name) for name in sums).write_parquet(
        source / "runs.parquet"
    )
    assert teamtop("import", "paper", str(source)).out.startswith("2 runs imported")
    alone, team = sorted(_named(tmp_path).values(), key=lambda name: "-n2-" in name)
    report = teamtop("report", team, "--json").json
    assert (report["amdahl_bound"], report["graph_bound"]) == (None, None)
    rows = {row["run_id"]: row for row in teamtop("list", "--json").json["runs"]}
    assert [rows[name]["wall_seconds"] for name in (alone, team)] == [None, None]
    assert report["wall_seconds"] == pytest.approx(report["accounting"]["wall_ns"] / 1e9)  # that of its log
    told = teamtop("report", team).out
    assert re.search(r"tokens +unknown", told)
    assert "p=" not in told
    assert "00:00" not in told
    assert " 0.00×" not in told


def test_a_failed_run_has_an_unknown_number_of_tasks_done(
    teamtop: Teamtop, imported: list[dict[str, object]], tmp_path: Path
) -> None:
    failed = next(r for r in imported if not r["success"])
    name = _named(tmp_path)[str(failed["run_dir"])]
    report = teamtop("report", name, "--json").json
    assert (report["status"], report["outcome"], report["tasks_done"]) == ("ended", "unknown", None)
    assert report["speedup"] is None
    told = teamtop("report", name).out
    assert "an unknown number of 20 tasks done" in told
    assert "unknown of 20 tasks done" in told


def test_replay_tells_the_run_and_names_no_task(
    teamtop: Teamtop, imported: list[dict[str, object]], tmp_path: Path
) -> None:
    name = next(iter(_named(tmp_path).values()))
    said = teamtop("watch", name, "--display", "plain")
    assert "completes a task ✔" in said.out
    assert "seed unknown" in said.out
    assert "0 tokens" not in said.out
    assert teamtop("replay", name).code == 0


def test_two_of_them_are_compared_without_inventing_when_tasks_were_done(
    teamtop: Teamtop, imported: list[dict[str, object]], tmp_path: Path
) -> None:
    first, second, *_ = _named(tmp_path).values()
    said = teamtop("compare", first, second)
    assert said.code == 0
    assert "Which task was done when is not recorded." in said.out


def test_check_judges_the_team_and_not_the_other_engine(
    teamtop: Teamtop, imported: list[dict[str, object]], tmp_path: Path
) -> None:
    names = _named(tmp_path)
    for recorded in imported[:4]:
        said = teamtop("check", names[str(recorded["run_dir"])], "--json")
        assert said.code == 0
        assert said.json["verdict"] == "unknown"
        found = {(f["name"], f["class"]): f for f in said.json["findings"]}
        assert {f["verdict"] for (_, class_), f in found.items() if class_ == "engine"} == {"unknown"}
        assert "Not recorded: prompts" in found["lost_update", "team"]["sentence"]
        blocked = pl.read_parquet(recordings() / "events.parquet").filter(
            run_dir=recorded["run_dir"], type="claim_blocked"
        )
        assert found["temporal_violation", "prevented"]["count"] == blocked.height


def test_nothing_goes_on_from_an_imported_run(
    teamtop: Teamtop, imported: list[dict[str, object]], tmp_path: Path
) -> None:
    name = next(iter(_named(tmp_path).values()))
    for words in (("resume", name), ("fork", name, "--at", "round:1")):
        said = teamtop(*words)
        assert said.code == 2
        assert "was imported and cannot go on" in said.err


def test_every_act_of_the_log_is_in_the_journal_as_its_agents(
    imported: list[dict[str, object]], tmp_path: Path
) -> None:
    log = pl.read_parquet(recordings() / "events.parquet")
    types = {
        ev.Replied: "agent_reply",
        ev.FileEdited: "edit_file",
        ev.TaskClaimed: "claim_task",
        ev.ActionRefused: "claim_blocked",
        ev.TaskCompleted: "complete_task",
        ev.TestsFinished: "run_tests",
    }
    for recorded in imported[::3]:
        rows = log.filter(run_dir=recorded["run_dir"])
        folder = RunsStore([tmp_path / "runs"]).find(_named(tmp_path)[str(recorded["run_dir"])])
        journal = read(folder.events_path)
        assert (journal.note, journal.damaged) == ("", False)
        author = ""
        wanted = []  # by hand: whoever replied last
        for row in rows.iter_rows(named=True):
            author = row["agent"] if row["type"] == "agent_reply" else author
            if row["type"] in types.values():
                wanted.append((row["type"], author, row["path"]))
        found = [
            (types[type(e)], getattr(e, "agent", ""), getattr(e, "path", None))
            for e in journal.events
            if type(e) in types
        ]
        assert found == wanted


def test_turns_tests_and_authors_stand_where_the_log_has_them(
    imported: list[dict[str, object]], tmp_path: Path
) -> None:
    for recorded in imported[1::4]:
        folder = RunsStore([tmp_path / "runs"]).find(_named(tmp_path)[str(recorded["run_dir"])])
        began: dict[int, float] = {}
        tested: dict[int, float] = {}
        effects: dict[int, int] = {}
        author: dict[str, str] = {}
        for event in read(folder.events_path).events:
            match event:
                case ev.TurnStarted():
                    began[event.turn] = event.ts
                case ev.Replied():
                    assert event.ts - began[event.turn] == pytest.approx(event.latency_seconds, abs=1e-9)
                case ev.TestsStarted():
                    tested[event.run] = event.ts
                case ev.TestsFinished():
                    assert event.ts - tested[event.run] == pytest.approx(event.seconds, abs=0.01)
                case ev.FileEdited():
                    assert event.previous == author.get(event.path, "")
                    author[event.path] = event.agent
                    effects[event.turn] = effects.get(event.turn, 0) + 1
                case ev.TaskClaimed() | ev.TaskCompleted():
                    effects[event.turn] = effects.get(event.turn, 0) + 1
                case ev.TurnEnded():
                    assert (event.outcome, event.effects) == ("replied", effects.get(event.turn, 0))


@pytest.mark.parametrize("broken", ["runs.parquet", "events.parquet"])
def test_missing_and_damaged_files_are_a_sentence_and_import_nothing(
    teamtop: Teamtop, tmp_path: Path, source: Path, broken: str
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("runs.parquet", "events.parquet"):
        (folder / name).write_bytes((source / name).read_bytes()[: 3_000 if name == broken else None])
    said = teamtop("import", "paper", str(folder))
    assert said.code == 1
    assert broken in said.err
    assert "is a file: name the folder" in teamtop("import", "paper", str(folder / broken)).err
    (folder / broken).unlink()
    assert "is missing" in teamtop("import", "paper", str(folder)).err
    said = teamtop("import")
    assert (said.code, said.err) == (2, "teamtop import: Missing command. See teamtop import --help.\n")
    assert not (tmp_path / "runs").exists()


def test_names_and_texts_of_a_hostile_recording_stay_inside_and_clean(
    teamtop: Teamtop, tmp_path: Path, source: Path
) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    runs = pl.read_parquet(source / "runs.parquet").head(1)
    evil = {
        "model_dir": "../../x\x1b]0;owned\x07",
        "task_type": "../..",
        "mode": "\x1b[2J",
        "exp_dir": "/etc",
    }
    runs.with_columns(pl.lit(text).alias(name) for name, text in evil.items()).write_parquet(
        folder / "runs.parquet"
    )
    events = pl.read_parquet(source / "events.parquet").filter(run_dir=runs["run_dir"][0])
    path = pl.when(pl.col("path").is_not_null()).then(pl.lit("../../../etc/passwd\x1b[31m")).alias("path")
    events.with_columns(path).reverse().write_parquet(folder / "events.parquet")  # a log back to front
    said = teamtop("import", "paper", str(folder))
    assert said.code == 0
    assert "fit no turn of their run" in said.err
    (run,) = (tmp_path / "runs").iterdir()
    for words in (
        ("report", run.name),
        ("list",),
        ("check", run.name),
        ("watch", run.name, "--display", "log"),
    ):
        shown = teamtop(*words)
        assert shown.code in (0, 1, 3)
        assert "\x1b" not in shown.out + shown.err
        assert "went wrong inside" not in shown.err


def test_a_run_named_twice_or_of_no_size_is_refused(teamtop: Teamtop, tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "events.parquet").write_bytes((source / "events.parquet").read_bytes())
    runs = pl.read_parquet(source / "runs.parquet")
    pl.concat([runs, runs]).write_parquet(folder / "runs.parquet")
    assert "names a run twice" in teamtop("import", "paper", str(folder)).err
    runs.with_columns(pl.lit(10**9).alias("n_teammates")).write_parquet(folder / "runs.parquet")
    assert "n_teammates is not 1 to" in teamtop("import", "paper", str(folder)).err


def test_without_imported_runs_the_paper_command_says_how_to_get_them(teamtop: Teamtop) -> None:
    said = teamtop("paper")
    assert said.code == 1
    assert "`teamtop import paper FOLDER` brings them in" in said.err
