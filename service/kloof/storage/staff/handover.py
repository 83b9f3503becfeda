"""What a delivery lead reads before the work starts, and what they say to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import Expression, fn

from kloof.domain.deals.deals import Deal
from kloof.domain.staff.handover import Mark, Said
from kloof.domain.surveys.answers import Answers, unpack
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Promise
from kloof.storage.deals.deals import value
from kloof.storage.models import Deal as Row
from kloof.storage.models import HandoverMark, Invitation, Person, Practice, SurveyVersion
from kloof.storage.statements import day, first, run, several, tuples
from kloof.storage.surveys.questionnaires import promises

_SHARED = """
SELECT i.deal_id, r.id, EXISTS (SELECT 1 FROM handover_mark m WHERE m.response_id = r.id)
FROM invitation i JOIN response r ON r.invitation_id = i.id
WHERE i.wave = 'sale' AND r.submitted_at IS NOT NULL AND r.share_with_delivery
"""
_ROUND = """
SELECT r.id, r.answers, o.named, later.invite_on, after.id
FROM deal d
LEFT JOIN invitation i ON i.deal_id = d.id AND i.wave = 'sale'
LEFT JOIN response r ON r.invitation_id = i.id AND r.submitted_at IS NOT NULL AND r.share_with_delivery
LEFT JOIN own_pair o ON o.deal_id = d.id
LEFT JOIN invitation later ON later.deal_id = d.id AND later.wave = 'delivery'
LEFT JOIN response after ON after.invitation_id = later.id
WHERE d.id = ?
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


def open_deals(team: str, today: date, page: int, most: int) -> list[TeamDeal]:
    """One page of what this team has still to deliver, or to say what was done for; planned first, in two queries."""
    rows = list(
        _rows()
        .where(_open(team, today))
        .order_by(Row.delivery_planned_on.is_null(), Row.delivery_planned_on, Row.id)
        .paginate(page, most)
    )
    ids = [row.id for row in rows]
    found = run(f"{_SHARED} AND i.deal_id IN ({several(ids)})", *ids).fetchall() if ids else []
    shared = {deal: bool(marked) for deal, _, marked in found}
    return [
        TeamDeal(
            value(row), row.customer_name, row.salesperson.name, row.id in shared, shared.get(row.id, False)
        )
        for row in rows
    ]


def count_open(team: str, today: date) -> int:
    """How many deals `open_deals` has, over all its pages."""
    return int(Row.select(fn.COUNT(Row.id)).where(_open(team, today)).scalar())


def of_deal(deal_id: str) -> Handover | None:
    """The deal with this id, whose ever it is: the caller asks domain.access."""
    row = _rows().where(Row.deal_id == deal_id).first()
    if row is None:
        return None
    found = first(_ROUND, row.id)
    if found is None:  # erased between the two
        return None
    shared, sheet, named, asks_on, after = found
    survey = Survey.model_validate_json(row.survey_version.definition)
    done = Practice.select().where(Practice.deal == row.id)
    return Handover(
        deal=value(row),
        survey=survey,
        customer_name=row.customer_name,
        salesperson=row.salesperson.name,
        response=shared,
        at_sale=unpack(survey, Wave.SALE, bytes(sheet or b"")),
        promises=promises(shared),
        said=_said(HandoverMark.response == shared) if shared else {},
        by_name=bool(named),
        practices={one.name: one.done_on for one in done},
        asks_on=None if asks_on is None else day(asks_on),
        answered_after=after is not None,
    )


def said_about(deal: int) -> dict[str, Said]:
    """What delivery said about this deal (row id), by item; nothing where the customer no longer shares it."""
    return _said(HandoverMark.response.in_(_sharing(deal)))


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


def _rows() -> Any:
    return Row.select(Row, SurveyVersion, Person).join(SurveyVersion).switch(Row).join(Person)


def _open(team: str, today: date) -> Expression:
    """Not delivered yet, or the second survey has not gone out yet."""
    asked_later = Invitation.select(1).where(
        Invitation.deal == Row.id, Invitation.wave == Wave.DELIVERY.value, Invitation.invite_on > today
    )
    return (
        (Row.team == team)
        & Row.cancelled_at.is_null()
        & (Row.delivered_on.is_null() | fn.EXISTS(asked_later))
    )


def _sharing(deal: int) -> list[int]:
    return [response for _, response, _ in run(f"{_SHARED} AND i.deal_id = ?", deal).fetchall()]


def _said(which: Expression) -> dict[str, Said]:
    rows = (
        HandoverMark.select(
            HandoverMark.item, HandoverMark.mark, HandoverMark.note, HandoverMark.about, Person.name,
            HandoverMark.marked_at,
        )
        .join(Person)
        .where(which)
    )  # fmt: skip
    return {
        item: Said(Mark(mark), note, about, name, at) for item, mark, note, about, name, at in tuples(rows)
    }
