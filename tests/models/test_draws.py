from __future__ import annotations

import pytest

from engine.models.simulated.draws import Draws


def test_a_draw_depends_on_seed_agent_round_and_purpose_and_on_nothing_else() -> None:
    same = [Draws(1, "Dev1", 3).uniform("edits") for _ in range(2)]
    others = [
        Draws(2, "Dev1", 3).uniform("edits"),
        Draws(1, "Dev2", 3).uniform("edits"),
        Draws(1, "Dev1", 4).uniform("edits"),
        Draws(1, "Dev1", 3).uniform("tests"),
    ]
    assert same[0] == same[1]
    assert len({same[0], *others}) == 5


def test_names_that_run_together_are_kept_apart() -> None:
    assert Draws(1, "Dev1", 11).uniform("x") != Draws(1, "Dev11", 1).uniform("x")


def test_an_earlier_draw_does_not_move_a_later_one() -> None:
    alone, after = Draws(7, "Dev1", 1), Draws(7, "Dev1", 1)
    after.chance("something else", 0.5)
    assert alone.normal("latency") == after.normal("latency")


def test_the_draw_of_a_run_is_shared_by_its_agents_and_rounds() -> None:
    assert Draws(5, "Dev1", 1).run_normal("latency") == Draws(5, "Dev9", 40).run_normal("latency")


def test_uniform_draws_are_uniform() -> None:
    values = [Draws(seed, "Dev1", 1).uniform("u") for seed in range(4000)]
    assert all(0 < value < 1 for value in values)
    assert sum(values) / len(values) == pytest.approx(0.5, abs=0.02)
    assert sum(value < 0.1 for value in values) / len(values) == pytest.approx(0.1, abs=0.02)


def test_normal_draws_have_mean_zero_and_variance_one() -> None:
    values = [Draws(seed, "Dev1", 1).normal("n") for seed in range(4000)]
    mean = sum(values) / len(values)
    assert mean == pytest.approx(0, abs=0.05)
    assert sum((value - mean) ** 2 for value in values) / len(values) == pytest.approx(1, abs=0.08)


def test_counts_follow_their_sketch() -> None:
    counts = [Draws(seed, "Dev1", 1).count("c", [0.25, 2.0, 2.0, 6.0]) for seed in range(4000)]
    assert set(counts) == {0, 2, 3, 4, 5, 6}
    assert counts.count(0) / len(counts) == pytest.approx(0.25, abs=0.02)
    assert counts.count(2) / len(counts) == pytest.approx(0.75 * (0.5 + 0.0625), abs=0.03)


@pytest.mark.parametrize(("sketch", "count"), [([0.0, 3.0], 3), ([1.0, 0.0], 0), ([0.0], 0)])
def test_a_sketch_of_one_value_gives_that_value(sketch: list[float], count: int) -> None:
    assert {Draws(seed, "Dev1", 1).count("c", sketch) for seed in range(50)} == {count}


def test_poisson_counts_have_their_mean() -> None:
    counts = [Draws(seed, "Dev1", 1).poisson("p", 1.5) for seed in range(4000)]
    assert sum(counts) / len(counts) == pytest.approx(1.5, abs=0.08)
    assert Draws(1, "Dev1", 1).poisson("p", 0.0) == 0


def test_a_choice_is_one_of_the_options_and_all_come_up() -> None:
    assert {Draws(seed, "Dev1", 1).choice("c", "abc") for seed in range(60)} == set("abc")
