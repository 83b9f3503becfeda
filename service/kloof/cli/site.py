"""kloof site: the findings as a folder of pages."""

import click

from kloof.cli.run import as_json, company_settings, readable, report
from kloof.cli.tree import Group
from kloof.domain.notation import counted


@click.group(cls=Group)
def site() -> None:
    """Build the findings site."""


@site.command()
@as_json
@readable
def build(as_json: bool) -> None:
    """Make build/site from the release files and the pages in site/. It needs no database."""
    from kloof.actions.releases.site import build as build_site

    built = build_site(company_settings())
    pages = sum(1 for _ in built.rglob("*.html"))
    words = f"Built {counted(pages, 'page')} in {built}.\nAny web server can serve this folder, under any address."
    report(as_json, {"folder": str(built), "pages": pages}, words)
