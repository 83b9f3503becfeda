"""One-time links by which the company's people sign in."""

from dataclasses import dataclass
from datetime import datetime

from kloof.storage.models import SignIn as Row


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link as it was asked for; `browser` is the fingerprint of the asking browser's cookie."""

    id: int
    person: int
    browser: str


def create(
    person: int, salt: bytes, fingerprint: str, browser: str, now: datetime, expires_at: datetime
) -> int:
    """Keep a new link and give its row id."""
    row = Row.insert(
        person=person,
        salt=salt,
        fingerprint=fingerprint,
        browser=browser,
        created_at=now,
        expires_at=expires_at,
    )
    return int(row.execute())


def usable(fingerprint: str, now: datetime) -> SignInLink | None:
    """The unused, unexpired link with this fingerprint."""
    row = Row.get_or_none(Row.fingerprint == fingerprint, Row.used_at.is_null(), Row.expires_at > now)
    return None if row is None else SignInLink(id=row.id, person=row.person_id, browser=row.browser)


def use(link: SignInLink, now: datetime) -> bool:
    """Use the link up, and with it every other one of this person; False where somebody else was first."""
    first = Row.update(used_at=now).where(Row.id == link.id, Row.used_at.is_null()).execute()
    Row.update(used_at=now).where(Row.person == link.person, Row.used_at.is_null()).execute()
    return bool(first)


def unused(person: int, since: datetime, most: int) -> list[tuple[int, datetime]]:
    """Row id and moment of the links that were mailed to this person since then and not used, the newest first."""
    found = Row.select(Row.id, Row.created_at).where(
        Row.person == person, Row.used_at.is_null(), Row.created_at > since
    )
    return [(row.id, row.created_at) for row in found.order_by(Row.id.desc()).limit(most)]


def renew(link: int | None, expires_at: datetime) -> None:
    """Let this link work until then; None is a link that there is not."""
    Row.update(expires_at=expires_at).where(Row.id == (link or 0), Row.used_at.is_null()).execute()
