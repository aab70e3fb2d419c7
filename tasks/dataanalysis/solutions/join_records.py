from typing import Any


def join_records(
    left: list[dict[str, Any]], right: list[dict[str, Any]], key: str, how: str = "inner"
) -> list[dict[str, Any]]:
    """Return the records of ``left`` joined with those of ``right`` that have the same ``key``."""
    if how not in {"inner", "left"}:
        raise ValueError("how must be 'inner' or 'left'")
    joined = []
    for record in left:
        value = record.get(key)
        matches = [] if value is None else [other for other in right if other.get(key) == value]
        for other in matches:
            added = {
                f"{name}_right" if name in record else name: other[name] for name in other if name != key
            }
            joined.append({**record, **added})
        if not matches and how == "left":
            joined.append(dict(record))
    return joined
