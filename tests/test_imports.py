"""What starting costs and what the engine may know of: looked up in ``sys.modules`` of a fresh process."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import engine
import tasks

ROOT = Path(__file__).parents[1]

HEAVY = ("litellm", "polars", "textual", "rich", "pytest", "aiofiles", "openai", "hypothesis", "numpy")


def loaded_by(*modules: str) -> set[str]:
    """The top-level names that a process has loaded after importing these modules."""
    program = (
        "import importlib, json, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *modules],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    names: list[str] = json.loads(done.stdout)
    return set(names)


def all_modules(package: str, path: list[str]) -> list[str]:
    """Every importable module of a package of ours, programs apart."""
    found = [module.name for module in pkgutil.walk_packages(path, f"{package}.")]
    return [name for name in found if not name.endswith("__main__") and ".solutions" not in name]


def test_nothing_in_the_engine_or_the_suites_ever_loads_the_screen() -> None:
    modules = all_modules("engine", list(engine.__path__)) + all_modules("tasks", list(tasks.__path__))
    assert {"engine.run", "engine.record.state", "tasks.suite"} <= set(modules)
    loaded = loaded_by(*modules)
    assert not {name for name in loaded if name.partition(".")[0] in ("tui", "textual")}


def test_the_record_knows_nothing_of_the_rest() -> None:
    loaded = loaded_by(*all_modules("engine.record", [str(ROOT / "engine" / "record")]))
    ours = {name for name in loaded if name.partition(".")[0] in ("engine", "tasks", "tui")}
    allowed = {"engine", "engine.errors", "engine.record"}
    assert {name for name in ours if name not in allowed and not name.startswith("engine.record.")} == set()


def test_the_suites_know_nothing_of_the_engine() -> None:
    loaded = loaded_by("tasks.suite", "tasks.verdicts", "tasks.synthetic")
    assert not {name for name in loaded if name.partition(".")[0] in ("engine", "tui")}


@pytest.mark.parametrize(
    "module", ["engine.launch", "engine.__main__", "engine.store", "engine.record.journal"]
)
def test_importing_the_engine_loads_no_heavy_library(module: str) -> None:
    loaded = {name.partition(".")[0] for name in loaded_by(module)}
    assert loaded.isdisjoint(HEAVY)
