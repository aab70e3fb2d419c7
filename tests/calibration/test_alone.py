"""An agent alone of whom nothing was recorded works as one of a team does when nobody holds anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.calibration import behaviour
from engine.calibration.replies import RecordedReply, Recordings, read
from tests.helpers.recordings import SERIAL, recordings

TURNS = 40


def replies(agents: int) -> list[RecordedReply]:
    """Whoever owns nothing claims, unless somebody else is at work, which is so every other round."""
    run = replace(SERIAL, name=f"of {agents}", agents=agents)
    found = []
    for turn in range(1, TURNS + 1):
        others = turn % 2 if agents > 1 else 0
        claims = 0 if others else 2
        found.append(
            RecordedReply(
                run=run,
                agent="Dev1",
                turn=turn,
                place=0,
                latency=3.0,
                waited=False,
                edits=claims,
                claims=claims,
                blocked=0,
                completes=claims,
                tests=1,
                load=0,
                left=0,
                own=0,
                others=others,
                open=9,
                taken=0,
            )
        )
    return found


def chances(*teams: int) -> tuple[float, float]:
    """How likely one who owns nothing is to claim, alone and in a team."""
    every = [reply for agents in teams for reply in replies(agents)]
    table = behaviour.claiming(Recordings(tuple({r.run for r in every}), tuple(every)))
    return table["chain_alone"]["attempt_p"], table["chain_team"]["attempt_p"]


def test_nobody_waits_who_has_nobody_to_wait_for() -> None:
    alone, team = chances(2, 3)
    assert alone == 1
    assert team == pytest.approx(0.5, abs=0.03)


def test_what_was_recorded_of_agents_alone_is_not_guessed_from_teams() -> None:
    assert chances(1, 2) == (1, chances(2)[1])
    assert chances(1) == (1, 1)  # nothing is known of teams


def test_recorded_agents_alone_never_wait_for_others() -> None:
    recorded = read(recordings()).only(lambda run: run.mode == "decentralized")
    alone = [reply.others for reply in recorded.replies if reply.run.agents == 1]
    team = [reply.others for reply in recorded.replies if reply.run.agents == 5]
    assert alone
    assert not any(alone)
    assert 0.1 < sum(other > 0 for other in team) / len(team) < 0.95
    assert all(0 <= reply.others <= 20 - reply.open for reply in recorded.replies)
