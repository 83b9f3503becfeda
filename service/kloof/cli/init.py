"""kloof init: a company's own folder."""

from pathlib import Path

import click

from kloof.cli.run import as_json, readable, report
from kloof.cli.tree import Command
from kloof.domain.text import LANGUAGES, Language


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option(
    "--name", default="Your company", show_default=True, help="The company's name on mails and pages."
)
@click.option("--language", default="nl", show_default=True, type=click.Choice(LANGUAGES))
@as_json
@readable
def init(folder: Path, name: str, language: Language, as_json: bool) -> None:
    """Make DIR a company folder: kloof.toml, surveys/, site/ and mkdocs.yml. Nothing that is there is written over."""
    from kloof.actions.init import init as make

    written = make(folder, name, language)
    words = "\n".join(f"{folder / path}" for path in written)
    words += (
        f"\n\nNext: read {folder / 'kloof.toml'} and {folder / 'surveys'}, then in {folder}: kloof db migrate"
    )
    report(as_json, {"folder": str(folder), "files": [str(path) for path in written]}, words)
