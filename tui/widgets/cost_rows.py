"""Tokens and money as rows: in all, the rate now, against speedup over the work, by agent. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.record.state import AgentState, MetricsState
from tui.widgets.figures import count, many, money, times
from tui.widgets.moment import Moment
from tui.widgets.spans import Row, Span, crop_row, pad

WINDOW = 60.0
"""Run-clock seconds that the rate is of: a round or a few, so that it does not jump with every reply."""

STATIONS = 4
"""Shares of the work at which spending is shown beside speedup: quarters."""

BAR = 20
"""Cells of a bar that stands for all tokens."""

UNKNOWN = "unknown"

SOURCES = {
    "notional": "at the list price of the model that is simulated",
    "reported": "as the provider reported",
}
"""What money is counted by, in words."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens and US dollars per minute on the run's clock; null where a reply did not say."""

    tokens: float | None
    usd: float | None


def rate_of(metrics: MetricsState, now: float) -> Rate | None:
    """Spending in the last ``WINDOW``, or since the first prompt if that is later; null before there is one.

    If replies come so fast that fewer than a window's are remembered, it is the rate of those.
    """
    if metrics.first_prompt is None:
        return None
    begin = max(metrics.first_prompt, now - WINDOW)
    payments = metrics.payments
    if payments.maxlen == len(payments):
        begin = max(begin, payments[0].ts)
    if now <= begin:
        return None
    paid = [payment for payment in payments if begin <= payment.ts <= now]
    tokens = [payment.tokens for payment in paid]
    costs = [payment.cost_usd for payment in paid]
    scale = 60.0 / (now - begin)
    known = [n for n in tokens if n is not None]
    priced = [usd for usd in costs if usd is not None]
    return Rate(
        sum(known) * scale if len(known) == len(tokens) else None,
        sum(priced) * scale if len(priced) == len(costs) else None,
    )


def cost_rows(moment: Moment, cells: int) -> list[Row]:
    """All of the view, at most ``cells`` wide."""
    if not moment.state.metrics.payments and moment.state.tokens in {None, 0}:
        word = "tokens were not recorded" if "tokens" in moment.state.run.gaps else "no reply yet"
        return [[Span(word, "muted")]]
    rows = [*_totals(moment), []]
    if "tokens" in moment.state.run.gaps:
        rows.append([Span("Tokens of single replies were not recorded.", "muted")])
    else:
        rows += [*_work(moment), [], *_agents(moment, cells)]
    return [crop_row(row, cells) for row in rows]


def _totals(moment: Moment) -> list[Row]:
    metrics, tokens = moment.state.metrics, moment.state.tokens
    spent: Row = [_label("tokens"), Span(UNKNOWN if tokens is None else f"{tokens:,}", "strong")]
    if tokens is not None:
        cached = "" if metrics.cached_tokens is None else f" ({metrics.cached_tokens:,} cached)"
        thought = "" if metrics.reasoning_tokens is None else f" ({metrics.reasoning_tokens:,} reasoning)"
        both = f"  {metrics.input_tokens:,} in{cached}, {metrics.output_tokens:,} out{thought}"
        spent.append(Span(both, "muted"))
    if metrics.tokens_unknown:
        spent.append(
            Span(f"  and {many(metrics.tokens_unknown, 'reply', 'replies')} that nobody counted", "warn")
        )
    price: Row = [_label("money"), Span(money(metrics.cost_usd), "strong")]
    if metrics.cost_usd is not None:
        price.append(Span(f"  {SOURCES.get(metrics.cost_source, metrics.cost_source)}", "muted"))
    else:
        price.append(Span("  a reply came without a price", "muted"))
    return [spent, price, _rate(moment), _bargain(moment, tokens)]


def _label(word: str) -> Span:
    return Span(pad(word, 12), "muted")


