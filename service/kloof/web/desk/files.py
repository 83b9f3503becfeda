"""Files of deals, deliveries and cancellations to load."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from kloof.actions.deals import imports
from kloof.actions.surveys.files import load_surveys
from kloof.domain.access.audit_log import by
from kloof.domain.deals.csv_reading import decoded
from kloof.domain.errors import KloofError, Reason
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in

blueprint = Blueprint("files", __name__, url_prefix="/desk/files")

DEALS, DELIVERIES, CANCELLATIONS = "deals", "deliveries", "cancellations"


class FileForm(FlaskForm):
    """A file from the CRM: what is in it, and whether to try it only."""

    # The stubs still ask for the pairs that WTForms itself warns about.
    kind = RadioField(choices=[DEALS, DELIVERIES, CANCELLATIONS], default=DEALS, validators=[InputRequired()])  # type: ignore[list-item]
    file = FileField(validators=[FileRequired()])
    dry_run = BooleanField()


@blueprint.get("")
def ask() -> str:
    return _page(FileForm())


@blueprint.post("")
def load() -> ResponseReturnValue:
    form = FileForm()
    if not form.validate():
        return _page(form), 422
    return render_template(
        "desk/files/loaded.html", report=_loaded(form), dry_run=form.dry_run.data, worded=errors.worded
    )


@errors.own_page(blueprint, Reason.SURVEYS_UNUSABLE)
def surveys_unusable(refusal: KloofError) -> ResponseReturnValue:
    """Which file and which line: the desk may know, and nobody else comes here."""
    return errors.page(refusal.reason, places=refusal.what.splitlines())


@errors.own_page(blueprint, Reason.TEXT_TOO_LONG)
def too_large(_: KloofError) -> ResponseReturnValue:
    return errors.page(
        Reason.FILE_TOO_LARGE, facts={"most": current_app.config["MAX_CONTENT_LENGTH"] // 1024}
    )


def _page(form: FileForm) -> str:
    return render_template("desk/files/ask.html", form=form)


def _loaded(form: FileForm) -> imports.Report:
    name, dry_run, who = form.file.data.filename or "file.csv", bool(form.dry_run.data), by(signed_in())
    text, _ = decoded(form.file.data.read(), name)
    if form.kind.data == DELIVERIES:
        return imports.import_deliveries(settings(), text, name, now(), dry_run=dry_run, by=who)
    if form.kind.data == CANCELLATIONS:
        return imports.import_cancellations(settings(), text, name, now(), dry_run=dry_run, by=who)
    offered = load_surveys(settings().surveys_folder)
    return imports.import_deals(settings(), text, name, offered, now(), dry_run=dry_run, by=who)
