"""Which action an unknown tag was meant to be, if any.

Three kinds count as near-misses: a known name with its separators changed (``ClaimTask``), a known name with
one slip of the keyboard (``complete_taks``), and words that models use for an action (``write_file``). Words
that are also ordinary XML (``file``) count only with an attribute of that action.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from engine.team.actions import ACTIONS, BY_NAME, ActionSpec

_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "claim_task": ("take_task", "start_task", "claim"),
    "complete_task": ("finish_task", "task_complete", "task_done", "mark_done", "complete", "done"),
    "release_task": ("unclaim_task", "drop_task", "release"),
    "show_task": ("view_task", "get_task", "read_task", "show"),
    "run_tests": ("run_pytest", "run_test_suite", "test", "tests"),
    "read_file": ("view_file", "open_file", "show_file", "get_file", "read", "view"),
    "edit_file": (
        "write_file",
        "create_file",
        "update_file",
        "save_file",
        "new_file",
        "edit",
        "write",
        "file",
    ),
    "send_message": ("send_msg", "message_to", "direct_message", "message", "msg", "send"),
    "broadcast": ("broadcast_message", "message_all", "send_all"),
    "ask_person": ("ask_human", "ask_user", "ask_operator", "ask_people", "ask_question"),
    "assign_task": ("give_task", "delegate_task", "assign"),
    "request_status": ("ask_status", "get_status", "status_request", "status"),
}


def _bare(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(".", "").replace(":", "")


def _slips(word: str) -> Iterator[str]:
    """The word itself and the word with any one letter left out."""
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


_FIRM: dict[str, ActionSpec] = {}
_WORDS: dict[str, ActionSpec] = {}
_SLIPS: dict[str, ActionSpec] = {}
for _spec in ACTIONS:
    _FIRM[_bare(_spec.name)] = _spec
    for _slip in _slips(_bare(_spec.name)):
        _SLIPS.setdefault(_slip, _spec)
    for _synonym in _SYNONYMS.get(_spec.name, ()):
        (_FIRM if "_" in _synonym else _WORDS)[_bare(_synonym)] = _spec


def known(name: str) -> ActionSpec | None:
    """The action of that name; upper and lower case do not differ."""
    return BY_NAME.get(name.lower())


@lru_cache(maxsize=4096)  # replies repeat a few names; the bound only keeps hostile ones from growing it
def meant(name: str) -> tuple[ActionSpec, bool] | None:
    """The action that an unknown ``name`` was probably meant to be, and whether the name alone says so.

    False: it is an ordinary word, which only an attribute of the action makes a near-miss. None: no action.
    A slip is one letter left out on either side: a missing, extra, wrong or swapped letter.
    """
    bare = _bare(name)
    if spec := _FIRM.get(bare):
        return spec, True
    if spec := _WORDS.get(bare):
        return spec, False
    for slip in _slips(bare):
        if spec := _SLIPS.get(slip):
            return spec, True
    return None
