"""Files of deals, deliveries and cancellations: sent in, checked, mended in place, loaded."""

import csv
import io
from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField
from wtforms.validators import InputRequired

from kloof.actions.deals import examples, uploads
from kloof.actions.deals.upload_work import Errand, found_upload
from kloof.actions.surveys.files import load_surveys
from kloof.domain.access.audit_log import by
from kloof.domain.deals.files import FileKind
from kloof.domain.deals.reading.refused_files import UNREADABLE
from kloof.domain.deals.uploads import Upload, UploadState
from kloof.domain.errors import KloofError, NotFound, Reason, Refused
from kloof.domain.spelling import in_spreadsheet
from kloof.domain.surveys.definition import Survey
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words, language, say
from kloof.web.desk import file_columns
from kloof.web.desk.words import files as file_words
from kloof.wording.file_words import worded

blueprint = Blueprint("files", __name__, url_prefix="/desk/files")

_MOST_DIGITS = 9  # PostgreSQL numbers rows in 32 bits
_CELL, _OUT = "cell-", "out"


class FileForm(FlaskForm):
    """A file from the CRM, and what is in it."""

    kind = RadioField(choices=[*FileKind], default=FileKind.DEALS, validators=[InputRequired()])
    file = FileField(validators=[FileRequired()])


@blueprint.get("")
def ask() -> str:
    return _page(FileForm())


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take a file in and look at it; nothing of it is loaded yet."""
    form = FileForm()
    if not form.validate():
        return _page(form, say("Choose a file first.")), 422
    sent = form.file.data
    name = (sent.filename or "").rpartition("/")[2].rpartition("\\")[2] or "file"
    upload = uploads.receive(_errand(), sent.read(), name, FileKind(form.kind.data or ""))
    return redirect(url_for("files.one", number=upload.id), 303)


@blueprint.get("/example/<kind>.csv")
def example(kind: str) -> Response:
    """A file of each kind to fill in, as Excel in the visitor's country opens it."""
    if kind not in [*FileKind]:
        raise NotFound(Reason.PAGE_UNKNOWN, f"There is no example of {kind[:40]!r}.")
    rows = examples.rows(settings(), FileKind(kind), settings().today(now()), _offered)
    return as_csv(rows, f"{kind}.csv")


@blueprint.get("/<number>")
def one(number: str) -> ResponseReturnValue:
    """How a file stands: what it would do and what is wrong with it, or what it did."""
    upload = _upload(number)
    if upload.state is UploadState.UNCLEAR:
        return redirect(url_for("files.columns", number=number))
    return _shown(upload)


def _shown(upload: Upload) -> str:
    job = uploads.job_of(upload) if upload.state in {UploadState.CHECKING, UploadState.LOADING} else None
    if job and not job.is_open:  # the worker may have ended between the two looks, and nothing looks again
        upload = found_upload(upload.id)
    bad = uploads.bad_lines(upload, request.args.get("page", 1, int))
    titles = file_words.columns()
    return render_template(
        "desk/files/one.html",
        upload=upload,
        job=job,
        broke_off=upload.state is UploadState.LOADING and now() - upload.changed_at > uploads.BROKE_OFF,
        bad=bad,
        mail=uploads.forecast(upload) if upload.state is UploadState.CHECKED else None,
        cells_wrong=uploads.columns_of,
        title=lambda column: upload.mapping.titles.get(column, titles[column]),
        worded=lambda why: worded(why, language(), {**titles, **upload.mapping.titles}),
        day_first=uploads.looks_day_first(upload, bad),
        state=file_words.states()[upload.state],
        kind=file_words.kinds()[upload.kind],
        at=in_words,
    )


@blueprint.get("/<number>/columns")
def columns(number: str) -> ResponseReturnValue:
    """The form in which the desk says which column is which."""
    upload = _upload(number)
    if upload.state not in {UploadState.UNCLEAR, UploadState.CHECKED}:
        return redirect(url_for("files.one", number=number))
    return file_columns.page(upload, uploads.table_of(upload))


