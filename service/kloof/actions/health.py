"""Whether kloof can be worked with: refusals before the work begins, and facts for who watches over it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from kloof import storage
from kloof.actions.access import secret_key
from kloof.actions.clock import refuse_if_jumped
from kloof.config import Settings
from kloof.domain.errors import KloofError, Reason, Refused
from kloof.domain.mailing.refused import RefusedBy
from kloof.domain.notation import counted
from kloof.storage import soundness
from kloof.storage.mailing import outbox, pauses, refused


@contextmanager
def looking(settings: Settings) -> Iterator[None]:
    """The database open to look at. Raises Refused where it is not there, does not answer, or does not fit."""
    if storage.is_absent(settings.database_url):
        refuse_new_in_place_of_lost(settings)
    with storage.looking(settings.database_url):
        refuse_unless_it_fits(settings)
        yield


def refuse_unless_it_fits(settings: Settings) -> None:
    """Raises Refused where the open database is empty, waits for migrations, or is of a newer kloof than this.

    And where the secret key is that of another database.
    """
    standing = storage.standing()
    if standing.unknown:
        raise Refused(
            Reason.DATABASE_AHEAD,
            f"The database is of a newer kloof than this one: {standing.unknown[-1]} is not known here.",
            remedy="Install that version again, or put back a backup that was made before it.",
        )
    secret_key.refuse_unless_it_fits(settings)
    waiting = standing.waiting
    if waiting:
        if standing.is_new:
            refuse_new_in_place_of_lost(settings)
        raise Refused(
            Reason.DATABASE_BEHIND,
            f"The database does not have {counted(len(waiting), 'migration')} yet ({waiting[0]} is the first).",
            remedy="Run: kloof db migrate",
            migrations_waiting=len(waiting),
        )


def refuse_new_in_place_of_lost(settings: Settings) -> None:
    """Raises Refused where there was a database: an empty one would know nobody, and could publish again what it had.

    Releases came out of it, or the lock file still lies there.
    """
    # It brings numpy along; whoever has a database should not wait for that.
    from kloof.publish.release_files import count_folders

    releases = count_folders(settings.releases_folder)
    if releases:
        raise Refused(
            Reason.DATABASE_GONE,
            f"The database is gone or empty, and {counted(releases, 'release')} came out of it: "
            f"{settings.releases_folder}.",
            remedy="Put it back from a backup. Without one, nothing more can be published after these releases.",
        )
    if lock := storage.left_by_a_lost(settings.database_url):
        raise Refused(
            Reason.DATABASE_GONE,
            f"The database is gone: {lock} says that there was one.",
            remedy="Put it back, from a backup if need be. To begin with an empty one, remove that file first.",
        )


def refuse_to_migrate_what_does_not_fit(settings: Settings) -> None:
    """Raises Refused where the database is of a newer kloof, or would be a new one beside releases of a lost one."""
    try:
        with looking(settings):
            pass
    except Refused as refusal:
        if refusal.reason is not Reason.DATABASE_BEHIND:
            raise


def refuse_unless_sound(settings: Settings) -> None:
    """Raises Refused where the database does not answer, does not fit, is damaged, or cannot be written."""
    storage.refuse_unless_it_answers()
    refuse_unless_it_fits(settings)
    soundness.refuse_unless_whole_as_far_as_known()
    soundness.refuse_unless_writable()


def readiness(settings: Settings, now: datetime) -> dict[str, Any]:
    """`ready`, and what it rests on: the database is sound, no migration waits, the clock did not jump, and mail goes
    out in time.

    Anyone may ask, so `reason` is a word that names no file and no server; kloof doctor says the sentence.
    """
    try:
        refuse_unless_sound(settings)
        refuse_if_jumped(settings, now)
        oldest, refusing = outbox.oldest_due(now), refused.standing(now)
    except Exception as error:
        refusal = error if isinstance(error, KloofError) else storage.explained(error)
        if refusal is None:
            raise
        storage.drop_connection_after(error)
        facts = {name: refusal.facts[name] for name in refusal.facts if name == "migrations_waiting"}
        return facts | {"ready": False, "reason": refusal.reason.value}
    report: dict[str, Any] = {
        "migrations_waiting": 0,
        "oldest_due_mail": oldest.isoformat() if oldest else None,
    }
    by_us = [one for one in refusing if one.by is RefusedBy.OUR_SERVER]
    if by_us:
        since = by_us[0].since.isoformat()
        return report | {"ready": False, "reason": "mail_refused", "mail_refused_since": since}
    if paused := pauses.current():
        # Somebody wants it so. That it lasts too long is for the doctor and the desk to say.
        return report | {"ready": True, "sending_paused_since": paused.since.isoformat()}
    if oldest is not None and now - oldest > timedelta(minutes=settings.mail.late_after_minutes):
        return report | {"ready": False, "reason": "mail_late"}
    return report | {"ready": True}
