"""“I am not the right person”: who is, what they get, and that it is done; by the same personal link."""

from typing import Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kloof.actions.surveys import pass_on
from kloof.domain.addresses import canonical, is_address
from kloof.domain.deals.names import is_plain_name
from kloof.domain.errors import KloofError, Reason
from kloof.domain.spelling import spelled
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Questionnaire
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.language import asked_language, say
from kloof.web.app.rate_limit import limited
from kloof.web.survey.forms import Choices, SurveyForm, Written
from kloof.web.survey.routes import blueprint, opened

MOST_IN_NAME: Final = 60
MOST_IN_ADDRESS: Final = 254
MOST_TRIES: Final = 10
"""From one network in a quarter of an hour; each link passes its survey on once, whatever is typed."""


class ColleagueForm(SurveyForm):
    """Who is the right person, and of a first survey who gets the second."""

    name = Written(most=MOST_IN_NAME)
    email = Written(most=MOST_IN_ADDRESS)
    chosen = Choices(
        allowed={"second": frozenset({"colleague", "me"}), "action": frozenset({"keep", "pass"})}
    )


@blueprint.get("/<token>/pass-on")
def ask_colleague(token: str) -> ResponseReturnValue:
    questionnaire = opened(token)
    if questionnaire.submitted or not questionnaire.may_pass_on:
        return redirect(url_for("survey.form", token=token, **asked_language()))
    return _asked(questionnaire, token, {})


@blueprint.post("/<token>/pass-on")
def pass_it_on(token: str) -> ResponseReturnValue:
    """Only `action=pass` does it; the form's first button, which a link scanner would press, keeps it."""
    questionnaire = opened(token)
    form = ColleagueForm()
    valid = form.validate()
    if form.chosen.data.get("action") != "pass" or not questionnaire.may_pass_on:
        return redirect(url_for("survey.form", token=token, **asked_language()), 303)
    if limited("pass-on", most=MOST_TRIES):
        return errors.page(Reason.TOO_MANY_LINKS)
    name, email = spelled(form.name.data or ""), spelled(form.email.data or "")
    wrong = {} if valid else {field: words[0] for field, words in form.errors.items() if field != "chosen"}
    wrong |= _wrong(questionnaire, name, email, form.chosen.data)
    if wrong:
        return _asked(questionnaire, token, wrong), 422
    both = form.chosen.data.get("second") == "colleague"
    pass_on.pass_on(settings(), questionnaire, name, canonical(email), now(), both=both)
    return render_template("survey/passed_on.html", name=name)


@errors.own_page(blueprint, Reason.PASSED_TO_SELF)
def own_address(_: KloofError) -> ResponseReturnValue:
    """Nothing was done: the page once more, as it was filled in."""
    token = (request.view_args or {})["token"]
    wrong = {"email": say("This is your own address. Fill in that of your colleague.")}
    return _asked(opened(token), token, wrong), 422


def _wrong(questionnaire: Questionnaire, name: str, email: str, chosen: dict[str, str]) -> dict[str, str]:
    """What is missing or cannot be, in the order of the page."""
    wrong = {}
    if not is_plain_name(name):
        wrong["name"] = say("Fill in the name of your colleague, in letters only.")
    if not is_address(email):
        wrong["email"] = say("Fill in an e-mail address, such as name@company.nl.")
    if questionnaire.wave is Wave.SALE and "second" not in chosen:
        wrong["second"] = say("Choose who gets the survey after delivery.")
    return wrong


def _asked(questionnaire: Questionnaire, token: str, wrong: dict[str, str]) -> str:
    return render_template(
        "survey/pass_on.html",
        questionnaire=questionnaire,
        wrong=wrong,
        here=url_for("survey.pass_it_on", token=token, **asked_language()),
        typed={name: request.form.get(name, "") for name in ("name", "email", "second")},
    )
