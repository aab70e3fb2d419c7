from typing import Any

from rank_regions import rank_regions


def add_shares(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the ranked summaries with their share and cumulative share of all revenue, in percent."""
    ranked = rank_regions(source)
    total = sum(summary["revenue"] for summary in ranked)
    shared = []
    running = 0.0
    for summary in ranked:
        running += summary["revenue"]
        share = round(100 * summary["revenue"] / total, 1) if total else 0.0
        cumulative = round(100 * running / total, 1) if total else 0.0
        shared.append({**summary, "share": share, "cumulative": cumulative})
    return shared
