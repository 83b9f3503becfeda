"""What the company published last, for somebody who looks at their own figures: read from the release files alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from kloof.config import Settings
from kloof.domain import statistics
from kloof.domain.errors import Refused
from kloof.domain.findings import from_release
from kloof.domain.releases.document import Cell, Level, ReleaseDocument
from kloof.domain.staff.calibration import PublishedShares
from kloof.domain.statistics import Gap
from kloof.domain.surveys.definition import SurveyKey
from kloof.domain.surveys.gap import AspectGap
from kloof.publish.release_files import newest_release, newest_version


@dataclass(frozen=True, slots=True)
class Figures:
    """The published means of one cell, by aspect, as they are printed, and the day that they are of.

    customers: different ones, at least so many. shares: where they are published, by aspect.
    """

    published_on: date
    customers: int
    aspects: dict[str, AspectGap]
    shares: Mapping[str, PublishedShares] = field(default_factory=dict)

    def mean(self, aspect: str) -> float | None:
        """What customers got, on average; None where the aspect is not published."""
        gap = self.aspects.get(aspect)
        return gap.reality if gap else None


def company_figures(settings: Settings, key: SurveyKey) -> Figures | None:
    """The figures of the whole company for this survey version; None where none were published."""
    return _of_level(settings, key, Level.COMPANY, "")


def product_figures(settings: Settings, key: SurveyKey, product: str) -> Figures | None:
    """The figures of one product; None where none were published."""
    return _of_level(settings, key, Level.PRODUCT, product)


def _of_level(settings: Settings, key: SurveyKey, level: Level, product: str) -> Figures | None:
    document = newest(settings)
    if document is None:
        return None
    cells = [cell for cell in document.cells_of(key, level) if cell.product == product]
    return _figures(document, cells[0]) if cells else None


def newest(settings: Settings) -> ReleaseDocument | None:
    """The last release; None before the first, and where an earlier engine made it: its figures compare with none.

    Raises Refused where one of its files was changed or is missing.
    """
    version = newest_version(settings.releases_folder)
    return None if version is None else _read(settings.releases_folder, version)


def is_on_site(settings: Settings) -> bool:
    """Whether there is a release on the built site; one that was never built is not."""
    releases = settings.built_site / settings.releases_folder.relative_to(settings.site_folder)
    return any(releases.glob("[0-9]*/"))


def damage(settings: Settings) -> Refused | None:
    """Why the last release cannot be read; None where it can."""
    try:
        newest(settings)
    except Refused as refusal:
        return refusal
    return None


@lru_cache(maxsize=2)
def _read(releases: Path, version: tuple[str, int]) -> ReleaseDocument | None:
    release = newest_release(releases)
    return release if isinstance(release, ReleaseDocument) else None


def _figures(document: ReleaseDocument, cell: Cell) -> Figures:
    means: dict[str, AspectGap] = {}
    for aspect in document.survey(cell.key).aspects:
        gap = statistics.gap(from_release.sums(document, cell, aspect.id))
        if isinstance(gap, Gap):
            printed = gap.printed()
            sides = float(printed.expectation), float(printed.reality)
            means[aspect.id] = AspectGap(aspect.id, *sides, aspect.norm)
    shares = {
        aspect: PublishedShares(None if one.higher is None else 100 - one.higher, one.good)
        for aspect, one in cell.shares.items()
    }
    return Figures(cell.as_of.date, cell.customers, means, shares)
