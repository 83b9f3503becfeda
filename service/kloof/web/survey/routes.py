"""The form: GET shows and records nothing, POST keeps what a page brings."""

from collections.abc import Mapping

from flask import Blueprint, abort, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from kloof.actions.staff.fair_play import note_network
from kloof.actions.staff.open_calls import policy as call_policy
from kloof.actions.surveys import respond
from kloof.domain.errors import KloofError, Reason
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import (
    Changes,
    Questionnaire,
    Response,
    amended,
    amended_promises,
    missing,
)
from kloof.domain.text import LANGUAGES, Language
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import csrf
from kloof.web.app.language import language, speak, speak_as_asked
from kloof.web.survey import forms, show, words
from kloof.web.survey.closed_links import OVER, closed, over
from kloof.web.survey.pages import Page, booklet
from kloof.web.survey.presets import FROM_MAIL, NOTHING, Presets, is_only_offered, presets

blueprint = Blueprint("survey", __name__, url_prefix="/s")
csrf.exempt(blueprint)

PLAIN_FORM = "application/x-www-form-urlencoded"
FORM_TYPES = frozenset({PLAIN_FORM, "multipart/form-data"})


errors.own_page(blueprint, Reason.LINK_CLOSED, Reason.STEP_IMPOSSIBLE)(closed)
errors.own_page(blueprint, *OVER)(over)


@blueprint.get("/<token>")
def form(token: str) -> ResponseReturnValue:
    questionnaire = opened(token)
    asked, found = request.args.get("page", ""), presets(questionnaire)
    if questionnaire.submitted and not (asked and respond.may_correct(questionnaire)):
        return redirect(show.receipt(questionnaire, late=bool(found.waiting or found.overtaken)))
    shown = _page(questionnaire, asked, found)
    # Each page has an address of its own, the first one too: so a browser's Back goes back.
    return show.page(questionnaire, shown, found=found) if asked else redirect(show.here_at(shown.number))


@blueprint.post("/<token>")
def save(token: str) -> ResponseReturnValue:
    questionnaire = opened(token)
    if request.mimetype not in FORM_TYPES or (request.mimetype != PLAIN_FORM and request.files):
        abort(415)
    speak(_known(request.form.get("action")) or _known(request.form.get("language")) or language())
    found = presets(questionnaire, request.form.get(FROM_MAIL, ""))
    try:
        reading = forms.blank(questionnaire).read(request.form)
    except forms.UnknownFieldError:
        return errors.page(Reason.FORM_UNKNOWN)
    if reading.wrong:
        kept = _keep_the_rest(questionnaire, reading.without_wrong(), found)
        return _again(kept, reading.wrong, found, forget=found.overtaken)
    return _save(questionnaire, reading, found)


def opened(token: str) -> Questionnaire:
    """What the link opens; from here on everything is said in its language. Raises NotFound."""
    questionnaire = respond.open_link(token, now())
    speak_as_asked(questionnaire.response.language or questionnaire.language)
    return questionnaire


def _known(asked: str | None) -> Language | None:
    return asked if asked in LANGUAGES else None


def _page(questionnaire: Questionnaire, asked: str, found: Presets) -> Page:
    bound = booklet(questionnaire)
    if asked.isascii() and asked.isdigit():
        return bound.page(int(asked[:3]))
    if found.chosen:
        return bound.page_of(next(iter(found.chosen)))
    if not missing(questionnaire.survey, questionnaire.response):
        return bound.pages[-1]
    return bound.first_open(questionnaire.response.answers)


