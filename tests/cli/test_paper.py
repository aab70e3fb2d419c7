"""``teamtop paper`` as a person or a script uses it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import Teamtop
from tests.helpers.recordings import part, recordings

CELL = {
    "mode",
    "model",
    "structure",
    "agents",
    "speedup",
    "token_multiplier",
    "published_speedup",
    "published_token_multiplier",
}
STATISTIC = {"name", "value", "p_value", "n", "published", "reproduces", "definition"}


def test_json_holds_the_table_and_the_statistics_unrounded(teamtop: Teamtop) -> None:
    said = teamtop("paper", str(recordings()), "--json")
    assert (said.code, said.err) == (0, "")
    assert set(said.json) == {"table1", "statistics"}
    assert {frozenset(cell) for cell in said.json["table1"]} == {frozenset(CELL)}
    assert {frozenset(found) for found in said.json["statistics"]} == {frozenset(STATISTIC)}
    cell = next(c for c in said.json["table1"] if c["agents"] == 5 and c["structure"] == "mixed")
    assert (cell["mode"], cell["model"], cell["published_speedup"]) == ("preassigned", "claude", 1.3)
    assert cell["speedup"] == pytest.approx(1.445112146, rel=1e-9)
    bound = next(f for f in said.json["statistics"] if f["name"] == "sec4_1.wilcoxon_p_lt_001")
    assert bound["published"] == "<0.001"


def test_people_are_told_what_reproduces_and_by_which_definition(teamtop: Teamtop) -> None:
    said = teamtop("paper", str(recordings()))
    assert said.code == 0
    assert "Table 1: 67 of 72 reproduce.\nStatistics: 30 of 41 reproduce." in said.out
    assert "sec4_4.mwu_idle                         289,671.5, printed 289672" in said.out
    assert "≠ preassigned claude mixed N=5: printed 1.30 3.04" in said.out
    assert "Mann-Whitney U, parallel > mixed" in said.out


def test_part_of_the_runs_is_answered_with_what_it_gives(teamtop: Teamtop, tmp_path: Path) -> None:
    folder = part(tmp_path / "part", (pl.col("mode") == "decentralized") & (pl.col("rep") == 0))
    found = {f["name"]: f for f in teamtop("paper", str(folder), "--json").json["statistics"]}
    assert found["sec4_1.kruskal_H"]["value"] is None
    assert found["sec4_1.kruskal_H"]["reproduces"] is None
    assert found["sec4_3.median_failures_decentralized"]["value"] is not None
    assert "cannot be computed from these runs" in teamtop("paper", str(folder)).out


@pytest.mark.parametrize("broken", ["runs.parquet", "events.parquet"])
def test_missing_damaged_and_wrong_files_are_a_sentence(
    teamtop: Teamtop, tmp_path: Path, broken: str
) -> None:
    folder = part(tmp_path / "part", pl.col("n_teammates") == 1)
    path = folder / broken
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    said = teamtop("paper", str(folder))
    assert (said.code, said.out) == (1, "")
    assert broken in said.err
    assert "Traceback" not in said.err
    pl.DataFrame({"some": ["thing"]}).write_parquet(path)
    assert "has no column" in teamtop("paper", str(folder)).err
    other = pl.read_parquet(recordings() / broken).with_columns(pl.lit(1).alias("run_dir"))
    other.write_parquet(path)
    assert "run_dir" in teamtop("paper", str(folder)).err
    path.unlink()
    assert f"{broken} is missing" in teamtop("paper", str(folder)).err


def test_figures_are_charts_on_the_terminal_and_files_in_a_folder(teamtop: Teamtop, tmp_path: Path) -> None:
    folder = part(tmp_path / "part", pl.col("rep") == 0)
    said = teamtop("paper", str(folder), "--figure", "2", "--figure", "5")
    assert said.code == 0
    assert "Figure 2. Speedup" in said.out
    assert "Figure 5. Straggler gap" in said.out
    assert "Figure 3" not in said.out
    assert "▲ claude" in said.out
    said = teamtop("paper", str(folder), "--svg", str(tmp_path / "out"), "--figure", "4")
    assert said.out == f"{tmp_path / 'out' / 'figure-4.svg'}\n"
    assert len(teamtop("paper", str(folder), "--svg", str(tmp_path / "out")).out.splitlines()) == 5
    assert "is not among them" in teamtop("paper", str(folder), "--figure", "1").err
    assert teamtop("paper", str(folder), "--figure", "2", "--json").code == 2
    (tmp_path / "file").write_text("")
    assert "cannot be written" in teamtop("paper", str(folder), "--svg", str(tmp_path / "file" / "x")).err
