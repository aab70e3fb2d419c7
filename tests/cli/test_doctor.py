"""`teamtop doctor`: what this machine has for teamtop."""

from __future__ import annotations

import json

import pytest

from engine import doctor
from engine.world.sandbox.base import Sandbox
from engine.world.sandbox.ladder import LADDER
from engine.world.sandbox.probe import Probe
from tests.cli.conftest import Teamtop


def test_it_tells_of_every_rung_and_names_keys_without_their_values(
    teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    said = teamtop("doctor", "--json")
    found = json.loads(said.out)
    assert said.code == (0 if found["sandbox"] else 1)
    assert [each["rung"] for each in found["rungs"]] == list(LADDER)
    assert "OPENAI_API_KEY" in found["keys"]
    assert "sk-very-secret" not in said.out
    assert found["versions"]["python"]


def test_without_a_rung_it_says_what_is_refused(teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(sandbox: Sandbox) -> Probe:
        return Probe(sandbox.rung, {}, "it is off")

    monkeypatch.setattr(doctor.examine, "__defaults__", (broken,))
    said = teamtop("doctor")
    assert said.code == 1
    assert "no sandbox: real models are refused" in said.out
    assert "it is off" in said.out
    assert "Keys set: " in said.out
