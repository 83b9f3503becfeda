"""Where somebody asks from: which addresses are one network, and a mark that stands for it and tells nothing."""

import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

_ONE_HOUSE: Final = 64
"""Bits of an IPv6 address that all devices behind one connection share (RFC 6177, and RFC 4291 section 2.5.4)."""


def network_of(address: str | None) -> str:
    """The network of this IP address: an IPv4 address itself, of IPv6 the first 64 bits. Empty for no address.

    Whoever has one address of a network may have the others.
    """
    found = _read(address)
    if found is None:
        return ""
    return str(found) if isinstance(found, IPv4Address) else f"{int(found) >> (128 - _ONE_HOUSE):x}"


def is_public(address: str | None) -> bool:
    """Whether this is an address of the public internet.

    Behind a proxy that kloof was not told of, everybody comes from the same private one: that says nothing of anybody.
    """
    found = _read(address)
    return found is not None and found.is_global


def mark(secret_key: str, *parts: object) -> str:
    """Stands for these parts as long as the key is secret, and tells nothing of them: 64 letters (HMAC-SHA-256)."""
    said = "\n".join(str(part) for part in parts)
    return hmac.digest(secret_key.encode(), b"network:" + said.encode(), "sha256").hex()


def _read(address: str | None) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
