"""The facts of one deal are edited: what that does to mail is shown first."""

from hashlib import sha256
from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from kloof.actions.deals import edit
from kloof.actions.deals.edit import DealChange
from kloof.domain import addresses
from kloof.domain.access.audit_log import by
from kloof.domain.errors import KloofError, Reason
from kloof.domain.spelling import spelled, unprintable
from kloof.domain.text import LANGUAGES
from kloof.storage.deals.deals import StoredDeal
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import say
from kloof.web.desk import deal
from kloof.web.desk.deals import blueprint as blueprint
from kloof.web.desk.words import deals as deal_words

MOST_IN_NAME: Final = 200
_EDITED: Final = ("address", "language", "salesperson", "planned_on", "account")


class FactsForm(FlaskForm):
    """The facts of a deal that can be edited. `confirmed` once what it does to mail was read; `before` names how the
    facts stood then. `was_…`: what stood in each field when the form was opened.
    """

    address = StringField()
    language = RadioField(choices=list(LANGUAGES), validators=[InputRequired()])  # type: ignore[arg-type]
    salesperson = SelectField(validate_choice=False)
    planned_on = DateField(validators=[Optional()])
    account = StringField(validators=[Length(max=MOST_IN_NAME)])
    confirmed = StringField()
    before = StringField()
    was_address = StringField()
    was_language = StringField()
    was_salesperson = StringField()
    was_planned_on = StringField()
    was_account = StringField()


@blueprint.get("/deal-facts/<deal:deal_id>")
def facts(deal_id: str) -> str:
    stored = edit.editable(deal_id)
    stands = _as_typed(stored)
    opened = {f"was_{name}": value for name, value in stands.items()}
    form = FactsForm(**stands | opened | {"planned_on": stored.line.delivery_planned_on})
    return _facts_page(stored, form, {})


@blueprint.post("/deal-facts/<deal:deal_id>")
def change(deal_id: str) -> ResponseReturnValue:
    """Show what an edit does first; do it once that was confirmed, unless somebody was quicker: then show it anew."""
    form, stored = FactsForm(), edit.editable(deal_id)
    wrong: dict[str, str] = {}
    wanted = _wanted(stored, form, wrong)
    if wrong:
        return _facts_page(stored, form, wrong), 422
    if form.confirmed.data and form.before.data == _name_of(stored):
        done = edit.edit(settings(), deal_id, wanted, now(), by(signed_in()))
        return deal.back(deal_id, "changed" if done.changed else "nothing")
    outcome = edit.consider(settings(), deal_id, wanted, now())
    return render_template(
        "desk/deals/confirm.html",
        deal_id=deal_id,
        form=form,
        wanted=wanted,
        before=_name_of(stored),
        meanwhile=bool(form.confirmed.data) or _was_changed(stored, form),
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
        return deal.page(deal_id, {"successor": deal_words.why(refusal)}), 422
    stored = edit.known(deal_id)
    wrong = {deal_words.field_of(refusal): deal_words.why(refusal)}
    return _facts_page(stored, FactsForm(), wrong), 422


def _as_typed(stored: StoredDeal) -> dict[str, str]:
    """The facts that can be edited, as a form sends them."""
    line = stored.line
    return {
        "address": line.customer_email,
        "language": line.language,
        "salesperson": line.salesperson_email,
        "planned_on": line.delivery_planned_on.isoformat() if line.delivery_planned_on else "",
        "account": line.account,
    }


def _was_changed(stored: StoredDeal, form: FactsForm) -> bool:
    """Whether something that this form asks for was changed by somebody else since it was opened."""
    return any(
        form[f"was_{name}"].data not in {None, stands} and name not in _untouched(form)
        for name, stands in _as_typed(stored).items()
    )


def _untouched(form: FactsForm) -> set[str]:
    """The fields in which there stands what stood there when the form was opened: nobody asked to change these."""
    return {name for name in _EDITED if form[f"was_{name}"].data == request.form.get(name)}


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


def _wanted(stored: StoredDeal, form: FactsForm, wrong: dict[str, str]) -> DealChange:
    """What the form asks for. What cannot change any more is not asked for; what is wrong with a field goes into
    `wrong`.
    """
    form.validate()
    line, fixed, kept = stored.line, edit.fixed(settings(), stored), _untouched(form)
    for field in ("language", "planned_on", "account"):
        if form[field].errors:
            wrong[field] = deal_words.unusable(field)
    account = spelled(form.account.data or "")
    if unprintable(account):
        wrong["account"] = deal_words.unusable("account")
    keeps_address = fixed.address or "address" in kept
    keeps_seller = fixed.salesperson or "salesperson" in kept
    return DealChange(
        address=line.customer_email if keeps_address else _address(form.address.data or "", wrong),
        language=line.language if {"language"} & {*wrong, *kept} else form.language.data,
        salesperson=(not keeps_seller and form.salesperson.data) or line.salesperson_email,
        planned_on=line.delivery_planned_on if "planned_on" in kept else form.planned_on.data,
        account=line.account if "account" in kept else account,
    )


def _address(text: str, wrong: dict[str, str]) -> str:
    if text.strip() and not addresses.is_address(text):
        wrong["address"] = say("This is not an e-mail address. Write it like name@company.nl.")
    return addresses.known_as(text) if text.strip() else ""
