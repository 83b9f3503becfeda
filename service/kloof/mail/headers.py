"""The header of a mail, written straight: EmailMessage is fifty times slower and folds what must not be."""

from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache

_STANDS_IN = "address@in.its.place"


def one_line(text: str) -> str:
    """Without line breaks and other control characters, so that a name can never add a header."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def words(text: str) -> str:
    """Free text as RFC 2047 writes it; many customers share a subject."""
    line = one_line(text)
    return line if line.isascii() else Header(line, "utf-8", maxlinelen=70).encode(linesep="\r\n")


@lru_cache(maxsize=256)
def mailbox(name: str, address: str) -> str:
    """`"Jansen, Piet" <piet@example.nl>`; an address with other letters stands there as it is (RFC 6532)."""
    if address.isascii():
        return formataddr((one_line(name), address), "utf-8")
    return formataddr((one_line(name), _STANDS_IN), "utf-8").replace(_STANDS_IN, address)


def header(fields: list[tuple[str, str]]) -> str:
    """The fields, each on one line: one-click opt-out breaks when List-Unsubscribe is folded."""
    return "".join(f"{name}: {value}\r\n" for name, value in fields)


def timestamp(now: datetime) -> str:
    """A Date, as RFC 5322 writes it."""
    return format_datetime(now)


def domain_in_ascii(address: str) -> str:
    """The address with its domain as DNS knows it; what stands before the @ stays."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address
