"""The call that closes the loop: when a customer is to be called, how such a call goes on, and by when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from kloof.domain.mailing.schedule import SendingHours
from kloof.domain.states import CallState
from kloof.domain.surveys.definition import Scale
from kloof.domain.surveys.gap import AspectGap

LARGE_ON_ONE: Final = 0.4
"""Share of the scale's width by which one aspect fell short, from which on the gap is a large one."""
LARGE_ON_AVERAGE: Final = 0.2
"""The same for the mean over the aspects that have both sides."""


class Ground(StrEnum):
    """Why a customer is called."""

    ASKED = "asked"
    BROKEN = "broken"  # a promise was not kept
    GAP = "gap"  # what came fell far short of what was expected


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """Who makes calls in this company, and by when.

    `by_salespeople`: answers give reason for a call too, and the salesperson makes it, on the page that they have with
    the works council's consent. Without it a call opens only for a customer who asks for one, and the desk makes it.
    `due_in` is in sending days of these hours.
    """

    by_salespeople: bool
    hours: SendingHours
    due_in: int

    def due_on(self, now: datetime) -> date:
        """The day by which a call that opens now is to be made."""
        return self.hours.working_day(self.hours.day_of(now), self.due_in)


class CallOutcome(StrEnum):
    """What came of it, by the owner of the call, and what the customer answers when asked whether it is solved."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    NOT_REACHED = "not_reached"
    CONFIRMED = "confirmed"
    DENIED = "denied"


LEADS_TO: Final = {
    CallOutcome.SOLVED: CallState.SOLVED,
    CallOutcome.NOT_SOLVED: CallState.UNSOLVED,
    CallOutcome.NOT_REACHED: CallState.OPEN,
    CallOutcome.CONFIRMED: CallState.CONFIRMED,
    CallOutcome.DENIED: CallState.OPEN,
}
OF_THE_OWNER: Final = (CallOutcome.SOLVED, CallOutcome.NOT_SOLVED, CallOutcome.NOT_REACHED)


def fell_short(gaps: Iterable[AspectGap]) -> tuple[AspectGap, ...]:
    """The aspects on which less came than was expected (S = V − R above 0), the widest gap first."""
    short = [(gap.gap, gap) for gap in gaps if gap.gap is not None and gap.gap > 0]
    return tuple(gap for _, gap in sorted(short, key=lambda one: -one[0]))


def is_large(gaps: Iterable[AspectGap], scale: Scale) -> bool:
    """Whether one aspect fell short by 40% of the scale's width, or all with both sides by 20% on average."""
    values = [gap.gap for gap in gaps if gap.gap is not None]
    width = scale.high - scale.low
    return bool(values) and (
        max(values) >= LARGE_ON_ONE * width or sum(values) >= LARGE_ON_AVERAGE * width * len(values)
    )


def grounds(
    *, asked: bool, named: bool, may_call: bool, broken: int, gaps: Iterable[AspectGap], scale: Scale
) -> tuple[Ground, ...]:
    """Why this customer is to be called; empty for no reason.

    `named`: they let their name stand beside their answers. Where they did not, or did not say that they may be
    called, nothing that they answered counts: they are called when they ask. `broken` counts promises that were not
    kept.
    """
    counts = named and may_call
    found = {
        Ground.ASKED: asked,
        Ground.BROKEN: counts and broken > 0,
        Ground.GAP: counts and is_large(gaps, scale),
    }
    return tuple(ground for ground, holds in found.items() if holds)
