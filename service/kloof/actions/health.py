"""Whether kloof is ready for visitors, in facts."""

from datetime import datetime, timedelta
from typing import Any

from kloof import storage
from kloof.config import Settings
from kloof.storage.mailing import outbox


def readiness(settings: Settings, now: datetime) -> dict[str, Any]:
    """`ready`, and what it rests on: the database answers, no migration waits, and no mail is overdue."""
    migrations = storage.pending()
    report: dict[str, Any] = {"migrations_waiting": len(migrations)}
    if migrations:
        return report | {"ready": False}
    oldest = outbox.oldest_due(now)
    overdue = oldest is not None and now - oldest > timedelta(minutes=settings.mail.late_after_minutes)
    return report | {"oldest_due_mail": oldest.isoformat() if oldest else None, "ready": not overdue}
