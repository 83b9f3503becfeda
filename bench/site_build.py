"""How long a large findings site takes to build, against a bare MkDocs site of as many pages with the same words.

The site has 24 aspects, 40 cells and 12 releases. The bare one takes over the text of each of its pages, in MkDocs'
own theme, without pictures, tables or a second language. Both are built in this process; CPU seconds are compared.

    python bench/site_build.py
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from cast.made_site import LOOK, company_folder
from cast.synthetic import Firm
from kloof.publish.site_build import build_site


def main() -> None:
    places = tuple((f"Product {number % 13}", f"Regio {number % 6}") for number in range(20))
    documents = Firm(aspects=24, releases=12, places=places, customers=12).documents()
    with tempfile.TemporaryDirectory() as scratch:
        folder = company_folder(Path(scratch) / "company", documents)
        ours = seconds(lambda: build_site(folder, LOOK))
        pages = bare_pages(folder / "build" / "site", Path(scratch) / "bare")
        bare = seconds(lambda: build_bare(Path(scratch) / "bare"))
    print(
        json.dumps(
            {
                "ratios": {"build": round(ours / bare, 2)},
                "pages": pages,
                "cells": len(documents[-1].cells),
                "ours_s": round(ours, 2),
                "bare_s": round(bare, 2),
            }
        )
    )


def seconds(build: Callable[[], object]) -> float:
    """CPU seconds: what else the machine does is not the site's doing."""
    start = time.process_time()
    build()
    return time.process_time() - start


def bare_pages(built: Path, bare: Path) -> int:
    """The words of each page as a page of Markdown; gives how many there are."""
    from bs4 import BeautifulSoup

    found = sorted(built.rglob("index.html"))
    for file in found:
        page = bare / "docs" / file.relative_to(built).with_suffix(".md")
        page.parent.mkdir(parents=True, exist_ok=True)
        words = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").find("main")
        page.write_text(words.get_text("\n\n") if words else "", encoding="utf-8")
    (bare / "mkdocs.yml").write_text("site_name: Bare\n", encoding="utf-8")
    return len(found)


def build_bare(folder: Path) -> None:
    """MkDocs with nothing of ours."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    build(load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "site")))


if __name__ == "__main__":
    main()
