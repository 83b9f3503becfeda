"""Which addresses a webhook may lead to: those of the public internet, and networks that the settings name.

Somebody at the desk writes the address of an endpoint, and kloof stands inside the company's network. Without this rule
an endpoint could be a door to what only kloof can reach (server-side request forgery).
"""

from collections.abc import Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from kloof.domain.errors import Reason, Refused

Network = IPv4Network | IPv6Network

LONGEST_URL: Final = 2_000
_HIDES_ANOTHER: Final = tuple(
    ip_network(text)
    for text in (
        "::ffff:0:0/96",  # IPv4-mapped (RFC 4291)
        "::/96",  # IPv4-compatible, withdrawn
        "64:ff9b::/96",  # NAT64 (RFC 6052)
        "64:ff9b:1::/48",  # local NAT64 (RFC 8215)
        "2002::/16",  # 6to4 (RFC 3056)
        "2001::/32",  # Teredo (RFC 4380)
        "192.88.99.0/24",  # the relays of 6to4
    )
)
"""Behind an address in these stands another one, or a machine that leads to one."""


def may_be_reached(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether kloof may speak to this IP address, as a resolver gave it; False for what is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if any(found in network for network in allowed if network.version == found.version):
        return True
    return _is_public(found)


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address) and (found.scope_id or found.is_site_local):
        return False
    if any(found in network for network in _HIDES_ANOTHER if network.version == found.version):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


class UrlFault(StrEnum):
    """Why an address cannot be that of an endpoint."""

    LONG = "long"
    LETTERS = "letters"
    SCHEME = "scheme"
    HOST = "host"
    INSIDE = "inside"


_FAULTS: Final = {
    UrlFault.LONG: f"The address is longer than {LONGEST_URL} characters.",
    UrlFault.LETTERS: "The address holds a character that no web address has.",
    UrlFault.SCHEME: "The address has to begin with https://.",
    UrlFault.HOST: "The address needs a host, and can have no user, password or # in it.",
    UrlFault.INSIDE: "The address leads into a network that webhooks may not reach.",
}


def url_fault(url: str, *, plain: bool = False, allowed: Sequence[Network] = ()) -> UrlFault | None:
    """Why this cannot be the address of an endpoint; None where it can. plain: whether http will do.

    Where a name leads is not asked here: it may lead elsewhere tomorrow.
    """
    if len(url) > LONGEST_URL:
        return UrlFault.LONG
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return UrlFault.LETTERS
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return UrlFault.HOST
    if parts.scheme != "https" and not (plain and parts.scheme == "http"):
        return UrlFault.SCHEME
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        return UrlFault.HOST
    is_address = ":" in host or host.replace(".", "").isdigit()
    return UrlFault.INSIDE if is_address and not may_be_reached(host, allowed) else None


def host_of(url: str, *, plain: bool = False, allowed: Sequence[Network] = ()) -> str:
    """The host of an endpoint. Raises Refused where its address cannot be one."""
    if fault := url_fault(url, plain=plain, allowed=allowed):
        raise unfit(_FAULTS[fault], "url")
    return urlsplit(url).hostname or ""


def unfit(what: str, column: str) -> Refused:
    """What no endpoint can be."""
    return Refused(Reason.WEBHOOK_UNFIT, what, column=column)
