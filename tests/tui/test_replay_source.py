"""The replay's clock, its jumps, and that every road to an event gives the same state."""

from __future__ import annotations

import gc
import random
import time
import weakref
from collections import deque
from collections.abc import Callable
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.bench_replay import write
from engine.record import events as ev
from engine.record.copying import Kept, copy_state
from engine.record.journal import append_all, encode
from engine.record.state import RunState
from tests.helpers.recorded import HandClock
from tests.helpers.teamscript import Script
from tui import recording as recordings
from tui.recording import Recording
from tui.replaysource import SPEEDS, TICK_SECONDS, Position, ReplaySource, parse_position
from tui.source import ALIVE_SECONDS


def fingerprint(part: Any) -> Any:
    """All that a state holds, as plain comparable data."""
    if isinstance(part, (str, int, float, bool, type(None), bytes)):
        return part
    if isinstance(part, dict):
        return [(fingerprint(key), fingerprint(value)) for key, value in part.items()]
    if isinstance(part, (list, tuple, deque)):
        return [fingerprint(item) for item in part]
    if isinstance(part, (set, frozenset)):
        return sorted(map(repr, part))
    names = [*getattr(part, "__dict__", ()), *getattr(part, "__slots__", ())]
    names += list(getattr(part, "__struct_fields__", ()))
    return type(part).__name__, [
        (name, fingerprint(getattr(part, name))) for name in names if name != "_handlers"
    ]


def source_of(
    tmp_path: Path, events: list[ev.AnyEvent], clock: Callable[[], float] = time.monotonic
) -> ReplaySource:
    path = tmp_path / "events.jsonl"
    path.unlink(missing_ok=True)
    append_all(path, list(events))
    source = ReplaySource(path=path, real=clock)
    while source.load():
        pass
    source.poll()
    return source


@pytest.fixture
def journal(make_journal: Callable[..., list[ev.AnyEvent]]) -> list[ev.AnyEvent]:
    return make_journal(4, agents=3, tasks=8, chain=4, trouble=0.7)


# ---------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("seq:812", Position("seq", 812)),
        (" 812 ", Position("seq", 812)),
        ("round:5", Position("round", 5)),
        ("R5", Position("round", 5)),
        ("01:12", Position("time", 72)),
        ("1:02:03.5", Position("time", 3723.5)),
        ("time:90:00", Position("time", 5400)),
        ("START", Position("start")),
        ("end", Position("end")),
    ],
)
def test_a_place_can_be_written_in_several_ways(text: str, place: Position) -> None:
    assert parse_position(text) == place


@pytest.mark.parametrize("text", ["", "x", "round:", "seq:-1", "1:2:3:4", "[/]", "9" * 40])
def test_what_is_no_place_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="Write seq:812, round:5"):
        parse_position(text)


# ---------------------------------------------------------------- copies and checkpoints


def test_a_copied_state_is_equal_and_stays_as_it_is(journal: list[ev.AnyEvent]) -> None:
    state = RunState()
    copies = []
    for event in journal:
        state.apply(event)
        copies.append((copy_state(state), fingerprint(state)))
    for copied, before in copies:
        assert fingerprint(copied) == before


def test_a_copied_state_folds_on_as_the_original_would(journal: list[ev.AnyEvent]) -> None:
    half = len(journal) // 2
    copied = copy_state(RunState.of(journal[:half]))
    for event in journal[half:]:
        copied.apply(event)
    assert fingerprint(copied) == fingerprint(RunState.of(journal))


def test_what_is_kept_is_restored_as_it_was_while_the_original_goes_on(
    journal: list[ev.AnyEvent],
) -> None:
    state, kept = RunState(spans_kept=8), []
    for event in journal:
        state.apply(event)
        kept.append((Kept(state), fingerprint(state)))
    assert any(lane.spans for lane in state.lanes.lanes.values())
    for each, before in kept:
        assert fingerprint(each.restored()) == before


