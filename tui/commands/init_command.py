"""``teamtop init``: a suite from a project of one's own."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.options import Command


@click.command("init", cls=Command, short_help="Make a suite from a project with tests.")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to make. Default: teamtop-suite in FOLDER."
)
@click.option("--unsafe-tests", is_flag=True, help="Run the project's tests with your rights, unconfined.")
def command(*, folder: Path, out: Path | None, unsafe_tests: bool) -> int:
    """Make a suite from the project in FOLDER: one task per test file that fails (docs/your-own-work.md).

    The tests are run once, in the sandbox. What is made is a copy, to be edited; the project stays as it is.
    """
    from engine.ownwork.making import make
    from engine.record.clean import clean_line
    from tui.printing import print_table

    made = make(folder.expanduser(), out and out.expanduser(), unsafe=unsafe_tests)
    rows = [
        (task.name, f"{task.failed} of {task.total}", ", ".join(task.files), ", ".join(task.dependencies))
        for task in made.tasks
    ]
    print_table(("TASK", "FAILING", "FILES", "BUILDS ON"), rows)
    many = f"{len(made.tasks)} task{'s' if len(made.tasks) > 1 else ''}"
    already = "1 test file passes" if made.passing == 1 else f"{made.passing} test files pass"
    click.echo(f"\n{made.folder} is a suite of {many}; {already} already.")
    click.echo(f"Edit {made.folder / 'suite.toml'}, then: teamtop run {made.folder} -n 2 --model …")
    for why in made.left_out[:10]:
        click.echo(f"teamtop: left out {clean_line(why)}", err=True)
    if len(made.left_out) > 10:
        click.echo(f"teamtop: and {len(made.left_out) - 10:,} files more.", err=True)
    return 0
