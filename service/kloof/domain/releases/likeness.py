"""Groups that give their members away because they are all alike, for anybody or for who knows some of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.certificate.incidence import numbered
from kloof.domain.releases.certificate.leverage import account_units
from kloof.domain.releases.pair_columns import PairColumns, norms
from kloof.domain.releases.rounding import base_of
from kloof.domain.releases.thresholds import MOST_ALIKE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]


def too_alike(pairs: PairColumns, group: "Ints", groups: int) -> "Bools":
    """Per group whether it may not close; a negative number belongs to no group.

    Judged on the group, and on the group without each salesperson and without each account, who know these, or without
    the one customer who stands for themselves: the most frequent answer, the most frequent of above, equal to and
    below, and of the four of the founding claim is at most nine in ten; and no sum is so near an end of the scale that
    all must stand in one half of it (nobody is further from an end than all together are), nor so near that rounding
    could pass it. That nearly all gave a good mark does not keep a group back: it is told of sets of thirty and more,
    and there as "over 90%" (see `coarse_shares`).
    """
    found = np.zeros(groups, dtype=bool)
    if not (inside := group >= 0).all():
        pairs, group = pairs.take(inside), group[inside]
    if not len(pairs):
        return found
    group = np.asarray(group, dtype=np.int64)
    sold, accounts = _Parts.of(group, pairs.salesperson), _several(pairs, group)
    n, base = np.bincount(group, minlength=groups), base_of(pairs.survey.scale)
    for code, kinds, is_answer in _codes(pairs):
        by_seller = sold.counts(code, kinds)
        counts = sold.together(by_seller, groups)
        found |= _one_kind(counts, n) | _one_kind(counts, n - 1)
        if is_answer:
            found |= _near_an_end(counts, n, base)
            for furthest in _ends(counts):
                found |= _near_an_end(counts, n - 1, base, without=furthest)
        for parts, theirs in ((sold, by_seller), (accounts, accounts.counts(code, kinds))):
            left, others = counts[:, parts.owner] - theirs, n[parts.owner] - parts.n
            bad = _one_kind(left, others)
            if is_answer:
                bad |= _near_an_end(left, others, base)
            found[parts.owner[bad]] = True
    return found


@dataclass(frozen=True, slots=True)
class _Parts:
    """Who may know a part of a group: of each part its group, in order, and how many pairs it has.

    number: of each pair the number of its part. chosen: which pairs these are, None for all.
    """

    owner: "Ints"
    n: "Ints"
    number: "Ints"
    chosen: "Ints | None" = None

    @classmethod
    def of(cls, group: "Ints", part: "Ints", chosen: "Ints | None" = None) -> Self:
        """Those of pairs of these groups that have the same `part`."""
        parts, place = numbered(part)
        keys, number = numbered(group * max(len(parts), 1) + place)
        return cls(keys // max(len(parts), 1), np.bincount(number, minlength=len(keys)), number, chosen)

    def counts(self, code: "Ints", kinds: int) -> "Ints":
        """How many of each part are of each kind, [kinds, parts]."""
        parts = len(self.owner)
        code = code if self.chosen is None else code[self.chosen]
        each = np.bincount(code * parts + self.number, minlength=kinds * parts)
        return each.reshape(kinds, parts)

    def together(self, counts: "Ints", groups: int) -> "Ints":
        """What the parts of each group add up to, [kinds, groups]; there is at least one part."""
        starts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        found = np.zeros((len(counts), groups), dtype=counts.dtype)
        found[:, self.owner[starts]] = np.add.reduceat(counts, starts, axis=1)
        return found


def _several(pairs: PairColumns, group: "Ints") -> _Parts:
    """The accounts, and customers who stand for themselves, of whom a group has several pairs."""
    units = account_units(pairs.customer, pairs.account)
    place = numbered(units)[1]
    anywhere = np.flatnonzero(np.bincount(place)[place] > 1)
    parts = _Parts.of(group[anywhere], units[anywhere])
    again = anywhere[parts.n[parts.number] > 1]
    return _Parts.of(group[again], units[again], again)


def _codes(pairs: PairColumns) -> "Iterator[tuple[Ints, int, bool]]":
    """Per aspect and kind of answer, for each pair which of so many kinds it is, and whether that is an answer, counted
    from the lowest.
    """
    points = len(pairs.survey.scale.points)
    for aspect, norm in enumerate(norms(pairs.survey)):
        v, r = (side[:, aspect].astype(np.int64) for side in (pairs.expected, pairs.received))
        yield v - 1, points, True
        if pairs.arm is not Arm.ASKED:
            continue
        yield r - 1, points, True
        yield np.sign(v - r) + 1, 3, False
        if np.isfinite(norm):
            met = r - 1 + pairs.survey.scale.low >= norm
            yield 2 * met + (v > r), 4, False


def _ends(counts: "Ints") -> "Iterator[Ints]":
    """Per group the largest and the smallest answer: without either, the others lie nearest to one of the ends."""
    some = counts > 0
    there = some.any(axis=0)
    yield np.where(there, len(counts) - 1 - some[::-1].argmax(axis=0), 0)
    yield np.where(there, some.argmax(axis=0), 0)


def _one_kind(counts: "Ints", n: "Ints") -> "Bools":
    alike: Bools = (n > 0) & (counts.max(axis=0) > MOST_ALIKE * n + 1e-9)
    return alike


def _near_an_end(counts: "Ints", n: "Ints", base: float, without: "Ints | int" = 0) -> "Bools":
    """Groups whose answers, counted from the lowest, add up to very little or nearly all, `without` one of them."""
    width = len(counts) - 1
    total = np.arange(width + 1) @ counts - without
    near: Bools = (n > 0) & (np.minimum(total, n * width - total) <= max(base, width / 2))
    return near
