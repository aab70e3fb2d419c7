from typing import Any

from summarize_regions import summarize_regions


def rank_regions(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the summaries, largest revenue first, each with its rank; equal revenues share a rank."""
    ordered = sorted(summarize_regions(source), key=lambda summary: (-summary["revenue"], summary["region"]))
    ranked: list[dict[str, Any]] = []
    for position, summary in enumerate(ordered, start=1):
        tied = bool(ranked) and ranked[-1]["revenue"] == summary["revenue"]
        ranked.append({**summary, "rank": ranked[-1]["rank"] if tied else position})
    return ranked
