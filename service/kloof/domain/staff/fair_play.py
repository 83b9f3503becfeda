"""Fair play: what differs so much from how it goes with others that somebody should ask why; never a judgement.

Per signal and salesperson a share is compared with that of all others together: Fisher's exact test, two-sided, over
all salespeople and signals at once (Benjamini & Hochberg 1995). Chance alone, a list of bad addresses or a region with
other customers can be the reason, so what comes out is a question.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kloof.domain.statistics.many import adjusted

FALSE_DISCOVERIES: Final = 0.05
LEAST_OWN: Final = 20
LEAST_OTHERS: Final = 40
LEAST_DIFFERENCE: Final = 0.10
"""Difference between the two shares from which on one would ask at all."""


class Signal(StrEnum):
    """What is counted."""

    LOW_EXPECTATION = "low_expectation"  # closed groups in the lowest third of expectations
    NOT_ASKED = "not_asked"  # deals whose first survey never went out
    ADDRESS_CHANGED = "address_changed"  # deals whose customer got another address after they were loaded
    ANSWERED = "answered"  # first surveys that were answered
    REPORTED_LATE = "reported_late"  # deliveries that were reported long after the day


BOTH_WAYS: Final = frozenset({Signal.ANSWERED})
"""Signals of which a low share is as telling as a high one."""


@dataclass(frozen=True, slots=True)
class Count:
    """`hits` of `units` of one salesperson (a number) under one signal, over `deals` deals or customers."""

    person: int
    signal: Signal
    hits: int
    units: int
    deals: int


@dataclass(frozen=True, slots=True)
class Question:
    """A share that stands apart: own `hits` of `units`, and those of all others together."""

    person: int
    signal: Signal
    hits: int
    units: int
    other_hits: int
    other_units: int


def questions(counts: Sequence[Count]) -> tuple[Question, ...]:
    """What to ask about, in no order that means anything: by person and signal. At most one count for each pair.

    Only with at least 20 own deals, 40 of others, and 10 percentage points between the shares. What lies closer
    together counts as a test that found nothing, which makes the others harder to pass, never easier.
    """
    tested = [question for signal in Signal for question in _compared(signal, counts)]
    p_values = adjusted([_p_value(one) if _is_worth_asking(one) else 1.0 for one in tested])
    found = [question for question, p in zip(tested, p_values, strict=True) if p <= FALSE_DISCOVERIES]
    return tuple(sorted(found, key=lambda one: (one.person, one.signal)))


def low_groups(means: Sequence[float]) -> tuple[bool, ...]:
    """Which of these closed groups lie in the lowest third of mean V; ties with the first above it do not."""
    if not means:
        return ()
    edge = sorted(means)[len(means) // 3]
    return tuple(mean < edge for mean in means)


def _compared(signal: Signal, counts: Iterable[Count]) -> Iterable[Question]:
    own = [count for count in counts if count.signal is signal]
    hits, units, deals = (
        sum(count.hits for count in own),
        sum(count.units for count in own),
        sum(count.deals for count in own),
    )
    for count in own:
        if count.deals >= LEAST_OWN and deals - count.deals >= LEAST_OTHERS:
            yield Question(
                count.person, signal, count.hits, count.units, hits - count.hits, units - count.units
            )


def _is_worth_asking(question: Question) -> bool:
    difference = question.hits / question.units - question.other_hits / question.other_units
    return (abs(difference) if question.signal in BOTH_WAYS else difference) >= LEAST_DIFFERENCE


def _p_value(question: Question) -> float:
    from scipy.stats import fisher_exact  # a second to load: only for a page that needs it

    own = [question.hits, question.units - question.hits]
    others = [question.other_hits, question.other_units - question.other_hits]
    return float(fisher_exact([own, others]).pvalue)
