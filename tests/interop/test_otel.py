"""OpenTelemetry spans of agents: files and a port become runs, whatever the order, old or damaged."""

from __future__ import annotations

import gzip
import json
import random
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from engine.errors import TeamtopError
from engine.interop.detect import form_of
from engine.interop.feed import Feed
from engine.interop.otel import gathering, receiver
from engine.interop.otel.reader import OtelReader
from engine.interop.otel.receiver import HOLD_SECONDS, OtlpReader
from engine.interop.tools import runs_tests, verdict_of, written
from engine.record import events as ev
from engine.record.codec import decode, encode
from engine.record.state import RunState
from tests.helpers.damage import damaged

SAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "otel" / "spans.jsonl"


def events_of(path: Path) -> tuple[list[ev.Event], Feed]:
    feed = Feed(OtelReader(path), clock=lambda: 0.0)
    return feed.poll() + feed.finish(""), feed


def span(number: int, start: float, end: float, parent: int = 0, **attributes: Any) -> dict[str, Any]:
    """A span whose attributes have dots for double underscores."""

    def value(given: Any) -> dict[str, Any]:
        kind = {str: "stringValue", int: "intValue", float: "doubleValue"}[type(given)]
        return {kind: str(given) if kind == "intValue" else given}

    return {
        "traceId": "t",
        "spanId": f"s{number}",
        "parentSpanId": f"s{parent}" if parent else "",
        "name": "span",
        "startTimeUnixNano": str(int((1_790_000_000 + start) * 1e9)),
        "endTimeUnixNano": str(int((1_790_000_000 + end) * 1e9)),
        "attributes": [
            {"key": key.replace("__", "."), "value": value(given)} for key, given in attributes.items()
        ],
    }


def document(*spans: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def of_spans(tmp_path: Path, *spans: dict[str, Any]) -> list[ev.Event]:
    path = tmp_path / "spans.json"
    path.write_text(json.dumps(document(*spans)))
    return events_of(path)[0]


def test_the_sample_tells_who_was_handed_what_and_did_it() -> None:
    events, feed = events_of(SAMPLE)
    state = RunState.of(decode(encode(event)) for event in events)
    tasks = {task.title: (task.owner, task.status) for task in state.board.tasks.values()}
    assert tasks == {
        "Write the changelog tool.": ("planner", "done"),
        "Parse commits.": ("ann", "done"),
        "Print the changelog.": ("bob", "done"),
    }
    assert [(a.name, a.model) for a in state.agents.agents.values()] == [
        ("planner", "claude-opus-4-6"),
        ("ann", "claude-sonnet-4-6"),
        ("bob", "claude-sonnet-4-6"),
    ]
    replies = [
        (e.agent, e.latency_seconds, e.input_tokens, e.output_tokens)
        for e in events
        if isinstance(e, ev.Replied)
    ]
    assert replies[:2] == [("planner", 5.0, 900, 120), ("ann", 6.0, 700, 210)]
    assert len(replies) == 6
    assert [(e.agent, e.kind) for e in events if isinstance(e, ev.CallFailed)] == [("bob", "529")]
    verdicts = [(e.agent, e.verdict, e.seconds) for e in events if isinstance(e, ev.TestsFinished)]
    assert verdicts == [("ann", "passed", 3.5), ("bob", "failed", 4.0), ("bob", "passed", 3.0)]
    edits = [(e.agent, e.path, bool(e.content)) for e in events if isinstance(e, ev.FileEdited)]
    assert edits == [("ann", "commits.py", True), ("bob", "show.py", True), ("bob", "show.py", False)]
    assert state.run.outcome == "completed"
    assert [event.ts for event in events] == sorted(event.ts for event in events)
    assert feed.tally.skipped == 1
    assert feed.tally.first.startswith("line 3: ")


def test_the_same_spans_as_one_document_on_many_lines_make_the_same_run(tmp_path: Path) -> None:
    spans = [
        resource
        for line in SAMPLE.read_text().splitlines()
        if line.endswith("]}]}]}")
        for resource in json.loads(line)["resourceSpans"]
    ]
    path = tmp_path / "spans.jsonl"
    path.write_text(json.dumps({"resourceSpans": spans}, indent=2))
    assert form_of(path) == form_of(SAMPLE) == "otel"
    assert events_of(path)[0] == events_of(SAMPLE)[0]


def test_a_span_waits_until_the_one_around_it_says_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "spans.jsonl"
    inner = span(2, 1, 3, parent=1, gen_ai__operation__name="chat", gen_ai__request__model="m")
    path.write_text(json.dumps(document(inner)) + "\n")
    feed = Feed(OtelReader(path))
    assert feed.poll() == []
    outer = span(1, 0, 4, gen_ai__operation__name="invoke_agent", gen_ai__agent__name="ann")
    with path.open("a") as file:
        file.write(json.dumps(document(outer)) + "\n")
    assert {e.agent for e in feed.poll() if isinstance(e, ev.Replied)} == {"ann"}


def test_spans_that_wait_too_long_are_taken_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "HELD_MAX", 2)
    path = tmp_path / "spans.jsonl"
    orphans = [span(n, n, n + 1, parent=99, gen_ai__operation__name="chat") for n in range(1, 5)]
    path.write_text(json.dumps(document(*orphans)) + "\n")
    feed = Feed(OtelReader(path))
    assert [e.agent for e in feed.poll() if isinstance(e, ev.Replied)] == ["agent", "agent"]
    assert len([e for e in feed.finish("") if isinstance(e, ev.Replied)]) == 2


