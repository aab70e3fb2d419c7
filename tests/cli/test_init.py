"""`teamtop init` makes a suite from a project, and `teamtop run` works on it to the end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.models.simulated import knowledge
from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import read
from tasks.suite import load
from tui.cli import main

LIBRARY = Path(__file__).parents[2] / "docs" / "examples" / "library"

MERGE = '''"""Several spans."""

from spans.span import Span


def merge(spans):
    """The same numbers as few spans, in order."""
    found = []
    for span in sorted(spans):
        if found and span.first <= found[-1].last + 1:
            span = Span(found[-1].first, max(found.pop().last, span.last))
        found.append(span)
    return found


def covered(spans):
    """How many different numbers the spans hold."""
    return sum(len(span) for span in merge(spans))
'''
PARSE = '''"""Spans as people write them."""

from spans.span import Span


def parse(text):
    """The spans of a text like ``1-3, 7``."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, _, last = part.partition("-")
        if not first.isdecimal() or (last and not last.isdecimal()):
            raise ValueError(f"no span: {part}")
        found.append(Span(int(first), int(last or first)))
    return found
'''
WRITE = '''"""Spans as text."""

from spans.merging import merge


def write(spans):
    """The text that ``parse`` reads, as short as it can be."""
    return ", ".join(str(s.first) if len(s) == 1 else f"{s.first}-{s.last}" for s in merge(spans))
'''
SOLUTIONS = {
    "src/spans/merging.py": MERGE,
    "src/spans/reading.py": PARSE,
    "src/spans/writing.py": WRITE,
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A copy of the example that may be changed."""
    return Path(shutil.copytree(LIBRARY, tmp_path / "library"))


def test_a_library_becomes_a_suite_and_a_team_finishes_it(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["init", str(library), "--unsafe-tests"]) == 0
    assert "3 tasks; 1 test file passes already" in capsys.readouterr().out
    folder = library / "teamtop-suite"
    suite = load(str(folder))
    assert {task.name: task.files for task in suite.tasks} == {
        "merging": ("src/spans/merging.py",),
        "reading": ("src/spans/reading.py",),
        "writing": ("src/spans/writing.py",),
    }
    assert suite.start["src/spans/merging.py"] == (LIBRARY / "src/spans/merging.py").read_text()
    assert "test_span.py::test_a_span_holds_both_ends" in suite.suite_tests

    monkeypatch.setattr(knowledge, "_solutions", lambda name: SOLUTIONS if name == "library" else {})
    knowledge.reference.cache_clear()
    runs = library / "runs"
    asked = ["run", str(folder), "--model", "sim/perfect", "-n", "2", "--speed", "max", "--display", "none"]
    assert main([*asked, "--unsafe-tests", "--run-id", "r", "--runs-dir", str(runs)]) == 0
    knowledge.reference.cache_clear()
    events = read(RunFolder(runs / "r").events_path).events
    ended = next(event for event in events if isinstance(event, ev.RunVerified))
    assert (ended.verdict, len(ended.passed)) == ("passed", 11)
    first = next(e for e in events if isinstance(e, ev.FileEdited) and e.path == "src/spans/merging.py")
    assert first.version == 1
    assert (runs / "r" / "repo" / "src/spans/merging.py").read_text() == MERGE
    assert (runs / "r" / "repo" / "src/spans/span.py").exists()
    assert json.loads((runs / "r" / "run.json").read_text())["suite_hash"] == suite.content_hash


def test_what_passes_already_or_has_no_tests_is_refused(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("merging", "reading", "writing"):
        (library / "tests" / f"test_{path}.py").unlink()
    assert main(["init", str(library), "--unsafe-tests"]) == 1
    assert "All 2 tests" in capsys.readouterr().err
    for left in (library / "tests").glob("test_*.py"):
        left.unlink()
    (library / "tests" / "test_broken.py").write_text("def test_(:\n")
    assert main(["init", str(library), "--unsafe-tests"]) == 1
    assert "no test that can be run; test_broken.py: it is no Python (line 1" in capsys.readouterr().err
    shutil.rmtree(library / "tests")
    assert main(["init", str(library), "--unsafe-tests"]) == 1
    assert "has no tests" in capsys.readouterr().err
    (tmp_path / "there").mkdir()
    assert main(["init", str(library), "--out", str(tmp_path / "there")]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["init", str(tmp_path / "nothing")]) == 2
    assert not (library / "teamtop-suite").exists()


def test_odd_projects_leave_out_what_cannot_be_taken(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (library / "src" / "spans" / "picture.png").write_bytes(b"\x89PNG\xff")
    (library / "tests" / "test_broken.py").write_text("def test_(:\n")
    (library / "statistics.py").write_text("x = 1\n")
    (library / "tests" / "conftest.py").write_text('"""Ours."""\nfrom __future__ import annotations\n')
    assert main(["init", str(library), "--unsafe-tests"]) == 0
    said = capsys.readouterr().err
    assert "src/spans/picture.png: it is no text" in said
    assert "test_broken.py: it is no Python" in said
    assert "statistics.py: it would hide the module statistics" in said
    conftest = (library / "teamtop-suite" / "tests" / "conftest.py").read_text().splitlines()
    assert conftest[:2] == ['"""Ours."""', "from __future__ import annotations"]
    assert "sys.path.insert" in conftest[2]
