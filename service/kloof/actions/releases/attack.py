"""Auditing: the attack suite on releases as they stand on disk, with nothing but their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kloof.domain.errors import Reason, Refused

if TYPE_CHECKING:
    from kloof.domain.releases.attacks import Breach


@dataclass(frozen=True, slots=True)
class Audit:
    """How many releases were attacked, and what each attack found, by its name."""

    releases: int
    found: dict[str, tuple[Breach, ...]]

    @property
    def breaches(self) -> tuple[Breach, ...]:
        return tuple(breach for breaches in self.found.values() for breach in breaches)


def audit(folder: Path) -> Audit:
    """Attack the releases in `folder`, in order.

    Raises Refused where there are none, or where one of them was changed or is missing.
    """
    from kloof.domain.releases import attacks
    from kloof.publish.release_files import read_releases

    releases = read_releases(folder)
    if not releases:
        raise Refused(
            Reason.RELEASES_ABSENT,
            "There are no releases here.",
            where=str(folder),
            remedy="Name the folder that holds 0001, 0002 …; `kloof publish` makes the first.",
        )
    return Audit(len(releases), attacks.run([release.document for release in releases]))
