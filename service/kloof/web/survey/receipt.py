"""What was answered, who sees it, and everything that can still be done about it, by the same link."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kloof.actions.access import who_looked
from kloof.actions.surveys import respond, taking_back
from kloof.domain.errors import Reason
from kloof.domain.states import INVITATION_STEPS, InvitationState, before
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseOutcome, Questionnaire
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.language import asked_language, language, say
from kloof.web.survey import words
from kloof.web.survey.forms import Choices, SurveyForm
from kloof.web.survey.pages import MAY_CALL, MAY_CALL_ANSWERS, SHARE, booklet
from kloof.web.survey.routes import blueprint, opened

CAN_WITHDRAW = before(INVITATION_STEPS, InvitationState.WITHDRAWN)
OUTCOMES = {
    PromiseOutcome.KEPT: "Kept",
    PromiseOutcome.PARTLY: "Partly kept",
    PromiseOutcome.BROKEN: "Not kept",
    PromiseOutcome.UNKNOWN: "Too early to say",
}


class WishesForm(SurveyForm):
    """Who may see the answers, and what the customer wants to happen with them."""

    chosen = Choices(
        allowed={
            "consent": frozenset(consent.value for consent in Consent),
            "call": frozenset({"y"}),
            "findings": frozenset({"y"}),
            SHARE: frozenset({"yes"}),
            MAY_CALL: frozenset(MAY_CALL_ANSWERS),
        }
    )


@blueprint.get("/<token>/receipt")
def receipt(token: str) -> ResponseReturnValue:
    questionnaire = opened(token)
    if not questionnaire.submitted:
        return redirect(url_for("survey.form", token=token, **asked_language()))
    return _receipt(questionnaire)


@blueprint.post("/<token>/receipt")
def wish(token: str) -> ResponseReturnValue:
    """Choose again who may see it, ask for a call, ask for the findings."""
    questionnaire = opened(token)
    form = WishesForm()
    known = form.chosen.allowed.keys() >= set(request.form)
    if not (questionnaire.submitted and known and form.validate() and "consent" in form.chosen.data):
        return errors.page(Reason.FORM_UNKNOWN)
    wishes = form.chosen.data
    changes = Changes(
        consent=Consent(wishes["consent"]),
        wants_call="call" in wishes,
        wants_findings="findings" in wishes,
        shares_with_delivery=SHARE in wishes if questionnaire.wave is Wave.SALE else None,
        may_call=MAY_CALL_ANSWERS.get(wishes.get(MAY_CALL, "")),
        language=language(),
    )
    taking_back.choose_again(settings(), questionnaire, changes, now())
    return redirect(url_for("survey.receipt", token=token, saved=""), 303)


@blueprint.get("/<token>/withdraw")
def ask_withdrawal(token: str) -> ResponseReturnValue:
    questionnaire = opened(token)
    if questionnaire.state not in CAN_WITHDRAW:
        return redirect(url_for("survey.form", token=token, **asked_language()))
    return render_template(
        "survey/withdraw.html", here=url_for("survey.withdraw", token=token, **asked_language())
    )


@blueprint.post("/<token>/withdraw")
def withdraw(token: str) -> ResponseReturnValue:
    """Only `action=withdraw` does it; the form's first button, which a link scanner would press, keeps everything."""
    questionnaire = opened(token)
    if request.form.get("action") != "withdraw":
        return redirect(url_for("survey.form", token=token, **asked_language()), 303)
    taking_back.withdraw(settings(), questionnaire, now())
    return render_template(
        "done.html",
        heading=say("Your answers are withdrawn"),
        words=say("They are erased, and this link is closed. You need not do anything more."),
    )


def _receipt(questionnaire: Questionnaire) -> str:
    survey = questionnaire.survey
    token = (request.view_args or {})["token"]
    return render_template(
        "survey/receipt.html",
        questionnaire=questionnaire,
        survey=survey,
        response=questionnaire.response,
        items=survey.items(questionnaire.wave),
        names=words.names(survey),
        promises=respond.promises(questionnaire),
        outcomes=OUTCOMES,
        looks=who_looked.accesses(settings(), questionnaire.deal),
        may_correct=respond.may_correct(questionnaire),
        may_read_findings=settings().customers_read_findings,
        saved="saved" in request.args,
        late="late" in request.args,
        here=url_for("survey.receipt", token=token, **asked_language()),
        form=url_for("survey.form", token=token, page=len(booklet(questionnaire)), **asked_language()),
        withdraw=url_for("survey.withdraw", token=token, **asked_language()),
    )
