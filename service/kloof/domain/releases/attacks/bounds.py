"""Bounding: between which two answers somebody must lie, given every published mean and the ends of the scale.

What is certain about one person of an atom of n with total T, and answers from `low` to `high`: the others have at
most (n − 1)·high and at least (n − 1)·low. T itself is known, or lies where a linear programme says.
"""

from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach, PublishedSums, gathered, sums_of
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.pair_columns import Stat

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SMALL = 30
"""People up to which whole numbers are tried: in larger atoms they add nothing."""
_SIDES = {"V": Stat.V, "R": Stat.R}
_SLACK = 1e-6
_OPEN = 2
"""With a total this many times the width of the scale from either end, one person can be anywhere on it."""


def real_numbers(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    """Linear programmes (HiGHS): nobody may be bounded to less than half of the scale."""
    yield from _bounded(releases, "linear programme", whole=False)


def whole_numbers(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    """The same with totals in whole numbers, for small atoms in which every customer has one deal."""
    yield from _bounded(releases, "integer programme", whole=True)


def _bounded(releases: Sequence[ReleaseDocument], name: str, *, whole: bool) -> Iterator[Breach]:
    for evidence in gathered(releases):
        scale = evidence.survey.scale
        for aspect in evidence.survey.aspects:
            for side in evidence.sides:
                column = _SIDES[side]
                published = np.array([sums_of(one.cell, aspect.id)[column] for one in evidence.sightings])
                if whole and not np.array_equal(published, np.rint(published)):
                    continue
                for atom, (least, most) in _totals(evidence, aspect.id, column, published, whole=whole):
                    others = evidence.people[atom] - 1
                    low = max(scale.low, least - others * scale.high)
                    high = min(scale.high, most - others * scale.low)
                    if high - low < (scale.high - scale.low) / 2 - _SLACK:
                        what = f"everybody's {side} of {aspect.id} lies between {low:.2f} and {high:.2f}"
                        yield Breach(name, evidence.release_of(atom), evidence.name(atom), what)


def _totals(
    evidence: PublishedSums, aspect: str, column: int, published: "Floats", *, whole: bool
) -> Iterator[tuple[int, tuple[float, float]]]:
    """Per atom between what its total lies, left out where one possible total already leaves all of the scale."""
    scale, people = evidence.survey.scale, evidence.people
    known = {atom: float(sums[column]) for atom, sums in evidence.solved(aspect).items()}
    possible = _possible(evidence, published, known) if evidence.certain else people * scale.low
    from_end = np.minimum(people * scale.high - possible, possible - people * scale.low)
    for atom in range(len(people)):
        if whole and people[atom] > SMALL:
            continue
        if atom in known:
            yield atom, (known[atom], known[atom])
        elif evidence.certain and from_end[atom] < _OPEN * (scale.high - scale.low):
            yield atom, _programme(evidence, atom, published, whole=whole)


def _possible(evidence: PublishedSums, published: "Floats", known: Container[int]) -> "Floats":
    """One way to divide the published sums over the atoms, with the unknown ones as far from the ends as can be."""
    from scipy.optimize import linprog

    scale, people = evidence.survey.scale, evidence.people
    unknown = np.array([atom not in known for atom in range(len(people))], dtype=np.float64)
    each, sets = np.eye(len(people)), len(evidence.incidence)
    below = np.column_stack([-each, unknown])
    above = np.column_stack([each, unknown])
    equal = np.column_stack([evidence.incidence, np.zeros(sets)])
    solution = linprog(
        np.append(np.zeros(len(people)), -1),
        A_ub=np.concatenate([below, above, equal, -equal]),
        b_ub=np.concatenate(
            [-people * scale.low, people * scale.high, published + _SLACK, -published + _SLACK]
        ),
        bounds=(None, None),
        method="highs",
    )
    return np.asarray(solution.x[:-1]) if solution.success else people * scale.low


def _programme(
    evidence: PublishedSums, atom: int, published: "Floats", *, whole: bool
) -> tuple[float, float]:
    """The least and the most that the total of this atom can be."""
    from scipy.optimize import linprog

    scale = evidence.survey.scale
    goal = np.zeros(len(evidence.people))
    goal[atom] = 1
    limits = np.stack([evidence.people * scale.low, evidence.people * scale.high], axis=1)
    found = []
    for sign, widest in zip((1, -1), limits[atom], strict=True):
        solution = linprog(
            sign * goal,
            A_ub=np.concatenate([evidence.incidence, -evidence.incidence]),
            b_ub=np.concatenate([published + _SLACK, -published + _SLACK]),
            bounds=limits,
            integrality=np.full(len(goal), int(whole)),
            method="highs",
        )
        # No solution means that the sums contradict each other, which is for the other attacks to say.
        found.append(sign * float(solution.fun) if solution.success else float(widest))
    return found[0], found[1]
