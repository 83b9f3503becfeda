"""What kloof forgets by itself after so many months, where the company says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from kloof.actions.mailing.steps import in_parts
from kloof.config import Settings
from kloof.domain.mailing.schedule import months_before
from kloof.storage.mailing import attempts

FORGOTTEN_AT_ONCE: Final = 500
"""Mails that are forgotten in one transaction."""
MOST_A_LOOK: Final = 10_000
"""Mails that are forgotten before the worker does something else; the rest follows at its next look."""
_COUNTED: Final = 1_000_000


def old_mail(settings: Settings, now: datetime) -> int:
    """How many mails would be forgotten now: a look, which changes nothing."""
    before = _before(settings, now)
    return 0 if before is None else len(attempts.old(before, _COUNTED))


def forget_old_mail(settings: Settings, now: datetime, most: int = MOST_A_LOOK) -> int:
    """Forget mails that were sent, or not needed any more, longer ago than the company keeps them; gives how many.

    A survey that is open keeps its mails. What was answered, and what was published, stays as it is.
    """
    before = _before(settings, now)
    if before is None:
        return 0
    found = attempts.old(before, most)
    in_parts(found, FORGOTTEN_AT_ONCE, attempts.forget)
    return len(found)


def as_dict(settings: Settings, now: datetime, mails: int) -> Mapping[str, object]:
    """Plain values, for --json."""
    before = _before(settings, now)
    return {"mails": mails, "before": before.date().isoformat() if before else None}


def _before(settings: Settings, now: datetime) -> datetime | None:
    months = settings.retention.mail_months
    return None if months is None else months_before(now, months)
