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
    SOLVED = "solved"
    WEEKLY = "weekly"


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that nothing on paper can be read as something else."""
_READ_AS = str.maketrans("OIL", "011", " -\u2010\u2011\u2013.")
_CODE_BYTES = 10


def new_salt() -> bytes:
    """32 fresh random bytes for one row."""
    return secrets.token_bytes(32)


def token(secret_key: str, purpose: Purpose, salt: bytes) -> str:
    """43 URL-safe characters, 256 bits: HMAC-SHA-256 of purpose and salt under the secret key (RFC 2104)."""
    digest = hmac.digest(secret_key.encode(), purpose.encode() + b":" + salt, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def code(secret_key: str, salt: bytes) -> str:
    """What a customer types from a letter: 80 bits as 16 characters, derived as a token is."""
    digest = hmac.digest(secret_key.encode(), b"code:" + salt, "sha256")[:_CODE_BYTES]
    number = int.from_bytes(digest)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(_CODE_BYTES * 8 - 5, -1, -5))


def grouped(code: str) -> str:
    """The code as it is printed, by four: `7Q2M-9XKD-4RTB-W3HN`."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def typed_code(text: str) -> str:
    """The code in what somebody typed: any case, O for 0, I or L for 1, with or without hyphens; or empty."""
    read = text.strip().upper().translate(_READ_AS)
    return read if len(read) == _CODE_BYTES * 8 // 5 and set(read) <= set(ALPHABET) else ""


def code_fingerprint(secret_key: str, code: str) -> str:
    """HMAC-SHA-256 in hex of a code: what is stored. It is short, so a stolen database alone tells nothing."""
    return hmac.digest(secret_key.encode(), b"typed:" + code.encode(), "sha256").hex()


def fingerprint(token: str) -> str:
    """SHA-256 in hex of a token as it arrives: what is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()
