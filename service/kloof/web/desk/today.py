"""The desk's first page: how deals, answers and mail stand."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from kloof.actions.staff import desk
from kloof.domain.errors import KloofError, Reason
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.language import in_words
from kloof.web.desk import mail
from kloof.web.staff.calls import states

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.get("")
def overview() -> str:
    return page()


def page() -> str:
    """The page as it is now, for who came here by another way too."""
    view = desk.overview(settings(), now())
    return render_template(
        "desk/overview.html", view=view, form=FlaskForm(), mail=mail, call_states=states(), at=in_words
    )


@errors.own_page(blueprint, Reason.SURVEYS_UNUSABLE)
def surveys_unusable(refusal: KloofError) -> ResponseReturnValue:
    """Which file and which line: the desk may know, and nobody else comes here."""
    return errors.page(refusal.reason, places=refusal.what.splitlines())
