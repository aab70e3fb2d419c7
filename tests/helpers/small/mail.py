"""Messages of three agents: sent, delivered, lost, repeated and shown in their prompts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations

from engine.analysis.consistency import mail
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import AGENTS, Op
from tests.helpers.small.past import NEVER, disturbed
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to

# ------------------------------------------------------------ how it is played


class _Post:
    """What is under way and what lies in the inboxes, as an engine would know it."""

    def __init__(self) -> None:
        self.book = Book("add")
        self.book.round()
        self.waiting: list[tuple[str, str]] = []  # (message, recipient)
        self.inboxes: dict[str, list[str]] = {name: [] for name in AGENTS}
        self.shown: dict[str, list[str]] = {name: [] for name in AGENTS}
        self.came: list[tuple[str, str]] = []

    def send(self, agent: str, *to: str) -> None:
        if agent not in self.book.open:
            self.book.turn(agent, seen=ev.Seen(board=1))
        message = self.book.send(agent, *to, deliver=False)
        self.waiting += [(message, name) for name in to]

    def deliver(self, message: str, to: str) -> None:
        if (message, to) in self.waiting:
            self.waiting.remove((message, to))
        self.book.deliver(message, to, show=False)
        self.came.append((message, to))
        self.inboxes[to].append(message)

    def lose(self, reason: str) -> None:
        message, to = self.waiting.pop(0)
        self.book.add(ev.MessageLost(id=message, recipient=to, reason=reason))

    def prompt(self, agent: str, mail_: Sequence[str]) -> None:
        if agent in self.book.open:
            self.book.end(agent)
        self.book.turn(agent, seen=ev.Seen(board=1, mail=tuple(mail_)))
        self.shown[agent] += mail_


def play(ops: Sequence[Op], end: bool = True) -> Events:
    """What makes no sense at its moment is left out: nothing under way cannot be delivered."""
    post = _Post()
    for kind, *agents in ops:
        _do(post, kind, *agents)
    if end:
        for agent in list(post.book.open):
            post.book.end(agent)
        post.book.finish("stopped")
    return post.book.events


def _do(  # noqa: PLR0912 - a branch per operation
    post: _Post, kind: str, agent: str = "", *others: str
) -> None:
    book = post.book
    match kind:
        case "send":
            post.send(agent, *others)
        case "send and deliver":
            post.send(agent, *others)
            post.deliver(*post.waiting[-1])
        case "answer":
            post.prompt(agent, post.inboxes[agent])
            post.inboxes[agent] = []
            post.send(agent, *others)
            post.deliver(*post.waiting[-1])
        case "tell all":
            post.send(agent, *others)
        case "tell one late":
            post.send(agent, *others)
            post.deliver(*post.waiting[-2])
        case "deliver" if post.waiting:
            post.deliver(*post.waiting[0])
        case "deliver the last" if post.waiting:
            post.deliver(*post.waiting[-1])
        case "lose" if post.waiting:
            post.lose("fault 1 on Dev1")
        case "no room" if post.waiting:
            post.lose("inbox full")
        case "deliver again" if post.came:
            post.deliver(*post.came[0])
        case "repeat" if post.came:
            book.add(ev.MessageRepeated(id=post.came[0][0], recipient=post.came[0][1]))
        case "read":
            post.prompt(agent, post.inboxes[agent])
            post.inboxes[agent] = []
        case "read backwards":
            post.prompt(agent, post.inboxes[agent][::-1])
            post.inboxes[agent] = []
        case "read nothing":
            post.prompt(agent, ())
            post.inboxes[agent] = []
        case "read all again":
            post.prompt(agent, post.shown[agent])
        case "read what is under way":
            post.prompt(agent, [message for message, to in post.waiting if to == agent])
        case "read what is not there":
            post.prompt(agent, ["m99"])
        case "break off" if agent in book.open:
            book.end(agent, "failed")
        case "leave":
            book.add(ev.AgentLeft(agent=agent, epoch=1, author="you"))
        case "disturb":
            book.fault("drop_messages", agent)
        case "disturb all":
            book.fault("drop_messages", *AGENTS)
        case "shuffle":
            book.fault("reorder_messages", agent)
        case "shuffle all":
            book.fault("reorder_messages", *AGENTS)
        case "forget":
            book.fault("amnesia", agent)
        case "heal":
            count = sum(isinstance(event, ev.FaultStarted) for event in book.events)
            book.add(ev.FaultStopped(id=count, author="you"))


# ------------------------------------------------------------ what the events say


def sent(events: Events) -> list[ev.MessageSent]:
    return [e for e in events if isinstance(e, ev.MessageSent)]


def deliveries(events: Events, message: str, to: str) -> list[int]:
    return [
        e.seq for e in events if isinstance(e, ev.MessageDelivered) and (e.id, e.recipient) == (message, to)
    ]


def losses(events: Events, message: str, to: str) -> list[ev.MessageLost]:
    return [e for e in events if isinstance(e, ev.MessageLost) and (e.id, e.recipient) == (message, to)]


def prompts(events: Events, agent: str) -> list[ev.TurnStarted]:
    return [e for e in events if isinstance(e, ev.TurnStarted) and e.agent == agent]


def readings(events: Events, message: str, reader: str) -> list[int]:
    """Seqs of the prompts that show the message, each as often as it does."""
    return [turn.seq for turn in prompts(events, reader) for shown in turn.seen.mail if shown == message]


def first(seqs: Sequence[int]) -> int:
    return seqs[0] if seqs else NEVER


def injected(events: Events, message: str, to: str, until: int) -> bool:
    """Whether a fault had one of the two ends between the sending and ``until``."""
    letter = next((e for e in sent(events) if e.id == message), None)
    return letter is not None and disturbed(events, letter.seq, until, (letter.sender, to))


def went(events: Events, agent: str, since: int, until: int) -> bool:
    return any(isinstance(e, ev.AgentLeft) and e.agent == agent and since < e.seq < until for e in events)


# ------------------------------------------------------------ definitions


def lost(events: Events) -> Judged:
    """Messages without a fate when the run has ended, lost without a fault, or delivered and not in the next
    prompt; counted where they were sent."""
    found = [e.seq for e in sent(events) for to in e.recipients if _lost(events, e, to)]
    return bool(sent(events)), found


def _lost(events: Events, letter: ev.MessageSent, to: str) -> bool:
    gone = losses(events, letter.id, to)
    came = deliveries(events, letter.id, to)
    if gone:
        excused = gone[0].reason == "inbox full" or went(events, to, 0, gone[0].seq)
        return not excused and not injected(events, letter.id, to, gone[0].seq)
    if came:
        due = first([turn.seq for turn in prompts(events, to) if turn.seq > came[0]])
        wiped = disturbed(events, came[0], due, [to], ["amnesia"]) or went(events, to, came[0], due)
        return due != NEVER and first(readings(events, letter.id, to)) > due and not wiped
    ends = [e.seq for e in events if isinstance(e, ev.RunEnded)]
    said = [e.outcome for e in events if isinstance(e, ev.TurnEnded) and e.turn == letter.turn]
    return bool(ends) and said == ["replied"] and not injected(events, letter.id, to, ends[0])


def lost_to_faults(events: Events) -> Judged:
    gone = [e for e in events if isinstance(e, ev.MessageLost) and e.reason != "inbox full"]
    return bool(sent(events)), [e.seq for e in gone if injected(events, e.id, e.recipient, e.seq)]


def no_room(events: Events) -> Judged:
    full = [e.seq for e in events if isinstance(e, ev.MessageLost) and e.reason == "inbox full"]
    return bool(sent(events)), full


def _pairs(events: Events) -> list[tuple[str, str]]:
    """All messages and agents that are ever named."""
    known = {e.id for e in sent(events)} | {
        m for a in AGENTS for t in prompts(events, a) for m in t.seen.mail
    }
    return [(message, agent) for message in sorted(known) for agent in AGENTS]


def _moved(events: Events) -> bool:
    return any(deliveries(events, *pair) or readings(events, *pair) for pair in _pairs(events))


def duplicated(events: Events) -> Judged:
    """Second readings, and second deliveries without a fault."""
    found = []
    for pair in _pairs(events):
        found += readings(events, *pair)[1:2]
        found += [seq for seq in deliveries(events, *pair)[1:2] if not injected(events, *pair, seq)]
    return _moved(events), found


def duplicated_by_faults(events: Events) -> Judged:
    """Second deliveries under a fault, and all that came once more and was held back."""
    found = [e.seq for e in events if isinstance(e, ev.MessageRepeated)]
    for pair in _pairs(events):
        found += [seq for seq in deliveries(events, *pair)[1:2] if injected(events, *pair, seq)]
    return _moved(events), found


def invented(events: Events) -> Judged:
    """First readings of what had not been sent, or not been delivered to the reader."""
    read = [pair for pair in _pairs(events) if readings(events, *pair)]
    letters = {e.id for e in sent(events)}
    found = [
        readings(events, *pair)[0]
        for pair in read
        if pair[0] not in letters or first(deliveries(events, *pair)) > readings(events, *pair)[0]
    ]
    return bool(read), found


def disordered(by_faults: bool, events: Events) -> Judged:
    """Readings after that of a later message of the same sender."""
    looked, found = False, []
    letters = {e.id: e for e in sent(events)}
    for agent in AGENTS:
        shown = [
            (turn.seq, letters[m]) for turn in prompts(events, agent) for m in turn.seen.mail if m in letters
        ]
        for place, (seq, letter) in enumerate(shown):
            earlier = [other for _, other in shown[:place] if other.sender == letter.sender]
            shuffled = disturbed(events, letter.seq, seq, (letter.sender, agent), ["reorder_messages"])
            if earlier and shuffled == by_faults:
                looked = True
                if any(other.seq > letter.seq for other in earlier):
                    found.append(seq)
    return looked, found


def answers_first(events: Events) -> Judged:
    """m was sent to y and z; y read it, then wrote n to z, and z read n in a prompt before that of m."""
    found = []
    for m in sent(events):
        for y, z in ((y, z) for pair in combinations(m.recipients, 2) for y, z in (pair, pair[::-1])):
            read = first(readings(events, m.id, z))
            known = first(readings(events, m.id, y))
            answers = [n for n in sent(events) if n.sender == y and n.seq > known]
            if read != NEVER and any(first(readings(events, n.id, z)) < read for n in answers):
                found.append(read)
    shown = sum(bool(readings(events, *pair)) for pair in _pairs(events))
    return shown > 1, found


LOSSES = (
    Definition(mail.message_loss_engine, lost),
    Definition(mail.message_loss_injected, lost_to_faults),
    Definition(mail.inbox_full, no_room),
)
DUPLICATES = (
    Definition(mail.message_duplicate, duplicated),
    Definition(mail.message_duplicate_prevented, duplicated_by_faults),
    Definition(mail.message_phantom, invented),
)

SUBJECTS = [
    Subject(
        "what becomes of messages",
        781_710,
        (
            up_to(
                5, "send a b", "deliver", "lose", "no room", "read a", "read nothing a", "disturb a", "heal"
            ),
            six("send a b", "deliver", "lose", "no room"),
            six("send a b", "deliver", "read nothing a"),
            six("send a b", "lose", "disturb all"),
        ),
        play,
        LOSSES,
    ),
    Subject(
        "messages of turns that break off and to agents who forget or leave",
        678_061,
        (
            up_to(
                5, "tell all a b c", "deliver", "lose", "break off a", "leave a", "forget a", "read nothing a"
            ),
            six("tell all Dev1 Dev2 Dev3", "deliver", "leave a", "read nothing Dev2", known=3),
            six(
                "tell all Dev1 Dev2 Dev3",
                "deliver",
                "break off Dev1",
                "lose",
                "forget Dev2",
                "read nothing Dev2",
                known=3,
            ),
        ),
        play,
        (LOSSES[0],),
    ),
    Subject(
        "a run that goes on",
        872_055,
        (six("send a b", "deliver", "read a", "read nothing a"),),
        partial(play, end=False),
        (LOSSES[0],),
    ),
    Subject(
        "messages that come or are shown twice",
        453_128,
        (
            up_to(
                5,
                "send and deliver a b",
                "deliver again",
                "repeat",
                "read a",
                "read all again a",
                "disturb a",
            ),
            six("send and deliver a b", "deliver again", "repeat"),
            six("send and deliver a b", "read all again a"),
            six("send and deliver a b", "deliver again", "disturb all"),
        ),
        play,
        DUPLICATES[:2],
    ),
    Subject(
        "messages out of nowhere",
        509_603,
        (
            up_to(5, "send a b", "deliver", "read a", "read what is under way a", "read what is not there a"),
            six("send a b", "deliver", "read what is under way a"),
            six("send Dev1 Dev2", "deliver", "read Dev2", "read Dev3", "read what is not there a", known=3),
        ),
        play,
        (DUPLICATES[0], DUPLICATES[2]),
    ),
    Subject(
        "the order of messages",
        372_347,
        (
            up_to(5, "send and deliver a b", "read a", "read backwards a", "shuffle a", "heal"),
            six("send and deliver a b", "read backwards a", "shuffle all"),
        ),
        play,
        (
            Definition(mail.message_order, partial(disordered, False)),
            Definition(mail.message_order_injected, partial(disordered, True)),
        ),
    ),
    Subject(
        "answers and their causes",
        242_432,
        (
            up_to(5, "tell one late a b c", "answer a b", "deliver", "read a"),
            six(
                "tell one late Dev1 Dev2 Dev3",
                "answer Dev2 Dev3",
                "answer Dev3 Dev2",
                "deliver",
                "read Dev2",
                "read Dev3",
                known=3,
            ),
        ),
        play,
        (Definition(mail.message_causality, answers_first),),
        also=(
            (
                ("tell one late", "Dev1", "Dev2", "Dev3"),
                ("answer", "Dev2", "Dev3"),
                ("read", "Dev3"),
                ("deliver",),
                ("read", "Dev3"),
            ),
        ),
    ),
]
