"""``--lead-lost`` from the command line: what the report says, and that the checker agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Teamtop

PLAN = '[[fault]]\nkind = "crash"\ntarget = "lead"\nat_round = 2\n'


@pytest.mark.parametrize("policy", ["promote", "self-claim"])
def test_a_team_that_loses_its_lead_completes_and_says_how(
    teamtop: Teamtop, tmp_path: Path, policy: str
) -> None:
    plan = tmp_path / "lead.toml"
    plan.write_text(PLAN)
    words = (
        "--strategy",
        "lead",
        "--lead-lost",
        policy,
        "--faults",
        str(plan),
        "--speed",
        "max",
        "--seed",
        "3",
    )
    report = teamtop("run", "--run-id", "one", *words, "--display", "none", "--json").json
    assert report["completed"]
    (fired,) = report["lead_lost"]
    assert (fired["lead"], fired["policy"]) == ("Lead", policy)
    assert (fired["heir"] is None) == (policy == "self-claim")
    assert any("Lead, the lead, was lost in round" in note for note in report["notes"])
    checked = teamtop("check", "one", "--json")
    assert checked.code == 0
    verdict = next(f for f in checked.json["findings"] if f["name"] == "lead_policy")
    assert verdict["verdict"] == "true"
