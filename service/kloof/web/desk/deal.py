"""The page of one deal: its facts, what happened to it, and everything that the desk can do about it."""

from typing import Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, StringField
from wtforms.validators import InputRequired

from kloof.actions import person_data
from kloof.actions.deals import by_hand, desk_view, edit
from kloof.actions.surveys import pass_on
from kloof.domain.access.audit_log import by
from kloof.domain.spelling import spelled
from kloof.domain.surveys.definition import Wave
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words, say
from kloof.web.desk.deals import DeliveredForm
from kloof.web.desk.deals import blueprint as blueprint
from kloof.web.desk.mail import number_of
from kloof.web.desk.words import deals as deal_words
from kloof.web.taken import taken

MOST_IN_NAME: Final = 200
_WAVES: Final = [wave.value for wave in Wave]
_DONE: Final = (
    "changed",
    "delivered",
    "cancelled",
    "stopped",
    "resumed",
    "again",
    "handed",
    "taken_back",
    "nothing",
)


class CancelledForm(FlaskForm):
    """The day on which a deal was called off."""

    cancelled_on = DateField(validators=[InputRequired()])


class WaveForm(FlaskForm):
    """Which survey is asked no more, goes on after all, or comes back to the customer who passed it on."""

    wave = RadioField(choices=_WAVES, validators=[InputRequired()])  # type: ignore[arg-type]


class AgainForm(FlaskForm):
    """Which mail goes again."""

    number = StringField(validators=[InputRequired()])


class SuccessorForm(FlaskForm):
    """Who looks after a deal from now on, by their address. `of`: who did when the page was opened, by name."""

    successor = StringField(validators=[InputRequired()])
    of = StringField()


class ErasureForm(FlaskForm):
    """The number of the deal, typed by who is sure."""

    number = StringField()


@blueprint.get("/deal/<deal:deal_id>")
def deal(deal_id: str) -> str:
    return page(deal_id)


@blueprint.post("/deal-delivered/<deal:deal_id>")
def deliver(deal_id: str) -> ResponseReturnValue:
    form = DeliveredForm()
    if not form.validate() or form.delivered_on.data is None:
        return page(deal_id, {"delivered_on": say("Fill in a day.")}), 422
    edit.known(deal_id)
    result = by_hand.deliver(settings(), [deal_id], form.delivered_on.data, now(), by(signed_in()))
    return _after(deal_id, result, "delivered", "delivered_on")


@blueprint.post("/deal-cancelled/<deal:deal_id>")
def cancel(deal_id: str) -> ResponseReturnValue:
    form = CancelledForm()
    if not form.validate() or form.cancelled_on.data is None:
        return page(deal_id, {"cancelled_on": say("Fill in a day.")}), 422
    result = by_hand.cancel(settings(), deal_id, form.cancelled_on.data, now(), by(signed_in()))
    return _after(deal_id, result, "cancelled", "cancelled_on")


@blueprint.post("/deal-stopped/<deal:deal_id>")
def stop(deal_id: str) -> ResponseReturnValue:
    """Ask no more about one survey of this deal."""
    form = WaveForm()
    if not form.validate():
        return page(deal_id, {"stop": say("Choose a survey.")}), 422
    by_hand.stop_survey(deal_id, Wave(form.wave.data), now(), by(signed_in()))
    return back(deal_id, "stopped")


@blueprint.post("/deal-resumed/<deal:deal_id>")
def resume(deal_id: str) -> ResponseReturnValue:
    """A survey of this deal was stopped by mistake."""
    form = WaveForm()
    if not form.validate():
        return page(deal_id), 422
    by_hand.resume_survey(settings(), deal_id, Wave(form.wave.data), now(), by(signed_in()))
    return back(deal_id, "resumed")


@blueprint.post("/deal-mail/<deal:deal_id>")
def send_again(deal_id: str) -> ResponseReturnValue:
    form = AgainForm()
    if not form.validate():
        return page(deal_id), 422
    by_hand.send_again(settings(), deal_id, number_of(form.number.data or ""), now(), by(signed_in()))
    return back(deal_id, "again")


@blueprint.post("/deal-taken-back/<deal:deal_id>")
def ask_customer_again(deal_id: str) -> ResponseReturnValue:
    """A survey that was passed on comes back to the customer of the deal."""
    form = WaveForm()
    if not form.validate():
        return page(deal_id), 422
    pass_on.take_back(settings(), deal_id, Wave(form.wave.data), now(), by(signed_in()))
    return back(deal_id, "taken_back")


@blueprint.post("/deal-successor/<deal:deal_id>")
def hand_over(deal_id: str) -> ResponseReturnValue:
    """Another salesperson looks after this deal from now on."""
    form = SuccessorForm()
    if not form.validate():
        return page(deal_id, {"successor": say("Choose a salesperson who works here.")}), 422
    view = desk_view.deal(settings(), deal_id, now())
    if form.of.data not in {None, view.looked_after_by}:
        told = say(
            "Somebody handed this deal over in the meantime: {name} looks after it now. Choose again.",
            name=view.looked_after_by,
        )
        return page(deal_id, {"successor": told}), 422
    by_hand.hand_over(settings(), deal_id, form.successor.data or "", now(), by(signed_in()))
    return back(deal_id, "handed")


@blueprint.post("/deal-export/<deal:deal_id>")
def export(deal_id: str) -> ResponseReturnValue:
    """Everything that is kept about the customer, as a file; that it was taken stands in it, and in the log."""
    kept = person_data.export_of_deal(settings(), deal_id, now(), by(signed_in()))
    return taken(kept, "kloof-customer", lambda: person_data.as_pdf(settings(), kept, now()))


@blueprint.get("/deal-erasure/<deal:deal_id>")
def ask_erasure(deal_id: str) -> str:
    return _erasure_page(deal_id, ErasureForm())


@blueprint.post("/deal-erasure/<deal:deal_id>")
def erase(deal_id: str) -> ResponseReturnValue:
    """Erase the customer with all their deals, once the number of this one was typed."""
    form = ErasureForm()
    edit.known(deal_id)
    if not form.validate() or spelled(form.number.data or "") != deal_id:
        return _erasure_page(deal_id, form, say("Type the number of the deal exactly as it is here.")), 422
    gone = person_data.erase_of_deal(settings(), deal_id, now(), by(signed_in()))
    return render_template("desk/deals/erased.html", deal_id=deal_id, gone=gone)


def page(deal_id: str, wrong: dict[str, str] | None = None) -> str:
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
        return page(deal_id, {field: deal_words.why(result.refused[0][1])}), 422
    return back(deal_id, done if result.done else "nothing")


def back(deal_id: str, done: str) -> ResponseReturnValue:
    return redirect(url_for("deals.deal", deal_id=deal_id, done=done), 303)


def _erasure_page(deal_id: str, form: ErasureForm, wrong: str = "") -> str:
    return render_template(
        "desk/deals/erase.html",
        view=desk_view.deal(settings(), deal_id, now()),
        form=form,
        wrong=wrong,
    )
