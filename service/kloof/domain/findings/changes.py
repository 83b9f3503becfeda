"""What changed: the deals that came in since an earlier release, beside the deals that stood in it."""

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


def changes(release: ReleaseDocument, pairs: Iterable[tuple[Cell, Cell]]) -> dict[SurveyKey, ChangeFound]:
    """Of cells of `release`, each with an earlier self, those whose blocks were added to, by survey version.

    What came in is compared with what was there: the two share nobody's answers, which two running totals do.
    """
    found = [_Change.of(release, now, before) for now, before in pairs if added(now, before)]
    shown = [one for one in found if isinstance(one.new, Gap) and isinstance(one.earlier, Gap)]
    family = Family(Tested(one.figure.estimate) for one in shown if isinstance(one.figure, Difference))
    return {one.now.key: one.found(family) for one in shown}


@dataclass(frozen=True, slots=True)
class _Change:
    now: Cell
    before: Cell
    new: Gap | statistics.TooFew
    earlier: Gap | statistics.TooFew
    figure: Difference | statistics.TooFew

    @classmethod
    def of(cls, release: ReleaseDocument, now: Cell, before: Cell) -> "_Change":
        whole, earlier = from_release.overall(release, now), from_release.overall(release, before)
        new: PublishedSums = whole.without(earlier)
        figure = statistics.difference(new.gap, earlier.gap)
        return cls(now, before, statistics.gap(new), statistics.gap(earlier), figure)

    def found(self, family: Family) -> ChangeFound:
        assert isinstance(self.new, Gap)  # noqa: S101 - the caller asked
        assert isinstance(self.earlier, Gap)  # noqa: S101 - the caller asked
        evidence = Evidence.UNKNOWN
        if isinstance(self.figure, Difference):
            evidence = family.evidence(self.figure.estimate)
        return ChangeFound(self.before.as_of.date, self.earlier, self.new, self.figure, evidence)
