"""Displays of lines, and what is printed in tables."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from engine.record import events as ev
from tui import displays, printing

MakeJournal = Callable[..., list[ev.AnyEvent]]


def _shown(kind: str, events: list[ev.AnyEvent]) -> list[str]:
    out = io.StringIO()
    display = displays.make(kind, out)
    for event in events:
        display.on_event(event)
    display.close()
    return out.getvalue().splitlines()


def test_plain_shows_results_and_log_every_act(make_journal: MakeJournal) -> None:
    events = make_journal(4, agents=3, tasks=8, trouble=0.6)
    plain, log = _shown("plain", events), _shown("log", events)
    assert plain[0] == log[0] == "mathutils · mixed p=0.75 · 3 agents · decentralized · sim/perfect · seed 4"
    assert set(plain) < set(log)
    rounds = sum(isinstance(event, ev.RoundEnded) for event in events)
    assert sum("tasks done" in line for line in plain) == rounds
    assert not any("claims" in line for line in plain)
    assert any("claims" in line for line in log)
    assert any("takes the lock on" in line for line in log)


def test_faults_and_words_of_people_are_always_shown(make_journal: MakeJournal) -> None:
    events = make_journal(4, agents=3, tasks=9, trouble=1.0)
    plain = _shown("plain", events)
    crashes = sum(isinstance(event, ev.AgentCrashed) for event in events)
    assert crashes > 0
    assert sum("crashed" in line for line in plain) == crashes
    assert sum("you injected crash" in line for line in plain) == crashes


def test_none_shows_nothing(make_journal: MakeJournal) -> None:
    assert _shown("none", make_journal(1)) == []


@pytest.mark.parametrize("kind", ["plain", "log"])
def test_no_control_byte_of_an_agent_is_written(kind: str) -> None:
    evil = "\x1b[2J\x1b]52;c;aGk=\x07\r\u202e"
    team = (ev.AgentSpec(name="Dev1", model=evil),)
    started = ev.RunStarted(
        seq=1,
        suite=evil,
        structure=evil,
        suite_hash="",
        brief=evil,
        p=0.0,
        tasks=(),
        files=(),
        team=team,
        strategy=evil,
        seed=1,
        locks="none",
        completion="reported",
        tests="real",
        clock="wall",
        speed=1.0,
        max_rounds=1,
        lease_seconds=1.0,
        template=1,
    )
    lock = ev.LockAcquired(seq=2, path=evil, agent=evil, turn=1, token=1)
    failed = ev.CallFailed(seq=3, turn=1, agent="Dev1", attempt=1, kind=evil, detail=evil)
    ended = ev.RunEnded(seq=4, outcome="failed", wall_seconds=1.0, detail=evil)
    lines = _shown(kind, [started, lock, failed, ended])
    assert len(lines) >= 3
    assert all(line.isprintable() for line in lines)


class _Closed(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_stream_that_is_gone_does_not_stop_the_run(make_journal: MakeJournal) -> None:
    display = displays.make("log", _Closed())
    for event in make_journal(1):
        display.on_event(event)
    display.close()


def test_a_table_stands_in_columns_and_is_whole_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    printing.print_table(("NAME", "N"), [("短い", "1"), ("a" * 150, "2"), ("[red]b[/]", "3")], out)
    lines = out.getvalue().splitlines()
    assert lines[2] == "a" * 150 + "  2"
    assert lines[3].startswith("[red]b[/] ")
    assert lines[1].startswith("短い ")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_table_is_cut_at_the_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    out = _Terminal()
    printing.print_table(("NAME", "N"), [("a" * 150, "2")], out)
    line = out.getvalue().splitlines()[1]
    assert line == "a" * 39 + "…"
