from typing import Any

from sort_sales import sort_sales


def group_by_region(source: list[dict[str, Any]] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the sorted records by region, regions in alphabetical order."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for record in sort_sales(source):
        groups.setdefault(record["region"], []).append(record)
    return {region: groups[region] for region in sorted(groups)}
