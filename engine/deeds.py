"""What people did to a run, as its journal tells, for forks of it to do again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from engine import control
from engine.faults.saving import target_of
from engine.record import events as ev
from engine.record.shape import Shape


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A command that could not be carried out, of which the journal holds its kind and why."""

    author: str
    command: str
    detail: str


def kind(command: control.AnyCommand | Refusal) -> str:
    """What sort of command it is, as in its JSON."""
    return command.command if isinstance(command, Refusal) else str(type(command).__struct_config__.tag)


def told(command: control.AnyCommand | Refusal) -> str:
    """Why a command had no effect."""
    return command.detail if isinstance(command, Refusal) else control.NOTHING[type(command)]


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person does: at ``ts`` on the run's clock, or right after event ``after``.

    ``seq`` is that of the event before it in the parent, if that says at which moment of ``ts`` it came.
    ``refused`` is told again, instead of ``command``, which nobody knows any more.
    """

    command: control.AnyCommand | None = None
    refused: Refusal | None = None
    ts: float | None = None
    after: int | None = None
    seq: int | None = None

    @property
    def act(self) -> control.AnyCommand | Refusal:
        """What is done, or told again."""
        act = self.command or self.refused
        assert act is not None, "a deed is a command or a refusal"
        return act


def deeds_of(
    events: Sequence[ev.AnyEvent], prefix: int, without: int | None, *, exact: bool = False
) -> list[Deed]:
    """What people did after ``prefix``, without event ``without`` and heals of the fault it was.

    ``exact``: at their places, and with what has no other trace than its event, pauses and refusals.
    """
    dropped = events[without - 1] if without is not None else None
    gone = dropped.id if isinstance(dropped, ev.FaultStarted) else None
    whole = exact and not isinstance(dropped, ev.FaultStopped)
    together = dict(_heals_of_all(events, prefix)) if whole else {}
    deeds, shape = [], Shape(events[:prefix])
    for event in events[prefix:]:
        command = commanded(shape, event)
        before = events[event.seq - 2] if event.seq > 1 else None
        shape.apply(event)
        if event is dropped:
            continue
        if command is None and exact:
            command = _paused(event, before)
        if isinstance(command, control.Heal) and event.seq in together:
            command = replace(command, fault=None) if together[event.seq] else None
        elif isinstance(command, control.Heal) and gone is not None and command.fault is not None:
            if command.fault == gone:
                continue
            if command.fault > gone:  # faults are numbered as they strike
                command = replace(command, fault=command.fault - 1)
        seq = event.seq - 1 if exact else None
        if command is not None:
            deeds.append(Deed(command=command, ts=event.ts, seq=seq))
        elif exact and isinstance(event, ev.ControlRefused) and event.entry is None:
            refused = Refusal(author=event.author, command=event.command, detail=event.detail)
            deeds.append(Deed(refused=refused, ts=event.ts, seq=seq))
    return _going(deeds)


def _heals_of_all(events: Sequence[ev.AnyEvent], prefix: int) -> Iterator[tuple[int, bool]]:
    """Seqs of heals that came of one command to heal everything, and whether they are the first of it."""
    active: set[int] = set()
    group: list[ev.FaultStopped] = []
    for event in events:
        if isinstance(event, ev.FaultStarted):
            active.add(event.id)
        if isinstance(event, ev.FaultStopped):
            active.discard(event.id)
            last = group[-1] if group else event
            if (last.author, last.why, last.ts) != (event.author, event.why, event.ts):
                group = []
            group.append(event)
            if not active and len(group) > 1 and event.seq > prefix:
                yield from ((each.seq, place == 0) for place, each in enumerate(group))
        elif not isinstance(event, ev.AgentRevived):
            group = []


def _paused(event: ev.AnyEvent, before: ev.AnyEvent | None) -> control.AnyCommand | None:
    """The command to stand still or to go on that an event records; null if the engine did so itself."""
    match event:
        case ev.PauseRequested(author=author, why=why) if author != "engine":
            return control.Pause(author=author, why=why)
        case ev.Resumed(author=author, why=why, step=step) if not isinstance(before, ev.StopRequested):
            return control.Step(author=author, why=why) if step else control.Resume(author=author, why=why)
    return None


def _going(deeds: list[Deed]) -> list[Deed]:
    """Without the last pause, if nobody went on after it: a fork lives on."""
    for place in range(len(deeds) - 1, -1, -1):
        command = deeds[place].command
        if isinstance(command, control.Resume | control.Stop):
            break
        if isinstance(command, control.Step):
            on = control.Resume(author=command.author, why=command.why)
            return [*deeds[:place], msgspec.structs.replace(deeds[place], command=on), *deeds[place + 1 :]]
        if isinstance(command, control.Pause):
            return deeds[:place] + deeds[place + 1 :]
    return deeds


def commanded(shape: Shape, event: ev.AnyEvent) -> control.AnyCommand | None:
    """The command that an event records, null if nobody gave one; pauses take no time and are left out.

    ``shape`` is that of the run before the event.
    """
    names = tuple(shape.team)
    match event:
        case ev.StopRequested(author=author, why=why) if author != "engine":
            return control.Stop(author=author, why=why)
        case ev.NotePinned(author=author, text=text):
            return control.Pin(author=author, text=text)
        case ev.MessageSent(kind="operator", sender=sender, recipients=to, text=text):
            return control.Say(author=sender, text=text, to=None if to == names else to[0])
        case ev.FaultStarted(entry=None, author=author) if author not in ("engine", "plan"):
            until = event.until_seconds
            return control.Inject(
                author=author,
                why=event.why,
                kind=event.kind,
                target=target_of(event, names),
                params=dict(event.params),
                duration_seconds=None if until is None else round(until - event.ts, 6),
            )
        case ev.FaultStopped(author=author) if author not in ("engine", "plan"):
            return control.Heal(author=author, why=event.why, fault=event.id)
        case ev.LimitsChanged(limits=limits, author=author, why=why):
            return control.SetLimits(author=author, why=why, changes=dict(msgspec.structs.asdict(limits)))
        case ev.AgentJoined(agent=name, model=model, author=author, why=why):
            return control.AddAgent(author=author, why=why, name=name, model=model)
        case ev.AgentLeft(agent=name, author=author, why=why):
            return control.RemoveAgent(author=author, why=why, name=name)
        case ev.TaskAdded(spec=spec, author=author, turn=0):
            said, after = spec.description, spec.dependencies
            return control.AddTask(
                author=author, title=spec.title, files=spec.files, description=said, after=after
            )
        case ev.DependencyAdded(task=task, dependency=on, author=author, turn=0):
            return control.AddDependency(author=author, task=task, on=on)
    return None
