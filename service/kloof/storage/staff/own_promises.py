"""What became of the last promises to a salesperson's customers, in the words of who show their name."""

from dataclasses import dataclass
from typing import NamedTuple

from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import PromiseOutcome
from kloof.storage.statements import names, rows


@dataclass(frozen=True, slots=True)
class ToldPromise:
    """A promise and what became of it, as the customer of this deal told it. `deal` is its row."""

    deal: int
    deal_id: str
    customer: str
    text: str
    outcome: PromiseOutcome
    remark: str


class _Told(NamedTuple):
    deal: int
    deal_id: str
    customer: str
    text: str
    outcome: str
    remark: str


# The same pairs as in the figures: complete, named at every survey, and shown to who sold it and to nobody else.
_LAST = f"""
SELECT t.deal AS deal, t.deal_id AS deal_id, t.customer AS customer, t.text AS text, t.outcome AS outcome,
       t.remark AS remark
FROM (
  SELECT d.id AS deal, d.deal_id AS deal_id, d.customer_name AS customer, w.text AS text, w.outcome AS outcome,
         w.remark AS remark,
         ROW_NUMBER() OVER (PARTITION BY w.outcome ORDER BY o.completed_at DESC, o.id DESC, w.position) AS place
  FROM own_pair o JOIN deal d ON d.id = o.deal_id
  JOIN invitation i ON i.deal_id = d.id AND i.wave IN ({names([Wave.SALE])})
  JOIN response r ON r.invitation_id = i.id JOIN promise w ON w.response_id = r.id
  WHERE o.salesperson_id = ? AND o.named AND o.answers <> ''
  AND w.outcome IN ({names([PromiseOutcome.KEPT, PromiseOutcome.BROKEN])})) t
WHERE t.place <= ? ORDER BY t.place
"""  # noqa: S608  our own words


def last(salesperson: int, most: int) -> list[ToldPromise]:
    """The last promises that were not kept and the last that were, so many of each, the newest first; one query."""
    return [
        ToldPromise(row.deal, row.deal_id, row.customer, row.text, PromiseOutcome(row.outcome), row.remark)
        for row in rows(_Told, _LAST, salesperson, most)
    ]
