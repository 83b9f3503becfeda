"""Keeping mail back, and letting it go again: nothing is lost meanwhile, and links to sign in go out all the same."""

from datetime import datetime

from kloof import storage
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.storage.access import audit_log
from kloof.storage.mailing import pauses


def pause(now: datetime, by: Actor = COMMAND_LINE) -> bool:
    """Keep all mail back that is not urgent; False where it was kept back already."""
    with storage.transaction():
        begun = pauses.begin(by.person, now)
        if begun:
            audit_log.write(by, AuditAction.SENDING_PAUSED, now)
    return begun


def resume(now: datetime, by: Actor = COMMAND_LINE) -> bool:
    """Let mail go out again; False where nothing kept it back."""
    with storage.transaction():
        ended = pauses.end()
        if ended:
            audit_log.write(by, AuditAction.SENDING_RESUMED, now)
    return ended
