"""Files of the desk: sent in, told which column is which, checked, mended, loaded, thrown away."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from kloof.actions.deals import upload_work
from kloof.actions.deals.reports import Refusal
from kloof.actions.deals.upload_work import AT_ONCE, Errand, found_contents, found_upload
from kloof.actions.jobs import queue
from kloof.config import Settings
from kloof.domain.deals.cells import is_day_first
from kloof.domain.deals.files import FileKind, cells_of
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.deals.reading.columns import ColumnMapping, DayOrder
from kloof.domain.deals.reading.tables import FileTable, opened, without_reasons
from kloof.domain.deals.uploads import MOST_LINES, Upload, UploadState
from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.domain.paging import nearest_page
from kloof.domain.text import LANGUAGES
from kloof.storage import jobs
from kloof.storage.deals import uploads
from kloof.wording import translator

SHOWN: Final = 50
"""Files of the history."""
PER_PAGE: Final = 20
"""Lines to mend on one page."""
BROKE_OFF: Final = timedelta(minutes=1)
"""A request that took so long is over: whoever loads again goes on where it was."""
_OPEN: Final = frozenset({UploadState.UNCLEAR, UploadState.CHECKING, UploadState.CHECKED})
_STANDS: Final = frozenset({UploadState.CHECKED, UploadState.LOADED})


WHY: Final = "Why"
TITLES_OF_REASONS: Final = frozenset(translator(language)(WHY) for language in LANGUAGES)
"""The title of the column of reasons in what is downloaded, in either language."""


def receive(errand: Errand, raw: bytes, filename: str, kind: FileKind) -> Upload:
    """Keep this file, and check it where it is known which column is which.

    Raises Refused or BadInput for what cannot be read, has no lines, or more than a page can carry.
    """
    mapping = present_mapping(errand.settings, kind)
    table = without_reasons(opened(raw, filename, mapping.wanted(kind.required)), TITLES_OF_REASONS)
    if not table.rows:
        raise Refused(Reason.FILE_WITHOUT_LINES, "This file has no lines below its titles.", where=filename)
    if len(table.rows) > MOST_LINES:
        raise Refused(
            Reason.FILE_TOO_LONG,
            f"This file has {len(table.rows):,} lines, and at most {MOST_LINES:,} can be loaded at once.",
            where=filename,
            remedy="Cut it in two, or load it with kloof deals import.",
            lines=len(table.rows),
            most=MOST_LINES,
        )
    number = uploads.add(kind, filename, table, mapping, errand.who.person, errand.now)
    if not titles_wrong(table, kind, mapping):
        _check(errand, number, len(table.rows))
    return found_upload(number)


def titles_wrong(table: FileTable, kind: FileKind, mapping: ColumnMapping) -> tuple[Refused, ...]:
    """What is wrong with the titles of a file, one by one; nothing where it can be read so."""
    try:
        mapping.placed(table, kind.required, kind.optional)
    except BadInput as refusal:
        return tuple(part for part in refusal.parts if isinstance(part, Refused))
    return ()


def say_columns(errand: Errand, number: int, mapping: ColumnMapping) -> tuple[Refused, ...]:
    """From now on the columns of such files are called so, and this file is checked by it.

    Gives what is wrong with it; then nothing is kept. Raises Refused where the file is gone, or under way.
    """
    upload = found_upload(number)
    contents = found_contents(upload)
    if wrong := titles_wrong(contents.table, upload.kind, mapping):
        return wrong
    of = {UploadState.UNCLEAR, UploadState.CHECKED}
    if uploads.step(number, of, UploadState.UNCLEAR, errand.now, mapping=mapping):
        uploads.keep_mapping(upload.kind, mapping, errand.who.person, errand.now)
        # What was mended stands under our names, and a column may be another one now.
        uploads.keep_contents(number, replace(contents, mended={}))
        _check(errand, number, upload.lines)
    return ()


def mend(
    errand: Errand, number: int, cells: Mapping[int, Mapping[str, str]], left_out: Collection[int]
) -> None:
    """Write cells of these lines anew, leave lines out, and check the file again.

    Raises Refused where the file is gone. A file that is being loaded, or was, stays as it is.
    """
    upload = found_upload(number)
    if upload.state is not UploadState.CHECKED:
        return
    contents = found_contents(upload)
    lines = {line for line, _ in contents.table.rows}
    mended = {**contents.mended}
    for line, values in cells.items():
        known = {name: value for name, value in values.items() if name in upload.kind.columns}
        if line in lines and known:
            mended[line] = {**mended.get(line, {}), **known}
    out = contents.left_out | (frozenset(left_out) & lines)
    uploads.keep_contents(number, replace(contents, mended=mended, left_out=out))
    _check(errand, number, upload.lines)


def take_back(errand: Errand, number: int) -> None:
    """No line of this file is left out any more; otherwise as `mend`."""
    upload = found_upload(number)
    if upload.state is UploadState.CHECKED:
        uploads.keep_contents(number, replace(found_contents(upload), left_out=frozenset()))
        _check(errand, number, upload.lines)


def check_again(errand: Errand, number: int) -> None:
    """Check the file once more: somebody may have been added, or a job was given up."""
    upload = found_upload(number)
    if upload.state in {UploadState.CHECKED, UploadState.CHECKING} and not _is_open(upload):
        found_contents(upload)
        _check(errand, number, upload.lines)


def load(errand: Errand, number: int) -> None:
    """Take the good lines of the file in. A file that is being loaded, or was, stays as it is."""
    upload = found_upload(number)
    found_contents(upload)
    broke_off = upload.state is UploadState.LOADING and errand.now - upload.changed_at > BROKE_OFF
    of = (
        {UploadState.CHECKED, UploadState.LOADING}
        if broke_off and not _is_open(upload)
        else {UploadState.CHECKED}
    )
    if not uploads.step(number, of, UploadState.LOADING, errand.now):
        return
    if upload.lines <= AT_ONCE:
        upload_work.load(errand, number)
        return
    job = queue.ask(JobKind.LOAD_FILE, errand.who, errand.now, {"upload": number})
    uploads.step(number, {UploadState.LOADING}, UploadState.LOADING, errand.now, job=job.id)


def drop(number: int, now: datetime) -> None:
    """Throw the file away; a file that is being loaded, or was, stays in the history as it is."""
    found_upload(number)
    if uploads.step(number, _OPEN, UploadState.DROPPED, now):
        uploads.forget(number)


def _check(errand: Errand, number: int, lines: int) -> None:
    if lines <= AT_ONCE:
        upload_work.check(errand, number)
        return
    job = queue.ask(JobKind.CHECK_FILE, errand.who, errand.now, {"upload": number})
    uploads.step(number, _OPEN, UploadState.CHECKING, errand.now, job=job.id)


def _is_open(upload: Upload) -> bool:
    job = job_of(upload)
    return job is not None and job.is_open


def job_of(upload: Upload) -> Job | None:
    """The work that the worker was asked for last about this file; None where it was asked for none."""
    return jobs.find(upload.job) if upload.job is not None else None


def history() -> list[Upload]:
    """The files that were sent in last, newest first."""
    return uploads.latest(SHOWN)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line to mend: its cells by our names, and what is wrong with it."""

    refusal: Refusal
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadLines:
    """A page of lines to mend; `columns` are those that something is wrong with, and then the others of the file, in
    its order.
    """

    lines: tuple[BadLine, ...]
    columns: tuple[str, ...]
    page: int
    pages: int


