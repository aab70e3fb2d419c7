from typing import Any

from classify_regions import classify_regions


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def sales_report(source: list[dict[str, Any]] | None = None) -> str:
    """Return the sales report as text: a heading, one line per region and a line of totals."""
    regions = classify_regions(source)
    if not regions:
        return "Sales report\nNo sales"
    lines = ["Sales report"]
    for region in regions:
        lines.append(
            f"{region['rank']}. {region['region']} [{region['grade']}]: {region['revenue']:,.2f}"
            f" ({region['share']:.1f}%), {_plural(region['orders'], 'order')}, best {region['best_product']}"
        )
    total = sum(region["revenue"] for region in regions)
    orders = sum(region["orders"] for region in regions)
    lines.append(f"Total: {total:,.2f} from {_plural(orders, 'order')} in {_plural(len(regions), 'region')}")
    return "\n".join(lines)
