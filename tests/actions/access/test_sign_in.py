"""Who asks for links in somebody's name neither floods their mailbox nor locks them out, however often."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import NOW, SECRET, person
from cast.builders import settings as company
from kloof.actions.access import sign_in
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.asking import MOST_A_DAY, MOST_AN_HOUR
from kloof.storage.models import Message, SignIn

SANNE = "sanne.de.vries@company.example"


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    person()
    return company(database, tmp_path)


def ask(house: Settings, times: int, at: datetime) -> None:
    for _ in range(times):
        sign_in.ask(house, SANNE, "somebody else's browser", at)


def newest_link() -> str:
    row = SignIn.select().order_by(SignIn.id.desc()).get()
    return tokens.token(SECRET, tokens.Purpose.SIGN_IN, bytes(row.salt))


def test_five_hundred_wishes_in_a_day_are_three_mails_an_hour_and_ten_in_all(house: Settings) -> None:
    mailed = []
    for quarter in range(4 * 24):
        ask(house, 5, NOW + timedelta(minutes=15 * quarter))
        mailed.append(Message.select().count())
    assert (mailed[0], mailed[3], mailed[-1]) == (MOST_AN_HOUR, MOST_AN_HOUR, MOST_A_DAY)
    ask(house, 5, NOW + timedelta(hours=25))
    assert MOST_A_DAY < Message.select().count() <= MOST_A_DAY + MOST_AN_HOUR


def test_whatever_others_asked_who_asks_has_a_link_that_works_for_fifteen_minutes(house: Settings) -> None:
    for turn in range(3 * 24):
        at = NOW + timedelta(minutes=20 * turn)
        ask(house, 6, at)
        sign_in.ask(house, SANNE, "their own browser", at)
        assert sign_in.is_usable(newest_link(), at + timedelta(minutes=14)), at
        assert not sign_in.is_usable(newest_link(), at + timedelta(minutes=15)), at
    assert sign_in.use(newest_link(), at)


def test_an_address_that_nobody_has_lets_no_link_last_longer(house: Settings) -> None:
    ask(house, MOST_AN_HOUR + 1, NOW)
    sign_in.ask(house, "nobody@company.example", "", NOW + timedelta(minutes=10))
    assert not sign_in.is_usable(newest_link(), NOW + timedelta(minutes=15))


def test_who_signs_in_each_hour_is_always_mailed(house: Settings) -> None:
    for hour in range(20):
        at = NOW + timedelta(hours=hour)
        ask(house, 1, at)
        assert Message.select().count() == hour + 1
        assert sign_in.use(newest_link(), at)
