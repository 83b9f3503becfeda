"""What the company does about a finding, and the figures of before it began beside those of the customers since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from kloof.domain import statistics
from kloof.domain.findings import from_release
from kloof.domain.findings.changes import added
from kloof.domain.findings.figures import Family, Tested
from kloof.domain.findings.reading import moved
from kloof.domain.findings.values import Evidence
from kloof.domain.releases.document import Cell, Level, PublishedAspect, PublishedSurvey, ReleaseDocument
from kloof.domain.releases.guarantee import ReleasePart
from kloof.domain.statistics import ALPHA, Difference, Gap, TooFew
from kloof.domain.surveys.definition import Identifier


class CompanyGroup(ReleasePart):
    """A group of customers as releases name it. A field that the level does not name is empty."""

    level: Level
    product: str = ""
    region: str = ""
    team: str = ""

    def holds(self, cell: Cell) -> bool:
        """Whether a published cell is of this group."""
        return (cell.level, cell.product, cell.region, cell.team) == (
            self.level,
            self.product,
            self.region,
            self.team,
        )


class CompanyAction(ReleasePart):
    """Something that the company does about one aspect, for one group, from a day on. All of it is public.

    owner: whom the company names for it, a role or a name; empty for nobody. ended_on: its last day; None while it goes
    on.
    """

    id: Annotated[int, Field(ge=0)]
    survey: Identifier
    aspect: Identifier
    group: CompanyGroup
    title: str
    what: str = ""
    owner: str = ""
    started_on: date
    ended_on: date | None = None


class NotYet(StrEnum):
    """Why there is nothing to compare with."""

    NOT_SHOWN_BEFORE = "not_shown_before"  # no release of before the day holds this group
    TOO_FEW_NEW = "too_few_new"  # since then the group was not published with new customers
    TAKEN_BACK = "taken_back"  # somebody of before took an answer back, so new ones cannot be told apart


@dataclass(frozen=True, slots=True)
class ActionFigures:
    """V, R and S of one set of customers, as a release of this number and day told them."""

    release: int
    on: date
    figure: Gap


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """An action beside the figures: of all customers in the last release before it, and of those who came in since.

    change: the gap since minus the gap before, in points of the scale. `lack` says why `since` or both are missing;
    survey and aspect are None where no release holds them.
    """

    action: CompanyAction
    survey: PublishedSurvey | None
    aspect: PublishedAspect | None
    before: ActionFigures | None
    since: ActionFigures | None
    change: Difference | TooFew | None
    evidence: Evidence
    lack: NotYet | None


def outcomes(
    actions: Sequence[CompanyAction], releases: Sequence[ReleaseDocument]
) -> tuple[ActionOutcome, ...]:
    """Each action with what the releases say of it, `releases` in order of number; what is tested is tested together.

    Nothing here can be had that cannot be had from the releases: what came in is the sums of one minus those of
    another, and only where its blocks were added to.
    """
    found = [_Compared.of(action, releases) for action in actions]
    family = Family(one.tested for one in found if one.tested)
    return tuple(one.outcome(family) for one in found)


@dataclass(frozen=True, slots=True)
class _Moved:
    release: ReleaseDocument
    cell: Cell


@dataclass(frozen=True, slots=True)
class _Compared:
    action: CompanyAction
    survey: PublishedSurvey | None
    before: ActionFigures | None = None
    since: ActionFigures | None = None
    change: Difference | TooFew | None = None
    lack: NotYet | None = None
    level: float = ALPHA

    @classmethod
    def of(cls, action: CompanyAction, releases: Sequence[ReleaseDocument]) -> "_Compared":
        survey, history = _survey(action, releases), _history(action, releases)
        earlier = [one for one in history if one.release.published_on <= action.started_on]
        standing = _standing(earlier[-1], statistics.gap(_sums(action, earlier[-1]))) if earlier else None
        if standing is None:
            return cls(action, survey, lack=NotYet.NOT_SHOWN_BEFORE)
        before, later = earlier[-1], list(_until_its_end(action, history[len(earlier) :]))
        grown = [one for one in later if added(one.cell, before.cell)]
        if not grown:
            return cls(action, survey, standing, lack=NotYet.TAKEN_BACK if later else NotYet.TOO_FEW_NEW)
        return cls._grown(action, survey, before, grown)

    @classmethod
    def _grown(
        cls, action: CompanyAction, survey: PublishedSurvey | None, before: _Moved, grown: Sequence[_Moved]
    ) -> "_Compared":
        last = grown[-1]
        # Both from the last release: it knows best how far answers lie apart.
        earlier = from_release.sums(last.release, before.cell, action.aspect)
        new = _sums(action, last).without(earlier)
        standing = _standing(before, statistics.gap(earlier))
        since = _standing(last, statistics.gap(new))
        if since is None:
            return cls(action, survey, standing, lack=NotYet.TOO_FEW_NEW)
        sizes = [one.cell.n - before.cell.n for one in grown]
        # Every release looks at the same customers once more.
        level = statistics.levels(sizes, statistics.open_ended(len(sizes)))[-1]
        return cls(
            action,
            survey,
            standing,
            since,
            statistics.difference(new.gap, earlier.gap),
            level=level,
        )

    @property
    def tested(self) -> Tested | None:
        if not isinstance(self.change, Difference):
            return None
        return Tested(self.change.estimate, self.level)

    def outcome(self, family: Family) -> ActionOutcome:
        evidence = Evidence.UNKNOWN
        if isinstance(self.change, Difference):
            evidence = family.evidence(self.change.estimate, self.level)
        aspects = self.survey.aspects if self.survey else ()
        return ActionOutcome(
            self.action,
            self.survey,
            next((one for one in aspects if one.id == self.action.aspect), None),
            self.before,
            self.since,
            self.change,
            evidence,
            self.lack,
        )


def _history(action: CompanyAction, releases: Sequence[ReleaseDocument]) -> list[_Moved]:
    """The group in each release in which it moved, in one version of the survey: the newest that had figures when the
    action began, since answers to other questions do not compare.
    """
    every = [
        _Moved(release, cell)
        for release in releases
        for cell in release.cells
        if cell.survey == action.survey
        and action.group.holds(cell)
        and action.aspect in cell.aspects
        and moved(cell, release)
    ]
    versions = (one.cell.version for one in every if one.release.published_on <= action.started_on)
    newest = max(versions, default=None)
    return [one for one in every if one.cell.version == newest]


def _survey(action: CompanyAction, releases: Sequence[ReleaseDocument]) -> PublishedSurvey | None:
    """The newest published version that asks about the aspect."""
    known = [
        survey
        for release in releases
        for survey in release.surveys
        if survey.id == action.survey and any(one.id == action.aspect for one in survey.aspects)
    ]
    return max(known, key=lambda survey: survey.version, default=None)


def _until_its_end(action: CompanyAction, later: Sequence[_Moved]) -> Iterator[_Moved]:
    """Up to the first release on or after its last day: later ones are about customers who came after it."""
    for one in later:
        yield one
        if action.ended_on is not None and one.release.published_on >= action.ended_on:
            return


def _sums(action: CompanyAction, one: _Moved) -> statistics.PublishedSums:
    return from_release.sums(one.release, one.cell, action.aspect)


def _standing(one: _Moved, found: Gap | TooFew) -> ActionFigures | None:
    return (
        ActionFigures(one.release.number, one.release.published_on, found) if isinstance(found, Gap) else None
    )
