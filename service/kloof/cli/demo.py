"""kloof demo: a whole company on this machine, in one process group."""

from pathlib import Path

import click

from kloof.cli.tree import Command


@click.command(cls=Command)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--folder", default=Path("instance/demo"), type=click.Path(path_type=Path), help="Where it lives."
)
def demo(port: int, folder: Path) -> None:
    """Set up a demo company and serve it until Ctrl-C; what was there before is made anew."""
    from kloof.demo.processes import run

    run(folder.absolute(), port)
