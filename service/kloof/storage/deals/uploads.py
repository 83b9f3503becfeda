"""Files that the desk sent in: their history, and what they hold for as long as that is needed."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from kloof.domain.deals.files import FileKind
from kloof.domain.deals.reading.columns import ColumnMapping
from kloof.domain.deals.reading.tables import FileTable
from kloof.domain.deals.uploads import (
    KEPT,
    Contents,
    Counts,
    Upload,
    UploadState,
    mapping_as_values,
    mapping_from_values,
    packed,
    table_as_values,
    table_from_values,
    unpacked,
)
from kloof.storage.database import transaction
from kloof.storage.models import ColumnTitles, UploadContents
from kloof.storage.models import Upload as Row
from kloof.storage.statements import first_row, rows, timestamp


class _Upload(NamedTuple):
    id: int
    kind: str
    name: str
    state: str
    at: datetime | str
    changed_at: datetime | str
    sender: str | None
    lines: int
    created: int
    updated: int
    unchanged: int
    refused: int
    left_out: int
    mapping: str
    encoding: str
    sheet: str
    done: int
    job: int | None


_FROM = """
SELECT u.id AS id, u.kind AS kind, u.name AS name, u.state AS state, u.at AS at, u.changed_at AS changed_at,
       p.name AS sender, u.lines AS lines, u.created AS created, u.updated AS updated, u.unchanged AS unchanged,
       u.refused AS refused, u.left_out AS left_out, u.mapping AS mapping, u.encoding AS encoding, u.sheet AS sheet,
       u.done AS done, u.job AS job
FROM upload u LEFT JOIN person p ON p.id = u.person
"""
_ONE = f"{_FROM} WHERE u.id = ?"
_LATEST = f"{_FROM} ORDER BY u.id DESC LIMIT ?"


def add(
    kind: FileKind, name: str, table: FileTable, mapping: ColumnMapping, person: int | None, now: datetime
) -> int:
    """A file that was sent in, of which somebody has to say which column is which; gives its number."""
    with transaction():
        number = int(
            Row.insert(
                kind=kind.value,
                name=name[:200],
                state=UploadState.UNCLEAR.value,
                at=now,
                changed_at=now,
                person=person,
                lines=len(table.rows),
                mapping=_text(mapping),
                encoding=table.encoding,
                sheet=table.sheet[:200],
            ).execute()
        )
        UploadContents.insert(
            upload=number, content=packed(table_as_values(table)), edits=packed([{}, []]), found=b""
        ).execute()
    return number


def find(number: int) -> Upload | None:
    """This file; None where there is none."""
    row = first_row(_Upload, _ONE, number)
    return _value(row) if row else None


def latest(most: int) -> list[Upload]:
    """The files that were sent in last, newest first."""
    return [_value(row) for row in rows(_Upload, _LATEST, most)]


def tables() -> Iterator[FileTable]:
    """What is kept of every file, one by one."""
    for row in UploadContents.select(UploadContents.content).iterator():
        yield table_from_values(unpacked(bytes(row.content)))


def contents(number: int) -> Contents | None:
    """What this file holds; None where that is not kept any more."""
    row = UploadContents.select().where(UploadContents.upload == number).first()
    if row is None:
        return None
    mended, left_out = unpacked(bytes(row.edits))
    return Contents(
        table_from_values(unpacked(bytes(row.content))),
        {int(line): cells for line, cells in mended.items()},
        frozenset(left_out),
        bytes(row.found),
    )


def found(number: int) -> bytes:
    """What is wrong in this file, as whoever checked it packed that; empty where that is not kept any more."""
    row = UploadContents.select(UploadContents.found).where(UploadContents.upload == number).first()
    return bytes(row.found) if row else b""


def step(number: int, of: Collection[UploadState], to: UploadState, now: datetime, **facts: Any) -> bool:
    """The file goes on from one of these states; False where it has gone on already.

    facts: `counts`, `mapping`, `job` and `done`, as far as they change with it.
    """
    values = {"state": to.value, "changed_at": now, **_columns(facts)}
    with transaction():
        return bool(
            Row.update(**values).where(Row.id == number, Row.state.in_([one.value for one in of])).execute()
        )


def keep_progress(number: int, done: int, counts: Counts) -> None:
    """So many lines of this file were looked at while it was loaded, in the transaction of the last of them."""
    Row.update(**_columns({"done": done, "counts": counts})).where(Row.id == number).execute()


def keep_contents(number: int, kept: Contents) -> bool:
    """What the file holds from now on; False where that was forgotten meanwhile."""
    edits = [{str(line): dict(cells) for line, cells in kept.mended.items()}, sorted(kept.left_out)]
    values = {
        "content": packed(table_as_values(kept.table)),
        "edits": packed(edits),
        "found": kept.found,
    }
    with transaction():
        return bool(UploadContents.update(**values).where(UploadContents.upload == number).execute())


def forget(number: int) -> None:
    """What this file holds is kept no longer."""
    with transaction():
        UploadContents.delete().where(UploadContents.upload == number).execute()


def forget_all() -> None:
    """What any file holds is kept no longer: somebody is erased, and nobody can say in which files they stand."""
    UploadContents.delete().execute()
    Row.update(state=UploadState.DROPPED.value).where(Row.state.in_(_OPEN)).execute()


def forget_old(now: datetime) -> None:
    """What was sent in more than a day ago, and was not loaded, is kept no longer."""
    old = Row.select(Row.id).where(Row.at < now - KEPT)
    if not UploadContents.select(UploadContents.id).where(UploadContents.upload.in_(old)).exists():
        return
    with transaction():
        UploadContents.delete().where(UploadContents.upload.in_(old)).execute()
        Row.update(state=UploadState.DROPPED.value, changed_at=now).where(
            Row.state.in_(_OPEN), Row.at < now - KEPT
        ).execute()


_OPEN = [state.value for state in UploadState if state not in {UploadState.LOADED, UploadState.DROPPED}]


def mapping_of(kind: FileKind) -> ColumnMapping | None:
    """What the desk said that the columns of such a file are called; None where it never did."""
    row = ColumnTitles.select().where(ColumnTitles.kind == kind.value).first()
    return mapping_from_values(json.loads(row.mapping)) if row else None


def keep_mapping(kind: FileKind, mapping: ColumnMapping, person: int | None, now: datetime) -> None:
    """From now on the columns of such a file are called so."""
    said = {"mapping": _text(mapping), "said_at": now, "person": person}
    with transaction():
        if not ColumnTitles.update(**said).where(ColumnTitles.kind == kind.value).execute():
            ColumnTitles.insert(kind=kind.value, **said).execute()


def _columns(facts: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {name: facts[name] for name in ("job", "done") if name in facts}
    if "mapping" in facts:
        values["mapping"] = _text(facts["mapping"])
    if "counts" in facts:
        counts: Counts = facts["counts"]
        values |= {name: getattr(counts, name) for name in Counts.__dataclass_fields__}
    return values


def _text(mapping: ColumnMapping) -> str:
    return json.dumps(mapping_as_values(mapping), ensure_ascii=False)


def _value(row: _Upload) -> Upload:
    return Upload(
        id=row.id,
        kind=FileKind(row.kind),
        name=row.name,
        state=UploadState(row.state),
        at=timestamp(row.at),
        changed_at=timestamp(row.changed_at),
        by=row.sender or "",
        lines=row.lines,
        counts=Counts(row.created, row.updated, row.unchanged, row.refused, row.left_out),
        mapping=mapping_from_values(json.loads(row.mapping)),
        encoding=row.encoding,
        sheet=row.sheet,
        done=row.done,
        job=row.job,
    )
