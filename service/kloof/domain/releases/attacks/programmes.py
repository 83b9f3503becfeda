"""Ways to fill in answers: integer programmes (HiGHS) over how many people of each atom gave which answer.

People of one atom are alike to whoever does not know some of them, so what is certain about one of them is what is
certain about how many gave an answer: who may have given it, and whether nearly all must have.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SECONDS: Final = 5.0
"""What one programme may take. One that takes longer is reported as open: about its target nothing is known."""
_GAP = 0.1
"""A way to fill in need not have as many kinds as can be: what it does not show is asked for by itself."""
STOPPED, IMPOSSIBLE = 1, 2
"""What HiGHS answers through scipy: out of time, and no solution."""


class Open(Exception):
    """A programme was not solved in its time."""


class Verdict(Enum):
    """What a programme says of a question with yes or no."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


@dataclass
class Programme:
    """How many people of each atom gave each kind of answer.

    people: per atom. kinds: how many kinds of answers there are. totals: whole numbers beside them, unknown too: how
    many times its base each rounded sum is. Everything that `hold` was told holds for every way to fill in.
    """

    people: "Floats"
    kinds: int
    totals: int = 0
    seconds: float = SECONDS
    _rows: "list[tuple[Floats, float, float]]" = field(default_factory=list)

    def hold(self, weights: "Floats", least: float, most: float, totals: "Floats | None" = None) -> None:
        """Σ weights[atom, kind] · people who gave it + Σ totals · total lies between `least` and `most`."""
        beside = np.zeros(self.totals) if totals is None else totals
        self._rows.append((np.concatenate([weights.ravel(), beside]), least, most))

    @property
    def _counts(self) -> int:
        return len(self.people) * self.kinds

    @cached_property
    def spread(self) -> "Ints | None":
        """A way to fill in with nearly as many kinds as can be; None where there is no way. May raise Open."""
        return self._solve(spread=True)

    def may_have(self, atom: int, kind: int) -> Verdict:
        """Whether somebody of this atom may have given this kind of answer."""
        if self.spread is not None and self.spread[atom, kind]:
            return Verdict.YES
        return self._asked(atom, kind, 1, np.inf)

    def must_have(self, atom: int, kind: int, more_than: float) -> Verdict:
        """Whether more than so many people of this atom must have given this kind of answer."""
        if self.spread is not None and self.spread[atom, kind] <= more_than:
            return Verdict.NO
        other = self._asked(atom, kind, 0, np.floor(more_than + 1e-9))
        return {Verdict.YES: Verdict.NO, Verdict.NO: Verdict.YES}.get(other, other)

    def only_way(self, atom: int) -> Verdict:
        """Whether there is one way only to fill in this atom: then all is known but which answer is whose."""
        found = self.spread
        if found is None:
            return Verdict.NO
        for kind in range(self.kinds):
            more = self._asked(atom, kind, int(found[atom, kind]) + 1, np.inf)
            if more is not Verdict.NO:
                return Verdict.NO if more is Verdict.YES else Verdict.OPEN
        return Verdict.YES

    def _asked(self, atom: int, kind: int, least: float, most: float) -> Verdict:
        try:
            found = self._solve(only=(atom * self.kinds + kind, least, most))
        except Open:
            return Verdict.OPEN
        return Verdict.NO if found is None else Verdict.YES

    def _solve(self, *, spread: bool = False, only: tuple[int, float, float] | None = None) -> "Ints | None":
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array, eye_array, hstack, vstack

        counts, beside = self._counts, self._counts + self.totals
        shown = counts if spread else 0
        lower = np.concatenate([np.zeros(counts), np.full(self.totals, -np.inf), np.zeros(shown)])
        upper = np.concatenate(
            [np.repeat(self.people, self.kinds), np.full(self.totals, np.inf), np.ones(shown)]
        )
        if only is not None:
            lower[only[0]], upper[only[0]] = only[1], min(only[2], upper[only[0]])
            if lower[only[0]] > upper[only[0]]:
                return None
        matrix = csr_array(np.array([row for row, _, _ in self._rows]).reshape(len(self._rows), beside))
        least, most = ([row[place] for row in self._rows] for place in (1, 2))
        if spread:
            among = hstack([eye_array(counts), csr_array((counts, self.totals)), -eye_array(counts)])
            matrix = vstack([hstack([matrix, csr_array((len(self._rows), counts))]), among])
            least, most = [*least, *np.zeros(counts)], [*most, *np.full(counts, np.inf)]
        solution = milp(
            np.concatenate([np.zeros(beside), -np.ones(shown)]),
            constraints=LinearConstraint(csr_array(matrix), least, most),
            integrality=np.concatenate([np.ones(beside), np.zeros(shown)]),
            bounds=Bounds(lower, upper),
            options={"time_limit": self.seconds, "mip_rel_gap": _GAP if spread else 0.0},
        )
        if solution.x is not None:
            found: Ints = np.rint(solution.x[:counts]).astype(np.int64).reshape(len(self.people), self.kinds)
            return found
        if solution.status == IMPOSSIBLE:
            return None
        raise Open


def each_answered(people: "Floats", kinds: int, totals: int = 0) -> Programme:
    """A programme in which everybody gave one answer."""
    programme = Programme(people, kinds, totals)
    for atom, n in enumerate(people):
        weights = np.zeros((len(people), kinds))
        weights[atom] = 1
        programme.hold(weights, n, n)
    return programme


def answers_that_fit(
    known: Sequence[int], points: Sequence[int], sums: "Sequence[tuple[Floats, float, float]]"
) -> "Bools":
    """Per person and point whether that person may have given that answer: one programme for each.

    known: the other answer of each person, which somebody inside knows. sums: of each published sum, its summands as
    [people, points], and between what it lies.
    """
    programme = each_answered(np.ones(len(known)), len(points))
    for summands, least, most in sums:
        programme.hold(summands, least, most)
    verdicts = [
        [programme.may_have(person, kind) is not Verdict.NO for kind in range(len(points))]
        for person in range(len(known))
    ]
    return np.array(verdicts, dtype=bool)
