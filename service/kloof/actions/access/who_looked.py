"""Who looked at a customer's answers: the part of the audit log that the customer gets to see."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from kloof.config import Settings
from kloof.domain.access.audit_log import READS
from kloof.domain.access.people import Role
from kloof.storage.access import audit_log


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody looked, so many times on one day. `name` only of a salesperson: the customer knows them."""

    day: date
    role: str
    name: str
    times: int


def accesses(settings: Settings, deal: int) -> tuple[Access, ...]:
    """Who looked at the answers about this deal (row id), the last day first."""
    seen = Counter(
        (settings.today(entry.at), entry.who.role, entry.name if entry.who.role == Role.SALESPERSON else "")
        for entry in audit_log.about_deals([deal], READS)
    )
    return tuple(Access(*who, times) for who, times in sorted(seen.items(), reverse=True))
