"""``teamtop serve``: the screen in a browser on this machine."""

from __future__ import annotations

import shlex
import socket
import sys
from pathlib import Path

import click

from tui.commands.options import Command, runs_dir_option

HOST = "127.0.0.1"
"""Whoever reaches the page can do what its user can, and nobody is asked for a password."""


@click.command("serve", cls=Command, short_help="Show a run, or the list of runs, in a browser.")
@click.argument("run", required=False)
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=8000, show_default=True, help="Port to listen at."
)
@click.option("--host", default=HOST, show_default=True, help="This machine, in one of its own names.")
@runs_dir_option
def command(run: str | None, port: int, host: str, runs_dir: Path) -> int:
    """Show RUN, or without one the list of saved runs, to browsers on this machine. Ctrl+c ends it.

    It listens at 127.0.0.1 only. From another machine, go through ssh: ssh -L 8000:127.0.0.1:8000 HOST
    """
    from engine.errors import TeamtopError, UsageError
    from engine.store import RunsStore
    from tui.webserver import LocalServer, is_loopback

    if not is_loopback(host):
        raise UsageError(
            f"--host {host} would let others steer your teams without a password: teamtop serves {HOST} "
            f"only. From another machine: ssh -L {port}:{HOST}:{port} HOST"
        )
    folder = RunsStore([runs_dir]).find(run) if run is not None else None
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise TeamtopError(
                f"Port {port} cannot be had ({error.strerror}): give another --port."
            ) from None
    shown = served(folder.path if folder is not None else None, runs_dir)
    LocalServer(shown, host=HOST, port=port, title="teamtop").serve()
    return 0


def served(run: Path | None, runs_dir: Path) -> str:
    """The command that each page of a browser runs: it attaches to a run, and never starts one."""
    words = [sys.executable, "-m", "tui"]
    words += ["watch", str(run.resolve())] if run is not None else ["--runs-dir", str(runs_dir.resolve())]
    return shlex.join(words)
