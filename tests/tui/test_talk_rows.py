"""What was said and done, in order."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.state import RunState
from tests.helpers.teamscript import Script
from tui.widgets.spans import plain
from tui.widgets.talk_rows import ENTRIES_SHOWN, entries, entry_rows


def texts(state: RunState, cells: int = 60) -> list[str]:
    return [plain(row) for entry in entries(state) for row in entry_rows(entry, cells)]


def test_mail_and_acts_of_people_stand_in_the_order_of_time(state: RunState) -> None:
    assert texts(state) == [
        "r6 operator injected crash into Dev3",
        "r6 Dev4 → all “Great job Dev1! Shall I review std_dev?”",
        "r7 Dev4 → Dev2 “outlier_mask waits for normalize, careful.”",
        "r7 operator said to Dev1: “Mind the empty list.”",
    ]


def test_lost_mail_says_for_whom() -> None:
    s = (
        Script()
        .start()
        .add(ev.MessageSent, id="m1", sender="Dev1", recipients=("Dev2",), text="hi", kind="message")
    )
    s.add(ev.MessageLost, id="m1", recipient="Dev2", reason="dropped")
    assert texts(RunState.of(s.events)) == ["r0 Dev1 → Dev2 “hi (lost for Dev2)”"]


def test_only_the_latest_entries_are_kept() -> None:
    s = Script().start()
    for number in range(ENTRIES_SHOWN + 5):
        s.say("Dev1", ("Dev2",), f"note {number}")
    found = entries(RunState.of(s.events))
    assert len(found) == ENTRIES_SHOWN
    assert found[-1].text == f"note {ENTRIES_SHOWN + 4}"
