"""The form about one colleague, for adding and for changing, and what is wrong with it at its field."""

from typing import Any, Final, NamedTuple, cast

from flask_wtf import FlaskForm
from wtforms import EmailField, Field, RadioField, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from kloof.domain.access.people import Role
from kloof.domain.addresses import is_address
from kloof.domain.deals.cells import LONGEST
from kloof.domain.errors import Reason
from kloof.domain.spelling import spelled, unprintable
from kloof.domain.text import Language
from kloof.web.app.language import say

_ROLES: Final = [role.value for role in Role]
AT_FIELD: Final = {
    Reason.ADDRESS_IN_USE: "email",
    Reason.NOT_AN_ADDRESS: "email",
    Reason.ADDRESS_TOO_LONG: "email",
    Reason.ADDRESS_BEYOND_ASCII: "email",
    Reason.DESK_EMPTY: "roles",
    Reason.OWN_ACCOUNT: "roles",
}
"""Where a refusal of what the form says stands."""


class PersonFacts(NamedTuple):
    """What the form says of somebody."""

    name: str
    email: str
    roles: set[Role]
    team: str
    language: Language


def _one_spelling(value: Any) -> str:
    return spelled(str(value or ""))


def _is_an_address(_: FlaskForm, field: Field) -> None:
    if not is_address(field.data):
        raise ValidationError(say("Fill in an e-mail address, like name@company.nl."))


def _is_a_name(_: FlaskForm, field: Field) -> None:
    if not field.data:
        raise ValidationError(say("Fill in the name, as customers read it."))


def _fits(_: FlaskForm, field: Field) -> None:
    if len(field.data) > LONGEST or unprintable(field.data):
        raise ValidationError(say("Use at most {most} letters that can be printed.", most=LONGEST))


def _has_a_role(_: FlaskForm, field: Field) -> None:
    if not field.data:
        raise ValidationError(say("Choose at least one role."))


class PersonForm(FlaskForm):
    """What is known of somebody."""

    name = StringField(filters=[_one_spelling], validators=[_is_a_name, _fits])
    email = EmailField(filters=[lambda value: (value or "").strip()], validators=[_is_an_address])
    # The stubs still ask for the pairs that WTForms itself warns about.
    roles = SelectMultipleField(choices=_ROLES, validators=[_has_a_role])  # type: ignore[arg-type]
    team = StringField(filters=[_one_spelling], validators=[_fits])
    language = RadioField(choices=["nl", "en"], default="nl")  # type: ignore[list-item]


def facts(form: PersonForm) -> PersonFacts:
    """What a form that is right says."""
    return PersonFacts(
        str(form.name.data),
        str(form.email.data),
        {Role(value) for value in form.roles.data or ()},
        str(form.team.data),
        cast(Language, form.language.data),
    )


def roles() -> dict[Role, str]:
    """What each role is called."""
    return {
        Role.DESK: say("Desk"),
        Role.SALESPERSON: say("Salesperson"),
        Role.LEAD: say("Delivery lead"),
        Role.READER: say("Reader of the findings"),
    }


def what_roles_do() -> dict[Role, str]:
    """What each role is for, in a sentence."""
    return {
        Role.DESK: say("Loads deals, looks after mail and people, approves releases."),
        Role.SALESPERSON: say("Sees what their own customers say, and makes their calls."),
        Role.LEAD: say("Reads before the work starts what customers of their team were told."),
        Role.READER: say("Reads the findings, and nothing else."),
    }
