"""The summary of a run as a file, in any form that it can have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.record.folder import RunFolder

if TYPE_CHECKING:
    from textual.theme import Theme

    from engine.analysis.exports import Format
    from tui.widgets.summary_figures import Report


def report_of(folder: RunFolder, dirs: Sequence[Path]) -> Report:
    """The summary of a run, measured against those in ``dirs``; in a thread, for it reads the whole journal.

    Raises ``TeamtopError`` with a sentence if it cannot be made, whatever the reason.
    """
    from engine.analysis import report as reports

    try:
        return reports.build(folder, dirs)
    except TeamtopError:
        raise
    except Exception as error:
        raise TeamtopError(f"The summary could not be made ({type(error).__name__}: {error}).") from error


def content(report: Report, form: Format, theme: Theme | None = None) -> str | bytes:
    """The report in that form; pictures in the colours of ``theme`` (default: our dark one)."""
    from engine.analysis import exports

    if form == "svg":
        from tui.picture import summary_svg

        return summary_svg(report) if theme is None else summary_svg(report, theme)
    return exports.parquet_of(report) if form == "parquet" else exports.text_of(report, form)


def place_of(folder: RunFolder) -> Path:
    """Where exports go unless somebody says otherwise: the run's folder; of a sample, where one is."""
    from engine.store import RunsStore

    sample = RunsStore([]).row(folder).sample
    return Path.cwd() if sample else folder.path


def export(report: Report, form: Format, where: str, run_id: str, theme: Theme | None = None) -> Path:
    """Write the summary to ``where``, a file, or a folder that is there; return the file.

    Raises ``TeamtopError`` if it cannot be written.
    """
    from engine.analysis import exports

    if "\0" in where:
        raise TeamtopError(f"{clean_line(where)} is no name of a file.")
    try:
        path = Path(where).expanduser()
        path = path / exports.default_name(run_id, form) if path.is_dir() else path
    except (OSError, RuntimeError) as error:
        raise TeamtopError(f"{clean_line(where)} cannot be written: {error}.") from None
    return exports.write(path, content(report, form, theme))
