"""The dialog about layouts: which panels stand together, and under what name that is kept."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.layouts import NAME_MAX, Layout
from tui.screens.dialogs import Dialog
from tui.widgets.layout import CHOICES, PANELS
from tui.widgets.runview import RunView


class Arranged(NamedTuple):
    """What was chosen: to ``take`` the layout, to ``save`` or ``delete`` it, all by its name."""

    what: str
    name: str


class LayoutDialog(Dialog[Arranged]):
    """Shows and hides panels at once; layouts that were saved are taken, new ones get a name.

    ``saved`` are all layouts, the standard one first; ``name`` is that of the present one.
    """

    ABOUT: ClassVar[str] = "layout"
    heading = "Layout"
    DEFAULT_CSS = """
    LayoutDialog OptionList, LayoutDialog OptionList:focus { max-height: 14; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space", "show_or_hide", "show or hide", id="layout.toggle", tooltip="Show or hide the panel"
        ),
        Binding("delete,D", "forget", "delete", id="layout.forget", tooltip="Delete the saved layout"),
    ]

    def __init__(self, view: RunView, saved: tuple[Layout, ...], name: str) -> None:
        super().__init__()
        self._view = view
        self._saved = saved
        self._name = name

    def parts(self) -> ComposeResult:
        """Panels, saved layouts, a name."""
        yield OptionList(*self._options())
        yield Input(placeholder="save this layout as …", max_length=NAME_MAX)
        yield Static(
            Content("space show or hide · enter take · D delete · tab to the name, enter saves · esc close"),
            classes="hint",
        )

    def on_mount(self) -> None:
        """Begin with the panels."""
        self.query_one(OptionList).focus()

    def _options(self) -> list[Option]:
        standing = self._view.standing
        options = [
            Option(Content(f"{'●' if panel in standing else '○'} {_digit(panel)} {panel}"), id=f"p{panel}")
            for panel in CHOICES
        ]
        for number, layout in enumerate(self._saved):
            here = "▸" if layout.name == self._name else " "
            panels = "as the size suggests" if layout.panels is None else ", ".join(layout.panels)
            options.append(Option(Content(f"{here} {layout.name}: {panels}"), id=f"l{number}"))
        return options

    def _renew(self) -> None:
        shown = self.query_one(OptionList)
        place = shown.highlighted
        shown.clear_options()
        shown.add_options(self._options())
        shown.highlighted = place

    @property
    def _under_cursor(self) -> str:
        shown = self.query_one(OptionList)
        option = None if shown.highlighted is None else shown.get_option_at_index(shown.highlighted)
        return (option.id or "") if option is not None else ""

    def action_show_or_hide(self) -> None:
        """Show or hide the panel that the cursor is on; one at least stays."""
        panel = self._under_cursor[1:]
        if self._under_cursor.startswith("p") and panel in CHOICES:
            standing = self._view.standing
            wanted = tuple(p for p in CHOICES if (p in standing) != (p == panel))
            if wanted:
                self._view.choose(wanted)
                self._name = ""
                self._renew()

    def action_forget(self) -> None:
        """Delete the saved layout that the cursor is on."""
        if (layout := self._layout()) is not None and layout.panels is not None:
            self.dismiss(Arranged("delete", layout.name))

    def _layout(self) -> Layout | None:
        chosen = self._under_cursor
        return self._saved[int(chosen[1:])] if chosen.startswith("l") else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: a panel is shown or hidden, a layout is taken."""
        if (layout := self._layout()) is not None:
            self.dismiss(Arranged("take", layout.name))
        else:
            self.action_show_or_hide()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Save what stands under the name."""
        if event.value.strip():
            self.dismiss(Arranged("save", event.value.strip()))


def _digit(panel: str) -> str:
    """The key that brings the panel to full screen."""
    return str(PANELS.index(panel) + 1) if panel in PANELS else "t"
