"""What the company does about its findings, for the desk: the list with what changed since, and the form."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kloof.actions.jobs import queue
from kloof.actions.releases import company_actions
from kloof.actions.releases.company_actions import ActionChoices
from kloof.domain.access.audit_log import by
from kloof.domain.deals.cells import LONGEST
from kloof.domain.errors import KloofError, NotFound, Reason
from kloof.domain.findings.company_actions import CompanyAction, CompanyGroup
from kloof.domain.jobs.jobs import JobKind
from kloof.domain.releases.document import Level
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import language, say
from kloof.web.desk.words import actions as words

blueprint = Blueprint("actions", __name__, url_prefix="/desk/actions")

MOST_WORDS: Final = 2000
_MOST_DIGITS = 9  # PostgreSQL numbers rows in 32 bits
_AT_FIELD: Final = {
    Reason.ACTION_UNTITLED: "title",
    Reason.ACTION_ENDS_EARLY: "ended_on",
    Reason.GROUP_UNPUBLISHED: "group",
}


class ActionForm(FlaskForm):
    """What is done, about what, for whom, by whom and since when."""

    title = StringField(validators=[Length(max=LONGEST)])
    what = TextAreaField(validators=[Length(max=MOST_WORDS)])
    about = SelectField(validators=[InputRequired()])
    group = SelectField(validators=[InputRequired()])
    owner = StringField(validators=[Length(max=LONGEST)])
    started_on = DateField(validators=[InputRequired()])
    ended_on = DateField(validators=[Optional()])


@blueprint.get("")
def overview() -> str:
    return render_template(
        "desk/actions/overview.html",
        outcomes=company_actions.listed(settings()),
        may_add=bool(company_actions.choices(settings()).surveys),
        building=queue.latest(JobKind.BUILD).get(JobKind.BUILD),
        done=words.done(request.args.get("done", "")),
        words=words,
        language=language(),
    )


@blueprint.get("/add")
def ask() -> str:
    form = ActionForm(formdata=None, started_on=settings().today(now()))
    return _page(form, None)


@blueprint.post("/add")
def add() -> ResponseReturnValue:
    form, offered = ActionForm(), company_actions.choices(settings())
    _offer(form, offered)
    if not form.validate():
        return _page(form, None), 422
    company_actions.add(settings(), _told(form, 0), now(), by(signed_in()))
    return _shown("added")


@blueprint.get("/<number>")
def action(number: str) -> str:
    found = _find(number)
    facts = found.model_dump(include={"title", "what", "owner", "started_on", "ended_on"})
    about, group = json.dumps([found.survey, found.aspect]), _value(found.group)
    return _page(ActionForm(formdata=None, about=about, group=group, **facts), found)


@blueprint.post("/<number>")
def change(number: str) -> ResponseReturnValue:
    found, form = _find(number), ActionForm()
    _offer(form, company_actions.choices(settings()), found)
    if not form.validate():
        return _page(form, found), 422
    company_actions.change(settings(), _told(form, found.id), now(), by(signed_in()))
    return _shown("changed")


@blueprint.post("/<number>/end")
def end(number: str) -> ResponseReturnValue:
    """It is over: today, from the list; another day goes by the form."""
    company_actions.end(_find(number).id, settings().today(now()), now(), by(signed_in()))
    return _shown("ended")


@blueprint.post("/<number>/remove")
def remove(number: str) -> ResponseReturnValue:
    company_actions.remove(_find(number).id, now(), by(signed_in()))
    return _shown("removed")


@errors.own_page(blueprint, *_AT_FIELD)
def at_its_field(refusal: KloofError) -> ResponseReturnValue:
    """The form once more, with what was typed and what was refused at its field."""
    if request.endpoint not in {"actions.add", "actions.change"}:
        return errors.page(refusal.reason, facts=refusal.facts)
    number = (request.view_args or {}).get("number")
    found, form = _find(str(number)) if number is not None else None, ActionForm()
    _offer(form, company_actions.choices(settings()), found)
    form.validate()
    g.refused = {_AT_FIELD[refusal.reason]: errors.worded(refusal)}
    return _page(form, found), 422


def _shown(done: str) -> ResponseReturnValue:
    """Back to the list; the worker brings the site up to date."""
    queue.ask(JobKind.BUILD, by(signed_in()), now())
    return redirect(url_for("actions.overview", done=done), 303)


def _page(form: ActionForm, found: CompanyAction | None) -> str:
    offered = company_actions.choices(settings())
    _offer(form, offered, found)
    return render_template(
        "desk/actions/form.html",
        form=form,
        found=found,
        wrong=_wrong(form),
        abouts=_abouts(offered, found),
        groups=_groups(offered, found),
    )


def _wrong(form: ActionForm) -> Mapping[str, str]:
    """What is wrong, in our words, by its field; what was refused has its words already."""
    ours = {
        "title": say("Use at most {most} letters.", most=LONGEST),
        "what": say("Use at most {most} letters.", most=MOST_WORDS),
        "owner": say("Use at most {most} letters.", most=LONGEST),
        "about": say("Choose what it is about."),
        "group": say("Choose for whom it is."),
        "started_on": say("Fill in a day, such as 31-3-2026."),
        "ended_on": say("Fill in a day, such as 31-3-2026, or leave it empty."),
    }
    return {name: words for name, words in ours.items() if form[name].errors} | _refused()


def _refused() -> dict[str, str]:
    words: dict[str, str] = g.get("refused", {})
    return words


def _offer(form: ActionForm, offered: ActionChoices, found: CompanyAction | None = None) -> None:
    form.about.choices = [(value, "") for _, values in _abouts(offered, found) for value, _ in values]
    form.group.choices = [(value, "") for value, _ in _groups(offered, found)]


def _abouts(offered: ActionChoices, found: CompanyAction | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each survey by its title, with its aspects."""
    told = [
        (
            survey.title[language()],
            [(json.dumps([survey.id, one.id]), one.name[language()]) for one in survey.aspects],
        )
        for survey in offered.surveys
    ]
    stands = found and json.dumps([found.survey, found.aspect])
    if found and stands and stands not in {value for _, values in told for value, _ in values}:
        told.append((found.survey, [(stands, found.aspect)]))
    return told


def _groups(offered: ActionChoices, found: CompanyAction | None) -> list[tuple[str, str]]:
    groups = list(offered.groups)
    if found and found.group not in groups:
        groups.append(found.group)
    return [(_value(group), words.group(group)) for group in groups]


def _value(group: CompanyGroup) -> str:
    return json.dumps([group.level.value, group.product, group.region, group.team])


def _told(form: ActionForm, number: int) -> CompanyAction:
    facts: Any = form.data
    survey, aspect = json.loads(facts["about"])
    level, product, region, team = json.loads(facts["group"])
    return CompanyAction(
        id=number,
        survey=survey,
        aspect=aspect,
        group=CompanyGroup(level=Level(level), product=product, region=region, team=team),
        title=facts["title"] or "",
        what=facts["what"] or "",
        owner=facts["owner"] or "",
        started_on=facts["started_on"],
        ended_on=facts["ended_on"],
    )


def _find(number: str) -> CompanyAction:
    if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
        raise NotFound(Reason.ACTION_UNKNOWN, "No action has this number.")
    return company_actions.find(int(number))
