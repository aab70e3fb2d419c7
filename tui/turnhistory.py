"""What a whole journal tells of one turn: the prompt as it was asked, rebuilt, and the reply. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from engine.record import events as ev
from engine.record.clean import clean, clean_line
from tui.widgets.page import Paragraph

TEXT_SHOWN = 60_000
"""Characters of a prompt or a reply on a page."""


def turns_of(events: Sequence[ev.Event], agent: str) -> list[int]:
    """Numbers of the agent's turns, in order."""
    return [e.turn for e in events if isinstance(e, ev.TurnStarted) and clean_line(e.agent, 40) == agent]


def prompt_story(events: Sequence[ev.Event], turn: int) -> list[Paragraph]:
    """The whole prompt of a turn, rebuilt from the journal, and its whole reply."""
    started = next((e for e in events if isinstance(e, ev.TurnStarted) and e.turn == turn), None)
    if started is None:
        return [Paragraph("There is no such turn in the journal.", "muted")]
    page = [Paragraph("The prompt, as it was asked", "strong"), *_prompt(events, started)]
    reply = next((e for e in events if isinstance(e, ev.Replied) and e.turn == turn), None)
    page += [Paragraph(""), Paragraph("The reply, whole", "strong")]
    if reply is None:
        return [*page, Paragraph("There is none in the journal.", "muted")]
    return [*page, Paragraph(clean(reply.text, TEXT_SHOWN) or "no words", "speech", verbatim=True)]


def _prompt(events: Sequence[ev.Event], started: ev.TurnStarted) -> list[Paragraph]:
    from engine.team.conversation import Conversations

    if not started.request:
        return [Paragraph("Not recorded: the run was imported without prompts.", "muted")]
    fold = Conversations()
    try:
        for event in events:
            fold.apply(event)
            if event is started:
                break
        messages = fold.messages(started.agent)
        known = fold.request(started.agent)
    except Exception as error:  # a journal that no engine wrote may hold anything
        return [Paragraph(f"It cannot be rebuilt from this journal ({type(error).__name__}).", "bad")]
    said = "rebuilt from the journal; its digest is the recorded one"
    if known != started.request:
        said = "rebuilt by another version of teamtop than the one that asked: it may differ"
    page = [Paragraph(said, "muted" if known == started.request else "warn")]
    shown = messages[:1] + messages[-1:] if len(messages) > 1 else messages
    if len(messages) > len(shown):
        between = len(messages) - len(shown)
        page.append(
            Paragraph(f"{between} messages of earlier turns stand between the brief and this one", "muted")
        )
    for message in shown:
        page += [Paragraph(message.role, "accent"), Paragraph(clean(message.text, TEXT_SHOWN), verbatim=True)]
    return page
