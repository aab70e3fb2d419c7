"""The style attribute's value."""

from collections.abc import Mapping


def style_string(properties: Mapping[str, str | float | None]) -> str:
    """Write style properties as `name:value` pairs, sorted by name; properties that are None are left out."""
    declarations: dict[str, str] = {}
    for key, value in properties.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else f"{value:g}"
        if not text or ";" in text:
            raise ValueError(f"not a value for {key}: {text!r}")
        declarations[key.replace("_", "-")] = text
    return ";".join(f"{name}:{declarations[name]}" for name in sorted(declarations))
