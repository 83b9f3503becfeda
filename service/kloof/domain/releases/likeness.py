"""Groups that give their members away because they are all alike, for anybody or for who knows some of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.certificate.leverage import account_units
from kloof.domain.releases.pair_columns import PairColumns, norms
from kloof.domain.releases.rounding import base_of
from kloof.domain.releases.thresholds import MOST_ALIKE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kloof.domain.surveys.definition import Scale

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
    inside = group >= 0
    pairs, group = pairs.take(inside), np.asarray(group[inside], dtype=np.int64)
    parts = [part for part in _parts(pairs, group) if len(part[0])]
    found = np.zeros(groups, dtype=bool)
    if not len(pairs):
        return found
    base = base_of(pairs.survey.scale)
    n = np.bincount(group, minlength=groups)
    for code, kinds in _codes(pairs):
        counts = np.bincount(group * kinds + code, minlength=groups * kinds).reshape(groups, kinds)
        found |= _one_kind(counts, n) | _one_kind(counts, n - 1)
        for owner, number in parts:
            known = np.bincount(number[number >= 0] * kinds + code[number >= 0], minlength=len(owner) * kinds)
            left = counts[owner] - known.reshape(-1, kinds)
            found[owner[_one_kind(left, left.sum(axis=1))]] = True
    for answers in _sides(pairs):
        distances = answers.astype(np.float64) - 1
        total = np.bincount(group, weights=distances, minlength=groups)
        found |= _near_an_end(total, n, pairs.survey.scale, base)
        for furthest in _ends(distances, group, groups):
            found |= _near_an_end(total - furthest, n - 1, pairs.survey.scale, base)
        for owner, number in parts:
            chosen = number >= 0
            known = np.bincount(number[chosen], minlength=len(owner))
            theirs = np.bincount(number[chosen], weights=distances[chosen], minlength=len(owner))
            near = _near_an_end(total[owner] - theirs, n[owner] - known, pairs.survey.scale, base)
            found[owner[near]] = True
    return found


def _parts(pairs: PairColumns, group: "Ints") -> "Iterator[tuple[Ints, Ints]]":
    """Who may know a part of a group: of each part its group, and for each pair the number of its part, or −1."""
    yield _numbered(group, pairs.salesperson)
    owner, number = _numbered(group, account_units(pairs.customer, pairs.account))
    several = np.bincount(number) > 1
    place = np.cumsum(several) - 1
    yield owner[several], np.where(several[number], place[number], -1)


def _numbered(group: "Ints", part: "Ints") -> "tuple[Ints, Ints]":
    parts, place = np.unique(part, return_inverse=True)
    keys, number = np.unique(group * len(parts) + place, return_inverse=True)
    return keys // len(parts), number


def _codes(pairs: PairColumns) -> "Iterator[tuple[Ints, int]]":
    """Per aspect and kind of answer, for each pair which of so many kinds it is."""
    points = len(pairs.survey.scale.points)
    for aspect, norm in enumerate(norms(pairs.survey)):
        v, r = (side[:, aspect].astype(np.int64) for side in (pairs.expected, pairs.received))
        yield v - 1, points
        if pairs.arm is not Arm.ASKED:
            continue
        yield r - 1, points
        yield np.sign(v - r) + 1, 3
        if np.isfinite(norm):
            met = r - 1 + pairs.survey.scale.low >= norm
            yield 2 * met + (v > r), 4


def _sides(pairs: PairColumns) -> "Iterator[NDArray[np.uint8]]":
    for aspect in range(len(pairs.survey.core)):
        yield pairs.expected[:, aspect]
        if pairs.arm is Arm.ASKED:
            yield pairs.received[:, aspect]


def _ends(distances: "NDArray[Any]", group: "Ints", groups: int) -> "Iterator[NDArray[Any]]":
    """Per group the largest and the smallest distance: without either, the others lie nearest to one of the ends."""
    for extreme, start in ((np.maximum, -np.inf), (np.minimum, np.inf)):
        found = np.full(groups, start)
        extreme.at(found, group, distances)
        yield np.where(np.isfinite(found), found, 0.0)


def _one_kind(counts: "Ints", n: "Ints") -> "Bools":
    alike: Bools = (n > 0) & (counts.max(axis=1) > MOST_ALIKE * n + 1e-9)
    return alike


def _near_an_end(total: "NDArray[Any]", n: "Ints", scale: "Scale", base: float) -> "Bools":
    width = scale.high - scale.low
    near: Bools = (n > 0) & (np.minimum(total, n * width - total) <= max(base, width / 2))
    return near
