"""What is remembered of an address after the address itself is gone."""

import hmac

import idna

from kloof.domain import addresses


def customer_hash(secret_key: str, customer: int) -> str:
    """The same for a customer, who may have no address: the number of their row stands for them."""
    return hmac.digest(secret_key.encode(), f"customer:{customer}".encode(), "sha256").hex()


def address_hash(secret_key: str, email: str) -> str:
    """HMAC-SHA-256 in hex of the address, in whatever spelling: without the key it cannot be guessed back."""
    return hmac.digest(secret_key.encode(), b"address:" + addresses.known_as(email).encode(), "sha256").hex()


def erased_hash(secret_key: str, known_as: str) -> str:
    """The same of who was erased, by what they were known: an address, their number in the CRM, or a deal."""
    return hmac.digest(
        secret_key.encode(), b"erased:" + addresses.known_as(known_as).encode(), "sha256"
    ).hex()


def hash_as_it_stood(secret_key: str, email: str) -> str:
    """The hash of an address in the spelling in which it was kept before addresses had one form."""
    return hmac.digest(secret_key.encode(), b"address:" + email.strip().lower().encode(), "sha256").hex()


def former_hash(secret_key: str, address: str) -> str | None:
    """The hash under which an address, erased before addresses had one form, is remembered: its domain in the letters
    of its language. None for an address that has no other spelling.
    """
    local, _, domain = address.rpartition("@")
    if "xn--" not in domain:
        return None
    return hash_as_it_stood(secret_key, f"{local}@{idna.decode(domain)}")
