"""kloof demo: a whole company on this machine, in one process group."""

from datetime import datetime
from pathlib import Path

import click

from kloof.cli.tree import Command


@click.command(cls=Command)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--folder", default=Path("instance/demo"), type=click.Path(path_type=Path), help="Where it lives."
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Another day on which it plays.")
def demo(port: int, folder: Path, today: datetime | None) -> None:
    """Set up a demo company and serve it until Ctrl-C; what was there before is made anew."""
    from kloof.demo.processes import run

    run(folder.absolute(), port, today and today.date())
