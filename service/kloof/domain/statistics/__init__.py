"""The figures, from rounded sums alone. Each gives a value, or TooFew where its least n is not met."""

from kloof.domain.statistics.arms import (
    Difference,
    PracticeEffect,
    bounds_with_missing,
    difference,
    measurement_effect,
    practice,
    who_stayed,
)
from kloof.domain.statistics.attrition import WorstCase
from kloof.domain.statistics.claim import CoarseClaim, coarse_claim
from kloof.domain.statistics.equivalence import ALPHA, Conclusion, Equivalence, equivalence
from kloof.domain.statistics.estimates import Estimate
from kloof.domain.statistics.looks import levels, open_ended
from kloof.domain.statistics.many import FALSE_DISCOVERIES, adjusted, demonstrable
from kloof.domain.statistics.paired import Gap, Mean, Split, gap, mean_of, split_by_norm
from kloof.domain.statistics.printing import PrintedGap, decimals_of, printed_gap
from kloof.domain.statistics.rounded import (
    PublishedSums,
    Rounding,
    SideMean,
    Spread,
    one_sided,
    over_sides,
    step,
)
from kloof.domain.statistics.shares import CEILING, LEAST_ASKED, response, wilson
from kloof.domain.statistics.values import INDICATIVE_BELOW, LEVEL, Interval, Share, TooFew

__all__ = [
    "ALPHA",
    "CEILING",
    "FALSE_DISCOVERIES",
    "INDICATIVE_BELOW",
    "LEAST_ASKED",
    "LEVEL",
    "CoarseClaim",
    "Conclusion",
    "Difference",
    "Equivalence",
    "Estimate",
    "Gap",
    "Interval",
    "Mean",
    "PracticeEffect",
    "PrintedGap",
    "PublishedSums",
    "Rounding",
    "Share",
    "SideMean",
    "Split",
    "Spread",
    "TooFew",
    "WorstCase",
    "adjusted",
    "bounds_with_missing",
    "coarse_claim",
    "decimals_of",
    "demonstrable",
    "difference",
    "equivalence",
    "gap",
    "levels",
    "mean_of",
    "measurement_effect",
    "one_sided",
    "open_ended",
    "over_sides",
    "practice",
    "printed_gap",
    "response",
    "split_by_norm",
    "step",
    "who_stayed",
    "wilson",
]
