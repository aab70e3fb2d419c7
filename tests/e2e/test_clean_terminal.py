"""Whatever ends or suspends the screen, in a real terminal: the shell finds its terminal as it was."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.helpers.terminal import PATIENCE_SECONDS, Terminal

REPO = Path(__file__).parents[2]

Open = Callable[..., Terminal]

USUAL = {7, 25}
"""Private modes that a shell wants set: lines wrap, the cursor is seen."""

PASTE = {2004}
"""What bash sets while it reads a line, to know pasted text."""

KEY = "sk-ant-REDACTED"

SPOILT = """
import sys
from tui.screens import runscreen
from tui.widgets import header_rows
from tui.cli import main
real, painted = runscreen.RunScreen.{method}, []
def broken(self, *args):
    painted.append(1)
    if len(painted) > {after}:
        password_of_mine = "hunter2-local"
        raise RuntimeError("no [b]paint[/b] for {key} \\x1b]2;pwned\\x07" + password_of_mine[:0])
    return real(self, *args)
runscreen.RunScreen.{method} = broken
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Open]:
    opened: list[Terminal] = []

    def open_(
        *words: str,
        program: Sequence[str] = (sys.executable, "-m", "tui"),
        columns: int = 120,
        rows: int = 36,
        **variables: str,
    ) -> Terminal:
        variables |= {"PYTHONPATH": str(REPO), "TMPDIR": str(tmp_path)}
        opened.append(Terminal(words, tmp_path, columns=columns, rows=rows, program=program, **variables))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


def left_clean(ended: Terminal) -> None:
    assert ended.modes - USUAL == set()
    assert 25 in ended.modes
    assert ended.cooked
    pushed, popped = ended.raw.count(b"\x1b[>1u"), ended.raw.count(b"\x1b[<u")
    assert popped >= pushed  # the kitty keyboard


@pytest.mark.parametrize(
    ("method", "after"),
    [("paint", 3), ("action_zoom", 0)],
    ids=["painting", "a key"],
)
def test_an_error_within_the_screen_leaves_a_sentence_a_report_without_secrets_and_a_clean_terminal(
    terminal: Open, tmp_path: Path, method: str, after: int
) -> None:
    code = SPOILT.format(method=method, after=after, key=KEY)
    crashed = terminal(
        "replay", "sample-team", program=(sys.executable, "-c", code), SOME_API_KEY="horse-battery"
    )
    if method == "action_zoom":
        crashed.wait_for(r"seq \d+")
        crashed.type("z")
    assert crashed.wait() == 1
    left_clean(crashed)
    assert "something went wrong inside teamtop (RuntimeError)" in " ".join(crashed.text.split())
    assert "Traceback" not in crashed.text
    (report,) = tmp_path.glob("teamtop-crash-*.txt")
    assert report.stat().st_mode & 0o777 == 0o600
    text = report.read_text()
    assert "no [b]paint[/b]" in text
    for secret in (KEY, "horse-battery", "hunter2-local"):
        assert secret not in text
        assert secret.encode() not in bytes(crashed.raw)
    assert b"pwned" not in bytes(crashed.raw)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_paints_leaves_a_clean_terminal(terminal: Open, number: signal.Signals) -> None:
    playing = terminal("replay", "sample-team", "--speed", "1")
    playing.wait_for("playing")
    for _ in range(3):
        playing.read()
    os.kill(playing.process.pid, number)
    assert playing.wait() == 130
    left_clean(playing)


def test_the_screen_is_suspended_to_the_shell_and_comes_back_as_it_was(terminal: Open) -> None:
    shell = terminal(program=("/bin/bash", "--norc", "--noprofile", "-i"), PS1="shell> ")
    shell.wait_for("shell>")
    shell.type(f"{sys.executable} -m tui replay sample-team --at round:3\n")
    shell.wait_for(r"round 3 · seq")
    assert 1049 in shell.modes
    assert not shell.cooked
    shell.type("\x1a")
    shell.wait_for("Stopped")
    assert shell.modes - USUAL <= PASTE
    # Erased, for the emulator keeps what the other screen showed; what comes is painted anew.
    shell.type("printf '\\033[2Ja'$((1+1))b'\\n'\n")
    shell.wait_for(lambda text: "a2b" in text and "round 3" not in text)
    shell.type("fg\n")
    shell.wait_for(r"round 3 · seq")
    shell.type("]")
    shell.wait_for(r"round 4 · seq")
    before_end = len(shell.raw)
    shell.type("q")
    shell.wait_for(lambda _: shell.modes - PASTE - USUAL == set() and b"shell> " in shell.raw[before_end:])
    shell.type("exit\n")
    assert shell.wait() == 0


def test_a_dropped_line_leaves_the_team_at_work_and_watch_shows_it_again(
    terminal: Open, tmp_path: Path
) -> None:
    words = ["run", "svg", "--structure", "serial", "--strategy", "preassigned", "--model", "sim/perfect"]
    first = terminal(*words, "--speed", "1", "--run-id", "far", "--runs-dir", str(tmp_path))
    first.wait_for(r"Tasks \d+/20")
    first.hang_up()
    assert first.process.wait(PATIENCE_SECONDS) == 130
    assert not list(tmp_path.glob("teamtop-crash-*"))
    journal = tmp_path / "far" / "events.jsonl"
    before = journal.stat().st_size

    again = terminal("watch", "far", "--runs-dir", str(tmp_path), columns=80, rows=24)
    again.wait_for(lambda _: journal.stat().st_size > before)  # the engine went on by itself
    again.wait_for(r"Tasks \d+/20")
    again.type("q")
    again.wait_for("leave it running")
    again.type("s")
    again.wait()
    left_clean(again)
