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


def use(link: int, now: datetime) -> bool:
    """Use the link up; False where somebody else was first."""
    return bool(Row.update(used_at=now).where(Row.id == link, Row.used_at.is_null()).execute())
