"""The fault dialog: what to do to whom, and which disturbance to end."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.control import Heal, Inject
from engine.faults.catalogue import BY_KIND, FAULTS, FaultSpec, ParamSpec
from engine.record.state import Fault, RunState
from tui.screens.dialogs import ALL, Dialog, _mark

PARAMS_MAX = max(len(spec.params) for spec in FAULTS)
"""Rows that the dialog keeps for parameters."""

DURATION_MAX = 86_400.0
"""Longest fault in run-clock seconds: a day."""


class FaultDialog(Dialog[Inject | Heal]):
    """Chooses a fault, its target, its parameters and how long; or an active fault to heal."""

    heading = "Disturb the team"

    DEFAULT_CSS = """
    FaultDialog #lists { height: auto; }
    FaultDialog #kinds { width: 3fr; max-height: 10; }
    FaultDialog #targets { width: 2fr; max-height: 10; margin-left: 2; }
    FaultDialog #fields { height: auto; }
    FaultDialog #expect { height: 2; color: $secondary; margin-top: 1; }
    FaultDialog .field { height: 1; }
    FaultDialog .field .name { width: 14; }
    FaultDialog .field Input { width: 14; }
    FaultDialog .field .unit { width: 1fr; padding-left: 1; color: $secondary; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "inject", "inject", id="fault.inject", tooltip="Do it, with what is filled in")
    ]

    def __init__(self, state: RunState, target: str | None = None) -> None:
        super().__init__()
        self._active: list[Fault] = list(state.faults.active.values())
        self._names = [*state.agents.agents, ALL]
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
        yield Static(Content(""), classes="problem")
        yield Static(Content("enter next, then inject · tab fields · esc cancel"), classes="hint")

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
        expect = "It ends now; who is down because of it is revived." if spec is None else spec.expect
        self.query_one("#expect", Static).update(Content(expect))
        params = () if spec is None else spec.params
        for index in range(PARAMS_MAX):
            self.query_one(f"#param{index}-field").display = index < len(params)
            if index < len(params):
                param = params[index]
                self._label(
                    f"param{index}", param.name.replace("_", " "), _shown(param.default), _hint(param)
                )
        once = spec is None or spec.once
        self.query_one("#duration-field").display = not once
        self.query_one("#targets").disabled = spec is None

    @on(OptionList.OptionSelected, "#kinds")
    def _kind_selected(self) -> None:
        """On to whom; healing needs no more."""
        if self._spec is None:
            self.action_inject()
        else:
            self.query_one("#targets").focus()

    @on(OptionList.OptionSelected, "#targets")
    def _target_selected(self) -> None:
        self.action_inject()

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
        except ValueError as error:
            self.query_one(".problem", Static).update(Content(str(error)))
            return
        place = self.query_one("#targets", OptionList).highlighted or 0
        self.dismiss(
            Inject(kind=spec.kind, target=self._names[place], params=params, duration_seconds=duration)
        )


def parse_param(param: ParamSpec, text: str) -> float | str:
    """The parameter's value from what was typed, its default if nothing was.

    Raises ``ValueError`` with a sentence.
    """
    text = text.strip()
    name = param.name.replace("_", " ")
    if not text:
        return param.default
    if isinstance(param.default, str):
        if param.choices and text not in param.choices:
            raise ValueError(f"{name} is one of: {', '.join(param.choices)}.")
        return text
    return _number(name, text, param.minimum, param.maximum)


def parse_duration(text: str) -> float | None:
    """Seconds, or null for an empty field. Raises ``ValueError`` with a sentence."""
    return _number("lasts", text.strip(), 0.001, DURATION_MAX) if text.strip() else None


def _number(name: str, text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} is a number, not “{text[:20]}”.") from None
    if not low <= value <= high:
        raise ValueError(f"{name} is between {low:g} and {high:g}.")
    return value


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _hint(param: ParamSpec) -> str:
    if param.choices:
        return " | ".join(param.choices)
    return f"{param.unit} {param.help}".strip()


def _heal_text(fault: Fault) -> str:
    verb = "revive" if fault.kind == "crash" else f"heal {fault.kind} of"
    return f"✚ {verb} {', '.join(fault.targets)}"
