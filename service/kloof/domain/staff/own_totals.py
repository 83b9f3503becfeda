"""A salesperson's own totals: customers who chose "only in totals" show only in sums of five and more, closed for good.

Looking before and after an answer, a correction, a withdrawal or another choice shows nothing new, or what a whole
batch of at least five customers says together. So every total is a union of closed batches, as on the findings site:
subtract any two, and whole batches remain. A batch never changes. One that may no longer be used is retired as a
whole, and what is left of it is used nowhere else: "the batch without one" would tell that one's answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.gap import AspectGap

BATCH: Final = 5
"""Customers whose answers become visible together."""


@dataclass(frozen=True, slots=True)
class CompletePair:
    """One complete pair: V and R per core aspect on the survey's scale, and promises kept, partly, broken, unknown."""

    customer: int
    v: tuple[float, ...]
    r: tuple[float, ...]
    promises: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class OwnSums:
    """ΣV and ΣR per core aspect over `customers`, whose deals were averaged first. `+` adds disjoint sets."""

    customers: float
    v: tuple[float, ...]
    r: tuple[float, ...]
    promises: tuple[int, ...] = (0, 0, 0, 0)

    def __add__(self, other: "OwnSums") -> "OwnSums":
        return OwnSums(
            self.customers + other.customers,
            _plus(self.v, other.v),
            _plus(self.r, other.r),
            tuple(one + two for one, two in zip(self.promises, other.promises, strict=True)),
        )

    def gaps(self, survey: Survey) -> tuple[AspectGap, ...]:
        """The mean V and R, and the norm N, per core aspect."""
        n = self.customers
        return tuple(
            AspectGap(aspect.id, v / n, r / n, aspect.norm)
            for aspect, v, r in zip(survey.core, self.v, self.r, strict=True)
        )


@dataclass(frozen=True, slots=True)
class NotYet:
    """How many more customers have to answer before there is a first total."""

    needed: int


def sums_of(pairs: Sequence[CompletePair]) -> OwnSums:
    """The sums over these pairs of one survey version, each customer's deals averaged first."""
    own: dict[int, list[CompletePair]] = {}
    for pair in pairs:
        own.setdefault(pair.customer, []).append(pair)
    each = [
        OwnSums(
            1,
            _mean([pair.v for pair in theirs]),
            _mean([pair.r for pair in theirs]),
            tuple(map(sum, zip(*(pair.promises for pair in theirs), strict=True))),
        )
        for theirs in own.values()
    ]
    total = each[0]
    for one in each[1:]:
        total += one
    return total


def fills(pairs: Sequence[CompletePair], low: float, high: float) -> bool:
    """Whether these pairs make a batch: five customers, and on no question all at the same end of the scale.

    A mean at the end of the scale tells what each of them said.
    """
    if len({pair.customer for pair in pairs}) < BATCH:
        return False
    columns = [
        *zip(*(pair.v for pair in pairs), strict=True),
        *zip(*(pair.r for pair in pairs), strict=True),
    ]
    return not any(set(column) in ({low}, {high}) for column in columns)


def still_needed(waiting: int) -> NotYet:
    """How many more, when so many customers wait; at least one, since five alike wait for a sixth."""
    return NotYet(max(1, BATCH - waiting))


def _mean(rows: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))


def _plus(one: Iterable[float], other: Iterable[float]) -> tuple[float, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))
