"""Keys reach nothing that a run leaves behind, whatever the provider does with them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.interop.otel.sending import Target
from tests.cli.conftest import Teamtop
from tests.helpers.serving import Served, serving

CANARY = "sk-canary-7d1f9c2ab34e5f60"
"""The key in the environment."""
HIDDEN = "pa55-in-dotenv-0a1b2c3d"
"""A key that only the .env file has."""

FORMS = (".md", ".svg", ".json", ".csv", ".parquet", ".jsonl")
AFTERWARDS = (
    *(("report", "leaky", "-o", f"{{to}}/made{form}") for form in FORMS[:-1]),
    ("export", "otel", "leaky", "--content", "--out", "{to}/made.jsonl"),
    *((*words, "--json") for words in (("report", "leaky"), ("check", "leaky"), ("list",), ("doctor",))),
    ("sweep", "--models", "sim/perfect", "-n", "1", "--jobs", "1", "--json"),
)
"""What people make afterwards, with the keys in their environment."""


@pytest.fixture
def leaky() -> Iterator[Served]:
    """A provider that repeats keys in its failures: every other call, and the first one."""
    with serving("leak:at=1,leak:every=2,short:every=3", speed=0) as served:
        yield served


def scan(folder: Path, *words: str) -> list[str]:
    """Files below ``folder`` that hold one of ``words``, in their content or their names."""
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        found += [f"{path}: {w}" for w in words if w.encode() in content or w in str(path)]
    return found


def test_no_artefact_of_a_run_holds_a_key_even_when_the_provider_repeats_it(
    *,
    process: Callable[..., subprocess.Popen[str]],
    environ: dict[str, str],
    teamtop: Teamtop,
    leaky: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(environ, "OPENAI_API_KEY", CANARY)
    environ.pop("TEAMTOP_NO_DOTENV")
    work = tmp_path / "work"
    work.mkdir()
    dotenv = work / ".env"
    dotenv.write_text(f"OTHER_SECRET_KEY={HIDDEN}\n")
    arguments = ["run", "mathutils", "--structure", "parallel", "-n", "2", "--strategy", "preassigned"]
    arguments += ["--model", "openai/sim/claude-sonnet-4-6", "--api-base", leaky.address, "--seed", "4"]
    arguments += [
        "--run-id",
        "leaky",
        "--display",
        "log",
        "--json",
        "--max-rounds",
        "2",
        "--redact",
        "normali[sz]e",
    ]
    running = process(*arguments, cwd=work)
    out, err = running.communicate(timeout=200)
    assert running.returncode in (0, 3), err
    assert leaky.counts.faults["leak"] >= 1
    journal = (tmp_path / "runs" / "leaky" / "events.jsonl").read_text()
    assert "upstream said no to" in journal, "the failure itself is recorded"
    assert "[hidden]" in journal
    said = [out, err]
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.delenv("TEAMTOP_NO_DOTENV")
    monkeypatch.chdir(work)
    for command in AFTERWARDS:
        made = teamtop(*(part.format(to=tmp_path) for part in command))
        assert made.code == 0, (command, made.err)
        said += [made.out, made.err]
    assert {path.suffix for path in tmp_path.glob("made.*")} == set(FORMS)
    assert len(list((tmp_path / "runs").iterdir())) > 1, "the sweep left a run"
    dotenv.unlink()
    assert scan(tmp_path, CANARY, HIDDEN) == []
    for text in said:
        assert CANARY not in text
        assert HIDDEN not in text
    replies = [line for line in journal.splitlines() if '"type":"replied"' in line]
    assert replies
    assert not any("normalize" in line for line in replies)


def test_a_crash_report_holds_no_key_of_a_dotenv_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.crash import write_report

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    (tmp_path / ".env").write_text(f"OTHER_SECRET_KEY={HIDDEN}\n")
    path = write_report(ValueError(f"{CANARY} and {HIDDEN}"))
    assert path is not None
    text = path.read_text()
    os.unlink(path)
    assert "ValueError" in text
    assert CANARY not in text
    assert HIDDEN not in text


@pytest.mark.parametrize("pattern", ["(", "x*", "a" * 2000])
def test_a_pattern_that_cannot_be_used_is_a_sentence(teamtop: Teamtop, pattern: str) -> None:
    said = teamtop("run", "--redact", pattern)
    assert said.code == 2
    assert "--redact" in said.err


@pytest.mark.parametrize(
    "endpoint",
    [f"http://user:{CANARY}@127.0.0.1:9", f"http://127.0.0.1:9/?key={CANARY}", f"ftp://{CANARY}@x"],
)
def test_keys_of_a_receiver_of_spans_are_in_no_message(
    teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization=Bearer {CANARY}")
    said = teamtop("export", "otel", "sample-team")
    assert said.code in (1, 2)
    assert said.err.count("\n") == 1
    assert CANARY not in said.out + said.err


def test_what_a_receiver_of_spans_repeats_of_its_keys_is_hidden() -> None:
    where = Target("http://127.0.0.1:4318/v1/traces", {"authorization": f"Bearer {CANARY}"}, 1.0)
    assert where.told(f"no: {CANARY} (Bearer {CANARY})") == "no: [hidden] ([hidden])"
