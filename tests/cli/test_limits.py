"""Limits on the command line: of a run, of one that goes on, of one that is live."""

from __future__ import annotations

from tests.cli.conftest import Teamtop

QUICK = ("--speed", "max", "--display", "none")


def test_a_limited_run_stops_and_goes_on_with_a_higher_limit(teamtop: Teamtop) -> None:
    said = teamtop(
        "run", "--model", "sim/perfect", "-n", "2", "--run-id", "one", "--limit-tokens", "5000", *QUICK
    )
    assert said.code == 3
    again = teamtop("resume", "one", *QUICK)
    assert again.code == 2
    assert "the limit of 5,000 tokens is reached (6,000 tokens used)" in again.err
    assert "raise it with --limit-tokens" in again.err
    told = teamtop("report", "one").out
    assert "The limit of 5,000 tokens is reached (6,000 tokens used)" in told
    assert "person" not in told, "nobody stopped it"
    said = teamtop("resume", "one", "--limit-tokens", "12000", *QUICK)
    assert said.code == 3
    assert "12,000 tokens is reached" in teamtop("resume", "one", *QUICK).err
    assert teamtop("resume", "one", "--limit-tokens", "none", *QUICK).code == 0
    assert teamtop("check", "one").code == 0


def test_a_limit_of_money_is_refused_where_nobody_knows_the_price(teamtop: Teamtop) -> None:
    said = teamtop("run", "--model", "sim/perfect", "--limit-cost", "1", *QUICK)
    assert said.code == 2
    assert "Nobody knows the price of sim/perfect" in said.err
    said = teamtop("run", "-n", "2", "--run-id", "paid", "--limit-cost", "0.01", *QUICK)
    assert said.code == 3
    assert "$0.01 is reached" in teamtop("resume", "paid", *QUICK).err


def test_wrong_limits_are_sentences(teamtop: Teamtop) -> None:
    for value in ("0", "-1", "many", "inf"):
        said = teamtop("run", "--limit-tokens", value)
        assert said.code == 2
        assert "a limit is a number above 0" in said.err
    assert "Name a limit" in teamtop("limit", "nothing").err
