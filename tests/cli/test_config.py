"""``teamtop config``, and defaults of flags from the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Teamtop

SMALL = ("--structure", "parallel", "--display", "none", "--tests", "simulated", "--json")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    path = tmp_path / "xdg" / "teamtop" / "config.toml"
    path.parent.mkdir(parents=True)
    return path.write_text


def test_config_prints_what_holds_and_that_can_be_read_again(teamtop: Teamtop, write: Any) -> None:
    write('theme = "teamtop-light"\n[keys]\n"runs.sort" = "ctrl+t"\n[run]\nagents = 2\n')
    said = teamtop("config")
    assert (said.code, said.err) == (0, "")
    assert 'theme = "teamtop-light"' in said.out
    assert '[run]\nagents = "2"' in said.out
    write(said.out)
    assert teamtop("config").out == said.out


def test_config_says_what_is_wrong_and_where_the_file_is(
    teamtop: Teamtop, write: Any, tmp_path: Path
) -> None:
    write('theme = "plaid"\nx = 1\n[run]\nagents = "many"\n[keys]\n"a.b" = "c"\n')
    said = teamtop("config")
    assert said.code == 2
    assert len(said.err.splitlines()) == 4
    for words in ("“plaid”", "x is no setting", "[run] agents", "a.b names no key"):
        assert words in said.err
    assert teamtop("config", "--path").out.strip() == str(tmp_path / "xdg" / "teamtop" / "config.toml")


def test_defaults_hold_unless_a_flag_or_a_variable_says_otherwise(
    teamtop: Teamtop, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write('[run]\nagents = 2\nspeed = "max"\nstrategy = "preassigned"\nseed = "odd"\n')
    said = teamtop("run", *SMALL)
    assert (said.json["agents"], said.json["strategy"], said.json["seed"]) == (2, "preassigned", 0)
    assert "[run] seed" in said.err
    assert "The default is used." in said.err
    monkeypatch.setenv("TEAMTOP_STRATEGY", "decentralized")
    said = teamtop("run", *SMALL, "-n", "1")
    assert (said.json["agents"], said.json["strategy"]) == (1, "decentralized")
