"""Releases, for the desk: how far each group is, the next release as the site will show it, and what came out."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, Length

from kloof.actions.jobs import queue
from kloof.actions.releases import approvals, preview
from kloof.actions.releases.overview import STEPS, name_of, overview
from kloof.domain.access.audit_log import by
from kloof.domain.errors import NotFound, Reason
from kloof.domain.jobs.jobs import JobKind
from kloof.web import built_site
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words, language
from kloof.web.desk.words import releases as words

blueprint = Blueprint("releases", __name__, url_prefix="/desk")

NEAREST = 10
"""So many groups stand open on the page; the others are folded."""
_NOWHERE = {"X-Robots-Tag": "noindex, nofollow, noarchive"}


class WorkForm(FlaskForm):
    """What the worker is asked for, and about which proposal."""

    work = StringField(validators=[AnyOf([kind.value for kind in (JobKind.LOOK, *STEPS)])])
    digest = StringField(validators=[Length(max=64)])


@blueprint.get("/releases")
def page() -> str:
    view = overview(settings())
    groups = view.look["groups"] if view.look else []
    return render_template(
        "desk/releases/overview.html",
        view=view,
        groups=groups[:NEAREST],
        further=groups[NEAREST:],
        words=words,
        me=by(signed_in()),
        approvals=settings().publishing.approvals,
        name_of=name_of,
        at=in_words,
        language=language(),
    )


@blueprint.get("/waiting")
def waiting() -> ResponseReturnValue:
    """Where the page was before it did more than tell."""
    return redirect(url_for("releases.page"), 301)


@blueprint.post("/releases")
def ask() -> ResponseReturnValue:
    """Ask the worker for the next step."""
    form = WorkForm()
    if not form.validate():
        return errors.page(Reason.FORM_UNKNOWN)
    kind = JobKind(form.work.data or "")
    arguments = None
    if kind is JobKind.PUBLISH:
        # Told at once, and not when the worker comes to it; it looks again.
        arguments = {"digest": approvals.agreed_on(settings(), form.digest.data or "").digest}
    queue.ask(kind, by(signed_in()), now(), arguments)
    return redirect(url_for("releases.page"), 303)


@blueprint.post("/releases/approval")
def approve() -> ResponseReturnValue:
    """A second person agrees to what they looked at."""
    form = WorkForm()
    approvals.approve(form.digest.data or "", by(signed_in()), now())
    return redirect(url_for("releases.page"), 303)


@blueprint.get("/releases/preview/")
@blueprint.get("/releases/preview/<path:path>")
def preview_page(path: str = "") -> ResponseReturnValue:
    """The next release as the site will show it; nobody but the desk sees this."""
    built = preview.built(settings())
    if not built.is_dir():
        raise NotFound(Reason.PREVIEW_ABSENT, "There is no preview.", remedy="Make one at /desk/releases.")
    answer = built_site.answer(built, path, "releases.preview_page", "no-store, private")
    if not isinstance(answer, tuple) and hasattr(answer, "headers"):
        answer.headers.extend(_NOWHERE)
    return answer
