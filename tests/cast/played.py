"""The story of the demo, played for a day of one's choice without its processes."""

import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Protocol

from kloof import storage
from kloof.actions.catch_up import catch_up
from kloof.actions.mailing.worker import work_once
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings, load_settings
from kloof.demo import company, visitors
from kloof.demo.acts import midnight
from kloof.demo.folder import furnish
from kloof.demo.visitors import Doors
from kloof.mail.transport import Memory


@dataclass(frozen=True)
class Played:
    """A demo that was played up to the first minute of `today`. `mails`: what it then sent, as (to, text)."""

    settings: Settings
    today: date
    doors: Doors
    mails: tuple[tuple[str, str], ...]

    @property
    def first_minute(self) -> datetime:
        return midnight(self.settings, self.today)

    @property
    def last_minute(self) -> datetime:
        return midnight(self.settings, self.today + timedelta(days=1)) - timedelta(minutes=1)

    def open(self) -> "Played":
        """Open its database for one test."""
        storage.open_database(self.settings.database_url)
        return self


DAY = date(2028, 2, 29)


class Play(Protocol):
    """Plays a demo in a folder of its own; without deals only the visitors arrive."""

    def __call__(self, today: date, deals: int = 0, key: str = "") -> Played: ...


def played(folder: Path, migrated: Path, today: date, deals: int, key: str) -> Played:
    """Play in this folder, with a copy of an empty database that has its tables."""
    furnish(folder, today)
    environment = {
        "KLOOF_RUN": "demo",
        "KLOOF_MAIL_FROM": "feedback@warmtehuis.example",
        "KLOOF_SECRET_KEY": key,
    }
    settings = load_settings(folder, environment)
    shutil.copy(migrated, folder / "instance" / "kloof.db")
    storage.open_database(settings.database_url)
    try:
        doors = company.play(settings, today, lambda _: None, deals) if deals else _arrive(settings, today)
        post = Memory()
        work_once(settings, post, lambda: midnight(settings, today), also=catch_up)
    finally:
        storage.close_database()
    return Played(settings, today, doors, tuple((to, _text(data)) for _, to, data in post.sent))


def _arrive(settings: Settings, today: date) -> Doors:
    with storage.transaction():
        company.hire(midnight(settings, today))
        visitors.arrive(settings, load_surveys(settings.surveys_folder), today)
        return visitors.doors(settings, today)


def _text(data: bytes) -> str:
    body = message_from_bytes(data, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())
