"""Options of commands that call real models: where, how long to wait, how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_FIELDS = {
    "api_base": "api_base",
    "stream": "stream",
    "timeout_first": "first_seconds",
    "timeout_gap": "gap_seconds",
    "timeout": "whole_seconds",
    "requests_per_minute": "requests_per_minute",
    "tokens_per_minute": "tokens_per_minute",
    "hedge_after": "hedge_seconds",
    "context_tokens": "context_tokens",
}
"""Parameters of the command, and what the configuration of calls names them."""


def call_options(function: F) -> F:
    """Everything about calls to real models; simulated ones heed none of it."""
    for option in reversed(
        (
            click.option(
                "--api-base",
                metavar="URL",
                default="",
                help="Address of an own server for real models, such as http://127.0.0.1:8765/v1.",
            ),
            click.option(
                "--stream/--no-stream",
                default=True,
                help="Have real replies come in pieces (the default), or whole from servers that cannot.",
            ),
            click.option(
                "--timeout-first",
                type=float,
                default=120.0,
                show_default=True,
                metavar="SECONDS",
                help="Longest wait for the first piece of a reply.",
            ),
            click.option(
                "--timeout-gap",
                type=float,
                default=60.0,
                show_default=True,
                metavar="SECONDS",
                help="Longest silence within a reply.",
            ),
            click.option(
                "--timeout",
                type=float,
                default=300.0,
                show_default=True,
                metavar="SECONDS",
                help="Longest time for one attempt; up to four are made.",
            ),
            click.option(
                "--requests-per-minute",
                type=float,
                default=None,
                metavar="N",
                help="Calls of all agents together to one provider. Default: no limit of ours.",
            ),
            click.option(
                "--tokens-per-minute",
                type=float,
                default=None,
                metavar="N",
                help="Tokens of all agents together to one provider. Default: no limit of ours.",
            ),
            click.option(
                "--hedge-after",
                type=float,
                default=None,
                metavar="SECONDS",
                help="Make a second attempt beside one that takes longer; the first reply counts, both are "
                "paid. Default: never.",
            ),
            click.option(
                "--context-tokens",
                type=int,
                default=None,
                metavar="N",
                help="Tokens of a conversation, beyond which its oldest turns are dropped. Default: what a "
                "real model takes; simulated ones take any.",
            ),
        )
    ):
        function = option(function)
    return function


def take(asked: dict[str, Any]) -> dict[str, Any]:
    """Take the options of calls out of ``asked``, as fields of a ``CallConfig``."""
    return {field: asked.pop(option) for option, field in _FIELDS.items() if option in asked}
