"""What agents say besides what they do."""

from __future__ import annotations

from engine.record.clean import clean_line

_BODY_TAGS = frozenset(
    {"edit_file", "send_message", "ask_person", "broadcast", "synthesize", "reject_task", "add_task"}
)


def speech_of(reply: str) -> str:
    """What a reply says apart from its actions: the lines outside of tags, on one line.

    Only a view: which tags count as actions is decided by the engine, and recorded as events.
    """
    kept: list[str] = []
    depth_tag = ""
    for line in reply.splitlines():
        bare = line.strip()
        if depth_tag:
            if f"</{depth_tag}" in bare:
                depth_tag = ""
            continue
        if bare.startswith("<") and (tag := bare[1:].split(">")[0].split(" ")[0].strip("/")):
            if f"</{tag}" not in bare and not bare.endswith("/>") and tag in _BODY_TAGS:
                depth_tag = tag
            continue
        if bare:
            kept.append(bare)
    return clean_line(" ".join(kept), 300)