def test_spans_that_are_parents_of_each_other_belong_to_nobody(tmp_path: Path) -> None:
    one = span(1, 0, 1, parent=2, gen_ai__operation__name="chat")
    two = span(2, 0, 1, parent=1, gen_ai__operation__name="chat")
    assert {e.agent for e in of_spans(tmp_path, one, two) if isinstance(e, ev.Replied)} == {"agent"}


@pytest.mark.parametrize(
    "attributes",
    [
        {
            "gen_ai__system": "openai",
            "gen_ai__operation__name": "chat",
            "gen_ai__usage__prompt_tokens": 7,
            "gen_ai__usage__completion_tokens": 3,
        },
        {
            "openinference__span__kind": "LLM",
            "llm__token_count__prompt": 7,
            "llm__token_count__completion": 3,
            "llm__model_name": "m",
        },
        {
            "llm__request__type": "chat",
            "gen_ai__usage__input_tokens": 7,
            "gen_ai__usage__output_tokens": 3,
        },
    ],
)
def test_older_and_other_names_are_read_too(tmp_path: Path, attributes: dict[str, Any]) -> None:
    events = of_spans(tmp_path, span(1, 0, 2, agent__name="ann", **attributes))
    (reply,) = [e for e in events if isinstance(e, ev.Replied)]
    assert (reply.agent, reply.input_tokens, reply.output_tokens) == ("ann", 7, 3)


def test_an_error_frees_the_task_and_a_span_that_comes_twice_counts_once(tmp_path: Path) -> None:
    broken = span(1, 0, 2, gen_ai__operation__name="invoke_agent", gen_ai__agent__name="ann")
    broken["status"] = {"code": 2}
    path = tmp_path / "spans.jsonl"
    path.write_text(2 * (json.dumps(document(broken)) + "\n"))
    events, feed = events_of(path)
    state = RunState.of(events)
    assert [(t.owner, t.status) for t in state.board.tasks.values()] == [("", "pending")]
    assert "came before" in feed.tally.first


def test_events_of_our_own_namespace_are_lines_of_a_team_log(tmp_path: Path) -> None:
    plain = span(1, 0, 2, gen_ai__operation__name="chat", gen_ai__agent__name="ann")
    attributes = span(0, 0, 0, teamtop__path="a.py")["attributes"]
    plain["events"] = [
        {
            "name": "teamtop.lock_acquired",
            "timeUnixNano": plain["startTimeUnixNano"],
            "attributes": attributes,
        },
        {"name": "teamtop.nonsense", "timeUnixNano": plain["startTimeUnixNano"]},
        {"name": "exception", "timeUnixNano": plain["startTimeUnixNano"]},
    ]
    path = tmp_path / "spans.json"
    path.write_text(json.dumps(document(plain)))
    events, feed = events_of(path)
    assert [(e.agent, e.path) for e in events if isinstance(e, ev.LockAcquired)] == [("ann", "a.py")]
    assert feed.tally.skipped == 1
    assert "teamtop.nonsense" in feed.tally.first


