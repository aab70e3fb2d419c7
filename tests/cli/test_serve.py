"""``teamtop serve``: to this machine only, and only to pages that it served itself."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.cli.conftest import Teamtop
from tui.commands.serve_command import HOST, served
from tui.webserver import LocalServer, admitted


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "example.org", "192.168.1.4"])
def test_other_hosts_than_this_machine_are_refused_with_the_way_to_do_it(teamtop: Teamtop, host: str) -> None:
    said = teamtop("serve", "--host", host)
    assert said.code == 2
    assert "without a password" in said.err
    assert "ssh -L 8000:127.0.0.1:8000" in said.err


def test_a_port_that_is_taken_and_a_run_that_is_not_there_are_sentences(teamtop: Teamtop) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        said = teamtop("serve", "--port", str(taken.getsockname()[1]))
    assert said.code == 1
    assert "give another --port" in said.err
    assert "There is no run" in teamtop("serve", "none").err


def test_it_listens_at_the_loopback_address_alone_and_turns_foreign_pages_away() -> None:

    async def scene() -> None:
        taken = socket.create_server((HOST, 0))
        port = taken.getsockname()[1]
        runner = web.AppRunner(await LocalServer("true", host=HOST, port=port)._make_app())
        await runner.setup()
        await web.SockSite(runner, taken).start()
        assert [address[0] for address in runner.addresses] == [HOST]
        url = f"http://{HOST}:{port}/"
        codes = []
        async with aiohttp.ClientSession() as session:
            for headers in ({}, {"Origin": "http://evil.example"}, {"Host": f"evil.example:{port}"}):
                async with session.get(url, headers=headers) as answer:
                    codes.append(answer.status)
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await session.ws_connect(f"ws://{HOST}:{port}/ws", origin="http://evil.example")
        await runner.cleanup()
        assert codes == [200, 403, 403]

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("host", "origin", "right"),
    [
        ("127.0.0.1:8000", None, True),
        ("localhost:8000", "http://localhost:8000", True),
        ("localhost:8000", "http://localhost:9000", False),
        ("127.0.0.1:8000", "null", False),
        ("127.0.0.1.evil.example:8000", None, False),
        ("[::1]:8000", "http://[::1]:8000", True),
        ("[", None, False),
    ],
)
def test_who_is_admitted(host: str, origin: str | None, right: bool) -> None:
    assert admitted(host, origin, 8000) is right


def test_a_page_attaches_to_a_run_and_no_name_becomes_a_command(tmp_path: Path) -> None:
    assert "'/x/a; rm -rf b'" in served(Path("/x/a; rm -rf b"), tmp_path)
    assert " watch " in served(Path("/x/a"), tmp_path)
