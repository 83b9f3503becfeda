"""What changed: the deals that came in with a release, beside those that came in with the one before it."""

from collections.abc import Iterable
from dataclasses import dataclass

from kloof.domain import statistics
from kloof.domain.findings import from_release
from kloof.domain.findings.figures import Family, Tested
from kloof.domain.findings.values import ChangeFound, Evidence
from kloof.domain.releases.document import Cell, ReleaseDocument
from kloof.domain.statistics import Difference, Gap, PublishedSums
from kloof.domain.surveys.definition import SurveyKey


def added(now: Cell, before: Cell) -> bool:
    """Whether `now` is `before` with blocks added to it: then what came in is what is left of the sums."""
    return set(before.blocks) < set(now.blocks)


@dataclass(frozen=True, slots=True)
class Grown:
    """A cell, what it was in the release in which it moved before, and in the one before that, if there was one."""

    now: Cell
    before: Cell
    earlier: Cell | None = None


def changes(release: ReleaseDocument, grown: Iterable[Grown]) -> dict[SurveyKey, ChangeFound]:
    """Of cells of `release` those whose blocks were added to, by survey version.

    What came in is compared with what came in the time before, and with all that was there where that cannot be told
    apart: the two share nobody's answers, which two running totals do.
    """
    found = [_Change.of(release, one) for one in grown if added(one.now, one.before)]
    shown = [one for one in found if isinstance(one.new, Gap) and isinstance(one.earlier, Gap)]
    family = Family(Tested(one.figure.estimate) for one in shown if isinstance(one.figure, Difference))
    return {one.now.key: one.found(family) for one in shown}


@dataclass(frozen=True, slots=True)
class _Change:
    now: Cell
    before: Cell
    began: Cell | None
    new: Gap | statistics.TooFew
    earlier: Gap | statistics.TooFew
    figure: Difference | statistics.TooFew

    @classmethod
    def of(cls, release: ReleaseDocument, grown: Grown) -> "_Change":
        whole, there = (from_release.overall(release, cell) for cell in (grown.now, grown.before))
        began = grown.earlier if grown.earlier and added(grown.before, grown.earlier) else None
        came = there if began is None else there.without(from_release.overall(release, began))
        if isinstance(statistics.gap(came), statistics.TooFew):
            began, came = None, there
        new: PublishedSums = whole.without(there)
        figure = statistics.difference(new.gap, came.gap)
        return cls(grown.now, grown.before, began, statistics.gap(new), statistics.gap(came), figure)

    def found(self, family: Family) -> ChangeFound:
        assert isinstance(self.new, Gap)  # noqa: S101 - the caller asked
        assert isinstance(self.earlier, Gap)  # noqa: S101 - the caller asked
        evidence = Evidence.UNKNOWN
        if isinstance(self.figure, Difference):
            evidence = family.evidence(self.figure.estimate)
        since = None if self.began is None else self.began.as_of.date
        return ChangeFound(self.before.as_of.date, self.earlier, self.new, self.figure, evidence, since)
