"""What a delivery lead reads before the work starts, and what they say to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from kloof.domain.deals.deals import Deal
from kloof.domain.staff.handover import Mark, Said
from kloof.domain.states import InvitationState
from kloof.domain.surveys.answers import Answers, unpack
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Promise
from kloof.storage.deals.deal_columns import DEAL_COLUMNS, DealColumns, value
from kloof.storage.models import HandoverMark, Practice
from kloof.storage.models.deals import UNDELIVERED_CONDITION
from kloof.storage.models.responses import AFTER_DELIVERY_CONDITION
from kloof.storage.statements import day, first_row, names, rows, scalar, several, timestamp
from kloof.storage.surveys.questionnaires import promises


class _Listed(NamedTuple):
    deal: DealColumns
    customer_name: str
    seller: str


class _OnPage(NamedTuple):
    listed: _Listed
    many: int


class _Found(NamedTuple):
    deal: DealColumns
    customer_name: str
    seller: str
    definition: str


# Where a colleague of the customer answered, their name stands behind the customer's.
_COLUMNS = f"""{DEAL_COLUMNS}, p.name AS seller, d.customer_name || COALESCE((
  SELECT ' · ' || c.name FROM invitation i JOIN customer c ON c.id = i.asked_id
  WHERE i.deal_id = d.id AND i.wave IN ({names([Wave.SALE])})
  AND i.state IN ({names([InvitationState.SUBMITTED])})), '')
  AS customer_name"""  # noqa: S608  our own words
_FROM = (
    "FROM deal d JOIN survey_version v ON v.id = d.survey_version_id JOIN person p ON p.id = d.salesperson_id"
)
_PLANNED_FIRST = "{0}delivery_planned_on IS NULL, {0}delivery_planned_on, {0}id"
# Not delivered yet, or the second survey has not gone out yet; the page, and how many there are, in one look. A cross
# join keeps the order of its tables: few surveys are ahead, and of a team's deals ever there are many.
_IS_OPEN = f"""
SELECT id, delivery_planned_on FROM deal WHERE team = ? AND {UNDELIVERED_CONDITION}
UNION SELECT d.id, d.delivery_planned_on FROM invitation later CROSS JOIN deal d
WHERE d.id = later.deal_id AND later.{AFTER_DELIVERY_CONDITION} AND later.invite_on > ?
AND d.team = ? AND d.cancelled_at IS NULL
"""  # noqa: S608
_OPEN = f"""
SELECT {_COLUMNS}, n.many AS many FROM (
  SELECT id, COUNT(*) OVER () AS many FROM ({_IS_OPEN}) AS those
  ORDER BY {_PLANNED_FIRST.format("")} LIMIT ? OFFSET ?) n
JOIN deal d ON d.id = n.id JOIN survey_version v ON v.id = d.survey_version_id JOIN person p ON p.id = d.salesperson_id
ORDER BY {_PLANNED_FIRST.format("d.")}
"""  # noqa: S608
# Shared with delivery, and nothing said to it yet.
_TO_READ = f"""
SELECT {_COLUMNS} {_FROM} WHERE d.id IN (SELECT id FROM (
  SELECT d.id AS id FROM deal d
  JOIN invitation i ON i.deal_id = d.id AND i.wave IN ({names([Wave.SALE])}) JOIN response r ON r.invitation_id = i.id
  WHERE d.team = ? AND d.{UNDELIVERED_CONDITION.replace(" AND ", " AND d.")}
  AND r.submitted_at IS NOT NULL AND r.share_with_delivery
  AND NOT EXISTS (SELECT 1 FROM handover_mark m WHERE m.response_id = r.id)
  ORDER BY {_PLANNED_FIRST.format("d.")} LIMIT ?) AS unread)
ORDER BY {_PLANNED_FIRST.format("d.")}
"""  # noqa: S608
_HOW_MANY_OPEN = f"SELECT COUNT(*) FROM ({_IS_OPEN}) AS those"  # noqa: S608
_BY_DEAL_ID = f"SELECT {_COLUMNS}, v.definition AS definition {_FROM} WHERE d.deal_id = ?"


class _Shared(NamedTuple):
    deal: int
    response: int
    marked: int


_SHARED = f"""
SELECT i.deal_id AS deal, r.id AS response,
       EXISTS (SELECT 1 FROM handover_mark m WHERE m.response_id = r.id) AS marked
