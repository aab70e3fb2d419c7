"""The fault dialog: what to do to whom, and which disturbance to end."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.control import Heal, Inject
from engine.errors import UsageError
from engine.faults.catalogue import BY_KIND, FAULTS, FaultSpec
from engine.record.folder import RunFolder
from engine.record.state import Fault, RunState
from tui.screens.dialogs import ALL, Dialog, _mark
from tui.screens.faultfields import PICKED, hint, leaf, parse_duration, parse_param, parse_target, shown
from tui.screens.saving import save_plan

PARAMS_MAX = max(len(spec.params) for spec in FAULTS)
"""Rows that the dialog keeps for parameters."""

ROWS_BESIDE = 15
"""Rows of the dialog beside its lists: border, what to expect, fields, hints."""

LIST_ROWS = (5, 14)
"""Fewest and most rows of the lists; they scroll."""


class FaultDialog(Dialog[Inject | Heal]):
    """Chooses a fault, its target, its parameters and how long; or an active fault to heal.

    ``folder`` is where the faults that were injected by hand can be saved as a plan.
    """

    ABOUT: ClassVar[str] = "fault"
    heading = "Disturb the team"

    DEFAULT_CSS = """
    FaultDialog #lists { height: auto; }
    FaultDialog #kinds { width: 3fr; }
    FaultDialog #targets { width: 2fr; margin-left: 2; }
    FaultDialog #fields { height: auto; }
    FaultDialog #expect { height: auto; max-height: 4; color: $secondary; margin-top: 1; }
    FaultDialog .field { height: 1; }
    FaultDialog .field .name { width: 14; }
    FaultDialog .field Input { width: 14; }
    FaultDialog .field .unit { width: 1fr; padding-left: 1; color: $secondary; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "inject", "inject", id="fault.inject", tooltip="Do it, with what is filled in"),
        Binding("ctrl+w", "save", "save", id="fault.save", tooltip="Save what was done by hand as a plan"),
    ]

    def __init__(self, state: RunState, target: str | None = None, folder: RunFolder | None = None) -> None:
        super().__init__()
        self._state = state
        self._folder = folder
        self._active: list[Fault] = list(state.faults.active.values())
        present = state.agents.present
        lead = ("lead",) if any(agent.role == "lead" for agent in present) else ()
        self._names: list[str] = [*(agent.name for agent in present), ALL, *lead, *PICKED]
        self._marks = {name: _mark(state, name) for name in state.agents.agents}
        self._target = target if target in self._names else self._names[0]

    def parts(self) -> ComposeResult:
        """Two lists, what to expect, parameters."""
        heals = [Option(Content(_heal_text(fault)), id=f"heal{fault.id}") for fault in self._active]
        kinds = [Option(Content(spec.title), id=spec.kind) for spec in FAULTS]
        targets = [
            Option(Content(f"{n}{self._marks.get(n, '')}"), id=f"n{i}") for i, n in enumerate(self._names)
        ]
        with Horizontal(id="lists"):
            yield OptionList(*heals, *kinds, id="kinds")
            yield OptionList(*targets, id="targets")
        yield Static(Content(""), id="expect")
        with Vertical(id="fields"):
            for index in range(PARAMS_MAX):
                yield from self._field(f"param{index}")
            yield from self._field("duration")
            yield from self._field("whom")
        yield Static(Content(""), classes="problem")
        hints = "enter next, then inject · tab fields · ^w save plan · esc cancel"
        yield Static(Content(hints), classes="hint")

    @staticmethod
    def _field(key: str) -> ComposeResult:
        with Horizontal(classes="field", id=f"{key}-field"):
            yield Static(Content(""), classes="name")
            yield Input(id=key)
            yield Static(Content(""), classes="unit")

    def on_mount(self) -> None:
        """Begin with what; the one in focus before is whom."""
        self.query_one("#targets", OptionList).highlighted = self._names.index(self._target)
        self._label("duration", "lasts", "", "seconds; empty: until it is healed")
        self._label("whom", "or on", "", "names, owner-of(7) or holder-of(a.py)")
        low, high = LIST_ROWS
        rows = min(high, max(low, self.app.size.height - ROWS_BESIDE))
        for lists in self.query(OptionList):
            lists.styles.max_height = rows
        kinds = self.query_one("#kinds", OptionList)
        kinds.highlighted = 0
        kinds.focus()

    def _label(self, key: str, name: str, value: str, unit: str) -> None:
        field = self.query_one(f"#{key}-field")
        field.query_one(".name", Static).update(Content(name))
        field.query_one(".unit", Static).update(Content(unit))
        field.query_one(Input).value = value

    # ------------------------------------------------------------ choosing

    @property
    def _chosen(self) -> str:
        kinds = self.query_one("#kinds", OptionList)
        return kinds.get_option_at_index(kinds.highlighted or 0).id or ""

    @property
    def _spec(self) -> FaultSpec | None:
        return BY_KIND.get(self._chosen)

    @on(OptionList.OptionHighlighted, "#kinds")
    def _kind_highlighted(self) -> None:
        """Say what to expect and ask for what this kind takes."""
        spec = self._spec
        expect = "It ends now; who is down because of it is revived."
        if spec is not None:
            expect = f"{spec.expect} {spec.led}".rstrip() if "lead" in self._names else spec.expect
        self.query_one("#expect", Static).update(Content(expect))
        params = () if spec is None else spec.params
        for index in range(PARAMS_MAX):
            self.query_one(f"#param{index}-field").display = index < len(params)
            if index < len(params):
                param = params[index]
                self._label(f"param{index}", param.name.replace("_", " "), shown(param.default), hint(param))
        once = spec is None or spec.once
        self.query_one("#duration-field").display = not once
        aimed = spec is not None and not spec.whole_run
        self.query_one("#whom-field").display = aimed
        self.query_one("#targets").disabled = not aimed

    @on(OptionList.OptionSelected, "#kinds")
    def _kind_selected(self) -> None:
        """On to whom; healing needs no more."""
        if self._spec is None or self._spec.whole_run:
            self.action_inject()
        else:
            self.query_one("#targets").focus()

    @on(OptionList.OptionSelected, "#targets")
    def _target_selected(self) -> None:
        """Whom the cursor is on; what was typed instead is not meant."""
        self.query_one("#whom", Input).value = ""
        self.action_inject()

    def on_key(self, event: Key) -> None:
        """Up and down leaf through the words of a parameter."""
        spec, field = self._spec, self.focused
        if spec is None or not isinstance(field, Input) or event.key not in ("up", "down"):
            return
        for index, param in enumerate(spec.params):
            if field.id == f"param{index}" and param.choices:
                field.value = leaf(param, field.value, 1 if event.key == "down" else -1)
                event.stop()

    @on(Input.Submitted)
    def _field_submitted(self) -> None:
        self.action_inject()

    def action_inject(self) -> None:
        """Close with the command, or say what is wrong with a field."""
        spec = self._spec
        if spec is None:
            self.dismiss(Heal(fault=int(self._chosen.removeprefix("heal"))))
            return
        try:
            params = {
                param.name: parse_param(param, self.query_one(f"#param{index}", Input).value)
                for index, param in enumerate(spec.params)
            }
            duration = None if spec.once else parse_duration(self.query_one("#duration", Input).value)
            target = ALL if spec.whole_run else self._whom()
        except (ValueError, UsageError) as error:
            self._say(str(error))
            return
        self.dismiss(Inject(kind=spec.kind, target=target, params=params, duration_seconds=duration))

    def _whom(self) -> str:
        """The target that was typed, else the one that the cursor is on."""
        typed: str = self.query_one("#whom", Input).value
        if typed.strip():
            return parse_target(typed, self._state)
        place = self.query_one("#targets", OptionList).highlighted or 0
        return self._names[place]

    async def action_save(self) -> None:
        """Save what was injected by hand as a plan."""
        _, said = await save_plan(self._folder)
        self._say(said)

    def _say(self, text: str) -> None:
        self.query_one(".problem", Static).update(Content(text))


def _heal_text(fault: Fault) -> str:
    verb = "revive" if fault.kind in ("crash", "amnesia") else f"heal {fault.kind} of"
    return f"✚ {verb} {', '.join(fault.targets) or 'the run'}"
