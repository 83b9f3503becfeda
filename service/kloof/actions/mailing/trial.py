"""kloof mail test: the settings proved with a real mail."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime

from kloof.config import Settings
from kloof.domain.deals.cells import is_address
from kloof.domain.errors import BadInput, Reason
from kloof.mail import MailRenderer, open_transport
from kloof.mail.checks import Proof, dns_lookup, prove


def try_out(
    settings: Settings, recipient: str, now: datetime, lookup: Callable[[str], list[str]] | None = None
) -> Iterator[Proof]:
    """Send a mail to this address and say step by step how it went. Raises BadInput or BadSettings."""
    if not is_address(recipient):
        raise BadInput(
            Reason.NOT_AN_ADDRESS,
            [f"{recipient!r} is not an e-mail address."],
            remedy="Write it like name@company.nl.",
            value=recipient,
        )
    rendered = MailRenderer(settings).trial(recipient, secrets.token_hex(16), now)
    yield from prove(settings, open_transport(settings), rendered, lookup or dns_lookup)
