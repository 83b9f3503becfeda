"""What salespeople see who subtract their own customers, one of them or two together.

Here each pair of a block is somebody. Blocks share no pairs, so without tables that cut across them every leverage is
1 over what a coalition leaves of a block, and is read off. A part of a practice table adds a row to the blocks it is
over: with D the ones and noughts of who is in which part, the rows less their projection on the blocks are R = D less
its mean per block, and ℓ = 1/n + rᵀ(RRᵀ)⁺r, n the size of the block and r somebody's column of R. A coalition changes
only the blocks in which it sold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.releases.certificate.incidence import largest_two, numbered, part_sizes
from kloof.domain.releases.certificate.leverage import Membership

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]

_NOUGHT = 1e-10


def largest_leverage(
    blocks: Membership, parts: Sequence[Membership], together: int, enough: float = 0.0
) -> float:
    """The largest ℓ that anybody has for so many salespeople (1 or 2) who subtract their own customers.

    blocks: who is in which, each customer once. parts: of each part of a practice table who is in its arm, and in which
    block (row). Where an upper bound is not above `enough`, that upper bound is given instead.
    """
    return Coalitions(blocks, parts).largest(together, enough)


class Coalitions:
    """What salespeople see of these blocks and parts, one of them or two together; see `largest_leverage`."""

    def __init__(self, blocks: Membership, parts: Sequence[Membership]) -> None:
        self._blocks, self._parts = blocks, parts

    def largest(self, together: int, enough: float = 0.0) -> float:
        """The largest ℓ that anybody has for so many of them, or an upper bound that is not above `enough`."""
        plain = self._plain(together)
        return plain if self._linked is None else max(plain, self._linked.largest(together, enough))

    def _plain(self, together: int) -> float:
        size, *largest = self._sizes
        left = [size - sum(largest[:many]) for many in range(together + 1)]
        return max(float((1 / some[some > 0]).max(initial=0)) for some in left)

    @cached_property
    def _sizes(self) -> "tuple[Ints, Ints, Ints]":
        """Of each block how many pairs it has, and how many of these the two who sold most."""
        row = numbered(self._blocks.row)[1]
        size = np.bincount(row)
        return size, *largest_two(*part_sizes(row, self._blocks.salesperson), len(size))[1:]

    @cached_property
    def _linked(self) -> "_Linked | None":
        return _Linked.of(self._blocks, self._parts) if self._parts else None


@dataclass(frozen=True)
class _Linked:
    """The blocks that parts are over. row, seller: of each pair, numbered from 0, in order of row. inside:
    float64[pairs, parts], whether it is in the arm.
    """

    row: "Ints"
    seller: "Ints"
    inside: "Floats"

    @classmethod
    def of(cls, blocks: Membership, parts: Sequence[Membership]) -> "_Linked":
        cut = np.unique(np.concatenate([part.row for part in parts]))
        ours = blocks.take(np.isin(blocks.row, cut))
        ours = ours.take(np.lexsort((ours.person, ours.row)))
        numbers, row = np.unique(ours.row, return_inverse=True)
        _, seller = np.unique(ours.salesperson, return_inverse=True)
        people, person = np.unique(ours.person, return_inverse=True)
        key = row * len(people) + person
        inside = np.zeros((len(key), len(parts)))
        for at, part in enumerate(parts):
            # Somebody whose number was taken away since is in both under the new one.
            known = np.isin(part.person, people)
            place = np.searchsorted(numbers, part.row[known]) * len(people)
            wanted = place + np.searchsorted(people, part.person[known])
            inside[np.searchsorted(key, wanted), at] = 1
        return cls(row, seller, inside)

    def largest(self, together: int, enough: float) -> float:
        own = _Algebra(self)
        alone = {int(one): own.without((int(one),)) for one in np.unique(self.seller)}
        most = max([own.most, *(own.largest((one,), enough, effect) for one, effect in alone.items())])
        if together < 2:
            return most
        shared = self._who_share_a_block()
        most = max([most, *(own.largest(two, enough, own.without(two)) for two in sorted(shared))])
        return max(most, self._who_do_not(own, alone, shared, enough))

    def _who_share_a_block(self) -> set[tuple[int, int]]:
        shared: set[tuple[int, int]] = set()
        starts = np.flatnonzero(np.diff(self.row)) + 1
        for inside in np.split(self.seller, starts):
            shared.update(combinations(np.unique(inside).tolist(), 2))
        return shared

    def _who_do_not(
        self, own: "_Algebra", alone: "dict[int, _Effect]", shared: set[tuple[int, int]], enough: float
    ) -> float:
        """The largest ℓ for two who share no block: what they take away adds up, and mostly a bound for each of them
        beside whoever takes away most will do.
        """
        worst = max((effect.lost for effect in alone.values()), default=0.0)
        beside = {one: own.bound(effect, beside=worst) for one, effect in alone.items()}
        most = max((bound for bound in beside.values() if bound <= enough), default=0.0)
        for one, other in combinations(sorted(alone), 2):
            if max(beside[one], beside[other]) > enough and (one, other) not in shared:
                most = max(most, own.largest((one, other), enough, alone[one], alone[other]))
        return most


@dataclass(frozen=True)
class _Effect:
    """What becomes of the blocks in which a coalition sold: how much of the Gram matrix is lost, as a share δ, and 1/n
    and the rest of ℓ of those who remain, as fronts.
    """

    lost: float
    front: "tuple[Floats, Floats]"


class _Algebra:
    """The leverages of outsiders, and from them those of coalitions."""

    def __init__(self, linked: _Linked) -> None:
        self._linked = linked
        self._starts = np.concatenate([[0], np.flatnonzero(np.diff(linked.row)) + 1, [len(linked.row)]])
        self._gram, residual, size = _residuals(linked.row, linked.inside)
        self._inverse = np.linalg.pinv(self._gram, rcond=_NOUGHT, hermitian=True)
        spread = np.einsum("pt,tu,pu->p", residual, self._inverse, residual, optimize=True)
        self._share = 1 / size[linked.row]
        self.most = float((self._share + spread).max(initial=0))
        self._front = _front(self._share, spread)

    def _affected(self, coalition: tuple[int, ...]) -> "tuple[Ints, NDArray[np.bool_]]":
        """The places of all pairs in the blocks in which the coalition sold, and which of these remain."""
        theirs = np.isin(self._linked.seller, coalition)
        rows = np.unique(self._linked.row[theirs])
        at = np.concatenate([np.arange(self._starts[row], self._starts[row + 1]) for row in rows])
        return at, ~theirs[at]

    def without(self, coalition: tuple[int, ...]) -> _Effect:
        """What the coalition takes away from the blocks in which it sold."""
        at, kept = self._affected(coalition)
        row, inside = self._linked.row[at], self._linked.inside[at]
        before, _, _ = _residuals(row, inside)
        after, residual, size = _residuals(row[kept], inside[kept])
        lost = (before - after) @ self._inverse
        spread = np.einsum("pt,tu,pu->p", residual, self._inverse, residual, optimize=True)
        return _Effect(
            float(np.sqrt(max(0.0, np.einsum("tu,ut->", lost, lost)))),
            _front(1 / size[_numbers(row[kept])], spread),
        )

    def bound(self, *effects: _Effect, beside: float = 0.0) -> float:
        """Nobody's ℓ is above this where these are taken away, who share no block, and so much of others besides.

        Without a coalition the Gram matrix G of R loses Δ ≥ 0, with G − Δ ≥ (1 − δ)G for δ = ‖G^-½ΔG^-½‖; so what
        rests on it grows by at most 1/(1 − δ). Of coalitions that share no block the Δ add up, so δ is at most
        their sum.
        """
        delta = sum(effect.lost for effect in effects) + beside
        if delta >= 1:
            return 1.0
        fronts = [self._front, *(effect.front for effect in effects)]
        return float(max((first + second / (1 - delta)).max(initial=0) for first, second in fronts))

    def largest(self, coalition: tuple[int, ...], enough: float, *effects: _Effect) -> float:
        """The largest ℓ for this coalition; an upper bound, where that is not above `enough`."""
        found = self.bound(*effects)
        return found if found <= enough else self.exact(coalition)

    def exact(self, coalition: tuple[int, ...]) -> float:
        """The largest ℓ, with the algebra done anew."""
        kept = ~np.isin(self._linked.seller, coalition)
        row, inside = self._linked.row[kept], self._linked.inside[kept]
        gram, residual, size = _residuals(row, inside)
        inverse = np.linalg.pinv(gram, rcond=_NOUGHT, hermitian=True)
        spread = np.einsum("pt,tu,pu->p", residual, inverse, residual, optimize=True)
        return float((1 / size[_numbers(row)] + spread).max(initial=0))


def _numbers(row: "Ints") -> "Ints":
    return np.unique(row, return_inverse=True)[1]


def _residuals(row: "Ints", inside: "Floats") -> "tuple[Floats, Floats, Floats]":
    """RRᵀ, the columns of R [pairs, parts], and the size of each block, in order of row."""
    number = _numbers(row)
    size = np.bincount(number).astype(np.float64)
    share = np.zeros((len(size), inside.shape[1]))
    np.add.at(share, number, inside)
    residual = inside - (share / size[:, None])[number]
    return residual.T @ residual, residual, size


def _front(first: "Floats", second: "Floats") -> "tuple[Floats, Floats]":
    """Of many pairs of numbers those that no other is above in both."""
    order = np.lexsort((-second, -first))
    highest = np.maximum.accumulate(np.concatenate([[-1.0], second[order][:-1]]))
    kept = order[second[order] > highest]
    return first[kept], second[kept]
