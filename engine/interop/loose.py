"""Reading JSON whose shape is somebody else's: what is not as expected is as if it were not there."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from engine.interop.teamlog.lines import NAME_MAX, TEXT_MAX

Object: TypeAlias = dict[str, Any]


class BadJson(ValueError):  # noqa: N818 - it names what was found, not what went wrong in the program
    """No JSON, or not of the kind that belongs there; the message says so in words."""


def parse(raw: bytes) -> Any:  # noqa: ANN401 - JSON; its reader knows the shape
    """The value of a JSON text. Raises ``BadJson``."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadJson(str(error)) from error
    except RecursionError as error:
        raise BadJson("it is nested too deeply") from error


def parse_object(raw: bytes) -> Object:
    """The JSON object of a text. Raises ``BadJson``."""
    value = parse(raw)
    if not isinstance(value, dict):
        raise BadJson("it is no JSON object")
    return value


def part(value: object, *keys: str) -> Object:
    """The object at the end of a path of keys; empty if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def parts(value: object, key: str) -> list[Object]:
    """The objects in the list under ``key``; what is no object is left out."""
    found = value.get(key) if isinstance(value, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def text(value: object, *keys: str, limit: int = TEXT_MAX) -> str:
    """The first text under one of ``keys``, cut at ``limit``; empty if there is none."""
    if isinstance(value, dict):
        for key in keys:
            found = value.get(key)
            if isinstance(found, str):
                return found[:limit]
            if isinstance(found, int) and not isinstance(found, bool):
                return str(found)[:limit]
    return ""


def name(value: object, *keys: str) -> str:
    """As ``text``, for names, ids and paths."""
    return text(value, *keys, limit=NAME_MAX)


def texts(value: object, key: str) -> tuple[str, ...]:
    """The texts (and whole numbers, as text) in the list under ``key``."""
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list):
        return ()
    return tuple(str(each)[:NAME_MAX] for each in found if isinstance(each, str | int) and str(each))


def count(value: object, *keys: str) -> int | None:
    """The first whole number from 0 under one of ``keys``; null if there is none. Texts of digits count."""
    if isinstance(value, dict):
        for key in keys:
            found = value.get(key)
            if isinstance(found, str) and found.isdecimal() and len(found) < 16:
                return int(found)
            if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found < 10**15:
                return int(found)
    return None


def seconds(value: object, *keys: str) -> float | None:
    """The first time under one of ``keys``, in seconds since 1970: text as RFC 3339 has it, or numbers in
    seconds, milli-, micro- or nanoseconds (told apart by their size); null if there is none."""
    if isinstance(value, dict):
        for key in keys:
            found = value.get(key)
            if isinstance(found, str):
                if found.isdecimal() and len(found) < 20:
                    found = int(found)
                else:
                    try:
                        return datetime.fromisoformat(found).timestamp()
                    except (ValueError, OverflowError, OSError):
                        continue
            if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found < 10**19:
                for since, unit in ((10**17, 1e9), (10**14, 1e6), (10**11, 1e3)):
                    if found >= since:
                        return found / unit
                return float(found)
    return None
