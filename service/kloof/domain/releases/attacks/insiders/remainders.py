"""Inside: whether every block, and what remains of it for who knows some of its customers, is enough and is mixed."""

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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
    blocks = truth.blocks
    found = [
        (blocks.n < LEAST_BLOCK, "fewer than twelve customers"),
        (_twice(truth, blocks), "somebody is in it twice: their answers weigh double"),
        (~_fits(truth, blocks) & np.isin(truth.numbers, live), "a stored sum is no rounding of its answers"),
    ]
    found += _sellers(truth, blocks, release.guarantee.m)
    found += _accounts(truth, blocks)
    for bad, what in found:
        for at in np.flatnonzero(bad):
            yield Breach(NAME, release.number, f"block {truth.numbers[at]}", what)
    for bad, what in _alike(truth, blocks):
        for at in np.flatnonzero(bad):
            yield Breach(NAME, release.number, f"block {truth.numbers[at]}", what)


def _twice(truth: Truth, blocks: Groups) -> "Bools":
    people = truth.customers
    twice = np.zeros(len(blocks), dtype=bool)
    twice[people.first(blocks.number)[people.n > 1]] = True
    return twice


def _fits(truth: Truth, blocks: Groups) -> "Bools":
    fits = np.ones(len(blocks), dtype=bool)
    points = np.array(truth.survey.scale.points)
    for side in truth.sides:
        for aspect, totals in enumerate(truth.totals(side).T):
            fits &= np.abs(truth.gave(side, aspect)[0] @ points - totals) < truth.base - _SLACK
    return fits


def _sellers(truth: Truth, blocks: Groups, m: int) -> "Iterator[tuple[Bools, str]]":
    count, first, second = _largest(blocks, truth.sellers)
    left = blocks.n - first - second
    yield count < m, f"fewer than {m} salespeople"
    if m >= USUAL_M:
        yield 2 * first > blocks.n, "one salesperson has more than half of it"
    if m > 1:
        what = f"fewer than {INSIDER_K} customers are left beside"
        yield (left > 0) & (left < INSIDER_K), f"{what} two colleagues"
        yield blocks.n - first < INSIDER_K, f"{what} one salesperson"


def _accounts(truth: Truth, blocks: Groups) -> "list[tuple[Bools, str]]":
    count, first, _ = _largest(blocks, truth.organisations)
    return [
        (count < LEAST_ACCOUNTS, f"fewer than {LEAST_ACCOUNTS} accounts"),
        (2 * first > blocks.n, "one account has more than half of it"),
        (blocks.n - first < INSIDER_K, f"fewer than {INSIDER_K} customers are left beside one account"),
    ]


def _largest(blocks: Groups, parts: Groups) -> "tuple[Ints, Ints, Ints]":
    """Per block how many parts it has, and how many pairs the two largest have."""
    owner = parts.first(blocks.number)  # in order: parts are numbered block after block
    start = np.searchsorted(owner, np.arange(len(blocks)))
    first = np.maximum.reduceat(parts.n, start)
    largest = np.flatnonzero(parts.n == first[owner])
    others = parts.n.copy()
    others[largest[np.searchsorted(owner[largest], np.arange(len(blocks)))]] = 0
    return np.bincount(owner, minlength=len(blocks)), first, np.maximum.reduceat(others, start)


def _alike(truth: Truth, blocks: Groups) -> "Iterator[tuple[Bools, str]]":
    """Blocks of which, as they are or without a salesperson or an account, nearly all said the same."""
    several, accounts = _several(truth)
    owner, beside = accounts.first(blocks.number[several]), Groups(blocks.number[several], blocks.n)
    for told in codes(truth):
        counts, by_seller = truth.gave(*told.answer) if told.answer else truth.counted(told.code, told.kinds)
        by_account = accounts.counts(told.code[several], told.kinds)
        found = counts > beside.counts(told.code[several], told.kinds)
        bad = _one_kind(counts, blocks.n) | _one_kind_without_one(counts, blocks.n, found)
        near = _near(counts, blocks.n) | _near_without_one(counts, blocks.n, found)
        for parts, whose, theirs in ((truth.sellers, truth.owner, by_seller), (accounts, owner, by_account)):
            left, n = counts[whose] - theirs, blocks.n[whose] - parts.n
            bad[whose[_one_kind(left, n)]] = True
            near[whose[_near(left, n)]] = True
        yield bad, f"nearly all have the same {told.name}"
        if told.answer:
            yield near, f"everybody's {told.name} lies in one half of the scale"


