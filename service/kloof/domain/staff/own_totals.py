"""A salesperson's own totals: customers who chose "only in totals" show only in closed groups of eight and more.

Groups close on the first of a month, over what was complete before: whoever looks after every answer sees no more than
who looks once a month, and what comes is whole groups. Every total is a union of closed groups, as on the findings
site: subtract any two, and whole groups remain. A group's sums are rounded once, at random, and only those are kept:
who knows all customers of a group but one still sees the last one's answer through the rounding.

A group never changes. One that may no longer be used is retired as a whole, and what is left of it is used nowhere
else: "the group without one" would tell that one's answers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from math import floor
from typing import Final, NamedTuple

from kloof.domain.surveys.definition import Scale, Survey
from kloof.domain.surveys.gap import AspectGap

LEAST: Final = 8
"""Customers whose answers become visible together."""
MOST_ALIKE: Final = 0.9
"""The largest share of a group that may have given one and the same V, or R, or have the same sign of V − R."""

Draw = Callable[[int], int]
"""A whole number below this one, each as likely: `secrets.randbelow`, but for tests."""


class CompletePair(NamedTuple):
    """One complete pair: its row, whose it is, and V and R per core aspect on the survey's scale."""

    row: int
    customer: int
    v: tuple[int, ...]
    r: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OwnSums:
    """ΣV and ΣR per core aspect over `customers`; `+` adds disjoint sets.

    `rounded`: a closed group is among them. `promises`: kept, partly, broken, unknown, of named customers alone.
    """

    customers: int
    v: tuple[float, ...]
    r: tuple[float, ...]
    rounded: bool
    promises: tuple[int, ...] = (0, 0, 0, 0)

    def __add__(self, other: "OwnSums") -> "OwnSums":
        return OwnSums(
            self.customers + other.customers,
            _plus(self.v, other.v),
            _plus(self.r, other.r),
            self.rounded or other.rounded,
            tuple(one + two for one, two in zip(self.promises, other.promises, strict=True)),
        )

    def gaps(self, survey: Survey) -> tuple[AspectGap, ...]:
        """The mean V and R, and the norm N, per core aspect; with a closed group in them in `steps` of the scale."""
        n, scale = self.customers, survey.scale
        means = (
            AspectGap(aspect.id, v / n, r / n, aspect.norm)
            for aspect, v, r in zip(survey.core, self.v, self.r, strict=True)
        )
        return tuple(_in_steps(mean, scale) for mean in means) if self.rounded else tuple(means)


class ClosedGroup(NamedTuple):
    """The rows of the pairs that close together, and their rounded sums."""

    rows: tuple[int, ...]
    sums: OwnSums


def closing_moment(now: datetime) -> datetime:
    """The last moment at which groups closed or should have: the first of this month, in UTC."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def closing(waiting: Sequence[CompletePair], scale: Scale, draw: Draw) -> tuple[ClosedGroup, ...]:
    """The groups that close, of pairs of one salesperson and survey version that wait, the oldest first.

    Of each customer one deal; the next one waits for the next time. As many groups as have eight customers each, dealt
    out by chance; where one of them may not close there are half as many, and in the end one group, or none.
    """
    pairs = list({pair.customer: pair for pair in reversed(waiting)}.values())
    _shuffle(pairs, draw)
    groups = len(pairs) // LEAST
    while groups:
        dealt = [pairs[number::groups] for number in range(groups)]
        if all(may_close(group, scale) for group in dealt):
            return tuple(_closed(group, scale, draw) for group in dealt)
        groups //= 2
    return ()


def may_close(group: Sequence[CompletePair], scale: Scale) -> bool:
    """Whether these pairs, of one customer each, may close: eight, not alike, and no mean that tells of each of them.

    With D the sum of all distances to an end of the scale, nobody is further from it than D: up to half the scale's
    width everybody would be known to be in one half.
    """
    columns = _columns(group)
    signs = [[(v > r) - (v < r) for v, r in zip(*both, strict=True)] for both in columns]
    counted = [column for both in columns for column in both] + signs
    if len(group) < LEAST or any(max(Counter(one).values()) > MOST_ALIKE * len(group) for one in counted):
        return False
    return not any(_near_an_end(column, scale) for both in columns for column in both)


def base(scale: Scale) -> int:
    """What sums are rounded to: half the scale's width, a half upwards, and at least 3. With 2 a short scale would hide
    too little, as in a block (`releases.rounding`); groups that closed while it was 2 keep their sums.
    """
    return max(3, -(-(scale.high - scale.low) // 2))


def rounded(total: int, to: int, draw: Draw) -> int:
    """A mark beside the total, of marks `to` apart: the upper one with probability remainder / `to`, so unbiased.

    Where the marks start is up to chance as well: from fixed ones, whoever makes up all customers but one could choose
    the answers so that it hides least. So what comes out says the same about the last one, whatever the others are.
    """
    remainder = (total - draw(to)) % to
    return total - remainder + (to if draw(to) < remainder else 0)


def step(scale: Scale) -> float:
    """In what steps a mean is shown: a twentieth of the scale's width, to the nearest tenth; 0.5 on 0 to 10."""
    twentieth = Decimal(scale.high - scale.low) / 20
    return float(max(Decimal("0.1"), twentieth.quantize(Decimal("0.1"), ROUND_HALF_UP)))


def together(parts: Iterable[OwnSums]) -> OwnSums | None:
    """The sum of these parts; None where there is none."""
    total: OwnSums | None = None
    for part in parts:
        total = part if total is None else total + part
    return total


def _closed(group: Sequence[CompletePair], scale: Scale, draw: Draw) -> ClosedGroup:
    v, r = (
        tuple(rounded(sum(column), base(scale), draw) for column in side)
        for side in zip(*_columns(group), strict=True)
    )
    return ClosedGroup(tuple(pair.row for pair in group), OwnSums(len(group), v, r, rounded=True))


def _columns(group: Sequence[CompletePair]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Per core aspect everybody's V and everybody's R."""
    v, r = zip(*(pair.v for pair in group), strict=True), zip(*(pair.r for pair in group), strict=True)
    return list(zip(v, r, strict=True))


def _near_an_end(column: Sequence[int], scale: Scale) -> bool:
    from_low = sum(column) - len(column) * scale.low
    from_high = len(column) * scale.high - sum(column)
    return 2 * min(from_low, from_high) <= scale.high - scale.low


def _shuffle(pairs: list[CompletePair], draw: Draw) -> None:
    for last in range(len(pairs) - 1, 0, -1):
        other = draw(last + 1)
        pairs[last], pairs[other] = pairs[other], pairs[last]


def _in_steps(mean: AspectGap, scale: Scale) -> AspectGap:
    return replace(mean, expectation=_nearest(mean.expectation, scale), reality=_nearest(mean.reality, scale))


def _nearest(value: float | None, scale: Scale) -> float | None:
    """Steps are counted from the low end, so that both V and R, and so S, are steps apart."""
    if value is None:
        return None
    steps = floor((value - scale.low) / step(scale) + 0.5)
    return min(round(scale.low + steps * step(scale), 1), float(scale.high))


def _plus(one: Iterable[float], other: Iterable[float]) -> tuple[float, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))
