"""Commands over the socket: what arrives, what is answered, what a hostile or hasty client can do."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import control
from engine.control import Answer, ControlClient, ControlServer
from tests.helpers import eventstrategies

COMMANDS: tuple[type[control.Command], ...] = (
    control.Pause,
    control.Resume,
    control.Step,
    control.Stop,
    control.Inject,
    control.Heal,
    control.Say,
)


class Engine:
    """Answers every command with its number, at once or when it is told to."""

    def __init__(self) -> None:
        self.heard: list[control.AnyCommand] = []
        self.silent = False

    def handle(self, command: control.AnyCommand, answer: Future[Answer]) -> None:
        self.heard.append(command)
        if not self.silent:
            answer.set_result(Answer(ok=True, seq=len(self.heard), detail=""))


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def server(tmp_path: Path, engine: Engine) -> Iterator[ControlServer]:
    served = ControlServer(tmp_path / "control.sock", engine.handle)
    yield served
    served.close()


def raw(path: Path, data: bytes, *, close: bool = False) -> dict[str, Any]:
    """Send bytes as they are and return the answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(180)
        connection.connect(str(path))
        connection.sendall(data)
        if close:
            connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").readline()
    found: dict[str, Any] = json.loads(answer)
    return found


def test_every_command_arrives_as_it_was_given(server: ControlServer, engine: Engine) -> None:
    given_: list[control.AnyCommand] = [
        control.Pause(author="ann", why="coffee\nbreak"),
        control.Resume(),
        control.Step(),
        control.Stop(),
        control.Inject(kind="slow", target="Dev1", params={"factor": 2.5, "mode": "x"}, duration_seconds=3.0),
        control.Heal(fault=3),
        control.Heal(),
        control.Say(text="Ä \u202e ~ \x1b", to="Dev2"),
    ]
    client = ControlClient(server.socket_path)
    answers = [client.send(command) for command in given_]
    assert engine.heard == given_
    assert [answer.seq for answer in answers] == list(range(1, 9))


def test_the_socket_is_for_its_owner_alone(server: ControlServer) -> None:
    mode = server.socket_path.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


def test_making_the_socket_leaves_the_umask_as_it_was(tmp_path: Path, engine: Engine) -> None:
    before = os.umask(0o022)
    try:
        ControlServer(tmp_path / "s", engine.handle).close()
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_a_socket_left_by_a_dead_engine_is_replaced(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    assert not ControlClient(path).send(control.Pause()).ok
    served = ControlServer(path, engine.handle)
    assert ControlClient(path).send(control.Pause()).ok
    served.close()
    assert not path.exists()


def test_without_an_engine_the_answer_says_so(tmp_path: Path) -> None:
    answer = ControlClient(tmp_path / "control.sock").send(control.Pause())
    assert answer == Answer(ok=False, detail="No engine is running for this run.")


def test_after_the_end_the_socket_is_gone_and_closing_twice_is_harmless(server: ControlServer) -> None:
    server.close()
    server.close()
    assert not server.socket_path.exists()
    assert not ControlClient(server.socket_path).send(control.Pause()).ok


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{}\n",
        b"pause\n",
        b"[1,2\n",
        b'{"command":"explode"}\n',
        b'{"command":"say"}\n',
        b'{"command":"inject","kind":7}\n',
        b'{"command":"heal","fault":"all"}\n',
        b'{"command":"inject","kind":"slow","duration_seconds":1e999}\n',
        b'{"command":"say","text":"\\ud800"}\n',
        b"\xff\xfe\n",
        b"\x00\n",
        b"[" * 60_000 + b"\n",
        b'{"command":"pause","x":' + b'{"a":' * 9_000 + b"1" + b"}" * 9_000 + b"}\n",
    ],
    ids=lambda line: ascii(line[:40]),
)
def test_what_is_no_command_is_answered_with_a_sentence_and_the_next_one_still_works(
    server: ControlServer, engine: Engine, line: bytes
) -> None:
    answer = raw(server.socket_path, line)
    assert not answer["ok"]
    assert answer["detail"].startswith("That is not a command: ")
    assert engine.heard == []
    assert ControlClient(server.socket_path).send(control.Pause()).ok


def test_a_line_that_is_cut_or_too_long_is_answered_so(server: ControlServer) -> None:
    cut = raw(server.socket_path, b'{"command":"pau', close=True)
    assert cut["detail"] == "The command did not arrive whole: the other side hung up."
    assert ControlClient(server.socket_path).send(control.Pause()).ok


def test_words_that_are_too_long_for_a_command_are_refused_in_a_sentence_that_says_so(
    server: ControlServer, engine: Engine
) -> None:
    for length in (control.LINE_LIMIT, 5_000_000):
        answer = ControlClient(server.socket_path).send(control.Say(text="x" * length))
        assert answer == Answer(ok=False, detail="That is too long: a command has at most 65,536 bytes.")
    long = raw(server.socket_path, b"x" * (control.LINE_LIMIT + 1))
    assert long["detail"] == "The command did not arrive whole: the line is too long."
    assert engine.heard == []


def test_a_client_that_hangs_up_harms_nobody(server: ControlServer) -> None:
    for _ in range(3):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(server.socket_path))
            connection.sendall(b'{"command":"pause"}\n')
    assert ControlClient(server.socket_path).send(control.Pause()).ok


def test_clients_that_come_together_are_all_answered(server: ControlServer, engine: Engine) -> None:
    answers: list[Answer] = []

    def one(number: int) -> None:
        answers.append(ControlClient(server.socket_path).send(control.Say(text=str(number))))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    assert sorted(answer.seq for answer in answers) == [1, 2, 3, 4, 5, 6]
    assert len(engine.heard) == 6


def test_an_engine_that_does_not_answer_is_called_busy(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "ANSWER_SECONDS", 0.2)
    engine.silent = True
    served = ControlServer(tmp_path / "s", engine.handle)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(180)
        connection.connect(str(served.socket_path))
        connection.sendall(b'{"command":"pause"}\n')
        answer = json.loads(connection.makefile("rb").readline())
    assert answer["detail"] == "The engine is busy; the command may still take effect."
    served.close()


def test_a_command_that_waits_when_the_engine_ends_is_answered_at_once(
    server: ControlServer, engine: Engine
) -> None:
    engine.silent = True
    arrived = threading.Event()
    handle = server._handle

    def tell(command: control.AnyCommand, answer: Future[Answer]) -> None:
        handle(command, answer)
        arrived.set()

    server._handle = tell
    answers: list[Answer] = []
    client = threading.Thread(
        target=lambda: answers.append(ControlClient(server.socket_path).send(control.Pause()))
    )
    client.start()
    assert arrived.wait(180)
    server.close()
    client.join(180)
    assert answers == [Answer(ok=False, detail="The run has ended.")]


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.one_of([eventstrategies.struct(kind) for kind in COMMANDS]))
def test_any_command_survives_the_journey(
    server: ControlServer, engine: Engine, command: control.AnyCommand
) -> None:
    del engine.heard[:]
    assert ControlClient(server.socket_path).send(command).ok
    assert engine.heard == [command]
