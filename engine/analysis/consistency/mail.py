"""Checkers of messages: lost, duplicated, invented, out of order, before their cause (A13)."""

from __future__ import annotations

from bisect import bisect_right

from engine.analysis.consistency.findings import Class, Tally, predicate
from engine.analysis.consistency.history import History
from engine.analysis.consistency.posts import Post
from engine.analysis.consistency.spans import OPEN

_NO_MAIL = "No message was sent."


def _injected(history: History, post: Post, message: str, recipient: str, seq: int) -> bool:
    """Whether a fault disturbed either end at some time from the sending to ``seq``."""
    sent = post.sent.get(message)
    return sent is not None and history.faulty(sent.seq, seq, sent.sender, recipient)


@predicate(
    "message_loss",
    "engine",
    holds="Every message had a recorded fate, and what was delivered stood in the next prompt.",
    unknown=_NO_MAIL,
)
def message_loss_engine(history: History, tally: Tally) -> None:
    """A13: what goes in comes out, or is recorded as lost to a fault or a full inbox.

    A message without a fate is a loss once the run has ended, unless its sender's turn broke off or a fault
    still held it; one that was delivered must be in the recipient's next prompt, unless that agent lost its
    memory meanwhile.
    """
    post = history.post
    for message, sent in post.sent.items():
        turn = history.turn_of.get(sent.turn) if sent.turn else None
        cut = turn is not None and turn.outcome != "replied"
        for recipient in sent.recipients:
            tally.look()
            key = (message, recipient)
            text = ""
            if (lost := post.lost.get(key)) is not None:
                excused = lost.reason == "inbox full" or history.gone(recipient, 0, lost.seq)
                if not excused and not _injected(history, post, *key, lost.seq):
                    text = "Message {} to {} was lost without any fault."
            elif key in post.delivered:
                due = post.next_prompt(recipient, post.delivered[key][0])
                amnesia = history.faulty(post.delivered[key][0], due, recipient, kinds=("amnesia",))
                amnesia = amnesia or history.gone(recipient, post.delivered[key][0], due)
                if due != OPEN and post.first_read(*key) > due and not amnesia:
                    text = "Message {} was delivered to {} and is not in the next prompt."
            elif (
                history.ended is not None
                and not cut
                and not _injected(history, post, *key, history.ended.seq)
            ):
                text = "What became of message {} to {} is not recorded."
            if text:
                tally.found(sent.seq, text, message, recipient)


@predicate("message_loss", "team", holds="No message was lost to a fault.", unknown=_NO_MAIL)
def message_loss_injected(history: History, tally: Tally) -> None:
    """A13: messages that a fault swallowed, which nobody tells the sender; counted once recorded."""
    post = history.post
    tally.look(len(post.sent))
    for (message, recipient), lost in post.lost.items():
        if lost.reason != "inbox full" and _injected(history, post, message, recipient, lost.seq):
            tally.found(lost.seq, "Message {} to {} was lost to a fault.", message, recipient)


@predicate("message_loss", "prevented", holds="No inbox was full.", unknown=_NO_MAIL)
def inbox_full(history: History, tally: Tally) -> None:
    """Messages that a full inbox did not take; the sender is told."""
    post = history.post
    tally.look(len(post.sent))
    for (message, recipient), lost in post.lost.items():
        if lost.reason == "inbox full":
            tally.found(lost.seq, "The inbox of {} had no room for message {}.", recipient, message)


def _duplicates(history: History, tally: Tally, class_: Class) -> None:
    post = history.post
    tally.look(len(post.delivered) + len(post.read))
    if class_ == "engine":
        for (message, recipient), seqs in post.read.items():
            if len(seqs) > 1:
                text = "Message {} was shown to {} {} times."
                tally.found(seqs[1], text, message, recipient, len(seqs))
    for (message, recipient), seqs in post.delivered.items():
        if len(seqs) > 1:
            injected = _injected(history, post, message, recipient, seqs[1])
            if injected == (class_ == "prevented"):
                text = "Message {} was delivered to {} {} times."
                tally.found(seqs[1], text, message, recipient, len(seqs))
    if class_ == "prevented":
        for again in post.repeated:
            tally.found(again.seq, "Message {} came to {} once more.", again.id, again.recipient)


