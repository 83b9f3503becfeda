"""The figures, from rounded sums alone. Each gives a value, or TooFew where its least n is not met."""

from kloof.domain.statistics.arms import (
    Difference,
    bounds_with_missing,
    difference,
    measurement_effect,
    who_stayed,
)
from kloof.domain.statistics.attrition import WorstCase
from kloof.domain.statistics.claim import CoarseClaim, coarse_claim
from kloof.domain.statistics.clusters import LEAST_CLUSTERS
from kloof.domain.statistics.equivalence import ALPHA, Conclusion, Equivalence, equivalence
from kloof.domain.statistics.estimates import Estimate, rounding_variance
from kloof.domain.statistics.looks import levels, open_ended
from kloof.domain.statistics.many import FALSE_DISCOVERIES, adjusted, demonstrable
from kloof.domain.statistics.paired import Gap, Mean, Split, gap, mean_of, split_by_norm
from kloof.domain.statistics.practices import Clustering, PracticeArm, PracticeEffect, practice
from kloof.domain.statistics.printing import PrintedGap, decimals_of, printed_gap
from kloof.domain.statistics.rounded import (
    PublishedSums,
    Rounding,
    SideMean,
    SideSpread,
    Spread,
    one_sided,
    over_sides,
    step,
    together,
)
from kloof.domain.statistics.shares import (
    CEILING,
    LEAST_ASKED,
    CoarseShare,
    coarse_share,
    response,
    wilson,
)
from kloof.domain.statistics.values import INDICATIVE_BELOW, LEVEL, Interval, Share, TooFew

__all__ = [
    "ALPHA",
    "CEILING",
    "FALSE_DISCOVERIES",
    "INDICATIVE_BELOW",
    "LEAST_ASKED",
    "LEAST_CLUSTERS",
    "LEVEL",
    "Clustering",
    "CoarseClaim",
    "CoarseShare",
    "Conclusion",
    "Difference",
    "Equivalence",
    "Estimate",
    "Gap",
    "Interval",
    "Mean",
    "PracticeArm",
    "PracticeEffect",
    "PrintedGap",
    "PublishedSums",
    "Rounding",
    "Share",
    "SideMean",
    "SideSpread",
    "Split",
    "Spread",
    "TooFew",
    "WorstCase",
    "adjusted",
    "bounds_with_missing",
    "coarse_claim",
    "coarse_share",
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
    "rounding_variance",
    "split_by_norm",
    "step",
    "together",
    "who_stayed",
    "wilson",
]
