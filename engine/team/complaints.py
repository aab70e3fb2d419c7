"""What an agent is told about an action that it nearly wrote: one sentence, with what to write instead."""

from __future__ import annotations

from engine.team.actions import BY_NAME, Action, ActionSpec
from engine.team.tags import Tag

_QUOTED = 40
"""Characters of an agent's own word that a sentence repeats."""


def complaint(tag: Tag) -> str:
    """What is wrong with an opening tag, and what to write instead; empty if nothing is."""
    spec = tag.spec
    instead = f"write {spec.example}."
    if not tag.exact:
        return f"There is no action <{tag.name}>: {instead}"
    if tag.fault == "quote":
        return f"A quote in the tag of {spec.name} is not closed: {instead}"
    if tag.fault == "value":
        return f"A value in the tag of {spec.name} is not in plain quotes: {instead}"
    if tag.fault == "open":
        return f'The tag of {spec.name} has no ">": {instead}'
    if tag.fault == "junk":
        return f"The tag of {spec.name} holds something that is no attribute: {instead}"
    seen: set[str] = set()
    for name, value in tag.attributes:
        if name not in spec.attributes:
            return f'{spec.name} has no attribute "{name[:_QUOTED]}": {instead}'
        if name in seen:
            return f'{spec.name} gives "{name}" twice: {instead}'
        if not value:
            return f'{spec.name} gives "{name}" no value: {instead}'
        seen.add(name)
    for name in spec.required:
        if name not in seen:
            return f"{spec.name} needs {name}: {instead}"
    if spec.has_body and tag.selfclosing:
        return f"{spec.name} needs its {_noun(spec)} between two tags: {instead}"
    return ""


def empty(spec: ActionSpec, body: str) -> str:
    """A message without words; empty if it has some."""
    return (
        f"{spec.name} has no text: write {spec.example}." if spec.body == "text" and not body.strip() else ""
    )


def unclosed(tag: Tag, wrong: str) -> str:
    """An opening tag whose body never ends; ``wrong`` is what else is wrong with it."""
    if wrong:
        return wrong[:-1] + f" and close it with </{tag.spec.name}>; nothing after it was carried out."
    return (
        f"{tag.spec.name} is not closed with </{tag.spec.name}>, so nothing of it and nothing after it was "
        f"carried out: send it again, whole, in a shorter reply if this one was cut off."
    )


def ends_twice(action: Action) -> str:
    """A body after which a second closing tag follows: nobody can tell which one was meant."""
    spec = BY_NAME[action.name]
    titled = " ".join(" ".join((action.name, *(value[:_QUOTED] for value in action.args.values()))).split())
    return (
        f"{titled} is followed by a second </{action.name}>, so where its {_noun(spec)} ends is not certain "
        f"and nothing of it was carried out: keep that closing tag out of it."
    )


def closes_nothing(spec: ActionSpec) -> str:
    """A closing tag without an opening one."""
    return f"This </{spec.name}> closes nothing: write {spec.example}."


def _noun(spec: ActionSpec) -> str:
    return "content" if spec.body == "content" else "text"
