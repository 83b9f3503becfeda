"""kloof mail test: the settings proved with a real mail."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from urllib.parse import urlsplit

from kloof import storage
from kloof.config import Settings
from kloof.domain import addresses
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.errors import KloofError
from kloof.mail import MailRenderer, RenderedMail, TransportError, open_transport
from kloof.mail.checks import IN_THE_OPEN, Proof, dns_lookup, prove
from kloof.mail.opening import LINKS_LEAD_HERE
from kloof.storage.access import audit_log


def proofs_of_the_way_out(settings: Settings) -> Iterator[Proof]:
    """What kloof worker would say of the settings before its first mail, and whether the server lets us in.

    Nothing is sent, and nothing is made.
    """
    try:
        MailRenderer(settings)
    except KloofError as refusal:
        yield Proof(False, f"Mail: {refusal}")
    if urlsplit(settings.smtp_url).scheme == "folder" or not settings.mail_from:
        return
    if settings.links_lead_here and not settings.is_demo:
        yield Proof(False, f"Mail: {LINKS_LEAD_HERE}")
    try:
        transport = open_transport(settings)
        in_the_open = transport.travels_in_the_open
        transport.close()
    except KloofError as refusal:
        if refusal.what != LINKS_LEAD_HERE:
            yield Proof(False, f"Mail: {refusal}")
    else:
        yield Proof(not in_the_open, f"Mail: {IN_THE_OPEN if in_the_open else 'the mail server answers.'}")


def handed_over(settings: Settings, rendered: RenderedMail) -> Proof:
    """Send one mail, and nothing else is looked at. Raises BadSettings where there is no way out."""
    with closing(open_transport(settings)) as transport:
        try:
            return Proof(True, transport.send(rendered.sender, rendered.recipient, rendered.data))
        except TransportError as error:
            return Proof(False, str(error))


def try_out(
    settings: Settings, recipient: str, now: datetime, lookup: Callable[[str], list[str]] | None = None
) -> Iterator[Proof]:
    """Send a mail to this address and say step by step how it went. Raises Refused or BadSettings."""
    rendered = MailRenderer(settings).trial(addresses.canonical(recipient), secrets.token_hex(16), now)
    yield from prove(settings, open_transport(settings), rendered, lookup or dns_lookup)


def from_desk(settings: Settings, recipient: str, now: datetime, by: Actor) -> tuple[Proof, ...]:
    """As `try_out`; that a server took a test mail is noted."""
    proofs = tuple(try_out(settings, recipient, now))
    if proofs[0].well:
        with storage.transaction():
            audit_log.write(by, AuditAction.MAIL_TESTED, now)
    return proofs
