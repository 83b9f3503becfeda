"""What a salesperson's own deals look like: every deal, and the answers with what the customer agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from kloof.domain.deals.deals import Deal
from kloof.domain.deals.search_words import asked_for
from kloof.domain.staff.own_list import OwnList, OwnSearch
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Promise
from kloof.storage.deals import search
from kloof.storage.deals.deal_columns import DEAL_COLUMNS, DealColumns, value
from kloof.storage.fields import UtcField
from kloof.storage.models import Response
from kloof.storage.models.deals import UNDELIVERED_CONDITION
from kloof.storage.statements import first_row, names, rows, scalar, several, timestamp
from kloof.storage.surveys.questionnaires import PromiseColumns, promise


class _Sold(NamedTuple):
    deal: DealColumns
    customer_name: str
    named: int | None


# A colleague of the customer who answered with their name stands behind the customer's.
_SOLD = f"""
SELECT {DEAL_COLUMNS}, d.customer_name || CASE WHEN o.named THEN COALESCE((
         SELECT ' · ' || c.name FROM invitation i JOIN customer c ON c.id = i.asked_id
         WHERE i.deal_id = d.id AND i.state IN ({names([InvitationState.SUBMITTED])}) ORDER BY i.id DESC LIMIT 1), '')
       ELSE '' END AS customer_name, o.named AS named
FROM deal d JOIN survey_version v ON v.id = d.survey_version_id LEFT JOIN own_pair o ON o.deal_id = d.id
"""  # noqa: S608  our own words
_BY_SELLER = _SOLD + " WHERE d.salesperson_id = ? {which} ORDER BY d.sold_on DESC, d.id DESC LIMIT ? OFFSET ?"
_MANY = (
    "SELECT COUNT(*) FROM deal d LEFT JOIN own_pair o ON o.deal_id = d.id WHERE d.salesperson_id = ? {which}"
)
_BY_SUCCESSOR = f"{_SOLD} WHERE d.successor_id = ? ORDER BY d.sold_on DESC, d.id DESC LIMIT ?"
_BY_DEAL_ID = f"{_SOLD} WHERE d.deal_id = ?"


class _Answered(NamedTuple):
    deal: int
    wave: str
    answers: bytes
    comment: str
    may_call: int | None
    at: datetime | str


_ANSWERED = """
SELECT i.deal_id AS deal, i.wave AS wave, r.answers AS answers, r.comment AS comment, r.may_call AS may_call,
       r.submitted_at AS at
FROM response r JOIN invitation i ON i.id = r.invitation_id JOIN deal d ON d.id = i.deal_id
WHERE r.submitted_at IS NOT NULL AND length(r.answers) > 0 AND COALESCE(r.shown_to_id, d.salesperson_id) = ?
AND i.deal_id IN ({deals})
"""


# What a list shows by name: submitted, shown to this person, and in no total. It asks by what the pair says of its
# deal, so that SQLite does not look for answers before it knows that there is a pair, and that it is by name.
_NAMED = """AND o.named AND EXISTS (
  SELECT 1 FROM invitation i JOIN response r ON r.invitation_id = i.id WHERE i.deal_id = o.deal_id
  AND r.submitted_at IS NOT NULL AND length(r.answers) > 0
  AND COALESCE(r.shown_to_id, d.salesperson_id) = d.salesperson_id)
"""


class _Newest(NamedTuple):
    """One answer of a deal, or a deal without one. `turn`: its place among the newest, 0 where it was asked for."""

    sold: _Sold
    turn: int
    fresh: int
    wave: str | None
    answers: bytes | None
    comment: str | None
    may_call: int | None
    at: datetime | str | None


# One statement, for a page that has no room for three.
_NEWEST = f"""
SELECT {DEAL_COLUMNS}, d.customer_name AS customer_name, o.named AS named, n.turn AS turn, n.fresh AS fresh,
       i.wave AS wave, r.answers AS answers, r.comment AS comment, r.may_call AS may_call, r.submitted_at AS at
FROM (
  SELECT deal, turn, fresh FROM (
    SELECT i.deal_id AS deal, ROW_NUMBER() OVER (ORDER BY MAX(r.submitted_at) DESC, i.deal_id DESC) AS turn,
           SUM(CASE WHEN MAX(r.submitted_at) > ? THEN 1 ELSE 0 END) OVER () AS fresh
    FROM deal d JOIN own_pair o ON o.deal_id = d.id AND o.named
    JOIN invitation i ON i.deal_id = d.id JOIN response r ON r.invitation_id = i.id
    WHERE (d.salesperson_id = ? OR d.successor_id = ?) AND r.submitted_at IS NOT NULL AND length(r.answers) > 0
    AND COALESCE(r.shown_to_id, d.salesperson_id) = ? GROUP BY i.deal_id) t
  WHERE turn <= ? {{also}}) n
JOIN deal d ON d.id = n.deal JOIN survey_version v ON v.id = d.survey_version_id
LEFT JOIN own_pair o ON o.deal_id = d.id LEFT JOIN invitation i ON i.deal_id = d.id
LEFT JOIN response r ON r.invitation_id = i.id AND r.submitted_at IS NOT NULL AND length(r.answers) > 0
  AND COALESCE(r.shown_to_id, d.salesperson_id) = ?
