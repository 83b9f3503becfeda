"""Everything that time brings: to the mail, and to the people of the company."""

from datetime import datetime

from kloof.actions.mailing import outbox
from kloof.actions.staff import leaving, weekly
from kloof.config import Settings


def catch_up(settings: Settings, now: datetime) -> None:
    """Who leaves today leaves first, so that mail names who takes over; then the mail, as `outbox.catch_up` says,
    and the weekly one, which counts what closed a moment ago too.
    """
    leaving.catch_up(settings, now)
    outbox.catch_up(settings, now)
    weekly.catch_up(settings, now)
