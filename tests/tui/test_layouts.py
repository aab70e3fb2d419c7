"""Layouts: chosen panels tile any screen, keep their names in a file, and are there the next time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import combinations
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import scripted
from tui.layouts import LAYOUTS_MAX, Layout, Layouts, load, save
from tui.screens.arranging import LayoutDialog
from tui.widgets.layout import CHOICES, MIN_HEIGHT, MIN_WIDTH, arrange
from tui.widgets.runview import zoom_to

SIZES = [(MIN_WIDTH, MIN_HEIGHT - 2), (80, 22), (99, 40), (120, 34), (200, 48)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "teamtop" / "layouts.toml"


def play(scene: Callable[[Stage], Awaitable[None]], size: tuple[int, int] = (120, 36)) -> None:
    async def run() -> None:
        async with staged(scripted().events, size=size) as stage:
            await scene(stage)

    asyncio.run(run())


# ------------------------------------------------------------ tiles


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("agents", [0, 2, 4, 50])
def test_any_choice_of_panels_covers_any_screen_without_overlap(size: tuple[int, int], agents: int) -> None:
    width, height = size
    team = tuple(f"Dev{i}" for i in range(agents))
    for count in range(1, len(CHOICES) + 1):
        for chosen in combinations(CHOICES, count):
            tiles = arrange(width, height, team, None, chosen)
            assert {zoom_to(tile.key) for tile in tiles} <= set(chosen)
            inside = 0
            for tile in tiles:
                assert tile.height >= 3
                assert tile.width >= 20
                assert 0 <= tile.x <= tile.x + tile.width <= width
                assert 0 <= tile.y <= tile.y + tile.height <= height
                inside += (tile.width - 1) * (tile.height - 1)
            assert inside == (width - 1) * (height - 1)  # neighbours share a line


def test_a_wide_screen_has_all_panels_at_once() -> None:
    tiles = arrange(200, 48, ("Dev1", "Dev2"), None, CHOICES)
    assert {zoom_to(tile.key) for tile in tiles} == set(CHOICES)


# ------------------------------------------------------------ the file


def test_what_is_saved_is_read_again(home: Path) -> None:
    mine = Layout("ein „Name“ \\ [b]", ("tasks", "timeline"), "timeline", {"tasks": "graph"})
    save(load().with_layout(mine))
    again = load()
    assert again.problem == ""
    assert again.saved == (mine,)
    assert again.current == mine
    assert home.read_text().startswith("# teamtop writes this file")


@pytest.mark.parametrize(
    "text",
    [
        "start = [",
        "layouts = 3",
        "start = 3",
        '[layouts.x]\npanels = ["nothing"]',
        "[layouts.x]\npanels = []",
        "[layouts.standard]\npanels = ['tasks']",
        "[layouts.x]\npanels = ['tasks']\nfull = 'x'",
        "[layouts.x]\npanels = ['tasks']\nviews = 3",
        '[layouts."a\\u001b[2J"]\npanels = ["tasks"]',
        "x" * 70_000,
    ],
)
def test_a_damaged_file_is_one_sentence_and_the_standard_layout(home: Path, text: str) -> None:
    home.parent.mkdir()
    home.write_text(text)
    found = load()
    assert found.current.panels is None
    assert str(home) in found.problem
    assert "\x1b" not in found.problem

    async def scene(stage: Stage) -> None:
        assert stage.live.view.chosen is None
        assert len(stage.app._notifications) == 1

    play(scene)


def test_layouts_are_bounded_in_number_and_have_names_of_their_own() -> None:
    known = Layouts(Path("x"))
    for number in range(LAYOUTS_MAX):
        known = known.with_layout(Layout(f"n{number}", ("tasks",)))
    known = known.with_layout(Layout("n3", ("agents",)))
    with pytest.raises(ValueError, match="delete one"):
        known.with_layout(Layout("one more", ("tasks",)))
    for name in ("", "  ", "standard"):
        with pytest.raises(ValueError, match="name"):
            known.with_layout(Layout(name, ("tasks",)))


# ------------------------------------------------------------ on the screen


def test_a_layout_is_made_saved_and_there_the_next_time(home: Path) -> None:
    async def first(stage: Stage) -> None:
        await stage.press("1", "g", "g", "1")  # the board as graph
        await stage.press("v", "end", "up", "space")  # the timeline, above the standard layout
        assert isinstance(stage.app.screen, LayoutDialog)
        assert "● t timeline" in stage.text()
        await stage.press("home", "down", "space")  # without agents
        stage.app.screen.query_one(Input).value = "chain"
        stage.app.screen.query_one(Input).focus()
        await stage.press("enter")
        assert "Timeline" in stage.text()
        assert "Dev1 ●" not in stage.text()
        assert stage.app.layouts.start == "chain"

    async def second(stage: Stage) -> None:
        assert stage.live.view.standing == ("tasks", "locks", "speedup", "timeline")
        assert "graph g next view" in stage.text()
        await stage.press("V")
        assert stage.live.view.chosen is None
        assert "graph g next view" not in stage.text()
        await stage.press("V")
        assert stage.live.view.standing == ("tasks", "locks", "speedup", "timeline")

    play(first)
    assert home.exists()
    play(second)
    assert load().start == "chain"


def test_the_panel_in_full_screen_is_part_of_a_layout(home: Path) -> None:
    save(load().with_layout(Layout("time", ("tasks", "agents"), "timeline")))

    async def scene(stage: Stage) -> None:
        assert stage.live.view.full == "timeline"
        await stage.press("escape")
        assert stage.live.view.standing == ("tasks", "agents")

    play(scene)


def test_a_saved_layout_can_be_deleted_and_the_last_panel_cannot_be_hidden(home: Path) -> None:
    save(load().with_layout(Layout("time", ("tasks",))))

    async def scene(stage: Stage) -> None:
        await stage.press("v", "space")
        assert stage.live.view.standing == ("tasks",)
        await stage.press("end", "D")
        assert stage.app.layouts.saved == ()

    play(scene)
    assert load().saved == ()


def test_layouts_are_taken_from_the_palette_by_name(home: Path) -> None:
    save(load().with_layout(Layout("[b]x[/", ("tasks",))).chosen("standard"))

    async def scene(stage: Stage) -> None:
        commands = {each.title: each for each in stage.app.get_system_commands(stage.app.screen)}
        commands["Layout: [b]x[/"].callback()
        await stage.settle()
        assert stage.live.view.standing == ("tasks",)

    play(scene)


def test_a_file_that_cannot_be_written_is_said_and_the_layout_holds() -> None:
    async def scene(stage: Stage) -> None:  # the tests' configuration is no folder
        await stage.press("v")
        stage.app.screen.query_one(Input).value = "mine"
        stage.app.screen.query_one(Input).focus()
        await stage.press("enter")
        assert "cannot be written" in stage.text()
        assert stage.app.layouts.start == "mine"

    play(scene)


# ------------------------------------------------------------ the theme


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "nord"\n'),
        ('# mine\ntheme = "x"  # was x\n[keys]\n', '# mine\ntheme = "nord"  # was x\n[keys]\n'),
        ("[run]\nagents = 8\n", 'theme = "nord"\n[run]\nagents = 8\n'),
        ("reduced_motion = true\n[keys]\n", 'theme = "nord"\nreduced_motion = true\n[keys]\n'),
    ],
)
def test_the_theme_that_is_chosen_is_kept_and_the_rest_of_the_file_stays(
    home: Path, before: str, after: str
) -> None:
    file = home.with_name("config.toml")
    if before:
        file.parent.mkdir()
        file.write_text(before)

    async def scene(stage: Stage) -> None:
        stage.app.theme = "gruvbox"  # by no person
        await stage.settle()
        assert (file.read_text() if before else not file.exists()) in (before, True)
        stage.app.action_change_theme()
        await stage.rest()
        stage.app.theme = "nord"
        await stage.settle()

    play(scene)
    assert file.read_text() == after


@pytest.mark.parametrize(
    "text", ["theme = ", "x = [\n[1]\n]\n[keys]\nx = 1\ntheme = 3\n", 'a = """\ntheme = 1\n"""\n']
)
def test_a_file_that_cannot_be_changed_safely_stays_as_it_is(home: Path, text: str) -> None:
    from tui.config import save_theme

    file = home.with_name("config.toml")
    file.parent.mkdir()
    file.write_text(text)
    try:
        save_theme(file, "nord")
    except ValueError:
        assert file.read_text() == text
    else:
        import tomllib

        assert tomllib.loads(file.read_text()) == {**tomllib.loads(text), "theme": "nord"}
