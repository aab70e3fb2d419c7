"""Why a key does nothing at a moment: a sentence for whoever presses it all the same, "" where it applies."""

from __future__ import annotations

from tui.widgets.moment import Moment


def nothing(_: Moment) -> str:
    """For keys that always apply."""
    return ""


def no_team(moment: Moment) -> str:
    """What keys wait for that steer: an engine that takes commands."""
    phase = moment.state.run.phase
    if phase == "ended":
        return "The run has ended: there is no team to steer any more."
    if moment.gone:
        return "The engine of this team is gone: teamtop resume goes on with the run."
    if not moment.live:
        return "No engine runs this team: it can be watched, not steered."
    if moment.mode != "live":
        return "This team is only watched: it cannot be steered from here."
    return "The team has not begun yet." if phase == "starting" else ""


def no_faults(moment: Moment) -> str:
    """Nothing to be healed."""
    return no_team(moment) or (
        "" if moment.state.faults.active else "No fault is active: nothing is to be healed."
    )


def no_agents(moment: Moment) -> str:
    """Nobody to look at, to search in, to go to."""
    return "" if moment.state.agents.agents else "Nothing is known of a team yet."


def unchecked(moment: Moment) -> str:
    """The checker has not looked yet, or does not look at what is shown."""
    return "" if moment.verdicts is not None else "The checker has found nothing yet: it has not looked."


def nothing_moves(moment: Moment) -> str:
    """Nothing to hold the view against; what is held can always be let go."""
    if missing := no_agents(moment):
        return missing
    over = moment.state.run.phase == "ended" and not moment.held
    return "The run has ended: the view stands still by itself. R replays it." if over else ""


def no_engine(moment: Moment) -> str:
    """Nobody writes what is shown, or anything later."""
    return "" if moment.live else "The run is over: it has no present to go to. End goes to its end."


def imported(moment: Moment) -> str:
    """Recorded elsewhere, so that it cannot be forked: its files and prompts are unknown."""
    return (
        "An imported run cannot be forked: its files and prompts are not recorded."
        if moment.state.run.source
        else ""
    )
