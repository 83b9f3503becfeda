"""Everything that time brings: to the mail, and to the people of the company."""

from datetime import datetime

from kloof.actions.mailing import outbox
from kloof.actions.staff import leaving
from kloof.config import Settings


def catch_up(settings: Settings, now: datetime) -> None:
    """Who leaves today leaves first, so that mail names who takes over; then the mail, as `outbox.catch_up` says."""
    leaving.catch_up(settings, now)
    outbox.catch_up(settings, now)
