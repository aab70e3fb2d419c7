"""What agents do, as lines of their panes and counts: tasks, files, tests, reviews, drafts, messages."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.state import refusals
from engine.record.state.agent import LineKind
from engine.record.state.agents import AgentsState


class DeedsState:
    """Writes to the agents of ``team``; keeps nothing of its own."""

    def __init__(self, team: AgentsState) -> None:
        self._team = team

    # ------------------------------------------------------------ tasks

    def task_assigned(self, event: ev.TaskAssigned) -> None:
        """Somebody gives the agent a task."""
        label = self._team.task_label(event.task)
        self._team.add(event, event.agent, "mail", f"gets {label} from {event.by}")
        if event.by in self._team.agents and event.by != event.agent:
            self._team.add(event, event.by, "act", f"assigns {label} to {event.agent}")

    def task_claimed(self, event: ev.TaskClaimed) -> None:
        """The agent takes a task."""
        self._team.add(event, event.agent, "act", f"claims {self._team.task_label(event.task)}")

    def task_released(self, event: ev.TaskReleased) -> None:
        """The agent lets a task go, or loses it."""
        verb = {
            "released": "releases",
            "lease": "loses",
            "failing": "loses",
            "reassigned": "hands over",
            "overtaken": "is overtaken on",
            "promoted": "hands over",
            "left": "leaves behind",
        }
        label = self._team.task_label(event.task)
        if event.reason == "stolen":
            self._team.add(event, event.agent, "mail", f"had not begun {label}, which {event.to} takes over")
        else:
            why = {"lease": ", its lease is over", "failing": ", its calls fail"}.get(event.reason, "")
            self._team.add(event, event.agent, "act", f"{verb[event.reason]} {label}{why}")

    def task_completed(self, event: ev.TaskCompleted) -> None:
        """The agent reports a task done."""
        state = self._team.agents.get(event.agent)
        if state is not None:
            state.done += 1
        mark = {"failed": "✔ though its tests fail", "none": "✔ untested"}.get(event.evidence, "✔")
        kind: LineKind = "bad" if event.evidence == "failed" else "good"
        self._team.add(event, event.agent, kind, f"completes {self._team.task_label(event.task)} {mark}")

    def task_added(self, event: ev.TaskAdded) -> None:
        """There is one more task to name."""
        self._team.name_task(event.spec)
        self._team.add(event, event.author, "act", f"adds task {self._team.task_label(event.spec.id)}")

    def dependency_added(self, event: ev.DependencyAdded) -> None:
        """A task waits for one more."""
        waits = f"{self._team.task_label(event.task)} wait for {self._team.task_label(event.dependency)}"
        self._team.add(event, event.author, "act", f"has {waits}")

    # ------------------------------------------------------------ dependency_added

    def file_edited(self, event: ev.FileEdited) -> None:
        """The agent writes a file."""
        state = self._team.agents.get(event.agent)
        if state is not None:
            state.edits += 1
        over = f" over {event.previous}'s" if event.previous and event.previous != event.agent else ""
        self._team.add(event, event.agent, "act", f"edits {event.path} v{event.version}{over}")

    def lock_denied(self, event: ev.LockDenied) -> None:
        """Somebody else holds the file."""
        self._team.refuse(event.agent, refusals.of_lock(event))

    def action_refused(self, event: ev.ActionRefused) -> None:
        """An action had no effect."""
        state = self._team.agents.get(event.agent)
        if state is not None:
            state.refusals += 1
        if event.reason == "locked":
            return  # the refused lock has its own line
        self._team.refuse(event.agent, refusals.of_action(event))

    # ------------------------------------------------------------ action_refused

    def tests_started(self, event: ev.TestsStarted) -> None:
        """The agent waits for tests."""
        self._team.turn_to(event, event.agent, "testing")
        what = "" if not event.tasks else " of " + ", ".join(self._team.task_label(t) for t in event.tasks)
        self._team.add(event, event.agent, "act", f"runs tests{what}")

    def tests_finished(self, event: ev.TestsFinished) -> None:
        """The verdict is in."""
        state = self._team.turn_to(event, event.agent, "acting")
        good, bad = event.verdict == "passed", event.verdict in ev.FAILURES
        if state is not None:
            state.test_runs += 1
            state.test_failures += bad
        self._team.counted(event)
        total = len(event.passed) + len(event.failed)
        count = f" {len(event.passed)}/{total}" if total else ""
        if bad and event.failed:
            count = f", {len(event.failed)} of {total}"  # “failed 90/96” would read as 90 that fail
        verdict = f"tests {event.verdict}" if event.verdict != "none" else "no test ran"
        text = f"{verdict}{count} in {event.seconds:.1f} s"
        self._team.add(event, event.agent, "good" if good else "bad" if bad else "act", text, event.output)

    # ------------------------------------------------------------ tests_finished

    def review_requested(self, event: ev.ReviewRequested) -> None:
        """The agent hands a task in."""
        label = self._team.task_label(event.task)
        self._team.add(event, event.agent, "act", f"hands in {label}")
        self._team.add(event, event.reviewer, "mail", f"is to review {label} of {event.agent}")

    def review_assigned(self, event: ev.ReviewAssigned) -> None:
        """The agent takes over a review."""
        self._team.add(
            event, event.reviewer, "mail", f"takes over the review of {self._team.task_label(event.task)}"
        )

    def review_given(self, event: ev.ReviewGiven) -> None:
        """The agent says what it thinks of a teammate's task."""
        label = self._team.task_label(event.task)
        if event.approved:
            self._team.add(event, event.agent, "good", f"approves {label} of {event.author}")
            return
        who = event.agent or event.author
        verb = "rejects" if event.agent else "gets back"
        self._team.add(event, who, "bad", f"{verb} {label}: {event.reason}")
        if event.agent:
            self._team.add(event, event.author, "bad", f"{event.agent} rejects {label}: {event.reason}")

    # ------------------------------------------------------------ review_given

    def draft_opened(self, event: ev.DraftOpened) -> None:
        """The agent gets a copy to write."""
        label = self._team.task_label(event.task)
        if event.kind == "version":
            self._team.add(event, event.agent, "mail", f"gets its own version of {label} to write")
            return
        late, usual = event.late_seconds or 0.0, event.typical_seconds or 0.0
        why = f"{event.owner or 'nobody'} is {late:.0f} s at it, {usual:.0f} s are usual"
        self._team.add(event, event.agent, "mail", f"backs up {label}: {why}")

    def draft_edited(self, event: ev.DraftEdited) -> None:
        """The agent writes a file of its copy."""
        self._team.add(event, event.agent, "act", f"edits {event.path} in its copy of task {event.task}")

    def draft_submitted(self, event: ev.DraftSubmitted) -> None:
        """The copy passes its tests."""
        self._team.add(event, event.agent, "act", f"submits its copy of {self._team.task_label(event.task)}")

    def draft_accepted(self, event: ev.DraftAccepted) -> None:
        """The copy is taken."""
        votes = len(event.agreeing)
        more = f" ({votes} agree, {event.needed} needed)" if votes > 1 or event.needed > 1 else ""
        label = self._team.task_label(event.task)
        self._team.add(event, event.agent, "good", f"its copy of {label} is taken{more}")

    def draft_ended(self, event: ev.DraftEnded) -> None:
        """The copy is not taken."""
        label = self._team.task_label(event.task)
        if event.reason == "lease":
            text = f"its copy of {label} is void (lease over)"
        elif event.reason == "failing":
            text = f"its copy of {label} is void (its calls fail)"
        elif event.reason == "changed":
            text = f"its copy of {label} is void (another strategy)"
        elif event.reason == "left":
            text = f"its copy of {label} is void (it left)"
        elif event.reason == "agreed":
            text = f"its copy of {label} agreed with {event.winner}'s"
        else:
            text = f"its copy of {label} came too late: {event.winner} was first"
        self._team.add(event, event.agent, "act", text)

    # ------------------------------------------------------------ draft_ended

    def info_requested(self, event: ev.InfoRequested) -> None:
        """The agent wants to read something."""
        verb = "reads" if event.action == "read_file" else "looks at task"
        self._team.add(event, event.agent, "act", f"{verb} {event.object}")

    def message_sent(self, event: ev.MessageSent) -> None:
        """The agent says something to somebody."""
        state = self._team.agents.get(event.sender)
        to = "all" if event.kind == "broadcast" else ", ".join(event.recipients)
        if state is not None:
            state.messages_sent += 1
            self._team.add(event, event.sender, "mail", f"→ {to}: “{event.text}”")
        elif event.kind == "operator":
            for name in event.recipients:
                self._team.add(event, name, "mail", f"← {event.sender} (a person): “{event.text}”")

    def person_asked(self, event: ev.PersonAsked) -> None:
        """The agent asks whoever runs the team."""
        self._team.add(event, event.agent, "question", f"? asks people: “{event.text}”")

    def message_lost(self, event: ev.MessageLost) -> None:
        """Mail for the agent never arrives."""
        self._team.add(event, event.recipient, "fault", f"message {event.id} lost: {event.reason}")
