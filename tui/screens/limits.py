"""The dialog that limits what a run may use."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Input

from engine.control import AnyCommand, SetLimits
from engine.record.events import Limits
from engine.record.limits import FIELDS, changed, differing
from engine.record.state import RunState
from tui.screens.members import FormDialog


class LimitsDialog(FormDialog):
    """Shows the limits as they are; an empty field is no limit."""

    heading = "Limits"
    FIELDS = (
        ("tokens", "tokens", "of the team, read and written; empty: no limit"),
        ("cost_usd", "dollars", "of the team; empty: no limit"),
        ("seconds", "seconds", "of the run's clock; empty: no limit"),
        ("agent_tokens", "each: tokens", "of any one agent; empty: no limit"),
        ("agent_cost_usd", "each: dollars", "of any one agent; empty: no limit"),
        ("agent_seconds", "each: seconds", "that the turns of any one agent take; empty: no limit"),
    )
    note = "A limit pauses the team; a team that one holds goes on when it is raised."

    def __init__(self, state: RunState) -> None:
        super().__init__(state)
        self._limits = state.run.limits

    def parts(self) -> ComposeResult:
        """The fields, with what stands."""
        for part in super().parts():
            if isinstance(part, Input):
                value = getattr(self._limits, part.id or "", None)
                part.value = "" if value is None else str(value)
            yield part

    def command(self) -> tuple[AnyCommand | None, str]:
        """What was changed."""
        wanted: dict[str, float | None] = {}
        for name in FIELDS:
            text = self.value(name).lstrip("$").replace(",", "")
            try:
                wanted[name] = float(text) if text else None
            except ValueError:
                return None, f"{text[:30]!r} is no number."
        try:
            limits = changed(Limits(), wanted)
        except ValueError as error:
            return None, str(error)
        changes = differing(self._limits, limits)
        return (SetLimits(changes=changes), "") if changes else (None, "Nothing is changed; esc leaves.")
