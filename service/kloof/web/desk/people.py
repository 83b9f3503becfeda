"""The people of the company: who can sign in and as what, who leaves, and their own data."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField
from wtforms.validators import InputRequired, Optional

from kloof.actions.access import people, staff_data
from kloof.actions.staff import leaving
from kloof.domain.access.audit_log import by
from kloof.domain.access.people import Colleague, Person, in_order
from kloof.domain.errors import KloofError, NotFound, Reason
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import say
from kloof.web.desk.person_form import AT_FIELD, PersonForm, facts, roles, what_roles_do
from kloof.web.taken import taken

blueprint = Blueprint("people", __name__, url_prefix="/desk/people")

TO_DESK: Final = ""
_MOST_DIGITS = 9  # PostgreSQL numbers rows in 32 bits


class LeavingForm(FlaskForm):
    """On which day somebody leaves, and who takes over: a number, or the desk."""

    on = DateField(validators=[Optional()])
    successor = SelectField(default=TO_DESK)


class PressForm(FlaskForm):
    """One button."""


class ErasingForm(FlaskForm):
    """Only with a tick: there is no way back."""

    sure = BooleanField(validators=[InputRequired()])


@blueprint.get("")
def overview() -> str:
    everybody = people.listed()
    return render_template(
        "desk/people/overview.html",
        people=everybody,
        me=signed_in().id,
        roles=roles(),
        done=_done(),
        day=settings().today,
    )


@blueprint.get("/add")
def ask() -> str:
    return _form_page("desk/people/add.html", PersonForm())


@blueprint.post("/add")
def add() -> ResponseReturnValue:
    form = PersonForm()
    if not form.validate():
        return _form_page("desk/people/add.html", form), 422
    told = facts(form)
    people.add(
        told.email, told.name, told.roles, told.team, now(), by(signed_in()), language=told.language, only_new=True
    )  # fmt: skip
    return redirect(url_for("people.overview", done="added"), 303)


@blueprint.get("/<number>")
def person(number: str) -> str:
    found = _find(number)
    known = found.person
    stands = {"name": known.name, "email": known.email, "team": known.team, "language": known.language}
    form = PersonForm(formdata=None, roles=in_order(known.roles), **stands)
    return _form_page("desk/people/person.html", form, found=found)


@blueprint.post("/<number>")
def change(number: str) -> ResponseReturnValue:
    found, form = _here(number), PersonForm()
    if not form.validate():
        return _form_page("desk/people/person.html", form, found=found), 422
    told = facts(form)
    people.change(
        found.person.email, now(), by(signed_in()), name=told.name, roles=told.roles, team=told.team,
        language=told.language, new_email=told.email,
    )  # fmt: skip
    return redirect(url_for("people.overview", done="changed"), 303)


@blueprint.get("/<number>/leave")
def ask_leaving(number: str) -> str:
    return _leaving_page(_here(number), LeavingForm(formdata=None, on=settings().today(now())))


@blueprint.post("/<number>/leave")
def leave(number: str) -> ResponseReturnValue:
    found, form = _here(number), LeavingForm()
    heirs = {str(one.id): one for one in _heirs(found.person)}
    form.successor.choices = [TO_DESK, *heirs]  # type: ignore[list-item]
    if not form.validate():
        return _leaving_page(found, form), 422
    heir = heirs.get(form.successor.data or TO_DESK)
    email, who = found.person.email, by(signed_in())
    left = leaving.leave(
        settings(), email, now(), who, on=form.on.data, successor=heir.email if heir else None
    )
    return redirect(url_for("people.overview", done="left" if left.done else "leaves"), 303)


@blueprint.post("/<number>/stay")
def stay(number: str) -> ResponseReturnValue:
    """Somebody who was to leave stays."""
    leaving.stay(_here(number).person.email, now(), by(signed_in()))
    return redirect(url_for("people.overview", done="stays"), 303)


@blueprint.get("/<number>/data")
def data(number: str) -> str:
    return _data_page(_find(number), ErasingForm(formdata=None))


@blueprint.post("/<number>/export")
def export(number: str) -> ResponseReturnValue:
    """Everything that is kept about somebody, as a file; by POST, since it is noted."""
    kept = staff_data.export(_find(number).person.email, now(), by(signed_in()))
    return taken(kept, f"colleague-{int(number)}", lambda: staff_data.as_pdf(settings(), kept, now()))


@blueprint.post("/<number>/erase")
def erase(number: str) -> ResponseReturnValue:
    found, form = _find(number), ErasingForm()
    if not form.validate():
        return _data_page(found, form), 422
    staff_data.erase(settings(), found.person.email, now(), by(signed_in()))
    return redirect(url_for("people.overview", done="erased"), 303)


@errors.own_page(blueprint, *AT_FIELD)
def at_its_field(refusal: KloofError) -> ResponseReturnValue:
    """The form once more, with what was typed and what was refused at its field."""
    if request.endpoint not in {"people.add", "people.change"}:
        return errors.page(refusal.reason, facts=refusal.facts)
    form, more = PersonForm(), dict[str, object]()
    form.validate()
    form[AT_FIELD[refusal.reason]].errors = [errors.worded(refusal)]
    if request.endpoint == "people.change":
        more["found"] = _here(str((request.view_args or {})["number"]))
    return _form_page(f"desk/people/{'person' if more else 'add'}.html", form, **more), 422


def _form_page(template: str, form: PersonForm, **more: object) -> str:
    oidc = settings().oidc
    return render_template(
        template,
        form=form,
        roles=roles(),
        told=what_roles_do(),
        teams=settings().deals.teams,
        by_provider={"roles": oidc.is_on, "team": oidc.is_on and bool(oidc.team_claim)},
        **more,
    )


def _leaving_page(found: Colleague, form: LeavingForm) -> str:
    everybody = people.listed()
    return render_template(
        "desk/people/leave.html",
        found=found,
        form=form,
        press=PressForm(),
        outlook=leaving.outlook(found.person),
        heirs=_heirs(found.person, everybody),
        names={one.person.id: one.person.name for one in everybody},
    )


def _data_page(found: Colleague, form: ErasingForm) -> str:
    return render_template("desk/people/data.html", found=found, form=form, press=PressForm())


def _heirs(leaver: Person, everybody: list[Colleague] | None = None) -> list[Person]:
    """Who can take over: every other salesperson who works here and stays."""
    stays = (one.person for one in everybody or people.listed() if one.works_here and one.leaves_on is None)
    return [person for person in stays if person.is_salesperson and person.id != leaver.id]


def _find(number: str) -> Colleague:
    if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
        raise NotFound(Reason.PERSON_UNKNOWN, "Nobody here has this number.")
    found = people.find(int(number))
    if found.is_erased:
        raise NotFound(Reason.PERSON_UNKNOWN, "Who this was is not known any more.")
    return found


def _here(number: str) -> Colleague:
    found = _find(number)
    if not found.works_here:
        raise NotFound(Reason.PERSON_UNKNOWN, "They have left already.")
    return found


def _done() -> str:
    """What was done a moment ago, in words."""
    said: dict[str, str] = {
        "added": say("They are added, and can sign in with their address."),
        "changed": say("It is saved."),
        "left": say("They have left: they are signed out everywhere, and their open work is handed over."),
        "leaves": say("The day is noted. Until then nothing changes."),
        "stays": say("They stay. Nothing was handed over."),
        "erased": say("Name and address are erased."),
    }
    return said.get(request.args.get("done", ""), "")
