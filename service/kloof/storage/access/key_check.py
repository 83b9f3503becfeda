"""By what a database knows its secret key again."""

from datetime import datetime

from kloof.storage.database import database
from kloof.storage.models import Invitation
from kloof.storage.models import KeyCheck as Row


def noted(*, migrated: bool = False) -> str | None:
    """The check value of the key of this database; None where none was noted yet. `migrated`: no migration waits, so
    the table is there.
    """
    if not migrated and not database.table_exists("key_check"):
        return None
    row = Row.get_or_none()
    return row.value if row else None


def note(value: str, now: datetime) -> None:
    """Note the check value, unless somebody was first."""
    Row.insert(value=value, noted_at=now).on_conflict_ignore().execute()


def newest_link(*, migrated: bool = False) -> tuple[bytes, str] | None:
    """Salt and fingerprint of the survey link that was made last; None where there never was one.

    Also in a database that waits for migrations: a key is looked at before they are applied. `migrated` as above.
    """
    if not migrated and not database.table_exists("invitation"):
        return None
    row = (
        Invitation.select(Invitation.link_salt, Invitation.link_fingerprint)
        .order_by(Invitation.id.desc())
        .first()
    )
    return (bytes(row.link_salt), row.link_fingerprint) if row else None
