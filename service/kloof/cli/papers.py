"""kloof papers: what a works council, a privacy officer and a customer want to read, filled from the settings."""

from pathlib import Path

import click

from kloof.cli.run import as_json, company_settings, report
from kloof.cli.tree import CompanyCommand


@click.command(cls=CompanyCommand)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@as_json
def papers(folder: Path, as_json: bool) -> None:
    """Write to FOLDER, in Dutch and English, the papers for who judges kloof, filled from the settings."""
    from kloof.actions import papers as action

    written = action.write(company_settings(), folder)
    words = "\n".join(f"{folder / name}" for name in written)
    report(as_json, {"folder": str(folder), "files": [str(name) for name in written]}, words)
