"""Fair play, for the desk: what stands apart, as a question with its counts."""

from datetime import datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kloof.actions.staff import fair_play
from kloof.actions.staff.fair_play import Named
from kloof.domain.errors import KloofError, Reason
from kloof.domain.staff.fair_play import (
    FALSE_DISCOVERIES,
    LEAST_AT_ONCE,
    LEAST_AT_ONE_DOMAIN,
    LEAST_DIFFERENCE,
    LEAST_NAMES,
    LEAST_OTHERS,
    LEAST_OWN,
    MINUTES_AT_ONCE,
    Question,
    Signal,
    Trace,
    TraceQuestion,
)
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.language import in_words, say

blueprint = Blueprint("fair_play", __name__, url_prefix="/desk/fair-play")


@blueprint.get("")
def overview() -> str:
    found = fair_play.asked(settings(), now())
    return _page(found.named, found.counted_at)


@errors.own_page(blueprint, Reason.CONSENT_MISSING)
def not_yet(_: KloofError) -> ResponseReturnValue:
    """A works council that thinks about it can read here how it is counted."""
    return _page(off=True)


def _page(
    asked: tuple[Named, ...] | None = None, counted_at: datetime | None = None, *, off: bool = False
) -> str:
    return render_template(
        "desk/fair_play.html",
        off=off,
        asked=None if asked is None else [_sentence(one) for one in asked],
        counted_at=counted_at,
        at=in_words,
        own=LEAST_OWN,
        others=LEAST_OTHERS,
        points=round(100 * LEAST_DIFFERENCE),
        errors=round(100 * FALSE_DISCOVERIES),
        names=LEAST_NAMES,
        together=LEAST_AT_ONE_DOMAIN,
        at_once=LEAST_AT_ONCE,
        minutes=MINUTES_AT_ONCE,
    )


def _sentence(named: Named) -> str:
    """The counts as they are. No colour, no rank, no guess at why."""
    about = named.about
    return (
        _of_traces(named.name, about) if isinstance(about, TraceQuestion) else _of_shares(named.name, about)
    )


def _of_traces(name: str, one: TraceQuestion) -> str:
    match one.trace:
        case Trace.OWN_DOMAIN:
            return say(
                "Customers of {name} with an address at the company's own mail domain: {hits}. Do you know why?",
                name=name,
                hits=one.hits,
            )
        case Trace.MANY_NAMES:
            return say(
                "Mailboxes of {name}'s customers that are used for {names} names or more: {hits}. Do you know why?",
                name=name,
                hits=one.hits,
                names=LEAST_NAMES,
            )
        case Trace.ONE_NETWORK:
            return say(
                "Quarters of an hour in which {together} customers of {name} or more sent in their first survey from "
                "one network: {hits}. Do you know why?",
                name=name,
                hits=one.hits,
                together=LEAST_AT_ONCE,
            )
        case Trace.ONE_DOMAIN:
            return say(
                "Customers of {name} with an address at {domain}: {hits}. Do you know why?",
                name=name,
                hits=one.hits,
                domain=one.domain,
            )


def _of_shares(name: str, one: Question) -> str:
    """Own counts and those of the others."""
    facts = {
        "name": name,
        "hits": one.hits,
        "units": one.units,
        "others": one.other_hits,
        "of": one.other_units,
    }
    return {
        Signal.LOW_EXPECTATION: lambda: say(
            "Of {name}'s {units} closed groups of customers, {hits} lie in the lowest third of what is expected; "
            "of the others {others} of {of}. Do you know why?",
            **facts,
        ),
        Signal.NOT_ASKED: lambda: say(
            "Of {name}'s {units} deals, {hits} never got their first survey; of the others {others} of {of}. "
            "Do you know why?",
            **facts,
        ),
        Signal.ADDRESS_CHANGED: lambda: say(
            "Of {name}'s {units} deals, {hits} had their e-mail address changed after they were loaded; of the "
            "others {others} of {of}. Do you know why?",
            **facts,
        ),
        Signal.ANSWERED: lambda: say(
            "Of {name}'s {units} first surveys, {hits} were answered; of the others {others} of {of}. "
            "Do you know why?",
            **facts,
        ),
        Signal.REPORTED_LATE: lambda: say(
            "Of {name}'s {units} deliveries, {hits} were reported more than two weeks later; of the others "
            "{others} of {of}. Do you know why?",
            **facts,
        ),
    }[one.signal]()
