"""One attribute of an SVG element."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from format_number import format_number

Numbers = float | list[float] | tuple[float, ...]


def format_attr(name: str, value: str | Numbers | Mapping[str, Numbers]) -> str:
    """Write `name="value"` for a text, a flag, numbers or a mapping of transform calls."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_:.-]*", name):
        raise ValueError(f"not an attribute name: {name!r}")
    if isinstance(value, str):
        text = escape(value, {'"': "&quot;"})
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, Mapping):
        text = " ".join(f"{call}({_numbers(part)})" for call, part in value.items())
    else:
        text = _numbers(value)
    return f'{name.rstrip("_").replace("_", "-")}="{text}"'


def _numbers(value: Numbers) -> str:
    items = value if isinstance(value, (list, tuple)) else [value]
    return " ".join(format_number(item) for item in items)
