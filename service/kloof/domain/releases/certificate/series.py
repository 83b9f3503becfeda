"""Leverage among very many sets that share few people, without an inverse of all of them.

With the Gram matrix scaled to a diagonal of ones, I + E, and u somebody's scaled column, ℓ = uᵀ(I + E)⁻¹u. No entry of
E is negative, so for any x > 0 no eigenvalue of E is further from nought than r = max (Ex)ᵢ/xᵢ (Collatz 1942, Wielandt
1950). Where r < 1, for every m

    ℓ = Σ_{k<2m} (−1)ᵏ uᵀEᵏu + vᵀ(I + E)⁻¹v,  v = Eᵐu,  the rest between |v|²/(1 + r) and |v|²/(1 − r).

Each step brings in who is one set further away; most people need one or two, and only those near a bound, or near the
largest of all, more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csc_array

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]

_NARROW: Final = 1e-12
_MOST_STEPS: Final = 60
_TO_FIND_R: Final = 20
_AT_ONCE: Final = 4_096
"""Columns that take a step together: more only cost memory."""


@dataclass(frozen=True)
class Columns:
    """Who is in which sets, one entry per set and person: row and column from 0, and the weight of the set in the
    column, scaled so that the squares of each row add up to one. alike: a number that entries of one set with the same
    weight have in common, from 0.
    """

    row: "Ints"
    column: "Ints"
    scaled: "Floats"
    alike: "Ints"
    rows: int


def leverages(columns: Columns, enough: float) -> "Floats | None":
    """ℓ of every column so closely that it is known to be above `enough` or not, the largest of all to 10⁻¹².

    None where these sets share so many people that the series does not converge, or not soon.
    """
    from scipy.sparse import csc_array, diags_array

    often = np.bincount(columns.column) > 1
    who, several = np.flatnonzero(often), often[columns.column]
    place = (np.cumsum(often) - 1)[columns.column[several]]
    linked = csc_array(
        (columns.scaled[several], (columns.row[several], place)), shape=(columns.rows, len(who))
    )
    gram = (linked @ linked.T).tocsr()
    shared = (gram - diags_array(gram.diagonal())).tocsr()
    reach = _reach(shared)
    if reach >= 1:
        return None
    # Whoever is in one set only is as far in as all others who weigh as much in it: one entry stands for them.
    single = np.flatnonzero(~several)
    one_of = np.full(int(columns.alike.max()) + 1, -1)
    one_of[columns.alike[single]] = single
    shown = one_of[one_of >= 0]
    alone = csc_array(
        (columns.scaled[shown], (columns.row[shown], np.arange(len(shown)))), shape=(columns.rows, len(shown))
    )
    found = _Narrowing(shared, reach, _beside(linked, alone)).values(enough * (1 + 1e-9))
    if found is None:
        return None
    value = np.zeros(int(columns.column.max()) + 1)
    value[who] = found[: len(who)]
    value[columns.column[single]] = found[len(who) :][(np.cumsum(one_of >= 0) - 1)[columns.alike[single]]]
    return value


def _beside(one: "csc_array", other: "csc_array") -> "csc_array":
    from scipy.sparse import csc_array, hstack

    return csc_array(hstack([one, other]))


def _reach(shared: Any) -> float:
    """What no eigenvalue of this matrix, none of whose entries is negative, is further from nought than."""
    x = np.ones(shared.shape[0])
    least = np.inf
    for _ in range(_TO_FIND_R):
        further = shared @ x
        least = min(least, float((further / x).max(initial=0)))
        x = further + x
        x /= x.max(initial=1)
        x = np.maximum(x, 1e-9)
    return least


@dataclass
class _Narrowing:
    """Between what ℓ of each column lies, ever more narrowly for those that matter."""

    shared: Any
    reach: float
    columns: "csc_array"

    def values(self, cut: float) -> "Floats | None":
        """The middle of what ℓ lies between: never on the other side of `cut`, and for the largest next to exact; None
        where that takes too many steps.
        """
        total = np.zeros(self.columns.shape[1])
        square = _squares(self.columns)
        low, high = square / (1 + self.reach), square / (1 - self.reach)
        at, steps = np.arange(len(total)), self.columns
        for _ in range(_MOST_STEPS):
            matters = self._matters(low, high, cut)[at]
            at, steps = at[matters], steps[:, matters]
            if not len(at):
                return (low + high) / 2
            further, between, after = self._step(steps)
            total[at] += square[at] - between
            square[at], steps = after, further
            low[at] = total[at] + after / (1 + self.reach)
            high[at] = total[at] + after / (1 - self.reach)
        return None

    def _matters(self, low: "Floats", high: "Floats", cut: float) -> "Bools":
        wide = high - low > _NARROW
        matters: Bools = wide & (((low <= cut) & (high > cut)) | (high >= low.max(initial=0)))
        return matters

    def _step(self, steps: "csc_array") -> "tuple[csc_array, Floats, Floats]":
        """Ev of each of these v, vᵀEv and |Ev|²."""
        from scipy.sparse import csc_array, hstack

        parts = [csc_array(self.shared @ steps[:, some]) for some in _portions(steps.shape[1])]
        further = csc_array(hstack(parts))
        return further, np.asarray(steps.multiply(further).sum(axis=0)).ravel(), _squares(further)


def _squares(columns: "csc_array") -> "Floats":
    return np.asarray(columns.multiply(columns).sum(axis=0), dtype=np.float64).ravel()


def _portions(length: int) -> Iterator[slice]:
    for start in range(0, length, _AT_ONCE):
        yield slice(start, min(start + _AT_ONCE, length))
