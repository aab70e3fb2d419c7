"""``teamtop plan``: how many agents to take, and under which strategy, before they are paid for."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from tui.commands.options import Command, Word, runs_dir_option
from tui.commands.quantities import Dollars, Duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.advice.forecast import Option, Range
    from engine.advice.planning import Plan


@click.command(
    "plan", cls=Command, short_help="Say how many agents to take, and how they should share the work."
)
@click.argument("suite")
@click.option("--structure", metavar="NAME", default="", help="Structure of the suite. Default: mixed.")
@click.option(
    "--model", metavar="NAME", default=None, help="Model of all agents. Default: sim/claude-sonnet-4-6."
)
@click.option(
    "--like", metavar="SIM", default="", help="Simulated model that stands for one nobody recorded."
)
@click.option("--strategies", metavar="A,B", default=None, help="Strategies to choose from. Default: all.")
@click.option("--max-agents", type=click.IntRange(1, 100), default=16, show_default=True)
@click.option("--deadline", type=Duration(), default=None, help="Run time to keep, as in 90s or 10m.")
@click.option("--budget", type=Dollars(0, min_open=True), default=None, help="Dollars to keep to.")
@click.option("--budget-tokens", type=click.IntRange(1), default=None, help="Tokens to keep to.")
@click.option(
    "--max-rounds", type=int, default=60, show_default=True, help="Rounds that the run may take, as for run."
)
@click.option(
    "--prefer",
    type=Word("time", "balance", "tokens"),
    default="balance",
    show_default=True,
    help="What counts: time alone, time and a quarter of tokens, or mostly tokens.",
)
@click.option(
    "--seeds", type=click.IntRange(1, 1000), default=8, show_default=True, help="Rehearsals of a team."
)
@click.option(
    "--seconds",
    type=click.FloatRange(0),
    default=12.0,
    show_default=True,
    help="Time for more than two of them.",
)
@click.option("--all", "everything", is_flag=True, help="Print every team, not only those worth a look.")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; all else goes to stderr.")
def command(
    *,
    suite: str,
    structure: str,
    model: str | None,
    like: str,
    strategies: str | None,
    max_agents: int,
    deadline: float | None,
    budget: float | None,
    budget_tokens: int | None,
    max_rounds: int,
    prefer: Literal["time", "balance", "tokens"],
    seeds: int,
    seconds: float,
    everything: bool,
    runs_dir: Path,
    as_json: bool,
) -> int:
    """Predict time, tokens and cost of teams on SUITE, with 80% intervals, and recommend one.

    Every team is rehearsed with simulated models in virtual time. For a real model the rehearsals are
    corrected by what was recorded of its namesake and by your saved runs of it; for a simulated one they are
    the forecast.
    Exit codes: 0 a team is recommended, 3 none keeps the limits.
    """
    import os

    from engine.advice.choice import Limits
    from engine.advice.planning import Request, make
    from engine.errors import UsageError
    from engine.models import registry
    from engine.strategies import STRATEGIES

    named = tuple(part.strip() for part in (strategies or "").split(",") if part.strip())
    if strategies is not None and not named:
        raise UsageError("--strategies names at least one strategy.")
    request = Request(
        suite=suite,
        structure=structure,
        model=model or registry.DEFAULT,
        like=like,
        strategies=named or tuple(STRATEGIES),
        most=max_agents,
        limits=Limits(deadline, budget, budget_tokens),
        prefer=prefer,
        max_rounds=max_rounds,
        seeds=seeds,
        seconds=seconds,
        runs_dir=runs_dir,
    )
    bar = _Bar()
    try:
        plan = make(request, bar.tell, os.environ)
    finally:
        bar.clear()
    if as_json:
        click.echo(json.dumps(_facts(plan), indent=2, allow_nan=False))
    else:
        _print(plan, everything=everything)
    return 0 if plan.choice.option is not None else 3


class _Bar:
    """How many rehearsals are over, on a terminal, a few times a second; nothing elsewhere."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._next = 0.0

    def tell(self, over: int, total: int) -> None:
        now = time.monotonic()
        if not self._on or now < self._next:
            return
        self._next = now + 0.2
        full = 30 * over // max(1, total)
        line = f"{'█' * full}{'░' * (30 - full)} {over:,} of {total:,} rehearsals"
        click.echo(f"\r\x1b[2K{line}", err=True, nl=False)

    def clear(self) -> None:
        if self._on:
            click.echo("\r\x1b[2K", err=True, nl=False)


# ---------------------------------------------------------------- as JSON


