"""Checking and loading a file of the desk: at once where it is short, else by the worker."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from kloof.actions.deals import imports
from kloof.actions.deals.imports import Begun, Incoming, Progress, no_progress
from kloof.actions.deals.reports import Refusal, Report
from kloof.config import Settings
from kloof.domain import addresses
from kloof.domain.access.audit_log import Actor
from kloof.domain.deals.files import FileKind
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.deals.uploads import Contents, Counts, Upload, UploadState, packed, unpacked
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.jobs.kept_refusals import as_values, from_values
from kloof.domain.spelling import spelled
from kloof.domain.surveys.definition import Survey
from kloof.storage.deals import uploads


@dataclass(frozen=True, slots=True)
class Errand:
    """Who works on a file, when, and by which settings. offered: reads the surveys in force, by id."""

    settings: Settings
    offered: Callable[[], Mapping[str, Survey]]
    who: Actor
    now: datetime


AT_ONCE: Final = 500
"""Lines of a file that are checked, or loaded, while somebody waits."""


def found_upload(number: int) -> Upload:
    """This file; raises NotFound where there is none."""
    upload = uploads.find(number)
    if upload is None:
        raise NotFound(Reason.UPLOAD_NOT_HERE, f"No file has the number {number}.")
    return upload


def found_contents(upload: Upload) -> Contents:
    """What this file holds; raises Refused where that is not kept any more."""
    contents = uploads.contents(upload.id)
    if contents is None:
        raise Refused(
            Reason.UPLOAD_GONE,
            f"What {upload.name} held is not kept any more.",
            remedy="Choose the file again.",
        )
    return contents


def check(errand: Errand, number: int, progress: Progress = no_progress) -> Mapping[str, Any]:
    """Say of each line of this file what it would do; gives the counts."""
    upload = found_upload(number)
    contents = found_contents(upload)
    incoming, offered = _incoming(upload, contents), _offered(errand, upload)
    report = imports.check(errand.settings, incoming, offered, errand.now, progress)
    uploads.keep_contents(number, replace(contents, found=_packed(report)))
    counts = _counts(report, contents)
    of = {UploadState.UNCLEAR, UploadState.CHECKING, UploadState.CHECKED}
    uploads.step(number, of, UploadState.CHECKED, errand.now, counts=counts)
    return {"good": counts.good, "refused": counts.refused}


def load(errand: Errand, number: int, progress: Progress = no_progress) -> Mapping[str, Any]:
    """Take the good lines of this file in; only the others are kept, for a day. Gives the counts."""
    upload = found_upload(number)
    if upload.state is UploadState.LOADED:  # by a worker that was stopped before it could say so
        return {"good": upload.counts.good, "refused": upload.counts.refused}
    contents = found_contents(upload)

    def kept(done: int, report: Report) -> None:
        uploads.keep_progress(number, done, _counts(report, contents))

    begun = Begun()
    if upload.done:
        was = upload.counts
        begun = Begun(upload.done, was.created, was.updated, was.unchanged)
    incoming, offered = _incoming(upload, contents), _offered(errand, upload)
    report = imports.load(
        errand.settings, incoming, offered, errand.now, progress, by=errand.who, begun=begun, kept=kept
    )
    uploads.keep_contents(number, _left_behind(contents, report))
    counts = _counts(report, contents)
    uploads.step(number, {UploadState.LOADING}, UploadState.LOADED, errand.now, counts=counts)
    if not counts.behind:
        uploads.forget(number)
    return {"good": counts.good, "refused": counts.refused}


def refusals(number: int) -> list[Refusal]:
    """What is wrong with this file, line by line, as it was found last."""
    return [
        Refusal(line, deal_id, "; ".join(map(str, why)), why)
        for line, deal_id, values in _found(number)["refused"]
        for why in [tuple(one for one in map(from_values, values) if isinstance(one, Refused))]
    ]


def forecast(number: int) -> FileForecast | None:
    """The mail that loading this file would cause, as it was foreseen last; None where that is not known."""
    mail = _found(number)["mail"]
    return FileForecast.of_dict(mail) if mail else None


def _found(number: int) -> Mapping[str, Any]:
    found = unpacked(uploads.found(number)) or []
    # A file that was checked before kloof looked ahead has only its lines there.
    return found if isinstance(found, dict) else {"refused": found, "mail": None}


def lines_about(address: str | None, deal_ids: Collection[str]) -> list[dict[str, object]]:
    """Each line that names this address, or one of these deals, in a file of the desk whose lines are still kept: the
    file, and its cells by their titles.
    """
    return [
        {"file": table.name, "line": line, "cells": dict(zip(table.titles, cells, strict=False))}
        for table in uploads.tables()
        for line, cells in table.rows
        if any(
            spelled(cell) in deal_ids or ("@" in cell and addresses.known_as(cell) == address)
            for cell in cells
        )
    ]


def _packed(report: Report) -> bytes:
    refused = [[one.line, one.deal_id, [as_values(why) for why in one.why]] for one in report.refused]
    return packed({"refused": refused, "mail": report.forecast.as_dict() if report.forecast else None})


def _incoming(upload: Upload, contents: Contents) -> Incoming:
    return Incoming(upload.kind, contents.table, upload.mapping, contents.mended, contents.left_out)


def _offered(errand: Errand, upload: Upload) -> Mapping[str, Survey]:
    return errand.offered() if upload.kind is FileKind.DEALS else {}


def _counts(report: Report, contents: Contents) -> Counts:
    return Counts(
        report.created, report.updated, report.unchanged, len(report.refused), len(contents.left_out)
    )


def _left_behind(contents: Contents, report: Report) -> Contents:
    behind = contents.left_out | {one.line for one in report.refused}
    rows = tuple(row for row in contents.table.rows if row[0] in behind)
    mended = {line: cells for line, cells in contents.mended.items() if line in behind}
    return Contents(replace(contents.table, rows=rows), mended, contents.left_out, _packed(report))
