"""Inside, with the truth at hand: what colleagues could name, and whether every block is what its release says.

Release files do not say who is in which block, or through whom. These attacks run on the company's own machine when a
release is made, and their counts stand in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.attacks.figures import sizes_of
from kloof.domain.releases.attacks.insiders import linked, remainders
from kloof.domain.releases.attacks.insiders.counted import WITH_SHARES, with_shares
from kloof.domain.releases.attacks.insiders.naming import (
    ALL_BUT_ONE,
    ONE,
    TWO,
    WITH_PRACTICES,
    Tally,
    name_answers,
    with_practices,
)
from kloof.domain.releases.attacks.truth import Truth
from kloof.domain.releases.format_1 import AnyRelease, ExactRelease
from kloof.domain.releases.guarantee import AttackResult
from kloof.domain.side_by_side import side_by_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

__all__ = ["ALL_BUT_ONE", "ONE", "TWO", "WITH_PRACTICES", "WITH_SHARES", "Inside", "inside"]


_NAMES = (ONE, TWO, ALL_BUT_ONE, WITH_PRACTICES, WITH_SHARES)


@dataclass(frozen=True, slots=True)
class Inside:
    """What the attacks inside found: breaches, for which a release is refused, and how many answers could be named."""

    breaches: tuple[Breach, ...]
    results: tuple[AttackResult, ...]


def inside(truths: Sequence[Truth], releases: Sequence[AnyRelease]) -> Inside:
    """Attack these releases with the truth, one for each survey version and arm, that all of them rest on."""
    new = [release for release in releases if not isinstance(release, ExactRelease)]
    if not new:
        return Inside((), ())
    sizes = {block: n for release in new for block, n in sizes_of(release).items()}
    live = np.array(sorted(sizes_of(new[-1])), dtype=np.int64)
    breaches: list[Breach] = []
    every: list[Ints] = [np.zeros(0, dtype=np.int64)]
    tallies = {name: Tally() for name in _NAMES}
    for truth in truths:
        whole = _whole(truth, sizes)
        every.append(whole)

        def tried(part: Truth) -> "tuple[list[Breach], dict[str, Tally]]":
            named = {name: Tally() for name in _NAMES}
            name_answers(part, named)
            return [*remainders.attack(part, new[-1], live)], named

        for found, named in side_by_side(tried, truth.slices(whole), len(truth.block)):
            breaches += found
            for name, tally in named.items():
                tallies[name].add(tally)
        breaches += remainders.of_practices(truth, new[-1])
        with_practices(truth, whole, tallies[WITH_PRACTICES])
        with_shares(truth, whole, new, tallies[WITH_SHARES])
        breaches += remainders.rounded_twice(truth, new[-1])
        breaches += _missing(truth, live, whole, new[-1])
    breaches += linked.attack(truths, np.concatenate(every), new[-1])
    results = tuple(tally.told(name) for name, tally in tallies.items() if tally.tried)
    return Inside(tuple(breaches), results)


def _whole(truth: Truth, sizes: dict[int, int]) -> "Ints":
    """The published blocks whose sums are known and of which every pair is still here."""
    numbers, n = np.unique(truth.block, return_counts=True)
    stated = np.array([sizes.get(int(block), 0) for block in numbers])
    return np.intersect1d(numbers[n == stated], truth.numbers)


def _missing(truth: Truth, live: "Ints", whole: "Ints", release: AnyRelease) -> Iterator[Breach]:
    for block in np.setdiff1d(np.intersect1d(live, truth.numbers), whole):
        what = "it holds another number of pairs than its release says"
        yield Breach("truth", release.number, f"block {block}", what)
