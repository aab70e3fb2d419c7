from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from engine.calibration import derive
from engine.calibration.replies import read
from engine.models.registry import SIMULATED
from engine.models.simulated.profile import TABLE, Profile, profile, table

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "paper"
SUITES = ("mathutils", "dataanalysis", "svg")


def test_the_committed_table_is_what_the_recordings_give() -> None:
    if not (RECORDINGS / "events.parquet").is_file():
        pytest.skip("the recordings are not beside the project (../shared/paper), nothing to derive from")
    paces = json.loads(derive.PACES.read_text(encoding="utf-8"))
    assert TABLE.read_text(encoding="utf-8") == derive.render(derive.derive(read(RECORDINGS), paces))


def test_the_table_names_its_source() -> None:
    assert "2603.12229" in table().source
    assert "derive.py" in table().about


def test_every_namesake_has_a_profile_for_every_recorded_suite() -> None:
    names = [name.removeprefix("sim/") for name in SIMULATED if name != "sim/perfect"]
    assert sorted(table().models) == sorted(names)
    assert all(sorted(suites) == sorted(SUITES) for suites in table().models.values())


def test_a_suite_that_was_not_recorded_gets_the_profile_of_mathutils() -> None:
    assert profile("sim/gpt-5.2", "elsewhere") == profile("sim/gpt-5.2", "mathutils")
    assert profile("sim/gpt-5.2", "svg") != profile("sim/gpt-5.2", "mathutils")


def test_an_unknown_model_has_no_profile() -> None:
    with pytest.raises(KeyError):
        profile("sim/somebody", "mathutils")


SHARES = {
    *("wrong", "repair", "hold", "step", "stays", "all", "one", "talks", "tests", "claims", "p_test"),
    *("attempt_p", "attempt_p_turn2", "attempt_p_when_open", "complete_same", "turn1_complete_same"),
    *("open_complete_p", "second_reply_claim_p"),
}


def shares(node: object, name: str = "", above: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from shares(value, key, name)
    elif name in SHARES or (above == "forgets" and not name.endswith("growth")):
        assert isinstance(node, (int, float)), name
        yield name, float(node)


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("model", [name for name in SIMULATED if name != "sim/perfect"])
def test_shares_are_shares_and_repairs_always_possible(model: str, suite: str) -> None:
    parameters: Profile = profile(model, suite)
    found = list(shares(json.loads(msgspec.json.encode(parameters))))
    assert len(found) > 30
    assert all(0 <= share <= 1 for _, share in found)
    assert 0 < parameters.wrong < 0.3
    assert parameters.repair >= 0.25


def test_a_wrong_share_follows_from_how_many_runs_end_with_passing_tests() -> None:
    assert derive._wrong((20, 20)) == pytest.approx(1 - (20.5 / 21) ** (1 / 20))
    assert derive._wrong((0, 60)) == pytest.approx(1 - (0.5 / 61) ** (1 / 20))
