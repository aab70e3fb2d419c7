"""Pages: a whole turn, a task, and how text is laid out on them."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.state import RunState
from tests.helpers.teamscript import Script
from tui.screens.details import detail_of, reflowed, task_page, turn_page
from tui.source import EventsSource
from tui.widgets.moment import Moment
from tui.widgets.page import Paragraph
from tui.widgets.spans import cells_of, plain


def written(page: list[Paragraph], cells: int = 60) -> str:
    return "\n".join(plain(row).rstrip() for paragraph in page for row in paragraph.rows(cells))


def test_a_turn_shows_figures_what_came_of_it_and_the_reply_line_by_line() -> None:
    s = Script().start().open_round("Dev1").think("Dev1")
    s.at(4.0).reply("Dev1", 'I take add.\n\n<claim_task id="1"/>\n    indented').claim("Dev1", 1)
    s.test("Dev1", 1, failed=1).end_turn("Dev1", 1)
    turn = RunState.of(s.events).agents.agents["Dev1"].turn
    assert turn is not None
    assert written(turn_page(turn)) == "\n".join(
        [
            "turn 1 · began at 00:00 · answered after 4.0 s · 1,800",
            "tokens in, 420 out · replied, 1 effect · was shown no file",
            "",
            "What came of it",
            "· claims 1 add",
            "· runs tests of 1 add",
            "· tests failed, 1 of 3 in 1.5 s",
            "  E  assert 1 == 2",
            "",
            "The reply",
            "I take add.",
            "",
            '<claim_task id="1"/>',
            "    indented",
        ]
    )


def test_a_turn_without_a_reply_yet_says_so() -> None:
    s = Script().start().open_round("Dev1").think("Dev1")
    turn = RunState.of(s.events).agents.agents["Dev1"].turn
    assert turn is not None
    assert written(turn_page(turn)).endswith("The reply\nnot here yet")


def test_a_task_shows_status_history_and_text(state: RunState) -> None:
    page = written(task_page(state.board.tasks["14"], Moment(state, state.ts)))
    assert "status       ▶ owner lost, Dev3" in page
    assert "tests        4; not run yet" in page
    assert "owners       Dev3" in page
    assert "Write clamp(…) in clamp.py.\nIt raises ValueError for bad input." in page


def test_a_waiting_task_names_what_it_waits_for(state: RunState) -> None:
    page = written(task_page(state.board.tasks["9"], Moment(state, state.ts)))
    assert "status       ◌ waits 8" in page
    assert "depends on   8 normalize" in page


def test_long_lines_of_a_reply_break_between_words_and_lose_nothing() -> None:
    text = "    if it is one of them that is a float, the result is a float"
    lines = [plain(row) for row in Paragraph(text, verbatim=True).rows(24)]
    assert lines == ["    if it is one of ", "them that is a float, ", "the result is a float"]
    assert "".join(lines) == text


def test_long_lines_are_folded_and_none_exceeds_the_page() -> None:
    rows = Paragraph("x" * 500 + "\n  日本語" + "日" * 50, verbatim=True).rows(30)
    assert all(cells_of(plain(row)) <= 30 for row in rows)
    assert plain(rows[0]) == "x" * 30


def test_without_a_panel_the_first_agent_s_turn_is_opened() -> None:
    source = EventsSource(Script().start().events)
    assert detail_of(None, source) is None
    source.poll()
    assert detail_of(None, source) is not None


def test_outcomes_of_a_failed_call_are_told() -> None:
    s = Script().start().open_round("Dev1").think("Dev1")
    s.add(ev.CallFailed, turn=1, agent="Dev1", attempt=1, kind="http_529", detail="Overloaded.")
    turn = RunState.of(s.events).agents.agents["Dev1"].turn
    assert turn is not None
    assert "· call failed (http_529), gives up\n  Overloaded." in written(turn_page(turn))


def test_breaks_of_an_editor_go_and_those_of_an_author_stay() -> None:
    long = "It returns a + b for two numbers, as Python's + gives it: two ints give an exact int; if one of"
    item = "- ValueError if values has no spread: all values are equal (test this by comparing them, for"
    text = (
        f"Write add.\n{long}\nthem is a float.\n{item}\n  rounding errs).\n- None else.\n\nSo:\n    add(1, 2)"
    )
    assert reflowed(text).split("\n") == [
        "Write add.",
        f"{long} them is a float.",
        f"{item} rounding errs).",
        "- None else.",
        "",
        "So:",
        "    add(1, 2)",
    ]
