"""Blocks that share customers: who must wait so that the certificate holds over all blocks together.

A customer who buys again comes back in another block, and weighs more in what can be worked out from
both. Where that would be too much, the customer's new pair waits for a larger block instead.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.releases.certificate.colleagues import colleague_leverages
from kloof.domain.releases.certificate.leverage import Certificate, Membership
from kloof.domain.releases.closing import NewBlock, joined
from kloof.domain.releases.thresholds import Thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Shrink = Callable[[Sequence[tuple[NewBlock, Ints]]], list[NewBlock | None]]
    UnitsOf = Callable[[Membership], Ints]

ROUNDS = 12
"""Tries with ever more customers left out; after these only customers may stay who are in no other block, and whose
account is in none either."""


def without_overexposed(
    blocks: list[NewBlock],
    history: Membership,
    thresholds: Thresholds,
    *,
    shrink: "Shrink",
    in_one: Callable[[], list[NewBlock]],
) -> list[NewBlock]:
    """The blocks, some smaller and some gone, with which the certificate holds over them and `history`.

    `shrink` gives blocks without some of their customers, and None where the rest may not close. `in_one` gives the
    same queues without parts: larger blocks weigh each customer less, and are tried first.
    """
    if not blocks:
        return []
    kept = blocks
    for tried in range(ROUNDS):
        together = joined(history, kept)
        found, units_of = exposed(together, thresholds)
        if not len(found):
            return kept
        if not tried:
            kept = in_one()
            continue
        leaving = _leaving(kept, together, found, units_of)
        if not any(map(len, leaving)):
            break
        kept = _each(kept, leaving, shrink)
    return _each(kept, _in_another(kept, history), shrink)


def exposed(members: Membership, thresholds: Thresholds) -> "tuple[Ints, UnitsOf]":
    """People with more leverage than the certificate allows, or if there are none, accounts, or else people as two
    colleagues see them; and what tells of a membership which of them each entry is.
    """
    certificate = Certificate(members)
    found = certificate.outsiders(thresholds.max_leverage).above(thresholds.max_leverage)
    if len(found):
        return found, lambda some: some.person
    bound = thresholds.account_max_leverage
    found = certificate.accounts(bound).above(bound)
    if len(found):
        return found, lambda some: some.units
    bound, together = thresholds.insider_max_leverage, thresholds.most_together
    if together:
        found = colleague_leverages(members, together, bound, certificate).above(bound)
    return found, lambda some: some.person


def _leaving(
    blocks: Sequence[NewBlock], together: Membership, exposed: "Ints", units_of: "UnitsOf"
) -> "list[Ints]":
    """Per block the customers who must leave it; everybody, or their account, leaves the smallest of the blocks they
    are in.
    """
    gone = np.zeros(0, dtype=np.int64)
    must = _who_expose(blocks, together, exposed, units_of)
    leaving: list[Ints] = [gone] * len(blocks)
    for number in sorted(range(len(blocks)), key=lambda at: blocks[at].n):
        units = units_of(blocks[number].members)
        going = np.setdiff1d(np.intersect1d(must, units), gone)
        leaving[number] = blocks[number].person[np.isin(units, going)]
        gone = np.union1d(gone, going)
    return leaving


def _who_expose(
    blocks: Sequence[NewBlock], together: Membership, exposed: "Ints", units_of: "UnitsOf"
) -> "Ints":
    """Customers in these blocks, or accounts, through whom the exposed are so: themselves, where they are in several
    sets.

    Somebody in one set only is exposed by what others of that set tell elsewhere, and these by others in turn; the
    nearest who stand in one of these blocks are it. Nobody where closed blocks alone are to blame.
    """
    unit, row = np.unique(np.stack([units_of(together), together.row]), axis=1)
    shared = unit[1:][np.diff(unit) == 0]
    own = np.concatenate([np.zeros(0, np.int64), *(units_of(block.members) for block in blocks)])
    through = np.intersect1d(exposed, shared)
    alone = np.setdiff1d(exposed, shared)
    reached = np.unique(row[np.isin(unit, alone)])
    through = np.union1d(through, np.intersect1d(unit[np.isin(row, reached)], shared))
    while not np.isin(through, own).any():
        wider = np.unique(row[np.isin(unit, through)])
        if len(wider) == len(reached):
            break
        reached = wider
        through = np.intersect1d(unit[np.isin(row, reached)], shared)
    return through


def _in_another(blocks: Sequence[NewBlock], history: Membership) -> "list[Ints]":
    """Per block the customers who are in a closed block or in an earlier one of these, or whose account is."""
    people, units = np.unique(history.person), np.unique(history.units)
    leaving: list[Ints] = []
    for block in blocks:
        seen = np.isin(block.person, people) | np.isin(block.members.units, units)
        leaving.append(block.person[seen])
        people, units = np.union1d(people, block.person), np.union1d(units, block.members.units)
    return leaving


def _each(blocks: Sequence[NewBlock], leaving: "Sequence[Ints]", shrink: "Shrink") -> list[NewBlock]:
    smaller = iter(shrink([one for one in zip(blocks, leaving, strict=True) if len(one[1])]))
    found = (next(smaller) if len(people) else block for block, people in zip(blocks, leaving, strict=True))
    return [block for block in found if block is not None]