@pytest.mark.parametrize(
    ("tool", "given", "path"),
    [
        ("write_file", {"path": "a.py", "content": "x"}, "a.py"),
        ("str_replace_based_edit_tool", {"command": "view", "path": "a.py"}, ""),
        ("read_file", {"path": "a.py"}, ""),
        ("fs.edit_file", {"file_path": "b.py", "old_string": "", "content": "x"}, "b.py"),
    ],
)
def test_tools_that_write_are_told_by_their_names(tool: str, given: dict[str, Any], path: str) -> None:
    found, content = written(tool, given)
    assert found == path
    assert (content is not None) == (tool == "write_file")


def test_a_run_of_tests_is_told_by_its_command_and_its_end_by_what_it_printed() -> None:
    assert runs_tests("bash", {"command": "python -m pytest -q"})
    assert runs_tests("run_tests", {})
    assert not runs_tests("bash", {"command": "ls latest"})
    assert verdict_of("2 failed, 3 passed") == "failed"
    assert verdict_of("3 passed in 0.1s") == "passed"
    assert verdict_of("done") is None


@pytest.mark.parametrize("seed", range(25))
def test_damaged_spans_are_left_out_and_never_stop_it(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "spans.jsonl"
    path.write_bytes(damaged(SAMPLE.read_bytes(), chance))
    events, _ = events_of(path)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    RunState.of(decode(encode(event)) for event in events)


# ---------------------------------------------------------------- the port


def post(reader: OtlpReader, body: bytes, kind: str = "application/json", **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(
        f"{reader.address}/v1/traces", body, {"Content-Type": kind, **headers}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=180) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode() + (error.headers.get("Retry-After") or "")


def test_spans_that_are_sent_come_in_order_of_time_after_a_while() -> None:
    now = [0.0]
    with OtlpReader(0, lambda: now[0]) as reader:
        feed = Feed(reader)
        late = span(1, 5, 6, gen_ai__operation__name="chat", gen_ai__agent__name="ann")
        soon = span(2, 1, 2, gen_ai__operation__name="chat", gen_ai__agent__name="bob")
        assert post(reader, json.dumps(document(late)).encode())[0] == 200
        packed = gzip.compress(json.dumps(document(soon)).encode())
        assert post(reader, packed, **{"Content-Encoding": "gzip"})[0] == 200
        assert feed.poll() == []
        now[0] = HOLD_SECONDS
        assert [e.agent for e in feed.poll() if isinstance(e, ev.Replied)] == ["bob", "ann"]


def test_another_form_than_protobuf_and_json_is_refused_with_what_to_set_instead() -> None:
    with OtlpReader(0) as reader:
        status, words = post(reader, b"\x0a", "application/grpc")
        assert status == 415
        assert "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in words


def test_a_full_buffer_tells_senders_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "BUFFER_MAX", 300)
    body = json.dumps(document()).encode().ljust(200)
    with OtlpReader(0) as reader:
        assert post(reader, body)[0] == 200
        status, words = post(reader, body)
        assert status == 503
        assert words.endswith("1")  # Retry-After
        reader.poll()
        assert post(reader, body)[0] == 200


def test_a_request_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "BODY_MAX", 10_000)
    with OtlpReader(0) as reader:
        bomb = gzip.compress(b" " * 1_000_000)
        assert post(reader, bomb, **{"Content-Encoding": "gzip"})[0] == 413


def test_what_is_no_json_is_counted_and_a_port_that_is_taken_is_named() -> None:
    with OtlpReader(0) as reader:
        assert post(reader, b"{")[0] == 200
        reader.poll()
        assert reader.tally.first.startswith("request 1: ")
        with (
            pytest.raises(TeamtopError, match=rf"Port {reader.port} cannot be had"),
            OtlpReader(reader.port),
        ):
            pass
