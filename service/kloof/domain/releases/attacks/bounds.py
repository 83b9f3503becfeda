"""Bounding: between which two answers somebody must lie, given every published sum and the ends of the scale.

What is certain about one person of n with total T, and answers from `low` to `high`: the others have at most
(n − 1)·high and at least (n − 1)·low. A total that was rounded in b parts lies less than b bases from what it was
rounded to; one that is not laid bare lies where a linear programme says.
"""

import math
from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach, ReleaseEvidence, gathered
from kloof.domain.releases.attacks.programmes import SECONDS, STOPPED
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.surveys.definition import Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NAME = "linear programme"
_SLACK = 1e-6
_OPEN = 2
"""With a total this many times the width of the scale from either end, one person can be anywhere on it."""


def attack(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Sums, differences and linear programmes: nobody may be bounded to less than half of the scale."""
    for evidence in gathered(releases):
        if evidence.large:
            yield evidence.untried(NAME)
            continue
        for aspect in evidence.survey.aspects:
            for side in evidence.sides:
                found = _differences if evidence.practice and evidence.base else _atoms
                yield from found(evidence, aspect.id, side)


def answers_left(people: float, least: float, most: float, scale: Scale) -> tuple[float, float]:
    """Between what one of these people's answer lies whose total lies between `least` and `most`."""
    others = people - 1
    return max(scale.low, least - others * scale.high), min(scale.high, most - others * scale.low)


def unrounded(total: float, parts: float, base: float) -> tuple[float, float]:
    """Between what a sum of whole answers lies that became `total`, rounded in so many parts to multiples of base."""
    if not base:
        return total, total
    return math.floor(total - parts * base + _SLACK) + 1, math.ceil(total + parts * base - _SLACK) - 1


def _atoms(evidence: ReleaseEvidence, aspect: str, side: str) -> Iterator[Breach]:
    for atom, within in _totals(evidence, evidence.published(aspect, side)):
        release, where = evidence.release_of(atom), evidence.name(atom)
        if within is None:
            what = f"between what its {side} of {aspect} lies was not found out in {SECONDS:g} s"
            yield Breach(NAME, release, where, what, proved=False)
        else:
            yield from _told(evidence, aspect, side, (evidence.people[atom], *within), release, where)


def _differences(evidence: ReleaseEvidence, aspect: str, side: str) -> Iterator[Breach]:
    """Of a practice table with rounded sums: each arm, and each set without one that lies within it."""
    base, sightings = evidence.base, evidence.sightings
    for one in sightings:
        total = one.figures.total(aspect, side)
        if one.figures.practice:
            within = (one.figures.n, *unrounded(total, one.figures.parts, base))
            yield from _told(evidence, aspect, side, within, one.release, one.figures.id)
        for other in sightings:
            if other.parts < one.parts and other.figures.practice:
                n = one.figures.n - other.figures.n
                same = one.figures.done is other.figures.done
                parts = (
                    abs(one.figures.parts - other.figures.parts)
                    if same
                    else one.figures.parts + other.figures.parts
                )
                left = total - other.figures.total(aspect, side)
                within = (n, *unrounded(left, parts, base))
                where = f"{one.figures.id} without {other.figures.id}"
                yield from _told(evidence, aspect, side, within, max(one.release, other.release), where)


def _told(
    evidence: ReleaseEvidence,
    aspect: str,
    side: str,
    of: tuple[float, float, float],
    release: int,
    where: str,
) -> Iterator[Breach]:
    scale, (people, least, most) = evidence.survey.scale, of
    if people <= 0:
        return
    low, high = answers_left(people, least, most, scale)
    if high < low - _SLACK:
        what = f"its {side} of {aspect} fits no answers on the scale"
        yield Breach(NAME, release, where, what)
    elif high - low < (scale.high - scale.low) / 2 - _SLACK:
        what = f"everybody's {side} of {aspect} lies between {low:.2f} and {high:.2f}"
        yield Breach(NAME, release, where, what)


def _totals(
    evidence: ReleaseEvidence, published: "Floats"
) -> Iterator[tuple[int, tuple[float, float] | None]]:
    """Per atom between what its exact total lies, None where that took too long.

    Left out where one possible total already leaves all of the scale.
    """
    scale, people, base = evidence.survey.scale, evidence.people, evidence.base
    known = {atom: float(total) for atom, total in evidence.solved(published).items()}
    possible = _possible(evidence, published, known) if evidence.certain else people * scale.low
    from_end = np.minimum(people * scale.high - possible, possible - people * scale.low)
    for atom, parts in enumerate(evidence.blocks):
        if atom in known:
            yield atom, unrounded(known[atom], parts, base)
        elif evidence.certain and from_end[atom] < _OPEN * (scale.high - scale.low):
            within = _programme(evidence, atom, published)
            yield (
                atom,
                within and (unrounded(within[0], parts, base)[0], unrounded(within[1], parts, base)[1]),
            )


def _limits(evidence: ReleaseEvidence) -> "Floats":
    """Per atom the least and the most that its published, rounded, total can be."""
    scale, room = evidence.survey.scale, evidence.blocks * evidence.base
    return np.stack([evidence.people * scale.low - room, evidence.people * scale.high + room], axis=1)


def _possible(evidence: ReleaseEvidence, published: "Floats", known: Container[int]) -> "Floats":
    """One way to divide the published sums over the atoms, with the unknown ones as far from the ends as can be."""
    from scipy.optimize import linprog

    people, limits = evidence.people, _limits(evidence)
    unknown = np.array([atom not in known for atom in range(len(people))], dtype=np.float64)
    each, sets = np.eye(len(people)), len(evidence.incidence)
    equal = np.column_stack([evidence.incidence, np.zeros(sets)])
    solution = linprog(
        np.append(np.zeros(len(people)), -1),
        A_ub=np.concatenate(
            [np.column_stack([-each, unknown]), np.column_stack([each, unknown]), equal, -equal]
        ),
        b_ub=np.concatenate([-limits[:, 0], limits[:, 1], published + _SLACK, -published + _SLACK]),
        bounds=(None, None),
        method="highs",
        options={"time_limit": SECONDS},
    )
    return np.asarray(solution.x[:-1]) if solution.success else people * evidence.survey.scale.low


def _programme(evidence: ReleaseEvidence, atom: int, published: "Floats") -> tuple[float, float] | None:
    """The least and the most that the published total of this atom can be; None where that took too long."""
    from scipy.optimize import linprog

    goal, limits = np.zeros(len(evidence.people)), _limits(evidence)
    goal[atom] = 1
    found = []
    for sign, widest in zip((1, -1), limits[atom], strict=True):
        solution = linprog(
            sign * goal,
            A_ub=np.concatenate([evidence.incidence, -evidence.incidence]),
            b_ub=np.concatenate([published + _SLACK, -published + _SLACK]),
            bounds=limits,
            method="highs",
            options={"time_limit": SECONDS},
        )
        if solution.status == STOPPED:
            return None
        # No solution means that the sums contradict each other, which is for the integer programme to say.
        found.append(sign * float(solution.fun) if solution.success else float(widest))
    return found[0], found[1]