def _rate(moment: Moment) -> Row:
    """``now  14k tokens/min, $0.21/min``: of the run's clock; nothing once the run has ended."""
    row: Row = [_label("rate now")]
    if moment.over:
        why = "the engine died" if moment.gone else "the run has ended"
        return [*row, Span(f"none, {why}", "muted")]
    rate = rate_of(moment.state.metrics, moment.now)
    if rate is None:
        return [*row, Span("–", "muted")]
    tokens = UNKNOWN if rate.tokens is None else count(rate.tokens)
    usd = money(rate.usd)
    return [
        *row,
        Span(f"{tokens} tokens/min, {usd}/min"),
        Span(f"  of the run's clock, last {WINDOW:.0f} s", "muted"),
    ]


def _bargain(moment: Moment, tokens: int | None) -> Row:
    """``one agent  3.4× the tokens of one agent, for 1.12× its speed``."""
    row: Row = [_label("for that")]
    base = moment.baseline
    one = base.tokens if base is not None and base.source == "runs" else None
    speed = times(moment.speedup)
    if not one or tokens is None:
        why = "tokens unknown" if tokens is None else "no saved one-agent run to compare tokens with"
        return [*row, Span(f"{speed} speedup", "measured"), Span(f"  {why}", "muted")]
    text = f"{tokens / one:.1f}× the tokens of one agent's whole run"
    return [*row, Span(f"{speed} speedup", "measured"), Span(", "), Span(text)]


def _work(moment: Moment) -> list[Row]:
    """Speedup, tokens and money when a quarter, half, … of the work was done."""
    completions, total = moment.state.metrics.completions, moment.state.board.total
    stations = sorted({max(1, round(total * part / STATIONS)) for part in range(1, STATIONS + 1)})
    reached = [k for k in stations if k <= len(completions)]
    if len(completions) and len(completions) not in reached:
        reached.append(len(completions))
    if not reached or moment.state.tokens is None:
        return [[Span("No task is done yet: nothing to set against what was spent.", "muted")]]
    curve = dict(moment.curve)
    head = f"{'tasks done':<12}{'speedup':>9}{'tokens':>9}{'per task':>10}{'money':>12}{'per task':>12}"
    rows: list[Row] = [[Span(head, "muted")]]
    for k in reached:
        done = completions[k - 1]
        each = None if done.cost_usd is None else done.cost_usd / k
        rows.append(
            [
                Span(f"{f'{k} of {total}':<12}"),
                Span(f"{times(curve.get(k)):>9}", "measured"),
                Span(f"{count(done.tokens):>9}{count(done.tokens / k):>10}"),
                Span(f"{money(done.cost_usd):>12}{money(each):>12}"),
            ]
        )
    return rows


def _agents(moment: Moment, cells: int) -> list[Row]:
    agents = list(moment.state.agents.agents.values())
    top = sum(agent.input_tokens + agent.output_tokens for agent in agents)
    head = f"{'agent':<12}{'replies':>8}{'  chatter':>10}{'in':>8}{'out':>8}{'money':>12}{'tasks':>6}"
    rows: list[Row] = [[Span(head, "muted"), Span("  of all tokens" if cells >= 78 else "  of all", "muted")]]
    return rows + [_agent(agent, top, cells) for agent in agents]


def _agent(agent: AgentState, top: int, cells: int) -> Row:
    tokens = agent.input_tokens + agent.output_tokens
    share = tokens / top if top else 0.0
    row: Row = [
        Span(pad(agent.name, 12), "strong"),
        Span(f"{agent.replies:>8}"),
        Span(f"{agent.chatter:>10}", "warn" if agent.chatter else "muted"),
        Span(f"{count(agent.input_tokens):>8}{count(agent.output_tokens):>8}"),
        Span(f"{money(agent.cost_usd):>12}{agent.done:>6}"),
    ]
    bar = min(BAR, cells - 64 - 7)
    if bar >= 4:
        row += [Span("  " + "█" * round(share * bar), "measured")]
        row += [Span("░" * (bar - round(share * bar)), "faint")]
    return [*row, Span(f" {share:4.0%}", "muted")]
