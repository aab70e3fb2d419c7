"""Members who come and go while the team runs."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import control
from engine.record import events as ev
from engine.restore import Past
from tests.helpers.scripted import IDLE, Played, Say, Script, Steering, done, edit, graph, play

SIX = graph("a", "b", "c", "d", "e", "f")


def test_a_joiner_begins_with_the_next_round_with_the_brief_and_the_board() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.Replied)
        answer = await person.do(control.AddAgent(author="mia", why="more hands"))
        assert answer.ok

    played = play({"Dev1": [done("1", "a.py")], "Dev3": [done("3", "c.py")]}, SIX, steer=steer, max_rounds=4)
    joined = played.one(ev.AgentJoined)
    assert (joined.agent, joined.role, joined.epoch, joined.author) == ("Dev3", "developer", 1, "mia")
    assert [e.agents for e in played.of(ev.RoundStarted)][:2] == [
        ("Dev1", "Dev2"),
        ("Dev1", "Dev2", "Dev3"),
    ]
    system, prompt = (text for _, text in played.asked["Dev3"][0])
    assert "You are Dev3, developer" in system
    assert "Team: Dev1, Dev2, Dev3." in system
    assert "1 | done | Dev1" in prompt
    assert "a.py v1 by Dev1" in prompt
    assert "## News" not in prompt
    assert "Dev3 joined the team as a developer." in played.section("Dev2", 2, "News")
    assert "News" not in played.prompt("Dev2", 3)
    assert played.one(ev.TaskCompleted, task="3").agent == "Dev3"


def test_a_leaver_loses_its_open_turn_and_its_tasks_and_locks_are_free_at_once() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.LockAcquired)
        await person.sleep(0.5)
        await person.do(control.RemoveAgent(name="Dev1", author="mia", why="too dear"))

    played = play(
        {
            "Dev1": [Say('<claim_task id="1"/>\n' + edit("a.py") + "<run_tests/>", 1.0), Say("late", 9.0)],
            "Dev2": [Say("I wait.", 20.0), Say("hm", 20.0)],
        },
        SIX,
        steer=steer,
        max_rounds=3,
    )
    left = played.one(ev.AgentLeft)
    assert (left.agent, left.epoch, left.author, left.why) == ("Dev1", 1, "mia", "too dear")
    after = [e for e in played.events if e.seq > left.seq][:3]
    freed = [e for e in after if isinstance(e, ev.LockReleased)]
    assert [(e.agent, e.reason) for e in freed] == [("Dev1", "left")]
    assert [(e.task, e.reason) for e in after if isinstance(e, ev.TaskReleased)] == [("1", "left")]
    assert all(e.agent != "Dev1" for e in played.of(ev.TurnStarted) if e.seq > left.seq)
    assert "Dev1 left the team." in played.section("Dev2", 2, "News")
    assert "Team: Dev2." in played.section("Dev2", 2, "News")
    assert played.state.agents.agents["Dev1"].status == "left"
    assert [a.name for a in played.state.agents.present] == ["Dev2"]


def test_the_turn_of_a_leaver_ends_as_left_and_its_reply_never_counts() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TurnStarted)
        await person.sleep(0.5)
        await person.do(control.RemoveAgent(name="Dev1"))

    played = play({"Dev1": [done("1", "a.py")]}, SIX, steer=steer, max_rounds=2)
    assert [e.outcome for e in played.of(ev.TurnEnded, agent="Dev1")] == ["left"]
    assert not played.of(ev.Replied, agent="Dev1")


def test_tasks_of_a_leaver_are_passed_on_by_the_strategy_and_those_of_nobody_to_a_joiner() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TurnStarted, 2)
        for name in ("Dev1", "Dev2"):
            await person.do(control.RemoveAgent(name=name))
        await person.do(control.AddAgent(name="Ann"))

    played = play({}, SIX, steer=steer, strategy="preassigned", attended=False, max_rounds=2)
    heirs = [(e.task, e.agent) for e in played.of(ev.TaskAssigned) if e.seq > played.of(ev.AgentLeft)[0].seq]
    assert sorted(heirs[:3]) == [("1", "Dev2"), ("3", "Dev2"), ("5", "Dev2")]
    assert sorted(heirs[3:]) == [(str(n), "Ann") for n in range(1, 7)]
    assert "Your tasks, in this order: 1" in played.asked["Ann"][0][0][1]


def test_a_joiner_of_a_preassigned_team_gets_nothing_that_others_have() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TurnStarted)
        await person.do(control.AddAgent())

    played = play({}, SIX, steer=steer, strategy="preassigned", max_rounds=2)
    assert not played.state.board.owned_by("Dev3")
    assert "Your tasks, in this order: none." in played.asked["Dev3"][0][0][1]


def test_without_agents_an_unattended_run_ends_and_an_attended_one_waits_for_somebody() -> None:
    async def leave(person: Steering) -> None:
        await person.until(ev.TurnStarted, 2)
        for name in ("Dev1", "Dev2"):
            await person.do(control.RemoveAgent(name=name))

    async def wait(person: Steering) -> None:
        await leave(person)
        await person.sleep(100.0)
        await person.do(control.AddAgent(name="Ann"))

    ended = play({}, SIX, steer=leave)
    assert (ended.outcome, ended.one(ev.RunEnded).detail) == ("no_agents", "every agent has left")
    script: Script = {"Ann": ["".join(done(str(n), f"{name}.py") for n, name in enumerate("abcdef", 1))]}
    waited = play(script, SIX, steer=wait, attended=True)
    assert waited.outcome == "completed"
    assert waited.one(ev.AgentJoined).ts >= 100.0


def test_a_lead_alone_is_no_team() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TurnStarted, 2)
        await person.do(control.RemoveAgent(name="Dev1"))

    played = play({}, SIX, steer=steer, strategy="lead", agents=1)
    assert played.outcome == "no_agents"
    assert played.one(ev.RunEnded).detail == "a lead is left, and no developer to do the tasks"


def test_the_same_name_comes_back_as_a_stranger_of_a_new_epoch() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.RoundEnded)
        await person.do(control.RemoveAgent(name="Dev1"))
        assert not (await person.do(control.RemoveAgent(name="Dev1"))).ok
        await person.do(control.AddAgent(name="Dev1"))

    played = play({"Dev1": [done("1", "a.py")]}, SIX, steer=steer, max_rounds=3)
    assert played.one(ev.AgentJoined).epoch == 2
    assert [e.epoch for e in played.of(ev.TurnStarted, agent="Dev1")] == [1, 2, 2]
    assert len(played.asked["Dev1"][0]) == 2  # system and prompt: nothing of the first life
    assert played.state.agents.agents["Dev1"].epoch == 2
    assert played.one(ev.ControlRefused).detail.endswith("It has left already.")


def test_a_lead_that_left_can_come_back_as_the_lead() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.RoundEnded)
        await person.do(control.RemoveAgent(name="Lead"))
        await person.until(ev.RoundEnded, 2)
        await person.do(control.AddAgent(name="Lead"))

    script: Script = {"Dev1": [IDLE, done("1", "a.py")], "Dev2": [IDLE, IDLE, IDLE, done("2", "b.py")]}
    played = play(script, SIX, steer=steer, strategy="lead", max_rounds=5)
    assert played.one(ev.AgentJoined).role == "lead"
    assert played.one(ev.TaskCompleted).task == "1"  # claimed while there was no lead; refused with one
    assert played.state.crew.developers == 2


def test_names_that_cannot_be_are_refused_with_a_sentence() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TurnStarted)
        for name in ("Dev1", "dev2", "all", "Lead", "two words", "", "9", "x" * 25, "\x1b[2J"):
            answer = await person.do(control.AddAgent(name=name))
            assert not answer.ok
            assert answer.detail.endswith((".", "?"))
        assert not (await person.do(control.RemoveAgent(name="Dev9"))).ok

    played = play({}, SIX, steer=steer, max_rounds=1)
    assert not played.of(ev.AgentJoined)
    assert len(played.of(ev.ControlRefused)) == 10


def test_mail_to_a_leaver_is_lost_and_says_why() -> None:
    async def steer(person: Steering) -> None:
        await person.do(control.Inject(kind="delay_messages", target="Dev2", params={"seconds": 30.0}))
        await person.until(ev.MessageSent)
        await person.do(control.RemoveAgent(name="Dev1"))

    script: Script = {"Dev2": ['<send_message to="Dev1">hello</send_message>', Say("hm", 60.0)]}
    played = play(script, SIX, steer=steer, agents=3, max_rounds=2)
    assert played.one(ev.MessageLost).reason == "Dev1 has left the team"


def test_a_fault_that_has_nobody_left_is_over_and_one_that_would_hold_a_joiner_down_is_named() -> None:
    async def steer(person: Steering) -> None:
        await person.do(control.Inject(kind="crash", target="Dev1"))
        await person.do(control.RemoveAgent(name="Dev1"))
        await person.do(control.Inject(kind="crash", target="all"))
        await person.do(control.RemoveAgent(name="Dev2"))
        refused = await person.do(control.AddAgent(name="Dev2"))
        assert "Fault 2 would keep Dev2 down" in refused.detail
        await person.do(control.Heal())
        assert (await person.do(control.AddAgent(name="Dev2"))).ok

    played = play({}, SIX, steer=steer, agents=3, attended=True, max_rounds=2)
    assert [(e.id, e.author) for e in played.of(ev.FaultStopped)] == [(1, "engine"), (2, "operator")]
    assert {e.agent for e in played.of(ev.AgentRevived)} == {"Dev3"}


def test_the_bounds_take_the_team_as_it_was_on_average() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TurnStarted)
        await person.sleep(5.0)
        await person.do(control.AddAgent())
        await person.do(control.AddAgent())

    script: Script = {"Dev1": [Say("", 10.0)], "Dev2": [Say("", 10.0)]}
    played = play(script, SIX, steer=steer, max_rounds=1)
    assert played.one(ev.RunEnded).ts == 10.0
    assert played.state.crew.mean(10.0) == 3.0
    assert played.state.crew.developers == 4


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), max_size=8), st.sampled_from((False, True)))
def test_prompts_and_team_are_rebuilt_from_the_journal_whoever_comes_and_goes(
    acts: list[tuple[int, int]], lead: bool
) -> None:
    played = _with(acts, "lead" if lead else "preassigned")
    past = Past()
    for event in played.events:
        past.apply(event)
        if isinstance(event, ev.TurnStarted):
            assert past.conversations.request(event.agent) == event.request
    assert list(past.shape.team) == [agent.name for agent in past.state.agents.present]
    owners = {task.owner for task in past.state.board.tasks.values() if task.status != "done"} - {""}
    assert owners <= set(past.shape.team)
    assert played.data == _with(acts, "lead" if lead else "preassigned").data


def _with(acts: list[tuple[int, int]], strategy: str) -> Played:
    async def steer(person: Steering) -> None:
        for tenths, what in sorted(acts):
            await person.sleep(max(0.0, tenths / 10 - 0.01 * len(person.answers)))
            if what < 3:
                await person.do(control.RemoveAgent(name=f"Dev{what + 1}"))
            else:
                await person.do(control.AddAgent(name=None if what == 3 else f"Dev{what - 3}"))

    script: Script = {f"Dev{n}": [done(str(n), f"{'abcdef'[n - 1]}.py"), IDLE] for n in range(1, 5)}
    return play(script, SIX, steer=steer, strategy=strategy, max_rounds=4)
