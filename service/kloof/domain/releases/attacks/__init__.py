"""The attack suite: what a disclosure-control expert would try on releases.

`run` has the release files and nothing else, as an outsider has; `inside` runs when a release is made, with the truth
at hand. A release that an attack breaks must not go out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from kloof.domain.releases.attacks import (
    alike,
    bounds,
    counts,
    differencing,
    files,
    fractions,
    moments,
    rebuilding,
    time,
    unlisted,
)
from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.attacks.insiders import Inside, inside
from kloof.domain.releases.format_1 import AnyRelease

__all__ = ["ATTACKS", "Breach", "Inside", "inside", "run"]

Attack = Callable[[Sequence[AnyRelease]], Iterator[Breach]]

ATTACKS: Final[Mapping[str, Attack]] = {
    files.NAME: files.attack,
    "leverage": differencing.any_combination,
    "differencing": differencing.two_sets,
    bounds.NAME: bounds.attack,
    rebuilding.NAME: rebuilding.attack,
    fractions.NAME: fractions.attack,
    moments.NAME: moments.attack,
    counts.NAME: counts.attack,
    alike.NAME: alike.attack,
    time.NAME: time.attack,
    unlisted.NAME: unlisted.attack,
}
"""What each attack is called, and what it tries."""


def run(releases: Sequence[AnyRelease]) -> dict[str, tuple[Breach, ...]]:
    """What each attack finds in these releases, taken in order; all empty where they give nobody away.

    A breach that is not `proved` is a question that was not answered in time: not a leak, and not a proof of none.
    """
    return {name: tuple(attack(releases)) for name, attack in ATTACKS.items()}
