"""Letters for customers without an address: printed once, in one PDF, with the link of their invitation."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from kloof import storage
from kloof.actions.former_keys import former_of
from kloof.actions.mailing.batches import withdraw_unwanted
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.mailing.messages import Outgoing
from kloof.domain.spelling import spelled
from kloof.domain.surveys.definition import Survey
from kloof.storage.access import audit_log
from kloof.storage.mailing import letters, subjects
from kloof.storage.surveys import versions

MOST = 500
"""Letters in one file: a pile that one printer takes."""
AT_ONCE = 100
"""Letters in one file for a browser, which waits while they are made."""
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class PrintedLetters:
    """What was printed: the messages of the letters in order, and how many letters are still due.

    `unprintable`: why each of those cannot be printed that have letters for which there is no shape. They wait.
    """

    letters: tuple[int, ...]
    waiting: int
    withdrawn: int = 0
    unprintable: tuple[Refused, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        cannot = [
            {name: refusal.facts[name] for name in ("deal", "text", "letters")}
            for refusal in self.unprintable
        ]
        counts = {"printed": len(self.letters), "waiting": self.waiting, "withdrawn": self.withdrawn}
        return {**counts, "unprintable": cannot}


@dataclass(frozen=True, slots=True)
class _Printable:
    """A letter and the survey that it asks for; it closes some days after printing."""

    mail: Outgoing
    survey: Survey
    closes_at: datetime

    def printed(self, settings: Settings) -> letters.Printed:
        assert self.mail.asks is not None, "a letter always asks a survey"  # noqa: S101
        code = tokens.code(settings.secret_key, self.mail.to.salt)
        return letters.Printed(
            self.mail.id,
            self.mail.asks.invitation,
            self.mail.to.customer or 0,
            tokens.code_fingerprint(settings.secret_key, code),
            self.closes_at,
        )


def print_new(
    settings: Settings, file: Path, now: datetime, by: Actor = COMMAND_LINE, most: int = MOST
) -> PrintedLetters:
    """Write every letter that is due to `file`, and mark them printed; without any, no file is made.

    Nothing is marked unless the file stands there. Raises Refused where it stood there before, cannot be
    written, or what was to be printed changed meanwhile.
    """
    _refuse_if_there(file)
    with storage.transaction():
        mails = subjects.outgoing(letters.waiting(now, most))
        unwanted = withdraw_unwanted(settings, mails, now)
    printables = _printables([mail for mail in mails if mail.id not in unwanted], now)
    printed, unprintable = (
        _print(settings, file, printables, now, by, again=False) if printables else ((), ())
    )
    return PrintedLetters(printed, letters.count_due(now), len(unwanted), unprintable)


def print_again(settings: Settings, file: Path, deal_id: str, now: datetime) -> PrintedLetters:
    """Write the letters of one deal once more, with the same link; they close as if they were printed today."""
    _refuse_if_there(file)
    storage.ensure_connected()
    printables = _printables(subjects.outgoing(letters.of_deal(spelled(deal_id))), now)
    printed, unprintable = _print(settings, file, printables, now, COMMAND_LINE, again=True)
    return PrintedLetters(printed, letters.count_due(now), unprintable=unprintable)


def pdf_of_new(settings: Settings, now: datetime, by: Actor) -> tuple[bytes, PrintedLetters]:
    """As `print_new`, for a browser: the file itself, empty where nothing was printed; at most AT_ONCE letters."""
    return _as_pdf(lambda file: print_new(settings, file, now, by, AT_ONCE))


def pdf_of_pile(settings: Settings, printed_at: datetime, now: datetime, by: Actor) -> bytes:
    """The letters that were printed together at this moment and are not answered, once more, with the same links.

    Raises NotFound where there are none.
    """
    printables = _printables(subjects.outgoing(letters.of_pile(printed_at)), now)
    return _as_pdf(lambda file: _print(settings, file, printables, now, by, again=True))[0]


def _as_pdf(make: Callable[[Path], Made]) -> tuple[bytes, Made]:
    """What `make` writes, kept on disk only while it is made: it is full of personal links."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "letters.pdf"
        made = make(file)
        return file.read_bytes() if file.exists() else b"", made


def without_code(now: datetime) -> list[letters.NoCode]:
    """The letters whose code opens nothing since the secret key was replaced: they have to be printed again."""
    return letters.without_code(now)


