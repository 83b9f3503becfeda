"""Addresses that get no more mail, each kept as a hash that only the holder of the secret key can recognise."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from kloof.storage.models import Customer, Deal, Invitation, OptOut

ASKED: Final = "asked"
BOUNCED: Final = "bounced"


def remember(address_hash: str, reason: str, now: datetime) -> bool:
    """Note that this address gets no more mail; False where it was noted before."""
    noted = OptOut.insert(address_hash=address_hash, reason=reason, since=now)
    return bool(
        noted.on_conflict(conflict_target=(OptOut.address_hash,), action="IGNORE").as_rowcount().execute()
    )


def is_opted_out(address_hash: str) -> bool:
    """Whether this address gets no more mail."""
    return bool(reasons({address_hash}))


def reasons(address_hashes: Iterable[str]) -> dict[str, str]:
    """Those of these addresses that get no more mail, with the reason."""
    noted = OptOut.select(OptOut.address_hash, OptOut.reason).where(
        OptOut.address_hash.in_(list(address_hashes))
    )
    return {row.address_hash: row.reason for row in noted}


def mailed_to(fingerprint: str) -> tuple[str, int] | None:
    """The address that the opt-out link with this fingerprint was mailed to, and about which deal (row id)."""
    row = (
        Customer.select(Customer.email, Deal.id)
        .join(Deal)
        .join(Invitation)
        .where(Invitation.opt_out_fingerprint == fingerprint)
        .tuples()
        .first()
    )
    return None if row is None else (str(row[0]), int(row[1]))
