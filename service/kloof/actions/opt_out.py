"""A customer wants no more mail: remembered for their address, over all deals, now and later."""

from datetime import datetime

from kloof import storage
from kloof.config import Settings
from kloof.domain import links
from kloof.domain.addresses import address_hash
from kloof.domain.audit_log import CUSTOMER, What
from kloof.domain.errors import NotFound
from kloof.domain.invitations import InvitationState
from kloof.storage import audit, opt_outs, outbox, wishes


def recognise(token: str) -> None:
    """Raises NotFound where this link was never mailed by us."""
    _mailed_to(token)


def stop(settings: Settings, token: str, now: datetime) -> None:
    """Send this customer nothing more. Links that they already have keep working. Raises NotFound."""
    address, deal = _mailed_to(token)
    with storage.transaction():
        if opt_outs.remember(address_hash(settings.secret_key, address), opt_outs.ASKED, now):
            audit.write(CUSTOMER, What.MAIL_STOPPED, now, deals=[deal])
        wishes.forget(address, "The customer wants no more mail.", now)
        waiting = outbox.awaiting(address)
        outbox.withdraw(waiting, InvitationState.STOPPED, "The customer wants no more mail.", now)


def _mailed_to(token: str) -> tuple[str, int]:
    found = opt_outs.mailed_to(links.fingerprint(token))
    if found is None:
        raise NotFound("This link opens nothing.")
    return found
