"""Colleagues by file: looked at first, then taken in. Between the two the file is in the page, and nowhere else."""

import base64
import binascii
from functools import partial
from typing import Final

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField
from wtforms.validators import InputRequired

from kloof.actions.access import people_files
from kloof.domain.access.audit_log import by
from kloof.domain.deals.reading.refused_files import UNREADABLE
from kloof.domain.deals.reading.workbooks import is_workbook
from kloof.domain.errors import BadInput, KloofError, Reason, Refused
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import language, say
from kloof.web.desk.files import as_csv
from kloof.wording.file_words import worded

blueprint = Blueprint("people_file", __name__, url_prefix="/desk/people/file")

MOST_BYTES: Final = 150_000
"""Of a file: as a field of a form it is a third longer, and a form holds at most 256 KiB. Some 2,000 colleagues."""
_MOST_LINES: Final = 1_000


class PeopleFileForm(FlaskForm):
    """A file with colleagues."""

    file = FileField(validators=[FileRequired()])


class PeopleLoadForm(FlaskForm):
    """The file that was looked at, once more."""

    name = HiddenField(validators=[InputRequired()])
    content = HiddenField(validators=[InputRequired()])


@blueprint.get("")
def ask() -> str:
    return _page([])


@blueprint.post("")
def check() -> ResponseReturnValue:
    """Look at a file and say what it would do; nothing is changed."""
    form = PeopleFileForm()
    if not form.validate():
        return _page([say("Choose a file first.")]), 422
    sent = form.file.data
    raw, name = sent.read(), (sent.filename or "").rpartition("/")[2].rpartition("\\")[2][:100] or "file"
    _refuse_too_large(raw, name)
    report = people_files.check(settings(), raw, name, now(), by(signed_in()))
    content = base64.b64encode(raw).decode()
    return _told(report, PeopleLoadForm(formdata=None, name=name, content=content), done=False)


@blueprint.post("/load")
def load() -> ResponseReturnValue:
    """Take the good lines in."""
    form = PeopleLoadForm()
    if not form.validate():
        return errors.page(Reason.NOT_UNDERSTOOD)
    try:
        raw = base64.b64decode(str(form.content.data), validate=True)
    except (binascii.Error, ValueError):
        return errors.page(Reason.NOT_UNDERSTOOD)
    name = str(form.name.data)[:100]
    return _told(people_files.load(settings(), raw, name, now(), by(signed_in())), form, done=True)


@blueprint.get("/example.csv")
def example() -> Response:
    """A file to fill in, as Excel in the visitor's country opens it."""
    return as_csv(people_files.example(settings()), "people.csv")


@errors.own_page(blueprint, *UNREADABLE, Reason.COLUMNS_WRONG)
def unreadable(refusal: KloofError) -> ResponseReturnValue:
    """What is wrong with the whole file, at the field in which it was chosen."""
    parts = refusal.parts if isinstance(refusal, BadInput) and refusal.reason is Reason.COLUMNS_WRONG else ()
    return _page([worded(one, language()) for one in (*parts, refusal)]), 422


def _refuse_too_large(raw: bytes, name: str) -> None:
    if len(raw) <= MOST_BYTES:
        return
    if is_workbook(raw):
        raise Refused(Reason.WORKBOOK_TOO_LARGE, "this workbook is too large.", where=name)
    lines = raw.count(b"\n")
    raise Refused(Reason.FILE_TOO_LONG, "this file is too long.", where=name, lines=lines, most=_MOST_LINES)


def _page(wrong: list[str]) -> str:
    return render_template("desk/people/file.html", form=PeopleFileForm(formdata=None), wrong=wrong)


def _told(report: people_files.PeopleReport, form: PeopleLoadForm, *, done: bool) -> str:
    columns = {
        "name": say("Name"),
        "roles": say("Roles"),
        "team": say("Team"),
        "language": say("Language"),
    }
    return render_template(
        "desk/people/file_told.html",
        report=report,
        form=form,
        done=done,
        columns=columns,
        worded=partial(worded, language=language(), titles=report.titles),
    )
