"""All attributes of an SVG element."""

from collections.abc import Mapping
from typing import Any

from format_attr import format_attr


def format_attrs(attrs: Mapping[str, Any] | None = None) -> str:
    """Write the attributes in the order given, each after one space; those that are None are left out."""
    written: dict[str, str] = {}
    for key, value in (attrs or {}).items():
        if value is None:
            continue
        text = format_attr(key, value)
        name = text.partition("=")[0]
        if name in written:
            raise ValueError(f"attribute {name} is given twice")
        written[name] = text
    return "".join(f" {text}" for text in written.values())
