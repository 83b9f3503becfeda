"""A limit on attempts that every worker process shares, since it counts in the database."""

import hashlib

from flask import request

from kloof.domain.access.networks import network_of
from kloof.storage.access import attempts
from kloof.web.app.context import now

WINDOW_SECONDS = 15 * 60


def seconds_left() -> int:
    """How long until counting begins anew."""
    return WINDOW_SECONDS - int(now().timestamp()) % WINDOW_SECONDS


def limited(what: str, *, most: int, of: str = "") -> bool:
    """Count one attempt and say whether there were more than `most` from this network in this quarter of an hour.

    of: a keyed hash of what the attempts were about, where each is counted apart. The network is kept as a hash, and
    only for the window.
    """
    origin = f"{network_of(request.remote_addr)}\n{of}" if of else network_of(request.remote_addr)
    digest = hashlib.sha256(origin.encode()).hexdigest()
    return attempts.count(what, digest, int(now().timestamp()) // WINDOW_SECONDS) > most
