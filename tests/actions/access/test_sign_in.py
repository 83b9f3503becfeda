"""Who asks for links in somebody's name neither floods their mailbox nor locks them out, however often."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import NOW, SECRET, person
from cast.builders import settings as company
from kloof.actions.access import sign_in
from kloof.config import Settings
from kloof.config.sections import Oidc
from kloof.domain.access import tokens
from kloof.domain.access.asking import MOST_A_DAY, MOST_AN_HOUR
from kloof.domain.access.people import Role
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.storage.models import AuditEntry, Message, Person, SignIn

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


def test_a_link_from_the_command_line_lets_in_once_for_fifteen_minutes_and_stands_in_the_log(
    house: Settings,
) -> None:
    found, address, until = sign_in.link_for(house, SANNE, NOW)
    token = address.rpartition("/")[2]
    assert (found.email, until, address) == (
        SANNE,
        NOW + timedelta(minutes=15),
        house.link(f"/sign-in/{token}"),
    )
    assert Message.select().count() == 0
    assert sign_in.is_from_here(token, "whatever browser", NOW)
    assert not sign_in.is_usable(token, until + timedelta(seconds=1))
    signed_in = sign_in.use(token, NOW)
    assert (signed_in and signed_in.email, sign_in.use(token, NOW)) == (SANNE, None)
    assert [entry.what for entry in AuditEntry.select().order_by(AuditEntry.id)] == [
        "sign_in_link_made",
        "signed_in",
    ]


def test_there_is_no_link_for_a_stranger_for_who_has_left_and_past_a_provider(house: Settings) -> None:
    with pytest.raises(NotFound):
        sign_in.link_for(house, "nobody@company.example", NOW)
    provider = Oidc(issuer="https://id.company.example", client_id="kloof", roles={"desk": Role.DESK})
    with pytest.raises(Refused) as refused:
        sign_in.link_for(house.model_copy(update={"oidc": provider}), SANNE, NOW)
    assert refused.value.reason is Reason.SIGN_IN_AT_PROVIDER
    Person.update(active=False, left_at=NOW).execute()
    with pytest.raises(NotFound):
        sign_in.link_for(house, SANNE, NOW)
    assert SignIn.select().count() == 0