def test_a_copy_of_a_graph_that_has_grown_measures_itself(journal: list[ev.AnyEvent]) -> None:
    state = RunState.of(journal)
    spec = ev.TaskSpec(id="new", name="new", title="", description="", files=(), dependencies=(), tests=())
    state.apply(ev.TaskAdded(seq=state.seq + 1, ts=state.ts, round=1, author="you", spec=spec))
    copied, span = copy_state(state), RunState.of(journal).run.span
    chain = list(copied.board.tasks)
    for one, other in pairwise([*chain[:-1], "new"]):
        event = ev.DependencyAdded(seq=0, ts=0, round=1, author="you", task=other, dependency=one)
        state.apply(event)
    assert copied.run.span == span
    assert state.run.span > span


def test_a_state_that_was_left_is_freed_without_the_collector(
    tmp_path: Path, journal: list[ev.AnyEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "CHECKPOINT_EVERY", 20)
    monkeypatch.setattr(recordings, "COPY_COST", 0)
    source = source_of(tmp_path, journal)
    source.seek(60)
    gc.collect()
    gc.disable()
    try:
        left = weakref.ref(source.state)
        source.seek(30)
        assert left() is None
    finally:
        gc.enable()


def test_checkpoints_are_thinned_out_but_cover_the_whole_journal(
    journal: list[ev.AnyEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "CHECKPOINT_EVERY", 2)
    monkeypatch.setattr(recordings, "CHECKPOINTS_KEPT", 4)
    monkeypatch.setattr(recordings, "COPY_COST", 0)
    recording = Recording.of(journal)
    kept = [recording.start_for(RunState(), seq).seq for seq in range(1, len(journal) + 1)]
    assert 2 <= len(set(kept)) <= 5
    assert len(journal) - kept[-1] <= len(journal) // 2
    assert all(start <= seq for seq, start in enumerate(kept, start=1))


def test_a_near_target_is_folded_to_and_a_far_one_starts_from_a_checkpoint(
    journal: list[ev.AnyEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "CHECKPOINT_EVERY", 20)
    monkeypatch.setattr(recordings, "COPY_COST", 40)
    recording = Recording.of(journal)
    state = RunState.of(journal[:5])
    assert recording.start_for(state, 40) is state
    assert recording.start_for(state, 90).seq == 80
    assert recording.start_for(RunState.of(journal[:60]), 45).seq == 40
    assert recording.start_for(RunState.of(journal[:60]), 3).seq == 0


@given(
    size=st.integers(1, 40), spans=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 400)), max_size=8)
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_packed_events_come_back_as_they_were_while_more_are_added(
    journal: list[ev.AnyEvent], size: int, spans: list[tuple[int, int]]
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(recordings, "PACK_EVENTS", size)
        recording = Recording()
        rest = iter(journal)
        for more, first in spans:
            recording.extend(islice(rest, more))
            known = journal[: recording.count]
            assert list(recording.between(first + 1, first + more)) == known[first : first + more]
            assert recording.upto(first) == known[:first]
            if known:
                assert recording.event(first % len(known) + 1) == known[first % len(known)]


def test_only_the_latest_packs_stay_unpacked(
    journal: list[ev.AnyEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "PACK_EVENTS", 5)
    recording = Recording.of(journal)
    unpack, unpacked = recordings._unpack, []

    def counted(pack: bytes) -> list[ev.AnyEvent]:
        unpacked.append(pack)
        return unpack(pack)

    monkeypatch.setattr(recordings, "_unpack", counted)
    for seq in (3, 4, 3, 8, 4, 13, 18, 3, 23, 8, 3):
        assert recording.event(seq) == journal[seq - 1]
    assert len(unpacked) == 6  # one by one five packs, and anew the first, which the other four displaced


# ---------------------------------------------------------------- the transport

COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.integers(-40, 40)),
        st.tuples(st.just("round"), st.sampled_from([-1, 1])),
        st.tuples(st.just("seek"), st.integers(-5, 400)),
        st.tuples(st.just("time"), st.floats(-10, 2_000)),
        st.tuples(st.just("share"), st.floats(0, 1)),
        st.tuples(st.just("speed"), st.sampled_from([-1, 1])),
        st.tuples(st.just("toggle"), st.just(0)),
        st.tuples(st.just("tick"), st.floats(0, 0.9)),
        st.tuples(st.sampled_from(["start", "end"]), st.just(0)),
    ),
    max_size=25,
)


