"""Writing the journal: what is acknowledged is in the file, in order; a failed write is final and told."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from engine.record import events as ev
from engine.record.journal import read
from engine.record.writer import (
    FileStore,
    JournalError,
    JournalWriter,
    MemoryStore,
    Store,
    SyncStore,
)

FULL = Path("/dev/full")


def event(seq: int) -> ev.Event:
    return ev.RoundEnded(seq=seq)


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 180))


class Recording(MemoryStore):
    """Remembers each write; ``slow`` ones let others append meanwhile."""

    def __init__(self, *, slow: bool = False) -> None:
        super().__init__()
        self.immediate = not slow
        self.writes: list[tuple[int, bool]] = []
        self.written = asyncio.Event()

    async def write(self, data: bytes, *, sync: bool) -> None:
        if not self.immediate:
            await asyncio.sleep(0)
        self.writes.append((data.count(b"\n"), sync))
        await super().write(data, sync=sync)
        self.written.set()


@pytest.mark.parametrize("store", [FileStore, SyncStore])
def test_what_was_committed_can_be_read_while_the_writer_lives(
    tmp_path: Path, store: type[FileStore] | type[SyncStore]
) -> None:
    path = tmp_path / "events.jsonl"

    async def main() -> None:
        writer = JournalWriter(store(path))
        for seq in range(1, 6):
            writer.append(event(seq))
            await writer.commit(sync=seq % 2 == 0)
            assert len(read(path).events) == seq
        writer.append(event(6))
        await writer.close()

    run(main())
    assert [found.seq for found in read(path).events] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("store", [FileStore, SyncStore])
def test_a_writer_appends_to_what_is_there(tmp_path: Path, store: type[FileStore] | type[SyncStore]) -> None:
    path = tmp_path / "events.jsonl"

    async def main(seq: int) -> None:
        writer = JournalWriter(store(path))
        writer.append(event(seq))
        await writer.close()

    run(main(1))
    run(main(2))
    assert [found.seq for found in read(path).events] == [1, 2]


@pytest.mark.parametrize("slow", [False, True])
def test_events_are_written_in_batches_and_synced_on_request(slow: bool) -> None:
    store = Recording(slow=slow)

    async def main() -> None:
        writer = JournalWriter(store)
        for seq in range(1, 4):
            writer.append(event(seq))
        await writer.commit()
        await writer.commit()
        await writer.commit(sync=True)
        await writer.commit(sync=True)
        await writer.close()

    run(main())
    assert store.writes == [(3, False), (0, True)]


def test_commits_that_come_together_share_one_write_and_all_are_answered() -> None:
    store = Recording(slow=True)

    async def one(writer: JournalWriter, seq: int) -> None:
        writer.append(event(seq))
        await writer.commit(sync=seq == 7)
        assert f'"seq":{seq},'.encode() in store.data

    async def main() -> None:
        writer = JournalWriter(store)
        await asyncio.gather(*(one(writer, seq) for seq in range(1, 51)))
        await writer.close()

    run(main())
    assert sum(count for count, _ in store.writes) == 50
    assert len(store.writes) <= 3


def test_a_cancelled_commit_loses_no_event() -> None:
    store = Recording(slow=True)

    async def main() -> None:
        writer = JournalWriter(store)
        writer.append(event(1))
        waiting = asyncio.ensure_future(writer.commit())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        writer.append(event(2))
        await writer.close()

    run(main())
    assert store.data.count(b"\n") == 2


def test_hurry_writes_without_waiting() -> None:
    store = Recording(slow=True)

    async def main() -> None:
        writer = JournalWriter(store)
        writer.append(event(1))
        writer.hurry()
        writer.append(event(2))
        assert store.writes == []
        await store.written.wait()
        assert len(store.writes) == 1
        assert store.data.count(b"\n") == 2
        await writer.close()

    run(main())


class Failing(Recording):
    """Fails at write number ``at``, for good."""

    def __init__(self, at: int, error: Exception, *, slow: bool) -> None:
        super().__init__(slow=slow)
        self.at = at
        self.error = error
        self.closed = False

    async def write(self, data: bytes, *, sync: bool) -> None:
        if len(self.writes) + 1 >= self.at:
            raise self.error
        await super().write(data, sync=sync)

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), ValueError("odd")])
def test_a_failed_write_is_told_to_whoever_waits_and_to_everybody_after(slow: bool, error: Exception) -> None:
    store = Failing(2, error, slow=slow)

    async def main() -> None:
        writer = JournalWriter(store)
        writer.append(event(1))
        await writer.commit()
        writer.append(event(2))
        for _ in range(3):
            with pytest.raises(JournalError, match="the journal in memory cannot be written"):
                await writer.commit()
        writer.append(event(3))
        writer.hurry()
        with pytest.raises(JournalError):
            await writer.close()

    run(main())
    assert store.closed
    assert store.data.count(b"\n") == 1


def test_all_who_wait_for_a_write_that_fails_are_told() -> None:
    async def main() -> None:
        writer = JournalWriter(Failing(1, OSError(errno.EIO, "Input/output error"), slow=True))
        writer.append(event(1))
        results = await asyncio.gather(*(writer.commit() for _ in range(5)), return_exceptions=True)
        assert [type(result) for result in results] == [JournalError] * 5

    run(main())


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full is a device of Linux")
@pytest.mark.parametrize("store", [FileStore, SyncStore])
def test_a_full_disk_is_one_sentence_that_names_the_file(store: type[FileStore] | type[SyncStore]) -> None:
    async def main() -> None:
        writer = JournalWriter(store(FULL))
        writer.append(event(1))
        with pytest.raises(JournalError, match=r"^/dev/full cannot be written \(No space left on device\): "):
            await writer.commit()
        with pytest.raises(JournalError):
            await writer.close()

    run(main())


@pytest.mark.parametrize("store", [FileStore, SyncStore])
def test_a_file_that_cannot_be_opened_is_told_as_a_failed_write(
    tmp_path: Path, store: type[FileStore] | type[SyncStore]
) -> None:
    async def main() -> None:
        opened: Store = store(tmp_path)  # a folder
        writer = JournalWriter(opened)
        writer.append(event(1))
        with pytest.raises(JournalError, match="Is a directory"):
            await writer.commit()
        with pytest.raises(JournalError):
            await writer.close()

    run(main())
