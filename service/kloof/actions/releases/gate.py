"""What a release has to pass before it goes out: those before it, the certificate, the attacks of whoever is inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kloof.actions.releases import freeze
from kloof.domain.errors import Reason, Refused
from kloof.storage.releases import releases

if TYPE_CHECKING:
    from kloof.domain.releases.cells import Draft
    from kloof.domain.releases.certificate.certify import History, Publishable
    from kloof.domain.releases.pair_columns import PairColumns
    from kloof.domain.releases.practice_tables import Part
    from kloof.domain.releases.thresholds import Thresholds
    from kloof.publish.release_files import Published
    from kloof.storage.releases.practice_parts import Divided


def certified(
    draft: Draft, history: History, thresholds: Thresholds, divided: Sequence[Divided], seed: int | None
) -> tuple[Publishable, tuple[Part, ...], tuple[str, ...]]:
    """The draft certified, the parts of practice tables that it adds, and the names of what had to be left out."""
    from kloof.domain.releases.certificate.certify import Publishable, certify_what_can_be
    from kloof.domain.releases.certificate.known_counts import KnownCounts
    from kloof.domain.releases.practice_tables import new_parts

    chance = freeze.chance(seed)
    candidates = [
        part
        for pairs, practised, lateness in divided
        for part in new_parts(
            pairs, practised, history.parts, history.everything, thresholds, chance, lateness
        )
    ]
    history = replace(history, answers=[KnownCounts(pairs) for pairs, _, _ in divided])
    verdict, added, dropped = certify_what_can_be(draft, history, candidates, thresholds)
    if not isinstance(verdict, Publishable):
        raise refused(verdict.reason)
    return verdict, added, dropped


def attacked(
    publishable: Publishable, history: History, placed: Sequence[PairColumns], parts: Sequence[Part]
) -> Publishable:
    """The release with what somebody inside could name; raises Refused where an attack finds more than it may."""
    from kloof.domain.releases.attacks import inside
    from kloof.domain.releases.attacks.truth import Truth
    from kloof.domain.releases.certificate import certify

    document, known = publishable.document, {block for one in placed for block in set(one.cell.tolist())}
    # Of a block whose answers are not kept any more there is no truth to attack with, nor of what it is part of.
    blocks = [block for block in history.blocks.values() if block.number in known]
    standing = [
        part
        for part in parts
        if known.issuperset(part.blocks)
        and any(cell.practice == part.practice for cell in document.practices)
    ]
    truths = [Truth.of_columns(one, blocks, standing) for one in placed]
    found = inside(truths, [*history.releases, document])
    if found.breaches:
        raise refused(f"An attack with the answers at hand breaks it: {found.breaches[0]}.")
    return certify.attacked(publishable, found.results)


def refuse_unless_together(published: Sequence[Published]) -> None:
    """Raises Refused where the database remembers other releases than there are files of."""
    recorded = releases.recorded()
    if len(published) > len(recorded):
        newest = published[-1].document
        raise Refused(
            Reason.RELEASES_AHEAD,
            f"There are files of release {newest.number} of {newest.published_on}, and this database knows"
            f" {len(recorded)} releases: it was restored from an older backup, and could publish the same answers"
            " in another grouping.",
            remedy=f"Restore a backup that was made after release {newest.number} came out.",
        )
    for number, known in enumerate(recorded):
        if number >= len(published):
            raise Refused(
                Reason.RELEASE_DAMAGED,
                f"The files of release {known.number} are missing.",
                remedy="Put them back from a copy of the site; a release that was published stays as it was.",
                file=f"{known.number:04d}",
            )
        if published[number].sha256 != known.sha256:
            raise Refused(
                Reason.RELEASE_DAMAGED,
                f"Release {known.number} was changed after it was published.",
                remedy="Put it back from a copy of the site; a release that was published stays as it was.",
                file=f"{known.number:04d}",
            )


def refused(why: str) -> Refused:
    return Refused(
        Reason.NOT_CERTIFIED,
        f"This release is not published. {why}",
        remedy="Run `kloof audit` and `kloof doctor`; earlier releases stay as they are.",
    )
