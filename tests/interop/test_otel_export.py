"""Runs of ours as spans: what goes out comes back, and goes where the standard variables say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from engine.errors import TeamtopError, UsageError
from engine.interop.feed import Feed
from engine.interop.otel.export import BATCH, Exporter
from engine.interop.otel.reader import OtelReader
from engine.interop.otel.sending import Target, send, target
from engine.record import events as ev
from engine.record.journal import read
from engine.record.state import RunState
from tui.cli import main

SAMPLES = Path(__file__).parents[2] / "runs"


def there_and_back(name: str, tmp_path: Path, *, content: bool) -> tuple[list[Any], list[Any], str]:
    events = read(SAMPLES / name / "events.jsonl").events
    documents = Exporter(name, 1_790_000_000.0, content=content).documents(events)
    path = tmp_path / "spans.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    feed = Feed(OtelReader(path))
    return list(events), feed.poll() + feed.finish(""), feed.tally.note


def of(events: list[Any], kind: type[ev.Event], *fields: str) -> list[tuple[Any, ...]]:
    """The fields of the events of a kind; times since the first event."""
    since: float = events[0].ts
    return [
        tuple(round(e.ts - since, 6) if field == "ts" else getattr(e, field) for field in fields)
        for e in events
        if isinstance(e, kind)
    ]


@pytest.mark.parametrize("name", ["sample-solo", "sample-team", "sample-lead"])
def test_a_run_that_goes_out_as_spans_comes_back_with_its_owners_tokens_times_and_tests(
    name: str, tmp_path: Path
) -> None:
    ours, back, note = there_and_back(name, tmp_path, content=False)
    assert note == ""
    for kind, fields in (
        (ev.TurnStarted, ("ts", "round", "agent")),
        (ev.Replied, ("ts", "agent", "input_tokens", "output_tokens", "latency_seconds", "cost_usd")),
        (ev.TurnEnded, ("ts", "agent")),
        (ev.CallFailed, ("ts", "agent", "kind", "retry_seconds")),
        (ev.TaskClaimed, ("ts", "task", "agent")),
        (ev.TaskCompleted, ("ts", "task", "agent", "evidence")),
        (ev.FileEdited, ("ts", "path", "agent", "version")),
        (ev.LockDenied, ("ts", "path", "agent", "holder")),
        (ev.TestsFinished, ("ts", "agent", "verdict", "passed", "failed", "seconds")),
        (ev.MessageSent, ("ts", "sender", "recipients")),
        (ev.ActionRefused, ("ts", "agent", "action", "reason")),
    ):
        assert of(back, kind, *fields) == of(ours, kind, *fields), kind
    state, before = RunState.of(back), RunState.of(ours)
    assert {t.id: (t.owner, t.status) for t in state.board.tasks.values()} == {
        t.id: (t.owner, t.status) for t in before.board.tasks.values()
    }
    assert state.tokens == before.tokens
    assert of(back, ev.RunStarted, "team", "strategy") == of(ours, ev.RunStarted, "team", "strategy")


def test_what_agents_wrote_goes_out_only_if_asked_for(tmp_path: Path) -> None:
    ours, back, _ = there_and_back("sample-team", tmp_path, content=False)
    written = (tmp_path / "spans.jsonl").read_text()
    texts = [e.text for e in ours if isinstance(e, ev.MessageSent)]
    assert texts
    assert not any(json.dumps(text) in written for text in texts)
    start = next(e for e in back if isinstance(e, ev.RunStarted))
    assert {"replies", "contents"} <= set(start.gaps)
    ours, back, _ = there_and_back("sample-team", tmp_path, content=True)
    for kind, field in ((ev.Replied, "text"), (ev.FileEdited, "content"), (ev.MessageSent, "text")):
        assert of(back, kind, field) == of(ours, kind, field)


def test_names_are_those_of_the_conventions_and_our_own_words_have_our_own_namespace() -> None:
    events = read(SAMPLES / "sample-lead" / "events.jsonl").events
    for document in Exporter("r", 1e9).documents(events):
        spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
        assert len(spans) <= BATCH
        for span in spans:
            names = [each["key"] for each in span["attributes"]]
            assert all(name.startswith(("gen_ai.", "teamtop.", "error.type")) for name in names)
            for event in span.get("events", []):
                assert event["name"].startswith("teamtop.")
                assert all(each["key"].startswith("teamtop.") for each in event["attributes"])
            assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])


# ---------------------------------------------------------------- sending


class Collector(BaseHTTPRequestHandler):
    """Answers with the statuses that wait for it, else 200; keeps what came."""

    answers: list[int]
    came: list[tuple[str, dict[str, str], Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.came.append((self.path, headers, body))
        status = self.answers.pop(0) if self.answers else 200
        self.send_response(status)
        if status == 503:
            self.send_header("Retry-After", "3")
        self.end_headers()
        self.wfile.write(b"{}" if status == 200 else b"no")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
        pass


@pytest.fixture
def collector() -> Iterator[tuple[str, type[Collector]]]:
    class Mine(Collector):
        answers: list[int] = []  # noqa: RUF012 - a class per test
        came: list[tuple[str, dict[str, str], Any]] = []  # noqa: RUF012 - as above

    server = HTTPServer(("127.0.0.1", 0), Mine)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Mine
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_run_is_sent_to_the_endpoint_of_the_standard_variables(
    collector: tuple[str, type[Collector]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    address, mine = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20b, other=c")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "my-team")
    assert main(["export", "otel", str(SAMPLES / "sample-solo")]) == 0
    assert f"sent to {address}/v1/traces" in capsys.readouterr().out
    path, headers, body = mine.came[0]
    assert (path, headers["x-key"], headers["other"]) == ("/v1/traces", "a b", "c")
    service = body["resourceSpans"][0]["resource"]["attributes"][0]["value"]
    assert service == {"stringValue": "my-team"}


def test_a_receiver_that_is_full_is_asked_again_after_what_it_says(
    collector: tuple[str, type[Collector]],
) -> None:
    address, mine = collector
    mine.answers[:] = [503, 429]
    waits: list[float] = []
    assert send(Target(address, {}, 5.0), [{"resourceSpans": []}], waits.append) == 0
    assert waits == [3.0, 2.0]
    assert len(mine.came) == 3
    mine.answers[:] = [415]
    with pytest.raises(TeamtopError, match=r"answered 415: no\. It may take protobuf only"):
        send(Target(address, {}, 5.0), [{}], waits.append)


def test_where_to_send_is_asked_for_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="Say where the spans go"):
        target({})
    with pytest.raises(UsageError, match="no address"):
        target({"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4317"})
    with pytest.raises(UsageError, match="milliseconds"):
        target({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_EXPORTER_OTLP_TIMEOUT": "1s"})
    traces = target({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://x/y", "OTEL_EXPORTER_OTLP_ENDPOINT": "z"})
    assert (traces.url, traces.timeout) == ("https://x/y", 10.0)
    with pytest.raises(TeamtopError, match="cannot be reached"):
        send(Target("http://127.0.0.1:9/v1/traces", {}, 1.0), [{}])


def test_a_team_log_of_a_run_is_read_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, runs = tmp_path / "team.jsonl", ["--runs-dir", str(tmp_path / "runs")]
    assert main(["export", "log", str(SAMPLES / "sample-team"), "--out", str(path), "--content"]) == 0
    assert main(["import", "log", str(path), "--run-id", "back", *runs]) == 0
    assert "left out" not in capsys.readouterr().err
    back = read(tmp_path / "runs" / "back" / "events.jsonl").events
    ours = read(SAMPLES / "sample-team" / "events.jsonl").events
    for kind, fields in ((ev.Replied, ("text", "latency_seconds")), (ev.TaskCompleted, ("task", "agent"))):
        assert of(list(back), kind, *fields) == of(list(ours), kind, *fields)
