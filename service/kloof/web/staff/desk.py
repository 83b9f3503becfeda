"""The desk: how deals, answers and mail stand, and files of deals and deliveries to load."""

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from kloof.actions.deals import imports
from kloof.actions.mailing import bounces, outbox
from kloof.actions.releases import freeze, outlook
from kloof.actions.staff import desk
from kloof.actions.surveys.files import load_surveys
from kloof.domain.access.audit_log import by
from kloof.domain.deals.csv_reading import decoded
from kloof.domain.errors import KloofError, Reason
from kloof.domain.releases.document import WithheldReason
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words, say
from kloof.web.staff import desk_mail
from kloof.web.staff.calls import states

if TYPE_CHECKING:
    from kloof.domain.releases.closing import Waiting

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

DEALS, DELIVERIES, CANCELLATIONS = "deals", "deliveries", "cancellations"


class FileForm(FlaskForm):
    """A file from the CRM: what is in it, and whether to try it only."""

    # The stubs still ask for the pairs that WTForms itself warns about.
    kind = RadioField(choices=[DEALS, DELIVERIES, CANCELLATIONS], default=DEALS, validators=[InputRequired()])  # type: ignore[list-item]
    file = FileField(validators=[FileRequired()])
    dry_run = BooleanField()


@blueprint.get("")
def overview() -> str:
    return _page(FileForm())


@blueprint.get("/waiting")
def waiting() -> str:
    """Which pairs are in no release yet, why, and what has to happen first."""
    rules = freeze.thresholds(settings())
    return render_template(
        "desk/waiting.html",
        forecasts=outlook.forecasts(settings(), now()),
        least=rules.least_customers,
        sellers=rules.m,
        lacks=_lacks,
    )


def _lacks(queue: "Waiting") -> str:
    return {
        WithheldReason.TOO_FEW: say("{count} customers too few.", count=queue.short_of),
        WithheldReason.TOO_FEW_SALESPEOPLE: say(
            "Too few salespeople, or one or two of them sold to nearly all of these customers."
        ),
        WithheldReason.TOO_FEW_ACCOUNTS: say(
            "Too few organisations, or too many of these customers answer for the same one."
        ),
        WithheldReason.HOMOGENEOUS: say(
            "The answers are so much alike that an average would give them away, if only to a colleague."
        ),
        WithheldReason.CERTIFICATE: say(
            "Together with what was published before, it would give too much away."
        ),
    }[queue.reason]


@blueprint.post("/files")
def load() -> ResponseReturnValue:
    form = FileForm()
    if not form.validate():
        return _page(form), 422
    return render_template(
        "desk/loaded.html", report=_loaded(form), dry_run=form.dry_run.data, worded=errors.worded
    )


@blueprint.post("/mail/<number>")
def decide(number: str) -> ResponseReturnValue:
    """What the desk found out about a mail that failed, came back, or is held."""
    form = desk_mail.DecisionForm()
    if not form.validate():
        return _page(FileForm()), 422
    outbox.resolve(
        settings(),
        [desk_mail.number_of(number)],
        outbox.Decision(form.decision.data or ""),
        now(),
        by(signed_in()),
    )
    return redirect(url_for("desk.overview", _anchor="mail"), 303)


@blueprint.post("/aside/<number>")
def looked_at(number: str) -> ResponseReturnValue:
    """Somebody has looked at a mail that could not be read."""
    bounces.looked_at(settings(), desk_mail.number_of(number))
    return redirect(url_for("desk.overview", _anchor="mail"), 303)


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
    view = desk.overview(settings(), now())
    return render_template(
        "desk/overview.html",
        view=view,
        form=form,
        mail=desk_mail,
        call_states=states(),
        at=in_words,
    )


def _loaded(form: FileForm) -> imports.Report:
    name, dry_run, who = form.file.data.filename or "file.csv", bool(form.dry_run.data), by(signed_in())
    text = decoded(form.file.data.read(), name)
    if form.kind.data == DELIVERIES:
        return imports.import_deliveries(settings(), text, name, now(), dry_run=dry_run, by=who)
    if form.kind.data == CANCELLATIONS:
        return imports.import_cancellations(settings(), text, name, now(), dry_run=dry_run, by=who)
    offered = load_surveys(settings().surveys_folder)
    return imports.import_deals(settings(), text, name, offered, now(), dry_run=dry_run, by=who)
