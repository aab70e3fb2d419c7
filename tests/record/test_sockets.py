"""Sockets have short paths, wherever runs and temporary files are kept."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from engine.record import sockets
from engine.record.folder import RunFolder


def test_sockets_stand_among_temporary_files_while_their_paths_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/somewhere/short")
    assert sockets.temporary() == Path("/somewhere/short")
    monkeypatch.setattr(tempfile, "tempdir", "/deep" * 9)
    assert sockets.temporary() == Path("/tmp")


@pytest.mark.parametrize("deep", [1, 9, 40])
def test_the_control_socket_of_a_run_fits_however_deep_its_folder_is(
    monkeypatch: pytest.MonkeyPatch, deep: int
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/deeper" * deep)
    runs = {RunFolder(Path("/runs" * deep) / name).socket_path for name in ("one", "two")}
    assert len(runs) == 2, "each run has its own"
    assert all(len(os.fsencode(path)) <= sockets.PATH_MAX for path in runs)
