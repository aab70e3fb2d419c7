"""The one reducer: folds anything without raising, live and replayed alike, bounded, with clean text only."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.record import events as ev
from engine.record.codec import decode
from engine.record.state import RunState, agent, board, faults, locks, mail, metrics, run
from tests.helpers import eventstrategies
from tests.helpers.scripted import Say, Steering, done, edit, graph, play, started

MakeJournal = Callable[..., list[ev.AnyEvent]]

UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What no terminal may get: C0 but newline and tab, C1, bidirectional and invisible characters."""


def plain(value: Any) -> Any:
    """A deep copy of plain values: equal for equal states, whatever their objects."""
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return ["set", *sorted(map(plain, value))]
    if isinstance(value, list | tuple | deque):
        return [plain(item) for item in value]
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    names = [name for name in vars(value) if name != "_handlers"]
    return {name: plain(getattr(value, name)) for name in names}


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a plain value that anybody can ask for, with where it stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if str(key).startswith("_"):
                continue  # bookkeeping by raw names, which nobody is shown
            yield from texts(key, f"{path}.keys")
            yield from texts(item, f"{path}.{key}" if str(key).isidentifier() else f"{path}[…]")
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, f"{path}[…]")


def check(state: RunState) -> None:
    """What holds of every state."""
    shown = state.board
    assert shown.done == sum(task.status == "done" for task in shown.tasks.values())
    assert 0 <= shown.done <= shown.total
    for each in state.agents.agents.values():
        assert len(each.lines) <= agent.LINES_KEPT
        assert len(each.turns) <= agent.TURNS_KEPT
        assert each.line_count >= len(each.lines)
    for task in shown.tasks.values():
        assert len(task.owners) <= board.OWNERS_KEPT
    assert len(state.locks.denials) <= locks.DENIALS_KEPT
    assert len(state.mail.messages) <= mail.MAIL_KEPT
    assert len(state.faults.ended) <= faults.FAULTS_KEPT
    assert len(state.metrics.rounds) <= metrics.ROUNDS_KEPT
    assert len(state.run.acts) <= run.ACTS_KEPT
    # What screens ask of it answers as well.
    _ = state.completed, shown.ready(), state.faults.all(), state.metrics.current, state.locks.hottest(5)
    for path in state.locks.hottest(5):
        assert len(state.locks.heat(path, 12, state.round)) == 12
    for task_id in shown.tasks:
        shown.waits(task_id)
        state.agents.task_label(task_id)
    for row in state.metrics.rounds:
        _ = row.straggler_gap


def check_texts(state: RunState) -> None:
    """No text in it can act on a terminal or mislead a reader."""
    for path, text in texts(plain(state)):
        assert not UNSAFE.search(text), f"{path}: {text[:80]!r}"


# ------------------------------------------------------------ anything at all


@settings(max_examples=150)
@given(st.lists(eventstrategies.events(), max_size=25))
def test_no_sequence_of_events_makes_it_raise(events: list[ev.Event]) -> None:
    state = RunState()
    for event in events:
        state.apply(event)
    check(state)
    check_texts(state)


_tasks = graph("add", "sub", "mul", sub="add", mul="add sub")


@settings(max_examples=150)
@given(st.lists(eventstrategies.events(), max_size=40))
def test_no_sequence_of_events_after_a_real_start_makes_it_raise(events: list[ev.Event]) -> None:
    state = RunState()
    for event in [started(_tasks), *events, started(_tasks), *events]:
        state.apply(event)
    check(state)
    check_texts(state)


@pytest.mark.parametrize("kind", eventstrategies.TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=8)
@given(st.data())
def test_every_event_type_is_folded_also_before_the_start_and_twice(
    kind: type[ev.Event], data: st.DataObject
) -> None:
    event = data.draw(eventstrategies.event(kind))
    for before in ([], [started(_tasks)]):
        state = RunState.of([*before, event, event])
        assert (state.seq, state.ts, state.round) == (event.seq, event.ts, event.round)
        check(state)
        check_texts(state)


