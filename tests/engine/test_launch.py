"""What a run is wired to: whose code may be run on this machine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NoReturn

import pytest

from engine import launch
from engine.launch import runner_for
from engine.models import lite
from engine.record.config import RunConfig
from engine.world.sandbox import Unsandboxed
from engine.world.testrunner import TestReport, TestRequest
from tasks.suite import load

ADD = load("mathutils", "mixed").tasks[0]


def config_of(model: str, *, unsafe_tests: bool = False) -> RunConfig:
    return RunConfig(
        suite="mathutils",
        structure="mixed",
        agents=1,
        strategy="decentralized",
        model=model,
        seed=1,
        speed=1.0,
        clock="wall",
        max_rounds=1,
        tests="simulated",
        unsafe_tests=unsafe_tests,
    )


def verdict(marker: Path, *, real_model: bool, unsafe_tests: bool = False) -> TestReport:
    """Let simulated tests judge a right ``add`` that no table knows and that leaves a trace when it runs."""
    suite = load("mathutils", "mixed")
    config = config_of("ollama/llama3" if real_model else "sim/perfect", unsafe_tests=unsafe_tests)
    code = f"open({str(marker)!r}, 'w').close()\n\n\ndef add(a, b):\n    return a + b\n"
    runner = runner_for(suite, config, Unsandboxed(), real_model=real_model)

    async def once() -> TestReport:
        try:
            return await runner.run(TestRequest({ADD.files[0]: code}, ADD.tests))
        finally:
            await runner.close()

    return asyncio.run(once())


def test_simulated_tests_never_run_code_of_a_real_model(tmp_path: Path) -> None:
    report = verdict(tmp_path / "trace", real_model=True)
    assert not (tmp_path / "trace").exists()
    assert (report.verdict, report.failed) == ("failed", ADD.tests)


@pytest.mark.parametrize(("real_model", "unsafe_tests"), [(False, False), (True, True)])
def test_simulated_tests_run_unknown_code_if_it_is_ours_or_that_was_allowed(
    tmp_path: Path, real_model: bool, unsafe_tests: bool
) -> None:
    report = verdict(tmp_path / "trace", real_model=real_model, unsafe_tests=unsafe_tests)
    assert (tmp_path / "trace").exists()
    assert report.verdict == "passed"


def test_a_real_model_is_loaded_before_the_clock_of_the_run_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []

    class RefusedError(Exception):
        status_code = 401

    class Litellm:
        async def acompletion(self, **_: object) -> NoReturn:
            raise RefusedError

    def load() -> Litellm:
        happened.append("loaded")
        return Litellm()

    monkeypatch.setattr(lite, "_import", load)
    prepared = launch.prepare(config_of("ollama/llama3"), tmp_path, "run", {})
    launch.run_here(prepared, {}, on_event=lambda event: happened.append(type(event).__name__))
    assert happened[:2] == ["loaded", "RunStarted"]
    assert "CallFailed" in happened
