from collections import Counter
from typing import Any

from group_by_region import group_by_region


def _best_product(sales: list[dict[str, Any]]) -> str:
    units: Counter[str] = Counter()
    for sale in sales:
        units[sale["product"]] += sale["quantity"]
    return min(units, key=lambda product: (-units[product], product))


def summarize_regions(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return one summary per region, regions in alphabetical order."""
    summaries = []
    for region, sales in group_by_region(source).items():
        revenue = round(sum(sale["revenue"] for sale in sales), 2)
        summaries.append(
            {
                "region": region,
                "orders": len(sales),
                "units": sum(sale["quantity"] for sale in sales),
                "months": len({sale["month"] for sale in sales}),
                "revenue": revenue,
                "average": round(revenue / len(sales), 2),
                "best_product": _best_product(sales),
            }
        )
    return summaries
