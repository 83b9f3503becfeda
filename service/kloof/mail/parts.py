"""A mail from anywhere taken apart: its header, and what stands in each part, whatever it claims to be.

Anybody may send anything to a bounce address, so every size and depth is bounded before a parser sees it.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32
from html.parser import HTMLParser
from quopri import decodestring

from kloof.domain.mailing.set_aside import SetAside, WhyAside

MOST_BYTES = 2 * 1024 * 1024
"""A bounce says little and quotes one mail of ours, which is a hundred times smaller."""
MOST_PARTS = 60
_LONGEST_FIELD = 4_000


class _Bounded(Compat32):
    """Takes a field as long as any sensible one: the parser of what is in it takes quadratic time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_FIELD]

    def header_fetch_parse(self, name: str, value: str) -> str:
        """As the letters that were sent (RFC 6532), where the plain policy would give an object in place of a text."""
        return in_letters(value.encode("utf-8", "surrogateescape"), "") if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class MailPart:
    """One part of a mail: its type in small letters, and what is in it, decoded.

    `quoted`: it stands in a mail within the mail, or in a report for programs.
    """

    kind: str
    content: bytes
    charset: str = ""
    quoted: bool = False

    @property
    def text(self) -> str:
        """What it says, as plain text; letters that its character set does not have are replaced."""
        text = in_letters(self.content, self.charset)
        return _without_tags(text) if self.kind == "text/html" else text


def parsed(raw: bytes) -> Message:
    """The mail as a tree of parts; raises SetAside where it is too large, or nested deeper than any mail is."""
    if len(raw) > MOST_BYTES:
        raise SetAside(WhyAside.TOO_LARGE)
    low = raw.lower()
    if low.count(b"boundary") + low.count(b"message/") > MOST_PARTS:
        raise SetAside(WhyAside.TOO_DEEP)
    return message_from_bytes(raw, policy=_Bounded())


def parts(mail: Message, *, quoted: bool = False) -> Iterator[MailPart]:
    """Every part that holds something of its own. What is a mail within a mail comes whole, and then its parts."""
    # A parameter that no semicolon keeps apart belongs to no type.
    kind = (mail.get_content_type().split() or ["text/plain"])[0]
    within = kind.startswith("message/")
    if within or not mail.is_multipart():
        yield MailPart(kind, _content(mail), str(mail.get_content_charset("")), quoted)
    for part in mail.get_payload() if mail.is_multipart() else ():
        if isinstance(part, Message):
            yield from parts(part, quoted=quoted or within or _has_travelled(part))


def _has_travelled(part: Message) -> bool:
    """Whether a part has the header of a mail, so that it is one, whatever type it says it has."""
    return "received" in part or ("message-id" in part and "from" in part)


def field(mail: Message, name: str) -> str:
    """A field of the header on one line, its letters decoded as far as they can be; empty where it is not there."""
    return " ".join(_decoded(str(mail.get(name, ""))).split())


def fields(text: str) -> list[dict[str, str]]:
    """The groups of `Name: value` in a report for programs, names in small letters, folded lines joined."""
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not line.strip():
            groups.append({})
            last = ""
        elif line[0] in " \t" and last:
            groups[-1][last] += " " + line.strip()
        elif colon and " " not in name.strip():
            last = name.strip().lower()
            groups[-1].setdefault(last, value.strip())
    return [group for group in groups if group]


def in_letters(content: bytes, charset: str) -> str:
    """These bytes as text, by the character set that they name, else as UTF-8, else as Latin 1."""
    for name in (charset, "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _content(part: Message) -> bytes:
    if not part.is_multipart():
        content = part.get_payload(decode=True)
        return content if isinstance(content, bytes) else b""
    inner = part.get_payload()
    whole = b"\n".join(one.as_bytes() for one in inner if isinstance(one, Message))
    # RFC 2046 forbids to encode these parts, and servers do; then the parser took lines of base64 for a header.
    return _unpacked(whole, str(part.get("Content-Transfer-Encoding", "")).strip().lower())


def _unpacked(content: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return decodestring(content)
    if encoding != "base64":
        return content
    letters = b"".join(content.split())
    try:
        return b64decode(letters + b"=" * (-len(letters) % 4))
    except Base64Error:
        return content


def _decoded(value: str) -> str:
    from email.header import decode_header

    try:
        pieces = decode_header(value)
    except (ValueError, LookupError):
        return value
    return "".join(
        piece if isinstance(piece, str) else in_letters(piece, name or "") for piece, name in pieces
    )


class _Words(HTMLParser):
    """Collects what a page says, without its tags, styles and programs."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden = tag in {"style", "script"}
        self.words.append("\n" if tag in {"p", "br", "div", "tr", "li", "pre"} else "")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def _without_tags(page: str) -> str:
    reader = _Words()
    reader.feed(page[:200_000])
    return "".join(reader.words)
