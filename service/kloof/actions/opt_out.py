"""A customer wants no more mail: remembered for their address, over all deals, now and later."""

from datetime import datetime

from kloof import storage
from kloof.config import Settings
from kloof.domain import links
from kloof.domain.addresses import address_hash
from kloof.domain.errors import NotFound
from kloof.domain.invitations import InvitationState
from kloof.storage import opt_outs, outbox


def recognise(token: str) -> None:
    """Raises NotFound where this link was never mailed by us."""
    _address(token)


def stop(settings: Settings, token: str, now: datetime) -> None:
    """Send this customer nothing more. Links that they already have keep working. Raises NotFound."""
    address = _address(token)
    with storage.transaction():
        opt_outs.remember(address_hash(settings.secret_key, address), opt_outs.ASKED, now)
        waiting = outbox.awaiting(address)
        outbox.withdraw(waiting, InvitationState.STOPPED, "The customer wants no more mail.", now)


def _address(token: str) -> str:
    address = opt_outs.address_of(links.fingerprint(token))
    if address is None:
        raise NotFound("This link opens nothing.")
    return address
