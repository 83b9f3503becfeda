"""What is remembered of an address after the address itself is gone."""

import hmac

from kloof.domain import addresses


def customer_hash(secret_key: str, customer: int) -> str:
    """The same for a customer, who may have no address: the number of their row stands for them."""
    return hmac.digest(secret_key.encode(), f"customer:{customer}".encode(), "sha256").hex()


def address_hash(secret_key: str, email: str) -> str:
    """HMAC-SHA-256 in hex of the address, in whatever spelling: without the key it cannot be guessed back."""
    return hmac.digest(secret_key.encode(), b"address:" + addresses.known_as(email).encode(), "sha256").hex()
