"""``teamtop serve-sim``: starts, serves this machine, and says in the end what it served."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.request
from collections.abc import Callable

from tests.cli.conftest import Teamtop


def test_it_serves_until_it_is_interrupted_and_closes_with_its_counts(
    process: Callable[..., subprocess.Popen[str]],
) -> None:
    server = process("serve-sim", "--port", "0", "--speed", "max", "--faults", "429:at=2", "--json")
    assert server.stderr is not None
    line = server.stderr.readline()
    address = re.search(r"http://127\.0\.0\.1:\d+/v1", line)
    assert address is not None, line
    assert "1 planned fault" in line
    body = json.dumps({"model": "sim/perfect", "messages": [{"role": "user", "content": "hi"}]}).encode()
    request = urllib.request.Request(f"{address[0]}/chat/completions", body)
    with urllib.request.urlopen(request, timeout=180) as answer:
        assert json.load(answer)["usage"]["completion_tokens"] == 200
    server.send_signal(signal.SIGINT)
    out, err = server.communicate(timeout=180)
    told = json.loads(out)
    assert (told["requests"], told["replies"], told["completion_tokens"]) == (1, 1, 200)
    assert server.returncode == 0
    assert err == ""


def test_the_list_names_every_fault_and_a_wrong_one_is_a_sentence(teamtop: Teamtop) -> None:
    listed = teamtop("serve-sim", "--list")
    assert listed.code == 0
    assert "429:retry_after=1" in listed.out
    assert "malformed" in listed.out
    said = teamtop("serve-sim", "--faults", "cutt")
    assert said.code == 2
    assert 'Did you mean "cut"?' in said.err


def test_an_address_with_a_password_is_refused_because_it_is_kept(teamtop: Teamtop) -> None:
    said = teamtop("run", "--model", "openai/x", "--api-base", "http://me:secret@127.0.0.1:1/v1")
    assert said.code == 2
    assert "kept with the run" in said.err
    assert "secret" not in said.err.replace("password", "")
