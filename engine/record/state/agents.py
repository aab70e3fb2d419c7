"""What each agent is doing and has said, event by event."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.clean import clean, clean_line
from engine.record.state import refusals
from engine.record.state.agent import AgentState, AgentStatus, Line, LineKind, Turn


class AgentsState:
    """All agents in team order."""

    def __init__(self) -> None:
        self.agents: dict[str, AgentState] = {}
        self._names: dict[str, str] = {}
        self._refused: dict[str, refusals.Series] = {}

    def run_started(self, event: ev.RunStarted) -> None:
        """The team assembles."""
        for spec in event.team:
            name = clean_line(spec.name, 40)
            self.agents[name] = AgentState(name, spec.role, clean_line(spec.model))
        self._names = {clean_line(t.id): clean_line(t.name) for t in event.tasks}

    def team_changed(self, event: ev.TeamChanged) -> None:
        """Who stays keeps its past; a lead comes or goes with the strategy."""
        before, self.agents = self.agents, {}
        for spec in event.team:
            name = clean_line(spec.name, 40)
            agent = before.pop(name, None) or AgentState(name, spec.role, "")
            agent.model, agent.role = clean_line(spec.model), spec.role
            self.agents[name] = agent
        self.agents |= {name: agent for name, agent in before.items() if agent.status == "left"}

    @property
    def present(self) -> list[AgentState]:
        """Those who are of the team now, in the order in which they came."""
        return [agent for agent in self.agents.values() if agent.status != "left"]

    def task_label(self, task: str) -> str:
        """``8 normalize``: number and name, as panes write it."""
        if not task:
            return "a task"  # which one, an imported run may not say
        task = clean_line(task, 40)
        name = self._names.get(task, "")
        return f"{task} {name}" if name and name != task else task

    def _refuse(self, agent: str, series: refusals.Series) -> None:
        """Hold a refusal back until something else happens: more of its kind join its line."""
        if agent not in self.agents:
            return
        held = self._refused.get(agent)
        if held is not None and held.key == series.key and held.first.round == series.first.round:
            held.objects += series.objects
            return
        self._flush(agent)
        self._refused[agent] = series

    def _flush(self, agent: str) -> None:
        series = self._refused.pop(agent, None)
        if series is not None:
            self._add(series.first, agent, "refused", series.text())

    def _add(self, event: ev.Event, agent: str, kind: LineKind, text: str, detail: str = "") -> None:
        state = self.agents.get(agent)
        if state is None:
            return
        self._flush(agent)
        line = Line(event.seq, event.ts, event.round, kind, clean_line(text), clean(detail, 2_000))
        state.lines.append(line)
        state.line_count += 1
        if state.turns and state.turns[-1].ended is None:
            state.turns[-1].lines.append(line)

    def _status(self, event: ev.Event, agent: str, status: AgentStatus) -> AgentState | None:
        state = self.agents.get(agent)
        if state is not None and state.status != status:
            state.status, state.since = status, event.ts
        return state

    def lead_lost(self, event: ev.LeadLost) -> None:
        """Who leads from here on, if anybody."""
        if event.policy == "promote":
            for name, role in ((event.agent, "developer"), (event.heir, "lead")):
                if name in self.agents:
                    self.agents[name].role = role
            self._add(event, event.agent, "fault", f"is lost as lead; {event.heir} is the lead now")
            self._add(event, event.heir, "fault", f"is the lead now, for {event.agent} is lost")
        else:
            self._add(event, event.agent, "fault", "is lost as lead; agents claim for themselves")

    # ------------------------------------------------------------ turns

    def turn_started(self, event: ev.TurnStarted) -> None:
        """The agent thinks."""
        state = self._status(event, event.agent, "thinking")
        if state is not None:
            state.since = event.ts
            state.hush(event.ts)
            request, seen = clean_line(event.request), _clean_seen(event.seen)
            turn = Turn(event.turn, event.number, event.ts, request, seen)
            state.turns.append(turn)

    def call_failed(self, event: ev.CallFailed) -> None:
        """A model call failed."""
        after = "gives up" if event.retry_seconds is None else f"again in {event.retry_seconds:.0f} s"
        if (state := self.agents.get(event.agent)) is not None:
            state.heard(event.ts)
            if event.retry_seconds is not None:
                state.hush(event.ts + event.retry_seconds)
        text = f"call failed ({event.kind}), {after}"
        self._add(event, event.agent, "error", text, event.detail)

    def counted(self, event: ev.Replied | ev.TestsFinished) -> None:
        """The agent was at work: what it takes to tell who is slow."""
        if (state := self.agents.get(event.agent)) is None:
            return
        if isinstance(event, ev.Replied):
            state.replies += 1
            state.busy_seconds += event.latency_seconds
        else:
            state.busy_seconds += event.seconds

    def replied(self, event: ev.Replied) -> None:
        """The reply is here."""
        state = self._status(event, event.agent, "acting")
        if state is None:
            return
        self.counted(event)
        state.heard(event.ts, reply=True)
        state.pay(event)
        if (turn := state.turn) is not None:
            turn.reply = clean(event.text)
            turn.finish_reason = clean_line(event.finish_reason)
            turn.latency_seconds = event.latency_seconds
            turn.input_tokens, turn.output_tokens = event.input_tokens, event.output_tokens
            turn.attempts = event.attempts
        if event.finish_reason == "length":
            self._add(event, event.agent, "error", "reply cut at the token limit")
        if speech := speech_of(event.text):
            self._add(event, event.agent, "speech", speech)

    def reply_fenced(self, event: ev.ReplyFenced) -> None:
        """A reply came too late to count."""
        state = self.agents.get(event.agent)
        if state is not None:
            state.pay(event)
        what = f"{event.actions} action{'' if event.actions == 1 else 's'}"
        text = f"⊘ late reply of turn {event.turn} fenced: epoch {event.epoch} is over, {what} refused"
        self._add(event, event.agent, "fault", text)

    def turn_ended(self, event: ev.TurnEnded) -> None:
        """The agent waits for the others, or had nothing to do."""
        self._flush(event.agent)
        state = self.agents.get(event.agent)
        if state is None:
            return
        if (turn := state.turn) is not None:
            turn.ended, turn.outcome, turn.effects = event.ts, event.outcome, event.effects
        if event.outcome == "replied" and event.effects == 0:
            state.chatter += 1
        if event.outcome not in ("crashed", "fenced"):  # who is lost is still silent
            state.heard(event.ts)
        if event.outcome == "failed":
            self._add(event, event.agent, "error", "turn lost", event.detail)
        elif event.outcome == "overtaken":
            self._add(event, event.agent, "act", "turn given up", event.detail)
        if state.status not in ("down", "stalled", "left"):
            self._status(event, event.agent, "waiting" if event.effects else "idle")

    # ------------------------------------------------------------ actions

    def task_assigned(self, event: ev.TaskAssigned) -> None:
        """Somebody gives the agent a task."""
        label = self.task_label(event.task)
        self._add(event, event.agent, "mail", f"gets {label} from {event.by}")
        if event.by in self.agents and event.by != event.agent:
            self._add(event, event.by, "act", f"assigns {label} to {event.agent}")

    def task_claimed(self, event: ev.TaskClaimed) -> None:
        """The agent takes a task."""
        self._add(event, event.agent, "act", f"claims {self.task_label(event.task)}")

    def task_released(self, event: ev.TaskReleased) -> None:
        """The agent lets a task go, or loses it."""
        verb = {
            "released": "releases",
            "lease": "loses (lease over)",
            "failing": "loses (its calls fail)",
            "reassigned": "hands over",
            "overtaken": "is overtaken on",
            "promoted": "hands over",
            "left": "leaves behind",
        }
        label = self.task_label(event.task)
        if event.reason == "stolen":
            self._add(event, event.agent, "mail", f"had not begun {label}, which {event.to} takes over")
        else:
            self._add(event, event.agent, "act", f"{verb[event.reason]} {label}")

    def task_completed(self, event: ev.TaskCompleted) -> None:
        """The agent reports a task done."""
        state = self.agents.get(event.agent)
        if state is not None:
            state.done += 1
        mark = {"failed": "✔ though its tests fail", "none": "✔ untested"}.get(event.evidence, "✔")
        kind: LineKind = "bad" if event.evidence == "failed" else "good"
        self._add(event, event.agent, kind, f"completes {self.task_label(event.task)} {mark}")

    def file_edited(self, event: ev.FileEdited) -> None:
        """The agent writes a file."""
        state = self.agents.get(event.agent)
        if state is not None:
            state.edits += 1
        over = f" over {event.previous}'s" if event.previous and event.previous != event.agent else ""
        self._add(event, event.agent, "act", f"edits {event.path} v{event.version}{over}")

    def lock_denied(self, event: ev.LockDenied) -> None:
        """Somebody else holds the file."""
        self._refuse(event.agent, refusals.of_lock(event))

    def action_refused(self, event: ev.ActionRefused) -> None:
        """An action had no effect."""
        state = self.agents.get(event.agent)
        if state is not None:
            state.refusals += 1
        if event.reason == "locked":
            return  # the refused lock has its own line
        self._refuse(event.agent, refusals.of_action(event))

    def tests_started(self, event: ev.TestsStarted) -> None:
        """The agent waits for tests."""
        self._status(event, event.agent, "testing")
        what = "" if not event.tasks else " of " + ", ".join(self.task_label(t) for t in event.tasks)
        self._add(event, event.agent, "act", f"runs tests{what}")

    def tests_finished(self, event: ev.TestsFinished) -> None:
        """The verdict is in."""
        state = self._status(event, event.agent, "acting")
        good, bad = event.verdict == "passed", event.verdict in ev.FAILURES
        if state is not None:
            state.test_runs += 1
            state.test_failures += bad
        self.counted(event)
        total = len(event.passed) + len(event.failed)
        count = f" {len(event.passed)}/{total}" if total or event.exit_code is None else ""
        verdict = f"tests {event.verdict}" if event.verdict != "none" else "no test ran"
        text = f"{verdict}{count} in {event.seconds:.1f} s"
        self._add(event, event.agent, "good" if good else "bad" if bad else "act", text, event.output)

    # ------------------------------------------------------------ reviews

    def review_requested(self, event: ev.ReviewRequested) -> None:
        """The agent hands a task in."""
        label = self.task_label(event.task)
        self._add(event, event.agent, "act", f"hands in {label}")
        self._add(event, event.reviewer, "mail", f"is to review {label} of {event.agent}")

    def review_assigned(self, event: ev.ReviewAssigned) -> None:
        """The agent takes over a review."""
        self._add(event, event.reviewer, "mail", f"takes over the review of {self.task_label(event.task)}")

    def review_given(self, event: ev.ReviewGiven) -> None:
        """The agent says what it thinks of a teammate's task."""
        label = self.task_label(event.task)
        if event.approved:
            self._add(event, event.agent, "good", f"approves {label} of {event.author}")
            return
        who = event.agent or event.author
        verb = "rejects" if event.agent else "gets back"
        self._add(event, who, "bad", f"{verb} {label}: {event.reason}")
        if event.agent:
            self._add(event, event.author, "bad", f"{event.agent} rejects {label}: {event.reason}")

    # ------------------------------------------------------------ drafts

    def draft_opened(self, event: ev.DraftOpened) -> None:
        """The agent gets a copy to write."""
        label = self.task_label(event.task)
        if event.kind == "version":
            self._add(event, event.agent, "mail", f"gets its own version of {label} to write")
            return
        late, usual = event.late_seconds or 0.0, event.typical_seconds or 0.0
        why = f"{event.owner or 'nobody'} is {late:.0f} s at it, {usual:.0f} s are usual"
        self._add(event, event.agent, "mail", f"backs up {label}: {why}")

    def draft_edited(self, event: ev.DraftEdited) -> None:
        """The agent writes a file of its copy."""
        self._add(event, event.agent, "act", f"edits {event.path} in its copy of task {event.task}")

    def draft_submitted(self, event: ev.DraftSubmitted) -> None:
        """The copy passes its tests."""
        self._add(event, event.agent, "act", f"submits its copy of {self.task_label(event.task)}")

    def draft_accepted(self, event: ev.DraftAccepted) -> None:
        """The copy is taken."""
        votes = len(event.agreeing)
        more = f" ({votes} agree, {event.needed} needed)" if votes > 1 or event.needed > 1 else ""
        label = self.task_label(event.task)
        self._add(event, event.agent, "good", f"its copy of {label} is taken{more}")

    def draft_ended(self, event: ev.DraftEnded) -> None:
        """The copy is not taken."""
        label = self.task_label(event.task)
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
        self._add(event, event.agent, "act", text)

    def info_requested(self, event: ev.InfoRequested) -> None:
        """The agent wants to read something."""
        verb = "reads" if event.action == "read_file" else "looks at task"
        self._add(event, event.agent, "act", f"{verb} {event.object}")

    def message_sent(self, event: ev.MessageSent) -> None:
        """The agent says something to somebody."""
        state = self.agents.get(event.sender)
        to = "all" if event.kind == "broadcast" else ", ".join(event.recipients)
        if state is not None:
            state.messages_sent += 1
            self._add(event, event.sender, "mail", f"→ {to}: “{event.text}”")
        elif event.kind == "operator":
            for name in event.recipients:
                self._add(event, name, "mail", f"← {event.sender} (you or a person): “{event.text}”")

    def message_lost(self, event: ev.MessageLost) -> None:
        """Mail for the agent never arrives."""
        self._add(event, event.recipient, "fault", f"message {event.id} lost: {event.reason}")

    # ------------------------------------------------------------ lost and found

    def agent_crashed(self, event: ev.AgentCrashed) -> None:
        """The agent is down."""
        state = self._status(event, event.agent, "down")
        if state is not None:
            state.lease_until = event.lease_until
            state.hush(event.ts if state.silent_since is None else state.silent_since)
        self._add(event, event.agent, "fault", f"crashed: {event.why or 'injected'}")

    def agent_stalled(self, event: ev.AgentStalled) -> None:
        """The agent is silent."""
        state = self._status(event, event.agent, "stalled")
        if state is not None:
            state.lease_until = event.lease_until
        self._add(event, event.agent, "fault", "stalled: no sign of life")

    def agent_revived(self, event: ev.AgentRevived) -> None:
        """The agent is back."""
        state = self.agents.get(event.agent)
        if state is None:
            return
        mid_turn = state.turn is not None and state.turn.ended is None  # fenced turns have ended
        self._status(event, event.agent, "thinking" if mid_turn else "idle")
        state.epoch, state.lease_until = event.epoch, None
        if not mid_turn:
            state.heard(event.ts)
        self._add(event, event.agent, "fault", f"is back (epoch {event.epoch})")

    # ------------------------------------------------------------ come and gone

    def agent_joined(self, event: ev.AgentJoined) -> None:
        """Somebody is new in the team, or back as a stranger, whose figures go on."""
        name, model = clean_line(event.agent, 40), clean_line(event.model)
        state = self.agents.pop(name, None) or AgentState(name, event.role, model)
        self.agents[name] = state  # last of the team, also if it comes back
        state.role, state.model, state.epoch = event.role, model, event.epoch
        state.status, state.since, state.lease_until = "idle", event.ts, None
        again = f" again (epoch {event.epoch})" if event.epoch > 1 else ""
        self._add(event, name, "mail", f"joins the team{again}: {event.author} asked for it")

    def agent_left(self, event: ev.AgentLeft) -> None:
        """Somebody is of the team no more."""
        state = self._status(event, event.agent, "left")
        if state is not None:
            state.lease_until = None
        why = f": {event.why}" if event.why else ""
        self._add(event, event.agent, "mail", f"leaves the team, by {event.author}{why}")

    def task_added(self, event: ev.TaskAdded) -> None:
        """There is one more task to name."""
        self._names.setdefault(clean_line(event.spec.id), clean_line(event.spec.name))
        self._add(event, event.author, "act", f"adds task {self.task_label(event.spec.id)}")

    def dependency_added(self, event: ev.DependencyAdded) -> None:
        """A task waits for one more."""
        waits = f"{self.task_label(event.task)} wait for {self.task_label(event.dependency)}"
        self._add(event, event.author, "act", f"has {waits}")


def _clean_seen(seen: ev.Seen) -> ev.Seen:
    return ev.Seen(
        board=seen.board,
        files=tuple((clean_line(path), version) for path, version in seen.files),
        changes=tuple((clean_line(path), version) for path, version in seen.changes),
        tasks=tuple(clean_line(task) for task in seen.tasks),
        mail=tuple(clean_line(message) for message in seen.mail),
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


_BODY_TAGS = frozenset({"edit_file", "send_message", "broadcast", "synthesize", "reject_task", "add_task"})
