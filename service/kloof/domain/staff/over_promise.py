"""What a salesperson looks at first: the aspect on which customers got furthest below what they expected, and why."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from kloof.domain.surveys.gap import AspectGap

FEW: Final = 5
"""Customers from which on an average is shown: of fewer it says more about them than about what was promised."""


class Cause(StrEnum):
    """Where a gap comes from."""

    SALES = "sales"  # V above N: more was expected than the company says it can do
    DELIVERY = "delivery"  # R below N: less came than that


@dataclass(frozen=True, slots=True)
class OverPromise:
    """The aspect with the largest S, as it is printed. `causes`: the larger one first; none without a norm."""

    gap: AspectGap
    causes: tuple[Cause, ...]


def printed(gaps: Iterable[AspectGap]) -> tuple[AspectGap, ...]:
    """The same as they are printed, the widest S first; those without S come last, in the order in which they came.

    V, R and N are rounded to tenths of a point, and S is their difference: so V − R = S holds on paper too, and what
    stands first is what looks largest.
    """
    rounded = [
        replace(gap, expectation=_tenth(gap.expectation), reality=_tenth(gap.reality), norm=_tenth(gap.norm))
        for gap in gaps
    ]
    return tuple(sorted(rounded, key=lambda one: (one.gap is None, -(_tenth(one.gap) or 0.0))))


def over_promise(gaps: Iterable[AspectGap]) -> OverPromise | None:
    """The largest gap among these; None where nobody got less than was expected."""
    widest = next(iter(printed(gaps)), None)
    if widest is None or (_tenth(widest.gap) or 0.0) <= 0:
        return None
    sides = {Cause.SALES: widest.overpromise, Cause.DELIVERY: widest.underdelivery}
    found = {cause: _tenth(side) or 0.0 for cause, side in sides.items()}
    return OverPromise(
        widest, tuple(cause for cause in sorted(found, key=lambda one: -found[one]) if found[cause] > 0)
    )


def _tenth(value: float | None) -> float | None:
    # As domain.notation prints it; it also takes off what a difference of floats leaves over.
    if value is None:
        return None
    return float(Decimal(str(round(value, 9))).quantize(Decimal("0.1"), ROUND_HALF_UP))
