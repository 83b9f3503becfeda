"""The page of one deal: its facts, what happened to it, and everything that the desk can do about it."""

import json
from hashlib import sha256
from typing import Final

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from kloof.actions import person_data
from kloof.actions.deals import by_hand, desk_view, edit
from kloof.actions.deals.edit import DealChange
from kloof.domain import addresses
from kloof.domain.access.audit_log import by
from kloof.domain.errors import KloofError, Reason
from kloof.domain.spelling import spelled, unprintable
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import LANGUAGES
from kloof.storage.deals.deals import StoredDeal
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words, say
from kloof.web.desk import deal_words
from kloof.web.desk.deals import DeliveredForm
from kloof.web.desk.deals import blueprint as blueprint
from kloof.web.desk.mail import number_of

MOST_IN_NAME: Final = 200
_WAVES: Final = [wave.value for wave in Wave]
_DONE: Final = ("changed", "delivered", "cancelled", "stopped", "again", "handed", "nothing")


class CancelledForm(FlaskForm):
    """The day on which a deal was called off."""

    cancelled_on = DateField(validators=[InputRequired()])


class StopForm(FlaskForm):
    """Which survey is asked no more."""

    wave = RadioField(choices=_WAVES, validators=[InputRequired()])  # type: ignore[arg-type]


class AgainForm(FlaskForm):
    """Which mail goes again."""

    number = StringField(validators=[InputRequired()])


class SuccessorForm(FlaskForm):
    """Who looks after a deal from now on, by their address."""

    successor = StringField(validators=[InputRequired()])


class FactsForm(FlaskForm):
    """The facts of a deal that can be edited. `confirmed` once what it does to mail was read; `before` names how the
    facts stood then.
    """

    address = StringField()
    language = RadioField(choices=list(LANGUAGES), validators=[InputRequired()])  # type: ignore[arg-type]
    salesperson = SelectField(validate_choice=False)
    planned_on = DateField(validators=[Optional()])
    account = StringField(validators=[Length(max=MOST_IN_NAME)])
    confirmed = StringField()
    before = StringField()


class ErasureForm(FlaskForm):
    """The number of the deal, typed by who is sure."""

    number = StringField()


@blueprint.get("/deal/<deal:deal_id>")
def deal(deal_id: str) -> str:
    return _page(deal_id)


@blueprint.post("/deal-delivered/<deal:deal_id>")
def deliver(deal_id: str) -> ResponseReturnValue:
    form = DeliveredForm()
    if not form.validate() or form.delivered_on.data is None:
        return _page(deal_id, {"delivered_on": say("Fill in a day.")}), 422
    edit.known(deal_id)
    result = by_hand.deliver(settings(), [deal_id], form.delivered_on.data, now(), by(signed_in()))
    return _after(deal_id, result, "delivered", "delivered_on")


@blueprint.post("/deal-cancelled/<deal:deal_id>")
def cancel(deal_id: str) -> ResponseReturnValue:
    form = CancelledForm()
    if not form.validate() or form.cancelled_on.data is None:
        return _page(deal_id, {"cancelled_on": say("Fill in a day.")}), 422
    result = by_hand.cancel(settings(), deal_id, form.cancelled_on.data, now(), by(signed_in()))
    return _after(deal_id, result, "cancelled", "cancelled_on")


@blueprint.post("/deal-stopped/<deal:deal_id>")
def stop(deal_id: str) -> ResponseReturnValue:
    """Ask no more about one survey of this deal."""
    form = StopForm()
    if not form.validate():
        return _page(deal_id, {"stop": say("Choose a survey.")}), 422
    by_hand.stop_survey(deal_id, Wave(form.wave.data), now(), by(signed_in()))
    return _back(deal_id, "stopped")


@blueprint.post("/deal-mail/<deal:deal_id>")
def send_again(deal_id: str) -> ResponseReturnValue:
    form = AgainForm()
    if not form.validate():
        return _page(deal_id), 422
    by_hand.send_again(settings(), deal_id, number_of(form.number.data or ""), now(), by(signed_in()))
    return _back(deal_id, "again")


