"""Personal links: 256 bits that only their holder has.

A token is derived from the installation's secret key and 32 random bytes kept with the row it opens, so that a
repeated mail carries the very same link while neither the database nor a backup of it holds a usable token.
Only the token's fingerprint is looked up.
"""

import base64
import hashlib
import hmac
import secrets
from enum import StrEnum


class Purpose(StrEnum):
    """What a link opens; a token for one purpose never opens another."""

    SURVEY = "survey"
    OPT_OUT = "opt-out"
    SIGN_IN = "sign-in"


def new_salt() -> bytes:
    """32 fresh random bytes for one row."""
    return secrets.token_bytes(32)


def token(secret_key: str, purpose: Purpose, salt: bytes) -> str:
    """43 URL-safe characters, 256 bits: HMAC-SHA-256 of purpose and salt under the secret key (RFC 2104)."""
    digest = hmac.digest(secret_key.encode(), purpose.encode() + b":" + salt, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def fingerprint(token: str) -> str:
    """SHA-256 in hex of a token as it arrives: what is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()
