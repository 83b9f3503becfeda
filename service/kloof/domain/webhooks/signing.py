"""How an event is signed (Standard Webhooks 1.0.0): HMAC-SHA256 over its id, the moment of sending, and its body."""

import base64
import hmac
import secrets
from typing import Final

PREFIX: Final = "whsec_"
_BYTES: Final = 32


def new_signing_secret() -> str:
    """A secret of 256 random bits, as the specification writes one; the receiver checks signatures with it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def new_event_id() -> str:
    """The id of an event: the same at every try, so that a receiver knows what it had before."""
    return f"msg_{secrets.token_urlsafe(18)}"


def signed_headers(event_id: str, sent_at: int, body: bytes, signers: list[str]) -> dict[str, str]:
    """The three headers that go with a body; a signature for each secret, with a space between.

    sent_at: seconds since 1970.
    """
    said = b".".join((event_id.encode(), str(sent_at).encode(), body))
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": " ".join(f"v1,{_signature(secret, said)}" for secret in signers),
    }


def _signature(secret: str, said: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, said, "sha256")).decode()