@predicate(
    "message_duplicate",
    "engine",
    holds="No message was shown twice, or delivered twice without a fault.",
    unknown="No message was delivered.",
)
def message_duplicate(history: History, tally: Tally) -> None:
    """A13: a message stands twice in the prompts of one reader, or is delivered twice without a fault."""
    _duplicates(history, tally, "engine")


@predicate(
    "message_duplicate",
    "prevented",
    holds="No message came twice.",
    unknown="No message was delivered.",
)
def message_duplicate_prevented(history: History, tally: Tally) -> None:
    """A13: a message came once more and was held back, or a fault delivered it twice, and readers are shown
    it once (if not, see above)."""
    _duplicates(history, tally, "prevented")


@predicate(
    "message_phantom",
    "engine",
    holds="Prompts showed only messages that had been sent and delivered to their readers.",
    unknown="No prompt showed a message.",
)
def message_phantom(history: History, tally: Tally) -> None:
    """A message in a prompt was never sent, or never delivered to that reader before."""
    post = history.post
    for (message, reader), seqs in post.read.items():
        tally.look()
        delivered = post.delivered.get((message, reader), [OPEN])
        if message not in post.sent or delivered[0] > seqs[0]:
            tally.found(seqs[0], "{} was shown message {}, which had not reached it.", reader, message)


def _disorder(history: History, tally: Tally, class_: Class) -> None:
    post = history.post
    last: dict[tuple[str, str], int] = {}
    for turn in history.turns:
        for message in turn.started.seen.mail:
            sent = post.sent.get(message)
            if sent is None:
                continue
            pair = (sent.sender, turn.agent)
            if pair in last:
                injected = history.faulty(sent.seq, turn.start, *pair, kinds=("reorder_messages",))
                if injected == (class_ == "team"):
                    tally.look()
                    if sent.seq < last[pair]:
                        text = "{} read message {} of {} after a later one."
                        tally.found(turn.start, text, turn.agent, message, sent.sender)
            last[pair] = max(sent.seq, last.get(pair, 0))


@predicate(
    "message_order",
    "engine",
    holds="Everybody read the messages of each sender in the order in which they were sent.",
    unknown="Nobody read two messages of one sender.",
)
def message_order(history: History, tally: Tally) -> None:
    """A13: per sender and reader first in, first out; every mailbox promises that (``world.mailbox``)."""
    _disorder(history, tally, "engine")


@predicate(
    "message_order",
    "team",
    holds="Messages that a fault could have shuffled were read in order.",
    unknown="No fault shuffled messages that were read.",
)
def message_order_injected(history: History, tally: Tally) -> None:
    """A13 under the fault ``reorder_messages``: asked for, so no bug."""
    _disorder(history, tally, "team")


@predicate(
    "message_causality",
    "team",
    holds="Nobody read an answer before the message that had caused it.",
    unknown="Nobody read two messages.",
)
def message_causality(history: History, tally: Tally) -> None:
    """A13: z reads a message of y, who had read m before writing it, in a prompt before the one in which z,
    to whom m was sent as well, reads m. Counted once per m and z. Only messages that came late to somebody
    can do that; messages that never came have their own finding."""
    post = history.post
    tally.look(max(0, len(post.read) - 1))
    channel: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for (message, reader), seqs in post.read.items():
        if message in post.sent:
            sent = post.sent[message]
            channel.setdefault((sent.sender, reader), []).append((sent.seq, seqs[0]))
    earliest = {pair: _suffixes(sorted(entries)) for pair, entries in channel.items()}
    for message, sent in post.sent.items():
        for reader in sent.recipients:
            read = post.first_read(message, reader)
            if read in (OPEN, post.next_prompt(reader, sent.seq)):
                continue  # never, or at once: nothing can have come before it
            for other in sent.recipients:
                known = post.first_read(message, other)
                times, reads = earliest.get((other, reader), ([], []))
                place = bisect_right(times, known)
                if place < len(times) and reads[place] < read:
                    text = "{} read an answer of {} to message {} before that message."
                    tally.found(read, text, reader, other, message)
                    break


def _suffixes(entries: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """When each message was sent, and the earliest reading of it or of any that was sent after it."""
    reads = [read for _, read in entries]
    for place in range(len(reads) - 2, -1, -1):
        reads[place] = min(reads[place], reads[place + 1])
    return [sent for sent, _ in entries], reads
