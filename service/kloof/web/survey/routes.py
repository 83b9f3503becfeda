"""The form: GET shows and records nothing, POST keeps what a page brings."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kloof.actions.surveys import respond
from kloof.domain.errors import KloofError, Reason
from kloof.domain.surveys.answers import DOES_NOT_APPLY
from kloof.domain.surveys.responses import Changes, Questionnaire, amended, missing
from kloof.domain.text import LANGUAGES, Language
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import csrf
from kloof.web.app.language import asked_language, language, speak
from kloof.web.app.rate_limit import limited
from kloof.web.survey import forms, show
from kloof.web.survey.pages import Page, booklet

blueprint = Blueprint("survey", __name__, url_prefix="/s")
csrf.exempt(blueprint)

MOST_WRONG_LINKS = 60
PLAIN_FORM = "application/x-www-form-urlencoded"
FORM_TYPES = frozenset({PLAIN_FORM, "multipart/form-data"})


@errors.own_page(blueprint, Reason.LINK_CLOSED, Reason.STEP_IMPOSSIBLE)
def closed(_: KloofError) -> ResponseReturnValue:
    """Wrong, expired, cancelled and used links are one page. Only wrong ones count, so no customer is locked out."""
    if limited("survey-link", request.remote_addr, most=MOST_WRONG_LINKS):
        return errors.page(Reason.TOO_MANY_LINKS)
    return errors.page(Reason.LINK_CLOSED)


@blueprint.get("/<token>")
def form(token: str) -> ResponseReturnValue:
    questionnaire = opened(token)
    asked = request.args.get("page", "")
    if questionnaire.submitted and not (asked and respond.may_correct(questionnaire)):
        return redirect(url_for("survey.receipt", token=token, **asked_language()))
    preset = presets(questionnaire)
    return show.page(questionnaire, _page(questionnaire, asked, preset), preset=preset)


@blueprint.post("/<token>")
def save(token: str) -> ResponseReturnValue:
    questionnaire = opened(token)
    if request.mimetype not in FORM_TYPES or (request.mimetype != PLAIN_FORM and request.files):
        abort(415)
    speak(_known(request.form.get("action")) or _known(request.form.get("language")) or language())
    try:
        reading = forms.blank(questionnaire).read(request.form)
    except forms.UnknownFieldError:
        return errors.page(Reason.FORM_UNKNOWN)
    if reading.wrong:
        return _again(questionnaire, reading.wrong)
    return _save(questionnaire, reading)


def opened(token: str) -> Questionnaire:
    """What the link opens; from here on everything is said in its language. Raises NotFound."""
    questionnaire = respond.open_link(token, now())
    asked = request.args.get("language")
    speak(_known(asked) or questionnaire.response.language or questionnaire.language)
    return questionnaire


def _known(asked: str | None) -> Language | None:
    return asked if asked in LANGUAGES else None


def presets(questionnaire: Questionnaire) -> dict[str, str]:
    """Answers that the address brings along, chosen in the mail: shown as chosen, kept with the first save."""
    if not request.args:
        return {}
    points = {*map(str, questionnaire.survey.scale.points), DOES_NOT_APPLY}
    items = questionnaire.survey.items(questionnaire.wave)
    return {item: request.args[item] for item in items if request.args.get(item) in points}


def _page(questionnaire: Questionnaire, asked: str, preset: Mapping[str, str]) -> Page:
    book = booklet(questionnaire)
    if asked.isascii() and asked.isdigit():
        return book.page(int(asked[:3]))
    if preset:
        return book.page_of(next(iter(preset)))
    return book.first_open(questionnaire.response.answers)


def _save(questionnaire: Questionnaire, reading: forms.PostedForm) -> ResponseReturnValue:
    said, changes = reading.said, forms.changes(reading, language())
    preset = presets(questionnaire)
    if preset and _is_only(preset, questionnaire, changes):
        # A mail scanner that follows a link and presses its button has chosen nothing: the first own choice saves.
        return _onward(questionnaire, said, preset)
    submits = said.get("action") == "submit"
    correct = questionnaire.submitted and "page" in request.args
    after = respond.save(questionnaire, changes, now(), submit=submits, correct=correct, settings=settings())
    if submits and after.submitted:
        return redirect(show.receipt(), 303)
    if submits:
        needed = missing(after.survey, after.response)
        return _again(after, {field: show.needed(after, field) for field in needed})
    return _onward(after, said, {})


def _is_only(preset: Mapping[str, str], questionnaire: Questionnaire, changes: Changes) -> bool:
    own = {item: answer for item, answer in changes.answers.items() if preset.get(item) != str(answer)}
    said_more = any(
        promise.text or promise.outcome or promise.remark for promise in changes.promises.values()
    )
    return (
        not said_more
        and amended(questionnaire.response, replace(changes, answers=own)) == questionnaire.response
    )


def _onward(
    questionnaire: Questionnaire, said: Mapping[str, str], preset: Mapping[str, str]
) -> ResponseReturnValue:
    if show.is_script():
        return "", 204
    return redirect(show.leads_to(questionnaire, said, preset), 303)


def _again(questionnaire: Questionnaire, wrong: Mapping[str, str]) -> ResponseReturnValue:
    """The page once more, with what is wrong, and everything as it was typed."""
    if show.is_script():
        return jsonify(errors=wrong), 422
    book = booklet(questionnaire)
    typed = {name: value for name, value in request.form.items() if name not in forms.NOT_CONTENT}
    asked = request.form.get("page", "")
    known = asked.isascii() and asked.isdigit() and "page" not in wrong
    page = book.page(int(asked)) if known else book.page_of(next(iter(wrong)))
    return show.page(questionnaire, page, typed=typed, errors=wrong), 422


@errors.own_page(blueprint, Reason.SURVEY_CLOSED, Reason.ANSWERS_FIXED)
def closed_meanwhile(_: KloofError) -> ResponseReturnValue:
    """It was sent in another tab, or withdrawn: the receipt, or the closed page, says which."""
    if show.is_script():
        return jsonify(closed=True), 409
    return redirect(show.receipt(), 303)
