"""The next release as the site will show it: made, certified, and built into a folder that only the desk sees."""

from __future__ import annotations

import secrets
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kloof import storage
from kloof.actions.releases import publish, shared
from kloof.actions.releases.approvals import digest_of
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.access.proposals import ReleaseProposal
from kloof.domain.jobs.steps import JobStep, Tell, untold
from kloof.storage.access import audit_log
from kloof.storage.releases import proposals

if TYPE_CHECKING:
    from kloof.domain.releases.certificate.certify import Publishable
    from kloof.domain.releases.document import Place, ReleaseDocument

_BITS: Final = 128


def built(settings: Settings) -> Path:
    """The folder of the finished preview; it may not be there."""
    return shared.preview_folder(settings)


def make(
    settings: Settings,
    now: datetime,
    who: Actor,
    tell: Tell = untold,
) -> ReleaseProposal | None:
    """Propose the next release and build its pages; None where nothing is new.

    Who proposed it first stays who proposed it, for as long as it is the same: then what was approved stays approved.
    Raises Refused as `publish.publish` does, and BadInput where the site cannot be built.
    """
    before = proposals.standing()
    seed = before.seed if before else str(secrets.randbits(_BITS))
    made = publish.made(settings, now, int(seed), tell)
    if made is None:
        proposals.drop()
        clear(settings)
        return None
    _build(settings, made.publishable, tell)
    document = made.publishable.document
    digest = digest_of(document)
    if before and before.digest == digest and proposals.standing() == before:
        return before
    with storage.transaction():
        proposal = proposals.propose(
            document.number,
            seed,
            digest,
            proposals.hash_of(block.id for block in document.blocks),
            _news(document, publish.last_document(settings)) | {"left_out": list(made.dropped)},
            who,
            now,
        )
        audit_log.write(who, AuditAction.RELEASE_PROPOSED, now, detail=f"release {proposal.number}")
    return proposal


def clear(settings: Settings) -> None:
    """Remove the preview: what it showed is out, or will never be."""
    shutil.rmtree(_place(settings), ignore_errors=True)
    shared.drop_preview()


def _place(settings: Settings) -> Path:
    return settings.folder / "instance" / "preview"


def _build(settings: Settings, publishable: Publishable, tell: Tell) -> None:
    """The whole site with this release on it, beside the one that is public."""
    from kloof.actions.releases import site
    from kloof.publish import release_files

    tell(JobStep.PAGES)
    place = _place(settings)
    docs = place / "pages"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(docs, ignore_errors=True)
    try:
        shutil.copytree(settings.site_folder, docs, ignore=shutil.ignore_patterns(".staged-*"))
        release_files.write_release(
            publishable, docs / settings.releases_folder.relative_to(settings.site_folder)
        ).put_in_place()
        site.write(settings, docs)
        tell(JobStep.BUILD)
        site.render(settings, docs, built(settings))
        shared.keep_site(settings, shared.PREVIEW)
    finally:
        shutil.rmtree(docs, ignore_errors=True)


def _news(document: ReleaseDocument, before: ReleaseDocument | None) -> dict[str, Any]:
    """What is new against the release before: customers and blocks, groups that are shown first, and that grew."""
    earlier = {block.id for block in before.blocks} if before else set()
    shown = {cell.id for cell in before.cells} if before else set()
    fresh = [block for block in document.blocks if block.id not in earlier]
    moved = [cell for cell in document.cells if cell.as_of.release == document.number]
    return {
        "blocks": len(fresh),
        "customers": sum(block.n for block in fresh),
        "gone": len(earlier - {block.id for block in document.blocks}),
        "first_shown": [_named(cell) for cell in moved if cell.id not in shown],
        "moved": [_named(cell) for cell in moved if cell.id in shown],
        "withheld": len(document.withheld),
        "practices": len({(cell.key, cell.practice) for cell in document.practices}),
    }


def _named(place: Place) -> list[str]:
    return [place.survey, place.product, place.region, place.team]
