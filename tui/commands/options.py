"""What the commands share: options with a variable each, words that know their neighbours, the runs folder.

Only click is imported here: ``teamtop --help`` must not wait for anything else.
"""

from __future__ import annotations

import math
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

PREFIX = "TEAMTOP_"

DISPLAYS = ("full", "plain", "log", "none")

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose options can each be set by a variable, too: ``TEAMTOP_<FLAG>``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's own signature
        super().__init__(*args, **kwargs)
        give_variables(self)


def give_variables(command: click.Command) -> None:
    """Name the variable of every option that has none yet, and show it in the help."""
    for param in command.params:
        if isinstance(param, click.Option) and not param.is_eager:
            if param.envvar is None:
                flag = max(param.opts, key=len).lstrip("-")
                param.envvar = PREFIX + flag.replace("-", "_").upper()
            param.show_envvar = True


class Word(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """One of some words; an unknown one is told its nearest neighbour."""

    name = "word"

    def __init__(self, *words: str) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's own signature
        """Return the word as it is known. Raises click's usage error."""
        text = str(value).strip().lower()
        if text in self.words:
            return text
        from tasks.errors import nearest, quoted

        message = f"{quoted(value)} is not among them.{nearest(text, self.words)}"
        raise click.BadParameter(message, ctx=ctx, param=param)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show the words themselves."""
        return "|".join(self.words)


class Speed(click.ParamType):  # type: ignore[type-arg]  # as above
    """Run-clock seconds per real second: a positive number, or ``max`` (0: no waiting at all)."""

    name = "speed"

    def __init__(self, *, maximum: bool = True) -> None:
        self.maximum = maximum

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's own signature
        """Return the number, 0 for ``max``. Raises click's usage error."""
        from engine.world.clock import SPEED_MAX

        text = str(value).strip().lower().lstrip("×x")
        if self.maximum and text == "max":
            return 0.0
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if 0 < number <= SPEED_MAX:
            return number
        also = ", or max for no waiting at all" if self.maximum else ""
        raise click.BadParameter(f"a speed is a number above 0{also}.", ctx=ctx, param=param)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show what can be written."""
        return "X|max" if self.maximum else "X"


def _runs_dir(ctx: click.Context, param: click.Parameter, value: Path) -> Path:
    """What stands nearest to the command counts: its own flag, then that of ``teamtop`` itself."""
    root = ctx.find_root()
    if ctx is not root and ctx.get_parameter_source(param.name or "") is not ParameterSource.COMMANDLINE:
        value = root.params.get("runs_dir", value)
    try:
        value = value.expanduser()
        if stat.S_ISDIR(value.stat().st_mode):
            return value
        why = "is not a folder"
    except FileNotFoundError:
        return value
    except (OSError, RuntimeError) as error:  # the latter of ~ and a name that nobody has
        why = f"cannot be read ({getattr(error, 'strerror', None) or error})"
    raise click.BadParameter(f"{value} {why}: choose another --runs-dir.", ctx=ctx, param=param)


def runs_dir_option(function: F) -> F:
    """``--runs-dir``: where saved runs are."""
    return click.option(
        "--runs-dir",
        type=click.Path(path_type=Path),
        default=Path("runs"),
        show_default=True,
        metavar="DIR",
        callback=_runs_dir,
        help="Folder of saved runs.",
    )(function)


def display_option(function: F) -> F:
    """``--display``: how much is shown."""
    return click.option(
        "--display",
        type=Word(*DISPLAYS),
        default=None,
        help="The whole screen, a line per step, a line per event, or nothing. "
        "Default: full on a terminal, else plain.",
    )(function)


def interactive() -> bool:
    """Whether a whole-screen display has a terminal to run in, or a page of `teamtop serve`."""
    if os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver"):
        return True
    return (
        sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in {"dumb", "unknown"}
    )


def choose_display(wanted: str | None, *, quiet: bool = False) -> str:
    """Return the display that was asked for, if it can be, else what fits. ``quiet``: full only if asked."""
    if wanted == "full" and not interactive():
        click.echo("teamtop: there is no terminal for the full display; showing plain lines.", err=True)
        return "plain"
    if wanted is not None:
        return wanted
    return "full" if interactive() and not quiet else "plain"
