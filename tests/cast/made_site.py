"""A company folder with made-up releases."""

from collections.abc import Sequence
from pathlib import Path

from kloof.actions.init import init
from kloof.domain.releases.document import Previous, ReleaseDocument
from kloof.publish.pages import write_pages
from kloof.publish.release_contents import MANIFEST, contents, hash_of
from kloof.publish.site_build import CompanyStyle

LOOK = CompanyStyle("Warmtehuis BV", "nl", "#0b6e69")


def chained(documents: Sequence[ReleaseDocument]) -> list[ReleaseDocument]:
    """Each naming the one before by its hash, as publishing does."""
    told: list[ReleaseDocument] = []
    for document in documents:
        before = told[-1] if told else None
        sha256 = hash_of(contents(before)[MANIFEST]) if before else ""
        previous = before and Previous(number=before.number, sha256=sha256)
        told.append(document.model_copy(update={"previous": previous}))
    return told


def put_releases(folder: Path, documents: list[ReleaseDocument]) -> None:
    """The files of each release, as publishing writes them."""
    for document in documents:
        release = folder / "site" / "findings" / "releases" / f"{document.number:04d}"
        release.mkdir(parents=True)
        for name, content in contents(document).items():
            (release / name).write_bytes(content)


def company_folder(folder: Path, documents: list[ReleaseDocument]) -> Path:
    """A folder as kloof init makes it, with releases and their pages."""
    init(folder, LOOK.company)
    put_releases(folder, documents)
    write_pages(folder / "site", documents)
    return folder
