"""Addresses that get no more mail, each kept as a hash that only the holder of the secret key can recognise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from peewee import fn

from kloof.storage.models import Customer, Deal, Invitation, OptOut
from kloof.storage.statements import run, several, tuples

ASKED: Final = "asked"
BOUNCED: Final = "bounced"
ALSO: Final = "also"
"""The customer behind an address that asked: so that they get no letter either. Counted once, with the address."""
_REASONS = "SELECT address_hash, reason FROM opt_out WHERE address_hash IN"


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
    wanted = list(address_hashes)
    return dict(run(f"{_REASONS} ({several(wanted)})", *wanted).fetchall()) if wanted else {}


@dataclass(frozen=True, slots=True)
class SentTo:
    """Whom an opt-out link went to, about which deal (row ids); the address is empty for a letter."""

    customer: int
    address: str
    deal: int


def sent_to(fingerprint: str) -> SentTo | None:
    """Whom the opt-out link with this fingerprint was sent to; None where there is no such link."""
    row = (
        Customer.select(Customer.id, Customer.email, Deal.id)
        .join(Deal)
        .join(Invitation)
        .where(Invitation.opt_out_fingerprint == fingerprint)
        .tuples()
        .first()
    )
    return None if row is None else SentTo(int(row[0]), row[1] or "", int(row[2]))


def counts() -> dict[str, int]:
    """How many addresses and customers get no more mail, by reason."""
    return dict(tuples(OptOut.select(OptOut.reason, fn.COUNT(OptOut.id)).group_by(OptOut.reason)))
