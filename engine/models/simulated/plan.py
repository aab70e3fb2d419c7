"""A reply under construction: sentences first, then actions in the order in which they were decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Plan:
    """What a simulated agent is about to answer."""

    talk: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)  # written in this reply
    claimed: list[str] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    tests: int = 0
    wants_test: bool = False  # something can only be found out by running all tests
    cut: tuple[str, str] | None = None  # an edit that the limit on output tokens breaks off
    overlooked: str = ""  # a task that is never reported

    @property
    def edits(self) -> int:
        """Files written whole."""
        return len(self.paths)

    @property
    def tags(self) -> int:
        """Actions other than edits."""
        return len(self.steps) - len(self.paths)

    def say(self, sentence: str) -> None:
        """Add a sentence; the reader is shown no more than it needs, so a repeated one is dropped."""
        if sentence and sentence not in self.talk:
            self.talk.append(sentence)

    def claim(self, task: str) -> None:
        """Claim a task."""
        self.claimed.append(task)
        self.steps.append(f'<claim_task id="{task}"/>')

    def complete(self, task: str) -> None:
        """Report a task as done."""
        if task == self.overlooked:
            return
        self.completed.append(task)
        self.steps.append(f'<complete_task id="{task}"/>')

    def look(self, paths: Iterable[str]) -> None:
        """Ask to be shown files."""
        self.steps += (f'<read_file path="{path}"/>' for path in paths)

    def approve(self, task: str) -> None:
        """Approve a teammate's task."""
        self.steps.append(f'<approve_task id="{task}"/>')

    def reject(self, task: str, reason: str) -> None:
        """Give a teammate's task back."""
        self.steps.append(f'<reject_task id="{task}">{reason}</reject_task>')

    def test(self) -> None:
        """Run all the tests."""
        self.tests += 1
        self.steps.append("<run_tests/>")

    def edit(self, path: str, content: str) -> None:
        """Write a file; a path is written once per reply."""
        if path not in self.paths:
            self.paths.append(path)
            self.steps.append(f'<edit_file path="{path}">\n{content}</edit_file>')

    def send(self, to: str, text: str) -> None:
        """Write to a teammate."""
        self.steps.append(f'<send_message to="{to}">{text}</send_message>')

    def broadcast(self, text: str) -> None:
        """Write to everybody."""
        self.steps.append(f"<broadcast>{text}</broadcast>")

    def assign(self, task: str, to: str) -> None:
        """Give a task to a developer (lead only)."""
        self.steps.append(f'<assign_task id="{task}" to="{to}"/>')

    def ask(self, to: str) -> None:
        """Ask a developer for a status (lead only)."""
        self.steps.append(f'<request_status to="{to}"/>')

    def synthesize(self, text: str) -> None:
        """Sum up the work (lead only)."""
        self.steps.append(f"<synthesize>{text}</synthesize>")

    def text(self) -> str:
        """The reply as it is sent."""
        parts = [" ".join(self.talk)] if self.talk else []
        if self.steps:
            parts.append("\n".join(self.steps))
        if self.cut is not None:
            path, content = self.cut
            # Broken off after half of its lines, as a reply that ran into the limit is.
            lines = content.splitlines(keepends=True)
            half = "".join(lines[: max(1, len(lines) // 2)])
            parts.append(f'<edit_file path="{path}">\n{half}')
        return "\n\n".join(parts[:1]) + ("\n\n" if parts[1:] else "") + "\n".join(parts[1:])
