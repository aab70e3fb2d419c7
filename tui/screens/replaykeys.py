"""The keys of a replay: those that move it, and what can be done at a moment of it."""

from __future__ import annotations

from textual.binding import Binding

from tui.hindrances import imported, no_engine
from tui.keys import Key

REPLAY: tuple[Key, ...] = (
    Key("replay.play", "space", "play", "play/pause", "Play or pause", "replay", True),
    Key("replay.back", "left", "event(-1)", "event", "One event back, or on", "replay", True, show="←→"),
    Key("replay.forward", "right", "event(1)", "event on", "One event on", "replay", show="→"),
    Key(
        "replay.fork",
        "F",
        "fork",
        "fork here",
        "Let the run live on from here, as it was or with something changed",
        "replay",
        True,
        imported,
    ),
    Key(
        "replay.round_back",
        "left_square_bracket",
        "round(-1)",
        "round",
        "Back to where the round began, or on to the next",
        "replay",
        True,
        show="[]",
    ),
    Key(
        "replay.present",
        "L",
        "present",
        "live",
        "To the present, and on with it while the run goes on",
        "replay",
        True,
        no_engine,
    ),
    Key(
        "replay.round_forward",
        "right_square_bracket",
        "round(1)",
        "round on",
        "On to the next round",
        "replay",
        show="]",
    ),
    Key(
        "replay.faster",
        "plus,equals_sign",
        "speed(1)",
        "speed",
        "Twice or half as fast",
        "replay",
        True,
        show="+-",
    ),
    Key("replay.slower", "minus", "speed(-1)", "slower", "Half as fast", "replay", show="-"),
    Key(
        "replay.goto", "colon", "goto", "go to", "Go to an event, a round or a time", "replay", True, show=":"
    ),
    Key(
        "replay.turn_back",
        "left_curly_bracket",
        "turn(-1)",
        "turn before",
        "To the turn before",
        "replay",
        show="{",
    ),
    Key(
        "replay.turn_forward",
        "right_curly_bracket",
        "turn(1)",
        "next turn",
        "To the next turn",
        "replay",
        show="}",
    ),
    Key("replay.start", "home", "start", "start", "To the start", "replay", show="Home"),
    Key("replay.end", "end", "end", "end", "To the end", "replay", show="End"),
    Key("replay.pin", "M", "pin", "note", "Pin a note to this moment, for people", "replay"),
    Key("replay.note", "full_stop", "jump('note', 1)", "next note", "To the next note", "replay", show="."),
    Key(
        "replay.note_back",
        "comma",
        "jump('note', -1)",
        "note before",
        "To the note before",
        "replay",
        show=",",
    ),
    Key("replay.save", "w", "save_plan", "save faults", "Save what was injected by hand as a plan", "replay"),
    Key("replay.summary", "u", "summary", "summary", "The summary of the run", "replay"),
)
"""Keys of the transport, in the order of the footer: up to the rounds, all of them fit in 80 cells."""

TAKEN = ("home", "end", "left", "right")
"""Keys that panels use as well: here they move the replay, whatever has the keyboard."""


def binding(key: Key) -> Binding:
    """The binding of a key of the replay; those that panels use as well come first here."""
    plain = key.binding()
    return Binding(
        plain.key,
        plain.action,
        plain.description,
        show=False,
        priority=key.keys in TAKEN,
        tooltip=plain.tooltip,
        id=plain.id,
    )
