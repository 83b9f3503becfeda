"""That mail is refused because of whoever sends it: noted when it happens, taken away when mail goes out again."""

from datetime import datetime

from kloof.domain.mailing.refused import FRESH, MailRefused, RefusedBy
from kloof.storage.models import MailRefusal
from kloof.storage.statements import run

_NOTE = """
INSERT INTO mail_refusal (source, words, since, last_at) VALUES (?, ?, ?, ?)
ON CONFLICT (source) DO UPDATE SET words = excluded.words, last_at = excluded.last_at
"""


def note(by: RefusedBy, words: str, now: datetime) -> None:
    """Note that we are refused, in these words; since when stays what it was."""
    at = MailRefusal.since.db_value(now)
    run(_NOTE, by.value, words, at, at)


def over(by: RefusedBy) -> None:
    """Mail goes out again."""
    MailRefusal.delete().where(MailRefusal.source == by.value).execute()


def standing(now: datetime) -> list[MailRefused]:
    """Who refuses us now; of servers of customers for as long as it is fresh."""
    found = [
        MailRefused(RefusedBy(row.source), row.words, row.since, row.last_at)
        for row in MailRefusal.select().order_by(MailRefusal.source)
    ]
    return [one for one in found if one.by is RefusedBy.OUR_SERVER or now - one.last_at <= FRESH]
