"""What a fork came to beside its parent: the cost of what was changed, in figures and in a sentence.

One pair of runs: what is chance and what is cost, ``teamtop fork --seeds`` tells.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine import control, fork
from engine.errors import TeamtopError
from engine.models import registry
from engine.record import events as ev
from engine.record import journal
from engine.record.config import RunConfig, RunMeta
from engine.record.folder import RunFolder
from engine.record.state import RunState

SEEDS = 20
"""Pairs that are proposed to tell cost from chance: in as many a difference of one deviation shows."""

NAMED = 3
"""Targets of a fault that are named one by one."""


@dataclass(frozen=True, slots=True)
class Side:
    """How one of the two runs went; ``wall_seconds`` is null while it has no end."""

    run_id: str
    wall_seconds: float | None
    tokens: int
    tasks_done: int
    tasks_total: int
    completed: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """What a fork was made for. ``undone``: the fork is the run without it, not the one with it."""

    subject: str
    undone: bool
    words: tuple[str, ...]


def compare(folder: RunFolder, events: Sequence[ev.AnyEvent], dirs: Iterable[Path]) -> dict[str, Any] | None:
    """Compare a fork, whose journal is ``events``, with its parent.

    Null if the run is no fork, has not ended, or if its parent is in none of ``dirs`` or cannot be read.
    """
    try:
        meta, script = folder.read_meta(), fork.script(folder)
        if meta.parent is None or script is None:
            return None
        found = _parent(meta.parent.run_id, (folder.path.parent, *dirs))
        if found is None:
            return None
        before, past = found.read_meta(), journal.read(found.events_path).events
    except (TeamtopError, OSError):
        return None
    own, other = _side(meta, events), _side(before, past)
    if own.wall_seconds is None or other.wall_seconds is None:
        return None
    change = _change(script, meta, before, past)
    with_, without = (other, own) if change.undone else (own, other)
    return {
        "parent": other.run_id,
        "at": meta.parent.seq,
        "change": change.subject,
        "with": asdict(with_),
        "without": asdict(without),
        "sentence": _sentence(change.subject, with_, without, same=not change.words),
        "command": _command(change, meta, other.run_id, meta.parent.seq),
    }


def _parent(run_id: str, dirs: Iterable[Path]) -> RunFolder | None:
    for directory in dirs:
        candidate = RunFolder(directory / run_id)
        if Path(run_id).name == run_id and candidate.exists():
            return candidate
    return None


def _side(meta: RunMeta, events: Sequence[ev.AnyEvent]) -> Side:
    state = RunState.of(events)
    return Side(
        run_id=meta.run_id,
        wall_seconds=state.run.wall_seconds,
        tokens=state.metrics.input_tokens + state.metrics.output_tokens,
        tasks_done=state.board.done,
        tasks_total=state.board.total,
        completed=state.completed,
    )


# ---------------------------------------------------------------- what was changed


def _change(script: fork.Script, meta: RunMeta, before: RunMeta, past: Sequence[ev.AnyEvent]) -> _Change:
    added = [deed.command for deed in script.deeds if deed.after is not None and deed.command is not None]
    subjects = [_subject(command) for command in added]
    words = [word for command in added for word in _words(command)]
    now, then = meta.config, before.config
    if now.strategy != then.strategy:
        subjects.append(f"strategy {now.strategy} instead of {then.strategy}")
        words += ["--strategy", now.strategy]
    if _models(now) != _models(then):
        subjects.append(f"{_models(now)} instead of {_models(then)}")
        models = ",".join(f"{name}={model}" for name, model in now.models.items())
        words += ["--model", models or now.model]
    left = script.without
    if left is not None and 0 < left <= len(past):
        words += ["--without", str(left)]
        if not subjects:
            return _Change(_left_out(past[left - 1]), undone=True, words=tuple(words))
        subjects.append(f"no {_left_out(past[left - 1]).removeprefix('the ')}")
    return _Change(" and ".join(subjects) or "the fork", undone=False, words=tuple(words))


def _models(config: RunConfig) -> str:
    named = [f"{name} on {model}" for name, model in config.models.items()]
    return ", ".join([config.model, *named])


def _subject(command: control.AnyCommand) -> str:
    if isinstance(command, control.Inject):
        return f"the {command.kind.replace('_', ' ')} of {_whom((command.target,))}"
    return f"the {type(command).__name__.lower()}"


def _words(command: control.AnyCommand) -> list[str]:
    if not isinstance(command, control.Inject):
        return []
    settings = dict(command.params)
    if command.duration_seconds is not None:
        settings["duration_seconds"] = command.duration_seconds
    more = "".join(f",{name}={value}" for name, value in settings.items())
    return ["--fault", f"{command.kind}:{command.target}{more}"]


def _left_out(event: ev.AnyEvent) -> str:
    match event:
        case ev.FaultStarted(kind=kind, targets=targets):
            return f"the {kind.replace('_', ' ')} of {_whom(targets)}"
        case ev.MessageSent(sender=sender):
            return f"the message of {sender}"
        case ev.FaultStopped(id=number):
            return f"the healing of fault {number}"
        case ev.NotePinned(author=author):
            return f"the note of {author}"
        case ev.StopRequested(author=author):
            return f"the stop by {author}"
    return f"event {event.seq}"


def _whom(targets: Sequence[str]) -> str:
    if not targets or "all" in targets or len(targets) > NAMED:
        return "the whole team"
    return ", ".join(targets[:-1]) + " and " + targets[-1] if len(targets) > 1 else targets[0]


def _command(change: _Change, meta: RunMeta, parent: str, at: int) -> str | None:
    """The command that plays pairs; null if nothing was changed, or if that would cost money."""
    names = (meta.config.model, *meta.config.models.values())
    if not change.words or any(registry.resolve(name).real for name in names):
        return None
    return shlex.join(["teamtop", "fork", parent, "--at", f"seq:{at}", *change.words, "--seeds", str(SEEDS)])


# ---------------------------------------------------------------- in words


def _sentence(subject: str, with_: Side, without: Side, *, same: bool) -> str:
    what = subject[:1].upper() + subject[1:]
    if same and (with_.wall_seconds, with_.tokens) == (without.wall_seconds, without.tokens):
        return f"Nothing was changed, and it went as {without.run_id} did."
    if with_.completed and without.completed:
        return f"{what} {cost(with_, without)}."
    if with_.completed or without.completed:
        done, open_ = (with_, without) if with_.completed else (without, with_)
        which = ("with", "without") if with_.completed else ("without", "with")
        return (
            f"{which[0].capitalize()} {subject} the team completed all tasks in {done.wall_seconds:,.0f} s, "
            f"{which[1]} it {open_.tasks_done} of {open_.tasks_total}."
        )
    return (
        f"The team did not complete its tasks, neither with {subject} ({with_.tasks_done} of "
        f"{with_.tasks_total} done) nor without ({without.tasks_done})."
    )


def cost(with_: Side, without: Side) -> str:
    """``cost 34 s (+21 %) and 12k tokens (+8 %)``; what became less was saved."""
    seconds = (with_.wall_seconds or 0.0) - (without.wall_seconds or 0.0)
    return costs(seconds, without.wall_seconds or 0.0, with_.tokens - without.tokens, without.tokens)


def costs(seconds: float, of_seconds: float, tokens: float, of_tokens: float) -> str:
    """Differences, and what they are differences to, as ``cost``."""
    size = f"{abs(seconds):,.0f} s" if abs(seconds) >= 10 else f"{abs(seconds):.1f} s"
    time = _amount(seconds, of_seconds, size)
    text = _amount(tokens, of_tokens, f"{_count(abs(tokens))} tokens")
    if abs(seconds) < 0.05:
        time = "no time"
    if abs(tokens) < 0.5:
        text = "no tokens"
    first = "saved" if seconds <= -0.05 else "cost"
    second = "saved" if tokens <= -0.5 else "cost"
    return f"{first} {time} and {text if first == second or text == 'no tokens' else f'{second} {text}'}"


def _amount(difference: float, of: float, text: str) -> str:
    share = f" ({100 * difference / of:+.0f} %)".replace("-", "−") if of > 0 else ""
    return text + share


def _count(number: float) -> str:
    return f"{number / 1_000:,.0f}k" if number >= 10_000 else f"{number:,.0f}"
