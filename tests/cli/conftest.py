from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tui.cli import main

REPO = Path(__file__).parents[2]


@dataclass
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Teamtop = Callable[..., Said]


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment of its own for every command: no settings, no keys, saved runs under ``tmp_path``."""
    for name in list(os.environ):
        if name.startswith("TEAMTOP_") or "API_KEY" in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("TEAMTOP_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setenv("TEAMTOP_NO_DOTENV", "1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(REPO))
    return dict(os.environ)


@pytest.fixture
def teamtop(environ: dict[str, str], capfd: pytest.CaptureFixture[str]) -> Teamtop:
    """``teamtop("list", "--json")`` runs the command in this process."""

    def run(*args: str) -> Said:
        capfd.readouterr()
        code = main(args)
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run


@pytest.fixture
def process(environ: dict[str, str]) -> Callable[..., subprocess.Popen[str]]:
    """``process("run", …)`` starts the command as a process with pipes, its output unbuffered."""

    def start(*args: str, **kwargs: Any) -> subprocess.Popen[str]:
        pipes: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }
        command = [sys.executable, "-m", "tui", *args]
        return subprocess.Popen(command, text=True, env=environ, **{**pipes, **kwargs})

    return start
