"""Deals over the API: put in, looked up, listed, delivered and called off."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import url_for

from kloof.actions.deals import by_program, desk_view
from kloof.actions.deals.edit import known
from kloof.actions.surveys.files import load_surveys
from kloof.domain.access.api_tokens import TokenKind
from kloof.domain.access.audit_log import Actor
from kloof.domain.access.audit_log import by_program as program
from kloof.domain.access.timeline import DealSurvey
from kloof.domain.deals.files import FileKind, LineRefused, read_one
from kloof.domain.deals.steps import DealFilter
from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.deals import deals
from kloof.storage.deals.deals import StoredDeal
from kloof.storage.deals.listing import ListPlace
from kloof.web.api import problems
from kloof.web.api.operations import (
    STANDS,
    Answer,
    etag,
    expects,
    operation,
    refuse_unless_expected,
    token,
)
from kloof.web.api.shapes import (
    CancellationIn,
    DealIn,
    DealListedOut,
    DealOut,
    DealsAsked,
    DealsIn,
    DealsOut,
    DealsTaken,
    DealTaken,
    DeliveryIn,
    FieldWrong,
    Links,
    MailForecast,
    SurveyState,
    WavesStand,
)
from kloof.web.app.context import now, settings


@operation("GET", "/deals", tag="Deals", summary="List deals", asks=DealsAsked, gives={200: DealsOut})
def list_deals(asked: DealsAsked) -> Answer:
    """The last sold first; with `trouble=bounced`, the newest mail first.

    Follow `next` to its end: a page of a filter may be short, or empty, before that.
    """
    wanted = DealFilter(
        step=asked.status,
        without=asked.without,
        trouble=asked.trouble,
        product=asked.product,
        team=asked.team,
        since=asked.sold_from,
        until=asked.sold_until,
    )
    page = desk_view.listed(settings(), wanted, now(), _place(asked.after), most=asked.limit)
    onward = page.onward and f"{page.onward.sold_on.isoformat()}.{page.onward.turn}"
    listed = [
        DealListedOut(
            deal_id=deal.deal_id,
            customer_name=deal.customer_name,
            product=deal.product,
            team=deal.team,
            salesperson=deal.salesperson,
            sold_on=deal.sold_on,
            delivery_planned_on=deal.planned_on,
            delivered_on=deal.delivered_on,
            cancelled=deal.is_cancelled,
            by_letter=deal.by_letter,
            asked=deal.asked,
            answered=deal.answered,
            answered_after=deal.answered_after,
        )
        for deal in page.deals
    ]
    return Answer(DealsOut(deals=listed, next=onward))


@operation(
    "PUT",
    "/deals",
    tag="Deals",
    summary="Put up to 1,000 deals",
    takes=DealsIn,
    gives={200: DealsTaken},
    tries=True,
)
def put_deals(body: DealsIn) -> Answer:
    """Each deal that is right is taken in with its invitation; each that is not is refused with its reasons. Deals go
    in by two hundred: where the connection breaks, send all of them again, and those that are in are `unchanged`. A
    token for tests is told what mail they would cause, and when.
    """
    lines = _once_each([read_one(FileKind.DEALS, deal.cells(deal.deal_id)) for deal in body.deals])
    only_tried = token().kind is TokenKind.TEST
    forecast = by_program.no_mail_yet(settings(), now()) if only_tried else None
    taken = by_program.put_many(settings(), lines, _offered(), now(), by_token(), forecast=forecast)
    results = [
        DealTaken(
            deal_id=sent.deal_id,
            result=one.effect or "refused",
            errors=[FieldWrong(**problems.wrong(part)) for part in one.wrong],
        )
        for sent, one in zip(body.deals, taken, strict=True)
    ]
    told = None if forecast is None else MailForecast.model_validate(forecast.as_dict())
    return Answer(DealsTaken(results=results, forecast=told))


@operation(
    "PUT",
    "/deals/{deal_id}",
    tag="Deals",
    summary="Put a deal",
    takes=DealIn,
    gives={200: DealOut, 201: DealOut},
    refuses=(412,),
)
def put_deal(deal_id: str, body: DealIn) -> Answer:
    """A deal that is new is taken in, and its customer invited; one that is known gets these facts. The same request
    twice changes nothing the second time. With If-Match it is refused where the deal changed since it was got; with
    `If-None-Match: *` where there is one.
    """
    if body.deal_id not in {None, deal_id}:
        raise BadInput(
            Reason.DEAL_UNFIT,
            ["The number in the address is another than that of the deal."],
            parts=[Refused(Reason.DEAL_UNFIT, "It is another than in the address.", column="deal_id")],
        )
    line = read_one(FileKind.DEALS, body.cells(deal_id))
    effect, stored = by_program.put(
        settings(),
        line,
        _offered(),
        now(),
        by_token(),
        (lambda: refuse_unless_expected(lambda: present(deal_id))) if expects() else None,
    )
    return _answer(stored, 201 if effect == "created" else 200)


@operation(
    "GET", "/deals/{deal_id}", tag="Deals", summary="Get a deal", gives={200: DealOut, 304: None}, refuses=(404,),
)  # fmt: skip
def get_deal(deal_id: str) -> Answer:
    """Its facts, and how far its surveys are; never what a customer answered."""
    return answer(deal_id, 200)


@operation(
    "POST",
    "/deals/{deal_id}/delivery",
    tag="Deals",
    summary="Say that a deal was delivered",
    takes=DeliveryIn,
    gives={200: DealOut},
    refuses=(404, 412),
)
def deliver_deal(deal_id: str, body: DeliveryIn) -> Answer:
    """The second survey goes out some days later. The same day again changes nothing."""
    cells = {"deal_id": deal_id, "delivered_on": body.delivered_on.isoformat()}
    by_program.deliver(settings(), read_one(FileKind.DELIVERIES, cells), now(), by_token())
    return answer(deal_id, 200)


@operation(
    "POST",
    "/deals/{deal_id}/cancellation",
    tag="Deals",
    summary="Say that a deal was called off",
    takes=CancellationIn,
    gives={200: DealOut},
    refuses=(404, 412),
)
def cancel_deal(deal_id: str, body: CancellationIn) -> Answer:
    """The customer is asked no more. What was answered stays theirs: they can still read it and take it back."""
    cells = {"deal_id": deal_id, "cancelled_on": body.cancelled_on.isoformat()}
    by_program.cancel(settings(), read_one(FileKind.CANCELLATIONS, cells), now(), by_token())
    return answer(deal_id, 200)


def by_token() -> Actor:
    """The program of this request, for the audit log."""
    return program(token().id, token().owner)


def states(surveys: Iterable[DealSurvey]) -> list[SurveyState]:
    """How far the surveys of a deal are."""
    return [
        SurveyState(
            wave=one.wave,
            state=one.state,
            answered_on=None if one.answered_at is None else settings().today(one.answered_at),
            expires_at=one.expires_at,
        )
        for one in surveys
    ]


def _once_each(lines: list[Any]) -> list[Any]:
    seen: dict[str, int] = {}
    checked = []
    for at, line in enumerate(lines):
        first = seen.setdefault(line.deal_id, at)
        checked.append(line if first == at else _again(line.deal_id, first))
    return checked


def _again(deal_id: str, first: int) -> LineRefused:
    what = f"Deal {deal_id} is deals[{first}] already."
    why = Refused(Reason.DEAL_TWICE, what, deal=deal_id, line=first, column="deal_id")
    return LineRefused((why,), deal_id)


def _offered() -> dict[str, Survey]:
    return load_surveys(settings().surveys_folder)


def answer(deal_id: str, status: int) -> Answer:
    """This deal as it stands now, with its tag. Raises NotFound."""
    return _answer(known(deal_id), status)


def _answer(stored: StoredDeal, status: int) -> Answer:
    value = _value(stored)
    return Answer(value, status, {"ETag": etag(value)})


def present(deal_id: str) -> DealOut | None:
    """This deal as a GET gives it; None for none."""
    stored = deals.stored([deal_id]).get(deal_id)
    return None if stored is None else _value(stored)


STANDS.append(present)


def _value(stored: StoredDeal) -> DealOut:
    line, deal = stored.line, stored.deal
    stand = {survey.wave: survey.state for survey in stored.surveys}
    return DealOut(
        deal_id=line.deal_id,
        customer_name=line.customer_name,
        customer_email=line.customer_email or None,
        language=line.language,
        salesperson_email=line.salesperson_email,
        team=line.team,
        region=line.region,
        product=line.product,
        survey=deal.survey.id,
        survey_version=deal.survey.version,
        sold_on=line.sold_on,
        delivery_planned_on=line.delivery_planned_on,
        delivered_on=deal.delivered_on,
        cancelled_on=deal.cancelled_on,
        practices=dict(sorted(line.practices.items())),
        customer_number=line.customer_number or None,
        customer_time_zone=line.time_zone or None,
        account=line.account or None,
        surveys=states(stored.surveys),
        waves=WavesStand(sale=stand.get(Wave.SALE), delivery=stand.get(Wave.DELIVERY)),
        links=Links(
            salesperson=settings().link(url_for("me.deal", deal_id=line.deal_id)),
            desk=settings().link(url_for("deals.deal", deal_id=line.deal_id)),
        ),
    )


def _place(after: str | None) -> ListPlace | None:
    if after is None:
        return None
    day, _, row = after.partition(".")
    try:
        return ListPlace(date.fromisoformat(day), _row(row))
    except ValueError:
        raise BadInput(
            Reason.SHAPE_UNFIT,
            ["This is not `next` of a page."],
            parts=[Refused(Reason.SHAPE_UNFIT, "This is not `next` of a page.", column="after")],
        ) from None


def _row(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(text)
    return int(text)