def obey(source: ReplaySource, clock: HandClock, command: str, value: float) -> None:
    match command:
        case "step":
            source.step(int(value))
        case "round":
            source.step_round(int(value))
        case "seek":
            source.seek(int(value))
        case "time":
            source.to_time(value)
        case "share":
            source.to_share(value)
        case "speed":
            source.change_speed(int(value))
        case "toggle":
            source.toggle()
        case "tick":
            clock.now += value
            source.poll()
        case "start":
            source.to_start()
        case "end":
            source.to_end()


def test_any_sequence_of_commands_leaves_the_state_of_the_prefix(
    tmp_path: Path, journal: list[ev.AnyEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "CHECKPOINT_EVERY", 16)
    monkeypatch.setattr(recordings, "CHECKPOINTS_KEPT", 6)
    monkeypatch.setattr(recordings, "COPY_COST", 10)
    monkeypatch.setattr(recordings, "PACK_EVENTS", 7)
    folds = [fingerprint(RunState.of(journal[:seq])) for seq in range(len(journal) + 1)]

    @settings(max_examples=60)
    @given(COMMANDS)
    def check(commands: list[tuple[str, float]]) -> None:
        clock = HandClock()
        source = source_of(tmp_path, journal, clock)
        for command, value in commands:
            obey(source, clock, command, value)
            assert source.reached
            assert 1 <= source.state.seq <= len(journal)
            assert source.state.ts <= source.position <= journal[-1].ts
            assert fingerprint(source.state) == folds[source.state.seq]

    check()


def test_the_clock_plays_events_when_their_time_comes(tmp_path: Path) -> None:
    run = Script().start().at(1.0).open_round("Dev1").at(4.0).think("Dev1")
    clock = HandClock()
    source = source_of(tmp_path, run.events, clock)
    source.toggle()
    seen = []
    for _ in range(5):
        seen.append((source.now, source.state.seq))
        clock.now += 1.0
        source.poll()
    assert seen == [(0.0, 1), (1.0, 2), (2.0, 2), (3.0, 2), (4.0, 3)]
    assert not source.playing
    assert source.at_end


def test_twice_the_speed_takes_half_the_time(tmp_path: Path, journal: list[ev.AnyEvent]) -> None:
    positions = []
    for steps in (0, 1, 3):
        clock = HandClock()
        source = source_of(tmp_path, journal, clock)
        source.change_speed(steps and 1)
        for _ in range(steps - 1):
            source.change_speed(1)
        source.toggle()
        clock.now += 0.5
        source.poll()
        positions.append(source.position)
    assert positions == [0.5, 1.0, 4.0]


def test_speeds_double_between_a_quarter_and_sixty_four(tmp_path: Path, journal: list[ev.AnyEvent]) -> None:
    source = source_of(tmp_path, journal)
    for _ in range(20):
        source.change_speed(1)
    up = source.speed
    for _ in range(20):
        source.change_speed(-1)
    assert (source.speed, up) == (0.25, 64.0)
    assert all(b == 2 * a for a, b in pairwise(SPEEDS))


def test_a_speed_between_the_steps_goes_on_to_the_next_step(
    tmp_path: Path, journal: list[ev.AnyEvent]
) -> None:
    source = source_of(tmp_path, journal)
    source.speed = 10.0
    source.change_speed(1)
    assert source.speed == 16.0
    source.speed = 10.0
    source.change_speed(-1)
    assert source.speed == 8.0


def test_a_machine_that_slept_does_not_make_the_replay_leap(
    tmp_path: Path, journal: list[ev.AnyEvent]
) -> None:
    clock = HandClock()
    source = source_of(tmp_path, journal, clock)
    source.toggle()
    clock.now += 3_600
    source.poll()
    assert source.position == TICK_SECONDS


def test_steps_by_round_stop_where_rounds_begin(tmp_path: Path, journal: list[ev.AnyEvent]) -> None:
    source = source_of(tmp_path, journal)
    starts = [event.seq for event in journal if isinstance(event, ev.RoundStarted)]
    forward = []
    for _ in starts:
        source.step_round(1)
        forward.append(source.state.seq)
    assert forward == starts
    source.step_round(1)
    assert source.state.seq == len(journal)
    source.step_round(-1)
    assert source.state.seq == starts[-1]
    source.step(1)
    source.step_round(-1)
    assert source.state.seq == starts[-1]
    source.step_round(-1)
    assert source.state.seq == starts[-2]


def test_stepping_pauses_and_playing_at_the_end_starts_over(
    tmp_path: Path, journal: list[ev.AnyEvent]
) -> None:
    source = source_of(tmp_path, journal)
    source.toggle()
    source.step(1)
    paused = not source.playing
    source.to_end()
    source.toggle()
    assert (paused, source.playing, source.state.seq) == (True, True, 1)


def test_one_cannot_go_before_the_first_event_nor_past_the_last(
    tmp_path: Path, journal: list[ev.AnyEvent]
) -> None:
    source = source_of(tmp_path, journal)
    source.step(-1)
    assert source.state.seq == 1
    source.to_end()
    source.step(1)
    assert source.state.seq == len(journal)


def test_a_place_that_was_not_recorded_is_named_with_what_there_is(
    tmp_path: Path, journal: list[ev.AnyEvent]
) -> None:
    source = source_of(tmp_path, journal)
    last = max(event.round for event in journal)
    assert source.go(Position("round", 99)) == (
        f"Round 99 was not recorded: the journal holds rounds 1 to {last}."
    )
    assert source.go(Position("seq", 99_999)) == (
        f"There is no event 99999: the journal holds 1 to {len(journal)}."
    )
    assert source.state.seq == 1


def test_a_wish_waits_until_the_journal_is_read_that_far(tmp_path: Path, journal: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    append_all(path, list(journal))
    for place, seq in (
        (Position("seq", 30), 30),
        (Position("round", 2), next(e.seq for e in journal if e.round == 2)),
        (Position("end"), len(journal)),
        (Position("time", 1e9), len(journal)),
        (Position("round", 99), len(journal)),  # as near as there is
    ):
        source = ReplaySource(path=path)
        assert source.go(place) == ""
        source.poll()
        assert source.state.seq == 0
        while source.load():
            pass
        source.poll()
        assert source.state.seq == seq, place
    assert source.unmet.startswith("Round 99 was not recorded")


def test_moving_by_hand_drops_a_wish_that_waits(tmp_path: Path, journal: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    append_all(path, list(journal))
    source = ReplaySource(path=path)
    source.go(Position("end"))
    source.recording.extend(journal[:20])
    source.step(3)
    while source.load():
        break
    source.poll()
    assert source.state.seq == 3


# ---------------------------------------------------------------- damage


def test_a_damaged_journal_plays_what_stands_before_the_damage(
    tmp_path: Path, journal: list[ev.AnyEvent]
) -> None:
    path = tmp_path / "events.jsonl"
    lines = [encode(event) for event in journal]
    lines[30] = b'{"type":"replied","text":"\x1b]2;pwned\x07"}\n'
    path.write_bytes(b"".join(lines))
    source = ReplaySource(path=path)
    while source.load():
        pass
    source.to_end()
    assert source.state.seq == 30
    assert source.note.startswith("Line 31")
    assert "damaged" in source.note
    assert "\x1b" not in source.note


def test_a_torn_last_record_is_dropped_with_a_note(tmp_path: Path, journal: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    whole = b"".join(encode(event) for event in journal[:10])
    path.write_bytes(whole + encode(journal[10])[:25])
    source = ReplaySource(path=path)
    while source.load():
        pass
    source.to_end()
    assert source.state.seq == 10
    assert source.note == "The last record, line 11, is torn after 25 bytes and was dropped."


def test_a_journal_of_a_newer_teamtop_says_so(tmp_path: Path, journal: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    append_all(path, list(journal[:5]))
    with path.open("ab") as file:
        file.write(encode(ev.RoundEnded(seq=6, v=99)))
    source = ReplaySource(path=path)
    while source.load():
        pass
    assert "newer teamtop" in source.note


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"not a journal\n"])
def test_a_journal_without_events_is_no_reason_to_fail(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "events.jsonl"
    if content is not None:
        path.write_bytes(content)
    source = ReplaySource(path=path)
    source.playing = True
    while source.load():
        pass
    for command in ("toggle", "start", "end", "step", "round", "time", "share", "tick"):
        obey(source, HandClock(), command, 1)
    assert source.state.seq == 0
    assert source.note


@pytest.mark.parametrize(("harm", "word"), [("delete", "deleted"), ("cut", "cut short")])
def test_a_journal_that_goes_while_it_is_replayed_is_said_and_plays_on(
    tmp_path: Path, journal: list[ev.AnyEvent], harm: str, word: str
) -> None:
    clock = HandClock()
    source = source_of(tmp_path, journal, clock)
    path = tmp_path / "events.jsonl"
    if harm == "delete":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:5_000])
    clock.now += ALIVE_SECONDS
    assert source.poll()
    assert source.note.startswith(f"The journal was {word} while it was shown")
    for place in (len(journal), 1, len(journal) // 2):
        source.seek(place)
        while not source.reached:
            source.poll()
        assert fingerprint(source.state) == fingerprint(RunState.of(journal[:place]))


def test_times_that_go_back_do_not_confuse_the_slider(tmp_path: Path, journal: list[ev.AnyEvent]) -> None:
    import msgspec

    forged = [msgspec.structs.replace(event, ts=-event.ts) for event in journal]
    source = source_of(tmp_path, forged)
    source.to_time(5.0)
    assert source.state.seq == len(journal)
    source.to_share(0.5)
    assert source.state.seq == round(len(journal) / 2)


# ---------------------------------------------------------------- cost


def test_a_jump_in_a_long_journal_folds_few_events(
    tmp_path: Path, make_journal: Callable[..., list[ev.AnyEvent]], monkeypatch: pytest.MonkeyPatch
) -> None:
    events = make_journal(1, agents=4, tasks=150, chain=140, trouble=0.9, max_rounds=400)
    assert len(events) > 5_000
    source = source_of(tmp_path, events, lambda: 0.0)  # a jump has all the time that it needs
    source.to_end()
    folded = 0
    apply = RunState.apply

    def counted(self: RunState, event: ev.Event) -> None:
        nonlocal folded
        folded += 1
        apply(self, event)

    monkeypatch.setattr(RunState, "apply", counted)
    for seq in (1, len(events), len(events) // 2, 10, len(events) - 1, len(events) - 2):
        folded = 0
        source.seek(seq)
        assert source.reached
        assert folded <= recordings.COPY_COST + recordings.CHECKPOINT_EVERY


@pytest.mark.deep
def test_any_place_of_400_000_events_is_reached_as_by_folding_all_of_them(tmp_path: Path) -> None:
    path, count = tmp_path / "events.jsonl", 400_000
    write(path, count, agents=5, tasks=50)
    source = ReplaySource(path=path, real=lambda: 0.0)  # a jump has all the time that it needs
    while source.load():
        pass
    source.poll()
    assert source.recording.count == count
    assert len(source.recording._checkpoints) <= recordings.CHECKPOINTS_KEPT
    state, chance = RunState(), random.Random(3)
    folded, apply = 0, RunState.apply

    def counted(self: RunState, event: ev.Event) -> None:
        nonlocal folded
        folded += 1
        apply(self, event)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(RunState, "apply", counted)
        for seq in sorted(chance.sample(range(1, count), 12)):
            source.to_end()
            folded = 0
            source.seek(seq)
            assert folded <= 4_000, seq
            for event in source.recording.between(state.seq + 1, seq):
                apply(state, event)
            assert fingerprint(source.state) == fingerprint(state)
