"""The command line: ``main`` runs it and turns every failure into a sentence and an exit code.

Exit codes: 0 completed (or the command did its work), 3 ended with tasks open, 1 failure, 2 usage,
130 interrupted.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tui import plainchars
from tui.commands.options import PREFIX, give_variables, interactive, runs_dir_option

FAILURE, USAGE, INTERRUPTED = 1, 2, 130

_SHORT = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
)
"""What the machine says when it has no more of something: no fault of the program's."""

COMMANDS = (
    "demo",
    "run",
    "resume",
    "fork",
    "add",
    "remove",
    "limit",
    "say",
    "note",
    "replay",
    "watch",
    "report",
    "compare",
    "check",
    "simulate",
    "paper",
    "import",
    "export",
    "list",
    "trash",
    "suites",
    "init",
    "faults",
    "plan",
    "sweep",
    "scaling",
    "stats",
    "serve",
    "serve-sim",
    "config",
    "doctor",
)
"""In the order in which the help shows them; each is ``command`` in ``tui.commands.<name>_command``."""


class Commands(click.Group):
    """Commands that are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = f"tui.commands.{cmd_name.replace('-', '_')}_command"
        command: click.Command = importlib.import_module(module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from tasks.errors import nearest, quoted

            raise click.UsageError(f"there is no command {quoted(args[0])}.{nearest(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)


def _open_streams() -> None:
    """Open those of stdin, stdout and stderr that were closed before: the next file would take their place,
    and what is printed would be written into it.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - open as long as the process
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115 - as above
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115 - as above


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    with contextlib.suppress(PackageNotFoundError):
        click.echo(f"teamtop {version('teamtop')}")
        ctx.exit()
    click.echo("teamtop, run from a checkout that is not installed")
    ctx.exit()


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Every flag can be set by a variable: TEAMTOP_ and the flag's name, as in TEAMTOP_RUNS_DIR, "
    "TEAMTOP_MODEL or TEAMTOP_MAX_ROUNDS; a .env file in this folder may hold them. "
    "NO_COLOR turns colours off.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version.",
)
@runs_dir_option
@click.pass_context
def cli(ctx: click.Context, runs_dir: Path) -> int:
    """Run a team of LLM agents on a task graph, watch it, disturb it, replay it.

    Without a command: browse saved runs.
    """
    if ctx.invoked_subcommand is not None:
        _settings_from_config(ctx, ctx.invoked_subcommand)
        return 0
    if not interactive():
        from tui.commands.list_command import print_runs

        print_runs(runs_dir)
        return 0
    from engine.store import RunsStore
    from tui.app import run_browser

    return run_browser(RunsStore([runs_dir]).dirs)


give_variables(cli)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. No exception leaves here."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors=plainchars.NAME)  # type: ignore[union-attr]  # no terminal, no such method
    try:
        Path.cwd()
    except OSError:
        _to_stderr("teamtop: the folder that you are in has been deleted; change to another one.")
        return FAILURE
    try:
        _settings_from_dotenv()
        code = cli.main(args=None if argv is None else list(argv), prog_name="teamtop", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return FAILURE
    except SystemExit as ended:  # click ends a command like this when the reader of its output has gone
        return ended.code if isinstance(ended.code, int) else FAILURE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.ClickException as error:
        return _say_usage(error)
    except Exception as error:  # the last place before a traceback would reach a person
        if isinstance(error, OSError) and error.errno == errno.EIO and _hung_up():
            return _to_nobody()
        return _say(error)
    return code if isinstance(code, int) else 0


def _settings_from_config(ctx: click.Context, name: str) -> None:
    """Take defaults of the command's flags from ``config.toml``; flags and variables win over them."""
    from tui.config import DEFAULTS, load

    if name not in DEFAULTS:
        return
    config = load()
    problems = list(config.problems)
    if config.defaults.get(name):
        from tui.commands.defaults import by_parameter

        values, wrong = by_parameter(name, config)
        ctx.default_map = {name: values}
        problems += wrong
    for problem in problems:
        _to_stderr(f"teamtop: {problem}")


def _settings_from_dotenv() -> None:
    """Take our own variables (never keys) from a ``.env`` file here; what is set already wins."""
    if not Path(".env").is_file() or os.environ.get("TEAMTOP_NO_DOTENV") is not None:
        return
    from engine.errors import UsageError
    from engine.models.environment import environment

    with contextlib.suppress(
        UsageError
    ):  # an unreadable file matters to a run that needs a key, which says so
        for name, value in environment().items():
            if name.startswith(PREFIX):
                os.environ.setdefault(name, value)


def _hung_up() -> bool:
    from tui.terminal import hung_up

    return hung_up()


def _to_nobody() -> int:
    # There is no terminal any more: what is still in the buffers goes nowhere, and nobody is to be told.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    return INTERRUPTED


def _drop_output() -> None:
    """Python would flush once more at exit, into what takes nothing, and complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_usage(error: click.ClickException) -> int:
    message = " ".join(error.format_message().split())
    where = "teamtop"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        where = error.ctx.command_path
    help_ = f" See {where} --help." if isinstance(error, click.UsageError) else ""
    _to_stderr(f"{where}: {message}{help_}")
    return error.exit_code


def _say(error: Exception) -> int:
    from engine.errors import TeamtopError
    from tasks.errors import SuiteError

    if isinstance(error, TeamtopError):
        _to_stderr(f"teamtop: {error}{_variables(str(error))}")
        return error.exit_code
    if isinstance(error, SuiteError):
        _to_stderr(f"teamtop: {error}")
        return USAGE
    if isinstance(error, OSError) and error.errno in _SHORT:
        what = error.filename or "the output, or a file"
        _to_stderr(f"teamtop: {what}: {error.strerror}; free some, or raise its limit.")
        _drop_output()
        return FAILURE
    if isinstance(error, FileNotFoundError) and "usable temporary directory" in str(error.strerror):
        _to_stderr(
            "teamtop: no folder for temporary files can be written to, neither /tmp nor another: "
            "free some space, or name one in TMPDIR."
        )
        return FAILURE
    if isinstance(error, MemoryError) or "can't start new thread" in str(error):
        _to_stderr("teamtop: there is no more memory for it, or no more threads: end something else.")
        return FAILURE
    from tui.crash import write_report

    path = write_report(error)
    kept = f"what happened is in {path}" if path else "and no report of it could be written"
    _to_stderr(f"teamtop: something went wrong inside teamtop ({type(error).__name__}); {kept}.")
    return FAILURE


def _variables(sentence: str) -> str:
    """Name the variables behind the flags of a sentence: they may not be in sight."""
    flags = dict.fromkeys(re.findall(r"--([a-z][a-z-]*)", sentence))
    names = (PREFIX + flag.replace("-", "_").upper() for flag in flags)
    found = [f"{name}={os.environ[name]}" for name in names if name in os.environ]
    return f" ({', '.join(found)} is set.)" if found else ""


def _to_stderr(text: str) -> None:
    from engine.record.clean import clean_line

    with contextlib.suppress(OSError, ValueError):
        print(clean_line(text, 2_000), file=sys.stderr)
