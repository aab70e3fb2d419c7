"""Requests that are wrong: one sentence that names the nearest right one, exit code 2, no traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UsageError
from engine.record import events as ev
from engine.record.folder import RunFolder
from tui.commands.fork_command import place
from tui.positions import parse_position

Teamtop = Callable[..., Any]
MakeJournal = Callable[..., list[ev.AnyEvent]]
SaveRun = Callable[..., RunFolder]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("runn", 'Did you mean "run"?'),
        ("run --structur mixed", "--structure"),
        ("run mathutil", 'Did you mean "mathutils"?'),
        ("run --structure paralel", 'Did you mean "parallel"?'),
        ("run --strategy decentralised", 'Did you mean "decentralized"?'),
        ("run --strategy work-steeling", 'Did you mean "work-stealing"?'),
        ("run --strategy lead --lead-lost promoted", 'Did you mean "promote"?'),
        ("run --model sim/gpt5.2", 'Did you mean "sim/gpt-5.2"?'),
        ("run --model anthropic/claude-sonnet-4-6", "ANTHROPIC_API_KEY"),
        ("run --model openai/gpt-5.2 --speed 10", "OPENAI_API_KEY"),
        ("run --locks optimstic", 'Did you mean "optimistic"?'),
        ("run --display ful", 'Did you mean "full"?'),
        ("run --tests fake", "Known: real, simulated."),
        ("run --speed 0", "a number above 0"),
        ("run --speed nan", "a number above 0"),
        ("run --speed inf", "a number above 0"),
        ("run --speed fast", "a number above 0"),
        ("run -n 0", "agents"),
        ("run -n many", "not a valid integer"),
        ("run --max-rounds 0", "--max-rounds"),
        ("run --faults nowhere.toml", "no file"),
        ("run --run-id a/b --speed max", "run id"),
        ("run a b", "unexpected extra argument"),
        ("run synthetic:tasks=0", "synthetic"),
        ("report nothing", "There is no run"),
        ("report", "Missing argument"),
        ("replay nothing", "There is no run"),
        ("watch nothing", "There is no run"),
        ("suites mathutilz", 'Did you mean "mathutils"?'),
        ("suites mathutils --structure mixd", 'Did you mean "mixed"?'),
    ],
)
def test_a_wrong_request_is_one_sentence_and_exit_code_2(teamtop: Teamtop, line: str, says: str) -> None:
    said = teamtop(*line.split())
    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert len(said.err.splitlines()) == 1


def test_an_existing_run_id_is_refused(teamtop: Teamtop) -> None:
    line = ("run", "--speed", "max", "--max-rounds", "1", "--run-id", "mine", "--display", "none")
    assert teamtop(*line).code == 3
    said = teamtop(*line)
    assert said.code == 2
    assert "exists already" in said.err


def test_a_fault_plan_that_is_no_text_is_refused(teamtop: Teamtop, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes(b"\xff\xfe\x00")
    said = teamtop("run", "--faults", str(tmp_path / "plan.toml"))
    assert said.code == 2
    assert "is no text" in said.err


def test_what_is_wrong_with_a_plan_is_said_with_the_name_of_its_file(
    teamtop: Teamtop, tmp_path: Path
) -> None:
    plan = tmp_path / "storm.toml"
    for text, wrong in (
        ('[[fault]]\nkind = "crash"\n', "storm.toml: fault 1: give exactly one of at_round"),
        (
            '[[fault]]\nkind = "crash"\ntarget = "Dev9"\nat_round = 1\n',
            "storm.toml: fault 1: there is no agent",
        ),
    ):
        plan.write_text(text)
        said = teamtop("run", "-n", "2", "--faults", str(plan))
        assert said.code == 2
        assert wrong in said.err


def test_the_nearest_run_is_named(
    teamtop: Teamtop, tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    save_run(tmp_path / "runs", "20261120-mathutils", make_journal(1))
    assert 'Did you mean "20261120-mathutils"?' in teamtop("report", "20261120-mathutlis").err


@pytest.mark.parametrize("at", ["round:99", "seq:100000", "seq:0", "task:99", "sometime"])
def test_a_place_that_the_run_does_not_have_is_refused(
    teamtop: Teamtop, tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun, at: str
) -> None:
    save_run(tmp_path / "runs", "r1", make_journal(1))
    said = teamtop("replay", "r1", "--at", at)
    assert said.code == 2
    assert "--at" in said.err


def test_a_fork_at_a_task_begins_just_before_anybody_was_given_it(make_journal: MakeJournal) -> None:
    events = make_journal(1)
    first = next(event for event in events if isinstance(event, ev.TaskClaimed | ev.TaskAssigned))
    assert place(parse_position(f"task:{first.task}"), events) == first.seq - 1
    with pytest.raises(UsageError, match="Nobody was ever given a task 99"):
        place(parse_position("task:99"), events)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ("simulate --seeds 0..999999999999", "more than 100,000,000"),
        ("sweep --dry-run -n 201", "agents are numbers from 1 to 200"),
        (f"sweep --dry-run -n {'1' * 5000}", "--agents is a range"),
        ("sweep --dry-run --budget-usd nan", "write dollars as in 2.50"),
        ("sweep --dry-run --budget-seconds inf", "write a time as in 90s, 10m or 1h30m"),
        ("plan mathutils --budget nan", "write dollars as in 2.50"),
        (f"plan mathutils --deadline {'9' * 400}", "write a time as in 90s"),
        ("plan mathutils --like somebody", "--like names a simulated model"),
        ("run --run-id -5", "is no run id"),
        ("list --runs-dir ~nobody-has-this-name", "cannot be read"),
    ],
)
def test_what_no_number_or_name_can_be_is_refused(teamtop: Teamtop, args: str, why: str) -> None:
    said = teamtop(*args.split())
    assert (said.code, said.out) == (2, "")
    assert why in said.err


def test_a_runs_folder_that_is_a_link_to_itself_is_refused(teamtop: Teamtop, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    said = teamtop("list", "--runs-dir", str(tmp_path / "loop"))
    assert (said.code, said.out) == (2, "")
    assert "choose another --runs-dir" in said.err


def test_words_from_outside_cannot_reach_the_terminal_as_control(teamtop: Teamtop) -> None:
    said = teamtop("run", "\x1b]0;gotcha\x07\x1b[31mred")
    assert said.code == 2
    assert said.err.strip().isprintable()


def test_a_folder_that_cannot_hold_runs_is_found_before_the_start(teamtop: Teamtop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said = teamtop("run", "--runs-dir", str(tmp_path / "file"), "--speed", "max")
    assert said.code == 2
    assert "is not a folder" in said.err


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--quorum", "5/3", "--strategy", "quorum"), "--quorum is K/N"),
        (("--quorum", "2/3"), "--quorum is for --strategy quorum, not for decentralized"),
        (("--verified-by", "tests"), "--verified-by is for --strategy verified-by, not for decentralized"),
    ],
)
def test_what_a_strategy_would_not_heed_is_a_usage_error(
    teamtop: Teamtop, args: tuple[str, ...], sentence: str
) -> None:
    said = teamtop("run", *args, "--display", "none", "--speed", "max")
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
