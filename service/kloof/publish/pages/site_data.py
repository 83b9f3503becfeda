"""What the pages are made from: all releases, the latest one read, and one section per survey version in it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from kloof.domain.deals.lateness import LATE, TWO_WEEKS_LATE
from kloof.domain.findings import (
    MARGIN,
    ArmsReading,
    CellReading,
    ChangeFound,
    Grown,
    PracticeReading,
    added,
    changes,
    from_release,
    read,
)
from kloof.domain.findings.deliveries import Delivered, deliveries
from kloof.domain.releases.document import (
    Cell,
    Level,
    Place,
    PublishedAspect,
    PublishedSurvey,
    ReleaseDocument,
    ResponseCounts,
    WithheldCell,
)
from kloof.domain.releases.format_1 import AnyRelease, of_this_format
from kloof.domain.statistics import Gap, gap
from kloof.domain.text import Language

_LATENESS: Final = (LATE, TWO_WEEKS_LATE)


@dataclass(frozen=True, slots=True)
class Moved:
    """The company's cell in a release in which it moved."""

    release: ReleaseDocument
    cell: Cell


@dataclass(frozen=True, slots=True)
class SurveySection:
    """One survey version as the site tells it: the company as a whole, its parts, and how it went.

    response: of the company first, then of every group that has deals. change: since the release in which the figures
    moved before; None where there is none, or where answers that stood in it were taken back.
    """

    survey: PublishedSurvey
    several_versions: bool
    company: CellReading | None
    parts: tuple[CellReading, ...]
    practices: tuple[PracticeReading, ...]
    lateness: tuple[PracticeReading, ...]
    deliveries: tuple[Delivered, ...]
    withheld: tuple[WithheldCell, ...]
    response: tuple[ResponseCounts, ...]
    arms: ArmsReading
    history: tuple[Moved, ...]
    change: ChangeFound | None

    @property
    def slug(self) -> str:
        return f"{self.survey.id}-{self.survey.version}"

    def title(self, language: Language) -> str:
        """The survey's title, with its version where there are more."""
        version = {"nl": "versie", "en": "version"}[language]
        title = self.survey.title[language]
        return f"{title} ({version} {self.survey.version})" if self.several_versions else title

    def of_level(self, level: Level) -> tuple[CellReading, ...]:
        """The parts at one level, by name: teams and regions are never put in order of their figures."""
        return tuple(sorted((p for p in self.parts if p.cell.level is level), key=lambda p: named(p.cell)))

    def came_in(self, aspect: PublishedAspect) -> Iterator[tuple[Moved, Gap, Gap]]:
        """The aspect in every release in which deals came in, of those deals alone and of all up to then; the oldest
        first.

        A release in which blocks were taken back is left out: what came in cannot be told apart in it.
        """
        before: Cell | None = None
        for moved in self.history:
            cell = moved.cell
            if before is None or added(cell, before):
                sums = from_release.sums(moved.release, cell, aspect.id)
                earlier = None if before is None else from_release.sums(moved.release, before, aspect.id)
                new, whole = gap(sums.without(earlier) if earlier else sums), gap(sums)
                if isinstance(new, Gap) and isinstance(whole, Gap):
                    yield moved, new, whole
            before = cell


@dataclass(frozen=True, slots=True)
class SiteData:
    """All releases, oldest first, and the files that each has by its number; the latest, and its sections.

    Only releases of this format are read. `latest` is None where the last one is of an earlier engine.
    """

    releases: tuple[AnyRelease, ...]
    files: Mapping[int, Collection[str]]
    latest: ReleaseDocument | None
    sections: tuple[SurveySection, ...]

    @classmethod
    def of(
        cls,
        releases: Sequence[AnyRelease],
        files: Mapping[int, Collection[str]],
        least_gap: float = MARGIN,
    ) -> Self:
        """Reads the latest release; `releases` are in order of number and there is at least one.

        least_gap: the least gap that matters, of ten points.
        """
        latest, every = releases[-1], of_this_format(tuple(releases))
        if not isinstance(latest, ReleaseDocument):
            return cls(tuple(releases), files, None, ())
        return cls(tuple(releases), files, latest, tuple(_sections(latest, every, least_gap)))

    def files_of(self, release: AnyRelease) -> Collection[str]:
        """The names of its files: a release of an earlier kloof has fewer tables, and keeps those that it has."""
        return self.files[release.number]


def _sections(
    latest: ReleaseDocument, releases: Sequence[ReleaseDocument], least_gap: float
) -> Iterator[SurveySection]:
    reading = read(latest, releases[:-1], least_gap)
    history = {survey.key: tuple(_history(releases, survey)) for survey in latest.surveys}
    changed = changes(latest, [_grown(moved) for moved in history.values() if len(moved) > 1])
    tables = {s.key: [p for p in reading.practices if p.done.key == s.key] for s in latest.surveys}
    for survey in latest.surveys:
        cells = [found for found in reading.cells if found.cell.key == survey.key]
        company = next((found for found in cells if found.cell.level is Level.COMPANY), None)
        yield SurveySection(
            survey=survey,
            several_versions=sum(other.id == survey.id for other in latest.surveys) > 1,
            company=company,
            parts=tuple(found for found in cells if found is not company),
            practices=tuple(p for p in tables[survey.key] if p.done.practice not in _LATENESS),
            lateness=tuple(p for p in tables[survey.key] if p.done.practice in _LATENESS),
            deliveries=deliveries(latest, survey),
            withheld=tuple(place for place in latest.withheld if place.key == survey.key),
            response=tuple(sorted((c for c in latest.response if c.key == survey.key), key=_by_level)),
            arms=next(found for found in reading.arms if found.survey == survey),
            history=history[survey.key],
            change=changed.get(survey.key),
        )


def _grown(moved: Sequence[Moved]) -> Grown:
    now, before, *earlier = [one.cell for one in reversed(moved)]
    return Grown(now, before, earlier[0] if earlier else None)


def named(place: Place) -> str:
    """What a place is called: a team with its product, a product or a region by its name, the company by none."""
    if place.level is Level.TEAM:
        return f"{place.team} · {place.product}" if place.product else place.team
    return {Level.PRODUCT: place.product, Level.REGION: place.region, Level.COMPANY: ""}[place.level]


def _by_level(place: Place) -> tuple[int, str]:
    return list(Level).index(place.level), named(place)


def _history(releases: Sequence[ReleaseDocument], survey: PublishedSurvey) -> Iterator[Moved]:
    for release in releases:
        for cell in release.cells_of(survey.key, Level.COMPANY):
            if cell.as_of.release == release.number:
                yield Moved(release, cell)
