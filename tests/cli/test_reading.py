"""Commands that read saved runs: list, report, replay and watch without a screen; and suites."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.analysis.report import headline
from engine.record import events as ev
from engine.record.codec import encode
from engine.record.folder import RunFolder
from engine.record.journal import append_all
from engine.strategies import STRATEGIES
from tasks.suite import shipped, structures
from tui.commands.options import Word, choose_display

Teamtop = Callable[..., Any]
Process = Callable[..., subprocess.Popen[str]]
MakeJournal = Callable[..., list[ev.AnyEvent]]
SaveRun = Callable[..., RunFolder]

HOSTILE = "\x1b]0;title\x07\x1b[31m\u202egnp.exe\r\n\x9b2J"


@pytest.fixture
def saved(environ: dict[str, str], tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun) -> RunFolder:
    """Run ``team-1`` of three agents, and the one-agent run that it is measured against."""
    runs = tmp_path / "runs"
    save_run(runs, "solo-1", make_journal(1, agents=1), created="2026-11-19T10:00:00+00:00")
    return save_run(runs, "team-1", make_journal(2, agents=3), created="2026-11-20T10:00:00+00:00")


# ---------------------------------------------------------------- list


def test_the_list_shows_the_newest_run_first(teamtop: Teamtop, saved: RunFolder) -> None:
    lines = teamtop("list").out.splitlines()
    assert lines[0].split()[:4] == ["RUN", "STATUS", "TASKS", "SUITE"]
    names = [line.split()[0] for line in lines[1:]]
    assert names.index("team-1") < names.index("solo-1")


def test_the_list_as_json_holds_what_is_known(teamtop: Teamtop, saved: RunFolder) -> None:
    listing = teamtop("list", "--json").json
    row = next(row for row in listing["runs"] if row["run_id"] == "team-1")
    assert (row["status"], row["tasks_done"], row["agents"]) == ("completed", 6, 3)
    assert row["path"] == str(saved.path)


def test_a_broken_folder_is_listed_and_explained_beside_the_table(teamtop: Teamtop, saved: RunFolder) -> None:
    saved.meta_path.write_text("{")
    said = teamtop("list")
    assert said.code == 0
    assert "team-1" in said.out
    assert "team-1: " in said.err
    assert "damaged" in said.err


def test_a_flag_of_the_bare_command_holds_for_its_commands(
    teamtop: Teamtop, saved: RunFolder, tmp_path: Path
) -> None:
    elsewhere = str(tmp_path / "elsewhere")
    assert "team-1" not in teamtop("--runs-dir", elsewhere, "list").out
    assert "team-1" in teamtop("--runs-dir", elsewhere, "list", "--runs-dir", str(saved.path.parent)).out


# ---------------------------------------------------------------- report


def test_a_report_is_printed_for_people(teamtop: Teamtop, saved: RunFolder) -> None:
    said = teamtop("report", "team")
    report = teamtop("report", "team", "--json").json
    assert said.code == 0
    assert " ".join(headline(report).split()) in " ".join(said.out.split())
    assert report["baseline_runs"] == ["solo-1"]


def test_texts_of_a_run_are_raw_in_json_and_safe_in_print(
    teamtop: Teamtop, tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    team = (ev.AgentSpec(name="Dev1", model=HOSTILE), ev.AgentSpec(name="Dev2", model=HOSTILE))
    events = make_journal(1, agents=2, team=team, suite=HOSTILE, strategy=HOSTILE)
    save_run(tmp_path / "runs", "evil", events)
    as_json = teamtop("report", "evil", "--json")
    assert as_json.json["suite"] == HOSTILE
    assert as_json.out.replace("\n", "").isprintable()
    for line in (("report", "evil"), ("list",), ("watch", "evil"), ("watch", "evil", "--display", "log")):
        said = teamtop(*line)
        assert said.code == 0
        assert (said.out + said.err).replace("\n", "").isprintable()


@pytest.mark.parametrize("form", ["md", "json", "csv", "svg"])
def test_a_report_takes_the_form_that_was_asked_for_or_that_a_file_ends_in(
    teamtop: Teamtop, saved: RunFolder, tmp_path: Path, form: str
) -> None:
    printed = teamtop("report", "team", "--format", form)
    written = teamtop("report", "team", "-o", str(tmp_path / f"x.{form}"))
    assert (printed.code, written.code, written.out) == (0, 0, "")
    assert (tmp_path / f"x.{form}").read_text() == printed.out
    assert f"Saved {tmp_path}/x.{form}" in written.err


def test_a_parquet_report_goes_into_a_folder_and_wrong_wishes_are_sentences(
    teamtop: Teamtop, saved: RunFolder, tmp_path: Path
) -> None:
    assert teamtop("report", "team-1", "--format", "parquet", "-o", str(tmp_path)).code == 0
    assert (tmp_path / "team-1-summary.parquet").read_bytes()[:4] == b"PAR1"
    for wrong, words in (
        (("-o", "x.doc"), "needs a --format"),
        (("--json", "--format", "md"), "exclude each other"),
        (("--format", "pdf"), '"pdf" is not among them'),
    ):
        said = teamtop("report", "team-1", *wrong)
        assert (said.code, said.out) == (2, "")
        assert words in said.err


def test_damage_is_reported_with_what_could_be_read(teamtop: Teamtop, saved: RunFolder) -> None:
    saved.events_path.write_bytes(saved.events_path.read_bytes()[:-30])
    said = teamtop("report", "team-1")
    assert said.code == 0
    assert "torn" in said.out


def test_a_folder_without_a_journal_is_an_error_in_words(teamtop: Teamtop, saved: RunFolder) -> None:
    saved.events_path.unlink()
    said = teamtop("report", "team-1")
    assert (said.code, said.out) == (1, "")
    assert "teamtop list" in said.err


# ---------------------------------------------------------------- replay


def test_replay_without_a_screen_folds_and_reports(teamtop: Teamtop, saved: RunFolder) -> None:
    said = teamtop("replay", "team-1")
    assert said.code == 0
    assert "no screen; folded" in said.err
    assert said.out == teamtop("report", "team-1").out


@pytest.mark.parametrize("at", ["round:2", "seq:30", "start", "00:05"])
def test_replay_reports_the_moment_that_was_asked_for(teamtop: Teamtop, saved: RunFolder, at: str) -> None:
    said = teamtop("replay", "team-1", "--at", at)
    assert said.code == 0
    assert "Up to here, " in said.out


def test_replay_with_display_none_is_silent(teamtop: Teamtop, saved: RunFolder) -> None:
    said = teamtop("replay", "team-1", "--display", "none")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_replay_hands_place_and_speed_to_the_screen(
    teamtop: Teamtop, saved: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tui.app

    asked: list[tuple[object, ...]] = []

    def screen(folder: RunFolder, at: str, speed: float) -> int:
        asked.append((folder.path, at, speed))
        return 0

    monkeypatch.setattr("tui.commands.options.interactive", lambda: True)
    monkeypatch.setattr(tui.app, "run_replay", screen)
    monkeypatch.setenv("TEAMTOP_REPLAY_SPEED", "16")
    assert teamtop("replay", "team-1", "--at", "round:2").code == 0
    assert asked == [(saved.path, "round:2", 16.0)]


# ---------------------------------------------------------------- watch


def test_watching_a_finished_run_prints_it_and_its_summary(teamtop: Teamtop, saved: RunFolder) -> None:
    said = teamtop("watch", "team-1")
    assert said.code == 0
    assert "6 of 6 tasks done" in said.out
    assert "teamtop replay team-1" in said.out


def test_watching_a_bare_journal_ends_with_its_closing_tests(
    teamtop: Teamtop, saved: RunFolder, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.jsonl"
    bare.write_bytes(saved.events_path.read_bytes())
    said = teamtop("watch", str(bare), "--display", "log")
    assert said.code == 0
    assert said.out.splitlines()[-1].endswith("closing tests: passed, 12 of 12 passed")


def test_a_journal_can_come_through_a_pipe(process: Process, saved: RunFolder) -> None:
    with saved.events_path.open("rb") as journal:
        watch = process("watch", "-", stdin=journal)
        out, err = watch.communicate(timeout=180)
    assert (watch.returncode, err) == (0, "")
    assert "6 of 6 tasks done" in out


def test_damage_in_a_watched_journal_is_told(
    teamtop: Teamtop, tmp_path: Path, make_journal: MakeJournal
) -> None:
    events = make_journal(1)
    bare = tmp_path / "bare.jsonl"
    bare.write_bytes(b"".join(encode(event) for event in events[:9]) + b"noise\n")
    append_all(bare, list(events[9:]))
    said = teamtop("watch", str(bare))
    assert "damaged" in said.err


def test_a_run_is_watched_until_its_engine_is_gone(
    process: Process, tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(3, agents=2)
    folder = save_run(tmp_path / "runs", "live", events[:20])
    lock = folder.hold()
    watch = process("watch", "live", "--display", "log")
    assert watch.stdout is not None
    first = watch.stdout.readline()
    append_all(folder.events_path, list(events[20:]))
    lock.release()
    out, _ = watch.communicate(timeout=180)
    assert first.startswith("mathutils")
    assert "closing tests: passed" in out


# ---------------------------------------------------------------- suites


def test_suites_are_listed_with_their_figures_and_strategies_with_their_titles(teamtop: Teamtop) -> None:
    text, _, more = teamtop("suites").out.partition("\n\n")
    lines = text.splitlines()
    assert [line.split()[0] for line in more.splitlines()[1:]] == list(STRATEGIES)
    assert STRATEGIES["work-stealing"].title in more
    assert len(lines) == 1 + sum(len(structures(name)) for name in shipped())
    assert any(line.split()[:5] == ["mathutils", "serial", "20", "0.2", "16"] for line in lines)


def test_the_graph_of_a_suite_is_printed(teamtop: Teamtop) -> None:
    whole = teamtop("suites", "mathutils").out
    one = teamtop("suites", "mathutils", "--structure", "serial").out
    assert one in whole
    assert "after 3" in one
    assert one.count("\n") > 20


# ---------------------------------------------------------------- displays, pipes


def test_the_display_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tui.commands.options.interactive", lambda: True)
    assert [choose_display(None), choose_display(None, quiet=True), choose_display("log")] == [
        "full",
        "plain",
        "log",
    ]
    monkeypatch.setattr("tui.commands.options.interactive", lambda: False)
    assert choose_display(None) == "plain"
    assert choose_display("full") == "plain"
    assert "no terminal" in capsys.readouterr().err


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    from tui.commands import options

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert options.interactive()
    monkeypatch.setenv("TERM", term)
    assert not options.interactive()


def test_words_are_known_in_any_case() -> None:
    assert Word("full", "plain").convert(" FULL ", None, None) == "full"


def test_a_reader_that_leaves_is_no_error(process: Process, saved: RunFolder) -> None:
    listing = process("list", "--json")
    assert listing.stdout is not None
    listing.stdout.close()
    assert listing.stderr is not None
    assert listing.stderr.read() == ""
    listing.wait(timeout=180)


def test_a_terminal_that_knows_ascii_only_gets_marks_that_it_has(
    process: Process, saved: RunFolder, environ: dict[str, str]
) -> None:
    environ["PYTHONIOENCODING"] = "ascii"
    said = process("report", "team-1")
    out, err = said.communicate(timeout=180)
    assert (said.returncode, err) == (0, "")
    assert "completed +" in out
    assert "?" not in out


def test_reports_printed_to_a_pipe_hold_no_colours(teamtop: Teamtop, saved: RunFolder) -> None:
    assert "\x1b" not in teamtop("report", "team-1").out
    assert json.loads(teamtop("report", "team-1", "--json").out)


# ---------------------------------------------------------------- what cannot be read, in words


def test_a_torn_journal_is_watched_with_a_note(teamtop: Teamtop, saved: RunFolder) -> None:
    with saved.events_path.open("ab") as file:
        file.write(b'{"type":"run_en')
    said = teamtop("watch", "team-1", "--display", "plain")
    assert said.code == 0
    assert "is torn after 15 bytes and was dropped." in said.err


def test_a_file_without_a_readable_event_cannot_be_watched(teamtop: Teamtop, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"no journal\n")
    said = teamtop("watch", str(path), "--display", "plain")
    assert said.code == 1
    assert "holds no event that can be read." in said.err


def test_a_file_in_place_of_the_runs_folder_is_said(teamtop: Teamtop, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("")
    said = teamtop("list", "--runs-dir", str(file))
    assert (said.code, said.out) == (2, "")
    assert "notes.txt is not a folder:" in said.err


def test_a_folder_that_was_deleted_under_ones_feet_is_said(
    process: Process, tmp_path: Path, environ: dict[str, str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    remove = "import os, sys; os.rmdir(os.getcwd()); from tui.cli import main; sys.exit(main(['list']))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", remove],
        cwd=gone,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "teamtop: the folder that you are in has been deleted; change to another one.\n"


def test_an_error_about_a_flag_names_the_variable_that_set_it(
    teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAMTOP_SPEED", "max")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    said = teamtop("run", "--model", "openai/gpt-4o", "--unsafe-tests", "--display", "none")
    assert said.code == 2
    assert said.err.rstrip().endswith("use --speed 1. (TEAMTOP_SPEED=max is set.)")


# ---------------------------------------------------------------- notes


def test_a_note_is_pinned_to_a_moment_and_printed(teamtop: Teamtop, saved: RunFolder) -> None:
    journal = saved.events_path.read_bytes()
    assert "Nothing is noted" in teamtop("note", "team-1").out
    assert teamtop("note", "team-1", "here it turns", "--at", "round:2").code == 0
    assert teamtop("note", "team-1", f"the end {HOSTILE}").code == 0
    said = teamtop("note", "team-1").out.splitlines()
    assert "  r2  " in said[0]
    assert said[0].endswith("operator: here it turns")
    assert "operator: the end" in said[1]
    assert "\x1b" not in "".join(said)
    assert saved.events_path.read_bytes() == journal


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("x", "--at", "round:99"), "Round 99 was not recorded"),
        (("x", "--at", "yesterday"), "does not say where"),
        (("--at", "round:1"), "--at says where a text is pinned"),
        ((" ",), "nothing to note"),
    ],
)
def test_a_note_that_cannot_be_pinned_is_one_sentence(
    teamtop: Teamtop, saved: RunFolder, args: tuple[str, ...], words: str
) -> None:
    said = teamtop("note", "team-1", *args)
    assert said.code != 0
    assert words in said.err
    assert not saved.notes_path.exists()


def test_a_note_on_a_run_that_goes_on_has_no_other_place_than_its_present(
    teamtop: Teamtop, saved: RunFolder
) -> None:
    with saved.hold():
        said = teamtop("note", "team-1", "x", "--at", "round:1")
    assert "leave --at out" in said.err
