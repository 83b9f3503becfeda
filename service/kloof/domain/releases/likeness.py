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
from kloof.domain.side_by_side import side_by_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kloof.domain.surveys.definition import Survey

    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]

_COUNTS_FOR_EACH = 4


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
    sold, (several, accounts) = _Parts.of(group, pairs.salesperson), _several(pairs, group)
    n, base = np.bincount(group, minlength=groups), base_of(pairs.survey.scale)

    def judged(aspect: int) -> "Bools":
        bad = np.zeros(groups, dtype=bool)
        counted = zip(sold.counts(pairs, aspect), accounts.counts(several, aspect), strict=True)
        for (by_seller, is_answer), (by_account, _) in counted:
            counts = sold.together(by_seller, groups)
            known = ((sold, by_seller), (accounts, by_account))
            bad |= _alone(counts, n, base if is_answer else None)
            for parts, theirs in known:
                left, others = counts[:, parts.owner] - theirs, n[parts.owner] - parts.n
                alike = _one_kind(left, others)
                if is_answer:
                    alike |= _near_an_end(left, others, base)
                bad[parts.owner[alike]] = True
        return bad

    for bad in side_by_side(judged, range(len(pairs.survey.core)), len(pairs)):
        found |= bad
    return found


def _alone(counts: "Ints", n: "Ints", base: float | None) -> "Bools":
    """Groups that are too alike as they are, or without any one answer; base: where these are answers."""
    bad = _one_kind(counts, n) | _one_kind(counts, n - 1)
    if base is not None:
        bad |= _near_an_end(counts, n, base)
        for furthest in _ends(counts):
            bad |= _near_an_end(counts, n - 1, base, without=furthest)
    return bad


@dataclass(frozen=True, slots=True)
class _Parts:
    """Who may know a part of a group: of each part its group, in order, and how many pairs it has.

    number: of each pair the number of its part.
    """

    owner: "Ints"
    n: "Ints"
    number: "Ints"

    @classmethod
    def of(cls, group: "Ints", part: "Ints") -> Self:
        """Those of pairs of these groups that have the same `part`."""
        parts, place = numbered(part)
        keys, number = numbered(group * max(len(parts), 1) + place)
        return cls(keys // max(len(parts), 1), np.bincount(number, minlength=len(keys)), number)

    def counts(self, pairs: PairColumns, aspect: int) -> "Iterator[tuple[Ints, bool]]":
        """Per kind of answer in this aspect, how many of each part are of each kind, [kinds, parts], and whether that
        is an answer, counted from the lowest.
        """
        points, parts = len(pairs.survey.scale.points), len(self.owner)
        v, r = (side[:, aspect] - np.uint8(1) for side in (pairs.expected, pairs.received))
        code, combinations = v * np.uint8(points) + r, points * points
        kinds = _kinds(pairs.survey, pairs.arm, norms(pairs.survey)[aspect])
        if parts * combinations <= _COUNTS_FOR_EACH * len(pairs):
            # One pass over the pairs for all kinds, where each part has so many that this is less to add up.
            each = np.bincount(self.number * combinations + code, minlength=parts * combinations)
            yield from _of_kinds(each.reshape(parts, combinations), kinds)
            return
        for kind, many, is_answer in kinds:
            each = np.bincount(kind[code] * parts + self.number, minlength=many * parts)
            yield each.reshape(many, parts), is_answer

    def together(self, counts: "Ints", groups: int) -> "Ints":
        """What the parts of each group add up to, [kinds, groups]; there is at least one part."""
        starts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        found = np.zeros((len(counts), groups), dtype=counts.dtype)
        found[:, self.owner[starts]] = np.add.reduceat(counts, starts, axis=1)
        return found


def _several(pairs: PairColumns, group: "Ints") -> tuple[PairColumns, _Parts]:
    """The pairs of accounts, and of customers who stand for themselves, of whom a group has several; and by whom."""
    units = account_units(pairs.customer, pairs.account)
    place = numbered(units)[1]
    anywhere = np.flatnonzero(np.bincount(place)[place] > 1)
    parts = _Parts.of(group[anywhere], units[anywhere])
    again = anywhere[parts.n[parts.number] > 1]
    return pairs.take(again), _Parts.of(group[again], units[again])


def _kinds(survey: "Survey", arm: Arm, norm: float) -> "list[tuple[Ints, int, bool]]":
    """Per kind of answer, for each combination of V and R which of so many kinds it is, and whether that is an answer,
    counted from the lowest.
    """
    points = len(survey.scale.points)
    v, r = np.divmod(np.arange(points * points), points)
    found = [(v, points, True)]
    if arm is Arm.ASKED:
        found += [(r, points, True), (np.sign(v - r) + 1, 3, False)]
        if np.isfinite(norm):
            found.append((2 * (r + survey.scale.low >= norm) + (v > r), 4, False))
    return found


def _of_kinds(each: "Ints", kinds: "list[tuple[Ints, int, bool]]") -> "Iterator[tuple[Ints, bool]]":
    """Of how often each combination occurs, [parts, combinations], how many are of each kind, [kinds, parts]."""
    chosen = np.concatenate([kind == np.arange(many)[:, None] for kind, many, _ in kinds])
    # In floating point a product is many times faster than in whole numbers, and up to 2²⁴ pairs as exact.
    precise = np.float32 if int(each.sum()) < 2**24 else np.float64
    counts = (chosen.astype(precise) @ each.T.astype(precise)).astype(np.int64)
    ends = np.cumsum([many for _, many, _ in kinds])
    for (_, _, is_answer), some in zip(kinds, np.split(counts, ends[:-1]), strict=True):
        yield some, is_answer


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