ORDER BY n.turn
"""  # noqa: S608
_ALSO = "UNION ALL SELECT id, 0, 0 FROM deal WHERE id IN ({deals})"


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


class _After(NamedTuple):
    person: int


_LOOKED_AFTER = "SELECT COALESCE(successor_id, salesperson_id) AS person FROM deal WHERE deal_id = ?"


@dataclass(frozen=True, slots=True)
class OwnDeal:
    """One deal of a salesperson. `named`: the customer said so at every survey they submitted, and is in no total.

    `expected` and `received` are packed answers of submitted surveys; None where there is none, or where another name
    than this salesperson's stood beside the consent. `may_call`: the customer said that they may be called about them.
    `answered_at` is when the last of these answers was sent in.
    """

    deal: Deal
    customer_name: str
    expected: bytes | None
    received: bytes | None
    named: bool
    comments: tuple[str, ...]
    may_call: bool = False
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewestAnswers:
    """The deals with the newest named answers, how many have one since a moment, and the deals that were asked for."""

    deals: list[OwnDeal] = field(default_factory=list)
    fresh: int = 0
    asked_for: list[OwnDeal] = field(default_factory=list)


def count(salesperson: int, wanted: OwnSearch) -> int:
    """How many deals of this salesperson are listed."""
    which, values = _which(wanted)
    return int(scalar(_MANY.format(which=which), salesperson, *values))


def own_deals(salesperson: int, wanted: OwnSearch, page: int, most: int) -> list[OwnDeal]:
    """One page of this salesperson's deals, newest sale first: one query for the deals, one for the answers."""
    which, values = _which(wanted)
    sold = rows(_Sold, _BY_SELLER.format(which=which), salesperson, *values, most, (page - 1) * most)
    return _with_answers(sold, salesperson)


def _which(wanted: OwnSearch) -> tuple[str, list[Any]]:
    kinds = {OwnList.ALL: "", OwnList.NAMED: _NAMED, OwnList.AHEAD: f"AND {UNDELIVERED_CONDITION}"}
    words, values = search.having(asked_for(wanted.words), "d.id")
    return kinds[wanted.kind] + words, values


def newest(person: int, since: datetime, most: int, also: Sequence[int]) -> NewestAnswers:
    """The deals, sold or taken over, of which this person may see the newest answers by name, and the deals `also` (row
    ids), of which they may see none, too; one query.
    """
    moment = UtcField.db_value(Response.submitted_at, since)
    sql = _NEWEST.format(also=_ALSO.format(deals=several(also)) if also else "")
    found = rows(_Newest, sql, moment, person, person, person, most, *also, person)
    waves: dict[int, dict[str, _Answered]] = {}
    for row in found:
        answers = waves.setdefault(row.sold.deal.id, {})
        if row.wave and row.answers is not None and row.at:
            answers[row.wave] = _Answered(
                row.sold.deal.id, row.wave, row.answers, row.comment or "", row.may_call, row.at
            )
    own = {row.sold.deal.id: _own(row.sold, waves[row.sold.deal.id]) for row in found}
    latest = dict.fromkeys(row.sold.deal.id for row in found if row.turn)
    return NewestAnswers(
        [own[deal] for deal in latest],
        max((int(row.fresh) for row in found), default=0),
        [own[deal] for deal in also if deal in own],
    )


def taken_over(person: int, most: int) -> list[OwnDeal]:
    """The newest deals that this person took over from who sold them; two queries."""
    return _with_answers(rows(_Sold, _BY_SUCCESSOR, person, most), person)


def own_deal(deal_id: str, person: int) -> OwnDeal | None:
    """The deal with this id as this person may see it: the caller asks domain.access whose it is."""
    row = first_row(_Sold, _BY_DEAL_ID, deal_id)
    return None if row is None else _with_answers([row], person)[0]


def looked_after_by(deal_id: str) -> int | None:
    """Who looks after this deal now: whoever took it over, else whoever sold it. None for no such deal."""
    row = first_row(_After, _LOOKED_AFTER, deal_id)
    return None if row is None else row.person


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
    moments = [timestamp(answered.at) for answered in waves.values()]
    return OwnDeal(
        deal=value(row.deal),
        customer_name=row.customer_name,
        expected=bytes(sale.answers) if sale else None,
        received=bytes(delivery.answers) if delivery else None,
        named=bool(waves) and bool(row.named),
        comments=tuple(answered.comment for answered in (sale, delivery) if answered and answered.comment),
        may_call=bool(delivery and delivery.may_call),
        answered_at=max(moments, default=None),
    )


def comments(deal: int) -> tuple[str, ...]:
    """What the customer of this deal added in their own words, in order."""
    return tuple(row.comment for row in rows(_Comment, _COMMENTS, deal))


def promises(deal: int) -> tuple[Promise, ...]:
    """The promises that the customer of this deal wrote down at sale, in their order."""
    return tuple(promise(row) for row in rows(PromiseColumns, _PROMISES, deal))
