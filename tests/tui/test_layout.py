"""Where panels stand: nothing overlaps, nothing is left over, nothing too small is shown."""

from __future__ import annotations

import pytest

from tui.widgets.frame import Frame
from tui.widgets.layout import MIN_HEIGHT, MIN_WIDTH, PANE_HEIGHT, PANE_WIDTH, Tile, arrange
from tui.widgets.spans import Span, plain, width_of

SIZES = [(60, 14), (80, 22), (99, 40), (100, 26), (120, 34), (160, 40), (200, 48), (320, 90)]
TEAMS = [0, 1, 2, 3, 4, 5, 7, 12, 50]


def team(size: int) -> tuple[str, ...]:
    return tuple(f"Dev{i + 1}" for i in range(size))


def cells_inside(tile: Tile) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(tile.x + 1, tile.x + tile.width - 1)
        for y in range(tile.y + 1, tile.y + tile.height - 1)
    }


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("agents", TEAMS)
def test_tiles_cover_the_area_without_overlap(size: tuple[int, int], agents: int) -> None:
    width, height = size
    tiles = arrange(width, height, team(agents))
    seen: set[tuple[int, int]] = set()
    for tile in tiles:
        assert tile.x >= 0
        assert tile.y >= 0
        assert tile.x + tile.width <= width
        assert tile.y + tile.height <= height
        inside = cells_inside(tile)
        assert inside, tile
        assert not inside & seen, tile
        seen |= inside
    assert max(tile.x + tile.width for tile in tiles) == width
    assert max(tile.y + tile.height for tile in tiles) == height


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("agents", TEAMS)
def test_panes_are_never_smaller_than_they_can_be_read(size: tuple[int, int], agents: int) -> None:
    panes = [tile for tile in arrange(*size, team(agents)) if tile.key.startswith("agent:")]
    assert all(t.inner[2] >= PANE_WIDTH - 1 and t.inner[3] >= PANE_HEIGHT for t in panes)
    assert len(panes) in (0, agents)


def test_a_small_terminal_has_rows_of_agents_the_board_and_a_strip() -> None:
    assert [tile.key for tile in arrange(80, 22, team(4))] == ["roster", "tasks", "strip"]


def test_a_standard_terminal_has_a_pane_for_each_of_four_agents() -> None:
    keys = [tile.key for tile in arrange(120, 34, team(4))]
    assert keys == ["tasks", "agent:Dev1", "agent:Dev2", "agent:Dev3", "agent:Dev4", "locks", "speedup"]


def test_a_wide_terminal_shows_the_talk_as_well() -> None:
    assert "talk" in [tile.key for tile in arrange(200, 48, team(4))]


def test_four_panes_stand_two_by_two() -> None:
    panes = [tile for tile in arrange(200, 48, team(4)) if tile.key.startswith("agent:")]
    assert len({tile.x for tile in panes}) == len({tile.y for tile in panes}) == 2


def test_too_many_agents_become_rows() -> None:
    assert "roster" in [tile.key for tile in arrange(120, 34, team(50))]


@pytest.mark.parametrize("key", ["tasks", "locks", "speedup", "talk", "agent:Dev2"])
def test_a_panel_in_full_screen_has_everything(key: str) -> None:
    assert arrange(80, 22, team(4), key) == [Tile(key, 0, 0, 80, 22)]


def test_agents_in_full_screen_are_a_grid() -> None:
    keys = [tile.key for tile in arrange(80, 22, team(4), "agents")]
    assert keys == ["agent:Dev1", "agent:Dev2", "agent:Dev3", "agent:Dev4"]


def test_the_smallest_terminal_still_shows_some_tasks() -> None:
    tasks = next(t for t in arrange(MIN_WIDTH, MIN_HEIGHT - 2, team(9)) if t.key == "tasks")
    assert tasks.inner[3] >= 3


def test_neighbours_share_their_line_and_corners_join() -> None:
    frame = Frame(20, 6, [Tile("a", 0, 0, 11, 6), Tile("b", 10, 0, 10, 3), Tile("c", 10, 2, 10, 4)])
    rows = [plain(frame.row(y, {})) for y in range(6)]
    assert rows == [
        "╭─────────┬────────╮",
        "│         │        │",
        "│         ├────────┤",
        "│         │        │",
        "│         │        │",
        "╰─────────┴────────╯",
    ]


def test_titles_stand_in_the_line_and_the_right_one_is_left_out_if_both_do_not_fit() -> None:
    wide, narrow = Tile("a", 0, 0, 30, 3), Tile("a", 0, 0, 18, 3)
    titles = {"a": ([Span("Tasks 3/20")], [Span("4 free")])}
    assert plain(Frame(30, 3, [wide]).row(0, titles)) == "╭─ Tasks 3/20 ────── 4 free ─╮"
    assert plain(Frame(18, 3, [narrow]).row(0, titles)) == "╭─ Tasks 3/20 ───╮"


@pytest.mark.parametrize("title", ["日本語の長い題名です", "[/]", "x" * 200])
def test_any_title_leaves_the_row_as_wide_as_the_frame(title: str) -> None:
    frame = Frame(24, 3, [Tile("a", 0, 0, 12, 3), Tile("b", 11, 0, 13, 3)])
    row = frame.row(0, {"a": ([Span(title)], []), "b": ([Span(title)], [Span("done")])})
    assert width_of(row) == 24


def test_the_focused_tile_is_framed_in_another_role() -> None:
    frame = Frame(10, 3, [Tile("a", 0, 0, 10, 3)])
    assert {span.role for span in frame.row(0, {}, "a")} == {"focus"}
    assert {span.role for span in frame.row(0, {}, None)} == {"faint"}
