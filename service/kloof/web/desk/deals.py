"""Deals at the desk: the search, and a list that says which deals stand where.

Every figure of the desk can be a link to the list, /desk/deals, by these parameters, all of which may be left out:

    q            words that find deals by name, address, deal number or account; then no other parameter counts
    step         those that have come to sold, asked, answered, delivered, answered_after or published
    without      those that have not come to one of these
    state        overdue (the planned day of delivery is over), bounced, letter (no address), cancelled or
                 passed_on (to a colleague of the customer)
    product, team        by their names
    salesperson  a person's number
    week         those sold in a week, like 2026-W40 (ISO 8601)
    from, until  those sold from this day on, and up to it; both included

So /desk/deals?step=asked&week=2026-W40 are those who were asked of what was sold in that week, and
/desk/deals?step=asked&without=answered&week=2026-W40 the loss after that step. `storage.deals.progress.HAS_COME` says
what each step means, for counts too.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import InputRequired

from kloof.actions.deals import by_hand, desk_view
from kloof.domain.access.audit_log import by
from kloof.domain.deals.steps import DealFilter, DealStep, DealTrouble
from kloof.domain.errors import KloofError, Reason
from kloof.storage.deals.listing import ListPlace
from kloof.storage.deals.search import Match
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.desk.words import deals as deal_words

blueprint = Blueprint("deals", __name__, url_prefix="/desk")

MOST_AT_ONCE: Final = 200
_MOST_DIGITS: Final = 9  # PostgreSQL numbers rows in 32 bits
_Word = TypeVar("_Word", bound=StrEnum)


class DeliveredForm(FlaskForm):
    """The day on which deals were delivered."""

    delivered_on = DateField(validators=[InputRequired()])


@blueprint.get("/deals")
def overview() -> ResponseReturnValue:
    """The deals that were asked for; the parameters are those of this module."""
    words = request.args.get("q", "").strip()
    if not words:
        return _list(DeliveredForm(formdata=None))
    if desk_view.is_number(words):
        return redirect(url_for("deals.deal", deal_id=words))
    found = desk_view.found(words, _match())
    onward = found.onward and {"q": words, "after": f"{found.onward.word.hex()}.{found.onward.deal}"}
    return render_template(
        "desk/deals/overview.html", words=words, page=found, onward=onward, **_frame(DealFilter())
    )


@blueprint.post("/deals/delivered")
def deliver_many() -> ResponseReturnValue:
    """Mark the deals that were ticked as delivered, all on one day, and say what became of each."""
    form, ticked = DeliveredForm(), request.form.getlist("deal")[:MOST_AT_ONCE]
    if not form.validate() or form.delivered_on.data is None or not ticked:
        return _list(form, ticked, lacks_ticks=not ticked), 422
    result = by_hand.deliver(settings(), ticked, form.delivered_on.data, now(), by(signed_in()))
    return render_template(
        "desk/deals/delivered.html", result=result, day=form.delivered_on.data, why=deal_words.why
    )


@errors.own_page(blueprint, Reason.DEAL_UNKNOWN)
def nothing_here(refusal: KloofError) -> ResponseReturnValue:
    return errors.page(refusal.reason, 404, facts=refusal.facts)


def _list(form: DeliveredForm, ticked: list[str] | None = None, *, lacks_ticks: bool = False) -> str:
    wanted = _wanted(request.args) if request.method == "GET" else DealFilter(trouble=DealTrouble.OVERDUE)
    page = desk_view.listed(settings(), wanted, now(), _place())
    onward = page.onward and {
        **request.args.to_dict(),
        "before": f"{page.onward.sold_on.isoformat()}.{page.onward.turn}",
    }
    return render_template(
        "desk/deals/overview.html",
        words="",
        page=page,
        onward=onward,
        form=form,
        ticked=ticked or [],
        lacks_ticks=lacks_ticks,
        **_frame(wanted),
    )


def _frame(wanted: DealFilter) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "empty": DealFilter(),
        "zip": zip,
        "choices": desk_view.choices(),
        "steps": deal_words.steps(),
        "troubles": deal_words.troubles(),
        "standing": deal_words.standing,
        "today": settings().today(now()),
    }


def _wanted(asked: Mapping[str, str]) -> DealFilter:
    wanted = DealFilter(
        step=_one_of(DealStep, asked.get("step")),
        without=_one_of(DealStep, asked.get("without")),
        trouble=_one_of(DealTrouble, asked.get("state")),
        product=asked.get("product", ""),
        team=asked.get("team", ""),
        salesperson=_number(asked.get("salesperson")),
        since=_day(asked.get("from")),
        until=_day(asked.get("until")),
    )
    if not (week := asked.get("week")):
        return wanted
    try:
        monday = date.fromisoformat(f"{week}-1")
    except ValueError:
        abort(422)
    return replace(wanted, since=monday, until=monday + timedelta(days=6))


def _one_of(words: type[_Word], asked: str | None) -> _Word | None:
    if asked and asked not in set(words):
        abort(422)
    return words(asked) if asked else None


def _number(asked: str | None) -> int | None:
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS):
        abort(422)
    return int(asked) if asked else None


def _day(asked: str | None) -> date | None:
    try:
        return date.fromisoformat(asked) if asked else None
    except ValueError:
        abort(422)


def _place() -> ListPlace | None:
    day, _, deal = request.args.get("before", "").partition(".")
    sold_on, number = _day(day), _number(deal)
    return None if sold_on is None or number is None else ListPlace(sold_on, number)


def _match() -> Match | None:
    word, _, deal = request.args.get("after", "").partition(".")
    number = _number(deal)
    try:
        return None if number is None else Match(bytes.fromhex(word), number)
    except ValueError:
        abort(422)
