"""Fractions: what is no whole number, or no multiple of what sums are rounded to, is somebody's."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from kloof.domain.releases.attacks.evidence import Breach, ReleaseEvidence, Sighting, gathered
from kloof.domain.releases.format_1 import AnyRelease

NAME = "fractions"


def attack(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Sums that are no multiple of their base, in rational arithmetic; in a release of format 1, that are not whole."""
    for evidence in gathered(releases):
        base = Fraction(evidence.base).limit_denominator(1000) if evidence.base else Fraction(1)
        for sighting in evidence.sightings:
            yield from _broken(evidence, sighting, base)


def _broken(evidence: ReleaseEvidence, sighting: Sighting, base: Fraction) -> Iterator[Breach]:
    for aspect in evidence.survey.aspects:
        for side in evidence.sides:
            total = Fraction(sighting.figures.total(aspect.id, side))
            if (total / base).denominator == 1:
                continue
            what = f"Σ{side} of {aspect.id} is {float(total):g}, no multiple of {float(base):g}"
            if not evidence.base:
                part = total.limit_denominator(60) - total.__floor__()
                deals = part.denominator
                what = (
                    f"Σ{side} of {aspect.id} is not whole: the fraction of {part} is one customer's mean"
                    f" over {deals} deals, or a multiple of that"
                )
            yield Breach(NAME, sighting.release, sighting.figures.id, what)