def _facts(plan: Plan) -> dict[str, Any]:
    chosen = plan.choice.option
    return {
        "suite": plan.suite,
        "structure": plan.structure,
        "tasks": plan.tasks,
        "span": plan.span,
        "model": plan.model,
        "basis": plan.basis,
        "rehearsed_model": plan.played,
        "rehearsals": plan.seeds,
        "saved_runs": plan.saved,
        "interval": 0.8,
        "baseline_agents": plan.least,
        "options": [_option(option, plan) for option in plan.options],
        "recommended": None
        if chosen is None
        else {"strategy": chosen.strategy, "agents": chosen.agents, "speedup": chosen.speedup.value},
        "single_agent_better": chosen is not None and chosen.agents == 1,
        "sentence": plan.choice.sentence,
        "notes": plan.notes,
    }


def _option(option: Option, plan: Plan) -> dict[str, Any]:
    return {
        "strategy": option.strategy,
        "agents": option.agents,
        "seconds": _range(option.seconds),
        "tokens": _range(option.tokens),
        "usd": None if option.usd is None else _range(option.usd),
        "success": option.success,
        "seconds_to_success": option.to_success[0],
        "tokens_to_success": option.to_success[1],
        "speedup": _range(option.speedup),
        "token_multiplier": _range(option.token_multiplier),
        "pareto": option in plan.front,
    }


def _range(found: Range) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}


# ---------------------------------------------------------------- for people


def _print(plan: Plan, *, everything: bool) -> None:
    from engine.record.clean import clean_line
    from tui.printing import print_fitting, print_text

    print_text(
        clean_line(
            f"{plan.suite} {plan.structure} · {plan.model} · {plan.tasks} tasks, longest chain {plan.span}: "
            f"at one task per turn no team is faster than {plan.bound:.1f}×"
        )
    )
    click.echo()
    shown = plan.options if everything else _worth(plan)
    header = (
        "",
        "STRATEGY",
        "AGENTS",
        "TIME [80%]",
        "SUCCESS",
        "SPEEDUP [80%]",
        "TOKENS ×",
        "TOKENS",
        "COST",
    )
    print_fitting(header, [_cells(option, plan) for option in shown], ("TOKENS", "SUCCESS", "COST"))
    click.echo()
    print_text(clean_line(plan.choice.sentence, 400))
    if plan.choice.option is not None:
        print_text(_takes(plan.choice.option))
    print_text(_basis(plan))
    for note in plan.notes:
        print_text(clean_line(note, 400))


def _worth(plan: Plan) -> list[Option]:
    """The front, what is recommended, and of every strategy one agent and its best team."""
    wanted = [*plan.front, plan.choice.option, plan.choice.larger, plan.choice.alone]
    for strategy in dict.fromkeys(option.strategy for option in plan.options):
        teams = [option for option in plan.options if option.strategy == strategy]
        wanted.append(min(teams, key=lambda option: option.to_success[0]))
    return [option for option in plan.options if option in wanted]


def _cells(option: Option, plan: Plan) -> tuple[str, ...]:
    from tui.widgets.figures import clock, count, money

    mark = "▶" if option == plan.choice.option else "●" if option in plan.front else ""
    return (
        mark,
        option.strategy,
        str(option.agents),
        f"{clock(option.seconds.value)} [{clock(option.seconds.low)}, {clock(option.seconds.high)}]",
        f"{option.success:.0%}",
        f"{option.speedup.value:.2f} [{option.speedup.low:.2f}, {option.speedup.high:.2f}]",
        f"{option.token_multiplier.value:.2f}",
        count(option.tokens.value),
        "unknown" if option.usd is None else money(option.usd.value),
    )


def _takes(option: Option) -> str:
    """What the recommended team is expected to take, with intervals: narrow tables have no room for them."""
    from tui.widgets.figures import clock, count, money

    def told(found: Range, how: Callable[[float], str]) -> str:
        return f"{how(found.value)} [{how(found.low)}, {how(found.high)}]"

    price = "dollars unknown" if option.usd is None else told(option.usd, money)
    return f"One run of it: {told(option.seconds, clock)}, {told(option.tokens, count)} tokens, {price}."


def _basis(plan: Plan) -> str:
    many = f"{plan.seeds} rehearsal{'' if plan.seeds == 1 else 's'}"
    mark = "" if plan.choice.option is None else "▶ recommended, "
    least = "single agent" if plan.least == 1 else f"team of {plan.least}"
    against = f"speedup is against the fastest {least}, failed runs done again."
    text = f"{mark}● on the front of time and tokens. From {many} of each team"
    if plan.basis == "simulated":
        return f"{text}; {against}"
    learnt = f", {plan.saved} of your runs" if plan.saved else ""
    return (
        f"{text} with {plan.played}, the paper's 1,413 recorded runs (of another engine){learnt}; {against} "
        "How good such plans were: docs/advice.md."
    )
