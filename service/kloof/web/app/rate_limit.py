"""A limit on attempts that every worker process shares, since it counts in the database."""

import hashlib

from kloof.storage.access import attempts
from kloof.web.app.context import now

WINDOW_SECONDS = 15 * 60


def seconds_left() -> int:
    """How long until counting begins anew."""
    return WINDOW_SECONDS - int(now().timestamp()) % WINDOW_SECONDS


def limited(what: str, origin: str | None, *, most: int) -> bool:
    """Count one attempt and say whether there were more than `most` from this origin in this quarter of an hour.

    The origin (an address, a mail address) is kept as a hash, and only for the window.
    """
    digest = hashlib.sha256((origin or "").encode()).hexdigest()
    return attempts.count(what, digest, int(now().timestamp()) // WINDOW_SECONDS) > most
