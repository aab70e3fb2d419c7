"""Joins the transcripts, the task list and the mail of a team, and follows all of them as they grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.interop.claude.home import Home, find, members
from engine.interop.claude.session import Session
from engine.interop.feed import Found
from engine.interop.growing import LINE_MAX, GrowingLines, Replaced
from engine.interop.loose import BadJson, Object, name, parse, parse_object, seconds, text, texts
from engine.interop.teamlog import lines as log
from engine.interop.teamlog.tally import Tally

LOOKS_BETWEEN = 20
"""Polls between two looks for new files (two seconds)."""

Timed = tuple[float, int, Found]


class ClaudeReader:
    """A team of Claude Code, live or past. ``path`` and ``team`` as for ``home.find``."""

    source = "claude"
    lacks: tuple[log.Topic, ...] | None = ("contents", "nodes", "locks", "refusals", "rounds")

    def __init__(self, path: Path, team: str = "") -> None:
        self.home: Home = find(path, team)
        self.name = self.home.team
        self.tally = Tally()
        self._sessions: dict[Path, tuple[GrowingLines, Session | None]] = {}
        self._unreadable: set[Path] = set()
        self._replaced: dict[Path, Replaced] = {}
        self._members: set[str] = set()
        self._by_session: dict[str, str] = {}
        self._added: set[str] = set()
        self._ahead: set[str] = set()
        """Tasks of which the list told that they are done before a transcript did."""
        self._tasks: dict[str, tuple[str, str]] = {}
        self._sent: set[tuple[str, str, str]] = set()
        self._polls = 0
        self._order = 0

    @property
    def over(self) -> bool:
        """A team may always go on."""
        return False

    def poll(self) -> list[Found]:
        """What is new in any of the files, in order of time."""
        found: list[Timed] = []
        if self._polls % LOOKS_BETWEEN == 0:
            found += self._look()
        self._polls += 1
        quiet = True
        for path, (lines, session) in list(self._sessions.items()):
            new = self._lines(path, lines, session, last=False)
            quiet = quiet and not new
            found += new
        if quiet:  # a reply that nothing follows is whole by now
            found += self._flush()
        found += self._lists()
        return self._in_order(found)

    def last(self) -> list[Found]:
        """What stood unfinished at the end of transcripts."""
        found: list[Timed] = []
        for path, (lines, session) in list(self._sessions.items()):
            found += self._lines(path, lines, session, last=True)
        return self._in_order(found + self._flush())

    def _in_order(self, found: list[Timed]) -> list[Found]:
        return [each for _, _, each in sorted(found, key=lambda timed: timed[:2])]

    # ------------------------------------------------------------ who and what there is

    def _look(self) -> list[Timed]:
        """Members and transcripts that are new."""
        found: list[log.AnyLine] = []
        config: Object = {}
        try:
            config = self.home.read_config()
        except BadJson as bad:
            self.tally.skip("config.json", str(bad))
        for who, leads, model, when in members(config):
            if who not in self._members:
                self._members.add(who)
                found.append(
                    log.AgentJoined(ts=when, agent=who, role="lead" if leads else "developer", model=model)
                )
                if leads:
                    self._by_session[name(config, "leadSessionId")] = who
        for path in self.home.sessions(name(config, "leadSessionId")):
            if path not in self._sessions:
                self._sessions[path] = (GrowingLines(path), None)
        for path in (*self.home.tasks(), *self.home.inboxes()):
            self._replaced.setdefault(path, Replaced(path))
        return self._timed("config.json", found)

    def _timed(self, where: str, lines: Iterable[log.AnyLine], when: float | None = None) -> list[Timed]:
        """The lines with what orders them: their time (without one, with the line before) and their turn."""
        found = []
        at = when
        for line in lines:
            at = seconds({"ts": line.ts}, "ts") if line.ts is not None else at
            self._order += 1
            found.append((at or 0.0, self._order, Found(where, line)))
        return found

    # ------------------------------------------------------------ transcripts

    def _lines(self, path: Path, lines: GrowingLines, session: Session | None, *, last: bool) -> list[Timed]:
        found: list[Timed] = []
        try:
            new = lines.last() if last else lines.poll()
        except OSError as error:
            if path not in self._unreadable:  # it is asked for again at every look
                self._unreadable.add(path)
                self.tally.skip(path.name, error.strerror or str(error))
            return found
        for number, line in new:
            where = f"{path.name} line {number:,}"
            if line is None:
                self.tally.skip(where, f"it is longer than {LINE_MAX >> 20} MiB")
                continue
            try:
                record = parse_object(line)
            except BadJson as bad:
                self.tally.skip(where, str(bad))
                continue
            if session is None:
                session = self._session(path, record)
                self._sessions[path] = (lines, session)
            if session is not None:
                told = self._told(session.take(record))
                found += self._timed(where, told, seconds(record, "timestamp"))
        return found

    def _told(self, lines: Iterable[log.AnyLine]) -> Iterator[log.AnyLine]:
        """The same lines; what they say of tasks need not be read from the list again."""
        for line in lines:
            match line:
                case log.TaskAdded():
                    if line.id in self._added:
                        continue
                    self._added.add(line.id)
                case log.TaskAssigned() | log.TaskClaimed() | log.TaskCompleted():
                    status = {log.TaskClaimed: "in_progress", log.TaskCompleted: "completed"}
                    now = (status.get(type(line), "pending"), line.agent)
                    if line.task in self._ahead or self._tasks.get(line.task) == now:
                        continue
                    self._tasks[line.task] = now
                case log.TaskReleased():
                    self._tasks[line.task] = ("pending", "")
                case _:
                    pass
            yield line

    def _session(self, path: Path, record: Object) -> Session | None:
        """Whose transcript it is, as soon as a record says so."""
        who = name(record, "agentName") or self._by_session.get(name(record, "sessionId"), "")
        if not who and path.stem in self._by_session:
            who = self._by_session[path.stem]
        if not who and name(record, "agentId"):
            who = name(record, "agentId").partition("@")[0]
        return Session(who, lambda *mail: self._sent.add(mail)) if who else None

    def _flush(self) -> list[Timed]:
        found: list[Timed] = []
        for path, (_, session) in self._sessions.items():
            if session is not None:
                found += self._timed(path.name, self._told(session.flush()))
        return found

    # ------------------------------------------------------------ task list and mail

    def _lists(self) -> list[Timed]:
        found: list[Timed] = []
        for path, file in self._replaced.items():
            try:
                new = file.poll()
                if new is None:
                    continue
                written, raw = new
                value = parse(raw)
            except (OSError, ValueError) as error:
                self.tally.skip(path.name, str(error))
                continue
            if isinstance(value, dict):
                found += self._timed(path.name, self._task(value, written), written)
            elif isinstance(value, list):
                found += self._timed(path.name, self._mail(path.stem, value), written)
            else:
                self.tally.skip(path.name, "it holds no object and no list")
        return found

    def _task(self, task: Object, written: float) -> list[log.AnyLine]:
        """What the list says of a task, as far as that is another than before."""
        number, status, owner = name(task, "id"), name(task, "status"), name(task, "owner")
        if not number:
            return []
        found: list[log.AnyLine] = []
        if number not in self._added:
            self._added.add(number)
            found.append(
                log.TaskAdded(
                    ts=written,
                    id=number,
                    name=name(task, "subject", "title"),
                    title=text(task, "subject", "title"),
                    description=text(task, "description"),
                    dependencies=texts(task, "blockedBy"),
                )
            )
        if self._tasks.get(number, ("pending", "")) != (status, owner):
            if owner and status == "in_progress":
                found.append(log.TaskClaimed(ts=written, task=number, agent=owner))
            elif owner and status == "completed":
                found.append(log.TaskCompleted(ts=written, task=number, agent=owner))
                self._ahead.add(number)
            elif owner:
                found.append(log.TaskAssigned(ts=written, task=number, agent=owner))
        self._tasks[number] = (status, owner)
        return found

    def _mail(self, recipient: str, mails: list[object]) -> list[log.AnyLine]:
        """Mail that no transcript told of; notices that programs send each other are no talk."""
        found: list[log.AnyLine] = []
        for mail in mails:
            sender, words = name(mail, "from"), text(mail, "text")
            key = (sender, recipient, words)
            if not sender or not words or words.lstrip().startswith('{"type"'):
                continue
            if key not in self._sent and (sender, "", words) not in self._sent:
                self._sent.add(key)
                when = seconds(mail, "timestamp")
                found.append(
                    log.MessageSent(
                        ts=when, sender=sender, text=words, recipients=(recipient[: log.NAME_MAX],)
                    )
                )
        return found
