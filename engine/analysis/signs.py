"""Which events show a fault, beside the ends of turns and of lives, and whom it has reached there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.record import events as ev

PROVIDER = ("api_errors", "api_timeout", "api_reset", "context_overflow", "spend_limit", "outage")
"""Kinds that make calls fail."""

_HOLDERS = ("lock_leak", "crash", "stall", "amnesia", "holder_dies")
"""Kinds under which a target may sit on a lock."""


def of(fault: ev.FaultStarted, event: ev.Event) -> tuple[str, ...]:
    """The agents at whom ``event`` shows ``fault``, which is active; empty if it does not."""
    sign = _SIGNS.get(type(event))
    return sign(fault, event) if sign is not None else ()


def _call_failed(fault: ev.FaultStarted, event: ev.CallFailed) -> tuple[str, ...]:
    return (event.agent,) if fault.kind in PROVIDER and event.agent in fault.targets else ()


def _message_lost(fault: ev.FaultStarted, event: ev.MessageLost) -> tuple[str, ...]:
    return (event.recipient,) if event.reason.startswith(f"fault {fault.id} ") else ()


def _message_repeated(fault: ev.FaultStarted, event: ev.MessageRepeated) -> tuple[str, ...]:
    return (event.recipient,) if fault.kind == "duplicate_messages" else ()


def _action_refused(fault: ev.FaultStarted, event: ev.ActionRefused) -> tuple[str, ...]:
    cut_off = fault.kind == "partition" and event.reason == "unreachable"
    stale = fault.kind == "stale_board" and event.reason in ("owned", "done")
    no_files = fault.kind == "file_errors" and event.reason == "storage"
    if fault.kind == "lock_amnesia" and event.reason == "fenced":
        return (event.agent,)  # who lost its lock for a target's sake
    return (event.agent,) if (cut_off or stale or no_files) and event.agent in fault.targets else ()


def _lock_denied(fault: ev.FaultStarted, event: ev.LockDenied) -> tuple[str, ...]:
    held = fault.kind in _HOLDERS and event.holder in fault.targets
    return (event.holder, event.agent) if held else ()


def _lock_released(fault: ev.FaultStarted, event: ev.LockReleased) -> tuple[str, ...]:
    if fault.kind == "lock_amnesia" and event.reason == "forgotten":
        return (event.agent,)
    leaked = fault.kind == "lock_leak" and event.reason == "lease"
    return (event.agent,) if leaked and event.agent in fault.targets else ()


def _tests_finished(fault: ev.FaultStarted, event: ev.TestsFinished) -> tuple[str, ...]:
    hung = fault.kind == "test_hang" and event.verdict == "timeout"
    hung = hung or (fault.kind == "test_crash" and event.verdict == "error")
    flaked = fault.kind == "flaky_tests" and bool(event.failed)
    return (event.agent,) if (hung or flaked) and event.agent in fault.targets else ()


_SIGNS: dict[type[ev.Event], Callable[[ev.FaultStarted, Any], tuple[str, ...]]] = {
    ev.CallFailed: _call_failed,
    ev.MessageLost: _message_lost,
    ev.MessageRepeated: _message_repeated,
    ev.ActionRefused: _action_refused,
    ev.LockDenied: _lock_denied,
    ev.LockReleased: _lock_released,
    ev.TestsFinished: _tests_finished,
}
