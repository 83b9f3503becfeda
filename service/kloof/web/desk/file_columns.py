"""The form in which the desk says, once, which column of its files is which."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request

from kloof.actions.deals import uploads
from kloof.actions.surveys.files import load_surveys
from kloof.domain.deals.cells import is_day_first
from kloof.domain.deals.files import FileKind
from kloof.domain.deals.reading.columns import ColumnMapping, DayOrder
from kloof.domain.deals.reading.tables import FileTable
from kloof.domain.deals.reading.titles import are_titles, as_title
from kloof.domain.deals.uploads import Upload
from kloof.domain.errors import Reason, Refused
from kloof.web.app import errors
from kloof.web.app.context import settings
from kloof.web.app.language import say
from kloof.web.desk.words import files as file_words

SAME_ON_EVERY_LINE = ("language", "survey", "team", "region", "product")
"""What many files do not have, since it is the same for all of the company."""
_LOOKED_AT, _SHOWN, _LONGEST = 200, 3, 200


@dataclass(frozen=True, slots=True)
class ColumnField:
    """One of our columns in the form. place: of the title that is chosen; None where the file does not have it."""

    name: str
    words: str
    required: bool
    place: int | None
    always: str
    choices: tuple[str, ...] | None
    may_be_always: bool
    wrong: str


def page(upload: Upload, table: FileTable, wrong: Mapping[str, str] | None = None) -> str:
    """The form as it was sent, or with what is known and what is likely."""
    wrong = wrong or {}
    fields = [_field(upload, table, name, wrong) for name in upload.kind.columns]
    dates = request.form.get("dates", "") if request.form else _known_dates(upload, table)
    ignore = "ignore_others" in request.form if request.form else True
    return render_template(
        "desk/files/columns.html",
        upload=upload,
        needed=[one for one in fields if one.required],
        others=[one for one in fields if not one.required],
        titles=[(at, title, _samples(table, at)) for at, title in enumerate(table.titles) if title],
        dates=dates,
        day_first=next(filter(is_day_first, _some_cells(table)), ""),
        ignore_others=ignore,
        wrong=wrong,
        nearly=[] if request.form else _nearly(upload, table),
        snippet=_snippet(upload.mapping),
    )


def _nearly(upload: Upload, table: FileTable) -> list[str]:
    """What is wrong with titles most of which are known already: there a slip of the pen is likely."""
    mapping = upload.mapping
    if not are_titles(table.titles, mapping.wanted(upload.kind.required)):
        return []
    return [errors.worded(one) for one in uploads.titles_wrong(table, upload.kind, mapping)]


def _field(upload: Upload, table: FileTable, name: str, wrong: Mapping[str, str]) -> ColumnField:
    given = request.form.get(f"column-{name}")
    place = _number(given, table) if given is not None else _known(upload, table).get(name)
    always = request.form.get(f"always-{name}", upload.mapping.always.get(name, ""))
    choices: tuple[str, ...] | None = None
    if name == "language":
        choices = ("nl", "en")
    elif name == "survey" and upload.kind is FileKind.DEALS:
        choices = tuple(load_surveys(settings().surveys_folder))
    return ColumnField(
        name,
        file_words.columns()[name],
        name in upload.kind.required,
        place,
        always,
        choices,
        name in SAME_ON_EVERY_LINE,
        wrong.get(name, ""),
    )


def _known(upload: Upload, table: FileTable) -> dict[str, int]:
    titles = [as_title(title) for title in table.titles]
    names = upload.kind.columns
    sure = {
        name: titles.index(one)
        for name in names
        for one in [next((t for t in (as_title(upload.mapping.title(name)), name) if t in titles), None)]
        if one is not None
    }
    taken = set(sure.values())
    left = [title if at not in taken else "" for at, title in enumerate(table.titles)]
    return file_words.likely(left, [name for name in names if name not in sure]) | sure


def _known_dates(upload: Upload, table: FileTable) -> str:
    """What was said before; where days stand first and nobody has said so, nothing: it is theirs to say."""
    if upload.mapping.dates is DayOrder.ISO and any(map(is_day_first, _some_cells(table))):
        return ""
    return upload.mapping.dates.value


def said(upload: Upload, table: FileTable) -> tuple[ColumnMapping | None, dict[str, str]]:
    """What the form says, and what is missing in it."""
    titles: dict[str, str] = {}
    always: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name in upload.kind.columns:
        place = _number(request.form.get(f"column-{name}"), table)
        same = request.form.get(f"always-{name}", "").strip()[:_LONGEST] if name in SAME_ON_EVERY_LINE else ""
        if place is not None:
            titles[name] = table.titles[place]
        elif same:
            always[name] = same
        elif name in upload.kind.required:
            wrong[name] = say("Choose a column for “{column}”.", column=file_words.columns()[name])
    dates = request.form.get("dates", "")
    if dates not in [*DayOrder]:
        wrong["dates"] = say("Choose how dates are written in this file.")
    if wrong:
        return None, wrong
    return ColumnMapping(titles, always, "ignore_others" in request.form, DayOrder(dates)), {}


def refused(why: tuple[Refused, ...], mapping: ColumnMapping) -> dict[str, str]:
    """What is wrong with the titles, by the field at which it can be mended."""
    by_title = {as_title(title): name for name, title in reversed([*mapping.titles.items()])}
    wrong: dict[str, str] = {}
    for one in why:
        column = str(one.facts.get("column", ""))
        unknown = one.reason in {Reason.COLUMN_UNKNOWN, Reason.COLUMN_UNNAMED}
        field = "ignore_others" if unknown else by_title.get(as_title(column), "ignore_others")
        wrong.setdefault(field, errors.worded(one))
    return wrong


def _number(text: str | None, table: FileTable) -> int | None:
    if text and text.isascii() and text.isdecimal() and len(text) < 6 and int(text) < len(table.titles):
        return int(text)
    return None


def _samples(table: FileTable, at: int) -> str:
    cells = (row[at].strip() for _, row in table.rows[:_LOOKED_AT] if at < len(row))
    shown = list(dict.fromkeys(cell for cell in cells if cell))[:_SHOWN]
    return ", ".join(cell if len(cell) <= 24 else f"{cell[:23]}…" for cell in shown)


def _some_cells(table: FileTable) -> list[str]:
    return [cell.strip() for _, row in table.rows[:_LOOKED_AT] for cell in row]


def _snippet(mapping: ColumnMapping) -> str:
    """The same thing for the command line, as kloof.toml says it; empty where there is nothing to say."""
    lines = [f"{name} = {_quoted(title)}" for name, title in mapping.titles.items() if title != name]
    if mapping.always:
        pairs = ", ".join(f"{name} = {_quoted(text)}" for name, text in mapping.always.items())
        lines.append(f"always = {{ {pairs} }}")
    if mapping.ignore_others:
        lines.append("ignore_others = true")
    if mapping.dates is DayOrder.DAY_FIRST:
        lines.append(f"dates = {_quoted(mapping.dates.value)}")
    return "\n".join(["[deals.columns]", *lines]) if lines else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
