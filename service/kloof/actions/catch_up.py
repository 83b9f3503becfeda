"""Everything that time brings: to the mail, and to the people of the company."""

from datetime import datetime

from kloof.actions.mailing import outbox
from kloof.actions.mailing.steps import do_each
from kloof.actions.retention import forgetting
from kloof.actions.staff import groups_shown, leaving, weekly
from kloof.actions.webhooks import endpoints
from kloof.config import Settings


def catch_up(settings: Settings, now: datetime) -> None:
    """Who leaves today leaves first, so that mail names who takes over; then the mail, as `outbox.catch_up` says;
    groups of who chose totals close; the weekly mail counts them too; what endpoints were told long ago goes, and what
    is older than the company keeps it.

    One step that fails does not stop the others; raises as `do_each`.
    """
    steps = (
        leaving.catch_up,
        *outbox.STEPS,
        groups_shown.close_groups,
        weekly.catch_up,
        _forget_old_events,
        forgetting.catch_up,
    )
    do_each(steps, settings, now)


def _forget_old_events(_: Settings, now: datetime) -> None:
    endpoints.forget_old(now)
