"""What each agent is to be told next: what came of its reply, what changed, its mail and the news."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from engine.record import events as ev
from engine.team import prompts
from engine.team.drafts import Drafts
from engine.team.ground import Ground
from engine.team.quirks import SILENT
from engine.team.thread import Thread

REMINDS = 4
"""The version of the texts since which a shortened conversation says anew what its brief does not know."""

CLAIM = "claim what is ready and free until it is back."


class Telling:
    """Gathers in ``threads``, by agent of the team. Comes after ``ground`` and ``drafts`` for each event."""

    def __init__(self, ground: Ground, drafts: Drafts) -> None:
        self.threads: dict[str, Thread] = {}
        self.received: dict[str, set[str]] = {}
        """By agent, the messages that ever reached it."""
        self.asked: Counter[str] = Counter()
        """By agent, its questions to people since a person last wrote to it."""
        self.strategy = ""
        """The name of the one that the team follows."""
        self._ground = ground
        self._drafts = drafts
        self._stolen: dict[str, str] = {}

    def handlers(self) -> dict[type[ev.Event], Callable[[Any], None]]:
        """Who folds what."""
        return {
            ev.RunStarted: self._run_started,
            ev.TeamChanged: self._team_changed,
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
            ev.PersonAsked: self._person_asked,
            ev.InfoRequested: self._info_requested,
            ev.ActionRefused: self._action_refused,
            ev.AgentRevived: self._agent_revived,
            ev.LeadLost: self._lead_lost,
            ev.AgentJoined: self._agent_joined,
            ev.AgentLeft: self._agent_left,
            ev.TaskAdded: self._task_added,
            ev.DependencyAdded: self._dependency_added,
        }

    def remind(self, thread: Thread) -> None:
        """Have an agent told anew what is otherwise than in its brief; the turns that said so may be gone."""
        run = self._ground.run
        if run is None or run.template < REMINDS:
            return
        role, strategy = thread.briefed
        thread.changed_role |= thread.spec.role != role
        thread.changed_team |= self.strategy != strategy
        if lost := self._ground.leaderless:
            thread.tell("lead", "", "lost", f"{lost} does not lead: {CLAIM}")

    def _tell(self, agent: str, action: str, subject: str, result: str, say: str) -> None:
        if agent in self.threads:
            self.threads[agent].tell(action, subject, result, say)

    def _tell_all(self, news: str) -> None:
        for thread in self.threads.values():
            thread.news.append(news)

    # ------------------------------------------------------------ turns, tasks, files

    def _replied(self, event: ev.Replied) -> None:
        if event.finish_reason == "length":
            said = "It was cut at the token limit; what was not complete was not carried out."
            self._tell(event.agent, "reply", "", "cut", said)

    def _turn_ended(self, event: ev.TurnEnded) -> None:
        if event.outcome != "replied":
            self._tell(event.agent, "turn", "", "lost", event.detail or event.outcome)

    def _task_assigned(self, event: ev.TaskAssigned) -> None:
        strategy = self._ground.strategy
        if event.by in self.threads:
            self._tell(event.by, "assign_task", event.task, "ok", f"{event.agent} has it.")
        elif strategy is not None and strategy.deals and event.round:
            before = self._stolen.pop(event.task, "")
            said = f"You had nothing to do, and {before} had not begun it." if before else ""
            self._tell(event.agent, "task", event.task, "yours", said)

    def _task_claimed(self, event: ev.TaskClaimed) -> None:
        self._tell(event.agent, "claim_task", event.task, "ok", f"You own task {event.task}.")

    def _task_released(self, event: ev.TaskReleased) -> None:
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
        self._tell(event.agent, "complete_task", event.task, "ok", "It is done.")

    def _file_edited(self, event: ev.FileEdited) -> None:
        path = event.path
        for thread in self.threads.values():
            thread.changed[path] = None
        author = self.threads.get(event.agent)
        if author is not None:
            author.files_shown[path] = event.version
            del author.changed[path]
            author.tell("edit_file", path, "ok", f"It is now version {event.version}.")

    def _tests_finished(self, event: ev.TestsFinished) -> None:
        total = len(event.passed) + len(event.failed)
        said = f"{len(event.passed)} of {total} tests passed."
        if event.failed:
            said += f" Failed: {', '.join(event.failed)}."
        thread = self.threads.get(event.agent)
        if thread is not None:
            more = "" if event.verdict == "passed" else event.output
            thread.outcomes.append(prompts.outcome("run_tests", "", event.verdict, said, more))

    def _info_requested(self, event: ev.InfoRequested) -> None:
        thread = self.threads[event.agent]
        draft = self._drafts.at(event.agent, event.object) if event.action == "read_file" else None
        if draft is not None and event.object in draft.files:
            thread.unseen_drafts[event.object] = None
        elif event.action == "read_file":
            thread.wanted_files[event.object] = None
        else:
            thread.wanted_tasks[event.object] = None
        thread.tell(event.action, event.object, "ok", "It stands below.")

    def _action_refused(self, event: ev.ActionRefused) -> None:
        if event.reason == "stale":
            self.threads[event.agent].wanted_files[event.object] = None
        if event.action in SILENT and self._ground.run is not None and self._ground.run.quirks:
            return
        self._tell(event.agent, event.action, event.object, f"refused ({event.reason})", event.detail)

    # ------------------------------------------------------------ mail

    def _message_sent(self, event: ev.MessageSent) -> None:
        action = {
            "message": "send_message",
            "status_request": "request_status",
            "synthesis": "synthesize",
        }.get(event.kind, event.kind)
        subject = event.recipients[0] if event.kind in ("message", "status_request") else ""
        self._tell(event.sender, action, subject, "ok", f"Sent to {', '.join(event.recipients)}.")

    def _message_delivered(self, event: ev.MessageDelivered) -> None:
        thread = self.threads.get(event.recipient)
        received = self.received.setdefault(event.recipient, set())
        if thread is not None and event.id not in received:
            received.add(event.id)
            thread.mail.append(event.id)
            if (mail := self._ground.mail.get(event.id)) is not None and mail.kind == "operator":
                self.asked.pop(event.recipient, None)

    def _person_asked(self, event: ev.PersonAsked) -> None:
        self.asked[event.agent] += 1
        self._tell(event.agent, "ask_person", "", "ok", "Asked; an answer would come as mail.")

    # ------------------------------------------------------------ reviews and drafts

    def _review_requested(self, event: ev.ReviewRequested) -> None:
        said = f"It is handed in; {event.reviewer} is to review it."
        self._tell(event.agent, "complete_task", event.task, "ok", said)
        self._review(event.task, event.reviewer)

    def _review_assigned(self, event: ev.ReviewAssigned) -> None:
        self._review(event.task, event.reviewer)

    def _review(self, task: str, reviewer: str) -> None:
        thread = self.threads[reviewer]
        thread.wanted_tasks[task] = None
        thread.wanted_files.update(dict.fromkeys(self._ground.task_files[task]))

    def _review_given(self, event: ev.ReviewGiven) -> None:
        if event.agent:
            action = "approve_task" if event.approved else "reject_task"
            self._tell(event.agent, action, event.task, "ok", f"{event.author} is told.")
        if not event.approved:
            why = f"{event.agent} rejects it: {event.reason}" if event.agent else event.reason
            self._tell(event.author, "review", event.task, "failed", why)

    def _draft_opened(self, event: ev.DraftOpened) -> None:
        thread, ground = self.threads.get(event.agent), self._ground
        if thread is not None:
            written = (path for path in ground.task_files[event.task] if path in ground.files)
            thread.wanted_files.update(dict.fromkeys(written))

    def _draft_edited(self, event: ev.DraftEdited) -> None:
        said = f"It stands in your copy of task {event.task}, which nobody else sees."
        self._tell(event.agent, "edit_file", event.path, "ok", said)

    def _draft_submitted(self, event: ev.DraftSubmitted) -> None:
        if self._drafts.open[event.draft].kind == "version":
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

    # ------------------------------------------------------------ teams and graphs that change

    def _run_started(self, event: ev.RunStarted) -> None:
        self.strategy = event.strategy
        self.threads = {spec.name: Thread(spec) for spec in event.team}

    def _team_changed(self, event: ev.TeamChanged) -> None:
        """Tell whoever began under another strategy; models say nothing about each other."""
        told, self.strategy = event.strategy != self.strategy, event.strategy
        for spec in event.team:
            thread = self.threads.get(spec.name)
            if thread is None:
                thread = self.threads[spec.name] = Thread(spec)
                self._forget(thread)
            thread.changed_role |= thread.spec.role != spec.role and bool(thread.messages)
            thread.spec = spec
            thread.changed_team = thread.changed_team or (told and bool(thread.messages))

    def _agent_revived(self, event: ev.AgentRevived) -> None:
        if event.memory == "lost":
            self._forget(self.threads[event.agent])

    def _forget(self, thread: Thread) -> None:
        """Have it told everything anew: all files that were written, and its own drafts."""
        thread.forget()
        mine = self._drafts.by(thread.spec.name)
        thread.unseen_drafts = dict.fromkeys(path for draft in mine for path in draft.files)
        files = self._ground.files.items()
        thread.changed = dict.fromkeys(path for path, file in files if file.version)

    def _lead_lost(self, event: ev.LeadLost) -> None:
        """Tell everybody who leads now, and the two whose role is another what that means."""
        run = self._ground.run
        assert run is not None
        if event.policy == "promote":
            gone = f"the calls of {event.agent} fail" if event.failing else f"{event.agent} is lost"
            said = f"{event.heir} is the lead now, for {gone}."
        else:
            gone = f"The calls of {event.agent} fail" if event.failing else f"{event.agent} is lost"
            said = f"{gone}: {CLAIM}"
        for spec in run.team:
            thread = self.threads[spec.name]
            if thread.spec.role != spec.role:
                thread.changed_role = bool(thread.messages)
            thread.spec = spec
            thread.tell("lead", "", "lost", said)

    def _agent_joined(self, event: ev.AgentJoined) -> None:
        self._tell_all(f"{event.agent} joined the team as a {event.role}.")
        thread = self.threads[event.agent] = Thread(self._ground.shape.team[event.agent])
        self._forget(thread)

    def _agent_left(self, event: ev.AgentLeft) -> None:
        self.threads.pop(event.agent, None)
        self._tell_all(f"{event.agent} left the team.")

    def _task_added(self, event: ev.TaskAdded) -> None:
        task = event.spec
        self._tell(event.author if event.turn else "", "add_task", task.id, "ok", "It is on the board.")
        self._tell_all(f"Task {task.id} ({task.name}) is new.")

    def _dependency_added(self, event: ev.DependencyAdded) -> None:
        task, other = event.task, event.dependency
        said = f"It waits for task {other}."
        self._tell(event.author if event.turn else "", "add_dependency", task, "ok", said)
        self._tell_all(f"Task {task} waits for task {other}, too.")
