"""The simulated world: schedulers choose, runs that never end are told, what is acted on is recorded."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from engine.errors import UsageError
from engine.record import events as ev
from engine.restore import Past
from engine.simulation import schedulers, world
from engine.simulation.invariants import ends, judge
from engine.simulation.runner import run_seed
from engine.simulation.scenario import DISK_SECONDS, Settings, check, draw
from engine.simulation.schedulers import Bounded, Fifo, Livelock, Priority, Starve, Uniform
from engine.team.gate import Gate
from engine.team.lifecycle import Lifecycle
from engine.world import virtualloop
from engine.world.virtualloop import Scheduler, VirtualLoop

PEACE = Settings(faults="", people=False)


def order(scheduler: Scheduler | None, seed: int = 0) -> list[str]:
    """Who comes when, of three agents that do five steps each at one instant."""
    came: list[str] = []

    async def agent(name: str) -> None:
        for _ in range(5):
            came.append(name)
            await asyncio.sleep(0)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(agent(n), name=f"turn {k} of {n}") for k, n in enumerate("ABC", 1)]
        await asyncio.gather(*tasks)

    virtualloop.run_on(VirtualLoop(seed, scheduler=scheduler), main())  # type: ignore[abstract]  # no sockets
    return came


def test_first_come_first_served_alternates() -> None:
    assert order(Fifo()) == list("ABC" * 5)


def test_uniform_draws_give_an_order_per_seed() -> None:
    orders = {tuple(order(Uniform(Random(seed)))) for seed in range(10)}
    assert len(orders) == 10
    assert order(Uniform(Random(3))) == order(Uniform(Random(3)))


def test_priorities_let_one_run_to_its_end_before_the_next_unless_they_change() -> None:
    orders = ["".join(order(Priority(Random(seed)))) for seed in range(20)]
    blocks = [text for text in orders if sum(a != b for a, b in itertools.pairwise(text)) == 2]
    assert blocks
    assert len(set(orders)) > 3


def test_the_starved_agent_comes_last() -> None:
    came = order(Starve(Random(1), "A"))
    assert came[-5:] == ["A"] * 5
    assert set(came[:10]) == {"B", "C"}


def test_a_scheduler_changes_nothing_for_loops_without_one() -> None:
    assert order(None, seed=4) == order(None, seed=4)
    assert order(None, seed=4) != order(None, seed=5)


def test_a_loop_that_spins_without_end_is_stopped() -> None:
    async def spin() -> None:
        while True:  # noqa: ASYNC110 - that is the loop that spins
            await asyncio.sleep(0)

    with pytest.raises(Livelock):
        virtualloop.run_on(
            VirtualLoop(0, scheduler=Bounded(Fifo(), limit=1_000)),  # type: ignore[abstract]  # no sockets
            spin(),
        )


def test_every_scheduler_is_made_by_its_name() -> None:
    for name in schedulers.SCHEDULERS:
        assert isinstance(schedulers.create(name, Random(0), ["Dev1", "Dev2"]), Bounded)


def test_an_engine_that_folds_only_what_it_decides_by_decides_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = [draw(seed, Settings()) for seed in range(12)]
    lean = [world.play(scenario).journal for scenario in drawn]
    made: list[Past] = []

    def whole(*, shown: bool) -> Past:
        made.append(Past())
        return made[-1]

    monkeypatch.setattr(world, "Past", whole)
    assert [world.play(scenario).journal for scenario in drawn] == lean
    assert len(made) == 12


# ---------------------------------------------------------------- runs that go wrong


def planted(patch: Callable[[pytest.MonkeyPatch], None], seed: int = 0) -> str:
    """What is found in an undisturbed run after ``patch``."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        patch(monkeypatch)
        found = judge(world.play(draw(seed, PEACE)))
    return "; ".join(f"{each.name}: {each.sentence}" for each in found)


def test_an_undisturbed_run_is_blameless() -> None:
    assert planted(lambda patch: None) == ""


def test_a_run_that_hangs_is_told() -> None:
    async def never(self: Gate) -> None:
        await asyncio.get_running_loop().create_future()

    assert "after all faults had stopped" in planted(lambda patch: patch.setattr(Gate, "passed", never))


