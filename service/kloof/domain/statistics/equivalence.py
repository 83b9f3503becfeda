"""Whether a difference is demonstrable, or demonstrably too small to matter, or neither."""

import enum
import math
from dataclasses import dataclass
from typing import Final

from kloof.domain.statistics.estimates import t_interval
from kloof.domain.statistics.values import LEVEL

ALPHA: Final = 1 - LEVEL


class Conclusion(enum.Enum):
    """What may be said of a mean. `EQUIVALENT` comes first: a difference may be certain and too small to matter."""

    DIFFERENT = "different"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided tests against ±`margin`, and the two-sided one against 0.

    `p_above`: for a mean above −margin; `p_below`: for one below +margin; both have to be small.
    """

    margin: float
    p_above: float
    p_below: float
    p_different: float

    @property
    def p(self) -> float:
        """For a mean within the margin: the larger of both."""
        return max(self.p_above, self.p_below)

    @property
    def conclusion(self) -> Conclusion:
        """At 5% each. Several figures at once have to pass `concluded` with what holds among all of them."""
        return concluded(different=self.p_different <= ALPHA, equivalent=self.p <= ALPHA)


def equivalence(mean: float, error: float, freedom: float, margin: float) -> Equivalence:
    """TOST of a mean with standard error `error` and t at `freedom` degrees (Schuirmann 1987; Lakens 2017).

    `margin` is the least difference that matters, on the survey's scale. p ≤ .05 says the same as a 90% interval
    that lies within ±margin. Raises ValueError for a margin that is not above 0.
    """
    if margin <= 0:
        raise ValueError(f"{margin} is no least difference that matters: it has to be above 0")
    *_, different = t_interval(mean, error, freedom)
    above = _at_most_zero(mean + margin, error, freedom)
    below = _at_most_zero(margin - mean, error, freedom)
    return Equivalence(margin, above, below, different)


def concluded(*, different: bool, equivalent: bool) -> Conclusion:
    """What may be said, where another rule (many figures, many looks) decides on `different`."""
    if equivalent:
        return Conclusion.EQUIVALENT
    return Conclusion.DIFFERENT if different else Conclusion.UNDECIDED


def _at_most_zero(distance: float, error: float, freedom: float) -> float:
    """One-sided p of a true distance of 0 or less."""
    from scipy import special

    if error == 0:
        return 0.0 if distance > 0 else 1.0
    p = float(special.stdtr(freedom, -distance / error))
    return p if math.isfinite(p) else 1.0
