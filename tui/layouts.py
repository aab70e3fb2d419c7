"""``layouts.toml``: which panels stand on the screen, under names that a person gave.

It stands beside ``config.toml``, which teamtop leaves to its user. What is wrong in it is a sentence, and the
standard layout holds instead; the next layout that is saved writes the file anew.

    start = "watching"                    # the one that was chosen last
    [layouts."watching"]
    panels = ["tasks", "agents", "timeline"]
    full = ""                             # the panel that had the whole screen
    [layouts."watching".views]
    tasks = "graph"
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.named import Missing, Unusable, table_in
from engine.record.clean import clean_line
from engine.record.files import write_named
from tui.config import path_of
from tui.widgets.layout import CHOICES

FILE_MAX = 64_000
"""Bytes that are read: twenty layouts take a tenth of it."""

LAYOUTS_MAX = 20
"""Layouts that are kept: more than anybody tells apart by name."""

NAME_MAX = 30
"""Characters of a layout's name."""

STANDARD = "standard"
"""The layout that comes with teamtop; no other can have its name."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands on the screen: ``panels`` (null: as the size suggests), the one in ``full`` screen, if
    any, and the view of each panel that has several.
    """

    name: str = STANDARD
    panels: tuple[str, ...] | None = None
    full: str = ""
    views: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layouts:
    """What the file holds, as far as it can be read; ``problem`` is a sentence about the rest."""

    path: Path
    saved: tuple[Layout, ...] = ()
    start: str = STANDARD
    problem: str = ""

    @property
    def all(self) -> tuple[Layout, ...]:
        """The standard layout, then those that were saved."""
        return (Layout(), *self.saved)

    @property
    def current(self) -> Layout:
        """The one that was chosen last."""
        return next((layout for layout in self.all if layout.name == self.start), Layout())

    def after(self, name: str) -> Layout:
        """The one after ``name``, round and round."""
        names = [layout.name for layout in self.all]
        place = names.index(name) if name in names else -1
        return self.all[(place + 1) % len(self.all)]

    def chosen(self, name: str) -> Layouts:
        """With ``name`` as the one to start with."""
        return replace(self, start=name)

    def with_layout(self, layout: Layout) -> Layouts:
        """With ``layout`` instead of one of its name, and to start with. Raises ``ValueError`` in words."""
        name = clean_line(layout.name, NAME_MAX).strip()
        if not name or name == STANDARD:
            raise ValueError(f"Give it a name of its own, up to {NAME_MAX} characters.")
        others = tuple(each for each in self.saved if each.name != name)
        if len(others) >= LAYOUTS_MAX:
            raise ValueError(f"{LAYOUTS_MAX} layouts are saved already: delete one first.")
        return replace(self, saved=(*others, replace(layout, name=name)), start=name)

    def without(self, name: str) -> Layouts:
        """Without the layout of that name."""
        kept = tuple(layout for layout in self.saved if layout.name != name)
        return replace(self, saved=kept, start=STANDARD if self.start == name else self.start)


def load(environ: Mapping[str, str] | None = None) -> Layouts:
    """Read the file; never raises."""
    path = path_of(os.environ if environ is None else environ).with_name("layouts.toml")
    empty = Layouts(path)
    try:
        table = table_in(path, FILE_MAX)
    except Missing:
        return empty
    except Unusable as why:
        return replace(empty, problem=f"{path} {why}; the standard layout is used.")
    return _checked(empty, table)


def _checked(empty: Layouts, table: Mapping[str, Any]) -> Layouts:
    section, start = table.get("layouts", {}), table.get("start", STANDARD)
    wrong: list[str] = [] if isinstance(section, dict) and isinstance(start, str) else ["the file"]
    saved: list[Layout] = []
    for name, entry in (section if isinstance(section, dict) else {}).items():
        layout = _layout(name, entry)
        if layout is None or len(saved) == LAYOUTS_MAX or clean_line(name, NAME_MAX).strip() != name:
            wrong.append(f"“{clean_line(name, NAME_MAX)}”")
        else:
            saved.append(layout)
    problem = ""
    if wrong:
        problem = f"{empty.path}: {', '.join(wrong[:3])} cannot be used; save it again under v."
    return replace(
        empty, saved=tuple(saved), start=start if isinstance(start, str) else STANDARD, problem=problem
    )


def _layout(name: str, entry: object) -> Layout | None:
    """The layout of an entry; null if it is none."""
    if not isinstance(entry, dict) or not name or name == STANDARD:
        return None
    panels, full, views = entry.get("panels"), entry.get("full", ""), entry.get("views", {})
    known = isinstance(panels, list) and bool(panels) and all(panel in CHOICES for panel in panels)
    if not known or full not in ("", *CHOICES) or not isinstance(views, dict):
        return None
    if not all(isinstance(view, str) and panel in CHOICES for panel, view in views.items()):
        return None
    assert isinstance(panels, list)
    return Layout(name, tuple(panel for panel in CHOICES if panel in panels), full, views)


def save(layouts: Layouts) -> None:
    """Write the file, whole or not at all. Raises ``OSError``."""
    lines = [
        "# teamtop writes this file: v on the live screen and in replays.",
        f"start = {_text(layouts.start)}",
    ]
    for layout in layouts.saved:
        head = f"layouts.{_text(layout.name)}"
        lines += ["", f"[{head}]", f"panels = [{', '.join(map(_text, layout.panels or CHOICES))}]"]
        lines += [f"full = {_text(layout.full)}", f"[{head}.views]"]
        lines += [f"{_text(panel)} = {_text(view)}" for panel, view in sorted(layout.views.items())]
    layouts.path.parent.mkdir(parents=True, exist_ok=True)
    write_named(layouts.path, ("\n".join(lines) + "\n").encode())


def _text(value: str) -> str:
    """A basic string of TOML, which writes what JSON does; names hold no control characters."""
    return json.dumps(value, ensure_ascii=False)
