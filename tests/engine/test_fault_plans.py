"""Fault plans: what can be wrong with one, entry by entry, and when each entry strikes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UsageError
from engine.faults.plan import FAULTS_PER_PLAN, Planned, parse
from engine.record import events as ev
from tests.helpers.scripted import Say, play


def test_a_plan_is_read_with_defaults_filled_in() -> None:
    text = """
    [[fault]]
    kind = "crash"
    target = "Dev3"
    at_round = 3
    duration_seconds = 30
    why = "power cut"

    [[fault]]
    kind = "slow"
    at_seconds = 12.5
    factor = 8
    """
    assert parse(text, "p") == (
        Planned("crash", "Dev3", {}, 3, None, 30.0, "power cut"),
        Planned("slow", "all", {"factor": 8.0}, None, 12.5),
    )


def test_an_empty_plan_plans_nothing() -> None:
    assert parse("", "p") == ()
    assert parse("# nothing yet\n", "p") == ()


GOOD = 'kind = "crash"\nat_round = 1\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[fault", "my.toml is no TOML: "),
        ('[fault]\nkind = "crash"\n', "my.toml: write each fault as an entry that begins with [[fault]]."),
        ("fault = 3\n", "my.toml: write each fault as an entry that begins with [[fault]]."),
        ("fault = [1]\n", "my.toml: write each fault as an entry that begins with [[fault]]."),
        ("[[faults]]\n", "my.toml: key 'faults' is unknown; a plan is a list of [[fault]] entries."),
        (
            "[[fault]]\nat_round = 1\n",
            'my.toml: fault 1 has no kind; write kind = "crash" or another of crash, ',
        ),
        ("[[fault]]\nkind = 7\nat_round = 1\n", "my.toml: fault 1 has no kind; write "),
        (
            '[[fault]]\nkind = "crush"\nat_round = 1\n',
            "my.toml: fault 1: there is no fault 'crush'. Did you mean \"crash\"?",
        ),
        (
            f"[[fault]]\n{GOOD}[[fault]]\n{GOOD}target = 3\n",
            "my.toml: fault 2: target is the name of an agent, ",
        ),
        (
            '[[fault]]\nkind = "crash"\n',
            "my.toml: fault 1: give exactly one of at_round, at_seconds, on, each_round and each_call.",
        ),
        (
            f"[[fault]]\n{GOOD}at_seconds = 3\n",
            "my.toml: fault 1: give exactly one of at_round, at_seconds, on, each_round and each_call.",
        ),
        ('[[fault]]\nkind = "crash"\nat_round = 0\n', "my.toml: fault 1: at_round is a whole number from 1."),
        (
            '[[fault]]\nkind = "crash"\nat_round = 1.5\n',
            "my.toml: fault 1: at_round is a whole number from 1.",
        ),
        (
            '[[fault]]\nkind = "crash"\nat_round = true\n',
            "my.toml: fault 1: at_round is a whole number from 1.",
        ),
        (
            '[[fault]]\nkind = "crash"\nat_seconds = -1\n',
            "my.toml: fault 1: at_seconds is a number of seconds from 0.",
        ),
        (
            '[[fault]]\nkind = "crash"\nat_seconds = nan\n',
            "my.toml: fault 1: at_seconds is a number of seconds from 0.",
        ),
        (
            '[[fault]]\nkind = "crash"\nat_seconds = "1"\n',
            "my.toml: fault 1: at_seconds is a number of seconds from 0.",
        ),
        (
            f"[[fault]]\n{GOOD}duration_seconds = inf\n",
            "my.toml: fault 1: duration_seconds is a number of seconds from 0.",
        ),
        (
            f"[[fault]]\n{GOOD}factor = 3\n",
            "my.toml: fault 1: crash has no parameter 'factor'.",
        ),
        (
            f"[[fault]]\n{GOOD}duration = 3\n",
            "my.toml: fault 1: crash has no parameter 'duration'. Did you mean \"duration_seconds\"?",
        ),
        (
            '[[fault]]\nkind = "slow"\nat_round = 1\nfactor = 0\n',
            "my.toml: fault 1: factor is a number from 1 to 1000, not 0.",
        ),
        (
            '[[fault]]\nkind = "slow"\nat_round = 1\nfactor = nan\n',
            "my.toml: fault 1: factor is a number from 1 to 1000, not nan.",
        ),
        (
            '[[fault]]\nkind = "slow"\nat_round = 1\nfactor = "4"\n',
            "my.toml: fault 1: factor is a number from 1 to 1000, not '4'.",
        ),
        (
            '[[fault]]\nkind = "drop_messages"\nat_round = 1\nprobability = 1.5\n',
            "my.toml: fault 1: probability is a number from 0 to 1, not 1.5.",
        ),
        (
            '[[fault]]\nkind = "corrupt"\nat_round = 1\nmode = "odd"\n',
            "my.toml: fault 1: mode is one of operator, empty, truncated, malformed, claims_done, "
            "other_task, nested, repetition, refusal, equivocation, injection, not 'odd'.",
        ),
        (
            '[[fault]]\nkind = "corrupt"\nat_round = 1\nmode = []\n',
            "my.toml: fault 1: mode is one of operator, empty, truncated, malformed, claims_done, "
            "other_task, nested, repetition, refusal, equivocation, injection, not [].",
        ),
        (
            f"[[fault]]\n{GOOD}" * (FAULTS_PER_PLAN + 1),
            f"my.toml has {FAULTS_PER_PLAN + 1} faults, more than {FAULTS_PER_PLAN}: leave some out.",
        ),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_with_file_entry_and_key(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as wrong:
        parse(text, "my.toml")
    assert str(wrong.value).startswith(sentence)
    assert "\n" not in str(wrong.value)


_values = st.one_of(
    st.integers(-5, 5), st.floats(), st.text(max_size=4), st.booleans(), st.lists(st.integers(), max_size=2)
)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(c):08x}" for c in value) + '"'
    return str(value)


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "kind",
                "target",
                "at_round",
                "at_seconds",
                "duration_seconds",
                "why",
                "factor",
                "mode",
                "status",
                "x",
            ]
        ),
        _values | st.sampled_from(["crash", "slow", "corrupt", "Dev1"]),
    )
)
def test_any_entry_is_read_or_refused_in_a_sentence(entry: dict[str, object]) -> None:
    text = "[[fault]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in entry.items())
    try:
        [planned] = parse(text, "p")
    except UsageError:
        return  # its sentences are listed above; nothing else may be raised
    assert (planned.at_round is None) != (planned.at_seconds is None)


# ------------------------------------------------------------ when they strike


def test_a_fault_of_a_round_strikes_as_the_round_begins_before_any_prompt() -> None:
    played = play(
        {},
        plan='[[fault]]\nkind = "crash"\ntarget = "Dev1"\nat_round = 2\nwhy = "as planned"\n',
        max_rounds=3,
    )
    begun = played.one(ev.FaultStarted)
    assert (begun.round, begun.author, begun.why) == (2, "plan", "as planned")
    round_began = played.of(ev.RoundStarted)[1]
    assert begun.seq == round_began.seq + 1
    assert played.of(ev.TurnStarted, agent="Dev1")[-1].round == 1
    assert played.one(ev.AgentCrashed).why == "as planned"


def test_a_fault_of_a_time_strikes_at_that_time_also_within_a_round() -> None:
    played = play(
        {"Dev1": [Say("", 9.0)]}, plan='[[fault]]\nkind = "slow"\nat_seconds = 4.25\n', max_rounds=1
    )
    assert (played.one(ev.FaultStarted).ts, played.one(ev.FaultStarted).round) == (4.25, 1)


def test_several_faults_of_a_round_strike_in_the_order_of_the_plan() -> None:
    plan = "".join(
        f'[[fault]]\nkind = "{kind}"\ntarget = "Dev1"\nat_round = 1\n'
        for kind in ("slow", "stall", "corrupt")
    )
    played = play({}, plan=plan, max_rounds=1)
    assert [event.kind for event in played.of(ev.FaultStarted)] == ["slow", "stall", "corrupt"]


def test_a_planned_fault_heals_after_its_duration() -> None:
    plan = '[[fault]]\nkind = "slow"\nat_round = 2\nduration_seconds = 2.5\n'
    stopped = play({}, plan=plan, max_rounds=5).one(ev.FaultStopped)
    assert (stopped.ts, stopped.author, stopped.why) == (3.5, "plan", "its time was over")


def test_a_plan_for_rounds_that_never_come_does_nothing() -> None:
    played = play({}, plan='[[fault]]\nkind = "crash"\nat_round = 50\n', max_rounds=2)
    assert played.of(ev.FaultStarted) == []


def test_a_plan_that_names_nobody_of_the_team_is_refused_before_the_first_round() -> None:
    with pytest.raises(UsageError, match="There is no agent 'Dev7'"):
        play({}, plan='[[fault]]\nkind = "crash"\ntarget = "Dev7"\nat_round = 50\n')
