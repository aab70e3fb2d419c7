"""Which test files a change may have broken: they run first, so that what is wrong is known soonest.

A run that is stopped at its limit has then told of what matters; one that ends tells the same either way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


class Affected:
    """Remembers per agent what it tested last, and gives the test files that speak of what has changed since.

    A test file speaks of a module if its name is a word in it. An agent that has not tested yet has changed
    everything, so nothing comes first.
    """

    def __init__(self, tests: Mapping[str, str]) -> None:
        self._words = {path: frozenset(re.findall(r"\w+", text)) for path, text in tests.items()}
        self._before: dict[str, Mapping[str, str]] = {}

    def first(self, agent: str, files: Mapping[str, str]) -> tuple[str, ...]:
        """The test files to run first, in the suite's order; ``files`` is what the agent tests now."""
        before, self._before[agent] = self._before.get(agent), files
        if before is None:
            return ()
        changed = {path for path in {*files, *before} if files.get(path) != before.get(path)}
        modules = {path.rpartition("/")[2].removesuffix(".py") for path in changed}
        return tuple(path for path, words in self._words.items() if words & modules)
