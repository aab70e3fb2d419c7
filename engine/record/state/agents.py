"""What each agent is, is doing and has said, event by event; what it does is in ``deeds``."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.clean import clean, clean_line
from engine.record.state import refusals
from engine.record.state.agent import AgentState, AgentStatus, Line, LineKind, Turn
from engine.record.state.speech import speech_of

WAIT_SHOWN = 1.0
"""Seconds from which on a wait for a rate limit is a line in the pane."""


class AgentsState:
    """All agents in team order, and the lines of their panes."""

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

    def name_task(self, task: ev.TaskSpec) -> None:
        """There is one more task to name."""
        self._names.setdefault(clean_line(task.id), clean_line(task.name))

    def refuse(self, agent: str, series: refusals.Series) -> None:
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
            self.add(series.first, agent, "refused", series.text())

    def add(self, event: ev.Event, agent: str, kind: LineKind, text: str, detail: str = "") -> None:
        """Write a line into the agent's pane; of nobody's, none."""
        state = self.agents.get(agent)
        if state is None:
            return
        if self._refused:
            self._flush(agent)
        detail = clean(detail, 2_000) if detail else ""
        line = Line(event.seq, event.ts, event.round, kind, clean_line(text), detail)
        state.lines.append(line)
        state.line_count += 1
        if state.turns and state.turns[-1].ended is None:
            state.turns[-1].lines.append(line)

    def turn_to(self, event: ev.Event, agent: str, status: AgentStatus) -> AgentState | None:
        """Give the agent another status, and return it; null if it is not known."""
        state = self.agents.get(agent)
        if state is not None and state.status != status:
            state.status, state.since = status, event.ts
        return state

    def lead_lost(self, event: ev.LeadLost) -> None:
        """Who leads from here on, if anybody."""
        gone = "cannot lead, for its calls fail" if event.failing else "is lost as lead"
        if event.policy == "promote":
            for name, role in ((event.agent, "developer"), (event.heir, "lead")):
                if name in self.agents:
                    self.agents[name].role = role
            self.add(event, event.agent, "fault", f"{gone}; {event.heir} is the lead now")
            self.add(event, event.heir, "fault", f"is the lead now; {event.agent} {gone}")
        else:
            self.add(event, event.agent, "fault", f"{gone}; agents claim for themselves")

    # ------------------------------------------------------------ turns

    def turn_started(self, event: ev.TurnStarted) -> None:
        """The agent thinks."""
        state = self.turn_to(event, event.agent, "thinking")
        if state is not None:
            state.since = event.ts
            state.hush(event.ts)
            request, seen = clean_line(event.request), _clean_seen(event.seen)
            turn = Turn(event.turn, event.number, event.ts, request, seen)
            state.turns.append(turn)

    def call_started(self, event: ev.CallStarted) -> None:
        """An attempt goes out: from here on a reply is due."""
        state = self.agents.get(event.agent)
        if state is not None and not event.hedge:
            state.hush(event.ts)
        if event.hedge:
            self.add(event, event.agent, "act", "asks once more beside a call that takes long")
        elif event.waited_seconds >= WAIT_SHOWN:
            self.add(event, event.agent, "act", f"waited {event.waited_seconds:.0f} s for the rate limit")

    def compacted(self, event: ev.ConversationCompacted) -> None:
        """Its conversation has lost its oldest messages."""
        had = f"about {event.tokens:,} tokens, {event.budget:,} fit"
        if event.refused:
            had = f"its model refused about {event.tokens:,} tokens as too long"
        text = f"forgets its oldest {event.dropped} messages: {had}"
        self.add(event, event.agent, "act", text)

    def reply_heard(self, event: ev.ReplyHeard) -> None:
        """A reply is arriving."""
        state = self.agents.get(event.agent)
        if state is not None and state.silent_since is not None:
            state.beats(event.ts, event.characters)

    def call_failed(self, event: ev.CallFailed) -> None:
        """A model call failed."""
        after = "gives up" if event.retry_seconds is None else f"again in {event.retry_seconds:.0f} s"
        if event.retry_seconds == 0:
            after = "another attempt is out"
        if (state := self.agents.get(event.agent)) is not None:
            state.heard(event.ts)
            if event.retry_seconds is not None:
                state.hush(event.ts + event.retry_seconds)
        text = f"call failed ({event.kind}), {after}"
        self.add(event, event.agent, "error", text, event.detail)

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
        state = self.turn_to(event, event.agent, "acting")
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
            turn.cached_tokens, turn.reasoning_tokens = event.cached_tokens, event.reasoning_tokens
            turn.attempts = event.attempts
        if event.finish_reason == "length":
            self.add(event, event.agent, "error", "reply cut at the token limit")
        if speech := speech_of(event.text):
            self.add(event, event.agent, "speech", speech)

    def reply_fenced(self, event: ev.ReplyFenced) -> None:
        """A reply came too late to count."""
        state = self.agents.get(event.agent)
        if state is not None:
            state.pay(event)
        what = f"{event.actions} action{'' if event.actions == 1 else 's'}"
        text = f"⊘ late reply of turn {event.turn} fenced: epoch {event.epoch} is over, {what} refused"
        self.add(event, event.agent, "fault", text)

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
            self.add(event, event.agent, "error", "turn lost", event.detail)
        elif event.outcome == "overtaken":
            self.add(event, event.agent, "act", "turn given up", event.detail)
        if state.status not in ("down", "stalled", "left"):
            self.turn_to(event, event.agent, "waiting" if event.effects else "idle")

    # ------------------------------------------------------------ actions

    # ------------------------------------------------------------ reviews

    # ------------------------------------------------------------ drafts

    # ------------------------------------------------------------ lost and found

    def agent_crashed(self, event: ev.AgentCrashed) -> None:
        """The agent is down."""
        state = self.turn_to(event, event.agent, "down")
        if state is not None:
            state.lease_until = event.lease_until
            state.hush(event.ts if state.silent_since is None else state.silent_since)
        self.add(event, event.agent, "fault", f"crashed: {event.why or 'injected'}")

    def agent_stalled(self, event: ev.AgentStalled) -> None:
        """The agent is silent."""
        state = self.turn_to(event, event.agent, "stalled")
        if state is not None:
            state.lease_until = event.lease_until
        self.add(event, event.agent, "fault", "stalled: no sign of life")

    def agent_revived(self, event: ev.AgentRevived) -> None:
        """The agent is back."""
        state = self.agents.get(event.agent)
        if state is None:
            return
        mid_turn = state.turn is not None and state.turn.ended is None  # fenced turns have ended
        self.turn_to(event, event.agent, "thinking" if mid_turn else "idle")
        state.epoch, state.lease_until = event.epoch, None
        if not mid_turn:
            state.heard(event.ts)
        self.add(event, event.agent, "fault", f"is back (epoch {event.epoch})")

    # ------------------------------------------------------------ come and gone

    def agent_joined(self, event: ev.AgentJoined) -> None:
        """Somebody is new in the team, or back as a stranger, whose figures go on."""
        name, model = clean_line(event.agent, 40), clean_line(event.model)
        state = self.agents.pop(name, None) or AgentState(name, event.role, model)
        self.agents[name] = state  # last of the team, also if it comes back
        state.role, state.model, state.epoch = event.role, model, event.epoch
        state.status, state.since, state.lease_until = "idle", event.ts, None
        asked = f": {event.author} asked for it" if event.author else ""
        again = f" again (epoch {event.epoch})" if event.epoch > 1 else ""
        self.add(event, name, "mail", f"joins the team{again}{asked}")

    def agent_left(self, event: ev.AgentLeft) -> None:
        """Somebody is of the team no more."""
        state = self.turn_to(event, event.agent, "left")
        if state is not None:
            state.lease_until = None
        why = f": {event.why}" if event.why else ""
        by = f", by {event.author}" if event.author else ""
        self.add(event, event.agent, "mail", f"leaves the team{by}{why}")


def _clean_seen(seen: ev.Seen) -> ev.Seen:
    return ev.Seen(
        board=seen.board,
        files=tuple((clean_line(path), version) for path, version in seen.files),
        changes=tuple((clean_line(path), version) for path, version in seen.changes),
        tasks=tuple(clean_line(task) for task in seen.tasks),
        mail=tuple(clean_line(message) for message in seen.mail),
    )
