"""Keys that a person has chosen: checked against those that there are, so that no key does two things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textual.binding import Binding
from textual.keys import Keys, _character_to_key

from tui.keys import MOVE, TIMELINE, VIEWED, Key, bindings_of

_NAMED = frozenset(key.value for key in Keys)
_MODIFIERS = ("ctrl+", "shift+", "alt+", "super+", "meta+")

KEYS_MAX = 4
"""Keys for one action."""


def screens() -> dict[str, tuple[Key, ...]]:
    """The keys of each screen, by the name that people know it by."""
    from tui.screens.browser import BrowserScreen
    from tui.screens.compare import CompareScreen
    from tui.screens.findings import FindingsScreen
    from tui.screens.live import LiveScreen
    from tui.screens.replay import ReplayScreen
    from tui.screens.summary import SummaryScreen

    move = _but(MOVE, "move.home", "move.end")
    return {
        "the live screen": (*LiveScreen.KEYS, *MOVE, *TIMELINE),
        "a panel with several views": (*LiveScreen.KEYS, *VIEWED, *_but(MOVE, "move.home")),
        "a replay": (*ReplayScreen.KEYS, *move, *TIMELINE),
        "the list of runs": (*BrowserScreen.KEYS, *MOVE),
        "a summary": (*SummaryScreen.KEYS, *MOVE),
        "a comparison": (*CompareScreen.KEYS, *MOVE),
        "the findings": (*FindingsScreen.KEYS, *MOVE),
    }


def _but(keys: tuple[Key, ...], *ids: str) -> tuple[Key, ...]:
    """Without those that stand behind others of the same key there."""
    return tuple(key for key in keys if key.id not in ids)


def dialogs() -> dict[str, tuple[Key, ...]]:
    """The keys of each dialog and page, by the title of its help."""
    from tui.screens import (
        arranging,
        details,
        exporting,
        faults,
        forking,
        goto,
        links,
        members,
        notes,
        stories,
        trashing,
    )
    from tui.screens import dialogs as asking
    from tui.viewhelp import VIEW_HELP

    kinds: tuple[type[asking.Dialog[Any]], ...] = (
        *(asking.QuitDialog, asking.MessageDialog, faults.FaultDialog, forking.ForkDialog),
        *(members.FormDialog, members.LeaveDialog, goto.GoToDialog, links.LinkDialog),
        *(
            arranging.LayoutDialog,
            exporting.ExportDialog,
            notes.TagsDialog,
            notes.NoteDialog,
            notes.PinDialog,
        ),
        *(trashing.TrashDialog, details.HelpDialog, details.TurnDialog, stories.DeedsDialog),
        *(stories.TaskDialog, stories.PathDialog, stories.AgentDialog, stories.PromptDialog),
    )
    return {
        f"the dialog “{VIEW_HELP[kind.ABOUT][0]}”": tuple(
            Key(each.id or "", keys, each.action, each.description, each.tooltip, "app")
            for each, keys in _unshadowed(bindings_of(kind))
        )
        for kind in kinds
    }


def _unshadowed(bindings: list[Binding]) -> Iterator[tuple[Binding, str]]:
    """Bindings, own ones first, with those of their keys that no binding before them has."""
    taken: set[str] = set()
    for binding in bindings:
        keys = [key for key in binding.key.split(",") if key not in taken]
        taken.update(keys)
        if keys:
            yield binding, ",".join(keys)


def named() -> dict[str, Key]:
    """Every key that can be chosen, by the name of what it does."""
    return {
        key.id: key for keys in (screens() | dialogs()).values() for key in keys if key.id != "app.palette"
    }


def check(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The keymap as far as it can hold, and a sentence about each entry that cannot."""
    by_screen, known = screens() | dialogs(), named()
    keymap: dict[str, str] = {}
    problems: list[str] = []
    for name, text in wanted.items():
        keys = [_normal(part) for part in text.split(",") if part.strip()] if text != "," else ["comma"]
        if name not in known:
            problems.append(f"{_short(name)} names no key; `teamtop config` lists the names.")
        elif not keys or len(keys) > KEYS_MAX or not all(map(_is_key, keys)):
            problems.append(
                f'{name} = “{_short(text)}” is no key; write it as in "p", "ctrl+t" or "f5,space".'
            )
        else:
            keymap[name] = ",".join(keys)
    for name in list(keymap):
        if (clash := _clash(name, keymap, by_screen)) is not None:
            problems.append(f"{name} = “{keymap[name]}” is left out: {clash}.")
            del keymap[name]
    return keymap, problems


def _clash(name: str, keymap: Mapping[str, str], by_screen: Mapping[str, tuple[Key, ...]]) -> str | None:
    """What else has one of the keys on a screen where ``name`` is."""
    mine = set(keymap[name].split(","))
    for screen, keys in by_screen.items():
        if all(key.id != name for key in keys):
            continue
        for other in keys:
            taken = keymap.get(other.id, other.keys).split(",")
            if other.id != name and (both := mine & set(taken)):
                return f"on {screen} {sorted(both)[0]} is {other.id} already"
    return None


def _normal(part: str) -> str:
    part = part.strip()
    return _character_to_key(part) if len(part) == 1 else part


def _is_key(text: str) -> bool:
    rest = text
    while rest.startswith(_MODIFIERS):
        rest = rest.partition("+")[2]
    return text in _NAMED or rest in _NAMED or (len(rest) == 1 and rest.isprintable()) or _types(rest)


def _types(name: str) -> bool:
    """Whether it is the name of a character, such as ``question_mark``."""
    import unicodedata

    try:
        return bool(unicodedata.lookup(name.replace("_", " ")))
    except KeyError:
        return name in {"slash", "plus", "minus", "underscore"}


def _short(text: str) -> str:
    from engine.record.clean import clean_line

    return clean_line(text, 40)
