"""Inside: whether every block, and what remains of it for who knows some of its customers, is enough and is mixed."""

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.attacks.truth import Groups, TruePart, Truth
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.thresholds import INSIDER_K, LEAST_K, MOST_ALIKE, USUAL_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]

NAME = "remainder"
LEAST_BLOCK: Final = 12
LEAST_ACCOUNTS: Final = 3
_SLACK = 1e-9


def attack(truth: Truth, release: ReleaseDocument, live: "Ints") -> Iterator[Breach]:
    """Each of these blocks, all of whose pairs are here: too few, one-sided, alike, or with a sum not theirs."""
    blocks = Groups.by(truth.block)
    found = [
        (blocks.n < LEAST_BLOCK, "fewer than twelve customers"),
        (_twice(truth, blocks), "somebody is in it twice: their answers weigh double"),
        (~_fits(truth, blocks) & np.isin(truth.numbers, live), "a stored sum is no rounding of its answers"),
    ]
    if release.guarantee.m >= USUAL_M:
        found += _sellers(truth, blocks)
    found += _accounts(truth, blocks)
    for bad, what in found:
        for at in np.flatnonzero(bad):
            yield Breach(NAME, release.number, f"block {truth.numbers[at]}", what)
    for bad, what in _alike(truth, blocks):
        for at in np.flatnonzero(bad):
            yield Breach(NAME, release.number, f"block {truth.numbers[at]}", what)


def _twice(truth: Truth, blocks: Groups) -> "Bools":
    people = Groups.by(truth.block, truth.person)
    twice = np.zeros(len(blocks), dtype=bool)
    twice[people.first(blocks.number)[people.n > 1]] = True
    return twice


def _fits(truth: Truth, blocks: Groups) -> "Bools":
    fits = np.ones(len(blocks), dtype=bool)
    for side in truth.sides:
        totals = truth.totals(side)
        for aspect, answers in enumerate(truth.answers(side).T):
            fits &= np.abs(blocks.total(answers) - totals[:, aspect]) < truth.base - _SLACK
    return fits


def _sellers(truth: Truth, blocks: Groups) -> "list[tuple[Bools, str]]":
    count, first, second = _largest(truth, blocks, truth.salesperson)
    left = blocks.n - first - second
    return [
        (count < USUAL_M, f"fewer than {USUAL_M} salespeople"),
        (2 * first > blocks.n, "one salesperson has more than half of it"),
        ((left > 0) & (left < INSIDER_K), f"fewer than {INSIDER_K} customers are left beside two colleagues"),
        (blocks.n - first < INSIDER_K, f"fewer than {INSIDER_K} customers are left beside one salesperson"),
    ]


def _accounts(truth: Truth, blocks: Groups) -> "list[tuple[Bools, str]]":
    count, first, _ = _largest(truth, blocks, truth.units)
    return [
        (count < LEAST_ACCOUNTS, f"fewer than {LEAST_ACCOUNTS} accounts"),
        (2 * first > blocks.n, "one account has more than half of it"),
        (blocks.n - first < INSIDER_K, f"fewer than {INSIDER_K} customers are left beside one account"),
    ]


def _largest(truth: Truth, blocks: Groups, of: "Ints") -> "tuple[Ints, Ints, Ints]":
    """Per block how many different ones there are, and how many pairs the two largest have."""
    parts = Groups.by(truth.block, of)
    owner = parts.first(blocks.number)
    order = np.lexsort((-parts.n, owner))
    start = np.searchsorted(owner[order], np.arange(len(blocks)))
    count = np.bincount(owner, minlength=len(blocks))
    sizes = np.append(parts.n[order], 0)
    return count, sizes[start], np.where(count > 1, sizes[np.minimum(start + 1, len(order))], 0)


def _alike(truth: Truth, blocks: Groups) -> "Iterator[tuple[Bools, str]]":
    """Blocks of which, as they are or without a salesperson or an account, nearly all said the same."""
    known = [(parts, parts.first(blocks.number)) for parts in _who_knows(truth)]
    for name, code, kinds in codes(truth):
        counts = blocks.counts(code, kinds)
        bad = _one_kind(counts)
        for parts, owner in known:
            bad[owner[_one_kind(counts[owner] - parts.counts(code, kinds))]] = True
        yield bad, f"nearly all have the same {name}"
    width = truth.survey.scale.high - truth.survey.scale.low
    for side in truth.sides:
        for aspect, answers in enumerate(truth.answers(side).T):
            distance = answers.astype(np.int64) - truth.survey.scale.low
            total = blocks.total(distance)
            bad = _near(total, blocks.n, width)
            for parts, owner in known:
                bad[owner[_near(total[owner] - parts.total(distance), blocks.n[owner] - parts.n, width)]] = (
                    True
                )
            yield bad, f"everybody's {side} of aspect {aspect} lies in one half of the scale"