@pytest.mark.parametrize("text", [*eventstrategies.HOSTILE, "x" * 30_000], ids=ascii)
def test_hostile_text_in_any_field_of_any_event_is_made_safe(text: str) -> None:
    def poison(value: Any, name: str = "") -> Any:
        if isinstance(value, str):
            return value if name in ("agent", "recipient", "sender") else text
        if isinstance(value, tuple):
            return tuple(poison(item, name) for item in value)
        if isinstance(value, dict):
            return {poison(key): poison(item) for key, item in value.items()}
        if isinstance(value, msgspec.Struct):
            return spoiled(value)
        return value

    def spoiled(struct: msgspec.Struct) -> Any:
        return type(struct)(
            **{
                name: value if name in LITERAL[type(struct)] else poison(value, name)
                for name in struct.__struct_fields__
                for value in [getattr(struct, name)]
            }
        )

    for kind in eventstrategies.TYPES:
        state = RunState.of([started(_tasks), spoiled(TEMPLATES[kind])])
        state.apply(
            ev.TurnEnded(turn=1, agent="Dev1", outcome="replied", effects=0)
        )  # ends what is held back
        check_texts(state)
        for path, found in texts(plain(state)):
            assert len(found) < 25_000, path


def _literal_fields(kind: type[msgspec.Struct]) -> frozenset[str]:
    import typing

    hints = typing.get_type_hints(kind)
    return frozenset(name for name, hint in hints.items() if typing.get_origin(hint) is typing.Literal)


_KINDS: list[type[msgspec.Struct]] = [
    *eventstrategies.TYPES,
    ev.Seen,
    ev.AgentSpec,
    ev.TaskSpec,
    ev.FileSpec,
    ev.Limits,
]
LITERAL = {kind: _literal_fields(kind) for kind in _KINDS}


def _template(kind: type[ev.Event]) -> ev.Event:
    """An event of the type that concerns an agent of the team, in every field that is text."""
    import typing

    hints = typing.get_type_hints(kind)

    def fill(hint: Any, name: str) -> Any:
        origin, args = typing.get_origin(hint), typing.get_args(hint)
        if name in ("agent", "recipient", "sender"):
            return "Dev1"
        if origin is typing.Literal:
            return args[0]
        if origin is tuple:
            items = args[:1] if args[-1] is Ellipsis else args
            return tuple(fill(item, "") for item in items)
        if origin is dict:
            return {"x": "x"}
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            inner = typing.get_type_hints(hint)
            return hint(**{key: fill(inner[key], key) for key in hint.__struct_fields__})
        if origin is not None:  # an optional value
            return fill(args[0], name)
        return {str: "x", int: 1, float: 1.0, bool: True}[hint]

    return kind(**{name: fill(hints[name], name) for name in kind.__struct_fields__} | {"seq": 2, "v": 1})


TEMPLATES = {kind: _template(kind) for kind in eventstrategies.TYPES}


# ------------------------------------------------------------ journals


@pytest.mark.parametrize("seed", range(6))
def test_any_prefix_of_a_journal_folds(seed: int, make_journal: MakeJournal) -> None:
    events = make_journal(seed, agents=1 + seed % 4, tasks=8, chain=4, trouble=0.2 * (seed % 5))
    state = RunState()
    check(state)
    for event in events:
        state.apply(event)
        check(state)
    check_texts(state)
    assert state.run.phase == "ended"


PLAN = """
[[fault]]
kind = "crash"
target = "Dev3"
at_round = 2
duration_seconds = 50
[[fault]]
kind = "stall"
target = "Dev2"
at_round = 3
duration_seconds = 20
[[fault]]
kind = "api_errors"
target = "Dev1"
at_round = 2
duration_seconds = 2
[[fault]]
kind = "drop_messages"
at_round = 4
"""


