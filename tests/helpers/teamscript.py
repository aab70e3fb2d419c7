"""A scripted run of four agents, with something for every panel: chain, talk, denials, a crash."""

from __future__ import annotations

from typing import Any

from engine.record import events as ev

NAMES = (
    "add",
    "safe_add",
    "sum_list",
    "mean_value",
    "variance",
    "std_dev",
    "z_score",
    "normalize",
    "outlier_mask",
    "filter_outliers",
    "subtract",
    "multiply",
    "divide",
    "clamp",
    "sign",
    "gcd",
    "lcm",
    "factorial",
    "fibonacci",
    "is_prime",
)
CHAIN = 10


class Script:
    """Writes events one after the other; ``at`` moves the run clock."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.ts = 0.0
        self.round = 0
        self.turn = 0

    def at(self, ts: float) -> Script:
        self.ts = ts
        return self

    def add(self, event: type[ev.Event], /, **fields: Any) -> Script:
        self.events.append(event(seq=len(self.events) + 1, ts=self.ts, round=self.round, **fields))
        return self

    def start(
        self,
        agents: int = 4,
        tasks: int = 20,
        *,
        speed: float = 10.0,
        strategy: str = "decentralized",
        names: tuple[str, ...] = (),
    ) -> Script:
        specs = []
        for index in range(tasks):
            name = NAMES[index] if index < len(NAMES) else f"task_{index + 1}"
            chained = 0 < index < CHAIN
            specs.append(
                ev.TaskSpec(
                    id=str(index + 1),
                    name=name,
                    title=name.replace("_", " ").capitalize(),
                    description=f"Write {name}(…) in {name}.py.\nIt raises ValueError for bad input.",
                    files=(f"{name}.py",),
                    dependencies=(str(index),) if chained else (),
                    tests=tuple(f"test_{name}.py::test_{i}" for i in range(3 + index % 3)),
                )
            )
        team = names or tuple(f"Dev{i + 1}" for i in range(agents))
        return self.add(
            ev.RunStarted,
            suite="mathutils",
            structure="mixed",
            suite_hash="5u1te",
            brief="A numerical library.",
            p=0.5,
            tasks=tuple(specs),
            files=(),
            team=tuple(ev.AgentSpec(name=name, model="sim/claude-sonnet-4-6") for name in team),
            strategy=strategy,
            seed=7,
            locks="pessimistic",
            completion="reported",
            tests="simulated",
            clock="scaled",
            speed=speed,
            max_rounds=60,
            lease_seconds=30.0,
            template=1,
        )

    def open_round(self, *agents: str) -> Script:
        self.round += 1
        return self.add(ev.RoundStarted, agents=agents)

    def think(self, agent: str) -> Script:
        self.turn += 1
        seen = ev.Seen(board=1)
        return self.add(
            ev.TurnStarted, turn=self.turn, agent=agent, epoch=1, seen=seen, request=f"{self.turn:08x}"
        )

    def reply(
        self, agent: str, text: str, latency: float = 4.0, tokens: tuple[int, int] = (1800, 420)
    ) -> Script:
        return self.add(
            ev.Replied,
            turn=self.turn,
            agent=agent,
            text=text,
            finish_reason="stop",
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            latency_seconds=latency,
            attempts=1,
            cost_usd=0.0117,
            cost_source="notional",
        )

    def claim(self, agent: str, task: int) -> Script:
        return self.add(ev.TaskClaimed, task=str(task), agent=agent, turn=self.turn)

    def edit(self, agent: str, task: int, version: int = 1, previous: str = "") -> Script:
        path = f"{NAMES[task - 1]}.py"
        self.add(ev.LockAcquired, path=path, agent=agent, turn=self.turn, token=self.turn)
        return self.add(
            ev.FileEdited,
            path=path,
            agent=agent,
            turn=self.turn,
            version=version,
            base=version - 1,
            content=f"def {NAMES[task - 1]}(): ...\n",
            hash="c0ffee",
            previous=previous,
            token=self.turn,
        )

    def deny(self, agent: str, task: int, holder: str, seconds: float = 3.0) -> Script:
        path = f"{NAMES[task - 1]}.py"
        self.add(ev.LockDenied, path=path, agent=agent, turn=self.turn, holder=holder, age_seconds=seconds)
        return self.add(
            ev.ActionRefused,
            agent=agent,
            turn=self.turn,
            action="edit_file",
            object=path,
            reason="locked",
            detail=f"{holder} has held {path} for {seconds:.0f} s.",
            holder=holder,
            age_seconds=seconds,
        )

    def free(self, agent: str, task: int) -> Script:
        return self.add(
            ev.LockReleased, path=f"{NAMES[task - 1]}.py", agent=agent, token=self.turn, reason="barrier"
        )

    def test(self, agent: str, task: int, failed: int = 0) -> Script:
        nodes = tuple(f"test_{NAMES[task - 1]}.py::test_{i}" for i in range(3 + (task - 1) % 3))
        self.add(ev.TestsStarted, run=self.turn, agent=agent, turn=self.turn, tasks=(str(task),), tree="7ree")
        return self.add(
            ev.TestsFinished,
            run=self.turn,
            agent=agent,
            turn=self.turn,
            verdict="failed" if failed else "passed",
            passed=nodes[failed:],
            failed=nodes[:failed],
            seconds=1.5,
            output="E  assert 1 == 2" if failed else "",
        )

    def complete(self, agent: str, task: int, evidence: str = "passed") -> Script:
        return self.add(ev.TaskCompleted, task=str(task), agent=agent, turn=self.turn, evidence=evidence)

    def say(self, sender: str, to: tuple[str, ...], text: str, kind: str = "message") -> Script:
        ident = f"m{len(self.events)}"
        self.add(ev.MessageSent, id=ident, sender=sender, recipients=to, text=text, kind=kind, turn=self.turn)
        for name in to:
            self.add(ev.MessageDelivered, id=ident, recipient=name)
        return self

    def end_turn(self, agent: str, effects: int = 1, outcome: str = "replied") -> Script:
        return self.add(ev.TurnEnded, turn=self.turn, agent=agent, outcome=outcome, effects=effects)

    def close_round(self) -> Script:
        return self.add(ev.RoundEnded)

    def work(self, agent: str, task: int, says: str = "", failed: int = 0, seconds: float = 0.5) -> Script:
        """A whole turn: claim, edit, test, complete."""
        self.reply(agent, f'{says}\n<claim_task id="{task}"/>') if says else self.reply(agent, "")
        self.claim(agent, task).edit(agent, task).at(self.ts + seconds).test(agent, task, failed)
        self.complete(agent, task, "failed" if failed else "passed")
        return self.end_turn(agent, 3)


TEAM = ("Dev1", "Dev2", "Dev3", "Dev4")


def scripted() -> Script:
    """Seven rounds: eleven tasks done, Dev3 down, Dev1 thinking, Dev2 testing, Dev4 idle."""
    s = Script().start()
    plan = [
        (1, 11, 12, 13),
        (2, None, 14, None),
        (3, 15, None, 16),
        (4, None, None, None),
        (5, None, None, None),
    ]
    chatter = {
        "Dev2": "Standing by. Great progress everyone, tell me if I can help.",
        "Dev3": "I will wait for the chain to move on.",
        "Dev4": "Great job Dev1!",
    }
    ts = 0.0
    for number, tasks in enumerate(plan, start=1):
        s.at(ts).open_round(*TEAM)
        for agent in TEAM:
            s.think(agent)
        for place, (agent, task) in enumerate(zip(TEAM, tasks, strict=True)):
            s.at(ts + 3.0 + place * 1.4)
            if task is None and (agent, number) == ("Dev3", 2):
                continue
            if (agent, task) == ("Dev3", 14):
                s.reply(agent, "Taking clamp now.").claim(agent, 14).edit(agent, 14).end_turn(agent, 2)
            elif task is not None:
                s.work(agent, task, f"Working on {NAMES[task - 1]}, then I test it.", failed=int(task == 16))
            elif number == 2 and agent == "Dev2":
                s.reply(agent, "I can improve safe_add while Dev1 works on it.").deny(agent, 2, "Dev1")
                s.end_turn(agent, 0)
            else:
                s.reply(agent, chatter[agent], 2.5, (1600, 40)).end_turn(agent, 0)
        ts += 11.0
        s.at(ts)
        for path in [task for task in tasks if task is not None]:
            s.free("", path)
        s.close_round()
        ts += 0.2
    s.at(ts).open_round(*TEAM)
    for agent in TEAM:
        s.think(agent)
    s.at(ts + 2).add(
        ev.FaultStarted, id=1, kind="crash", targets=("Dev3",), params={}, author="operator", why="by hand"
    )
    s.add(ev.AgentCrashed, agent="Dev3", epoch=1, lease_until=ts + 32, why="injected by operator")
    s.add(ev.TurnEnded, turn=s.turn - 1, agent="Dev3", outcome="crashed", effects=0)
    s.at(ts + 4).work("Dev1", 6, "std_dev follows from variance.")
    s.reply("Dev2", "").add(
        ev.ActionRefused,
        agent="Dev2",
        turn=s.turn,
        action="claim_task",
        object="8",
        reason="blocked",
        detail="Task 8 waits for 7.",
    )
    s.work("Dev2", 17, "gcd is done, so lcm is easy.")
    s.at(ts + 7).reply("Dev4", "All good here.").say(
        "Dev4", ("Dev1", "Dev2", "Dev3"), "Great job Dev1! Shall I review std_dev?", "broadcast"
    )
    s.end_turn("Dev4", 1).at(ts + 9).free("Dev1", 6).free("Dev2", 17).close_round()
    ts += 9.5
    s.at(ts).open_round("Dev1", "Dev2", "Dev4")
    for agent in ("Dev1", "Dev2", "Dev4"):
        s.think(agent)
    s.at(ts + 1).reply("Dev2", "I prepare outlier_mask already, so that nobody waits.").edit("Dev2", 9)
    s.deny("Dev2", 8, "Dev1", 3.0)
    s.at(ts + 2).reply("Dev4", "Standing by, tell me if a review would help.", 2.0, (1500, 35))
    s.say("Dev4", ("Dev2",), "outlier_mask waits for normalize, careful.")
    s.deny("Dev4", 9, "Dev2", 1.0)
    s.end_turn("Dev4", 0)
    s.at(ts + 3).reply("Dev1", "z_score is done, taking the next link.").claim("Dev1", 7).edit("Dev1", 7)
    s.test("Dev1", 7).complete("Dev1", 7).claim("Dev1", 8).edit("Dev1", 8)
    s.at(ts + 4).say("operator", ("Dev1",), "Mind the empty list.", "operator")
    s.at(ts + 5).add(ev.TestsStarted, run=99, agent="Dev2", turn=s.turn, tasks=(), tree="7ree")
    return s


def ended() -> Script:
    """The same run, stopped by a person with one test failing."""
    s = scripted()
    s.at(s.ts + 2).add(ev.StopRequested, author="operator")
    s.add(ev.RunEnded, outcome="stopped", wall_seconds=s.ts)
    return s.add(ev.RunVerified, verdict="failed", passed=("a",), failed=("b",))
