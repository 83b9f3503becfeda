"""What is remembered of an address after the address itself is gone."""

import hmac


def address_hash(secret_key: str, email: str) -> str:
    """HMAC-SHA-256 in hex of the address, spelled in any case: without the key it cannot be guessed back."""
    return hmac.digest(secret_key.encode(), b"address:" + email.strip().lower().encode(), "sha256").hex()
