"""What the catcher kept, read back: a list of mails, and one mail with the faces that it has.

Anybody may mail anything to the catcher, so nothing here trusts what a mail says of itself: the parser that knows what
every header means gives up on some of them, and the plain one does not.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from kloof.domain.text import LANGUAGES
from kloof.mail.headers import one_line
from kloof.mail.texts import MailText, mail_texts

LONGEST_SUBJECT = 998  # RFC 5322, 2.1.1; kloof writes none that comes near it
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PICTURES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
_WITHIN = re.compile(r"cid:([^\s\"'()<>]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address; the name is empty where the mail gives none."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail as a list shows it. `letter` is the field of Letters whose subject it has; empty where none has it."""

    name: str
    sender: Mailbox
    recipient: Mailbox
    subject: str
    sent_at: datetime
    letter: str


@dataclass(frozen=True, slots=True)
class Opened:
    """One mail. `html` has its own pictures in it; `text` and `html` are empty where the mail has no such part."""

    envelope: Caught
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]

    @property
    def language(self) -> str:
        """The language that it names (RFC 3282), where it names one of ours; else empty."""
        named = dict(self.headers).get("Content-Language", "")
        return named if named in LANGUAGES else ""


def names(folder: Path) -> list[str]:
    """The names of all mails in the folder, the latest first: a name begins with the moment of arrival."""
    return sorted((file.stem for file in folder.glob("[!.]*.eml")), reverse=True)


def caught(folder: Path, wanted: Iterable[str]) -> list[Caught]:
    """These mails, as a list shows them."""
    files = [_file(folder, name) for name in wanted]
    return [_envelope(file, message_from_bytes(file.read_bytes())) for file in files]


def opened(folder: Path, name: str) -> Opened | None:
    """The mail with this name; None where there is none."""
    if not _NAME.fullmatch(name) or not _file(folder, name).is_file():
        return None
    message = message_from_bytes(_file(folder, name).read_bytes())
    return Opened(_envelope(_file(folder, name), message), *_faces(message))


def faces(raw: bytes) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """The faces of a mail that lies in no folder: its text, its HTML, and its headers in words."""
    return _faces(message_from_bytes(raw))


def _faces(message: Message) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    headers = tuple((field, _decoded(str(value))) for field, value in message.items())
    return _body(message, "text/plain"), _with_pictures(_body(message, "text/html"), message), headers


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.eml"


def _envelope(file: Path, message: Message) -> Caught:
    subject = _decoded(str(message["Subject"] or ""))
    sender, recipient = (_mailbox(str(message[field] or "")) for field in ("From", "To"))
    return Caught(file.stem, sender, recipient, subject, _moment(message, file), _letter_of(subject))


def _decoded(field: str) -> str:
    """What a header says, in one line of plain text; as it stands where it cannot be decoded."""
    with suppress(HeaderParseError, LookupError, ValueError):
        field = str(make_header(decode_header(field)))
    return one_line(field.encode(errors="replace").decode())


def _mailbox(field: str) -> Mailbox:
    name = address = ""
    with suppress(RecursionError):  # brackets without end
        name, address = parseaddr(field)
    return Mailbox(_decoded(name), _decoded(address or field))


def _moment(message: Message, file: Path) -> datetime:
    """When it was sent by its own account, else when it arrived."""
    with suppress(ValueError, OverflowError):
        said = parsedate_to_datetime(str(message["Date"]))
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _letter_of(subject: str) -> str:
    if len(subject) > LONGEST_SUBJECT:
        return ""
    return next((name for name, pattern in _subjects() if pattern.fullmatch(subject)), "")


@cache
def _subjects() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every letter with what its subject looks like; the most telling one first, since a company is called anything."""
    texts = [
        (name, letter.subject[language])
        for name, letter in mail_texts()
        if isinstance(letter, MailText)
        for language in LANGUAGES
    ]
    texts.sort(key=lambda text: len(re.sub(r"{\w+}", "", text[1])), reverse=True)
    return tuple((name, re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(words)))) for name, words in texts)


def _body(message: Message, kind: str) -> str:
    """The first part of this kind that is no attachment, in words; empty where there is none."""
    for part in message.walk():
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            return _words(part)
    return ""


def _words(part: Message) -> str:
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    words = content.decode(errors="replace")
    with suppress(LookupError, ValueError):
        words = content.decode(part.get_content_charset("utf-8"), "replace")
    return words.encode(errors="replace").decode()


def _with_pictures(html: str, message: Message) -> str:
    """The same, with each picture that the mail carries (RFC 2392) in the place where it refers to it."""
    pictures = {
        str(part["Content-ID"]).strip(" <>"): part
        for part in message.walk()
        if part["Content-ID"] and part.get_content_type() in _PICTURES
    }

    def put(reference: re.Match[str]) -> str:
        part = pictures.get(unquote(reference[1]))
        return _as_address(part) if part else reference[0]

    return _WITHIN.sub(put, html)


def _as_address(picture: Message) -> str:
    content = picture.get_payload(decode=True)
    encoded = b64encode(content if isinstance(content, bytes) else b"").decode()
    return f"data:{picture.get_content_type()};base64,{encoded}"
