"""Addresses that get no more mail, each kept as a hash that only the holder of the secret key can recognise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from peewee import fn

from kloof.storage.models import OptOut
from kloof.storage.statements import first_row, rows, several

ASKED: Final = "asked"
BOUNCED: Final = "bounced"
ALSO: Final = "also"
"""The customer behind an address that asked: so that they get no letter either. Counted once, with the address."""


class _Reason(NamedTuple):
    address_hash: str
    reason: str


class _SentTo(NamedTuple):
    customer: int
    address: str | None
    deal: int


_REASONS = "SELECT address_hash, reason FROM opt_out WHERE address_hash IN"
_SENT_TO = """
SELECT c.id AS customer, c.email AS address, d.id AS deal FROM customer c
JOIN deal d ON d.customer_id = c.id JOIN invitation i ON i.deal_id = d.id
WHERE i.opt_out_fingerprint = ? LIMIT 1
"""


def remember(address_hash: str, reason: str, now: datetime) -> bool:
    """Note that this address gets no more mail; False where it was noted before."""
    noted = OptOut.insert(address_hash=address_hash, reason=reason, since=now)
    return bool(
        noted.on_conflict(conflict_target=(OptOut.address_hash,), action="IGNORE").as_rowcount().execute()
    )


def ask(address_hash: str, now: datetime) -> bool:
    """Note that whoever has this address asked for no more mail, which outlives that it bounced; False where they had
    asked before.
    """
    lift(address_hash)
    return remember(address_hash, ASKED, now)


def lift(address_hash: str) -> bool:
    """Forget that mail to this address bounced; False where nothing was noted. Who asked for no mail gets none."""
    lifted = OptOut.delete().where(OptOut.address_hash == address_hash, OptOut.reason == BOUNCED).execute()
    return bool(lifted)


def is_opted_out(address_hash: str) -> bool:
    """Whether this address gets no more mail."""
    return bool(reasons({address_hash}))


def reasons(address_hashes: Iterable[str]) -> dict[str, str]:
    """Those of these addresses that get no more mail, with the reason."""
    wanted = list(address_hashes)
    if not wanted:
        return {}
    found = rows(_Reason, f"{_REASONS} ({several(wanted)})", *wanted)
    return {row.address_hash: row.reason for row in found}


@dataclass(frozen=True, slots=True)
class SentTo:
    """Whom an opt-out link went to, about which deal (row ids); the address is empty for a letter."""

    customer: int
    address: str
    deal: int


def sent_to(fingerprint: str) -> SentTo | None:
    """Whom the opt-out link with this fingerprint was sent to; None where there is no such link."""
    row = first_row(_SentTo, _SENT_TO, fingerprint)
    return None if row is None else SentTo(row.customer, row.address or "", row.deal)


def counts() -> dict[str, int]:
    """How many addresses and customers get no more mail, by reason."""
    counted: Any = OptOut.select(OptOut.reason, fn.COUNT(OptOut.id).alias("noted")).group_by(OptOut.reason)
    return {row.reason: row.noted for row in counted.namedtuples()}
