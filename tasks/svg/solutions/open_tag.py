"""The opening tag of an element."""

import re
from collections.abc import Mapping
from typing import Any

from format_attrs import format_attrs


def open_tag(name: str, attrs: Mapping[str, Any] | None = None, empty: bool = False) -> str:
    """Write `<name ...>`, or `<name .../>` for an element without content."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(:[A-Za-z][A-Za-z0-9]*)?", name):
        raise ValueError(f"not an element name: {name!r}")
    return f"<{name}{format_attrs(attrs)}{'/>' if empty else '>'}"
