"""Webhooks at the desk: which there are, a new one, and what became of what one of them was told."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from kloof.actions.webhooks import endpoints
from kloof.domain.access.audit_log import Actor, by
from kloof.domain.errors import NotFound, Reason
from kloof.domain.spelling import spelled, unprintable
from kloof.domain.webhooks.endpoints import LONGEST_NAME, EndpointKind
from kloof.domain.webhooks.events import CHOSEN, EventKind
from kloof.domain.webhooks.reachable import url_fault
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words, say
from kloof.web.desk.words import webhooks as words

blueprint = Blueprint("webhooks", __name__, url_prefix="/desk/webhooks")

_MOST_DIGITS: Final = 9  # PostgreSQL numbers rows in 32 bits
_KINDS: Final = [kind.value for kind in EndpointKind]
_EVENTS: Final = [kind.value for kind in CHOSEN]
_ACTS: Final[Mapping[str, Callable[[int, datetime, Actor], object]]] = {
    "test": endpoints.send_ping,
    "pause": endpoints.pause,
    "resume": endpoints.resume,
    "remove": endpoints.remove,
}


def _is_a_name(_: FlaskForm, field: Field) -> None:
    if not field.data or len(field.data) > LONGEST_NAME or unprintable(field.data):
        raise ValidationError(say("Write what it is for, in at most {most} letters.", most=LONGEST_NAME))


def _is_an_address(_: FlaskForm, field: Field) -> None:
    rules = settings().webhooks
    if wrong := url_fault(field.data, plain=rules.http, allowed=rules.allowed_networks):
        raise ValidationError(words.fault(wrong))


def _is_of_something(_: FlaskForm, field: Field) -> None:
    if not field.data:
        raise ValidationError(say("Choose at least one."))


class WebhookForm(FlaskForm):
    """What a new endpoint is for, in which form it is told, where, and of what."""

    name = StringField(filters=[lambda value: spelled(value or "")], validators=[_is_a_name])
    # The stubs still ask for the pairs that WTForms itself warns about.
    kind = RadioField(choices=_KINDS, default=EndpointKind.STANDARD.value)  # type: ignore[arg-type]
    url = StringField(filters=[lambda value: (value or "").strip()], validators=[_is_an_address])
    events = SelectMultipleField(choices=_EVENTS, validators=[_is_of_something])  # type: ignore[arg-type]


class WebhookButton(FlaskForm):
    """One button."""


@blueprint.get("")
def overview() -> str:
    return _page(WebhookForm(formdata=None))


@blueprint.post("")
def add() -> ResponseReturnValue:
    form = WebhookForm()
    if not form.validate():
        return _page(form), 422
    made = endpoints.add(
        settings(),
        str(form.name.data),
        EndpointKind(form.kind.data),
        str(form.url.data),
        {EventKind(one) for one in form.events.data or ()},
        now(),
        by(signed_in()),
    )
    return _shown_once(made) if made.secret else redirect(url_for("webhooks.one", number=made.number), 303)


@blueprint.get("/<number>")
def one(number: str) -> str:
    found = endpoints.one(_number(number), now())
    return render_template(
        "desk/webhooks/one.html",
        hook=found,
        deliveries=endpoints.deliveries(found.id, now()),
        form=WebhookButton(formdata=None),
        words=words,
        at=in_words,
        done=words.done().get(request.args.get("done", "")),
    )


@blueprint.post("/<number>/<act>")
def act(number: str, act: str) -> ResponseReturnValue:
    if act == "rotate":
        return _shown_once(endpoints.rotate(settings(), _number(number), now(), by(signed_in())))
    if act not in _ACTS:
        raise NotFound(Reason.PAGE_UNKNOWN, "There is no such page.")
    if act == "remove" and request.form.get("confirmed") != "yes":
        hook = endpoints.one(_number(number), now())
        return render_template("desk/webhooks/remove.html", hook=hook, form=WebhookButton(formdata=None))
    _ACTS[act](_number(number), now(), by(signed_in()))
    if act == "remove":
        return redirect(url_for("webhooks.overview", done=act), 303)
    return redirect(url_for("webhooks.one", number=number, done=act), 303)


@blueprint.post("/<number>/deliveries/<delivery>/replay")
def replay(number: str, delivery: str) -> ResponseReturnValue:
    endpoints.replay(_number(number), _number(delivery), now(), by(signed_in()))
    return redirect(url_for("webhooks.one", number=number, done="replay"), 303)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise NotFound(Reason.WEBHOOK_ABSENT, "There is no such webhook.")
    return int(text)


def _shown_once(made: endpoints.EndpointMade) -> str:
    hook = endpoints.one(made.number, now())
    return render_template("desk/webhooks/made.html", made=made, hook=hook, at=in_words)


def _page(form: WebhookForm) -> str:
    return render_template(
        "desk/webhooks/overview.html",
        form=form,
        hooks=endpoints.listed(now()),
        words=words,
        at=in_words,
        done=words.done().get(request.args.get("done", "")),
    )
