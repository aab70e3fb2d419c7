"""Plans: rehearsals that repeat, intervals that hold, limits that are kept, unknowns that are said."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.advice import stage
from engine.advice.belief import Belief, Level, Observation, Settings, Team
from engine.advice.choice import Limits, choose, front
from engine.advice.experience import belief, table, team_of
from engine.advice.forecast import Z80, Option, Range, Subject, curves, learnt, simulated
from engine.advice.planning import Request, make, namesake
from engine.advice.rehearsal import Part, Sample, graph, rehearse
from engine.advice.stretch import Off, stretches
from engine.errors import UsageError
from engine.record.folder import RunFolder
from engine.sweeps.cells import cells
from engine.sweeps.plan import SweepPlan
from engine.sweeps.play import play
from tests.helpers.recordings import recordings
from tui.commands.plan_command import command
from tui.commands.sweep_command import configure_cell


def sample(seconds: float, tokens: int = 1_000, *, completed: bool = True, usd: float | None = 0.1) -> Sample:
    return Sample(seconds, completed, tokens // 2, tokens - tokens // 2, usd)


# ------------------------------------------------------------ rehearsals


def test_a_rehearsal_repeats_itself_and_its_seeds_differ() -> None:
    part = Part("mathutils", "mixed", "preassigned", 3, "sim/gemini-3-flash")
    assert rehearse(part, 1) == rehearse(part, 1)
    assert rehearse(part, 1) != rehearse(part, 2)


def test_a_graph_of_ones_own_is_rehearsed_with_generated_tasks(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "tests").mkdir(parents=True)
    graph_ = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}
    text = 'format = 1\nname = "mine"\ntitle = "Mine"\nbrief = "Do it."\n\n'
    text += '[structures]\nonly = ["a", "b", "c", "d"]\n'
    for name, before in graph_.items():
        text += (
            f'\n[task.{name}]\ntitle = "Task {name}"\ndescription = "Write {name}."\nfiles = ["{name}.py"]\n'
            f'dependencies = {json.dumps(before)}\ntests = ["test_{name}.py::test_it"]\n'
        )
        (folder / "tests" / f"test_{name}.py").write_text("def test_it():\n    pass\n")
    (folder / "suite.toml").write_text(text)
    found = graph(str(folder), "")
    assert (len(found.tasks), found.span) == (4, 3)
    done = rehearse(Part(str(folder), "", "critical-path", 2, "sim/perfect"), 0)
    assert done is not None
    assert done.completed


def test_what_was_rehearsed_before_is_not_played_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = Part("mathutils", "mixed", "preassigned", 1, "sim/perfect")
    path = stage.cache_path({"XDG_CACHE_HOME": str(tmp_path)}, "hash", "sim/perfect")
    stage.save(path, {part: {0: sample(1.0), 1: None}})
    kept = stage.load(path)
    monkeypatch.setattr("engine.workers.pool", None)  # would fail
    told: list[tuple[int, int]] = []
    found = stage.rehearse_all([part], 2, 0.0, lambda over, total: told.append((over, total)), kept)
    assert found == {part: {0: sample(1.0), 1: None}}
    assert told == [(2, 2)]
    path.write_text("{")
    assert stage.load(path) == {}


# ------------------------------------------------------------ what recordings say


def test_a_belief_gives_back_what_was_seen_often_and_is_unsure_of_what_was_not() -> None:
    made = Settings(
        0.0, (Level((), False, 1.0, 0.1), Level(("model",), False, 0.5, 0.1)), 1e-4, {"preassigned": 0.1}
    )
    seen = [
        Observation(Team("preassigned", "preassigned", "a", "s", 0.5, n), math.log(100 / n), 0.0, 1e-4)
        for n in (1, 2, 4)
    ]
    known = Belief(made, seen)
    guess = known.guess([each.team for each in seen], [0.0] * 3)
    assert guess.means == pytest.approx([each.value for each in seen], abs=0.01)
    far = known.guess([Team("preassigned", "preassigned", "b", "s", 0.5, 16)], [0.0])
    assert far.covariance(0, 0) > 100 * guess.covariance(0, 0)


def test_the_solver_agrees_with_numpys() -> None:
    import numpy as np

    from engine.advice.belief import _cholesky, _forward

    random = Random(3)
    rows = np.array([[random.gauss(0, 1) for _ in range(12)] for _ in range(12)])
    matrix = rows @ rows.T + np.eye(12)
    root = _cholesky([list(map(float, row[: i + 1])) for i, row in enumerate(matrix)])
    expected = np.linalg.cholesky(matrix)
    for i, row in enumerate(root):
        assert row == pytest.approx(list(expected[i][: i + 1]))
    values = [random.gauss(0, 1) for _ in range(12)]
    assert _forward(root, values) == pytest.approx(list(np.linalg.solve(expected, values)))


def test_the_shipped_experience_is_of_the_recorded_cells() -> None:
    folder = recordings()
    from engine.advice.derive import recorded

    runs = recorded(folder)
    cells = table().cells
    assert sum(cell.runs for cell in cells) == runs.height
    assert sum(cell.completed for cell in cells) == int(runs["success"].sum())


def test_recorded_cells_are_forecast_within_their_intervals() -> None:
    cells = [cell for cell in table().cells if cell.seconds is not None and cell.suite == "mathutils"]
    known = belief("seconds", "mathutils")
    guess = known.guess([team_of(cell) for cell in cells], [cell.own[0] for cell in cells])
    hits = sum(
        abs(guess.means[i] - (cell.seconds or 0)) < 1.2816 * math.sqrt(guess.covariance(i, i) + 0.05)
        for i, cell in enumerate(cells)
    )
    assert hits > 0.8 * len(cells)


# ------------------------------------------------------------ choosing


def option(strategy: str, agents: int, seconds: float, tokens: float, usd: float | None = None) -> Option:
    return Option(
        strategy=strategy,
        agents=agents,
        seconds=Range(seconds, seconds * 0.8, seconds * 1.2),
        tokens=Range(tokens, tokens * 0.8, tokens * 1.2),
        usd=None if usd is None else Range(usd, usd * 0.8, usd * 1.2),
        success=1.0,
        to_success=(seconds, tokens),
        speedup=Range(100 / seconds, 90 / seconds, 110 / seconds),
        token_multiplier=Range(tokens / 1000, tokens / 1100, tokens / 900),
        log_seconds=math.log(seconds),
        deviation=0.1,
    )


TEAMS = [
    option("preassigned", 1, 100, 1_000, 0.1),
    option("preassigned", 3, 50, 1_300, 0.13),
    option("preassigned", 4, 49, 1_900, 0.19),
    option("lead", 3, 60, 3_000, 0.3),
]


def test_a_team_is_recommended_with_what_one_more_would_add() -> None:
    chosen = choose(TEAMS)
    assert chosen.sentence.startswith("3 agents, preassigned: 2.00×")
    assert chosen.sentence.endswith("at 1.30× tokens; a 4th adds 0.04×.")
    slower = dataclasses.replace(TEAMS[2], speedup=Range(1.9, 1.8, 2.0))
    assert choose([*TEAMS[:2], slower]).sentence.endswith("; a 4th takes 0.10× away.")


def test_a_single_agent_is_recommended_where_teams_gain_nothing() -> None:
    chosen = choose([TEAMS[0], option("lead", 2, 95, 2_500)])
    assert chosen.option == TEAMS[0]
    assert chosen.sentence.startswith("A single agent, preassigned, is better: the best team (2, lead)")


def test_a_team_that_little_is_known_of_has_to_promise_more_than_one_agent() -> None:
    alone, promising = option("preassigned", 1, 100, 1_000), option("preassigned", 3, 80, 1_000)
    assert choose([alone, promising], "time").option == promising
    doubtful = dataclasses.replace(promising, doubt=0.6)
    assert choose([alone, doubtful], "time").option == alone
    assert choose([alone, doubtful], "time").sentence.endswith("too little is known of it to count on that.")
    certain = dataclasses.replace(option("preassigned", 4, 60, 1_000), doubt=0.6)
    assert choose([alone, doubtful, certain], "time").option == certain


@given(st.floats(1.0, 6.0), st.integers(0, 99))
@settings(max_examples=20)
def test_intervals_of_ratios_are_stretched_until_four_of_five_held_out_ones_lie_inside(
    factor: float, seed: int
) -> None:
    chance = Random(seed)
    offs = [Off(chance.gauss(0, math.sqrt(factor * 0.04 + 0.01)), 0.04, 0.01) for _ in range(400)]
    found = stretches([{("seconds", "preassigned"): offs}])["seconds"]["preassigned"]
    inside = [abs(off.error) <= Z80 * math.sqrt(found * off.spread + off.noise) + 1e-9 for off in offs]
    assert sum(inside) >= 0.8 * len(offs)
    assert found == pytest.approx(factor, rel=0.4)


def test_intervals_that_hold_are_not_narrowed_and_nothing_stretches_without_being_held_out() -> None:
    assert stretches([{("tokens", "decentralized"): [Off(0.0, 1.0, 0.0)] * 9}]) == {
        "tokens": {"decentralized": 1.0}
    }
    assert stretches([{}]) == {}


def with_and_without(monkeypatch: pytest.MonkeyPatch, **emptied: Any) -> tuple[Option, Option]:
    """What is forecast of a team of two by the table as it is, and with these settings of it ``emptied``."""
    points = curves({("preassigned", n): [sample(60.0 / n), sample(66.0 / n)] for n in (1, 2)}, [1, 2])
    subject = Subject("gemini-3-flash", "mathutils", 0.5)
    (_, whole) = learnt(points, subject)
    emptier = {name: replace(each, **emptied) for name, each in table().settings.items()}
    without = replace(table(), settings=emptier)
    monkeypatch.setattr("engine.advice.forecast.table", lambda: without)
    (_, less) = learnt(points, subject)
    return whole, less


def test_the_stretch_of_the_table_widens_ratios_of_its_mode_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wide, narrow = with_and_without(monkeypatch, stretch={})
    stretch = table().settings["seconds"].stretch["preassigned"]
    assert stretch > 1
    assert wide.doubt == narrow.doubt > 0  # what is expected is no matter of how safe an interval is to be
    assert math.log(wide.speedup.high / wide.speedup.low) == pytest.approx(
        math.sqrt(stretch) * math.log(narrow.speedup.high / narrow.speedup.low)
    )
    assert wide.seconds == narrow.seconds


def test_intervals_of_single_runs_are_as_wide_as_those_held_out_needed_and_ratios_are_not_touched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wide, narrow = with_and_without(monkeypatch, wide={})
    factor = table().settings["tokens"].wide["preassigned"]
    assert factor > 1
    assert math.log(wide.tokens.high / wide.tokens.low) == pytest.approx(
        math.sqrt(factor) * math.log(narrow.tokens.high / narrow.tokens.low)
    )
    assert wide.chance_within(wide.seconds.high) == pytest.approx(0.9 * wide.success)
    assert (wide.speedup, wide.token_multiplier) == (narrow.speedup, narrow.token_multiplier)


def test_limits_are_kept_or_it_is_said_that_none_does() -> None:
    assert choose(TEAMS, "tokens", Limits(seconds=60.0)).option == TEAMS[1]
    assert choose(TEAMS, "time", Limits(usd=0.17)).option == TEAMS[1]
    none = choose(TEAMS, limits=Limits(seconds=20.0))
    assert none.option is None
    assert "No team makes the deadline in as many as 1% of runs" in none.sentence
    assert "No team is likely enough" in choose(TEAMS, limits=Limits(seconds=46.0)).sentence
    poor = choose(TEAMS, limits=Limits(usd=0.05))
    assert poor.sentence.endswith("the cheapest, 1 agent, preassigned, takes up to $0.12.")
    assert choose(TEAMS, limits=Limits(tokens=1_250)).sentence.endswith(
        "but is not sure enough to keep the limits."
    )
    unpriced = choose([option("lead", 2, 60, 3_000)], limits=Limits(usd=1.0))
    assert "price of the model is unknown" in unpriced.sentence


options = st.lists(
    st.builds(
        option,
        st.sampled_from(["preassigned", "lead"]),
        st.integers(1, 16),
        st.floats(1, 1_000),
        st.floats(1, 1e6),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60)
@given(options)
def test_nothing_beats_the_front_and_all_else_is_beaten(teams: list[Option]) -> None:
    best = front(teams)
    assert choose(teams, "time").option in [min(teams, key=lambda each: each.to_success[0]), *best]
    for each in teams:
        beaten = [
            b for b in best if b.to_success[0] <= each.to_success[0] and b.to_success[1] <= each.to_success[1]
        ]
        assert beaten


def test_rehearsed_sizes_carry_those_between_and_failures_count_as_done_again() -> None:
    rehearsed = {
        ("lead", 1): [sample(100.0), sample(100.0)],
        ("lead", 4): [sample(25.0), sample(50.0, completed=False)],
    }
    found = {(each.strategy, each.agents): each for each in simulated(curves(rehearsed, range(1, 5)))}
    assert found["lead", 2].seconds.value == pytest.approx(50.0)
    assert found["lead", 4].to_success[0] == pytest.approx(25.0 + 50.0)
    assert found["lead", 4].speedup.value == pytest.approx(100 / 75)
    assert found["lead", 1].usd is not None


def test_where_no_single_agent_can_do_it_speedup_is_told_against_the_smallest_team() -> None:
    rehearsed = {("lead", 2): [sample(100.0)] * 2, ("lead", 4): [sample(50.0)] * 2}
    options = simulated(curves(rehearsed, (2, 4)))
    assert [each.speedup.value for each in options] == pytest.approx([1.0, 2.0])
    assert ", against 2 agents" in choose(options, "time").sentence


def test_an_unknown_price_stays_unknown() -> None:
    found = simulated(curves({("lead", 1): [sample(1.0, usd=None)]}, [1]))
    assert found[0].usd is None


# ------------------------------------------------------------ the command


def asked(tmp_path: Path, *words: str) -> tuple[int, str]:
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    result = CliRunner().invoke(
        command, [*words, "--runs-dir", str(tmp_path)], standalone_mode=False, env=environ
    )
    if result.exception is not None:
        return 2, str(result.exception)
    return int(result.return_value or 0), result.output


FEW = ("--strategies", "preassigned,critical-path", "--max-agents", "3", "--seeds", "2", "--seconds", "0")


def test_a_plan_for_a_simulated_model_and_again_from_what_was_kept(tmp_path: Path) -> None:
    code, told = asked(tmp_path, "mathutils", "--model", "sim/perfect", *FEW, "--json")
    assert code == 0
    plan = json.loads(told)
    assert plan["basis"] == "simulated"
    assert {(each["strategy"], each["agents"]) for each in plan["options"]} == {
        (name, n) for name in ("preassigned", "critical-path") for n in (1, 2, 3)
    }
    assert all(each["usd"] is None for each in plan["options"])  # sim/perfect has no price
    chain = {
        each["agents"]: each["seconds"]["value"]
        for each in plan["options"]
        if each["strategy"] == "critical-path"
    }
    assert 10 <= round(chain[2]) <= 11 < chain[1]  # ten in a chain, ten beside it, a second each
    assert plan["recommended"]["agents"] == 2
    assert asked(tmp_path, "mathutils", "--model", "sim/perfect", *FEW, "--json") == (code, told)
    code, told = asked(tmp_path, "mathutils", "--model", "sim/perfect", *FEW)
    assert "2 agents, critical-path: 1." in told
    assert "One run of it: 00:1" in told
    assert "dollars unknown." in told
    assert "a 3rd adds nothing" in told


def test_a_plan_for_a_real_model_is_learnt_from_recordings_and_priced(tmp_path: Path) -> None:
    code, told = asked(tmp_path, "mathutils", "--model", "anthropic/claude-sonnet-4-6", *FEW, "--json")
    assert code == 0
    plan = json.loads(told)
    assert (plan["basis"], plan["rehearsed_model"]) == ("recorded", "sim/claude-sonnet-4-6")
    assert all(each["usd"]["low"] < each["usd"]["value"] for each in plan["options"])
    one = next(each for each in plan["options"] if (each["strategy"], each["agents"]) == ("preassigned", 1))
    assert 10 < one["seconds"]["value"] < 60  # on this suite 16 to 28 s were recorded, by structure


def test_teams_that_never_did_all_tasks_are_left_out_and_named(tmp_path: Path) -> None:
    few = ("--model", "sim/perfect", "--strategies", "critical-path", "--seeds", "1", "--max-agents", "2")
    code, told = asked(tmp_path, "synthetic:tasks=80,p=1", *few, "--json")  # more than the rounds of a run
    plan = json.loads(told)
    assert (code, plan["baseline_agents"], [each["agents"] for each in plan["options"]]) == (0, 2, [2])
    why = "Left out, for no rehearsal of theirs did all tasks in 60 rounds (--max-rounds): "
    assert plan["notes"] == [why + "critical-path with 1."]
    code, told = asked(tmp_path, "synthetic:tasks=80,p=0", *few)
    assert (code, "In none of 2 rehearsals did a team do all 80 tasks in 60 rounds" in told) == (2, True)
    code, told = asked(tmp_path, "synthetic:tasks=80,p=1", *few, "--max-rounds", "90", "--json")
    plan = json.loads(told)
    assert (code, plan["baseline_agents"], plan["notes"]) == (0, 1, [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nosuch",), "nosuch"),
        (("mathutils", "--strategies", ","), "at least one strategy"),
        (("mathutils", "--strategies", "preasigned"), "There is no strategy"),
        (("mathutils", "--model", "sim/gpt"), "There is no simulated model"),
        (("mathutils", "--deadline", "soon"), "10m"),
        (("mathutils", "--seconds", "nan"), "--seconds"),
        (("mathutils", "--max-rounds", "0"), "--max-rounds is a number from 1"),
        (("mathutils", "--model", "openai/gpt-4o", "--like", "gpt"), "--like names a simulated model"),
    ],
)
def test_what_cannot_be_planned_is_told(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    code, told = asked(tmp_path, *words)
    assert code == 2
    assert said in told


def test_namesakes_are_found_by_the_last_part_of_a_name() -> None:
    assert namesake("anthropic/claude-sonnet-4-6") == "sim/claude-sonnet-4-6"
    assert namesake("gemini/gemini-3-flash-preview") == "sim/gemini-3-flash"
    assert namesake("ollama/llama3") == ""


def test_teams_are_compared_by_seeds_that_all_of_them_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(parts: list[Part], *_: object) -> stage.Samples:
        return {
            part: {0: sample(20.0), **({1: sample(200.0)} if part.strategy == "preassigned" else {})}
            for part in parts
        }

    monkeypatch.setattr(stage, "rehearse_all", cut_short)
    request = Request("mathutils", strategies=("preassigned", "lead"), most=1, runs_dir=tmp_path)
    plan = make(request, lambda *_: None, {"XDG_CACHE_HOME": str(tmp_path)})
    assert plan.seeds == 1
    assert [each.seconds.value for each in plan.options] == pytest.approx([20.0, 20.0])


def test_a_request_for_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        make(Request("mathutils", seeds=0, runs_dir=tmp_path), lambda *_: None, {})


def test_ones_own_runs_of_a_model_that_nobody_recorded_are_learnt_from(tmp_path: Path) -> None:
    name = "openai/gpt-4o-mini"
    words = ("mathutils", "--model", name, "--strategies", "preassigned", "--max-agents", "1", "--seeds", "1")
    cold = json.loads(asked(tmp_path, *words, "--json")[1])
    plan = SweepPlan(models=("sim/perfect",), strategies=("preassigned",), agents=(1,), repetitions=3)
    for cell in cells(plan, configure_cell):
        play(cell, tmp_path, {}, retries=0)
        folder = RunFolder(tmp_path / cell.run_id)
        meta = folder.read_meta()
        folder.write_meta(replace(meta, config=replace(meta.config, model=name)))  # as if it had been real
    warm = json.loads(asked(tmp_path, *words, "--json")[1])
    assert (cold["saved_runs"], warm["saved_runs"]) == (0, 3)
    assert "Nobody recorded openai/gpt-4o-mini" in cold["notes"][0]
    before, after = (told["options"][0]["seconds"] for told in (cold, warm))
    assert abs(math.log(after["value"] / 20)) < abs(math.log(before["value"] / 20))  # each took 20 s or so
    assert after["high"] / after["low"] < before["high"] / before["low"]


def test_beyond_what_was_recorded_it_is_said_to_be_simulation(tmp_path: Path) -> None:
    words = (
        "synthetic:tasks=40,p=1",
        "--model",
        "anthropic/claude-sonnet-4-6",
        "--strategies",
        "preassigned",
    )
    more = ("--max-agents", "8", "--seeds", "1", "--seconds", "0", "--prefer", "time", "--json")
    told = json.loads(asked(tmp_path, *words, *more)[1])
    beyond = [note for note in told["notes"] if "simulation alone" in note]
    assert bool(beyond) == (told["recommended"]["agents"] > 5)
