"""What a salesperson's own deals look like: every deal, and the answers with what the customer agreed to."""

from dataclasses import dataclass
from typing import NamedTuple

from kloof.domain.deals.deals import Deal
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Promise
from kloof.storage.deals.deal_columns import DEAL_COLUMNS, DealColumns, value
from kloof.storage.statements import first_row, rows, several
from kloof.storage.surveys.questionnaires import PromiseColumns, promise


class _Sold(NamedTuple):
    deal: DealColumns
    customer_name: str
    named: int | None


_SOLD = f"""
SELECT {DEAL_COLUMNS}, d.customer_name AS customer_name, o.named AS named
FROM deal d JOIN survey_version v ON v.id = d.survey_version_id LEFT JOIN own_pair o ON o.deal_id = d.id
"""  # noqa: S608  our own words
_BY_SELLER = f"{_SOLD} WHERE d.salesperson_id = ? ORDER BY d.sold_on DESC, d.id DESC LIMIT ? OFFSET ?"
_BY_SUCCESSOR = f"{_SOLD} WHERE d.successor_id = ? ORDER BY d.sold_on DESC, d.id DESC LIMIT ?"
_BY_DEAL_ID = f"{_SOLD} WHERE d.deal_id = ?"


class _Answered(NamedTuple):
    deal: int
    wave: str
    answers: bytes
    comment: str


_ANSWERED = """
SELECT i.deal_id AS deal, i.wave AS wave, r.answers AS answers, r.comment AS comment
FROM response r JOIN invitation i ON i.id = r.invitation_id JOIN deal d ON d.id = i.deal_id
WHERE r.submitted_at IS NOT NULL AND COALESCE(r.shown_to_id, d.salesperson_id) = ? AND i.deal_id IN ({deals})
"""


class _Comment(NamedTuple):
    comment: str


_COMMENTS = """
SELECT r.comment AS comment FROM response r JOIN invitation i ON i.id = r.invitation_id
WHERE i.deal_id = ? AND r.submitted_at IS NOT NULL AND r.comment <> '' ORDER BY i.id
"""
_PROMISES = """
SELECT w.position AS position, w.text AS text, w.aspect AS aspect, w.source AS source, w.outcome AS outcome,
       w.remark AS remark
FROM promise w JOIN response r ON r.id = w.response_id JOIN invitation i ON i.id = r.invitation_id
WHERE i.deal_id = ? AND r.submitted_at IS NOT NULL ORDER BY w.position
"""


@dataclass(frozen=True, slots=True)
class OwnDeal:
    """One deal of a salesperson. `named`: the customer said so at every survey they submitted, and is in no total.

    `expected` and `received` are packed answers of submitted surveys; None where there is none, or where another name
    than this salesperson's stood beside the consent.
    """

    deal: Deal
    customer_name: str
    expected: bytes | None
    received: bytes | None
    named: bool
    comments: tuple[str, ...]


def own_deals(salesperson: int, page: int, most: int) -> list[OwnDeal]:
    """One page of this salesperson's deals, newest sale first: one query for the deals, one for the answers."""
    sold = rows(_Sold, _BY_SELLER, salesperson, most, (page - 1) * most)
    return _with_answers(sold, salesperson)


def taken_over(person: int, most: int) -> list[OwnDeal]:
    """The newest deals that this person took over from who sold them; two queries."""
    return _with_answers(rows(_Sold, _BY_SUCCESSOR, person, most), person)


def own_deal(deal_id: str, person: int) -> OwnDeal | None:
    """The deal with this id as this person may see it: the caller asks domain.access whose it is."""
    row = first_row(_Sold, _BY_DEAL_ID, deal_id)
    return None if row is None else _with_answers([row], person)[0]


def _with_answers(sold: list[_Sold], person: int) -> list[OwnDeal]:
    answers = _answers([row.deal.id for row in sold], person)
    return [_own(row, answers.get(row.deal.id, {})) for row in sold]


def _answers(deals: list[int], person: int) -> dict[int, dict[str, _Answered]]:
    """Deal → wave → what was submitted and shown to this person."""
    found: dict[int, dict[str, _Answered]] = {}
    for row in rows(_Answered, _ANSWERED.format(deals=several(deals)), person, *deals) if deals else ():
        found.setdefault(row.deal, {})[row.wave] = row
    return found


def _own(row: _Sold, waves: dict[str, _Answered]) -> OwnDeal:
    sale, delivery = waves.get(Wave.SALE), waves.get(Wave.DELIVERY)
    return OwnDeal(
        deal=value(row.deal),
        customer_name=row.customer_name,
        expected=bytes(sale.answers) if sale else None,
        received=bytes(delivery.answers) if delivery else None,
        named=bool(waves) and bool(row.named),
        comments=tuple(answered.comment for answered in (sale, delivery) if answered and answered.comment),
    )


def comments(deal: int) -> tuple[str, ...]:
    """What the customer of this deal added in their own words, in order."""
    return tuple(row.comment for row in rows(_Comment, _COMMENTS, deal))


def promises(deal: int) -> tuple[Promise, ...]:
    """The promises that the customer of this deal wrote down at sale, in their order."""
    return tuple(promise(row) for row in rows(PromiseColumns, _PROMISES, deal))
