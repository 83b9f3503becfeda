"""A folder into which a CRM puts files, over SFTP or a share: taken once they are whole, loaded once, and put away.

A file that is whole is moved to working/ first, under a claim of its own; how far it is loaded is kept under that claim
in the transaction of each part. Whoever kills this finds it there the next time, and the rest of it is loaded.
"""

import csv
import fcntl
import io
import os
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from kloof import storage
from kloof.actions.deals import imports
from kloof.actions.deals.imports import Begun, Incoming, Line, Report
from kloof.actions.deals.reports import Refusal
from kloof.actions.deals.uploads import TITLES_OF_REASONS, WHY
from kloof.actions.retention import put_away
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings
from kloof.domain.deals.files import FileKind
from kloof.domain.deals.reading.columns import ColumnMapping
from kloof.domain.deals.reading.tables import FileTable, opened, without_reasons
from kloof.domain.deals.uploads import MOST_LINES
from kloof.domain.errors import BadInput, KloofError, Reason, Refused
from kloof.domain.spelling import in_spreadsheet
from kloof.domain.surveys.definition import Survey
from kloof.storage.deals import arrived_files
from kloof.storage.deals.arrived_files import ArrivedFile
from kloof.wording import translator
from kloof.wording.file_words import LINE_WORDS, worded

WORKING, DONE, REFUSED = "working", "done", "refused"
UNFINISHED: Final = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".swp")
"""What programs call a file that they are still writing."""
MOST_BYTES: Final = 64 * 1024 * 1024
REASONS: Final = ".why.csv"
_LOCK, _WHY = ".lock", "why"

Signature = tuple[int, int, int, int]
"""Of a file: another as soon as anything was written to it, or another file has its name."""


@dataclass(frozen=True, slots=True)
class FileTaken:
    """What became of one file: where it lies now, and what it did. `trouble`: why none of it could be read."""

    name: str
    put: str
    report: Report
    trouble: KloofError | None = None


@dataclass(frozen=True, slots=True)
class _Rest(Incoming):
    """The lines of a file that are still to do: those that were refused before, and those behind the first `begun`."""

    begun: int = 0
    again: frozenset[int] = frozenset()

    def lines(self) -> list[Line]:
        whole = Incoming.lines(self)
        return [line for at, line in enumerate(whole) if at >= self.begun or line[0] in self.again]


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """This folder is ours alone while this lasts, with the folders in it that are needed. Raises Refused where another
    watcher has it, and OSError where nothing can be written there.
    """
    for name in (WORKING, DONE, REFUSED):
        (folder / name).mkdir(exist_ok=True)
    with (folder / WORKING / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                Reason.FILE_IN_THE_WAY,
                f"{folder} is watched already.",
                remedy="End the other kloof deals watch first, or watch another folder.",
            ) from None
        yield


def seen(folder: Path) -> dict[str, Signature]:
    """The files that lie there now, by name; not what is hidden, still called unfinished, or no plain file."""
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~")) or entry.name.lower().endswith(UNFINISHED):
                continue
            if signature := _signature(Path(entry.path)):
                found[entry.name] = signature
    return dict(sorted(found.items()))


def work(
    settings: Settings,
    folder: Path,
    before: Mapping[str, Signature],
    clock: Callable[[], datetime],
) -> Iterator[FileTaken]:
    """Finish what was begun, and take each file that is as it was in the look `before`; the folder is held.

    Raises BadInput where the company's surveys cannot be used: then no file is touched.
    """
    offered = load_surveys(settings.surveys_folder)
    for begun in sorted((folder / WORKING).iterdir()):
        yield from _finished(settings, folder, begun, offered, clock)
    now = seen(folder)
    for name in (name for name in now if before.get(name) == now[name]):
        claim = folder / WORKING / uuid.uuid4().hex
        claim.mkdir()
        try:
            (folder / name).rename(claim / name)
        except FileNotFoundError:  # taken back by who put it there
            claim.rmdir()
            continue
        _to_disk(claim, claim.parent, folder)
        yield from _finished(settings, folder, claim, offered, clock)
    if before:
        put_away.forget_old(settings, (folder / DONE, folder / REFUSED), clock())


def _finished(
    settings: Settings,
    folder: Path,
    claim: Path,
    offered: Mapping[str, Survey],
    clock: Callable[[], datetime],
) -> Iterator[FileTaken]:
    """Load what is left of the file with this claim and put it away; nothing where it is away already."""
    if not claim.is_dir():
        return
    file = next((one for one in claim.iterdir() if not one.is_dir()), None)
    if file is not None:
        report, rows, trouble = _loaded(settings, file, claim.name, offered, clock)
        to = folder / (REFUSED if rows else DONE)
        name = _free_name(to, file.name)
        _say_why(claim, f"{name}{REASONS}", rows, settings)
        file.rename(to / name)
        _to_disk(to, claim)
        yield FileTaken(file.name, f"{to.name}/{name}", report, trouble)
    _put_away(claim, folder / REFUSED)


