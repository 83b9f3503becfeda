"""The delivery lead's pages: what a customer expects before the work starts, and what was done for the deal."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup

from kloof.actions.staff import handover as action
from kloof.domain.deals.deals import PRACTICES
from kloof.domain.deals.practices import WrongDay
from kloof.domain.errors import KloofError, Reason
from kloof.domain.staff.handover import MOST_IN_NOTE, Mark, in_parts
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.promised_aspect import above_norm
from kloof.publish.charts.svg import inline
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import language, say
from kloof.web.staff.handover_words import days_until, done_words, mark_words, meeting_words, reason_words
from kloof.web.survey.forms import Choices, Written

blueprint = Blueprint("handover", __name__)
_MARKS: Final = frozenset(mark.value for mark in Mark)
_MARK, _NOTE = "mark-", "note-"


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {
        "mark_words": mark_words,
        "reason_words": reason_words,
        "meeting_words": meeting_words,
        "days_until": days_until,
    }


@blueprint.get("/handover")
def overview() -> str:
    found = action.overview(settings(), signed_in(), now(), request.args.get("page", 1, type=int))
    return render_template("handover/overview.html", found=found, team=signed_in().team)


@blueprint.get("/handover/<deal:deal_id>")
def deal(deal_id: str) -> str:
    return _page(deal_id)


@blueprint.post("/handover/<deal:deal_id>")
def mark(deal_id: str) -> ResponseReturnValue:
    """Keep what delivery says; what has no mark is left as it is."""
    marks, notes, wrong = _read_marks()
    if wrong:
        return _page(deal_id, wrong), 422
    said = {key: (chosen, notes.get(key, "")) for key, chosen in marks.items()}
    action.mark(settings(), signed_in(), deal_id, said, now())
    return redirect(url_for("handover.deal", deal_id=deal_id, saved=""), 303)


@blueprint.post("/practices/<deal:deal_id>")
def done(deal_id: str) -> ResponseReturnValue:
    """Keep on which days what was done for the deal; an empty day means that it was not done."""
    days, wrong = _read_days()
    if not wrong:
        amiss = action.enter_practices(settings(), signed_in(), deal_id, days, now())
        wrong = {f"{name}_on": _about_day(why) for name, why in amiss.items()}
    if wrong:
        return _page(deal_id, wrong), 422
    return redirect(url_for("handover.deal", deal_id=deal_id, saved=""), 303)


@errors.own_page(blueprint, Reason.HANDOVER_CLOSED, Reason.PRACTICES_LOCKED)
def too_late(_: KloofError) -> ResponseReturnValue:
    """The page of the deal says so, beside what stands there now."""
    return redirect(url_for("handover.deal", closed="", **(request.view_args or {})), 303)


def _read_marks() -> tuple[dict[str, Mark], dict[str, str], dict[str, str]]:
    """Marks and notes by item, and what is wrong, worded, by field. The action knows which items there are.

    With `rest`, all of the rest that has no mark of its own will do: the items that stood there, by name, since the
    customer may have changed another one meanwhile.
    """
    allowed = {name: _MARKS for name in request.form if name.startswith(_MARK)}
    notes = {name: Written(most=MOST_IN_NOTE) for name in request.form if name.startswith(_NOTE)}
    form = type("MarksForm", (FlaskForm,), {"chosen": Choices(allowed=allowed)} | notes)()
    form.validate()
    rest = dict.fromkeys(request.form.getlist("rest-item"), Mark.WILL) if "rest" in request.form else {}
    marks = rest | {name.removeprefix(_MARK): Mark(value) for name, value in form.chosen.data.items()}
    written = {name.removeprefix(_NOTE): str(form[name].data or "") for name in notes}
    wrong = {name: form[name].errors[0] for name in notes if form[name].errors} | form.chosen.wrong
    for key, note in written.items():
        if note and f"{_MARK}{key}" not in allowed:
            wrong[f"{_MARK}{key}"] = say("Choose first: yes, no, or discuss first.")
    return marks, written, wrong


def _read_days() -> tuple[dict[str, date], dict[str, str]]:
    """The day of each practice that has one, and what is wrong, worded, by field."""
    days, wrong = {}, {}
    for name in PRACTICES:
        typed = request.form.get(f"{name}_on", "").strip()
        try:
            if typed:
                days[name] = date.fromisoformat(typed)
        except ValueError:
            wrong[f"{name}_on"] = say("This is not a date like 2026-03-31.")
    return days, wrong


def _about_day(why: WrongDay) -> str:
    if why is WrongDay.FUTURE:
        return say("This day lies in the future. Enter it once it is done.")
    return say("This day lies before the sale. Correct the day.")


def _pictures(view: action.View) -> dict[str, Markup]:
    """Of each expectation above the norm: where it stands and where the norm does, on the whole scale."""
    scale = view.handover.survey.scale
    axis, names = Axis(scale.low, scale.high), {one.id: one.name for one in view.handover.survey.aspects}
    return {
        item.key: Markup(  # noqa: S704  our own drawing, its words escaped
            inline(
                above_norm(names[item.aspect][language()], item.expected, item.norm, axis, language()),
                f"above-{item.key}",
            )
        )
        for item in in_parts(view.items).above
        if item.expected is not None and item.norm is not None
    }


def _page(deal_id: str, wrong: Mapping[str, str] | None = None) -> str:
    """The page of a deal; with `wrong`, once more as it was typed."""
    view = action.view(settings(), signed_in(), deal_id, now())
    survey = view.handover.survey
    typed = dict(request.form.items()) if wrong else {}
    return render_template(
        "handover/deal.html",
        view=view,
        handover=view.handover,
        parts=in_parts(view.items),
        pictures=_pictures(view),
        deal=view.handover.deal,
        aspects={aspect.id: aspect for aspect in survey.aspects},
        most=survey.scale.high,
        marks=Mark,
        most_in_note=MOST_IN_NOTE,
        practices=done_words(),
        typed=typed,
        wrong=wrong or {},
        told={name: request.args.get(name) is not None for name in ("saved", "closed")},
        today=settings().today(now()),
    )
