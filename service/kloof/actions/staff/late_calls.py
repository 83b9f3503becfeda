"""Reminding colleagues of calls that were to be made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from kloof.actions.mailing.steps import in_parts
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.mailing.kinds import CALL_OVERDUE
from kloof.storage.access import audit_log
from kloof.storage.mailing import outbox
from kloof.storage.staff import desk

AT_ONCE: Final = 500
"""Mails that are queued in one transaction."""


def remind(settings: Settings, now: datetime, by: Actor) -> int:
    """Mail whoever has a call that was to be made before today, once a day for each call; gives how many mails.

    Calls of the desk itself stand on its own page, and need no mail to whoever asks for this.
    """
    today, queued = settings.today(now), 0

    def queue(part: Sequence[tuple[int, int]]) -> None:
        nonlocal queued
        several = sum(
            outbox.queue_once(now, CALL_OVERDUE, now, today.toordinal(), call=call, recipient=owner)
            for call, owner in part
        )
        if several:
            audit_log.write(by, AuditAction.CALLERS_REMINDED, now, detail=str(several))
        queued += several

    in_parts(desk.late_calls(today), AT_ONCE, queue)
    return queued
