"""Attacks that need to know who is in which block, and through which salesperson: for a program that holds the truth.

Release files do not say so. These run on the company's own machine, and in the tests of kloof itself.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.leverage import Membership, insider_leverages, leverages
from kloof.domain.releases.thresholds import INSIDER_K, USUAL_M


def attack(releases: Sequence[ReleaseDocument], members: Membership) -> Iterator[Breach]:
    """Blocks as a colleague sees them, and the leverage of each real person over every block ever published."""
    if not releases:
        return
    last = releases[-1]
    # A published sum is a sum of blocks, so whoever is in two of its blocks weighs double: its row is the sum of the
    # blocks' rows, and lies in their row space. A row below 0 is a part of a practice table: all of these came out.
    published = {block.id for release in releases for block in release.blocks}
    rows = members.take(np.isin(members.row, list(published)) | (members.row < 0))
    for found, bound, who in (
        (leverages(rows), 1 / last.guarantee.k, "outsiders"),
        (insider_leverages(rows), 1 / INSIDER_K, "a salesperson"),
    ):
        exposed = found.above(bound)
        if len(exposed):
            what = f"{len(exposed)} people have a leverage of up to {found.most:.3f} for {who}"
            yield Breach("leverage", last.number, "all releases", what)
    if last.guarantee.m >= USUAL_M:
        yield from _one_sided(releases, members)


def _one_sided(releases: Sequence[ReleaseDocument], members: Membership) -> Iterator[Breach]:
    """Published blocks with too few salespeople, or in which one of them knows nearly all."""
    seen: set[int] = set()
    for release in releases:
        for block in release.blocks:
            if block.id in seen:
                continue
            seen.add(block.id)
            inside = members.take(members.row == block.id)
            sellers, theirs = np.unique(inside.salesperson, return_counts=True)
            left = min(len(np.unique(inside.without(int(one)).person)) for one in sellers)
            if len(sellers) < USUAL_M or theirs.max() * 2 > block.customers or left < INSIDER_K:
                what = f"{len(sellers)} salespeople, one with {theirs.max()} of {block.customers} customers"
                yield Breach("salesperson", release.number, f"block {block.id}", what)
