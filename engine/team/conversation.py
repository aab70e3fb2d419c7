"""Conversations: what each agent was told and answered, folded from the journal.

The same fold serves the running engine and the reader of a journal: ``TurnStarted`` names what a prompt
showed, and applying it to the fold of the events before gives that prompt again, byte for byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.models.base import Message
from engine.record import events as ev
from engine.record.shape import Shape
from engine.strategies import STRATEGIES
from engine.strategies.base import Strategy
from engine.team import prompts
from engine.team.boards import Boards
from engine.team.drafts import Draft, Drafts

TASKS_SHOWN = 40
"""Full task texts per prompt: twice the paper's suites. A generated suite opens thousands of tasks at once,
which would fill any model's context; the others are named with a pointer to show_task."""


@dataclass(slots=True)
class _File:
    version: int
    author: str
    content: str
    seq: int


@dataclass(slots=True)
class _Thread:
    """One agent's conversation, and what has gathered for its next prompt."""

    spec: ev.AgentSpec
    messages: list[Message] = field(default_factory=list)
    digest: bytes = b""
    tasks_shown: set[str] = field(default_factory=set)
    files_shown: dict[str, int] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)
    wanted_files: dict[str, None] = field(default_factory=dict)
    wanted_tasks: dict[str, None] = field(default_factory=dict)
    unseen_drafts: dict[str, None] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    owned: dict[str, None] = field(default_factory=dict)
    changed_team: bool = False
    changed_role: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """The next message to an agent, what it shows, and the digest of the whole conversation with it."""

    message: Message
    seen: ev.Seen
    request: str


