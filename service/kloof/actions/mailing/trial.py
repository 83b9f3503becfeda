"""kloof mail test: the settings proved with a real mail."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime

from kloof.config import Settings
from kloof.domain import addresses
from kloof.mail import MailRenderer, open_transport
from kloof.mail.checks import Proof, dns_lookup, prove


def try_out(
    settings: Settings, recipient: str, now: datetime, lookup: Callable[[str], list[str]] | None = None
) -> Iterator[Proof]:
    """Send a mail to this address and say step by step how it went. Raises Refused or BadSettings."""
    rendered = MailRenderer(settings).trial(addresses.canonical(recipient), secrets.token_hex(16), now)
    yield from prove(settings, open_transport(settings), rendered, lookup or dns_lookup)