def forecast(upload: Upload) -> FileForecast | None:
    """The mail that loading this file would cause, as it was foreseen when it was checked last."""
    return upload_work.forecast(upload.id)


def bad_lines(upload: Upload, page: int, per_page: int = PER_PAGE) -> BadLines:
    """The lines of this file that cannot go in; none where what it holds is not kept any more, or is worked on: who
    watches that asks again and again, and a long file takes a while to unpack.
    """
    contents = uploads.contents(upload.id) if upload.state in _STANDS else None
    found = upload_work.refusals(upload.id) if contents else []
    page, pages = nearest_page(page, len(found), per_page)
    if contents is None:
        return BadLines((), (), page, pages)
    shown = found[(page - 1) * per_page : page * per_page]
    table, mapping = contents.table, upload.mapping
    places = mapping.placed(table, upload.kind.required, upload.kind.optional)
    rows = dict(table.rows)
    lines = tuple(
        BadLine(one, cells_of(rows[one.line], mapping, places) | dict(contents.mended.get(one.line, {})))
        for one in shown
        if one.line in rows
    )
    wrong = {column for one in shown for column in columns_of(one)}
    order = {name: at for at, name in enumerate(upload.kind.columns)}
    columns = sorted(
        {*places, *wrong} & {*order},
        key=lambda name: (name not in wrong, name not in places, places.get(name, order[name])),
    )
    return BadLines(lines, tuple(columns), page, pages)


def columns_of(refusal: Refusal) -> frozenset[str]:
    """Our names of the columns in which something is wrong with a line."""
    found: set[str] = set()
    for why in refusal.why:
        found |= {str(why.facts.get("column", "")), *str(why.facts.get("columns", "")).split(", ")}
    return frozenset(found - {""})


def looks_day_first(upload: Upload, bad: BadLines) -> bool:
    """Whether lines of this page are refused for days that would be some where days stand first."""
    no_days = (why for one in bad.lines for why in one.refusal.why if why.reason is Reason.NOT_A_DAY)
    first = upload.mapping.dates is DayOrder.ISO
    return first and any(is_day_first(str(why.facts.get("value", ""))) for why in no_days)


def table_of(upload: Upload) -> FileTable:
    """What the file holds; raises Refused where that is not kept any more."""
    return found_contents(upload).table


Say = Callable[[Refused], str]


def left_behind(upload: Upload, say: Say, why: str, left_out: str) -> list[tuple[str, ...]]:
    """The lines that were not loaded, or cannot be, as rows to download: under the titles of the file, and in front of
    them a column with the reasons, of which `why` is the title. left_out: what stands there for a line that the desk
    left out. Raises Refused where that is not kept any more.
    """
    contents = found_contents(upload)
    reasons = {one.line: " ".join(map(say, one.why)) for one in upload_work.refusals(upload.id)}
    reasons |= dict.fromkeys(contents.left_out, left_out)
    places = upload.mapping.placed(contents.table, upload.kind.required, upload.kind.optional)
    rows = [(why, *contents.table.titles)]
    for line, row in contents.table.rows:
        if line in reasons:
            cells = [*row]
            for name, value in contents.mended.get(line, {}).items():
                if name in places and places[name] < len(cells):
                    cells[places[name]] = value
            rows.append((reasons[line], *cells))
    return rows


def present_mapping(settings: Settings, kind: FileKind) -> ColumnMapping:
    """What the columns of such files are called: as the desk said last, else as kloof.toml says."""
    return uploads.mapping_of(kind) or settings.deals.columns
