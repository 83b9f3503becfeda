"""Before the next promise: what customers expected, what customers got, and what may safely be said."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kloof.domain.surveys.definition import Aspect
from kloof.domain.surveys.gap import AspectGap

LEAST_OWN: Final = 5
"""Customers of a salesperson's own, answering with their name, from which on a mean over them is a mean."""
TOO_HIGH: Final = 0.05
"""Share of the scale's width from which on an expectation is too high: half a point on 0 to 10."""


LEAST_TOLD, MOST_TOLD = 5, 95
"""Published shares that stand for "under 10%" and "over 90%"."""


class AdviceSource(StrEnum):
    """Whose V and R stand in a guide; always those of one and the same group of customers."""

    PRODUCT = "product"  # published about this product
    COMPANY = "company"  # published about all products together
    OWN = "own"  # of the salesperson's own customers of this product, by name
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class OwnCustomers:
    """How many own customers of one product answered twice with their name, and their mean V and R by aspect.

    `gaps` is empty below `LEAST_OWN` of them: one customer is no mean.
    """

    customers: int
    gaps: tuple[AspectGap, ...]

    @property
    def too_few(self) -> bool:
        return self.customers < LEAST_OWN


@dataclass(frozen=True, slots=True)
class PublishedShares:
    """Of the customers of a published cell the percentages that are told, coded at the ends as they are published.

    `as_expected`: R at or above their own V. `good`: R at or above the scale's good mark. None where it is not told.
    """

    as_expected: int | None = None
    good: int | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """One aspect on a scale `width` points wide: V and R of the same customers, and the norm N; None if not known."""

    aspect: Aspect
    expected: float | None
    got: float | None
    width: int
    shares: PublishedShares = PublishedShares()
    own: AspectGap | None = None

    @property
    def norm(self) -> float | None:
        return self.aspect.norm

    @property
    def too_high(self) -> float | None:
        """How far expectation stood above what came, S = V − R, from 5% of the scale on; None where it did not."""
        return self._from(self.expected, self.got)

    @property
    def dependable(self) -> float | None:
        """The most that may be counted on: what customers get, and never more than the company says it can do."""
        if self.got is None or self.norm is None:
            return self.got
        return min(self.got, self.norm)

    @property
    def below_norm(self) -> float | None:
        """How far what customers got stood below the norm, N − R, from 5% of the scale on; None where it did not."""
        return self._from(self.norm, self.got)

    def _from(self, high: float | None, low: float | None) -> float | None:
        # 7.6 − 7.1 is a little less than a half in binary; a billionth keeps "from half a point on" true.
        if high is None or low is None or high - low < TOO_HIGH * self.width - 1e-9:
            return None
        return high - low


@dataclass(frozen=True, slots=True)
class SortedAdvice:
    """`careful`: expected too much, the furthest first. `fitting`: as it is. `unknown`: V or R is not known."""

    careful: tuple[Advice, ...]
    fitting: tuple[Advice, ...]
    unknown: tuple[Advice, ...]


def in_order(advice: Iterable[Advice]) -> SortedAdvice:
    """Each aspect in its part; but for `careful` in the order given."""
    every = tuple(advice)
    known = [one for one in every if one.expected is not None and one.got is not None]
    return SortedAdvice(
        tuple(sorted((one for one in known if one.too_high), key=lambda one: -(one.too_high or 0))),
        tuple(one for one in known if not one.too_high),
        tuple(one for one in every if one not in known),
    )
