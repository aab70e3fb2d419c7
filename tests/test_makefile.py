"""`make` sets teamtop up wherever pip can, also where uv cannot."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def make_with(tmp_path: Path, uv: str) -> list[str]:
    """What pip was asked for, by `make` with a uv that runs `uv`."""
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name, does in (("python", f'echo "$*" >> {tmp_path}/asked'), ("uv", uv)):
        (binaries / name).write_text(f"#!/bin/sh\n{does}\n")
        (binaries / name).chmod(0o755)
    (tmp_path / "asked").touch()
    subprocess.run(["make", ".venv/.ready"], cwd=tmp_path, check=True, capture_output=True)
    return (tmp_path / "asked").read_text().splitlines()


def test_pip_installs_what_uv_cannot(tmp_path: Path) -> None:
    asked = make_with(tmp_path, "exit 2")
    assert len(asked) == 2
    assert asked[0].endswith("--require-hashes -r requirements.lock")
    assert asked[1].endswith("--no-deps --editable .")


def test_pip_is_not_asked_where_uv_can(tmp_path: Path) -> None:
    assert make_with(tmp_path, "exit 0") == []
