"""A terminal that goes takes nothing else with it."""

from __future__ import annotations

import io
import os
import pty
from threading import Thread
from typing import IO, Any, cast

import pytest
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread
from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal import Line, TolerantDriver, hung_up, tolerant


class Dropping(io.StringIO):
    """A terminal whose line drops after ``lasts`` writes."""

    def __init__(self, lasts: int) -> None:
        super().__init__()
        self.lasts = lasts

    def write(self, text: str) -> int:
        self.lasts -= 1
        if self.lasts < 0:
            raise OSError(5, "Input/output error")
        return super().write(text)


class Closing(io.StringIO):
    """A terminal that fails when it is to send what it was given."""

    def flush(self) -> None:
        raise OSError(5, "Input/output error")


def test_what_is_written_arrives_until_the_line_drops() -> None:
    below = Dropping(2)
    line = Line(below)
    assert [line.write(text) for text in ("one ", "two", "three", "four")] == [4, 3, 5, 4]
    assert below.getvalue() == "one two"
    assert below.lasts == -1  # the fourth was not even tried


class Sipping(io.RawIOBase):
    """A terminal that takes a few bytes at a time, as one does while signals come."""

    def __init__(self) -> None:
        self.got = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.got += bytes(data[:7])
        return len(data[:7])


def test_what_the_terminal_does_not_take_at_once_is_given_to_it_again_also_without_a_buffer() -> None:
    """With PYTHONUNBUFFERED set, Python drops the rest: half a frame, and the screen is torn from then on."""
    below = Sipping()
    line = Line(io.TextIOWrapper(below, encoding="utf-8", write_through=True))  # type: ignore[type-var]  # unbuffered
    text = "╭─ 1 Tasks ─╮ ⚡1 \x1b[1;1H" * 9
    assert line.write(text) == len(text)
    assert below.got.decode() == text


@pytest.mark.parametrize("below", [Dropping(0), Closing()], ids=["writing", "sending"])
def test_the_thread_that_paints_outlives_the_line(below: IO[str]) -> None:
    """Else the application waits for ever for a place in its queue."""
    writer = WriterThread(cast("IO[str]", Line(below)))
    writer.start()

    def paint() -> None:
        for _ in range(3 * MAX_QUEUED_WRITES):
            writer.write("frame")
        writer.stop()

    painter = Thread(target=paint, daemon=True)
    painter.start()
    painter.join(180)
    assert not painter.is_alive()


def test_only_the_driver_of_terminals_is_replaced() -> None:
    assert tolerant(LinuxDriver) is TolerantDriver
    assert tolerant(HeadlessDriver) is HeadlessDriver


def test_a_hung_up_terminal_is_told_from_a_file_and_a_terminal_that_is_there() -> None:
    ours, theirs = pty.openpty()
    kept = os.dup(0)
    try:
        os.dup2(theirs, 0)
        assert not hung_up()
        os.close(ours)
        assert hung_up()
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(theirs)
    with open(os.devnull) as nothing:
        kept = os.dup(0)
        os.dup2(nothing.fileno(), 0)
        assert not hung_up()
        os.dup2(kept, 0)
        os.close(kept)