def _loaded(
    settings: Settings, file: Path, claim: str, offered: Mapping[str, Survey], clock: Callable[[], datetime]
) -> tuple[Report, list[tuple[str, ...]], KloofError | None]:
    """What the file did, and the rows that tell what was refused and why; none where nothing was."""
    try:
        kind, table = _read(file, settings.deals.columns)
        report = _load(settings, Incoming(kind, table, settings.deals.columns), claim, offered, clock)
    except KloofError as trouble:
        if trouble.reason not in LINE_WORDS:
            raise
        return Report(), [(_why(settings),), *((one,) for one in _in_words(trouble, settings))], trouble
    return report, _rows(settings, table, report.refused), None


def _load(
    settings: Settings,
    whole: Incoming,
    claim: str,
    offered: Mapping[str, Survey],
    clock: Callable[[], datetime],
) -> Report:
    stood = arrived_files.find(claim)
    rest = _Rest(whole.kind, whole.table, whole.mapping, begun=stood.done, again=stood.refused)
    numbers = [number for number, _ in rest.lines()]
    again = sum(number in stood.refused for number in numbers)

    def kept(done: int, report: Report) -> None:
        refused = {one.line for one in report.refused} | (stood.refused & {*numbers[done:]})
        arrived_files.keep(
            claim,
            ArrivedFile(
                stood.done + max(0, done - again),
                report.created,
                report.updated,
                report.unchanged,
                frozenset(refused),
            ),
        )

    begun = Begun(0, stood.created, stood.updated, stood.unchanged)
    return imports.load(settings, rest, offered, clock(), begun=begun, kept=kept)


def _read(file: Path, mapping: ColumnMapping) -> tuple[FileKind, FileTable]:
    """What is in the file, by the first kind whose columns it has. Raises as reading does for the likeliest kind."""
    raw = _bytes(file)
    refusals: list[KloofError] = []
    for kind in FileKind:
        try:
            table = without_reasons(opened(raw, file.name, mapping.wanted(kind.required)), TITLES_OF_REASONS)
            mapping.placed(table, kind.required, kind.optional)
        except (BadInput, Refused) as refusal:
            refusals.append(refusal)
        else:
            return kind, table
    raise refusals[0]


def _bytes(file: Path) -> bytes:
    # Whoever puts files here must not have another one read, or this wait for ever.
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb") as opened_file:
        raw = opened_file.read(MOST_BYTES + 1)
    lines = raw.count(b"\n")
    if len(raw) > MOST_BYTES or lines > MOST_LINES:
        raise Refused(Reason.FILE_TOO_LONG, f"{file.name} is too long.", lines=lines, most=MOST_LINES)
    return raw


def _rows(settings: Settings, table: FileTable, refused: list[Refusal]) -> list[tuple[str, ...]]:
    """The refused lines under the titles of the file, with the reasons in front, to be mended and put there again."""
    if not refused:
        return []
    titles, language = settings.deals.columns.titles, settings.company.language
    why = {one.line: " ".join(worded(part, language, titles) for part in one.why) for one in refused}
    lines = [(why[line], *cells) for line, cells in table.rows if line in why]
    return [(_why(settings), *table.titles), *lines]


def _in_words(trouble: KloofError, settings: Settings) -> list[str]:
    parts = trouble.parts if isinstance(trouble, BadInput) and trouble.parts else [trouble]
    return [worded(one, settings.company.language) for one in parts if one.reason in LINE_WORDS]


def _why(settings: Settings) -> str:
    return translator(settings.company.language)(WHY)


def _say_why(claim: Path, name: str, rows: list[tuple[str, ...]], settings: Settings) -> None:
    """Keep the reasons with the claim until the file itself is away, so that neither is ever without the other."""
    _forget_why(claim)
    if not rows:
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if settings.company.language == "nl" else ",")
    writer.writerows([in_spreadsheet(cell) for cell in row] for row in rows)
    (claim / _WHY).mkdir()
    (claim / _WHY / name).write_bytes(text.getvalue().encode("utf-8-sig"))


def _forget_why(claim: Path) -> None:
    shutil.rmtree(claim / _WHY, ignore_errors=True)


def _put_away(claim: Path, refused: Path) -> None:
    for reasons in (claim / _WHY).glob("*"):
        reasons.rename(refused / reasons.name)
    _forget_why(claim)
    claim.rmdir()
    with storage.transaction():
        arrived_files.forget([claim.name])


def _free_name(folder: Path, name: str) -> str:
    """The name, or one that nothing has there yet."""
    stem, dot, ending = name.rpartition(".")
    number, free = 1, name
    while (folder / free).exists() or (folder / f"{free}{REASONS}").exists():
        number += 1
        free = f"{stem}-{number}{dot}{ending}" if stem else f"{name}-{number}"
    return free


def _signature(path: Path) -> Signature | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _to_disk(*folders: Path) -> None:
    """What was moved there stays moved, whatever happens to the machine."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
