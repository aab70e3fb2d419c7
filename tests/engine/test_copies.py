"""Several copies of a task: backups of late ones, versions that have to agree; private until taken."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from engine.analysis.consistency import PREDICATES, History
from engine.errors import UsageError
from engine.record import events as ev
from engine.setup import check
from engine.team import pace
from engine.team.conversation import Conversations
from tests.helpers.durable import config, go
from tests.helpers.faultplay import inject
from tests.helpers.scripted import IDLE, Played, Say, Script, Steering, edit, graph, play

THREE = graph("add", "sub", "mul")
LATE = 60.0


def work(name: str, task: str, content: str = "right\n") -> str:
    return edit(f"{name}.py", content) + f'<complete_task id="{task}"/>'


def late(*backup: str | Say, owner: str | Say | None = None, **settings: Any) -> Played:
    """Dev1 is late with add, after Dev2 and Dev3 did theirs in a second; then Dev2 says ``backup``."""
    script: Script = {
        "Dev1": [owner or Say(work("add", "1"), LATE)],
        "Dev2": [work("sub", "2"), *backup],
        "Dev3": [work("mul", "3")],
    }
    return play(script, THREE, strategy="speculative", agents=3, **settings)


def promises_kept(played: Played) -> bool:
    history = History(played.events)
    return all(found(history).verdict != "false" for found in PREDICATES if found.class_ == "engine")


# ------------------------------------------------------------ backups


def test_an_idle_agent_backs_up_a_late_task_within_the_round_and_nobody_waits_for_the_owner() -> None:
    played = late(work("add", "1"))
    opened = played.one(ev.DraftOpened)
    assert (opened.task, opened.agent, opened.kind, opened.owner, opened.round) == (
        "1",
        "Dev2",
        "backup",
        "Dev1",
        1,
    )
    assert opened.ts == pytest.approx(pace.LATE, abs=0.01)  # so many times the usual second
    assert (played.outcome, played.state.round) == ("completed", 1)
    assert played.one(ev.RunEnded).wall_seconds < 5
    completed = played.one(ev.TaskCompleted, task="1")
    assert (completed.agent, completed.evidence) == ("Dev2", "passed")
    assert promises_kept(played)


def test_the_loser_is_booked_and_its_reply_is_not_waited_for() -> None:
    played = late(work("add", "1"))
    ended = played.one(ev.DraftEnded)
    turn = played.one(ev.TurnEnded, outcome="overtaken")
    assert (ended.agent, ended.winner, ended.draft, ended.cancelled) == ("Dev1", "Dev2", 0, turn.turn)
    assert played.one(ev.TaskReleased).reason == "overtaken"
    drafts = played.state.drafts
    assert (drafts.backups, drafts.won, drafts.cancelled, len(drafts.open)) == (1, 1, 1, 0)


def test_the_owner_wins_if_its_tests_pass_first_and_the_copy_never_shows() -> None:
    played = late(Say(work("add", "1", "of the copy\n"), 100.0), owner=Say(work("add", "1"), 4.0))
    assert played.one(ev.TaskCompleted, task="1").agent == "Dev1"
    lost = played.one(ev.DraftEnded)
    assert (lost.agent, lost.winner, lost.reason) == ("Dev2", "Dev1", "lost")
    assert lost.cancelled == played.one(ev.TurnEnded, outcome="overtaken").turn
    assert "of the copy" not in "".join(played.folder.values())
    assert promises_kept(played)


def test_a_copy_that_fails_its_tests_is_not_taken_and_may_be_mended_in_the_round() -> None:
    played = late(work("add", "1", "wrong\n"), work("add", "1"))
    refused = played.one(ev.ActionRefused, action="complete_task")
    assert (refused.agent, refused.reason) == ("Dev2", "tests")
    assert played.one(ev.TaskCompleted, task="1").agent == "Dev2"
    assert played.folder["add.py"] == "right\n"
    assert played.state.round == 1


def test_with_a_copy_open_the_owner_too_has_to_pass_its_tests() -> None:
    played = late(Say("", 1.0), owner=Say(work("add", "1", "wrong\n"), 4.0), max_rounds=1)
    assert played.one(ev.ActionRefused, action="complete_task").agent == "Dev1"
    assert not played.of(ev.TaskCompleted, task="1")


def test_a_copy_is_not_laid_over_a_version_that_its_author_has_not_seen() -> None:
    def brain(agent: str, call: int, messages: object) -> str | Say:
        if agent == "Dev1":  # writes at second 4, in the middle of its turn, then waits for its tests
            return Say(edit("add.py", "half\n") + "<run_tests/>", 4.0) if call == 1 else IDLE
        if agent == "Dev2" and call > 1:
            return Say(work("add", "1"), 3.0)
        return work("sub", "2") if agent == "Dev2" and call == 1 else work("mul", "3") if call == 1 else IDLE

    played = play(brain, THREE, strategy="speculative", agents=3)
    stale = played.of(ev.ActionRefused, reason="stale")
    assert [refusal.agent for refusal in stale] == ["Dev2"]
    assert "half" in played.section("Dev2", 3, "File add.py")
    assert played.one(ev.TaskCompleted, task="1").agent == "Dev2"
    assert promises_kept(played)


def test_what_the_loser_still_writes_in_that_turn_is_fenced_off() -> None:
    tasks = graph("add", "sub", "mul", "div")  # Dev1 also owns div, so its reply is waited for
    script: Script = {
        "Dev1": [Say(work("div", "4") + work("add", "1", "too late\n"), 8.0)],
        "Dev2": [work("sub", "2"), work("add", "1")],
        "Dev3": [work("mul", "3")],
    }
    played = play(script, tasks, strategy="speculative", agents=3)
    fenced = played.one(ev.ActionRefused, action="edit_file")
    assert (fenced.agent, fenced.reason, fenced.object) == ("Dev1", "fenced", "add.py")
    assert played.folder["add.py"] == "right\n"
    assert [event.agent for event in played.of(ev.TaskCompleted, task="1")] == ["Dev2"]


def test_no_copy_is_made_before_anything_is_known_of_the_usual_time() -> None:
    played = play(
        {"Dev1": [Say(work("add", "1"), LATE)], "Dev2": [Say(work("sub", "2"), 1.0)]},
        graph("add", "sub"),
        strategy="speculative",
    )
    assert not played.of(ev.DraftOpened)


# ------------------------------------------------------------ versions


def quorum(script: Script, *, needed: int = 2, versions: int = 3, **settings: Any) -> Played:
    return play(script, graph("add"), strategy="quorum", agents=3, quorum=(needed, versions), **settings)


def test_a_task_is_done_when_so_many_versions_agree_and_that_version_becomes_the_file() -> None:
    played = quorum(
        {
            "Dev1": [Say(work("add", "1"), 1.0)],
            "Dev2": [Say(work("add", "1", "wrong\n"), 2.0)],
            "Dev3": [Say(work("add", "1"), 3.0)],
        }
    )
    taken = played.one(ev.DraftAccepted)
    assert (taken.agent, taken.needed, taken.agreeing, taken.clones) == ("Dev3", 2, (1, 3), 2)
    assert played.one(ev.TaskCompleted).agent == "Dev3"
    reasons = {event.agent: event.reason for event in played.of(ev.DraftEnded)}
    assert reasons == {"Dev1": "agreed", "Dev2": "lost"}
    assert promises_kept(played)


def test_nobody_sees_the_version_of_another_before_one_is_taken() -> None:
    played = quorum(
        {
            "Dev1": [work("add", "1", "secret\n")],
            "Dev2": ['<read_file path="add.py"/>', '<run_tests id="1"/>'],
            "Dev3": ["", ""],
        },
        max_rounds=3,
    )
    assert "secret" not in "".join(played.folder.values())
    told = [text for name in ("Dev2", "Dev3") for call in played.asked[name] for _, text in call]
    assert "secret" not in "".join(told)
    assert played.one(ev.ActionRefused, action="read_file").reason == "unknown"
    assert [request.files for request in played.tests.requests if request.agent == "Dev2"] == [{}]


def test_files_of_tasks_are_written_in_versions_only() -> None:
    script: Script = {"Dev1": [edit("add.py") + edit("other.py")]}
    played = quorum(script, versions=1, needed=1, max_rounds=1)
    refused = played.one(ev.ActionRefused)
    assert (refused.object, refused.reason) == ("other.py", "not_allowed")
    assert not played.of(ev.FileEdited)


def test_the_version_of_a_lost_agent_is_dealt_to_another_but_a_submitted_one_stands() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.DraftSubmitted)
        for name in ("Dev1", "Dev2"):
            await hand.do(inject("crash", name))

    script: Script = {
        "Dev1": [Say(work("add", "1"), 1.0)],
        "Dev2": [Say(work("add", "1"), 50.0)],
        "Dev3": [Say("", 40.0), Say(work("add", "1"), 1.0)],
    }
    played = quorum(script, versions=2, steer=steer)
    dealt = [event.agent for event in played.of(ev.DraftOpened)]
    assert dealt == ["Dev1", "Dev2", "Dev3"]
    assert played.one(ev.DraftAccepted).agreeing == (1, 3)


def test_amnesia_leaves_an_agent_its_copy_and_shows_it_again() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(1.5)
        await hand.do(inject("amnesia", "Dev1", duration=0.2))

    script: Script = {
        "Dev1": [edit("add.py", "kept\n"), ""],
        "Dev2": [Say("", 3.0)] * 4,
        "Dev3": [Say("", 3.0)] * 4,
    }
    played = quorum(script, steer=steer, max_rounds=3)
    assert "kept" in played.section("Dev1", 2, "File add.py")


def test_drafts_hold_the_contents_of_open_ones_only() -> None:
    played = late(work("add", "1"))
    fold = Conversations()
    sizes = []
    for event in played.events:
        fold.apply(event)
        sizes.append(len(fold.drafts.open))
    assert max(sizes) == 1
    assert sizes[-1] == 0


@pytest.mark.parametrize("strategy", ["speculative", "quorum"])
def test_every_prompt_with_copies_is_rebuilt_from_the_journal_byte_for_byte(strategy: str) -> None:
    if strategy == "speculative":
        played = late(work("add", "1", "wrong\n"), work("add", "1"))
    else:
        answers: list[str | Say] = [edit("add.py"), '<read_file path="add.py"/>', '<complete_task id="1"/>']
        played = quorum({"Dev1": answers, "Dev2": answers, "Dev3": answers})
    fold = Conversations()
    heard: Counter[str] = Counter()
    for event in played.events:
        fold.apply(event)
        if isinstance(event, ev.TurnStarted):
            told = [(message.role, message.text) for message in fold.messages(event.agent)]
            assert told == played.asked[event.agent][heard[event.agent]]
            assert fold.request(event.agent) == event.request
            heard[event.agent] += 1
    assert any(event.seen.drafts for event in played.of(ev.TurnStarted))


@pytest.mark.parametrize("text", ["", "2", "3/2", "0/3", "a/b", "2/3/4", "-1/2", "1/999", "²/3"])
def test_a_quorum_that_is_none_is_refused_with_a_form_that_is(text: str) -> None:
    with pytest.raises(UsageError, match=r"--quorum is K/N .* as in 2/3"):
        check(config(strategy="quorum", quorum=text), {})


def test_a_team_that_is_too_small_for_its_quorum_says_so() -> None:
    _, start, _ = check(config(strategy="quorum", quorum="3/5", agents=2), {})
    assert start.quorum == (2, 2)
    assert start.notes == (
        "2 agents cannot write 5 independent versions of a task: the quorum is 2 of 2 instead of 3 of 5.",
    )


@pytest.mark.parametrize("strategy", ["speculative", "quorum"])
def test_a_run_that_is_cut_within_an_acceptance_takes_that_draft_and_no_other(strategy: str) -> None:
    slow = '[[fault]]\nkind = "slow"\ntarget = "Dev1"\nat_round = 1\nfactor = 9\n'
    chosen = config(strategy=strategy, structure="parallel", agents=4, faults=slow)
    whole = go(chosen)
    taken = [event for event in whole.events if isinstance(event, ev.DraftAccepted)]
    assert taken
    for later in range(5):
        cut = go(chosen, whole.events[: taken[0].seq + later])
        assert cut.state.completed
        history = History(cut.events)
        for name in ("draft_verified", "draft_privacy", "board_monotonicity", "version_chain"):
            verdict = next(found for found in PREDICATES if found.name == name)(history).verdict
            assert verdict != "false", (later, name)
        done = next(
            event
            for event in cut.events
            if isinstance(event, ev.TaskCompleted) and event.task == taken[0].task
        )
        assert done.agent == taken[0].agent
