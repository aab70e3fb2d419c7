"""Opens a log of Inspect: a ZIP of JSON texts, or one JSON text. All of it is untrusted and bounded."""

from __future__ import annotations

import importlib
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import TeamtopError
from engine.interop.loose import BadJson, Object, parse_object, part, parts
from engine.record.files import open_regular

ENTRY_MAX = 64 << 20
"""Bytes of one JSON text, unpacked; a larger one is left out."""

TOTAL_MAX = 1 << 30
"""Bytes of all of them together; what comes later is left out."""

ENTRIES_MAX = 20_000
"""Entries of an archive that are looked at."""

ZSTD = 93
"""How the ZIP format calls entries that Zstandard packed, as newer logs of Inspect have them."""

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    IndexError,
    OverflowError,
)
"""What reading a damaged archive raises."""


class Unreadable(ValueError):  # noqa: N818 - it names what was found, not what went wrong in the program
    """An entry cannot be had; the message says why, in words."""


def is_archive(path: Path) -> bool:
    """Whether the file begins as a ZIP does."""
    with open_regular(path) as file:
        return file.read(4) == b"PK\x03\x04"


def texts(path: Path) -> Iterator[tuple[str, Object | str]]:
    """Every sample with its name, after the ``header``; for one that cannot be read, why not in words.

    Raises ``TeamtopError`` if the file cannot be opened at all.
    """
    try:
        if is_archive(path):
            with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
                yield from _entries(archive, raw)
            return
        if path.stat().st_size > ENTRY_MAX:
            raise TeamtopError(
                f"{path} is larger than {ENTRY_MAX >> 20} MiB: have Inspect write it as .eval."
            )
        log = parse_object(path.read_bytes())
    except BadJson as bad:
        raise TeamtopError(f"{path} is no log of Inspect: {bad}.") from None
    except BROKEN as error:
        why = getattr(error, "strerror", None) or error
        raise TeamtopError(f"{path} cannot be read: {why}.") from None
    if not part(log, "eval"):
        raise TeamtopError(f"{path} is no log of Inspect: it has no eval.")
    yield "header", log
    for number, sample in enumerate(parts(log, "samples"), 1):
        yield f"sample {number}", sample


def _entries(archive: zipfile.ZipFile, raw: BinaryIO) -> Iterator[tuple[str, Object | str]]:
    there = {info.filename: info for info in archive.infolist()[:ENTRIES_MAX]}
    head = there.get("header.json") or there.get("_journal/start.json")
    samples = [info for name, info in there.items() if name.startswith("samples/") and name.endswith(".json")]
    left = TOTAL_MAX
    for info in (*([head] if head else []), *samples):
        name = "header" if info is head else info.filename
        try:
            data = _read(archive, raw, info, min(ENTRY_MAX, left))
            left -= len(data)
            yield name, parse_object(data)
        except BadJson as bad:
            yield name, str(bad)
        except Unreadable as why:
            yield name, str(why)
        except BROKEN as error:
            yield name, f"it is damaged ({error})"


def _read(archive: zipfile.ZipFile, raw: BinaryIO, info: zipfile.ZipInfo, limit: int) -> bytes:
    """The entry unpacked; what it says of its own size is not believed."""
    if info.compress_type == ZSTD and sys.version_info < (3, 14):
        data = _unpacked(raw, info, limit)
    else:
        with archive.open(info) as file:
            data = file.read(limit + 1)
    if len(data) > limit:
        raise Unreadable(f"it is larger than {limit >> 20} MiB")
    return data


def _unpacked(raw: BinaryIO, info: zipfile.ZipInfo, limit: int) -> bytes:
    """What Zstandard packed, which ``zipfile`` reads from Python 3.14 on."""
    try:
        zstd: Any = importlib.import_module("backports.zstd")
    except ImportError:
        raise Unreadable(
            "it is packed with Zstandard, which this Python cannot read: pip install 'teamtop[inspect]'"
        ) from None
    raw.seek(info.header_offset)
    names = struct.unpack("<HH", raw.read(30)[26:30])
    raw.seek(sum(names), 1)
    try:
        data: bytes = zstd.ZstdDecompressor().decompress(raw.read(min(info.compress_size, limit)), limit + 1)
    except zstd.ZstdError as error:
        raise Unreadable(f"it is damaged ({error})") from None
    return data
