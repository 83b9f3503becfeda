"""Both forms as a customer will see them, walked through without a customer: nothing is stored, or even opened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kloof.actions.clock import wall_clock
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings
from kloof.domain.errors import KloofError, NotFound, Reason
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Promise, Questionnaire, Response
from kloof.domain.text import LANGUAGES
from kloof.web import home
from kloof.web.app import assets, errors, security
from kloof.web.app import language as languages
from kloof.web.app.context import now, settings
from kloof.web.app.guard import csrf
from kloof.web.app.language import language, say, speak
from kloof.web.survey import show
from kloof.web.survey.pages import booklet

blueprint = Blueprint("preview", __name__, url_prefix="/preview")
# Its forms are those of customers, who have no cookie; and nothing is done with what they post.
csrf.exempt(blueprint)


def alone(settings: Settings, survey: Survey) -> Flask:
    """An application that shows the preview of this survey and nothing else; it needs no database."""
    app = Flask("kloof.web", static_folder=None)
    app.extensions["kloof.settings"] = settings
    app.extensions["kloof.clock"] = wall_clock
    app.extensions["kloof.previewed"] = {survey.id: survey}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for room in (security, languages, assets, errors):
        room.init_app(app)
    app.register_blueprint(blueprint)
    app.add_url_rule("/accessibility", "home.accessibility", home.accessibility)
    return app


@blueprint.get("")
def overview() -> str:
    return _overview(_surveys().values())


@errors.own_page(blueprint, Reason.SURVEYS_UNUSABLE)
def unusable(refusal: KloofError) -> ResponseReturnValue:
    """Every problem of every file, for the person who can mend it."""
    return _overview((), refusal.what.splitlines())


@blueprint.get("/<survey>/<wave>")
def page(survey: str, wave: str) -> str:
    questionnaire = _questionnaire(survey, wave, now())
    return _shown(questionnaire, request.args.get("page", ""), keep=True)


def draft(survey: Survey, wave: Wave, number: str, now: datetime) -> str:
    """A page of a form that is still being written, as a customer would see it."""
    return _shown(_made_up(survey, wave, now), number, keep=False)


def pages(survey: Survey, wave: Wave, now: datetime) -> int:
    """How many pages this form has."""
    return len(booklet(_made_up(survey, wave, now)))


def _shown(questionnaire: Questionnaire, number: str, *, keep: bool) -> str:
    shown = booklet(questionnaire).page(int(number[:3]) if number.isascii() and number.isdigit() else 1)
    if not shown.items:
        questionnaire = _rated(questionnaire)
    return show.page(questionnaire, shown, promises=_promises, keep=keep)


@blueprint.post("/<survey>/<wave>")
def onward(survey: str, wave: str) -> ResponseReturnValue:
    """Go where the button leads, and forget what was filled in."""
    questionnaire = _questionnaire(survey, wave, now())
    if show.is_script():
        return "", 204
    action = request.form.get("action", "save")
    for spoken in (request.form.get("language"), action):
        if spoken in LANGUAGES:
            speak(spoken)
    if action == "submit":
        return redirect(url_for("preview.overview"), 303)
    return redirect(show.leads_to(questionnaire, request.form), 303)


def _overview(surveys: Iterable[Survey], problems: Sequence[str] = ()) -> str:
    return render_template(
        "preview.html", surveys=surveys, problems=problems, waves=Wave, languages=LANGUAGES
    )


def _surveys() -> Mapping[str, Survey]:
    alone: dict[str, Survey] | None = current_app.extensions.get("kloof.previewed")
    return alone or load_surveys(settings().surveys_folder)


def _questionnaire(survey: str, wave: str, now: datetime) -> Questionnaire:
    found = _surveys().get(survey)
    if found is None or wave not in set(Wave):
        raise NotFound(Reason.SURVEY_NOT_HERE, "There is no such survey.")
    return _made_up(found, Wave(wave), now)


def _made_up(found: Survey, wave: Wave, now: datetime) -> Questionnaire:
    """What a customer's link would open, with made-up facts. At delivery they answered at sale, all near the top."""
    before = {aspect.id: found.scale.high - 1 for aspect in found.aspects}
    return Questionnaire(
        invitation=0,
        deal=0,
        wave=wave,
        state=InvitationState.INVITED,
        expires_at=now + timedelta(days=found.timing.open_for_days),
        survey=found,
        product=found.title[language()],
        sold_on=now.date(),
        seller=say("Your salesperson"),
        language=settings().company.language,
        at_sale=None if wave is Wave.SALE else before,
    )


def _rated(questionnaire: Questionnaire) -> Questionnaire:
    """The same, of a customer who has answered every question before this page, all in the middle."""
    survey = questionnaire.survey
    middle = survey.scale.points[len(survey.scale.points) // 2]
    answers = dict.fromkeys(survey.items(questionnaire.wave), middle)
    return replace(questionnaire, response=Response(answers=answers))


def _promises(questionnaire: Questionnaire) -> tuple[Promise, ...]:
    words = say("What the customer wrote down at sale is shown here.")
    return () if questionnaire.wave is Wave.SALE else (Promise(0, words),)
