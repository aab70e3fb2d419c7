"""Teams that change, work that is done several times: accounts are exact, and book it where it belongs."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import control
from engine.analysis.accounting import Account, losses
from engine.record import events as ev
from engine.record.state.lanes import nanos
from engine.simulation.scenario import Settings, draw
from engine.simulation.world import play
from tests.helpers.faultplay import Script, timed
from tests.helpers.scripted import Say, done, edit, graph
from tests.helpers.scripted import play as played_by


@lru_cache(maxsize=64)
def simulated(seed: int, strategy: str, faults: str, *, people: bool) -> tuple[ev.AnyEvent, ...]:
    """A whole run of five as the simulation draws it: ``people`` let members and tasks come and go."""
    drawn = Settings(suite="mathutils", agents=5, strategy=strategy, faults=faults, people=people)
    played = play(draw(seed, drawn))
    return tuple(played.events)


def account(events: tuple[ev.AnyEvent, ...]) -> Account:
    found = Account.of(events)
    assert found is not None
    return found


def exact(found: Account) -> None:
    for parts in (*found.spent.values(), *found.lead.values()):
        assert sum(parts.values()) == found.wall_ns
        assert min(parts.values()) >= 0
    told = losses(found, [found])
    assert sum(told.parts.values()) == told.loss_ns
    alone = losses(found)
    assert sum(alone.parts.values()) == alone.loss_ns == found.agents * found.wall_ns - found.total("useful")


@settings(max_examples=12)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["speculative", "quorum", "verified-by", "preassigned", "decentralized"]),
)
def test_teams_that_change_under_faults_add_up_to_the_nanosecond(seed: int, strategy: str) -> None:
    exact(account(simulated(seed, strategy, "random", people=True)))


@pytest.mark.deep
@settings(max_examples=400)
@given(st.integers(0, 1_000_000), st.sampled_from(["speculative", "quorum", "mixed"]))
def test_many_teams_that_change_under_faults_add_up_to_the_nanosecond(seed: int, strategy: str) -> None:
    exact(account(simulated(seed, strategy, "random", people=True)))


def test_of_several_versions_of_a_task_only_the_one_that_was_taken_is_useful() -> None:
    seen = 0
    for seed in range(6):
        events = simulated(seed, "quorum", "", people=False)
        found = account(events)
        exact(found)
        written: dict[int, int] = {}
        for event in events:
            if isinstance(event, ev.DraftEdited):
                written[event.draft] = written.get(event.draft, 0) + len(event.content)
        taken = {event.draft for event in events if isinstance(event, ev.DraftAccepted)}
        if not taken < set(written):  # one version of each was asked for
            continue
        seen += 1
        thrown_away = sum(size for draft, size in written.items() if draft not in taken)
        wasted, useful = found.total("overwritten"), found.total("useful")
        assert wasted / (wasted + useful) == pytest.approx(thrown_away / sum(written.values()), abs=0.25)
    assert seen >= 2


def test_the_whole_of_a_turn_that_came_second_is_overwritten_work() -> None:
    def work(name: str, task: str) -> str:
        return edit(f"{name}.py", "right\n") + f'<complete_task id="{task}"/>'

    script: Script = {
        "Dev1": [Say(work("add", "1"), 60.0)],  # late: Dev2 does it, too, and is first
        "Dev2": [work("sub", "2"), work("add", "1")],
        "Dev3": [work("mul", "3")],
    }
    events = played_by(script, graph("add", "sub", "mul"), strategy="speculative", agents=3).events
    found = account(tuple(events))
    exact(found)
    second = next(e for e in events if isinstance(e, ev.TurnEnded) and e.outcome == "overtaken")
    began = next(e.ts for e in events if isinstance(e, ev.TurnStarted) and e.turn == second.turn)
    assert found.spent["Dev1"]["overwritten"] == nanos(second.ts) - nanos(began) > 0
    assert found.spent["Dev1"]["useful"] == 0
    assert found.spent["Dev2"]["useful"] > 0


def test_who_is_not_there_yet_or_no_more_is_absent_for_just_that_time() -> None:
    script: Script = {
        "Dev1": [Say(done("1", "add.py"), 4.0), Say("", 4.0), Say("", 4.0)],
        "Dev2": [Say("", 4.0), Say("", 4.0), Say("", 4.0)],
        "Dev3": [Say("", 4.0), Say("", 4.0)],
    }
    joins = control.AddAgent(name="Dev3", author="ann", why="")
    leaves = control.RemoveAgent(name="Dev2", author="ann", why="")
    played = timed(script, [(2.0, joins), (6.0, leaves)], max_rounds=3)
    found = account(tuple(played.events))
    exact(found)
    came = next(event.ts for event in played.events if isinstance(event, ev.AgentJoined))
    went = next(event.ts for event in played.events if isinstance(event, ev.AgentLeft))
    first = next(event.ts for event in played.events if isinstance(event, ev.TurnStarted))
    assert found.agents == 3
    assert found.spent["Dev3"]["absent"] == nanos(came) - nanos(first)
    assert found.spent["Dev2"]["absent"] == found.wall_ns - (nanos(went) - nanos(first))
    assert found.spent["Dev1"]["absent"] == 0
