"""One hash for a whole set of files, cheap to keep up to date.

Files are spread over 256 buckets by the hash of their path; the tree's hash is that of the buckets' hashes.
One changed file costs its bucket and the top, not the tree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

_BUCKETS = 256
"""One byte of the path's hash; 2,000 files give buckets of about eight."""


def content_hash(content: str) -> str:
    """SHA-256 of the content in UTF-8, in hex."""
    return hashlib.sha256(content.encode()).hexdigest()


def tree_hash(files: Mapping[str, str]) -> str:
    """SHA-256 that names these paths with these contents, in hex; the order of the mapping plays no part."""
    tree = TreeHash()
    for path, content in files.items():
        tree.put(path, content_hash(content))
    return tree.value()


class TreeHash:
    """The hash of a growing set of files, given by path and hash of content."""

    def __init__(self) -> None:
        self._buckets: list[dict[str, str]] = [{} for _ in range(_BUCKETS)]
        self._digests: list[bytes] = [_digest({})] * _BUCKETS
        self._stale: set[int] = set()
        self._value = ""

    def put(self, path: str, content_hash: str) -> None:
        """Set or replace a file."""
        bucket = hashlib.sha256(path.encode()).digest()[0]
        self._buckets[bucket][path] = content_hash
        self._stale.add(bucket)

    def value(self) -> str:
        """The hash of the set as it is now."""
        if self._stale or not self._value:
            for bucket in self._stale:
                self._digests[bucket] = _digest(self._buckets[bucket])
            self._stale.clear()
            self._value = hashlib.sha256(b"".join(self._digests)).hexdigest()
        return self._value

    def value_with(self, files: Mapping[str, str]) -> str:
        """The hash of the set with other files (path to hash of content) laid over it for once."""
        self.value()
        digests = list(self._digests)
        laid: dict[int, dict[str, str]] = {}
        for path, hashed in files.items():
            bucket = hashlib.sha256(path.encode()).digest()[0]
            laid.setdefault(bucket, dict(self._buckets[bucket]))[path] = hashed
        for bucket, entries in laid.items():
            digests[bucket] = _digest(entries)
        return hashlib.sha256(b"".join(digests)).hexdigest()


def _digest(bucket: Mapping[str, str]) -> bytes:
    lines = "".join(f"{content} {path}\n" for path, content in sorted(bucket.items()))
    return hashlib.sha256(lines.encode()).digest()
