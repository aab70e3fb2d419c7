"""What people may ask of a running team, carried out; each command is an event before it has an effect."""

from __future__ import annotations

from engine import control, pinning
from engine.errors import UsageError
from engine.faults.injector import Injector
from engine.joining import Joining
from engine.pacing import Pacing
from engine.record import events as ev
from engine.team import growth
from engine.team.acts import Mail
from engine.team.acts.talk import TalkActs
from engine.team.limits import Limiter
from engine.team.member import Team


class Commands:
    """Acts on one run; ``Run.handle`` brings the commands, and answers."""

    def __init__(  # noqa: PLR0917 - each is somebody that a command may be for
        self,
        team: Team,
        pacing: Pacing,
        injector: Injector,
        limits: Limiter,
        joining: Joining,
        talk: TalkActs,
    ) -> None:
        self._team = team
        self._pacing = pacing
        self._injector = injector
        self._limits = limits
        self._joining = joining
        self._talk = talk

    async def obey(self, command: control.AnyCommand) -> ev.Event | None:
        """Do it; null if there was nothing to do. Raises ``UsageError`` for what cannot be done."""
        gate, author, why = self._team.gate, command.author, command.why
        match command:
            case control.Pause():
                self._pacing.stepping = False
                return gate.close(author, why)
            case control.Resume():
                self._limits.guard()
                self._pacing.stepping = False
                return gate.open(author, why)
            case control.Step():
                self._limits.guard()
                event = gate.open(author, why, step=True)
                self._pacing.stepping = event is not None
                return event
            case control.Stop():
                return self.stop(author, why)
            case control.Inject():
                return self._injector.inject(
                    command.kind,
                    command.target,
                    dict(command.params),
                    author=author,
                    why=why,
                    duration_seconds=command.duration_seconds,
                )
            case control.Heal(fault=None):
                healed = self._injector.heal_all(author, why)
                return healed[-1] if healed else None
            case control.Heal(fault=int() as number):
                return self._injector.heal(number, author, why)
            case control.Say() | control.Pin():
                return await self._say(command)
            case control.SetLimits():
                return self._limits.change(dict(command.changes), author, why)
            case control.AddAgent():
                return self._joining.join(command)
            case control.RemoveAgent():
                return self._joining.leave(command)
            case control.AddTask() | control.AddDependency():
                return self._grow(command)
        return None

    def stop(self, author: str, why: str) -> ev.Event | None:
        """Have no turn begin any more, and the run end; null if that was said before."""
        if self._pacing.stopping:
            return None
        event = self._team.bus.emit(ev.StopRequested(author=author, why=why))
        self._pacing.stop()
        self._team.gate.open(author, "to stop")
        return event

    def _grow(self, command: control.AddTask | control.AddDependency) -> ev.Event:
        team, author = self._team, command.author
        try:
            if isinstance(command, control.AddDependency):
                return growth.add_dependency(team, command.task, command.on, author)
            said, after = command.description, command.after
            return growth.add_task(team, command.title, command.files, said, after, author)
        except growth.DoesNotFit as refused:
            raise UsageError(refused.sentence) from None

    async def _say(self, command: control.Say | control.Pin) -> ev.Event:
        if isinstance(command, control.Pin):
            return pinning.pin(self._team.bus, command)
        names = tuple(self._team.members) if command.to is None else self._injector.targets(command.to)
        if not command.text.strip():
            raise UsageError("There is nothing to say: give a text.")
        return await self._talk.deliver(Mail("operator", command.author, names, command.text))