@pytest.mark.parametrize("strategy", ["decentralized", "preassigned", "lead"])
def test_live_state_equals_replayed_state_at_every_seq(strategy: str) -> None:
    from engine import control

    live: list[Any] = []

    async def steer(hand: Steering) -> None:
        hand.run.bus.listen(lambda _: live.append(plain(hand.run.state)))
        await hand.sleep(1.5)
        for command in (control.Pause(), control.Say(text="Hi.\x07"), control.Step(), control.Heal(fault=99)):
            await hand.do(command)
        await hand.sleep(300.0)
        await hand.do(control.Resume())

    def brain(agent: str, call: int, _: object) -> Say:
        number = (call - 1) % 3 + 1
        text = (
            f"{done(str(number), 'add.py')}<run_tests/><broadcast>\x1b[31m{agent}</broadcast>{edit('mul.py')}"
        )
        if agent == "Lead":
            text = f'<assign_task id="{number}" to="Dev{number}"/><request_status to="Dev1"/>'
        return Say(text, 1.0 + 0.1 * call)

    played = play(brain, _tasks, agents=3, strategy=strategy, plan=PLAN, steer=steer, max_rounds=6, seed=4)
    assert len(played.of(ev.FaultStarted)) == 4 or played.outcome == "completed"
    replayed = RunState()
    missed = len(played.events) - len(live)  # the listener comes once the first prompts are out
    assert 0 <= missed <= 10
    for number, line in enumerate(played.data.split(b"\n")[:-1]):
        replayed.apply(decode(line))
        if number >= missed:
            assert plain(replayed) == live[number - missed], f"seq {number + 1}"
    check(replayed)
    check_texts(replayed)


# ------------------------------------------------------------ bounds


def test_buffers_stay_bounded_over_a_long_run() -> None:
    state = RunState()
    state.apply(started(_tasks))
    seq = 1
    for round_ in range(1, 2_300):
        batch: list[ev.Event] = [
            ev.RoundStarted(agents=("Dev1",)),
            ev.TurnStarted(turn=round_, agent="Dev1", epoch=1, seen=ev.Seen(board=1), request="ab"),
            ev.MessageSent(id=f"m{round_}", sender="Dev1", recipients=("Dev2",), text="Hi.", kind="message"),
            ev.LockDenied(path=f"f{round_}.py", agent="Dev1", turn=1, holder="Dev2", age_seconds=1.0),
            ev.FaultStarted(id=round_, kind="slow", targets=("Dev1",), params={}, author="you"),
            ev.FaultStopped(id=round_, author="you"),
            ev.TaskClaimed(task="1", agent=f"Dev{round_ % 2 + 1}", turn=round_),
            ev.TaskReleased(task="1", agent="Dev1", reason="released"),
            ev.PauseRequested(author="you"),
            ev.TurnEnded(turn=round_, agent="Dev1", outcome="replied", effects=0),
            ev.RoundEnded(),
        ]
        for event in batch:
            seq += 1
            state.apply(msgspec.structs.replace(event, seq=seq, round=round_))
    check(state)
    assert len(state.locks._heat) == locks.HOT_PATHS_KEPT
    assert len(state.mail._by_id) == mail.MAIL_KEPT
    assert state.mail.find("m2299") is not None
    assert state.mail.find("m1") is None
    assert (state.mail.sent, state.faults.count, state.locks.denied) == (2299, 2299, 2299)


def test_a_second_start_in_one_journal_does_not_count_tasks_twice() -> None:
    first = started(_tasks)
    completed = ev.TaskCompleted(task="1", agent="Dev1", turn=1, evidence="none")
    state = RunState.of([first, completed, first, completed, completed])
    assert (state.board.done, state.board.total) == (1, 3)
    assert [task.id for task in state.board.ready()] == ["2"]


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abc"), st.booleans()), max_size=60))
def test_the_hottest_paths_are_those_refused_and_then_asked_for_most(
    asked: list[tuple[int, str, bool]],
) -> None:
    folded, round_, seen = locks.LocksState(), 1, list[tuple[int, str]]()
    refused: Counter[str] = Counter()
    for later, path, denied in asked:
        round_ += later
        seen.append((round_, path))
        if denied:
            refused[path] += 1
            folded.lock_denied(
                ev.LockDenied(round=round_, turn=1, agent="A", path=path, holder="B", age_seconds=0)
            )
        else:
            folded.lock_acquired(ev.LockAcquired(round=round_, turn=1, agent="A", path=path, token=1))

    def rank(path: str) -> tuple[int, int, str]:
        rounds = sorted({r for r, p in seen if p == path})[-locks.HEAT_ROUNDS :]
        return -refused[path], -sum(p == path and r in rounds for r, p in seen), path

    assert folded.hottest(3) == sorted({path for _, path in seen}, key=rank)
