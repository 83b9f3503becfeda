"""Tokens with which programs use the API: which there are, a new one, shown once, and the end of one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, Field, RadioField, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from kloof.actions.access import api_tokens
from kloof.domain.access.api_tokens import LONGEST_NAME, MOST_DAYS, USUAL_DAYS, Scope, TokenKind
from kloof.domain.access.audit_log import by
from kloof.domain.errors import NotFound, Reason
from kloof.domain.spelling import spelled, unprintable
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import say

blueprint = Blueprint("tokens", __name__, url_prefix="/desk/tokens")

_MOST_DIGITS: Final = 9  # PostgreSQL numbers rows in 32 bits
_KINDS: Final = [kind.value for kind in TokenKind]
_SCOPES: Final = [scope.value for scope in Scope]


def _is_a_name(_: FlaskForm, field: Field) -> None:
    if not field.data or len(field.data) > LONGEST_NAME or unprintable(field.data):
        raise ValidationError(say("Write what it is for, in at most {most} letters.", most=LONGEST_NAME))


def _is_for_something(_: FlaskForm, field: Field) -> None:
    if not field.data:
        raise ValidationError(say("Choose at least one."))


def _is_near(_: FlaskForm, field: Field) -> None:
    today = settings().today(now())
    if field.data is None or not today <= field.data <= today + timedelta(days=MOST_DAYS):
        raise ValidationError(say("Choose a day from today on, at most {days} days ahead.", days=MOST_DAYS))


class TokenForm(FlaskForm):
    """What a new token is for, what it may do, and until when."""

    name = StringField(filters=[lambda value: spelled(value or "")], validators=[_is_a_name])
    # The stubs still ask for the pairs that WTForms itself warns about.
    kind = RadioField(choices=_KINDS, default=TokenKind.READ.value)  # type: ignore[arg-type]
    scopes = SelectMultipleField(choices=_SCOPES, validators=[_is_for_something])  # type: ignore[arg-type]
    ends_on = DateField(validators=[_is_near])


class RevokingForm(FlaskForm):
    """One button."""


@blueprint.get("")
def overview() -> str:
    return _page(TokenForm(formdata=None, ends_on=settings().today(now()) + timedelta(days=USUAL_DAYS)))


@blueprint.post("")
def make() -> ResponseReturnValue:
    form = TokenForm()
    if not form.validate() or form.ends_on.data is None:
        return _page(form), 422
    scopes = {Scope(one) for one in form.scopes.data or ()}
    made = api_tokens.make(
        settings(), str(form.name.data), TokenKind(form.kind.data), scopes, signed_in(), form.ends_on.data, now(),
        by(signed_in()),
    )  # fmt: skip
    return render_template(
        "desk/tokens/made.html", made=made, name=form.name.data, api=settings().link("/api/v1")
    )


@blueprint.post("/<number>/revoke")
def revoke(number: str) -> ResponseReturnValue:
    if not number.isascii() or not number.isdigit() or len(number) > _MOST_DIGITS:
        raise NotFound(Reason.TOKEN_ABSENT, "There is no such token.")
    api_tokens.revoke(int(number), now(), by(signed_in()))
    return redirect(url_for("tokens.overview", done="revoked"), 303)


def _page(form: TokenForm) -> str:
    return render_template(
        "desk/tokens/overview.html",
        form=form,
        tokens=api_tokens.listed(),
        kinds=_kinds(),
        scopes=_scopes(),
        today=settings().today(now()),
        revoked=request.args.get("done") == "revoked",
        revoking=RevokingForm(formdata=None),
    )


def _kinds() -> Mapping[TokenKind, tuple[str, str]]:
    return {
        TokenKind.READ: (say("Read"), say("It looks things up, and changes nothing.")),
        TokenKind.WRITE: (say("Read and write"), say("It puts deals in, and changes what it is for.")),
        TokenKind.TEST: (say("Only try"), say("Everything it asks for is checked, and nothing is kept.")),
    }


def _scopes() -> Mapping[Scope, str]:
    return {
        Scope.DEALS: say("Deals"),
        Scope.ANSWERS: say("Answers that customers gave by name"),
        Scope.INVITATIONS: say("Mail about a deal"),
        Scope.CUSTOMERS: say("Customers: their data without answers, and erasure"),
        Scope.CALLS: say("Calls of whoever makes the token"),
        Scope.PEOPLE: say("Colleagues"),
        Scope.SURVEYS: say("Surveys"),
        Scope.CALIBRATION: say("What customers got, as published"),
        Scope.PLAN: say("When the next groups can be published"),
        Scope.HEALTH: say("How kloof and its mail are doing"),
    }