@blueprint.post("/deal-successor/<deal:deal_id>")
def hand_over(deal_id: str) -> ResponseReturnValue:
    """Another salesperson looks after this deal from now on."""
    form = SuccessorForm()
    if not form.validate():
        return _page(deal_id, {"successor": say("Choose a salesperson who works here.")}), 422
    by_hand.hand_over(settings(), deal_id, form.successor.data or "", now(), by(signed_in()))
    return _back(deal_id, "handed")


@blueprint.get("/deal-facts/<deal:deal_id>")
def facts(deal_id: str) -> str:
    stored = edit.known(deal_id)
    form = FactsForm(
        address=stored.line.customer_email,
        language=stored.line.language,
        salesperson=stored.line.salesperson_email,
        planned_on=stored.line.delivery_planned_on,
        account=stored.line.account,
    )
    return _facts_page(stored, form, {})


@blueprint.post("/deal-facts/<deal:deal_id>")
def change(deal_id: str) -> ResponseReturnValue:
    """Show what an edit does first; do it once that was confirmed, unless somebody was quicker: then show it anew."""
    form, stored = FactsForm(), edit.known(deal_id)
    wrong: dict[str, str] = {}
    wanted = _wanted(stored, form, wrong)
    if wrong:
        return _facts_page(stored, form, wrong), 422
    if form.confirmed.data and form.before.data == _name_of(stored):
        done = edit.edit(settings(), deal_id, wanted, now(), by(signed_in()))
        return _back(deal_id, "changed" if done.changed else "nothing")
    outcome = edit.consider(settings(), deal_id, wanted, now())
    return render_template(
        "desk/deals/confirm.html",
        deal_id=deal_id,
        form=form,
        wanted=wanted,
        before=_name_of(stored),
        meanwhile=bool(form.confirmed.data),
        outcome=outcome,
        effects=[deal_words.effect(effect) for effect in outcome.effects],
        changes=_changes(stored, wanted, outcome.changed),
    )


@errors.own_page(
    blueprint,
    Reason.DAY_BEFORE_SALE,
    Reason.CUSTOMER_HAS_ANSWERED,
    Reason.ADDRESS_OF_ANOTHER,
    Reason.ADDRESS_BEYOND_ASCII,
    Reason.SALESPERSON_UNKNOWN,
    Reason.SUCCESSOR_UNFIT,
)
def cannot_be_changed(refusal: KloofError) -> ResponseReturnValue:
    """Why an edit or a handover cannot be, at its field of the form that was sent."""
    deal_id = str((request.view_args or {})["deal_id"])
    if request.endpoint == "deals.hand_over":
        return _page(deal_id, {"successor": deal_words.why(refusal)}), 422
    stored = edit.known(deal_id)
    wrong = {deal_words.field_of(refusal): deal_words.why(refusal)}
    return _facts_page(stored, FactsForm(), wrong), 422


