"""``teamtop faults``: all that a team can be disturbed with, for people and for scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.faults.catalogue import FAULTS

Teamtop = Callable[..., Any]


def test_scripts_get_name_seam_parameters_expectation_and_guarantee_of_every_fault(teamtop: Teamtop) -> None:
    listed = teamtop("faults", "--json").json
    assert [each["name"] for each in listed["faults"]] == [spec.kind for spec in FAULTS]
    for each in listed["faults"]:
        assert all(each[part] for part in ("name", "seam", "expect", "guarantee"))
        assert all(param["name"] and "default" in param for param in each["parameters"])
    assert {"one", "all", "lead", "owner-of(task)", "random(k)"} <= set(listed["selectors"])
    assert {"at_round", "at_seconds", "on"} <= set(listed["triggers"])


def test_people_are_told_everything_about_one_fault(teamtop: Teamtop) -> None:
    said = teamtop("faults", "slow")
    assert "Guaranteed: Nothing but time is lost." in said.out
    assert "factor = 4" in said.out


def test_an_unknown_fault_is_told_its_nearest_neighbour(teamtop: Teamtop) -> None:
    said = teamtop("faults", "slwo", "--json")
    assert (said.code, said.out) == (2, "")
    assert '"slow"' in said.err
