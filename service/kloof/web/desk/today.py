"""The desk's first page: the work that waits, worst first, each line with its button."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from kloof.actions.staff import late_calls
from kloof.actions.today import today
from kloof.domain.access.audit_log import by
from kloof.domain.errors import KloofError, Reason
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words
from kloof.web.desk.words import mail as mail_words
from kloof.web.desk.words import work as work_words

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.get("")
def overview() -> str:
    return render_template(
        "desk/today.html",
        view=today(settings(), now()),
        form=FlaskForm(),
        words=work_words,
        mail=mail_words,
        at=in_words,
    )


@blueprint.post("/calls/remind")
def remind() -> ResponseReturnValue:
    """Whoever has a call that is overdue gets a mail about it, once a day."""
    late_calls.remind(settings(), now(), by(signed_in()))
    return redirect(url_for("desk.overview", reminded=""), 303)


@errors.own_page(blueprint, Reason.SURVEYS_UNUSABLE)
def surveys_unusable(refusal: KloofError) -> ResponseReturnValue:
    """Which file and which line: the desk may know, and nobody else comes here."""
    return errors.page(refusal.reason, places=refusal.what.splitlines())
