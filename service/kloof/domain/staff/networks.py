"""Answers that come from one network at one time: what a salesperson leaves behind who fills in for customers."""

import hmac
from ipaddress import IPv6Address, ip_address
from typing import Final

LEAST_AT_ONCE: Final = 4
"""Customers of one salesperson who send in from one network: half of what a closed group needs."""

MINUTES_AT_ONCE: Final = 15
"""What "at one time" is: a quarter of an hour by the clock."""

_ONE_HOUSE = 64
"""Bits of an IPv6 address that all devices behind one connection share (RFC 6177 and RFC 4291, 2.5.4)."""


def network_of(address: str | None) -> str | None:
    """The network of this IP address: an IPv4 address itself, of IPv6 the first 64 bits.

    None for what is no address in the public internet. Behind a proxy that kloof was not told of, everybody comes from
    the same private address, and that says nothing about anybody.
    """
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if not found.is_global:
        return None
    return str(found) if found.version == 4 else f"{int(found) >> (128 - _ONE_HOUSE):x}"


def mark(secret_key: str, *parts: object) -> str:
    """Stands for these parts as long as the key is secret, and tells nothing of them: 64 letters (HMAC-SHA-256)."""
    said = "\n".join(str(part) for part in parts)
    return hmac.digest(secret_key.encode(), b"network:" + said.encode(), "sha256").hex()
