"""``teamtop serve-sim``: the simulated models as a server that OpenAI clients can call."""

from __future__ import annotations

import json

import click

from tui.commands.options import Command, Speed


@click.command("serve-sim", cls=Command, short_help="Serve the simulated models to OpenAI clients.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port to listen at; 0: any that is free.",
)
@click.option(
    "--faults",
    "plan",
    default="",
    metavar="PLAN",
    help="What goes wrong: entries such as 429:probability=0.1,cut:every=7 or a TOML file of them. "
    "--list names all.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Seed of faults, and of requests that bring none."
)
@click.option(
    "--speed", type=Speed(), default=1.0, help="Simulated seconds per second; max: no waiting. Default: 1."
)
@click.option("--list", "listed", is_flag=True, help="Say what can go wrong, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print the closing counts as one JSON object.")
def command(*, port: int, plan: str, seed: int, speed: float, listed: bool, as_json: bool) -> int:
    """Serve the simulated models at http://127.0.0.1:PORT/v1, to this machine only. Ctrl+c ends it.

    Chat completions, streamed or whole, with usage; /v1/models; /counts says what was served. A call takes a
    fault by header (X-Teamtop-Fault: cut) or by the name of its model (sim/gpt-5.2+429:retry_after=2), too.
    A team: teamtop run --model openai/sim/gpt-5.2 --api-base http://127.0.0.1:8765/v1
    """
    import asyncio

    from engine.serving import mishaps

    if listed:
        for kind in mishaps.KINDS.values():
            params = "".join(f":{name}={value:g}" for name, value in kind.params.items())
            click.echo(f"{kind.name + params:<36} {kind.about}")
        click.echo("Each also takes probability=, at= (a request, from 1), every= and model=.")
        return 0
    entries = mishaps.read_plan(plan)
    return asyncio.run(_serve(mishaps.Plan(entries, seed), port, speed, seed, as_json=as_json))


async def _serve(plan: object, port: int, speed: float, seed: int, *, as_json: bool) -> int:
    import asyncio
    import contextlib
    import signal

    from engine.serving.mishaps import Plan
    from engine.serving.server import SimServer

    assert isinstance(plan, Plan)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, ValueError):  # no signals in threads
            loop.add_signal_handler(number, ended.set)
    async with SimServer(plan, port=port, speed=speed, seed=seed) as server:
        faults = f", {len(plan.entries)} planned faults" if plan.entries else ""
        click.echo(f"Serving simulated models at {server.address}{faults}; ctrl+c ends it.", err=as_json)
        await ended.wait()
    if as_json:
        click.echo(json.dumps(server.counts.table(server.connections)))
    else:
        click.echo(server.counts.sentence())
    return 0
