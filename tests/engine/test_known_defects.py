"""Defects that a published engine of this kind had, one test each, by number: none of them is here.

Number 27 (keys reach test code and files) is in ``test_process``, for it takes a real run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from engine.models.base import Hear, Message, ModelError, Reply, unheard
from engine.record import events as ev
from engine.record.writer import MemoryStore
from engine.strategies import STRATEGIES
from engine.team import prompts
from engine.team.actions import ACTIONS, Action
from engine.team.scanner import scan
from engine.world.pytestrunner import PytestRunner
from engine.world.testrunner import TestReport, TestRequest
from tasks import suite as suites
from tests.helpers.scripted import (
    IDLE,
    RIGHT,
    FakeTests,
    Say,
    ScriptedModel,
    done,
    edit,
    graph,
    play,
    started,
)

CHAIN = graph("add", "sub", "mul", sub="add", mul="sub")

# ------------------------------------------------------------ time


class TakingTests(FakeTests):
    """Each run takes ``seconds`` of real time; two at once, the others wait."""

    def __init__(self, seconds: float, slots: int = 100) -> None:
        super().__init__(external=True)
        self.seconds = seconds
        self.slots = asyncio.Semaphore(slots)

    async def run(self, request: TestRequest) -> TestReport:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        async with self.slots:
            begun = loop.time()
            await asyncio.sleep(self.seconds)
            report = await super().run(request)
        return TestReport(report.verdict, report.passed, report.failed, self.seconds, begun - asked)


def test_01_agents_that_test_at_once_do_not_test_one_after_the_other() -> None:
    script = {f"Dev{n}": [Say("<run_tests/>", 0.5)] for n in range(1, 21)}
    played = play(
        script, agents=20, tests=TakingTests(1.05), kind="wall", clock="wall", speed=1.0, max_rounds=1
    )
    assert played.one(ev.RoundEnded).ts == pytest.approx(0.5 + 1.05)


def test_01_waiting_for_a_test_slot_is_told_apart_from_testing() -> None:
    script = {f"Dev{n}": [Say("<run_tests/>", 0.5)] for n in range(1, 4)}
    tests = TakingTests(2.0, slots=1)
    played = play(script, agents=3, tests=tests, kind="wall", clock="wall", speed=1.0, max_rounds=1)
    finished = played.of(ev.TestsFinished)
    assert [event.seconds for event in finished] == [2.0, 2.0, 2.0]
    assert sorted(event.wait_seconds for event in finished) == [0.0, 2.0, 4.0]


def test_02_an_endless_test_is_ended_and_told_as_a_timeout_not_as_a_failure() -> None:
    class Endless(FakeTests):
        async def run(self, request: TestRequest) -> TestReport:
            return TestReport("timeout", (), request.expected, 0.0, output="The tests took longer than 30 s.")

    played = play({"Dev1": ["<run_tests/>"]}, tests=Endless(), max_rounds=2)
    assert played.one(ev.TestsFinished).verdict == "timeout"
    outcomes = played.section("Dev1", 2, "Outcomes").splitlines()
    assert outcomes[1].startswith("- run_tests: timeout. 0 of 2 tests passed.")
    assert outcomes[2] == "> The tests took longer than 30 s."
    assert played.outcome == "max_rounds"


class Counting(MemoryStore):
    writes = 0

    async def write(self, data: bytes, *, sync: bool) -> None:
        self.writes += 1
        await super().write(data, sync=sync)


def test_03_a_turn_does_not_pay_for_all_tasks_nor_open_the_log_for_each_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []
    line = prompts.board_line

    def counted(task: ev.TaskSpec, status: str, owner: str, *, untested: bool) -> str:
        lines.append(task.id)
        return line(task, status, owner, untested=untested)

    monkeypatch.setattr(prompts, "board_line", counted)
    writes = []
    for tasks in (20, 500):
        lines.clear()
        store = Counting()
        played = play(
            {"Dev1": [done("1"), done("2")]},
            graph(*(f"t{n}" for n in range(tasks))),
            agents=3,
            store=store,
            max_rounds=5,
        )
        writes.append(store.writes)
        assert len(lines) == tasks + 4  # once each, and once per change: two claims, two completions
        assert len(played.events) > 40
    assert writes[0] == writes[1] < 12


def test_04_what_came_of_a_test_run_is_in_the_agents_very_next_prompt() -> None:
    played = play({"Dev1": [edit("add.py") + "<run_tests/>"]}, max_rounds=2)
    outcomes = played.section("Dev1", 2, "Outcomes")
    assert "- run_tests: failed. 1 of 2 tests passed. Failed: test_sub.py::test_it.\n> FAILED" in outcomes


# ------------------------------------------------------------ truth


def test_05_what_agents_say_is_done_and_what_passes_are_two_figures() -> None:
    played = play({"Dev1": [done("1") + done("2")]})
    assert played.outcome == "completed"
    assert played.one(ev.RunVerified).verdict == "failed"
    assert (played.state.completed, played.state.run.verified) == (True, False)


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_add.py",
        "test_add.py",
        "conftest.py",
        "sub/conftest.py",
        "Tests/x.py",
        "pytest.ini",
        "a_test.py",
    ],
)
def test_06_agents_cannot_change_tests_or_their_configuration(path: str) -> None:
    played = play({"Dev1": [edit(path)]}, max_rounds=1)
    assert played.one(ev.ActionRefused).reason == "protected"
    assert played.folder == {}


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos._exit(0)\n",
        "import sys\nsys.exit(0)\n",
        "import atexit, os\natexit.register(os._exit, 0)\nraise SystemExit(0)\n",
        "import pytest\npytest.skip('not today', allow_module_level=True)\n",
    ],
)
def test_07_leaving_with_the_right_exit_code_passes_no_test(code: str) -> None:
    async def main() -> TestReport:
        runner = PytestRunner({"test_a.py": "from a import f\ndef test_it():\n    assert f() == 1\n"}, {})
        try:
            return await runner.run(TestRequest({"a.py": code}, ("test_a.py::test_it",)))
        finally:
            await runner.close()

    report = asyncio.run(main())
    assert report.verdict != "passed"
    assert report.failed == ("test_a.py::test_it",)


def test_08_a_done_task_cannot_be_completed_again_and_counts_once() -> None:
    played = play(
        {"Dev1": [done("1") + '<complete_task id="1"/>'], "Dev2": ["", '<complete_task id="1"/>']},
        max_rounds=2,
    )
    assert [event.reason for event in played.of(ev.ActionRefused)] == ["done", "done"]
    assert (played.state.board.done, len(played.state.metrics.completions)) == (1, 1)
    assert "- complete_task 1: refused (done)." in played.prompt("Dev1", 2)


@pytest.mark.parametrize(
    "strategy",
    [name for name, kind in STRATEGIES.items() if name != "critical-path" and not kind.versions],
)
def test_09_dependencies_bind_every_strategy_and_a_chain_moves_as_far_as_a_reply_goes(strategy: str) -> None:
    assign = "".join(f'<assign_task id="{n}" to="Dev1"/>' for n in (1, 2, 3))
    claims = strategy in ("decentralized", "verified-by")
    early = '<claim_task id="2"/>' if claims else '<complete_task id="2"/>'
    chain = "".join(
        (f'<claim_task id="{n}"/>' if claims else "") + edit(f"{name}.py") + f'<complete_task id="{n}"/>'
        for n, name in enumerate(("add", "sub", "mul"), 1)
    )
    played = play({"Lead": [assign], "Dev1": ["", early + chain]}, CHAIN, strategy=strategy, agents=1)
    assert played.one(ev.ActionRefused).reason == "blocked"
    assert (played.outcome, played.state.round) == ("completed", 2)


def test_10_counters_leave_out_what_is_ones_own_and_count_what_happened() -> None:
    script: dict[str, list[str | Say]] = {
        "Dev1": [edit("a.py"), edit("a.py"), Say(edit("b.py"), 2.0), ""],
        "Dev2": ["", "", edit("b.py"), edit("a.py")],
    }
    played = play(script, locks="none", max_rounds=4)
    files = played.state.files
    assert (files.edits, files.rewrites, files.concurrent_writes) == (5, 1, 1)


# ------------------------------------------------------------ what agents are told


def test_11_whoever_may_do_a_task_gets_its_whole_specification() -> None:
    played = play({}, CHAIN, max_rounds=1)
    section = "## Task 1: add\nFiles: add.py\nDependencies: none\n> Write add.\n> It does what it should.\n"
    assert section in played.prompt("Dev1", 1)


def test_12_no_refusal_is_silent() -> None:
    tags = (
        'claim_task id="3"',
        'claim_task id="9"',
        'complete_task id="1"',
        'release_task id="1"',
        'claim_task id="1"',
        'claim_task id="1"',
        'complete_task id="1"',
        'complete_task id="1"',
        'claim_task id="1"',
        'assign_task id="2" to="Dev2"',
        'read_file path="no.py"',
        'claim_task number="2"',
    )
    mail = '<send_message to="Dev9">x</send_message><send_message to="Dev1">x</send_message>'
    reply = "".join(f"<{tag}/>" for tag in tags) + mail
    reply += edit("../x") + edit("conftest.py") + edit("taken.py")
    played = play({"Dev1": [Say(reply, 3.0)], "Dev2": [edit("taken.py")]}, CHAIN, max_rounds=2)
    refused = played.of(ev.ActionRefused, agent="Dev1")
    told = played.section("Dev1", 2, "Outcomes")
    assert len(refused) == 15
    for event in refused:
        assert f"refused ({event.reason}). {event.detail}" in told
        assert event.detail.endswith((".", "?"))
    words = "blocked unknown not_owner owned done not_allowed malformed path protected locked"
    assert {event.reason for event in refused} == set(words.split())


def test_13_free_words_reach_nobody_and_count_as_chatter_not_as_messages() -> None:
    played = play({"Dev1": ["Dev2, could you please take task 2?"]}, max_rounds=2)
    assert "could you please" not in played.prompt("Dev2", 2)
    assert (played.state.metrics.messages, played.state.metrics.chatter) == (0, 4)


def test_14_the_brief_and_all_that_was_said_stay_in_the_conversation() -> None:
    played = play({"Dev1": [f"Word {n}." for n in range(1, 26)]}, agents=1, max_rounds=25)
    last = played.asked["Dev1"][-1]
    assert last[0] == played.asked["Dev1"][0][0]
    assert [text for role, text in last if role == "assistant"] == [f"Word {n}." for n in range(1, 25)]


def test_15_a_message_that_comes_during_a_call_is_in_the_next_prompt() -> None:
    played = play({"Dev1": ["<broadcast>Mind the gap.</broadcast>"], "Dev2": [Say("", 30.0)]}, max_rounds=2)
    assert "Mind the gap." in played.section("Dev2", 2, "Mail")


@pytest.mark.parametrize("role", ["developer", "lead"])
def test_16_every_action_that_is_taught_is_understood(role: ev.Role) -> None:
    strategy = "lead" if role == "lead" else "verified-by"
    run = started(strategy=strategy, verified_by="review")
    brief = prompts.brief(run, ev.AgentSpec(name="X", role=role, model="m"), STRATEGIES[strategy](), [], [])
    taught = [spec for spec in ACTIONS if role in spec.roles]
    for spec in taught:
        for example in spec.examples:
            assert example in brief
            [action] = scan(example).items
            assert isinstance(action, Action)
            assert action.name == spec.name


def test_16_a_leads_assignment_stands_though_others_change_the_board_meanwhile() -> None:
    played = play(
        {
            "Lead": ['<assign_task id="1" to="Dev1"/>', Say('<assign_task id="2" to="Dev2"/>', 2.0)],
            "Dev1": ["", Say(edit("add.py") + '<complete_task id="1"/>', 2.0)],
        },
        strategy="lead",
        max_rounds=2,
    )
    tasks = played.state.board.tasks
    assert (tasks["1"].status, tasks["2"].owner) == ("done", "Dev2")


# ------------------------------------------------------------ actions


def test_17_actions_keep_the_order_of_the_text_and_each_test_run_counts() -> None:
    reply = "<run_tests/>" + edit("add.py", "wrong") + "<run_tests/><run_tests/>" + edit("add.py") + done("1")
    played = play({"Dev1": [reply]}, agents=1, max_rounds=1)
    kinds = (ev.TestsFinished, ev.FileEdited, ev.TaskClaimed, ev.TaskCompleted)
    order = [type(event).__name__ for event in played.events if isinstance(event, kinds)]
    tests, wrote = "TestsFinished", "FileEdited"
    assert order == [tests, wrote, tests, tests, wrote, "TaskClaimed", "TaskCompleted"]


def test_18_tags_inside_file_content_are_content() -> None:
    tags = '<claim_task id="1"/>\n<broadcast>Hi.</broadcast>\n<edit_file path="b.py">x</edit_file>'
    content = f'TEXT = """\n{tags}\n"""\n'
    played = play({"Dev1": [edit("a.py", content)]}, agents=1, max_rounds=1)
    assert played.folder == {"a.py": content}
    assert len(played.of(ev.FileEdited)) == 1
    assert not played.of(ev.TaskClaimed)
    assert not played.of(ev.MessageSent)


def test_19_a_truncated_edit_is_refused_and_swallows_nothing() -> None:
    cut = edit("a.py") + '<edit_file path="b.py">\nx = 1\n<edit_file path="c.py">\ny = 2\n'
    played = play({"Dev1": [Say(cut, finish="length")]}, agents=1, max_rounds=2)
    assert played.folder == {"a.py": RIGHT}
    assert played.one(ev.ActionRefused).reason == "malformed"
    assert played.one(ev.Replied, round=1).finish_reason == "length"
    assert "- reply: cut." in played.prompt("Dev1", 2)


@pytest.mark.parametrize(
    "tag",
    [
        "<claim_task id=1 /",
        "<claim_task>",
        '<claim_task task="1"/>',
        '<claim-task id="1"/>',
        "<edit_file path='x'>",
        '<complete_task id="1>',
    ],
)
def test_20_a_near_miss_is_answered_with_how_it_is_written(tag: str) -> None:
    played = play({"Dev1": ["I begin.\n" + tag]}, agents=1, max_rounds=2)
    refused = played.one(ev.ActionRefused)
    assert refused.reason == "malformed"
    assert "<" in refused.detail
    assert refused.detail in played.prompt("Dev1", 2)


def test_20_every_byte_of_a_file_is_kept_and_a_reply_full_of_unclosed_tags_is_read_at_once() -> None:
    content = "\n    indented\t\n\n  é\u00a0 \n\n"
    played = play(
        {"Dev1": [edit("a.py", content), '<edit_file path="a.py">' * 20_000]}, agents=1, max_rounds=2
    )
    assert played.folder == {"a.py": content}
    assert played.outcome == "max_rounds"


def test_21_no_path_leaves_the_workspace_and_none_ends_the_run() -> None:
    paths = [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "~/x",
        "lib",
        "a\x00b",
        "CON",
        "x" * 2000,
        "C:\\x",
        "",
        ".",
        "..",
        "lib/",
    ]
    reply = edit("lib/a.py") + "".join(edit(path) for path in paths)
    played = play({"Dev1": [reply], "Dev2": ["", edit("lib/a.py", "2\n")]}, max_rounds=2)
    assert set(played.folder) == {"lib/a.py"}
    assert played.folder["lib/a.py"] == "2\n"  # nothing stayed locked
    assert len(played.of(ev.ActionRefused)) == len(paths)
    assert played.outcome == "max_rounds"


# ------------------------------------------------------------ ownership


def test_22_a_lock_lasts_while_somebody_could_collide_and_is_denied() -> None:
    played = play({"Dev1": [edit("a.py")], "Dev2": [Say(edit("a.py"), 2.0)]}, max_rounds=1)
    assert (played.one(ev.LockDenied).holder, len(played.of(ev.FileEdited))) == ("Dev1", 1)
    assert played.of(ev.TurnStarted)[0].seen.board > 0  # what each prompt showed is on record


def test_23_locks_of_different_paths_never_meet_and_only_the_engine_frees_them() -> None:
    names = ["a/b", "a__b", "a_b", "a-b", "a.b", "c/b"]
    script: Mapping[str, Sequence[str]] = {f"Dev{n}": [edit(path)] for n, path in enumerate(names, 1)}
    played = play(script, agents=len(names), max_rounds=1)
    assert played.of(ev.LockDenied) == []
    taken = {(event.path, event.agent, event.token) for event in played.of(ev.LockAcquired)}
    assert {(event.path, event.agent, event.token) for event in played.of(ev.LockReleased)} == taken
    assert len(taken) == len(names)


def test_24_a_silent_owner_does_not_block_the_team_for_ever() -> None:
    plan = '[[fault]]\nkind = "stall"\ntarget = "Dev1"\nat_round = 2\n'
    played = play(
        {"Dev1": ['<claim_task id="1"/>'], "Dev2": ["", "", done("1", "add.py") + done("2", "sub.py")]},
        plan=plan,
    )
    assert played.one(ev.TaskReleased).reason == "lease"
    assert played.outcome == "completed"


# ------------------------------------------------------------ faults


@pytest.mark.parametrize(
    "bad",
    [
        Say(""),
        Say("\n \t"),
        Say(error=ModelError("server", "500", retryable=True)),
        Say(error=ModelError("authentication", "401", retryable=False)),
        Say(error=RuntimeError("a defect of an adapter")),
        Say("\x00\ud800\uffff"),
    ],
)
def test_25_a_failed_call_or_an_empty_reply_costs_a_turn_and_never_the_run(bad: Say) -> None:
    played = play(
        {"Dev1": [bad] * 4, "Dev2": [IDLE, done("1", "add.py") + done("2", "sub.py")]}, max_rounds=8
    )
    assert played.outcome == "completed"


def test_26_the_record_is_only_ever_appended_to() -> None:
    class Watching(MemoryStore):
        def __init__(self) -> None:
            super().__init__()
            self.stages: list[bytes] = []

        async def write(self, data: bytes, *, sync: bool) -> None:
            await super().write(data, sync=sync)
            self.stages.append(bytes(self.data))

    store = Watching()
    played = play({"Dev1": [done("1", "add.py"), done("2", "sub.py")]}, store=store)
    assert len(store.stages) > 3
    assert all(played.data.startswith(stage) for stage in store.stages)
    assert [event.text for event in played.of(ev.Replied, agent="Dev1")] == [
        done("1", "add.py"),
        done("2", "sub.py"),
    ]


def test_28_reasoning_tokens_are_counted_and_what_is_not_reported_is_unknown_not_zero() -> None:
    class Reasoning:
        name, real = "x/y", False

        def __init__(self, inner: ScriptedModel) -> None:
            self.inner = inner

        async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
            reply = await self.inner.complete(messages)
            known = len(messages) == 2
            return Reply(
                reply.text,
                70 if known else None,
                30 if known else None,
                reasoning_tokens=20 if known else None,
            )

    played = play({}, agents=1, model=Reasoning, max_rounds=2)
    first, second = played.of(ev.Replied)
    assert (first.input_tokens, first.output_tokens, first.reasoning_tokens) == (70, 30, 20)
    assert (second.input_tokens, second.output_tokens, second.reasoning_tokens) == (None, None, None)
    metrics = played.state.metrics
    assert (metrics.input_tokens, metrics.output_tokens, metrics.tokens_unknown) == (70, 30, 1)
    assert (metrics.cost_usd, metrics.cost_source) == (None, "unknown")


@pytest.mark.parametrize("suite", ["mathutils", "dataanalysis", "svg"])
@pytest.mark.parametrize(("structure", "chain"), [("parallel", 2), ("mixed", 10), ("serial", 16)])
def test_29_p_and_the_critical_path_are_what_the_graph_says(suite: str, structure: str, chain: int) -> None:
    loaded = suites.load(suite, structure)
    depth: dict[str, int] = {}
    for task in loaded.topological:
        depth[task.id] = 1 + max((depth[d] for d in task.dependencies), default=0)
    assert max(depth.values()) == chain == loaded.span
    assert loaded.p == pytest.approx(1 - chain / 20)