@blueprint.post("/<number>/columns")
def say_columns(number: str) -> ResponseReturnValue:
    """Keep which column is which, and check the file by it."""
    upload = _upload(number)
    table = uploads.table_of(upload)
    mapping, wrong = file_columns.said(upload, table)
    if mapping is not None and not wrong:
        wrong = file_columns.refused(uploads.say_columns(_errand(), upload.id, mapping), mapping)
    if wrong:
        return file_columns.page(upload, table, wrong), 422
    return redirect(url_for("files.one", number=number), 303)


@blueprint.post("/<number>/lines")
def mend(number: str) -> ResponseReturnValue:
    """Keep the cells that were written anew and the lines that stay behind, and check once more."""
    cells: dict[int, dict[str, str]] = {}
    for name, value in request.form.items():
        line, _, column = name.removeprefix(_CELL).partition("-")
        if name.startswith(_CELL):
            cells.setdefault(_number(line), {})[column] = value
    out = {_number(line) for line in request.form.getlist(_OUT)}
    if request.form.get("take_back"):
        uploads.take_back(_errand(), _number(number))
    else:
        uploads.mend(_errand(), _number(number), cells, out)
    return redirect(url_for("files.one", number=number), 303)


@blueprint.post("/<number>/check")
def check(number: str) -> ResponseReturnValue:
    """Check once more: somebody may have been added meanwhile."""
    uploads.check_again(_errand(), _number(number))
    return redirect(url_for("files.one", number=number), 303)


@blueprint.post("/<number>/load")
def load(number: str) -> ResponseReturnValue:
    """Take the good lines in."""
    uploads.load(_errand(), _number(number))
    return redirect(url_for("files.one", number=number), 303)


@blueprint.post("/<number>/drop")
def drop(number: str) -> ResponseReturnValue:
    """Throw the file away."""
    uploads.drop(_number(number), now())
    return redirect(url_for("files.ask"), 303)


@blueprint.get("/<number>/refused.csv")
def behind(number: str) -> Response:
    """The lines that stay behind, each with its reasons."""
    upload = _upload(number)
    rows = uploads.left_behind(
        upload, partial(_worded, upload), say(uploads.WHY), say("Left out by the desk.")
    )
    ending = say("-refused")
    return as_csv(rows, f"{upload.name.rpartition('.')[0] or upload.name}{ending}.csv")


@errors.own_page(blueprint, Reason.SURVEYS_UNUSABLE)
def surveys_unusable(refusal: KloofError) -> ResponseReturnValue:
    """Which file and which line: the desk may know, and nobody else comes here."""
    return errors.page(refusal.reason, places=refusal.what.splitlines())


@errors.own_page(blueprint, *UNREADABLE)
def unreadable(refusal: KloofError) -> ResponseReturnValue:
    """What is wrong with the whole file, at the field in which it was chosen."""
    return _page(FileForm(), worded(refusal, language())), 422


def _page(form: FileForm, wrong: str = "") -> str:
    return render_template(
        "desk/files/ask.html",
        form=form,
        wrong=wrong,
        kinds=file_words.kinds(),
        chosen=form.kind.data,
        states=file_words.states(),
        history=uploads.history(),
        at=in_words,
    )


def _upload(number: str) -> Upload:
    return found_upload(_number(number))


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
        return int(text)
    raise NotFound(Reason.UPLOAD_NOT_HERE, "There is no file with this number.")


def _errand() -> Errand:
    return Errand(settings(), _offered, by(signed_in()), now())


def _offered() -> Mapping[str, Survey]:
    return load_surveys(settings().surveys_folder)


def _worded(upload: Upload, refusal: Refused) -> str:
    return worded(refusal, language(), upload.mapping.titles)


def as_csv(rows: list[tuple[str, ...]], name: str) -> Response:
    """A file that Excel opens with its letters and columns right: with a byte order mark, in Dutch with semicolons."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if language() == "nl" else ",")
    writer.writerows([in_spreadsheet(cell) for cell in row] for row in rows)
    answer = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