def _who_knows(truth: Truth) -> Iterator[Groups]:
    yield Groups.by(truth.block, truth.salesperson)
    yield Groups.by(truth.block, truth.units)


def codes(truth: Truth) -> "Iterator[tuple[str, Ints, int]]":
    """Per aspect and thing that is published of it: its name, of each pair which kind it is, and how many kinds."""
    scale = truth.survey.scale
    for aspect in range(truth.expected.shape[1]):
        v, r = (side[:, aspect].astype(np.int64) for side in (truth.expected, truth.received))
        for side, answers in (("V", v), ("R", r)):
            if side in truth.sides:
                yield f"{side} of aspect {aspect}", answers - scale.low, len(scale.points)
        if truth.arm is Arm.ASKED:
            yield f"side of V = R in aspect {aspect}", np.sign(v - r) + 1, 3


def _one_kind(counts: "Ints") -> "Bools":
    n = counts.sum(axis=1)
    alike: Bools = (n > 0) & (counts.max(axis=1) > MOST_ALIKE * n + _SLACK)
    return alike


def _near(total: "Ints", n: "Ints", width: int) -> "Bools":
    near: Bools = (n > 0) & (np.minimum(total, n * width - total) <= width / 2)
    return near


def of_practices(truth: Truth, release: ReleaseDocument) -> Iterator[Breach]:
    """Every part of a practice table, and every one without another that lies within it."""
    for part in truth.parts:
        yield from _judged(
            truth, part.rows, f"{part.practice} {'done' if part.done else 'not done'}", release
        )
        yield from _not_theirs(truth, part, release)
    for one, other in combinations(truth.parts, 2):
        for small, large in ((one, other), (other, one)):
            if len(small.rows) < len(large.rows) and np.isin(small.rows, large.rows).all():
                rest = large.rows[~np.isin(large.rows, small.rows)]
                yield from _judged(truth, rest, f"{large.practice} without {small.practice}", release)


def _judged(truth: Truth, rows: "Ints", where: str, release: ReleaseDocument) -> Iterator[Breach]:
    people = len(np.unique(truth.person[rows]))
    if people < LEAST_K:
        yield Breach("practices", release.number, where, f"a set of {people} customers")
        return
    inside = truth.of(rows, np.zeros(0, dtype=np.int64))
    one = Groups(np.zeros(len(rows), dtype=np.int64), np.array([len(rows)]))
    for name, code, kinds in codes(inside):
        if _one_kind(one.counts(code, kinds)).any():
            yield Breach("practices", release.number, where, f"nearly all have the same {name}")
    units = len(np.unique(inside.units))
    if units < LEAST_ACCOUNTS:
        yield Breach("practices", release.number, where, f"a set of {units} accounts")


def _not_theirs(truth: Truth, part: TruePart, release: ReleaseDocument) -> Iterator[Breach]:
    for at, side in enumerate(("V", "R")):
        exact = truth.answers(side)[part.rows].sum(axis=0, dtype=np.int64)
        if (np.abs(exact - part.sums[:, at] * truth.base) >= truth.base - _SLACK).any():
            what = f"a stored sum of {side} is no rounding of its answers"
            yield Breach("practices", release.number, part.practice, what)


def rounded_twice(truth: Truth, release: ReleaseDocument) -> Iterator[Breach]:
    """Blocks that share the very answers of k people: the same people under a new number, and rounded once more."""
    rows = np.concatenate([truth.expected, truth.received], axis=1)
    answered = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.T:
        answered = answered * np.uint64(1_000_003) + column.astype(np.uint64)
    keys = Groups.by(truth.person, answered)
    several = np.flatnonzero((keys.n > 1)[keys.number])
    shared: dict[tuple[int, int], int] = {}
    order = several[np.argsort(keys.number[several], kind="stable")]
    for same in np.split(truth.block[order], np.flatnonzero(np.diff(keys.number[order])) + 1):
        for two in combinations(sorted(set(same.tolist())), 2):
            shared[two] = shared.get(two, 0) + 1
    for (one, other), people in shared.items():
        if people >= LEAST_K:
            what = f"{people} of its people gave the same answers in block {one}: rounded twice"
            yield Breach("time", release.number, f"block {other}", what)
