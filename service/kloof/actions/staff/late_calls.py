"""Reminding colleagues of calls that were to be made."""

from datetime import datetime

from kloof import storage
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.mailing.kinds import CALL_OVERDUE
from kloof.storage.access import audit_log
from kloof.storage.mailing import outbox
from kloof.storage.staff import desk


def remind(settings: Settings, now: datetime, by: Actor) -> int:
    """Mail whoever has a call that was to be made before today, once a day for each call; gives how many mails.

    Calls of the desk itself stand on its own page, and need no mail to whoever asks for this.
    """
    today = settings.today(now)
    with storage.transaction():
        queued = sum(
            outbox.queue_once(now, CALL_OVERDUE, now, today.toordinal(), call=call, recipient=owner)
            for call, owner in desk.late_calls(today)
        )
        if queued:
            audit_log.write(by, AuditAction.CALLERS_REMINDED, now, detail=str(queued))
    return queued
