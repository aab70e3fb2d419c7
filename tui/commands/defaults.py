"""Defaults of flags from ``config.toml``: only those that the command itself would take."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tui.config import Config


def usable(name: str, config: Config) -> tuple[dict[str, str], list[str]]:
    """The defaults for the command ``name`` that it takes, by flag, and a sentence about each other one."""
    command: click.Command = importlib.import_module(f"tui.commands.{name}_command").command
    good: dict[str, str] = {}
    problems: list[str] = []
    for flag, value in config.defaults.get(name, {}).items():
        param = _param(command, flag)
        try:
            param.type.convert(value, param, click.Context(command))
        except click.BadParameter as error:
            problems.append(f"{config.path}: [{name}] {flag}: {error.message} The default is used.")
        else:
            good[flag] = value
    return good, problems


def by_parameter(name: str, config: Config) -> tuple[dict[str, str], list[str]]:
    """The same by the names that click has for them."""
    good, problems = usable(name, config)
    command: click.Command = importlib.import_module(f"tui.commands.{name}_command").command
    return {_param(command, flag).name or flag: value for flag, value in good.items()}, problems


def _param(command: click.Command, flag: str) -> click.Parameter:
    return next(param for param in command.params if f"--{flag}" in param.opts)