def test_a_run_that_spins_is_told() -> None:
    async def spin(self: Gate) -> None:
        while True:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Gate, "passed", spin)
        monkeypatch.setattr(schedulers.Bounded.__init__, "__defaults__", (20_000,))

    assert "Livelock" in planted(patch)


def test_a_run_that_goes_in_circles_without_a_step_of_the_loop_is_told() -> None:
    async def circle(self: Gate) -> None:
        while True:
            pass

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Gate, "passed", circle)
        monkeypatch.setattr(world, "CPU_SECONDS", 0.2)

    assert "Livelock: the run has not ended after 0.2 s of processor time" in planted(patch)


def test_an_exception_of_the_engine_is_told() -> None:
    def broken(self: Lifecycle) -> None:
        raise ZeroDivisionError("planted")

    said = planted(lambda patch: patch.setattr(Lifecycle, "check", broken))
    assert "ZeroDivisionError: planted" in said


def test_faults_stop_for_good_and_the_team_ends_in_peace() -> None:
    settings = Settings(faults='[[fault]]\nkind = "stall"\nat_round = 1\n', people=False)
    played = world.play(draw(0, settings))
    assert played.outcome == "completed"
    assert played.quiet_seq > 0
    healed = [event for event in played.events if isinstance(event, ev.FaultStopped)]
    assert healed[0].why == "quiet"
    assert judge(played) == []


def test_a_team_that_makes_no_mistakes_any_more_has_few_rounds_left(monkeypatch: pytest.MonkeyPatch) -> None:
    played = world.play(draw(0, Settings(faults='[[fault]]\nkind = "stall"\nat_round = 1\n', people=False)))
    took = played.events[-1].round - played.events[played.quiet_seq - 1].round
    assert judge(played) == []
    monkeypatch.setattr(ends, "SETTLING_ROUNDS", 0)
    monkeypatch.setattr(ends, "ROUNDS_PER_TASK", (took - 1) / len(played.scenario.start.tasks))
    assert f"took {took} rounds after all faults" in judge(played)[0].sentence


@pytest.mark.parametrize("seconds", DISK_SECONDS)
def test_a_disk_that_takes_its_time_changes_no_promise(seconds: float | None) -> None:
    played = world.play(replace(draw(3, Settings()), disk=seconds))
    assert judge(played) == []


def test_faults_that_end_rounds_at_once_do_not_use_up_all_rounds() -> None:
    settings = Settings(faults='[[fault]]\nkind = "api_errors"\nstatus = 400\nat_round = 1\n', people=False)
    result = run_seed(1, settings)
    assert (result.outcome, result.violations) == ("completed", ())
    assert result.rounds < 60


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (Settings(model="anthropic/claude"), "Only simulated models"),
        (Settings(strategy="anarchy"), "anarchy"),
        (Settings(suite="nonsense"), "nonsense"),
        (Settings(structure="sideways"), "sideways"),
        (Settings(agents=999), "1 to"),
        (Settings(faults="[[fault]]\nkind = 3"), "kind"),
        (Settings(faults='[[fault]]\nkind = "crash"\ntarget = "Dev9"\nat_round = 1'), "Dev9"),
    ],
)
def test_settings_that_lead_nowhere_are_refused_before_anything_runs(settings: Settings, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        check(settings)


def test_a_plan_for_leads_is_played_by_teams_that_have_one() -> None:
    settings = Settings(faults='[[fault]]\nkind = "crash"\ntarget = "lead"\nat_round = 2', people=False)
    check(settings)
    strategies = {draw(seed, settings).start.strategy for seed in range(20)}
    assert strategies == {"lead", "lead-assigned"}


def test_the_plan_of_a_seed_written_to_a_file_gives_the_same_run() -> None:
    from engine.simulation.plantext import render

    drawn: Any = next(s for s in (draw(seed, Settings()) for seed in range(100)) if len(s.plan) > 3)
    again = draw(drawn.seed, Settings(faults=render(drawn.plan)))
    assert world.play(again).journal == world.play(drawn).journal
