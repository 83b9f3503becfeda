"""How many of the deals that were sold lately have come how far, and where the others were lost; one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from kloof.domain.deals.steps import DealStep
from kloof.domain.deals.study_arms import Arm
from kloof.storage.deals.progress import HAS_COME
from kloof.storage.statements import mappings, names, scalar

LATELY: Final = timedelta(weeks=12)
AT_ONCE: Final = 1_000
"""So many deals are counted while somebody waits; where more were sold lately the worker counts them beforehand."""

OF: Final[Mapping[DealStep, DealStep]] = MappingProxyType(
    {
        DealStep.ASKED: DealStep.SOLD,
        DealStep.ANSWERED: DealStep.ASKED,
        DealStep.DELIVERED: DealStep.SOLD,
        DealStep.ANSWERED_AFTER: DealStep.DELIVERED,
        DealStep.PUBLISHED: DealStep.ANSWERED_AFTER,
    }
)
"""Step → the step of which it is a part: a deal is delivered whether or not its customer answered at sale."""


def _count(condition: str, name: str) -> str:
    return f"COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS {name}"


_REACHED = ", ".join(f"{condition} AS {step.value}" for step, condition in HAS_COME.items())
_COUNTS = ", ".join(
    [
        *(_count(step.value, step.value) for step in HAS_COME),
        *(_count(f"{of.value} AND NOT {step.value}", f"lost_{step.value}") for step, of in OF.items()),
        _count("drawn", "drawn"),
        _count("cancelled", "cancelled"),
    ]
)
_FUNNEL = f"""
WITH lately AS (
  SELECT {_REACHED}, d.arm = {names([Arm.NOT_ASKED])} AS drawn, d.cancelled_at IS NOT NULL AS cancelled
  FROM deal d WHERE d.sold_on >= ?
)
SELECT {_COUNTS} FROM lately
"""  # noqa: S608  our own words
MORE_LATELY: Final = """SELECT COUNT(*) FROM (
  SELECT 1 FROM deal WHERE sold_on >= ? ORDER BY sold_on DESC LIMIT ? + 1) AS counted"""
"""How many deals were sold from a day on, counted as far as one more than a number. In order, since PostgreSQL would
read the table from its oldest deals on for some that fit.
"""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Deals sold since a day: how many reached each step, and how many of the step before did not. `drawn`: left out of
    the first survey by lot; `cancelled`: called off; both are among those that were lost.
    """

    since: date
    reached: Mapping[DealStep, int]
    lost: Mapping[DealStep, int]
    drawn: int
    cancelled: int

    def as_facts(self) -> dict[str, Any]:
        """JSON values, of which `of_facts` makes the same again."""
        return {
            "since": self.since.isoformat(),
            "reached": dict(self.reached),
            "lost": dict(self.lost),
            "drawn": self.drawn,
            "cancelled": self.cancelled,
        }


def of_facts(facts: Mapping[str, Any]) -> Funnel:
    """What was kept of a count."""
    return Funnel(
        date.fromisoformat(facts["since"]),
        {step: facts["reached"][step.value] for step in DealStep},
        {step: facts["lost"][step.value] for step in OF},
        facts["drawn"],
        facts["cancelled"],
    )


def is_long(today: date) -> bool:
    """Whether more deals were sold lately than are counted while somebody waits; a look at an index."""
    return bool(scalar(MORE_LATELY, today - LATELY, AT_ONCE) > AT_ONCE)


def lately(today: date) -> Funnel:
    """The deals that were sold in the last twelve weeks."""
    day = today - LATELY
    [row] = mappings(_FUNNEL, day)
    return Funnel(
        day,
        {step: row[step.value] for step in DealStep},
        {step: row[f"lost_{step.value}"] for step in OF},
        row["drawn"],
        row["cancelled"],
    )
