"""Where the files of a team are, below a folder like ``~/.claude``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from engine.errors import TeamtopError
from engine.interop.loose import BadJson, Object, name, parse_object, parts
from engine.record.files import open_regular

SESSIONS_MAX = 2_000
"""Transcripts that are looked at, newest first."""

HEAD = 1 << 16
"""Bytes of a transcript in which it must say of which team it is."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder ``root`` and the ``team`` in it."""

    root: Path
    team: str

    @property
    def config(self) -> Path:
        """Who is in the team."""
        return self.root / "teams" / self.team / "config.json"

    def inboxes(self) -> list[Path]:
        """One file of mail per member."""
        return sorted((self.root / "teams" / self.team / "inboxes").glob("*.json"))

    def tasks(self) -> list[Path]:
        """One file per task, as it stands now."""
        return sorted((self.root / "tasks" / self.team).glob("*.json"))

    def sessions(self, lead: str) -> list[Path]:
        """Transcripts of the team: of the session ``lead``, and those that name the team at their start."""
        everything = [
            *self.root.glob("projects/*/*.jsonl"),
            *self.root.glob("projects/*/*/subagents/*.jsonl"),
        ]
        newest = sorted(everything, key=_age)[:SESSIONS_MAX]
        return [path for path in newest if path.stem == lead or self._names_the_team(path)]

    def _names_the_team(self, path: Path) -> bool:
        try:
            with open_regular(path) as file:
                head = file.read(HEAD).decode(errors="replace")
        except OSError:
            return False
        return re.search(rf'"teamName"\s*:\s*"{re.escape(self.team)}"', head) is not None

    def read_config(self) -> Object:
        """The configuration; empty if there is none. Raises ``BadJson``."""
        try:
            return parse_object(self.config.read_bytes())
        except OSError:
            return {}


def find(path: Path, team: str = "") -> Home:
    """The team at ``path``: a folder like ``~/.claude`` (with ``team``, if it has several), or a team's own.

    Raises ``TeamtopError``, one sentence.
    """
    path = path.expanduser()
    if path.is_file():
        path = path.parent
    if (path / "config.json").is_file() and path.parent.name == "teams":
        return Home(path.parent.parent, path.name)
    there = sorted({*_names(path / "teams"), *_names(path / "tasks")}) if path.is_dir() else []
    if team in there:
        return Home(path, team)
    if team:
        raise TeamtopError(f"{path} has no team {team!r}; it has {', '.join(there) or 'none'}.")
    if len(there) == 1:
        return Home(path, there[0])
    if there:
        raise TeamtopError(f"{path} has several teams: choose one with --team ({', '.join(there[:20])}).")
    raise TeamtopError(
        f"{path} has no team of Claude Code: give a folder that holds teams/ and tasks/, such as ~/.claude."
    )


def members(config: Object) -> list[tuple[str, bool, str, float | None]]:
    """Name, whether it leads, model, and time of joining of every member; who comes twice counts once."""
    found: dict[str, tuple[str, bool, str, float | None]] = {}
    lead = name(config, "leadAgentId")
    for member in parts(config, "members"):
        who = name(member, "name")
        joined = member.get("joinedAt")
        when = joined / 1000 if isinstance(joined, int | float) and not isinstance(joined, bool) else None
        leads = name(member, "agentId") == lead != "" or name(member, "agentType") == "team-lead"
        if who:
            found.setdefault(who, (who, leads, name(member, "model"), when))
    return list(found.values())


def _names(folder: Path) -> list[str]:
    try:
        return [each.name for each in folder.iterdir() if each.is_dir() and not each.name.startswith(".")]
    except OSError:
        return []


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


__all__ = ["BadJson", "Home", "find", "members"]
