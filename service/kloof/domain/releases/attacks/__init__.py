"""The attack suite: what a disclosure-control expert would try on releases, with the release files and nothing else.

A release that an attack breaks must not go out. Attacks on means alone (`bounds`) must leave everybody half of the
scale; an attack that also uses standard deviations (`reconstruction`) must not tell what nearly everybody said.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from kloof.domain.releases.attacks import alike, bounds, differencing, files, reconstruction, time
from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.document import ReleaseDocument

__all__ = ["ATTACKS", "Breach", "run"]

Attack = Callable[[Sequence[ReleaseDocument]], Iterator[Breach]]

ATTACKS: Final[Mapping[str, Attack]] = {
    "files": files.attack,
    "leverage": differencing.any_combination,
    "differencing": differencing.two_sets,
    "linear programme": bounds.real_numbers,
    "integer programme": bounds.whole_numbers,
    "reconstruction": reconstruction.attack,
    "homogeneity": alike.attack,
    "time": time.attack,
}
"""What each attack is called, and what it tries. `attacks.insiders` needs the truth and stands apart."""


def run(releases: Sequence[ReleaseDocument]) -> dict[str, tuple[Breach, ...]]:
    """What each attack finds in these releases, taken in order; all empty where they give nobody away."""
    return {name: tuple(attack(releases)) for name, attack in ATTACKS.items()}
