"""Spans of other programs on the command line: imported, watched, received."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tui.cli import main

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "docs" / "examples" / "otel" / "spans.jsonl"


def test_spans_are_imported_as_a_run_that_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = ["--runs-dir", str(tmp_path / "runs")]
    assert main(["import", "otel", str(SAMPLE), "--run-id", "mine", *runs]) == 0
    assert "1 record was left out; the first is line 3" in capsys.readouterr().err
    assert main(["report", "mine", "--json", *runs]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["outcome"], report["tasks_done"], report["input_tokens"]) == ("completed", 3, 6220)


END = {
    "traceId": "t",
    "spanId": "e",
    "name": "end",
    "startTimeUnixNano": "1790000041000000000",
    "events": [{"name": "teamtop.run_ended", "timeUnixNano": "1790000041000000000"}],
}
ENDED = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [END]}]}]})
"""A line that says that the run is over: without a screen, watching ends with it."""


def test_what_spans_do_not_tell_is_unknown_wherever_it_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = ["--runs-dir", str(tmp_path / "runs")]
    main(["import", "otel", str(SAMPLE), "--run-id", "mine", *runs])
    main(["report", "mine", "--json", *runs])
    report = json.loads(capsys.readouterr().out.partition("\n")[2])
    unknown = ("rounds", "idle_rounds", "claims_blocked", "refusals")
    assert [report[name] for name in unknown] == [None] * 4
    assert report["straggler_gap_seconds"] == {"mean": None, "median": None}
    main(["report", "mine", *runs])
    assert "rounds      unknown" in capsys.readouterr().out
    (tmp_path / "spans.jsonl").write_text(SAMPLE.read_text() + ENDED + "\n")
    main(["watch", str(tmp_path / "spans.jsonl"), "--display", "plain"])
    said = capsys.readouterr().out
    assert "ann (claude-sonnet-4-6) joins the team" in said
    assert "barrier" not in said
    main(["list", "--json", *runs])
    row = next(row for row in json.loads(capsys.readouterr().out)["runs"] if row["run_id"] == "mine")
    assert (row["agents"], row["model"], row["rounds"]) == (3, "mixed", None)


def test_watching_asks_for_one_thing_to_watch(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch"]) == 2
    assert "Say what to watch" in capsys.readouterr().err
    assert main(["watch", "runs/x", "--otlp", "0"]) == 2
    assert "give one of them" in capsys.readouterr().err


def test_spans_that_are_sent_are_shown_until_their_run_ends() -> None:
    watching = subprocess.Popen(
        [sys.executable, "-m", "tui", "watch", "--otlp", "0", "--display", "plain"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    assert watching.stderr is not None
    said = watching.stderr.readline()
    address = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert address is not None, said
    lines = [line for line in SAMPLE.read_text().splitlines() if line.endswith("]}]}]}")]
    lines.append(ENDED)
    for line in lines:
        request = urllib.request.Request(
            f"{address.group()}/v1/traces", line.encode(), {"Content-Type": "application/json"}
        )
        assert urllib.request.urlopen(request, timeout=180).status == 200
    out, err = watching.communicate(timeout=180)
    assert watching.returncode == 0, err
    assert "bob completes" in out
