"""Auditing: the attack suite on releases as they stand on disk, with nothing but their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kloof.domain.errors import Reason, Refused

if TYPE_CHECKING:
    from kloof.domain.releases.attacks import Breach
    from kloof.publish.release_files import Published


@dataclass(frozen=True, slots=True)
class Audit:
    """How many releases were attacked, what each attack found, by its name, and how many are of an older engine."""

    releases: int
    found: dict[str, tuple[Breach, ...]]
    older: int = 0

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """What gives somebody away."""
        return tuple(breach for breaches in self.found.values() for breach in breaches if breach.proved)

    @property
    def open(self) -> tuple[Breach, ...]:
        """Questions that were not answered in their time: no leak, and no proof of none."""
        return tuple(breach for breaches in self.found.values() for breach in breaches if not breach.proved)


def audit(releases: Path) -> Audit:
    """Attack the releases in this folder, in order, and every file in their folders.

    Raises Refused where there are none, or where one of them was changed or is missing.
    """
    from kloof.domain.releases import attacks
    from kloof.domain.releases.attacks import folder
    from kloof.domain.releases.format_1 import of_this_format
    from kloof.publish.release_files import read_releases

    found = read_releases(releases)
    if not found:
        raise Refused(
            Reason.RELEASES_ABSENT,
            "There are no releases here.",
            where=str(releases),
            remedy="Name the folder that holds 0001, 0002 …; `kloof publish` makes the first.",
        )
    documents = tuple(release.document for release in found)
    in_folders = tuple(breach for release in found for breach in _in_folder(releases, release))
    return Audit(
        releases=len(found),
        found=attacks.run(documents) | {folder.NAME: in_folders + _beside(releases, found)},
        older=len(found) - len(of_this_format(documents)),
    )


def _in_folder(releases: Path, release: Published) -> tuple[Breach, ...]:
    from kloof.domain.releases.attacks import folder
    from kloof.publish.release_files import release_folder

    place = release_folder(releases, release.number)
    files = {
        str(file.relative_to(place)): file.read_bytes() for file in sorted(place.rglob("*")) if file.is_file()
    }
    return tuple(folder.attack(release.document, files))


def _beside(releases: Path, found: tuple[Published, ...]) -> tuple[Breach, ...]:
    """What lies beside the releases and the pages about them, where whoever copies the folder copies it too."""
    from kloof.domain.releases.attacks import Breach, folder
    from kloof.publish.release_files import is_page_about_releases, release_folder

    known = {release_folder(releases, release.number).name for release in found}
    return tuple(
        Breach(
            folder.NAME,
            found[-1].number,
            stray.name,
            "it lies beside the releases and belongs to none of them",
        )
        for stray in sorted(releases.iterdir())
        if stray.name not in known and not is_page_about_releases(stray.name)
    )