def pdf_of_those_without_code(settings: Settings, now: datetime, by: Actor) -> bytes:
    """Letters whose code opens nothing any more, once more and with a new one; at most AT_ONCE of them.

    Raises NotFound where there are none.
    """
    numbers = [letter.message for letter in without_code(now)[:AT_ONCE]]
    if not numbers:
        raise letters.no_pile()
    printables = _printables(subjects.outgoing(numbers), now)
    return _as_pdf(lambda file: _print(settings, file, printables, now, by, again=True))[0]


def link_of_code(settings: Settings, typed: str, purpose: tokens.Purpose) -> str:
    """The token that the code from a letter stands for; raises NotFound where no letter has it."""
    code = tokens.typed_code(typed)
    salt = _salt_of(settings, code) if code else None
    if salt is None:
        raise NotFound(Reason.CODE_UNKNOWN, "No letter has this code.")
    return tokens.token(settings.secret_key, purpose, salt)


def _salt_of(settings: Settings, code: str) -> bytes | None:
    """Letters that were printed before the key was replaced have a code that was made with the former one."""
    found = letters.salt_of_code(tokens.code_fingerprint(settings.secret_key, code))
    for former in () if found else former_of(settings):
        found = found or letters.salt_of_code(tokens.code_fingerprint(former, code))
    return found


def _printables(mails: list[Outgoing], now: datetime) -> list[_Printable]:
    known: dict[int, Survey] = {}
    printables = []
    for mail in mails:
        assert mail.asks is not None, "a letter always asks a survey"  # noqa: S101
        if mail.asks.survey not in known:
            known[mail.asks.survey] = versions.by_row(mail.asks.survey)
        survey = known[mail.asks.survey]
        printables.append(_Printable(mail, survey, now + timedelta(days=survey.timing.open_for_days)))
    return printables


def _print(
    settings: Settings, file: Path, printables: list[_Printable], now: datetime, by: Actor, *, again: bool
) -> tuple[tuple[int, ...], tuple[Refused, ...]]:
    """The messages that are on paper now, and why each of the others is not."""
    # It reads fonts, which takes a while: only a command that prints waits for it.
    from kloof.mail.letter_pdf import LetterPrinter

    on_paper, unprintable = [], []
    with LetterPrinter(settings) as printer:
        for printable in printables:
            try:
                printer.add(printable.mail, printable.survey, printable.closes_at, now)
            except Refused as refusal:
                unprintable.append(refusal)
            else:
                on_paper.append(printable)
        pdf = printer.pdf() if on_paper else b""
    if on_paper:
        _keep(settings, file, pdf, on_paper, now, by, again=again)
    return tuple(printable.mail.id for printable in on_paper), tuple(unprintable)


def _keep(
    settings: Settings,
    file: Path,
    pdf: bytes,
    on_paper: list[_Printable],
    now: datetime,
    by: Actor,
    *,
    again: bool,
) -> None:
    with _in_place_of(file, pdf) as put_in_place, storage.transaction():
        numbers = [printable.mail.id for printable in on_paper]
        if not again and letters.locked(numbers, now) != sorted(numbers):
            raise _changed()
        marked = letters.mark_printed([printable.printed(settings) for printable in on_paper], now)
        if marked != len(on_paper):
            raise _changed()
        audit_log.write(by, AuditAction.LETTER_PRINTED, now, deals=subjects.deals_of(numbers))
        put_in_place()


@contextlib.contextmanager
def _in_place_of(file: Path, content: bytes) -> "Iterator[_PutInPlace]":
    """The content on disk under another name, gone at the end unless it was put in place."""
    try:
        number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(number, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
    except OSError as error:
        raise _unwritable(file, error) from None
    try:
        yield _PutInPlace(Path(name), file)
    finally:
        Path(name).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _PutInPlace:
    """The last act of the transaction: a letter is never marked printed without its file."""

    written: Path
    file: Path

    def __call__(self) -> None:
        try:
            _refuse_if_there(self.file)
            self.written.replace(self.file)
        except OSError as error:
            raise _unwritable(self.file, error) from None


def _refuse_if_there(file: Path) -> None:
    if file.exists():
        raise _there(file)


def _there(file: Path) -> Refused:
    return Refused(
        Reason.FILE_IN_THE_WAY,
        f"{file} is there already, perhaps with letters of another day.",
        remedy="Name another file.",
    )


def _unwritable(file: Path, error: OSError) -> Refused:
    return Refused(
        Reason.FILE_UNWRITABLE,
        f"{file} cannot be written: {error.strerror}.",
        remedy="No letter was marked as printed. Name another file.",
    )


def _changed() -> Refused:
    return Refused(
        Reason.LETTERS_CHANGED,
        "While the letters were made, one of them was printed elsewhere or withdrawn.",
        remedy="Nothing was printed or marked. Run this again.",
    )