def _several(truth: Truth) -> "tuple[Ints, Groups]":
    """The pairs of accounts of which a block has several, and customers who stand for themselves likewise; by whose
    they are.
    """
    organisations = truth.organisations
    several = np.flatnonzero((organisations.n > 1)[organisations.number])
    return several, Groups.by(organisations.number[several])


class Told(NamedTuple):
    """Something that is published: what it is called, of each pair which kind it is, and how many kinds; of an answer
    its side and aspect.
    """

    name: str
    code: "Ints"
    kinds: int
    answer: tuple[str, int] | None


def codes(truth: Truth) -> Iterator[Told]:
    """All that is published of these pairs, per aspect."""
    scale = truth.survey.scale
    for aspect in range(truth.expected.shape[1]):
        v, r = (side[:, aspect].astype(np.int64) for side in (truth.expected, truth.received))
        for side, answers in (("V", v), ("R", r)):
            if side in truth.sides:
                yield Told(
                    f"{side} of aspect {aspect}", answers - scale.low, len(scale.points), (side, aspect)
                )
        if truth.arm is Arm.ASKED:
            yield Told(f"side of V = R in aspect {aspect}", np.sign(v - r) + 1, 3, None)


def _one_kind(counts: "Ints", n: "Ints") -> "Bools":
    alike: Bools = (n > 0) & (counts.max(axis=1) > MOST_ALIKE * n + _SLACK)
    return alike


def _one_kind_without_one(counts: "Ints", n: "Ints", found: "Bools") -> "Bools":
    """The same of groups without any one pair, whose kind is among those found."""
    second, most = np.partition(counts, -2, axis=1)[:, -2:].T
    highest = counts == most[:, None]
    left = np.where(highest, np.maximum(most - 1, second)[:, None], most[:, None])
    rest = (n - 1)[:, None]
    alike: Bools = (found & (rest > 0) & (left > MOST_ALIKE * rest + _SLACK)).any(axis=1)
    return alike


def _near(counts: "Ints", n: "Ints") -> "Bools":
    """Groups whose answers, counted by their distance from the lowest, add up to so little or so much that each lies
    in one half of the scale.
    """
    width = counts.shape[1] - 1
    total = counts @ np.arange(width + 1)
    near: Bools = (n > 0) & (np.minimum(total, n * width - total) <= width / 2)
    return near


def _near_without_one(counts: "Ints", n: "Ints", found: "Bools") -> "Bools":
    """The same of groups without any one pair, whose distance is among those found."""
    distance = np.arange(counts.shape[1])
    width = counts.shape[1] - 1
    total, rest = (counts @ distance)[:, None] - distance, (n - 1)[:, None]
    near: Bools = (found & (rest > 0) & (np.minimum(total, rest * width - total) <= width / 2)).any(axis=1)
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
    for told in codes(inside):
        if _one_kind(one.counts(told.code, told.kinds), one.n).any():
            yield Breach("practices", release.number, where, f"nearly all have the same {told.name}")
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
    by_person = Groups.by(truth.person)
    again = np.flatnonzero((by_person.n > 1)[by_person.number])
    rows = np.concatenate([truth.expected[again], truth.received[again]], axis=1)
    answered = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.T:
        answered = answered * np.uint64(1_000_003) + column.astype(np.uint64)
    block, keys = truth.block[again], Groups.by(truth.person[again], answered)
    several = np.flatnonzero((keys.n > 1)[keys.number])
    shared: dict[tuple[int, int], int] = {}
    order = several[np.argsort(keys.number[several], kind="stable")]
    for same in np.split(block[order], np.flatnonzero(np.diff(keys.number[order])) + 1):
        for two in combinations(sorted(set(same.tolist())), 2):
            shared[two] = shared.get(two, 0) + 1
    for (one, other), people in shared.items():
        if people >= LEAST_K:
            what = f"{people} of its people gave the same answers in block {one}: rounded twice"
            yield Breach("time", release.number, f"block {other}", what)
