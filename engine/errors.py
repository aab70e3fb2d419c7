"""Errors that a person reads: one sentence that says what, where, and how to mend it."""

from __future__ import annotations


class TeamtopError(Exception):
    """Something failed in a way that a person can understand and mend. ``exit_code`` is the process's."""

    exit_code = 1


class UsageError(TeamtopError):
    """The request itself is wrong: an unknown name, a missing key, flags that exclude each other."""

    exit_code = 2
