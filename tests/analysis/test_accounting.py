"""Loss accounting: every instant of every agent has one cause, and the parts add up to the nanosecond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis import report
from engine.analysis.accounting import ABOUT, CAUSES, Account, about, losses
from engine.analysis.accounting.provenance import fates
from engine.analysis.accounting.split import split
from engine.analysis.accounting.words import fraction, sentence
from engine.analysis.paper.recording import read
from engine.interop.paper import import_runs
from engine.record import events as ev
from engine.record import journal
from engine.record.folder import RunFolder
from tests.helpers.eventstrategies import TYPES, struct
from tests.helpers.faultplay import Script, inject, timed
from tests.helpers.recordings import part
from tests.helpers.scripted import Say, done, edit

SAMPLES = Path(__file__).parents[2] / "runs"
S = 1_000_000_000


def account(events: Any) -> Account:
    found = Account.of(events)
    assert found is not None
    return found


def spent(found: Account, agent: str) -> dict[str, float]:
    """Seconds by cause, without those that cost nothing."""
    return {cause: time / S for cause, time in found.spent[agent].items() if time}


def edits(*contents: tuple[str, str]) -> list[ev.FileEdited]:
    return [
        ev.FileEdited(
            seq=seq, path="a.py", agent=agent, turn=seq, version=seq, base=0, content=text, hash=str(seq)
        )
        for seq, (agent, text) in enumerate(contents, 1)
    ]


# ------------------------------------------------------------ the identity

_floats = st.floats(-10, 1e6, allow_nan=False)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(TYPES).flatmap(struct), max_size=40), st.lists(_floats, min_size=41))
def test_whatever_a_journal_holds_the_causes_add_up_to_agents_times_wall_time(
    events: list[ev.AnyEvent], times: list[float]
) -> None:
    first = ev.TurnStarted(turn=1, agent="Dev1", epoch=1, seen=ev.Seen(board=1), request="")
    given_ = [start_of("Dev1", "Dev2"), first, *events]
    stamped: Any = [
        msgspec.structs.replace(e, seq=n, ts=ts)
        for n, (e, ts) in enumerate(zip(given_, times, strict=False), 1)
    ]
    found = Account.of(stamped)
    if found is not None:
        for parts in (*found.spent.values(), *found.lead.values()):
            assert sum(parts.values()) == found.wall_ns
            assert min(parts.values()) >= 0


def start_of(*names: str) -> ev.RunStarted:
    played = timed({}, [], max_rounds=1)
    start = played.one(ev.RunStarted)
    return msgspec.structs.replace(start, team=tuple(ev.AgentSpec(name=name, model="m") for name in names))


@pytest.mark.parametrize("sample", ["sample-solo", "sample-team", "sample-lead"])
def test_every_sample_adds_up(sample: str) -> None:
    found = account(journal.read(SAMPLES / sample / "events.jsonl").events)
    assert sum(found.totals().values()) == found.agents * found.wall_ns
    assert found.total("useful") > 0


def test_the_loss_against_one_agent_is_split_without_residue() -> None:
    team, solo = (
        account(journal.read(SAMPLES / name / "events.jsonl").events)
        for name in ("sample-team", "sample-solo")
    )
    for base in ([], [solo], [solo, team, solo]):
        found = losses(team, base)
        assert sum(found.parts.values()) == found.loss_ns == team.agents * team.wall_ns - found.base_ns
        parts = found.karp_flatt()
        assert parts is not None
        assert found.speedup is not None
        e = (1 / found.speedup - 1 / team.agents) / (1 - 1 / team.agents)  # Karp and Flatt's own form
        assert sum(parts.values()) == pytest.approx(e, rel=1e-12)
        left = team.agents - sum(lost for _, lost in found.waterfall())
        assert left == pytest.approx(found.speedup, rel=1e-12)


# ------------------------------------------------------------ each cause, by hand


def test_content_that_lasts_is_useful_and_waiting_for_a_straggler_with_work_left_is_barrier() -> None:
    script: Script = {
        "Dev1": [Say(done("1", "add.py"), 2.0), Say(done("2", "sub.py"), 1.0)],
        "Dev2": [Say("", 5.0), Say("", 1.0)],
    }
    found = account(timed(script, [], max_rounds=3).events)
    assert spent(found, "Dev1") == {"useful": 3.0, "barrier": 3.0}  # task 2 was free while Dev2 thought
    assert spent(found, "Dev2") == {"communication": 6.0}


def test_who_has_nothing_to_do_starves_and_blames_no_straggler() -> None:
    script: Script = {
        "Dev1": [Say('<claim_task id="1"/>', 1.0), Say(edit("add.py") + '<complete_task id="1"/>', 8.0)],
        "Dev2": [Say(done("2", "sub.py"), 1.0), Say("", 2.0)],
    }
    found = account(timed(script, [], max_rounds=2).events)
    starved = spent(found, "Dev2")
    assert starved == {"useful": 1.0, "communication": 2.0, "starvation_structural": 6.0}


def test_time_that_an_agent_is_down_is_down_and_its_open_turn_is_lost() -> None:
    played = timed(
        {"Dev1": [Say("", 5.0)], "Dev2": [Say("", 5.0)] * 2}, [(2.0, inject("crash"))], max_rounds=2
    )
    found = account(played.events)
    assert spent(found, "Dev1")["lost"] == 2.0
    assert spent(found, "Dev1")["down"] == found.wall_ns / S - 2.0


def test_overwritten_lines_cost_the_share_of_the_output_that_did_not_last() -> None:
    found = fates(edits(("Dev1", "a\nb\n"), ("Dev2", "a\nc\n")))
    assert (found[1].output, found[1].lasted) == (4, 2)
    assert (found[2].output, found[2].lasted) == (4, 4)  # the line it brought in lasted


def test_writing_what_is_there_already_brings_nothing() -> None:
    found = fates(edits(("Dev1", "a\n"), ("Dev2", "a\n")))
    assert (found[1].lasted, found[2].lasted) == (2, 0)


def test_versions_that_repeat_a_line_a_thousand_times_are_not_compared_line_by_line() -> None:
    first, second = "\na\n" * 990, "a\n\n\n" * 600  # comparing their lines would take half a minute
    found = fates(edits(("Dev1", "kept\n" + first), ("Dev2", "kept\n" + second)))
    assert (found[1].lasted, found[2].lasted) == (0, found[2].output)


def test_a_file_that_ends_up_empty_was_made_so_by_its_last_author() -> None:
    found = fates(edits(("Dev1", "a\n"), ("Dev2", "")))
    assert (found[1].lasted, found[2].lasted) == (0, 1)


@given(st.lists(st.tuples(st.sampled_from(["A", "B"]), st.text("ab\n", max_size=12)), min_size=1, max_size=8))
def test_nothing_lasts_longer_than_it_was_written(versions: list[tuple[str, str]]) -> None:
    found = fates(edits(*versions))
    assert all(0 <= fate.lasted <= fate.output for fate in found.values())
    assert found[len(versions)].lasted in (0, found[len(versions)].output)  # nobody came after the last


@given(st.integers(0, 10**15), st.dictionaries(st.integers(), st.integers(0, 10**9), min_size=1, max_size=8))
def test_parts_of_a_whole_are_whole_and_add_up(total: int, weights: dict[int, int]) -> None:
    if not sum(weights.values()):
        with pytest.raises(ValueError, match="nothing"):
            split(total, weights)
        return
    parts = split(total, weights)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    assert all(abs(parts[key] - total * weights[key] / whole) <= 1 + 1e-6 * total for key in weights)


# ------------------------------------------------------------ words and reports


def test_every_cause_has_words() -> None:
    assert tuple(ABOUT) == CAUSES


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "none"), (0.004, "under 1%"), (0.24, "a quarter"), (0.42, "42%"), (0.99, "all")],
)
def test_shares_are_said_as_people_say_them(share: float, words: str) -> None:
    assert fraction(share) == words


def test_the_sentence_names_what_took_most_of_the_time() -> None:
    found = account(timed({"Dev1": [Say("", 4.0)], "Dev2": [Say("", 4.0)]}, [], max_rounds=1).events)
    assert sentence(found, None) == (
        "2 agents: none of the time went into work that lasted and all into talk and empty turns."
    )


def test_a_report_holds_the_account_against_the_runs_of_its_baseline(
    tmp_path: Path, make_journal: Callable[..., list[ev.AnyEvent]], save_run: Callable[..., RunFolder]
) -> None:
    report.build(save_run(tmp_path, "one", make_journal(1, agents=1)), [])
    built = report.build(save_run(tmp_path, "team", make_journal(2, agents=3)), [tmp_path])
    found = built["accounting"]
    assert found["losses"]["source"] == "runs"
    assert found["losses"]["speedup"] == pytest.approx(built["speedup"], rel=1e-6)
    assert sum(found["causes"].values()) == found["team_ns"] == 3 * found["wall_ns"]
    assert sum(found["losses"]["parts"].values()) == found["losses"]["loss_ns"]


# ------------------------------------------------------------ imported runs


def imported(tmp_path: Path, chosen: pl.Expr) -> list[Account]:
    source = part(tmp_path / "source", chosen)
    import_runs(read(source), tmp_path / "runs")
    return [account(journal.read(f / "events.jsonl").events) for f in sorted((tmp_path / "runs").iterdir())]


def test_imported_runs_add_up_and_say_what_they_do_not_know(tmp_path: Path) -> None:
    found = imported(tmp_path, pl.col("run_dir").hash(seed=1) % 40 == 0)
    assert len(found) > 20
    for one in found:
        assert all(sum(parts.values()) == one.wall_ns for parts in one.spent.values())
        assert len(one.notes) == 3
        assert one.imported
        assert one.total("misassignment") == one.total("starvation_induced") == 0


def test_who_replied_first_waits_at_the_barrier_for_whoever_replies_last(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    source = part(tmp_path / "all", (pl.col("n_teammates") == 2) & pl.col("success"))
    runs = pl.read_parquet(source / "runs.parquet")
    name = runs["run_dir"].sort()[0]
    log = [
        ("run_start", None, 0.0, None),
        ("round_start", None, 0.0, None),
        ("agent_reply", "Dev1", 2.0, None),
        ("edit_file", None, 2.25, "a.py"),
        ("agent_reply", "Dev2", 10.0, None),
        ("edit_file", None, 10.0, "b.py"),
        ("run_end", None, 10.25, None),
    ]
    rows = pl.DataFrame(log, schema=["type", "agent", "ts", "path"], orient="row").with_columns(
        run_dir=pl.lit(name), ts=pl.col("ts") + 1.7e9, round=1.0, returncode=None, seconds=None
    )
    runs = runs.filter(run_dir=name).with_columns(wall_clock_seconds=pl.lit(10.5))  # the log ends before it
    runs.write_parquet(tmp_path / "source" / "runs.parquet")
    rows.write_parquet(tmp_path / "source" / "events.parquet")
    import_runs(read(tmp_path / "source"), tmp_path / "runs")
    (run,) = (tmp_path / "runs").iterdir()
    found = account(journal.read(run / "events.jsonl").events)
    assert spent(found, "Dev1") == {"useful": 2.0, "engine": 0.75, "barrier": 7.75}
    assert spent(found, "Dev2") == {"useful": 10.0, "engine": 0.5}


def test_time_of_another_program_is_not_called_our_engines() -> None:
    assert about("engine", imported=False) == ABOUT["engine"]
    assert "engine" not in about("engine", imported=True).phrase
    assert about("barrier", imported=True) == ABOUT["barrier"]
    theirs = replace(Account(10, {"Dev1": {**dict.fromkeys(CAUSES, 0), "engine": 10}}, {}), imported=True)
    assert "all into its own tools, or what was not recorded" in sentence(theirs, None)
    assert sentence(replace(theirs, imported=False), None) != sentence(theirs, None)
    assert losses(theirs).imported


@pytest.mark.deep
def test_every_imported_run_adds_up(tmp_path: Path) -> None:
    found = imported(tmp_path, pl.lit(value=True))
    assert len(found) == 1413
    assert all(sum(parts.values()) == one.wall_ns for one in found for parts in one.spent.values())
    for one in found:
        told = losses(one, found[:1])
        assert sum(told.parts.values()) == told.loss_ns == one.agents * one.wall_ns - found[0].wall_ns
