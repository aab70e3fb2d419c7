"""A whole element."""

from collections.abc import Mapping
from typing import Any

from open_tag import open_tag


def tag(name: str, attrs: Mapping[str, Any] | None = None, *children: str | None) -> str:
    """Write an element around its children, which are markup; without content it closes itself."""
    content = "".join(child for child in children if child is not None)
    if not content:
        return open_tag(name, attrs, empty=True)
    return f"{open_tag(name, attrs)}{content}</{name}>"