def _save(questionnaire: Questionnaire, reading: forms.PostedForm, found: Presets) -> ResponseReturnValue:
    said, changes = reading.said, forms.changes(reading, language(), found.chosen)
    if found.waiting and is_only_offered(questionnaire, changes):
        return _not_yet(questionnaire, said, changes, found)
    overtaken = changes.offered.keys() & found.overtaken.keys()
    submits = said.get("action") == "submit" and not overtaken
    correct = questionnaire.submitted and "page" in request.args
    g.changes = changes
    after = respond.save(
        questionnaire, changes, now(), call_policy(settings()), submit=submits, correct=correct
    )
    if overtaken:
        told = {item: words.not_taken(after, item, found.overtaken[item]) for item in overtaken}
        return _again(after, told, forget=found.overtaken)
    if submits and after.submitted:
        if after.wave is Wave.SALE and not questionnaire.submitted:
            note_network(settings(), after.deal, request.remote_addr, now())
        return redirect(show.receipt(after), 303)
    if submits:
        return _again(after, _needed(after, after.response))
    return _onward(after, said)


def _keep_the_rest(questionnaire: Questionnaire, good: forms.PostedForm, found: Presets) -> Questionnaire:
    """One field that cannot be kept costs the customer nothing else that they filled in on the page."""
    g.changes = changes = forms.changes(good, language(), found.chosen)
    if is_only_offered(questionnaire, changes):
        return questionnaire
    correct = questionnaire.submitted and "page" in request.args
    return respond.save(questionnaire, changes, now(), call_policy(settings()), correct=correct)


def _not_yet(
    questionnaire: Questionnaire, said: Mapping[str, str], changes: Changes, found: Presets
) -> ResponseReturnValue:
    """Nothing is kept: a mail scanner that follows a link and presses its button has chosen nothing either."""
    if show.is_script():
        told = {item: words.waits(questionnaire, item, value) for item, value in found.waiting.items()}
        return jsonify(errors=told), 422
    if said.get("action") != "submit":
        return redirect(show.leads_to(questionnaire, said, found.waiting), 303)
    if needed := _needed(questionnaire, amended(questionnaire.response, changes)):
        return _again(questionnaire, needed, found)
    asked = {item: words.once_more(questionnaire, item, value) for item, value in found.waiting.items()}
    return _again(questionnaire, asked, forget=found.waiting)


def _needed(questionnaire: Questionnaire, response: Response) -> dict[str, str]:
    needed = missing(questionnaire.survey, response)
    return {field: words.needed(questionnaire, field) for field in needed}


def _onward(questionnaire: Questionnaire, said: Mapping[str, str]) -> ResponseReturnValue:
    if show.is_script():
        return "", 204
    return redirect(show.leads_to(questionnaire, said), 303)


def _again(
    questionnaire: Questionnaire,
    wrong: Mapping[str, str],
    found: Presets = NOTHING,
    forget: Mapping[str, str] = NOTHING.chosen,
) -> ResponseReturnValue:
    """The page once more, with what is wrong, and everything as it was typed but what to `forget`."""
    if show.is_script():
        kept = {item: questionnaire.response.answers[item] for item in forget if item in wrong}
        return jsonify(errors=wrong, kept=kept), 422
    bound = booklet(questionnaire)
    typed = {
        name: value
        for name, value in request.form.items()
        if name not in forms.NOT_CONTENT and forget.get(name) != value
    }
    asked = request.form.get("page", "")
    known = asked.isascii() and asked.isdigit() and "page" not in wrong
    page = bound.page(int(asked)) if known else bound.page_of(next(iter(wrong)))
    return show.page(questionnaire, page, typed=typed, errors=wrong, found=found), 422


@errors.own_page(blueprint, Reason.SURVEY_CLOSED, Reason.ANSWERS_FIXED)
def closed_meanwhile(_: KloofError) -> ResponseReturnValue:
    """It was sent before: the receipt says what was kept, and, where this was to say something else, that it is not.

    Raises NotFound where the answers were withdrawn.
    """
    if show.is_script():
        return jsonify(closed=True), 409
    sent = respond.open_link((request.view_args or {})["token"], now())
    noted = respond.promises(sent)
    changes = g.get("changes", Changes())
    is_same = amended(sent.response, changes) == sent.response
    late = not (is_same and amended_promises(noted, changes.promises) == noted)
    return redirect(show.receipt(sent, late=late), 303)
