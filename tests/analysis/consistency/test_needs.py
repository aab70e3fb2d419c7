from __future__ import annotations

from engine.analysis.consistency import PREDICATES
from engine.analysis.consistency.needs import NEEDS


def test_every_predicate_about_the_team_says_what_it_needs_of_a_record() -> None:
    about_the_team = {(p.name, p.class_) for p in PREDICATES if p.class_ != "engine"}
    assert set(NEEDS) == about_the_team
