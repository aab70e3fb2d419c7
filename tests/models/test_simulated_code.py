from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.models.base import Message
from engine.models.registry import SIMULATED
from engine.models.simulated import knowledge
from engine.models.simulated.model import simulate
from engine.models.simulated.profile import profile
from engine.team import prompts
from engine.team.actions import Action
from engine.team.scanner import scan

Talk = Callable[..., Any]
CLAUDE, GEMINI, GPT = SIMULATED[:3]
NAMESAKES = (CLAUDE, GEMINI, GPT)
SEEDS = range(40)


def acts(text: str, name: str) -> list[Action]:
    return [item for item in scan(text).actions if item.name == name]


def ids(text: str, name: str) -> list[str]:
    return [item.args["id"] for item in acts(text, name)]


def paths(text: str) -> list[str]:
    return [item.args["path"] for item in acts(text, "edit_file")]


def test_what_tests_found_wrong_is_written_again_and_mostly_right(talk: Talk) -> None:
    failed = prompts.outcome(
        "run_tests", "", "failed", "57 of 60 tests passed. Failed: test_sign.py::test_zero."
    )
    good = knowledge.reference("mathutils", "sign.py")
    written = right = 0
    for seed in range(200):
        conversation = talk()
        conversation.prompt()
        conversation.answered('<edit_file path="sign.py">\nx\n</edit_file>')
        conversation.own("15", status="done")
        text = simulate(CLAUDE, seed, conversation.prompt(outcomes=[failed])).text
        edits = [a for a in acts(text, "edit_file") if a.args["path"] == "sign.py"]
        written += len(edits)
        right += sum(edit.body == good for edit in edits)
    assert written > 40  # one in three recorded second replies of Claude's wrote files
    assert right > written * 0.8


def test_of_a_failing_chain_the_lowest_link_is_mended(talk: Talk) -> None:
    nodes = ", ".join(f"test_{name}.py::test_it" for name in ("safe_add", "sum_list", "mean"))
    failed = prompts.outcome("run_tests", "", "failed", f"5 of 60 tests passed. Failed: {nodes}.")
    conversation = talk("mathutils", "mixed", strategy="preassigned", own=[str(n) for n in range(1, 6)])
    conversation.own("1", "2", "3", "4", status="done").own("5")
    conversation.prompt()
    chain = [conversation.suite.by_id[str(n)].files[0] for n in range(1, 5)]
    conversation.answered("\n".join(f'<edit_file path="{path}">\nx\n</edit_file>' for path in chain))
    text = simulate(CLAUDE, 1, conversation.prompt(outcomes=[failed])).text
    assert "safe_add.py" in paths(text)
    assert not {"sum_list.py", "mean.py"} & set(paths(text))


def test_a_completion_that_tests_refused_is_mended_and_reported_again(talk: Talk) -> None:
    refused = prompts.outcome(
        "complete_task", "15", "refused (tests)", "Its tests failed: 1 of 3 do not pass."
    )
    conversation = talk(strategy="preassigned", own=["15"], completion="verified").own("15")
    conversation.prompt()
    conversation.answered('<edit_file path="sign.py">\nx\n</edit_file>\n<complete_task id="15"/>')
    text = simulate(CLAUDE, 1, conversation.prompt(outcomes=[refused])).text
    assert paths(text) == ["sign.py"]
    assert ids(text, "complete_task") == ["15"]


def test_a_completion_refused_again_makes_it_look_at_all_tests(talk: Talk) -> None:
    refused = prompts.outcome(
        "complete_task", "15", "refused (tests)", "Its tests failed: 1 of 3 do not pass."
    )
    conversation = talk(strategy="preassigned", own=["15"], completion="verified").own("15")
    for _ in range(2):
        conversation.prompt(outcomes=[refused])
        conversation.answered('<edit_file path="sign.py">\nx\n</edit_file>\n<complete_task id="15"/>')
    for seed in range(10):
        assert acts(simulate(GPT, seed, conversation.prompt(outcomes=[refused])).text, "run_tests")


@pytest.mark.parametrize("model", NAMESAKES)
def test_the_share_of_wrong_files_is_the_one_in_the_table(
    talk: Talk, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge, "wrong", lambda suite, path: ("wrong\n",))
    own = [str(n) for n in range(1, 21)]
    total = wrong = 0
    for seed in range(150):
        conversation = talk(strategy="preassigned", team=("Dev1",), own=own).own(*own)
        for edit in acts(simulate(model, seed, conversation.prompt()).text, "edit_file"):
            total += 1
            wrong += edit.body == "wrong\n"
    assert wrong / total == pytest.approx(profile(model, "mathutils").wrong, abs=0.025)


# ------------------------------------------------------------ what it does not know


def test_an_unknown_task_gets_a_stub_with_the_signature_and_the_reply_says_so(talk: Talk) -> None:
    conversation = talk()
    row = "7 | pending | - | - | parse_colour | Parse a colour\n"
    section = "## Task 7: parse_colour\nFiles: colour/parse.py\nDependencies: none\n"
    section += prompts.quote(
        "Write parse_colour(text: str, *, strict: bool = False) -> tuple[int, int, int]."
    )
    brief = conversation.messages[0].text.replace("mathutils", "colours")
    prompt = f"# Round 1\n## Task board (0 of 1 done)\n{row}{section}{prompts.reply_section('Dev1')}"
    messages = [Message("system", (brief,)), Message("user", (prompt,))]
    for model in SIMULATED:
        text = simulate(model, 1, messages).text
        (edit,) = acts(text, "edit_file")
        assert edit.args["path"] == "colour/parse.py"
        assert "def parse_colour(text: str, *, strict: bool = False) -> tuple[int, int, int]:" in str(
            edit.body
        )
        assert "raise NotImplementedError" in str(edit.body)
        assert "stub" in scan(text).speech


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("f", "Write f(a, b=(1, 2)) -> int."),
        ("f", "f(a,, b)"),
        ("f", ""),
        ("not a name", "x"),
        ("f", "f(\n)"),
    ],
)
def test_a_stub_is_always_python_that_says_it_is_not_written(name: str, description: str) -> None:
    text = knowledge.stub(name, 'A "title"\n', description)
    with pytest.raises(NotImplementedError):
        exec(compile(text, "stub", "exec") if name != "f" else f"{text}\nf(1, 2)", {})


def test_it_knows_the_shipped_suites_and_generated_ones_and_no_others(tmp_path: Path) -> None:
    assert all(
        knowledge.knows(suite, structure)
        for suite in ("mathutils", "dataanalysis", "svg")
        for structure in ("parallel", "mixed", "serial")
    )
    assert knowledge.knows("synthetic:tasks=12,p=0.5", "generated")
    assert knowledge.reference("../tasks", "add.py") is None
    assert knowledge.reference("nowhere", "add.py") is None
    task = {
        "id": "1",
        "title": "t",
        "description": "d",
        "status": "pending",
        "dependencies": [],
        "files": ["add.py"],
    }
    (tmp_path / "own.json").write_text(json.dumps({"project": "own", "description": "d", "tasks": [task]}))
    (tmp_path / "test_own.py").write_text(
        "from add import add\n\n\ndef test_it():\n    assert add(1, 1) == 2\n"
    )
    assert not knowledge.knows(str(tmp_path / "own.json"), "published")
