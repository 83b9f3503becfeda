"""The secret key of an installation: what it must be, and how its database knows it again."""

import hmac
from typing import Final

SHORTEST: Final = 32
FEWEST_LETTERS: Final = 8
"""Different letters: 32 that a machine drew, hexadecimal ones too, have more but once in millions."""


def weakness(key: str) -> str:
    """Why this key could be guessed, to stand behind "it"; empty where it looks as if it was drawn."""
    if len(key) < SHORTEST:
        return f"has {len(key)} letters, and {SHORTEST} is the least"
    if len(set(key)) < FEWEST_LETTERS:
        return f"has only {len(set(key))} different letters"
    if any(key == (key[:length] * len(key))[: len(key)] for length in range(1, SHORTEST // 2 + 1)):
        return "is a few letters again and again"
    return ""


def check_value(key: str) -> str:
    """HMAC-SHA-256 in hex: what a database keeps of its key, to tell it from others. It opens nothing."""
    return hmac.digest(key.encode(), b"check", "sha256").hex()