class Conversations:
    """All agents' conversations. ``apply`` every event; ``compose`` the next prompt of an agent."""

    def __init__(self) -> None:
        self.run: ev.RunStarted | None = None
        self._threads: dict[str, _Thread] = {}
        self._strategy: Strategy | None = None
        self._shape = Shape()
        self._tasks = self._shape.tasks
        self._status: dict[str, tuple[str, str]] = {}
        self._open: dict[str, int] = {}
        self._dependents: dict[str, list[str]] = {}
        self._claimable: dict[str, None] = {}
        self._done = 0
        self.boards = Boards()
        self.drafts = Drafts()
        self._reviewers: dict[str, str] = {}
        self._files: dict[str, _File] = {}
        self._task_files: dict[str, tuple[str, ...]] = {}
        self._path_tasks: dict[str, list[str]] = {}
        self._mail: dict[str, ev.MessageSent] = {}
        self._lost: set[str] = set()
        self._stolen: dict[str, str] = {}
        self._leaderless = ""
        self._received: dict[str, set[str]] = {}
        self._composed: dict[str, Prompt] = {}
        self._handlers: dict[type[ev.Event], Callable[[Any], None]] = {
            ev.RunStarted: self._run_started,
            ev.TeamChanged: self._team_changed,
            ev.TurnStarted: self._turn_started,
            ev.Replied: self._replied,
            ev.TurnEnded: self._turn_ended,
            ev.TaskAssigned: self._task_assigned,
            ev.TaskClaimed: self._task_claimed,
            ev.TaskReleased: self._task_released,
            ev.TaskCompleted: self._task_completed,
            ev.FileEdited: self._file_edited,
            ev.TestsFinished: self._tests_finished,
            ev.ReviewRequested: self._review_requested,
            ev.ReviewAssigned: self._review_assigned,
            ev.ReviewGiven: self._review_given,
            ev.DraftOpened: self._draft_opened,
            ev.DraftEdited: self._draft_edited,
            ev.DraftSubmitted: self._draft_submitted,
            ev.DraftEnded: self._draft_ended,
            ev.MessageSent: self._message_sent,
            ev.MessageDelivered: self._message_delivered,
            ev.InfoRequested: self._info_requested,
            ev.ActionRefused: self._action_refused,
            ev.AgentCrashed: self._agent_lost,
            ev.AgentStalled: self._agent_lost,
            ev.AgentRevived: self._agent_revived,
            ev.LeadLost: self._lead_lost,
            ev.AgentJoined: self._agent_joined,
            ev.AgentLeft: self._agent_left,
            ev.TaskAdded: self._task_added,
            ev.DependencyAdded: self._dependency_added,
        }

    def apply(self, event: ev.Event) -> None:
        """Fold one event of a run that the engine itself wrote."""
        self.drafts.apply(event)
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    # ------------------------------------------------------------ questions

    def messages(self, agent: str) -> list[Message]:
        """The conversation so far, the prompt of an open turn included. Do not change the list."""
        return self._threads[agent].messages

    def request(self, agent: str) -> str:
        """The digest of the agent's conversation as it stands, as ``TurnStarted`` has it."""
        return self._threads[agent].digest.hex()

    def base(self, agent: str, path: str) -> int:
        """The version of ``path`` that the agent was last shown or wrote itself; 0 for none."""
        return self._threads[agent].files_shown.get(path, 0)

    def received(self, agent: str, message: str) -> bool:
        """Whether that message has reached the agent before."""
        return message in self._received.get(agent, ())

    # ------------------------------------------------------------ the prompt

    def compose(self, agent: str, round_: int, board_version: int | None = None) -> Prompt:
        """Build the agent's prompt for its own round ``round_`` from all events so far.

        ``board_version`` is that of the board which it is shown; null for the present one.
        """
        run, strategy = self.run, self._strategy
        assert run is not None
        assert strategy is not None
        thread = self._threads[agent]
        version, board, board_digest = self.boards.text(board_version)
        parts = [f"# Round {round_}\n", board]
        if thread.changed_team:
            mine, members = list(thread.owned), self._shape.team
            parts.append(prompts.team_changed(run, thread.spec, strategy, mine, members))
        if thread.changed_role:
            parts.append(prompts.role_changed(run, thread.spec, strategy))
        changed = [(path, self._files[path].version) for path in thread.changed]
        shown_files = self._files_to_show(thread)
        if changed:
            parts.append(prompts.changes((p, v, self._files[p].author) for p, v in changed))
        if thread.outcomes:
            parts.append(prompts.outcomes(thread.outcomes))
        if thread.mail:
            mails = [self._mail[message_id] for message_id in thread.mail]
            parts.append(prompts.mail((m.id, m.sender, m.round, m.text) for m in mails))
        if thread.news and thread.messages:  # whoever begins reads it in the brief
            parts.append(prompts.news(thread.news, self._shape.team))
        tasks, more = self._tasks_to_show(thread)
        parts.extend(prompts.task_section(self._tasks[task]) for task in tasks)
        if more:
            parts.append(prompts.more_tasks(more))
        to_review = [task for task, reviewer in self._reviewers.items() if reviewer == agent]
        if to_review:
            names = ((task, self._tasks[task].name, self._status[task][1]) for task in to_review)
            parts.append(prompts.reviews(names))
        own = self.drafts.by(agent)
        if own:
            parts.append(prompts.drafts(self._draft_row(draft) for draft in own))
        for path in shown_files:
            file = self._files[path]
            parts.append(prompts.file_section(path, file.version, file.author, file.content))
        parts += (
            prompts.file_section(path, draft.bases[path], f"{agent}, your copy", draft.files[path])
            for draft in own
            for path in draft.files
            if path in thread.unseen_drafts
        )
        parts.append(prompts.reply_section(agent))
        seen = ev.Seen(
            board=version,
            files=tuple((path, self._files[path].version) for path in shown_files),
            changes=tuple(changed),
            tasks=tuple(tasks),
            mail=tuple(thread.mail),
            drafts=tuple(draft.id for draft in own),
        )
        before = thread.digest if thread.messages else self._brief(thread).encode()
        digest = hashlib.blake2b(before, digest_size=16)
        for part in parts:
            digest.update(board_digest if part is board else part.encode())
        prompt = Prompt(Message("user", tuple(parts)), seen, digest.hexdigest())
        self._composed[agent] = prompt
        return prompt

    def _draft_row(self, draft: Draft) -> tuple[str, str, str, str]:
        votes, needed = len(self.drafts.votes(draft.task)), self.drafts.needed(draft.task)
        waits = draft.kind == "version" and draft.run and votes < needed
        return draft.task, draft.kind, "submitted" if waits else "open", self._tasks[draft.task].name

    def _brief(self, thread: _Thread) -> str:
        assert self.run is not None
        assert self._strategy is not None
        return prompts.brief(self.run, thread.spec, self._strategy, list(thread.owned), self._shape.team)

    def _tasks_to_show(self, thread: _Thread) -> tuple[list[str], int]:
        wanted = list(thread.wanted_tasks)
        open_ = (*thread.owned, *(draft.task for draft in self.drafts.by(thread.spec.name)))
        fresh = [task for task in open_ if task not in thread.tasks_shown]
        if self._may_claim(thread.spec):
            fresh += [task for task in self._claimable if task not in thread.tasks_shown]
        elif thread.spec.role == "lead":
            fresh += [task for task in self._tasks if task not in thread.tasks_shown]
        order = dict.fromkeys(wanted + fresh)
        return list(order)[:TASKS_SHOWN], max(0, len(order) - TASKS_SHOWN)

    def _may_claim(self, agent: ev.AgentSpec) -> bool:
        if agent.role == "lead" or self._strategy is None or self._strategy.versions:
            return False
        if self._strategy.claims or not self._strategy.has_lead:
            return self._strategy.claims
        if self.run is not None and self.run.lead_lost == "promote":
            return bool(self._leaderless)
        leads = [name for name, thread in self._threads.items() if thread.spec.role == "lead"]
        return all(name in self._lost for name in leads)

    def _files_to_show(self, thread: _Thread) -> list[str]:
        paths = dict.fromkeys(path for path in thread.wanted_files if path in self._files)
        for task in thread.owned:
            for path in self._task_files[task]:
                if path in thread.changed and self._files[path].author != thread.spec.name:
                    paths[path] = None
        return list(paths)

    # ------------------------------------------------------------ events

    def _run_started(self, event: ev.RunStarted) -> None:
        self.run = event
        self._shape.apply(event)
        self._tasks = self._shape.tasks
        self._strategy = STRATEGIES[event.strategy]()
        for task in event.tasks:
            self._lay(event, task)
        for file in event.files:
            self._files[file.path] = _File(0, "the project", file.content, event.seq)
        self._threads = {spec.name: _Thread(spec) for spec in event.team}

    def _team_changed(self, event: ev.TeamChanged) -> None:
        """Tell whoever began under another strategy; models say nothing about each other."""
        assert self.run is not None
        told = event.strategy != self.run.strategy
        self.run = event.on(self.run)
        self._shape.apply(event)
        self._strategy = STRATEGIES[event.strategy]()
        for spec in event.team:
            thread = self._threads.get(spec.name)
            if thread is None:
                thread = self._threads[spec.name] = _Thread(spec)
                self._forget(thread)
            thread.changed_role |= thread.spec.role != spec.role and bool(thread.messages)
            thread.spec = spec
            thread.changed_team = thread.changed_team or (told and bool(thread.messages))

    def _lay(self, event: ev.Event, task: ev.TaskSpec) -> None:
        self._task_files[task.id] = task.files
        for path in task.files:
            self._path_tasks.setdefault(path, []).append(task.id)
        self._open[task.id] = sum(self._status.get(d, ("", ""))[0] != "done" for d in task.dependencies)
        for dependency in task.dependencies:
            self._dependents.setdefault(dependency, []).append(task.id)
        self._set(event, task.id, "pending", "")

    def _set(self, event: ev.Event, task: str, status: str, owner: str) -> None:
        before = self._status.get(task, ("", ""))
        if before[1] and before[1] in self._threads:
            self._threads[before[1]].owned.pop(task, None)
        if owner and status != "done" and owner in self._threads:
            self._threads[owner].owned[task] = None
        self._status[task] = (status, owner)
        if status == "pending" and self._open[task] == 0:
            self._claimable[task] = None
        else:
            self._claimable.pop(task, None)
        spec = self._tasks[task]
        line = prompts.board_line(spec, status, owner, untested=task in self._shape.added and not spec.tests)
        self.boards.change(event.seq, task, line, self._done)

    def _tell(self, agent: str, action: str, subject: str, result: str, say: str) -> None:
        if agent in self._threads:
            self._threads[agent].outcomes.append(prompts.outcome(action, subject, result, say))

    def _turn_started(self, event: ev.TurnStarted) -> None:
        prompt = self._composed.pop(event.agent, None) or self.compose(
            event.agent, event.number, event.seen.board
        )
        self._composed.pop(event.agent, None)
        thread = self._threads[event.agent]
        if not thread.messages:
            thread.messages.append(Message("system", (self._brief(thread),)))
        thread.messages.append(prompt.message)
        thread.digest = bytes.fromhex(prompt.request)
        thread.tasks_shown.update(prompt.seen.tasks)
        thread.files_shown.update(prompt.seen.changes)
        thread.files_shown.update(prompt.seen.files)
        for gathered in (thread.changed, thread.wanted_files, thread.wanted_tasks, thread.unseen_drafts):
            gathered.clear()
        thread.outcomes, thread.mail, thread.news = [], [], []
        thread.changed_team = thread.changed_role = False

    def _replied(self, event: ev.Replied) -> None:
        thread = self._threads[event.agent]
        thread.messages.append(Message("assistant", (event.text,)))
        thread.digest = hashlib.blake2b(thread.digest + event.text.encode(), digest_size=16).digest()
        if event.finish_reason == "length":
            said = "It was cut at the token limit; what was not complete was not carried out."
            self._tell(event.agent, "reply", "", "cut", said)

    def _turn_ended(self, event: ev.TurnEnded) -> None:
        if event.outcome != "replied":
            self._tell(event.agent, "turn", "", "lost", event.detail or event.outcome)

    def _task_assigned(self, event: ev.TaskAssigned) -> None:
        self._set(event, event.task, "assigned", event.agent)
        if event.by in self._threads:
            self._tell(event.by, "assign_task", event.task, "ok", f"{event.agent} has it.")
        elif self._strategy is not None and self._strategy.deals and event.round:
            before = self._stolen.pop(event.task, "")
            said = f"You had nothing to do, and {before} had not begun it." if before else ""
            self._tell(event.agent, "task", event.task, "yours", said)

    def _task_claimed(self, event: ev.TaskClaimed) -> None:
        self._set(event, event.task, "in_progress", event.agent)
        self._tell(event.agent, "claim_task", event.task, "ok", f"You own task {event.task}.")

    def _task_released(self, event: ev.TaskReleased) -> None:
        self._reviewers.pop(event.task, None)
        self._set(event, event.task, "pending", "")
        if event.reason == "released":
            self._tell(event.agent, "release_task", event.task, "ok", "It is free.")
        elif event.reason == "lease":
            said = "You were silent for longer than the lease; it went back to the team."
            self._tell(event.agent, "task", event.task, "lost", said)
        elif event.reason == "failing":
            said = "Your calls failed for longer than the lease; it went back to the team."
            self._tell(event.agent, "task", event.task, "lost", said)
        elif event.reason == "promoted":
            said = "You are the lead now, so it goes to somebody else."
            self._tell(event.agent, "task", event.task, "lost", said)
        elif event.reason == "stolen":
            self._stolen[event.task] = event.agent
            said = f"{event.to} had nothing to do and you had not begun it: it is {event.to}'s now."
            self._tell(event.agent, "task", event.task, "moved", said)
        elif event.reason == "reassigned":
            self._tell(event.agent, "task", event.task, "lost", "The lead gave it to somebody else.")

    def _task_completed(self, event: ev.TaskCompleted) -> None:
        self._done += 1
        self._reviewers.pop(event.task, None)
        self._set(event, event.task, "done", event.agent)
        for dependent in self._dependents.get(event.task, ()):
            self._open[dependent] -= 1
            if self._open[dependent] == 0 and self._status[dependent][0] == "pending":
                self._claimable[dependent] = None
        self._tell(event.agent, "complete_task", event.task, "ok", "It is done.")

    def _file_edited(self, event: ev.FileEdited) -> None:
        self._files[event.path] = _File(event.version, event.agent, event.content, event.seq)
        for name, thread in self._threads.items():
            if name == event.agent:
                thread.files_shown[event.path] = event.version
                thread.changed.pop(event.path, None)
            else:
                thread.changed[event.path] = None
        for task in self._path_tasks.get(event.path, ()):
            if self._status[task] == ("assigned", event.agent) and self._open[task] == 0:
                self._set(event, task, "in_progress", event.agent)  # its owner began
        said = f"It is now version {event.version}."
        self._tell(event.agent, "edit_file", event.path, "ok", said)

    def _tests_finished(self, event: ev.TestsFinished) -> None:
        total = len(event.passed) + len(event.failed)
        said = f"{len(event.passed)} of {total} tests passed."
        if event.failed:
            said += f" Failed: {', '.join(event.failed)}."
        thread = self._threads.get(event.agent)
        if thread is not None:
            more = "" if event.verdict == "passed" else event.output
            thread.outcomes.append(prompts.outcome("run_tests", "", event.verdict, said, more))

    def _review_requested(self, event: ev.ReviewRequested) -> None:
        self._set(event, event.task, "review", event.agent)
        said = f"It is handed in; {event.reviewer} is to review it."
        self._tell(event.agent, "complete_task", event.task, "ok", said)
        self._review(event.task, event.reviewer)

    def _review_assigned(self, event: ev.ReviewAssigned) -> None:
        self._review(event.task, event.reviewer)

    def _review(self, task: str, reviewer: str) -> None:
        self._reviewers[task] = reviewer
        thread = self._threads[reviewer]
        thread.wanted_tasks[task] = None
        thread.wanted_files.update(dict.fromkeys(self._task_files[task]))

    def _review_given(self, event: ev.ReviewGiven) -> None:
        self._reviewers.pop(event.task, None)
        if event.agent:
            action = "approve_task" if event.approved else "reject_task"
            self._tell(event.agent, action, event.task, "ok", f"{event.author} is told.")
        if not event.approved:
            self._set(event, event.task, "in_progress", event.author)
            why = f"{event.agent} rejects it: {event.reason}" if event.agent else event.reason
            self._tell(event.author, "review", event.task, "failed", why)

    def _draft_opened(self, event: ev.DraftOpened) -> None:
        thread = self._threads.get(event.agent)
        if thread is not None:
            written = (path for path in self._task_files[event.task] if path in self._files)
            thread.wanted_files.update(dict.fromkeys(written))

    def _draft_edited(self, event: ev.DraftEdited) -> None:
        said = f"It stands in your copy of task {event.task}, which nobody else sees."
        self._tell(event.agent, "edit_file", event.path, "ok", said)

    def _draft_submitted(self, event: ev.DraftSubmitted) -> None:
        if self.drafts.open[event.draft].kind == "version":
            said = "Your copy passes its tests; it is compared with those of others."
            self._tell(event.agent, "complete_task", event.task, "ok", said)

    def _draft_ended(self, event: ev.DraftEnded) -> None:
        said = {
            "lost": f"{event.winner} was done with it first; yours was not taken.",
            "agreed": f"It agreed with that of {event.winner}, which was taken.",
            "changed": "The strategy changed; your copy is void.",
            "lease": "You were silent for longer than the lease; your copy is void.",
            "failing": "Your calls failed for longer than the lease; your copy is void.",
            "left": "You left the team; your copy is void.",
        }[event.reason]
        what = "copy" if event.draft else "task"
        self._tell(event.agent, what, event.task, "ok" if event.reason == "agreed" else "lost", said)

    def _message_sent(self, event: ev.MessageSent) -> None:
        self._mail[event.id] = event
        action = {"message": "send_message", "status_request": "request_status"}.get(event.kind, event.kind)
        action = "synthesize" if action == "synthesis" else action
        subject = event.recipients[0] if event.kind in ("message", "status_request") else ""
        self._tell(event.sender, action, subject, "ok", f"Sent to {', '.join(event.recipients)}.")

    def _message_delivered(self, event: ev.MessageDelivered) -> None:
        thread = self._threads.get(event.recipient)
        received = self._received.setdefault(event.recipient, set())
        if thread is not None and event.id not in received:
            received.add(event.id)
            thread.mail.append(event.id)

    def _info_requested(self, event: ev.InfoRequested) -> None:
        thread = self._threads[event.agent]
        draft = self.drafts.at(event.agent, event.object) if event.action == "read_file" else None
        if draft is not None and event.object in draft.files:
            thread.unseen_drafts[event.object] = None
        elif event.action == "read_file":
            thread.wanted_files[event.object] = None
        else:
            thread.wanted_tasks[event.object] = None
        self._tell(event.agent, event.action, event.object, "ok", "It stands below.")

    def _action_refused(self, event: ev.ActionRefused) -> None:
        if event.reason == "stale":
            self._threads[event.agent].wanted_files[event.object] = None
        self._tell(event.agent, event.action, event.object, f"refused ({event.reason})", event.detail)

    def _agent_lost(self, event: ev.AgentCrashed | ev.AgentStalled) -> None:
        self._lost.add(event.agent)

    def _agent_revived(self, event: ev.AgentRevived) -> None:
        self._lost.discard(event.agent)
        if event.agent == self._leaderless:
            self._leaderless = ""
        if event.memory == "lost":
            self._forget(self._threads[event.agent])

    def _lead_lost(self, event: ev.LeadLost) -> None:
        """Tell everybody who leads now, and the two whose role is another what that means."""
        assert self.run is not None
        self.run = event.on(self.run)
        self._shape.apply(event)
        if event.policy == "promote":
            self._leaderless = ""
            said = f"{event.heir} is the lead now, for {event.agent} is lost."
        else:
            self._leaderless = event.agent
            said = f"{event.agent} is lost: claim what is ready and free until it is back."
        for spec in self.run.team:
            thread = self._threads[spec.name]
            if thread.spec.role != spec.role:
                thread.changed_role = bool(thread.messages)
            thread.spec = spec
            self._tell(spec.name, "lead", "", "lost", said)

    def _forget(self, thread: _Thread) -> None:
        """Begin the conversation anew; what it owns and the mail that waits unread are not its memory."""
        thread.messages, thread.digest, thread.outcomes = [], b"", []
        thread.changed_team = thread.changed_role = False
        for known in (thread.tasks_shown, thread.files_shown, thread.wanted_files, thread.wanted_tasks):
            known.clear()
        mine = self.drafts.by(thread.spec.name)
        thread.unseen_drafts = dict.fromkeys(path for draft in mine for path in draft.files)
        thread.changed = dict.fromkeys(path for path, file in self._files.items() if file.version)

    # ------------------------------------------------------------ teams and graphs that change

    def _tell_all(self, news: str) -> None:
        for thread in self._threads.values():
            thread.news.append(news)

    def _agent_joined(self, event: ev.AgentJoined) -> None:
        assert self.run is not None
        self._tell_all(f"{event.agent} joined the team as a {event.role}.")
        self._shape.apply(event)
        self.run = event.on(self.run)
        if event.role == "lead":
            self._leaderless = ""
        self._lost.discard(event.agent)
        thread = self._threads[event.agent] = _Thread(self._shape.team[event.agent])
        self._forget(thread)

    def _agent_left(self, event: ev.AgentLeft) -> None:
        assert self.run is not None
        self._shape.apply(event)
        self.run = event.on(self.run)
        self._lost.discard(event.agent)
        self._threads.pop(event.agent, None)
        self._composed.pop(event.agent, None)
        self._tell_all(f"{event.agent} left the team.")

    def _task_added(self, event: ev.TaskAdded) -> None:
        task = event.spec
        self._shape.apply(event)
        self._lay(event, task)
        self._tell(event.author if event.turn else "", "add_task", task.id, "ok", "It is on the board.")
        self._tell_all(f"Task {task.id} ({task.name}) is new.")

    def _dependency_added(self, event: ev.DependencyAdded) -> None:
        self._shape.apply(event)
        task, other = event.task, event.dependency
        self._open[task] += self._status[other][0] != "done"
        self._dependents.setdefault(other, []).append(task)
        self._set(event, task, *self._status[task])
        said = f"It waits for task {other}."
        self._tell(event.author if event.turn else "", "add_dependency", task, "ok", said)
        self._tell_all(f"Task {task} waits for task {other}, too.")
