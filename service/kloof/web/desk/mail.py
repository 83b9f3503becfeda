"""Mail at the desk: how messages stand in words, and what the desk decides about them."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.exceptions import UnprocessableEntity
from wtforms import StringField
from wtforms.validators import AnyOf

from kloof.actions.mailing import bounces, outbox
from kloof.actions.mailing.outbox import Decision
from kloof.domain.access.audit_log import by
from kloof.domain.errors import NotFound, Reason
from kloof.domain.mailing.refused import MailRefused, RefusedBy
from kloof.domain.mailing.set_aside import WhyAside
from kloof.domain.states import MessageState
from kloof.storage.mailing.review import OutboxEntry
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words, say

blueprint = Blueprint("mail", __name__, url_prefix="/desk")

_MOST_DIGITS = 9  # PostgreSQL numbers rows in 32 bits


class DecisionForm(FlaskForm):
    """What is to become of one message."""

    decision = StringField(validators=[AnyOf([decision.value for decision in Decision])])


@blueprint.post("/mail/<number>")
def decide(number: str) -> ResponseReturnValue:
    """What the desk found out about a mail that failed, came back, or is held."""
    form = DecisionForm()
    if not form.validate():
        raise UnprocessableEntity
    outbox.resolve(
        settings(), [number_of(number)], Decision(form.decision.data or ""), now(), by(signed_in())
    )
    return redirect(url_for("desk.overview", _anchor="mail"), 303)


@blueprint.post("/aside/<number>")
def looked_at(number: str) -> ResponseReturnValue:
    """Somebody has looked at a mail that could not be read."""
    bounces.looked_at(settings(), number_of(number))
    return redirect(url_for("desk.overview", _anchor="mail"), 303)


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


def decisions(state: MessageState) -> list[tuple[str, str]]:
    """What can be decided about a message in this state, each with the words on its button."""
    again = (Decision.AGAIN.value, say("Send again"))
    if state is MessageState.HELD:
        return [(Decision.ARRIVED.value, say("It arrived")), again]
    return [again] if state in {MessageState.FAILED, MessageState.BOUNCED} else []


def what_to_do() -> dict[MessageState, str]:
    """What the desk does about a message, by its state."""
    return {
        MessageState.HELD: say("Look in the log of your mail server whether it arrived, and say so."),
        MessageState.FAILED: say(
            "Correct the address and load the deal again. Or send it again, if the address is right."
        ),
        MessageState.BOUNCED: say(
            "Correct the address and load the deal again; without one it becomes a letter. Or send it again, if the "
            "address works after all."
        ),
        MessageState.LETTER: say("Print it: kloof letters FILE.pdf"),
    }


def kind_of(entry: OutboxEntry) -> str:
    """What a message is, and about which survey if it is about one."""
    waves = {"sale": say("first survey"), "delivery": say("second survey")}
    kind = say(entry.kind.words)
    return f"{kind}, {waves[entry.wave]}" if entry.wave else kind


def states() -> dict[MessageState, str]:
    """The name of each state of a message."""
    return {
        MessageState.QUEUED: say("Waiting"),
        MessageState.LETTER: say("Letters to print"),
        MessageState.SENDING: say("On its way"),
        MessageState.SENT: say("Sent"),
        MessageState.FAILED: say("Failed"),
        MessageState.HELD: say("Held: decide"),
        MessageState.BOUNCED: say("Bounced"),
        MessageState.CANCELLED: say("Not needed any more"),
    }


def refused(one: MailRefused) -> str:
    """Who refuses our mail since when, and what to do."""
    since = in_words(one.since)
    if one.by is RefusedBy.OUR_SERVER:
        return say(
            "The mail server refuses us since {moment}, so no mail goes out. Nothing is lost: all of it waits. Ask "
            "whoever looks after the mail server. It said:",
            moment=since,
        )
    return say(
        "Mail servers of customers refuse us since {moment}. These customers are asked again. Show what they said to "
        "whoever looks after the mail server:",
        moment=since,
    )


def why_aside() -> dict[WhyAside, str]:
    """Why a mail was set aside."""
    return {
        WhyAside.TOO_LARGE: say("It is larger than any bounce."),
        WhyAside.TOO_DEEP: say("It has too many parts in one another."),
        WhyAside.UNREADABLE: say("It is damaged."),
        WhyAside.NOT_OURS: say("It is about no mail of ours."),
    }
