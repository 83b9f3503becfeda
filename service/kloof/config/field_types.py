"""What may be written in a setting: a name, a line of text, an address, a mail domain, the origin of a site."""

from contextlib import suppress
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

from kloof.domain.addresses import domain_of
from kloof.domain.spelling import spelled

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_OF_HOSTS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")


def is_this_machine(host: str | None) -> bool:
    """Whether a host is the machine that asks: by its whole name, and any address that never leaves it."""
    if host in THIS_MACHINE:
        return True
    with suppress(ValueError):
        return ip_address(host or "").is_loopback
    return False


def _origin(text: str) -> str:
    """A scheme and a host, with a port perhaps, and nothing else: it becomes a word of a policy that browsers obey."""
    text = text.strip().lower().removesuffix("/")
    place = urlsplit(text)
    host = place.hostname or ""
    whole = f"{place.scheme}://{host}" + (f":{place.port}" if place.port else "")
    if whole != text or not host or not _OF_HOSTS.issuperset(host):
        raise ValueError('is no origin; write one like "https://crm.example.com", without a path or a *')
    if place.scheme != "https" and not (place.scheme == "http" and is_this_machine(host)):
        raise ValueError("begins with https://: whoever is between could show the page in a frame of theirs")
    return text


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\r\n]*$"),
    AfterValidator(spelled),
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\r\n]*$")
]
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s<>]+@[^@\s<>]+$")
]
MailDomain = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=253, pattern=r"^[^@\s]+\.[^@\s]+$"),
    AfterValidator(domain_of),
]
Origin = Annotated[str, AfterValidator(_origin)]
