"""What the pages are made from: all releases, the latest one read, and one section per survey version in it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from kloof.domain.findings import ArmsReading, CellReading, PracticeReading, read
from kloof.domain.releases.document import (
    Cell,
    Level,
    PublishedAspect,
    PublishedSurvey,
    ReleaseDocument,
    ResponseCounts,
    WithheldCell,
)
from kloof.domain.statistics.sums import PairedSums
from kloof.domain.text import Language


@dataclass(frozen=True, slots=True)
class Moved:
    """The company's cell in a release in which it moved."""

    release: ReleaseDocument
    cell: Cell


@dataclass(frozen=True, slots=True)
class SurveySection:
    """One survey version as the site tells it: the company as a whole, its parts, and how it went."""

    survey: PublishedSurvey
    several_versions: bool
    company: CellReading | None
    parts: tuple[CellReading, ...]
    practices: tuple[PracticeReading, ...]
    withheld: tuple[WithheldCell, ...]
    response: ResponseCounts | None
    arms: ArmsReading
    history: tuple[Moved, ...]

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

    def moments(self, aspect: PublishedAspect) -> Iterator[tuple[Moved, PairedSums]]:
        """The aspect in every release in which the company's figures moved, the oldest first."""
        for moved in self.history:
            if aspect.id in moved.cell.aspects:
                yield moved, moved.cell.aspects[aspect.id]


@dataclass(frozen=True, slots=True)
class SiteData:
    """All releases, oldest first, the files that each has by its number, and the sections of the latest."""

    releases: tuple[ReleaseDocument, ...]
    files: Mapping[int, Collection[str]]
    sections: tuple[SurveySection, ...]

    @classmethod
    def of(cls, releases: Sequence[ReleaseDocument], files: Mapping[int, Collection[str]]) -> Self:
        """Reads the latest release; `releases` are in order of number and there is at least one."""
        latest = releases[-1]
        reading = read(latest)
        sections = []
        for survey in latest.surveys:
            cells = [found for found in reading.cells if found.cell.key == survey.key]
            company = next((found for found in cells if found.cell.level is Level.COMPANY), None)
            sections.append(
                SurveySection(
                    survey=survey,
                    several_versions=sum(other.id == survey.id for other in latest.surveys) > 1,
                    company=company,
                    parts=tuple(found for found in cells if found is not company),
                    practices=tuple(p for p in reading.practices if p.done.key == survey.key),
                    withheld=tuple(place for place in latest.withheld if place.key == survey.key),
                    response=_response(latest, survey),
                    arms=next(found for found in reading.arms if found.survey == survey),
                    history=tuple(_history(releases, survey)),
                )
            )
        return cls(tuple(releases), files, tuple(sections))

    @property
    def latest(self) -> ReleaseDocument:
        return self.releases[-1]

    def files_of(self, release: ReleaseDocument) -> Collection[str]:
        """The names of its files: a release of an earlier kloof has fewer tables, and keeps those that it has."""
        return self.files[release.number]


def named(place: Cell | WithheldCell) -> str:
    """What a place is called: a team with its product, a product or a region by its name, the company by none."""
    if place.level is Level.TEAM:
        return f"{place.team} · {place.product}" if place.product else place.team
    return {Level.PRODUCT: place.product, Level.REGION: place.region, Level.COMPANY: ""}[place.level]


def _response(release: ReleaseDocument, survey: PublishedSurvey) -> ResponseCounts | None:
    same = (c for c in release.response if (c.survey, c.version) == (survey.id, survey.version))
    return next(same, None)


def _history(releases: Sequence[ReleaseDocument], survey: PublishedSurvey) -> Iterator[Moved]:
    for release in releases:
        for cell in release.cells_of(survey.key, Level.COMPANY):
            if cell.as_of.release == release.number:
                yield Moved(release, cell)
