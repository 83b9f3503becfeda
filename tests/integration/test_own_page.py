"""A salesperson reloads /me over HTTP after every answer, adds made-up customers, and tries to solve the real one."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from flask.sessions import SecureCookieSessionInterface

from cast.builders import NOW, deal, person, settings, signed_in_as, survey
from instruments.pages import served
from kloof import storage
from kloof.actions.catch_up import catch_up
from kloof.config import Settings
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation, OwnPair
from kloof.web import create_app

pytestmark = pytest.mark.slow

SURVEY = survey(1)
BOTH = (Wave.SALE, Wave.DELIVERY)


@dataclass
class Shop:
    """A running kloof, its clock, and a salesperson who has signed in."""

    settings: Settings
    address: str = ""
    cookie: str = ""
    now: datetime = NOW

    def ask(self, method: str, path: str, body: dict[str, str] | None = None, **headers: str) -> str:
        where = urlsplit(self.address)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        with closing(http.client.HTTPConnection(str(where.hostname), where.port, timeout=120)) as connection:
            connection.request(method, path, urlencode(body) if body else None, form | headers)
            answer = connection.getresponse()
            said = answer.read().decode()
        assert answer.status in {200, 303}, said
        return said

    def look(self) -> str:
        """What /me says; the list of deals, which names them and tells nothing of them, is a page of its own."""
        page = self.ask("GET", "/me", Cookie=f"kloof={self.cookie}", **{"Accept-Language": "en"})
        assert "My feedback" in page
        return re.sub(r' nonce="[^"]*"|name="csrf_token" value="[^"]*"', "", page)

    def answer(self, v: int, r: int) -> Iterator[str]:
        """A customer in totals fills in both surveys; gives what /me says after each step."""
        with storage.transaction():
            built = deal(SURVEY, seller=person(), waves=BOTH)
            Invitation.update(expires_at=self.now + timedelta(days=45)).execute()
        for wave, point in ((Wave.SALE, v), (Wave.DELIVERY, r)):
            sent = {"a1": str(point), "consent": "totals", "action": "submit"}
            self.ask("POST", f"/s/{built.tokens[wave]}", sent)
            yield self.look()

    def first_of_next_month(self) -> str:
        self.now = (self.now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=1)
        catch_up(self.settings, self.now)
        self.sign_in()
        return self.look()

    def sign_in(self) -> None:
        app = create_app(self.settings)
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer
        self.cookie = str(serializer.dumps(signed_in_as(person(), self.now)))


@pytest.fixture
def shop(database: str, tmp_path: Path) -> Iterator[Shop]:
    open_shop = Shop(settings(database, tmp_path, works_council_consent=date(2026, 1, 15)))
    app = create_app(open_shop.settings, clock=lambda: open_shop.now)
    deal(SURVEY, seller=person())
    open_shop.sign_in()
    with served(app) as address:
        open_shop.address = address
        yield open_shop


def counted(page: str) -> int:
    found = re.search(r"(\d+) answers together", page)
    return int(found[1]) if found else 0


def test_who_reloads_after_every_answer_sees_whole_groups_on_the_first_of_a_month_and_nothing_else(
    shop: Shop,
) -> None:
    seen = [shop.look()]
    for month in range(3):
        for number in range(6):
            for page in shop.answer(2 + (month + number) % 7, 8 - number % 6):
                assert page == seen[-1], "an answer changes nothing"
        seen.append(shop.first_of_next_month())
    counts = [counted(page) for page in seen]
    assert counts == [0, 0, 12, 12], "six, twelve in one group, and six that wait"
    assert OwnPair.select().count() == 18


def test_with_seven_made_up_customers_the_page_leaves_several_answers_for_the_real_one(shop: Shop) -> None:
    """The attacker chose seven answers on 0 to 10, and looks before and after. Unrounded, R would be read off."""
    known = [1, 3, 4, 6, 7, 9, 10]
    for number, r in enumerate(known):
        for _ in shop.answer(2 + number, r):
            pass
    before = shop.look()
    for page in shop.answer(9, 8):
        assert page == before
    page = shop.first_of_next_month()
    assert counted(page) == 8
    row = re.search(r"Aspect 1.*?</tr>", page.split('id="totals">')[1], re.DOTALL)
    assert row
    shown = float(re.findall(r">([\d.]+)<", row[0])[1])
    possible = {
        r for r in range(11) for off in range(-4, 5) if abs((sum(known) + r + off) / 8 - shown) <= 0.25
    }
    assert 8 in possible
    assert len(possible) >= 4
