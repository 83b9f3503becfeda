"""Lines of the audit log of long ago. Below its floor the database lets them go, and no line above it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kloof.domain.access.audit_log import AuditAction
from kloof.storage.fields import UtcField
from kloof.storage.models import AuditEntry, AuditFloor
from kloof.storage.statements import names, rows, scalar


class _Old(NamedTuple):
    id: int


# Lines come in the order of their numbers: the first that is newer ends what has to be looked at.
_FIRST_NEWER = "SELECT MIN(id) FROM (SELECT id FROM audit_entry WHERE at >= ? ORDER BY id LIMIT 1) AS newer"
# After a key was lost nothing else says who wants no mail.
_OLD = f"""
SELECT id AS id FROM audit_entry WHERE id < ? AND at < ? AND what NOT IN ({names([AuditAction.MAIL_STOPPED])})
ORDER BY id LIMIT ?
"""  # noqa: S608  our own words


def old(before: datetime, most: int) -> list[int]:
    """The lines of before this moment, the oldest first; but for those that say that a customer wants no mail."""
    moment = UtcField.db_value(AuditEntry.at, before)
    newer = scalar(_FIRST_NEWER, moment)
    return [row.id for row in rows(_Old, _OLD, newer or 2**31 - 1, moment, most)]


def forget(lines: Sequence[int], before: datetime) -> None:
    """Forget these lines, a few hundred at most, which are of before this moment."""
    floor = AuditFloor.insert(only="floor", moment=before)
    floor.on_conflict(conflict_target=(AuditFloor.only,), preserve=(AuditFloor.moment,)).execute()
    AuditEntry.delete().where(AuditEntry.id.in_(list(lines))).execute()