@blueprint.post("/deal-export/<deal:deal_id>")
def export(deal_id: str) -> ResponseReturnValue:
    """Everything that is kept about the customer, as a file; that it was taken stands in it, and in the log."""
    kept = person_data.export_of_deal(settings(), deal_id, now(), by(signed_in()))
    answer = Response(json.dumps(kept, ensure_ascii=False, indent=2), mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="kloof-customer.json"'
    return answer


@blueprint.get("/deal-erasure/<deal:deal_id>")
def ask_erasure(deal_id: str) -> str:
    return _erasure_page(deal_id, ErasureForm())


@blueprint.post("/deal-erasure/<deal:deal_id>")
def erase(deal_id: str) -> ResponseReturnValue:
    """Erase the customer with all their deals, once the number of this one was typed."""
    form = ErasureForm()
    edit.known(deal_id)
    if not form.validate() or spelled(form.number.data or "") != deal_id:
        return _erasure_page(deal_id, form, say("Type the number of the deal as it stands here.")), 422
    gone = person_data.erase_of_deal(settings(), deal_id, now(), by(signed_in()))
    return render_template("desk/deals/erased.html", deal_id=deal_id, gone=gone)


def _name_of(stored: StoredDeal) -> str:
    """A name for the facts as they stand: another one once any of them is another."""
    return sha256(repr(stored.line).encode()).hexdigest()[:32]


def _changes(stored: StoredDeal, wanted: DealChange, names: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Each fact that changes: its name, what it was, and what it is to be."""
    names_of, tongues, facts = edit.sellers(stored), deal_words.languages(), deal_words.facts()
    before = stored.line
    known = {
        "address": (before.customer_email, wanted.address),
        "language": (tongues[before.language], tongues[wanted.language]),
        "salesperson": (
            names_of[before.salesperson_email],
            names_of.get(wanted.salesperson, wanted.salesperson),
        ),
        "planned day": (
            deal_words.day_in_words(before.delivery_planned_on),
            deal_words.day_in_words(wanted.planned_on),
        ),
        "account": (before.account, wanted.account),
    }
    return [(facts[name], known[name][0] or "–", known[name][1] or "–") for name in names]


def _page(deal_id: str, wrong: dict[str, str] | None = None) -> str:
    done = request.args.get("done", "")
    return render_template(
        "desk/deals/deal.html",
        view=desk_view.deal(settings(), deal_id, now()),
        wrong=wrong or {},
        done=deal_words.done(done) if done in _DONE else "",
        form=FlaskForm(),
        words=deal_words,
        at=in_words,
        given=request.form,
    )


def _after(deal_id: str, result: by_hand.HandResult, done: str, field: str) -> ResponseReturnValue:
    if result.refused:
        return _page(deal_id, {field: deal_words.why(result.refused[0][1])}), 422
    return _back(deal_id, done if result.done else "nothing")


def _back(deal_id: str, done: str) -> ResponseReturnValue:
    return redirect(url_for("deals.deal", deal_id=deal_id, done=done), 303)


def _facts_page(stored: StoredDeal, form: FactsForm, wrong: dict[str, str]) -> str:
    return render_template(
        "desk/deals/facts.html",
        deal_id=stored.deal.deal_id,
        stored=stored,
        form=form,
        wrong=wrong,
        fixed=edit.fixed(settings(), stored),
        sellers=edit.sellers(stored),
        languages=deal_words.languages(),
    )


def _erasure_page(deal_id: str, form: ErasureForm, wrong: str = "") -> str:
    return render_template(
        "desk/deals/erase.html",
        view=desk_view.deal(settings(), deal_id, now()),
        form=form,
        wrong=wrong,
    )


def _wanted(stored: StoredDeal, form: FactsForm, wrong: dict[str, str]) -> DealChange:
    """What the form asks for. What cannot change any more is not asked for; what is wrong with a field goes into
    `wrong`.
    """
    form.validate()
    line, fixed = stored.line, edit.fixed(settings(), stored)
    for field in ("language", "planned_on", "account"):
        if form[field].errors:
            wrong[field] = deal_words.unusable(field)
    account = spelled(form.account.data or "")
    if unprintable(account):
        wrong["account"] = deal_words.unusable("account")
    return DealChange(
        address=line.customer_email if fixed.address else _address(form.address.data or "", wrong),
        language=line.language if "language" in wrong else form.language.data,
        salesperson=(not fixed.salesperson and form.salesperson.data) or line.salesperson_email,
        planned_on=form.planned_on.data,
        account=account,
    )


def _address(text: str, wrong: dict[str, str]) -> str:
    if text.strip() and not addresses.is_address(text):
        wrong["address"] = say("This is not an e-mail address. Write it like name@company.nl.")
    return addresses.known_as(text) if text.strip() else ""
