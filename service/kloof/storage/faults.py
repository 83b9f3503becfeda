"""What a database engine says when it cannot go on, as one of our refusals: what happened, where, and what to do."""

import errno
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from peewee import DataError, InterfaceError, OperationalError, PeeweeException

from kloof.domain.errors import Reason, Refused

FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def explained(error: BaseException | None, place: str) -> Refused | None:
    """The refusal that says what this error of a driver, or of the file system, means for the database at `place`.

    None where it means that a statement is wrong, and not the database. To take a transaction back may fail in its
    turn, so what came before counts as well.
    """
    while error is not None:
        refusal = _of_the_disk(error, place) if isinstance(error, OSError) else _of_the_engine(error, place)
        if refusal:
            return refusal
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None


def _of_the_engine(error: BaseException, place: str) -> Refused | None:
    if not isinstance(error, PeeweeException):
        return None
    driver = getattr(error, "orig", None)
    if isinstance(driver, sqlite3.Error):
        return of_sqlite(driver, place)
    said = str(error).strip().partition("\n")[0].rstrip(".")
    word = _POSTGRESQL.get(getattr(driver, "sqlstate", None) or "")
    if word:
        return word(place, said)
    if isinstance(error, OperationalError | InterfaceError):
        return silent(place, said)
    return unfit(said) if isinstance(error, DataError) else None


def of_sqlite(error: sqlite3.Error, place: str) -> Refused | None:
    """The refusal for what SQLite itself says; None as in `explained`."""
    # Of the extended code the last byte says what kind it is: https://sqlite.org/rescode.html
    word = _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return word(place, str(error)) if word else None


def gone(place: str, _: str = "") -> Refused:
    folder = Path(place).parent
    what = f"{place} is not there" if folder.is_dir() else f"its folder {folder} is not there"
    return Refused(
        Reason.DATABASE_GONE,
        f"The database is gone: {what}.",
        remedy="Put it back, from a backup if need be: kloof goes on by itself.",
    )


def replaced(place: str) -> Refused:
    return Refused(
        Reason.DATABASE_GONE,
        f"The database {place} was replaced or overwritten while something was saved: that is not in it.",
        remedy="Do it once more.",
    )


def damaged(place: str, said: str) -> Refused:
    return Refused(
        Reason.DATABASE_DAMAGED,
        f"The database {place} is damaged: {said}.",
        remedy="Stop kloof, keep this file, and put a backup in its place.",
    )


def unwritable(place: str, said: str) -> Refused:
    return Refused(
        Reason.DATABASE_UNWRITABLE,
        f"The database {place} cannot be opened to write: {said}.",
        remedy="Give it, its folder and the files beside it to the user that runs kloof, and look at the disk.",
    )


def full(place: str, _: str = "") -> Refused:
    return Refused(
        Reason.DISK_FULL,
        f"There is no room left where {place} stands: what was to be saved was not.",
        remedy="Make room, and do it once more.",
    )


def silent(_: str, said: str) -> Refused:
    return Refused(
        Reason.DATABASE_SILENT,
        f"The database does not answer: {said}.",
        remedy="Check KLOOF_DATABASE_URL, and whether it runs and may be opened.",
    )


def called_off(place: str, _: str) -> Refused:
    return silent(place, "a statement took too long, and was called off")


def unfit(said: str) -> Refused:
    return Refused(
        Reason.NOT_UNDERSTOOD,
        f"A text is too long or holds a sign that cannot be stored: {said}.",
        remedy="Type it again; nothing was changed.",
    )


def _cannot_open(place: str, said: str) -> Refused:
    return unwritable(place, said) if Path(place).exists() else gone(place)


def _of_the_disk(error: OSError, place: str) -> Refused | None:
    if error.errno in FULL_DISK:
        return full(str(error.filename or place))
    if error.filename is None or not str(error.filename).startswith(place):
        return None
    if error.errno == errno.ENOENT:
        return gone(place)
    return unwritable(place, f"{error.filename}: {error.strerror}")


Word = Callable[[str, str], Refused]
_SQLITE: Final[Mapping[int, Word]] = MappingProxyType(
    {
        3: unwritable,  # PERM
        5: silent,  # BUSY
        8: unwritable,  # READONLY
        10: unwritable,  # IOERR
        11: damaged,  # CORRUPT
        13: full,
        14: _cannot_open,
        26: damaged,  # NOTADB
    }
)
_POSTGRESQL: Final[Mapping[str, Word]] = MappingProxyType(
    {
        "25006": unwritable,  # read_only_sql_transaction
        "42501": unwritable,  # insufficient_privilege
        "53100": full,
        "57014": called_off,  # query_canceled
        "58030": unwritable,  # io_error
        "XX001": damaged,
        "XX002": damaged,
    }
)
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""
