"""Mail that came back and was set aside: that it is there, not what is in it."""

from datetime import datetime

from kloof.domain.mailing.set_aside import AsideMail as Aside
from kloof.domain.mailing.set_aside import WhyAside
from kloof.storage.models import AsideMail


def note(digest: str, why: WhyAside, size: int, file: str, now: datetime) -> None:
    """Note a mail, once however often it is read."""
    AsideMail.insert(digest=digest, since=now, why=why.value, size=size, file=file).on_conflict(
        conflict_target=(AsideMail.digest,), action="IGNORE"
    ).execute()


def waiting(most: int) -> list[Aside]:
    """The mails that wait for a person, the longest waiting first."""
    found = AsideMail.select().order_by(AsideMail.since, AsideMail.id).limit(most)
    return [Aside(row.id, row.since, WhyAside(row.why), row.size, row.file) for row in found]


def count() -> int:
    """How many wait for a person."""
    return int(AsideMail.select().count())


def forget(number: int) -> str | None:
    """Somebody has looked at this mail; gives the file in which it is kept, None where there is no such mail."""
    row = AsideMail.get_or_none(AsideMail.id == number)
    if row is None:
        return None
    AsideMail.delete().where(AsideMail.id == number).execute()
    return str(row.file)
