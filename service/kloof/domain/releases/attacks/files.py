"""Do the files say of themselves what can be checked: which blocks, how many people, what was certified."""

from collections.abc import Iterator, Sequence

from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.document import ArmCell, Cell, PracticeCell, ReleaseDocument
from kloof.domain.releases.thresholds import LEAST_K, USUAL_M

NAME = "files"


def attack(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    """Cells whose blocks, customers and figures do not go together, and releases without a sound certificate."""
    for release in releases:
        sizes = {block.id: block.customers for block in release.blocks}
        for cell in release.unions():
            for what in _contradictions(cell, sizes):
                yield Breach(NAME, release.number, cell.id, what)
        for arm in release.practices:
            for what in _half_a_table(arm, release, sizes):
                yield Breach(NAME, release.number, arm.id, what)
        for what in _weak_promises(release):
            yield Breach(NAME, release.number, "guarantee", what)


def _contradictions(cell: Cell | ArmCell, sizes: dict[int, int]) -> Iterator[str]:
    if not cell.blocks or not set(cell.blocks) <= set(sizes):
        yield "it does not say of which blocks it is the sum, so nothing vouches for it"
    elif cell.customers != sum(sizes[block] for block in cell.blocks):
        yield "it holds another number of customers than its blocks"
    if {moments.n for moments in cell.aspects.values()} != {cell.customers}:
        yield "its aspects rest on different customers: the difference can be worked out"


def _half_a_table(arm: PracticeCell, release: ReleaseDocument, sizes: dict[int, int]) -> Iterator[str]:
    arms = [one for one in release.practices if (one.key, one.practice) == (arm.key, arm.practice)]
    if not arm.blocks or not set(arm.blocks) <= set(sizes):
        yield "it does not say of which blocks it is a part, so nothing vouches for it"
    elif len(arms) != 2 or {one.blocks for one in arms} != {arm.blocks}:
        yield "its other half is not about the same blocks"
    elif sum(one.customers for one in arms) != sum(sizes[block] for block in arm.blocks):
        yield "both its halves are not its blocks: who is left over can be worked out"
    if {moments.n for moments in arm.aspects.values()} != {arm.customers}:
        yield "its aspects rest on different customers: the difference can be worked out"


def _weak_promises(release: ReleaseDocument) -> Iterator[str]:
    stated = release.guarantee
    if stated.k < LEAST_K:
        yield f"k is {stated.k}, below {LEAST_K}"
    if stated.m < USUAL_M and stated.smaller_m_agreed_on is None:
        yield f"m is {stated.m}, below {USUAL_M}, without recorded consent"
    if stated.max_leverage > 1 / stated.k + 1e-6:
        yield f"the stated leverage of {stated.max_leverage:.4f} is more than 1/{stated.k}"
    if stated.insider_max_leverage > 1 / stated.insider_k + 1e-6:
        yield f"the stated leverage for insiders of {stated.insider_max_leverage:.4f} is more than 1/{stated.insider_k}"
    small = [cell.id for cell in release.unions() if cell.customers < stated.k]
    small += [arm.id for arm in release.practices if arm.customers < stated.k]
    yield from (f"{cell} holds fewer than {stated.k} customers" for cell in small)
