"""Addresses that get no more mail, each kept as a hash that only the holder of the secret key can recognise."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from kloof.storage.models import OptOut
from kloof.storage.statements import chunked, first_row, rows, several

ASKED: Final = "asked"
BOUNCED: Final = "bounced"
ALSO: Final = "also"
"""The customer behind an address that asked: so that they get no letter either. Counted once, with the address."""


ERASED: Final = "erased"
"""Whoever was known by this was erased: no file brings them back. A hash of its own, beside that of the address."""


class _Reason(NamedTuple):
    address_hash: str
    reason: str


class _SentTo(NamedTuple):
    customer: int
    address: str | None
    deal: int


_REASONS = "SELECT address_hash, reason FROM opt_out WHERE address_hash IN"
_AT_ONCE = 500  # SQLite takes at most 999 variables in one statement on old builds
_SENT_TO = """
SELECT c.id AS customer, c.email AS address, d.id AS deal FROM invitation i JOIN deal d ON d.id = i.deal_id
JOIN customer c ON c.id = COALESCE(i.asked_id, d.customer_id) WHERE i.opt_out_fingerprint = ? LIMIT 1
"""


# Who passed a survey on has an earlier mail, with a link of their own.
_PASSED_IT_ON = """
SELECT c.id AS customer, c.email AS address, d.id AS deal FROM passed_on o JOIN deal d ON d.id = o.deal_id
JOIN customer c ON c.id = d.customer_id WHERE o.opt_out_fingerprint = ? LIMIT 1
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
    found: dict[str, str] = {}
    for some in chunked(list(address_hashes), _AT_ONCE):
        wanted = rows(_Reason, f"{_REASONS} ({several(some)})", *some)
        found |= {row.address_hash: row.reason for row in wanted}
    return found


@dataclass(frozen=True, slots=True)
class SentTo:
    """Whom an opt-out link went to, about which deal (row ids); the address is empty for a letter."""

    customer: int
    address: str
    deal: int


def forget(address_hashes: Collection[str]) -> int:
    """Forget what was noted of these few, whatever it was; gives of how many."""
    return int(OptOut.delete().where(OptOut.address_hash.in_(list(address_hashes))).execute())


def sent_to(fingerprint: str) -> SentTo | None:
    """Whom the opt-out link with this fingerprint was sent to; None where there is no such link."""
    row = first_row(_SentTo, _SENT_TO, fingerprint) or first_row(_SentTo, _PASSED_IT_ON, fingerprint)
    return None if row is None else SentTo(row.customer, row.address or "", row.deal)


def set_aside(former: str) -> None:
    """All that was noted was noted under a key that is replaced now; `former` is its check value."""
    OptOut.update(former=former).where(OptOut.former == "").execute()


def carry_over(former: str, hashes: Iterable[tuple[str, str]]) -> int:
    """Of what was set aside under this former key, note under the present one whatever `hashes` name: pairs of the
    former hash of somebody and the present one. Gives how many were.
    """
    aside = {row.address_hash: row for row in OptOut.select().where(OptOut.former == former)}
    carried = 0
    for was, now_is in hashes:
        row = aside.get(was)
        if row is None:
            continue
        carried += row.reason != ALSO
        OptOut.delete().where(OptOut.id == row.id).execute()
        if row.reason == ASKED:
            ask(now_is, row.since)
        else:
            remember(now_is, row.reason, row.since)
    return carried


def count_aside() -> int:
    """How many are noted under a former key only."""
    return int(OptOut.select().where(OptOut.former != "", OptOut.reason.not_in([ALSO, ERASED])).count())
