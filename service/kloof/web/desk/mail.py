"""Mail at the desk: what waits and why, one mail's life, and what the desk decides about it."""

from datetime import datetime
from io import BytesIO

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.exceptions import UnprocessableEntity
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Length, ValidationError

from kloof.actions.mailing import at_desk, bounces, letters, outbox, pause, trial
from kloof.actions.mailing.outbox import Decision
from kloof.domain.access.audit_log import by
from kloof.domain.addresses import MOST, is_address, known_as
from kloof.domain.errors import NotFound, Reason
from kloof.domain.states import MessageState
from kloof.storage.mailing import review
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words, say
from kloof.web.desk.words import mail as mail_words

blueprint = Blueprint("mail", __name__, url_prefix="/desk")

_MOST_DIGITS = 9  # PostgreSQL numbers rows in 32 bits


class DecisionForm(FlaskForm):
    """What is to become of one message."""

    decision = StringField(validators=[AnyOf([decision.value for decision in Decision])])


class AddressForm(FlaskForm):
    """An address to send a test mail to, or to ask about."""

    address = StringField(validators=[InputRequired(), Length(max=2 * MOST)])

    def validate_address(self, field: StringField) -> None:
        if not is_address(known_as(field.data or "")):
            raise ValidationError

    @property
    def typed(self) -> str:
        return str(self.address.data)

    @property
    def fault(self) -> str:
        return say("Fill in an e-mail address.")


@blueprint.get("/mail")
def overview() -> ResponseReturnValue:
    asked = request.args.get("state", "")
    if asked and asked not in {state.value for state in review.PASSING}:
        raise NotFound(Reason.PAGE_UNKNOWN, "There is no such list of mail.", remedy="Go back.")
    return _page(MessageState(asked) if asked else None)


@blueprint.get("/mail/<number>")
def one(number: str) -> str:
    """The life of one mail."""
    return render_template(
        "desk/mail/one.html",
        mail=at_desk.life(number_of(number)),
        words=mail_words,
        form=FlaskForm(),
        at=in_words,
    )


@blueprint.post("/mail/<number>")
def decide(number: str) -> ResponseReturnValue:
    """What the desk found out about a mail that failed, came back, or is held."""
    form = DecisionForm()
    if not form.validate():
        raise UnprocessableEntity
    outbox.resolve(
        settings(), [number_of(number)], Decision(form.decision.data or ""), now(), by(signed_in())
    )
    return _back()


@blueprint.post("/aside/<number>")
def looked_at(number: str) -> ResponseReturnValue:
    """Somebody has looked at a mail that could not be read."""
    bounces.looked_at(settings(), number_of(number))
    return redirect(url_for("mail.overview", _anchor="aside"), 303)


@blueprint.post("/mail/pause")
def pause_sending() -> ResponseReturnValue:
    """Keep mail to customers back."""
    pause.pause(now(), by(signed_in()))
    return redirect(url_for("mail.overview"), 303)


@blueprint.post("/mail/resume")
def resume() -> ResponseReturnValue:
    """Let mail go out again."""
    pause.resume(now(), by(signed_in()))
    return _back()


@blueprint.post("/mail/letters")
def print_letters() -> ResponseReturnValue:
    """The letters that are due, as one PDF."""
    pdf, pile = letters.pdf_of_new(settings(), now(), by(signed_in()))
    if not pdf:
        return _page(None, unprintable=tuple(map(str, pile.unprintable)), nothing_to_print=True), 409
    return _as_download(pdf)


@blueprint.post("/mail/letters/again")
def print_again() -> ResponseReturnValue:
    """A pile of letters once more: the file may have been lost before it was printed, or its codes open nothing."""
    if request.form.get("pile") == "without-code":
        return _as_download(letters.pdf_of_those_without_code(settings(), now(), by(signed_in())))
    return _as_download(letters.pdf_of_pile(settings(), _printed_at(), now(), by(signed_in())))


@blueprint.post("/mail/test")
def test() -> ResponseReturnValue:
    """Send a test mail, and say step by step how it went."""
    form = AddressForm()
    if not form.validate():
        return _page(None, wrong={"test": form.fault}), 422
    proofs = trial.from_desk(settings(), form.typed, now(), by(signed_in()))
    return _page(None, proofs=proofs, tested=form.typed)


@blueprint.post("/mail/opted-out")
def opted_out() -> ResponseReturnValue:
    """Whether an address gets mail. It is asked by POST, so that no address stands in a log."""
    form = AddressForm()
    if not form.validate():
        return _page(None, wrong={"asked": form.fault}), 422
    return _page(None, asked=form.typed, reason=at_desk.opted_out(settings(), form.typed) or "none")


def number_of(text: str) -> int:
    """The number in an address; raises NotFound where no message can have it."""
    if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
        return int(text)
    raise NotFound(
        Reason.MESSAGE_UNKNOWN,
        "There is no message with this number.",
        remedy="kloof outbox list shows their numbers.",
        number=text[:_MOST_DIGITS],
    )


def _printed_at() -> datetime:
    """Which pile is meant; raises NotFound where that is no moment."""
    try:
        return datetime.fromisoformat(request.form.get("pile", ""))
    except ValueError:
        raise NotFound(
            Reason.PILE_UNKNOWN,
            "There is no such pile of letters.",
            remedy="Choose one of the list.",
        ) from None


def _page(state: MessageState | None, **told: object) -> str:
    return render_template(
        "desk/mail/overview.html",
        view=at_desk.overview(settings(), now(), state),
        words=mail_words,
        form=FlaskForm(),
        at=in_words,
        **{"wrong": {}, "proofs": (), "asked": "", "unprintable": ()} | told,
    )


def _back() -> ResponseReturnValue:
    page = "mail.overview" if request.form.get("back") == "mail" else "desk.overview"
    return redirect(url_for(page), 303)


def _as_download(pdf: bytes) -> ResponseReturnValue:
    letters_of = say("letters")
    name = f"{letters_of}-{settings().today(now()).isoformat()}.pdf"
    return send_file(BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=name)
