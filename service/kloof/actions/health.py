"""Whether kloof can be worked with: refusals before the work begins, and facts for who watches over it."""

from collections.abc import Callable, Iterator
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
from kloof.storage import newer, soundness
from kloof.storage.mailing import last_worked, outbox, pauses, refused


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
        raise newer.refusal(standing.unknown[-1])
    waiting = standing.waiting
    secret_key.refuse_unless_it_fits(settings, migrated=not waiting)
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


def readiness(settings: Settings, now: datetime) -> dict[str, Any]:
    """`ready`, for who sends visitors here: the database answers, fits, is whole and can be written. In `reasons` every
    reason why not, and as `reason` the first of them. How the worker does stands beside it and makes no difference: a
    host whose mail is late serves its forms.

    Anyone may ask, so a reason is a word that names no file and no server; kloof doctor says the sentence.
    """
    reasons, waiting = _in_the_way(settings)
    report: dict[str, Any] = {"ready": not reasons, "reasons": [one.value for one in reasons]}
    if reasons:
        report["reason"] = reasons[0].value
    if _LOST.isdisjoint(reasons):
        report["migrations_waiting"] = waiting
        if not waiting and Reason.DATABASE_AHEAD not in reasons:
            report["worker"] = _as_known(settings, now)
    return report


def work(settings: Settings, now: datetime) -> dict[str, Any]:
    """`well`, for who watches over the mail: a worker works, by this clock, and mail goes out in time. In `reasons`
    every reason why not; where the database is the reason, nothing else is known.
    """
    reasons, waiting = _in_the_way(settings)
    if waiting or not _LOST.isdisjoint(reasons) or Reason.DATABASE_AHEAD in reasons:
        return {"well": False, "reasons": [one.value for one in reasons]}
    return _as_known(settings, now)


_LOST = frozenset({Reason.DATABASE_SILENT, Reason.DATABASE_GONE, Reason.DATABASE_DAMAGED})
"""With which nothing more can be asked."""


def _in_the_way(settings: Settings) -> tuple[list[Reason], int]:
    """Every reason to send nobody here, in the order in which one would mend them; and how many migrations wait."""
    reasons: list[Reason] = []
    waiting = 0
    for look in (
        lambda: _fit(settings),
        soundness.refuse_unless_whole_as_far_as_known,
        soundness.refuse_unless_writable,
    ):
        refusal = _refusal_of(look)
        if refusal is None or refusal.reason in reasons:
            continue
        reasons.append(refusal.reason)
        waiting = int(refusal.facts.get("migrations_waiting", waiting))  # type: ignore[call-overload]
        if refusal.reason in _LOST:
            break
    return reasons, waiting


def _fit(settings: Settings) -> None:
    # A new connection was welcomed with the same question.
    if not storage.ensure_connected():
        refuse_unless_it_fits(settings)


def _refusal_of(look: Callable[[], None]) -> KloofError | None:
    try:
        look()
    except Exception as error:
        refusal = error if isinstance(error, KloofError) else storage.explained(error)
        if refusal is None:
            raise
        storage.drop_connection_after(error)
        return refusal
    return None


def _as_known(settings: Settings, now: datetime) -> dict[str, Any]:
    try:
        return _at_work(settings, now)
    except Exception as error:
        refusal = error if isinstance(error, KloofError) else storage.explained(error)
        if refusal is None:
            raise
        storage.drop_connection_after(error)
        return {"well": False, "reasons": [refusal.reason.value]}


def _at_work(settings: Settings, now: datetime) -> dict[str, Any]:
    late = timedelta(minutes=settings.mail.late_after_minutes)
    oldest, paused = outbox.oldest_due(now), pauses.current()
    by_us = [one for one in refused.standing(now) if one.by is RefusedBy.OUR_SERVER]
    worked = last_worked.noted()
    found = {
        "clock_jumped": worked is not None and _jumped(settings, now, worked),
        "worker_silent": worked is None or now - worked.seen > late,
        "mail_refused": bool(by_us),
        # Somebody wants it so. That a pause lasts too long is for the doctor and the desk to say.
        "mail_late": paused is None and not by_us and oldest is not None and now - oldest > late,
    }
    reasons = [reason for reason, is_so in found.items() if is_so]
    return {
        "well": not reasons,
        "reasons": reasons,
        "last_worked": _moment(worked.seen if worked else None),
        "oldest_due_mail": _moment(oldest),
        "mail_refused_since": _moment(by_us[0].since if by_us else None),
        "sending_paused_since": _moment(paused.since if paused else None),
    }


def _jumped(settings: Settings, now: datetime, worked: last_worked.Work) -> bool:
    return _refusal_of(lambda: refuse_if_jumped(settings, now, last=worked)) is not None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
