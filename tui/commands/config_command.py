"""``teamtop config``: what ``config.toml`` says, what of it holds, and what could be said."""

from __future__ import annotations

import click

from tui.commands.options import Command


@click.command("config", cls=Command, short_help="Show settings, keys and where they are kept.")
@click.option("--path", "only_path", is_flag=True, help="Print only where the file is.")
def command(only_path: bool) -> int:
    """Print the settings that hold, in the form of the file; what is wrong in it goes to stderr."""
    from engine.record.clean import clean_line
    from tui.config import load, path_of

    if only_path:
        import os

        click.echo(str(path_of(os.environ)))
        return 0
    from tui.commands.defaults import usable
    from tui.keymap import check, named
    from tui.theme import names

    config = load()
    keymap, problems = check(config.keys)
    themes = names()
    defaults = {}
    for section in config.defaults:
        defaults[section], wrong = usable(section, config)
        problems += wrong
    theme = config.theme if config.theme in themes else ""
    if config.theme and not theme:
        problems.append(f"theme “{clean_line(config.theme, 40)}” is not known.")
    there = "" if config.found else " (not there: all of this is as it comes)"
    click.echo(f"# {clean_line(str(config.path))}{there}")
    click.echo(f'theme = "{theme or themes[0]}"  # {", ".join(themes)}')
    click.echo(f"reduced_motion = {str(config.reduced_motion).lower()}")
    click.echo(f"silent = {str(config.silent).lower()}  # no bell when an agent asks people something")
    click.echo(f"keyboard_only = {str(config.keyboard_only).lower()}  # the mouse stays the terminal's")
    for section, values in defaults.items():
        click.echo(f"\n[{section}]")
        for name, value in values.items():
            click.echo(f'{name} = "{clean_line(value)}"')
    click.echo("\n[keys]")
    known = named()
    width = max(map(len, known)) + 2
    for name, key in sorted(known.items()):
        quoted = f'"{name}"'
        click.echo(f'{quoted:<{width}} = "{keymap.get(name, key.keys)}"  # {key.tooltip}')
    for problem in (*config.problems, *problems):
        click.echo(f"teamtop: {clean_line(problem)}", err=True)
    return 2 if config.problems or problems else 0