FROM invitation i JOIN response r ON r.invitation_id = i.id
WHERE i.wave IN ({names([Wave.SALE])}) AND r.submitted_at IS NOT NULL AND r.share_with_delivery
AND i.deal_id IN ({{deals}})
"""  # noqa: S608


class _Round(NamedTuple):
    """What is shared before the work, and when the customer is asked after it; what is not there is None."""

    response: int | None
    answers: bytes | None
    named: int | None
    asks_on: date | str | None
    answer_after: int | None


_ROUND = f"""
SELECT r.id AS response, r.answers AS answers, o.named AS named, later.invite_on AS asks_on, after.id AS answer_after
FROM deal d
LEFT JOIN invitation i ON i.deal_id = d.id AND i.wave IN ({names([Wave.SALE])})
LEFT JOIN response r ON r.invitation_id = i.id AND r.submitted_at IS NOT NULL AND r.share_with_delivery
LEFT JOIN own_pair o ON o.deal_id = d.id
LEFT JOIN invitation later ON later.deal_id = d.id AND later.wave IN ({names([Wave.DELIVERY])})
LEFT JOIN response after ON after.invitation_id = later.id
WHERE d.id = ?
"""  # noqa: S608


class _Said(NamedTuple):
    item: str
    mark: str
    note: str
    about: str
    name: str
    at: datetime | str


_SAID = """
SELECT m.item AS item, m.mark AS mark, m.note AS note, m.about AS about, p.name AS name, m.marked_at AS at
FROM handover_mark m JOIN person p ON p.id = m.marked_by_id WHERE m.response_id IN ({responses})
"""


@dataclass(frozen=True, slots=True)
class TeamDeal:
    """A deal of a team as its lead's list shows it. `readable`: the customer answered, and shares it with delivery."""

    deal: Deal
    customer_name: str
    salesperson: str
    readable: bool
    marked: bool


@dataclass(frozen=True, slots=True)
class OpenDeals:
    """One page of what a team has open, and how many there are over all pages."""

    deals: list[TeamDeal]
    many: int


@dataclass(frozen=True, slots=True)
class Handover:
    """One deal for its delivery lead.

    `response` is the row of the first survey where the customer shares it with delivery, and None otherwise: then
    there are no answers, no promises and no marks either. `by_name`: the salesperson may see the answers too.
    `asks_on`: the day on which the second survey goes out.
    """

    deal: Deal
    survey: Survey
    customer_name: str
    salesperson: str
    response: int | None
    at_sale: Answers
    promises: tuple[Promise, ...]
    said: Mapping[str, Said]
    by_name: bool
    practices: Mapping[str, date]
    asks_on: date | None
    answered_after: bool


def open_deals(team: str, today: date, page: int, most: int) -> OpenDeals:
    """One page of what this team has still to deliver, or to say what was done for; planned first, in two queries. For
    a page after the last one the number comes with no deals, by a query more.
    """
    found = rows(_OnPage, _OPEN, team, today, team, most, (page - 1) * most)
    many = found[0].many if found else int(scalar(_HOW_MANY_OPEN, team, today, team)) if page > 1 else 0
    marked = {one.deal: bool(one.marked) for one in _shared([row.listed.deal.id for row in found])}
    return OpenDeals([_team_deal(row.listed, marked) for row in found], many)


def _team_deal(row: _Listed, marked: Mapping[int, bool]) -> TeamDeal:
    return TeamDeal(
        deal=value(row.deal),
        customer_name=row.customer_name,
        salesperson=row.seller,
        readable=row.deal.id in marked,
        marked=marked.get(row.deal.id, False),
    )


def to_read(team: str, most: int) -> list[TeamDeal]:
    """What this team can read and has said nothing about, before it is delivered; planned first, in one query."""
    found = rows(_Listed, _TO_READ, team, most)
    return [_team_deal(row, {row.deal.id: False}) for row in found]


def of_deal(deal_id: str) -> Handover | None:
    """The deal with this id, whose ever it is: the caller asks domain.access."""
    row = first_row(_Found, _BY_DEAL_ID, deal_id)
    if row is None:
        return None
    shared = first_row(_Round, _ROUND, row.deal.id)
    if shared is None:  # erased between the two
        return None
    survey = Survey.model_validate_json(row.definition)
    done = Practice.select().where(Practice.deal == row.deal.id)
    return Handover(
        deal=value(row.deal),
        survey=survey,
        customer_name=row.customer_name,
        salesperson=row.seller,
        response=shared.response,
        at_sale=unpack(survey, Wave.SALE, bytes(shared.answers or b"")),
        promises=promises(shared.response),
        said=_said([shared.response] if shared.response else []),
        by_name=bool(shared.named),
        practices={one.name: one.done_on for one in done},
        asks_on=None if shared.asks_on is None else day(shared.asks_on),
        answered_after=shared.answer_after is not None,
    )


def said_about(deal: int) -> dict[str, Said]:
    """What delivery said about this deal (row id), by item; nothing where the customer no longer shares it."""
    return _said([one.response for one in _shared([deal])])


def put(response: int, item: str, said: Said, person: int) -> None:
    """Keep this mark, in place of an earlier one of the same item."""
    facts = {
        "mark": said.mark.value,
        "note": said.note,
        "about": said.about,
        "marked_by": person,
        "marked_at": said.at,
    }
    HandoverMark.insert(response=response, item=item, **facts).on_conflict(
        conflict_target=[HandoverMark.response, HandoverMark.item], update=facts
    ).execute()


def _shared(deals: Sequence[int]) -> list[_Shared]:
    return rows(_Shared, _SHARED.format(deals=several(deals)), *deals) if deals else []


def _said(responses: Sequence[int]) -> dict[str, Said]:
    found = rows(_Said, _SAID.format(responses=several(responses)), *responses) if responses else []
    return {one.item: Said(Mark(one.mark), one.note, one.about, one.name, timestamp(one.at)) for one in found}
