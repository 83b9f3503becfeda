"""From a number in a received mail to the receipt: whoever starts in the mail can send, and is told what is kept."""

import email
import email.policy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, product
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import BrowserContext, Page, expect

from cast.builders import ALWAYS, CALLS, settings, survey, text
from cast.selling import Clock, deliver, line, sell
from instruments.pages import follow, served
from instruments.running import free_port
from kloof import storage
from kloof.actions.mailing.worker import work_once
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Changes, Consent, Questionnaire
from kloof.domain.text import LANGUAGES, Language
from kloof.mail import Transport, open_transport
from kloof.web import create_app

NewPage = Callable[..., Page]
NEXT, SEND = (f"main .actions button[value={action}]" for action in ("save", "submit"))
SAVED = {"nl": "Bewaard", "en": "Saved"}
WAITS = {"nl": "zodra u hier zelf iets invult", "en": "as soon as you fill in something here yourself"}
KEPT = {"nl": "al {} bewaard", "en": "{} was already saved"}
NOT_ADDED = {"nl": "niet toegevoegd", "en": "not added"}
SCALES = [(0, 10), (1, 7)]
_numbers = count(1)

pytestmark = pytest.mark.browser


def asked(low: int, high: int) -> Survey:
    """Two aspects on this scale, and a question about the whole."""
    facts = survey(2).model_dump()
    ends = {"low_label": text("very poor"), "high_label": text("excellent")}
    for number, aspect in enumerate(facts["aspects"]):
        aspect |= {"id": ("lead-time", "price")[number], "norm": None}
    timing = {"first_after_days": 0, "second_after_days": 0}
    return Survey.model_validate(
        facts | {"id": f"scale-{high}", "scale": {"low": low, "high": high, **ends}, "timing": timing}
    )


@dataclass
class Company:
    """A company whose mail arrives in a folder; the links in it lead to its own server."""

    settings: Settings
    clock: Clock
    post: Transport
    mails: Path

    def invited(self, of: Survey, wave: Wave, language: Language) -> "Received":
        """A customer who gets the invitation of this wave; before the second they sent the first, all at the top."""
        number = next(_numbers)
        sold = sell(self.settings, line(number, language=language, survey=of.id), now=self.clock(), about=of)
        got = self._received(f"customer{number}@example.com")
        if wave is Wave.DELIVERY:
            before = Changes(dict.fromkeys(of.items(Wave.SALE), of.scale.high), consent=Consent.NAMED)
            respond.save(got.questionnaire(self.clock), before, self.clock(), CALLS, submit=True)
            self.clock.now += timedelta(days=1)
            deliver(self.settings, sold, self.clock().date(), now=self.clock(), about=of)
            got = self._received(f"customer{number}@example.com")
        return got

    def _received(self, address: str) -> "Received":
        """What the worker has put in the letter box of this customer just now."""
        before = {*self.mails.glob("*.eml")}
        assert work_once(self.settings, self.post, self.clock).trouble is None
        for file in {*self.mails.glob("*.eml")} - before:
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if address in str(mail["To"]):
                return Received(str(mail.get_body(("html",)).get_content()))  # type: ignore[attr-defined]
        raise AssertionError(f"no mail came for {address}")


@dataclass
class Received:
    """The HTML part of an invitation, as a mail program shows it."""

    html: str

    def number(self, point: int) -> str:
        """Where a press on this number leads."""
        points = BeautifulSoup(self.html, "html.parser").select("a.point")
        return next(str(link["href"]) for link in points if link.get_text(strip=True) == str(point))

    def questionnaire(self, clock: Clock) -> Questionnaire:
        """What is kept by now of who got it."""
        return respond.open_link(self.number(1).partition("?")[0].rpartition("/")[2], clock())


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, _migrated_file: Path) -> Iterator[Company]:
    folder, port, clock = tmp_path_factory.mktemp("company"), free_port(), Clock()
    shutil.copyfile(_migrated_file, folder / "kloof.db")
    own = settings(
        f"sqlite:///{folder / 'kloof.db'}",
        folder,
        base_url=f"http://127.0.0.1:{port}",
        smtp_url=f"folder:{folder / 'mail'}",
        mail_from="feedback@warmtehuis.example",
        mail=ALWAYS,
    )
    storage.open_database(own.database_url)
    with served(create_app(own, clock=clock), port):
        yield Company(own, clock, open_transport(own), folder / "mail")


@pytest.fixture(autouse=True)
def _open(company: Company) -> None:
    storage.open_database(company.settings.database_url)


def choose(page: Page, name: str, value: object) -> None:
    page.locator(f"label:has(input[name='{name}'][value='{value}'])").click()


def ticked(page: Page) -> dict[str, str]:
    boxes = page.locator("input[type=radio]:checked")
    return dict(boxes.evaluate_all("(all) => all.map((one) => [one.name, one.value])"))


def to_the_end(page: Page) -> None:
    """Go on to the page that asks who may see the answers, with no more than what the other pages hold."""
    while not page.locator("input[name=consent]").count():
        follow(page, page.locator(NEXT))
        assert "lead-time" not in page.url


def send(page: Page) -> None:
    choose(page, "consent", "totals")
    follow(page, page.locator(NEXT))
    follow(page, page.locator(SEND))
    assert page.url.partition("?")[0].endswith("/receipt")


def says_that_it_waits(page: Page, language: Language) -> None:
    assert page.locator("html").get_attribute("lang") == language
    assert WAITS[language] in page.inner_text("main .notice")


def from_number_to_receipt(page: Page, link: str, point: int, other: int, language: Language) -> None:
    """One journey: look, read it in the other language, go on and back without an answer, answer, back and on, send."""
    page.goto(link)
    assert ticked(page) == {"lead-time": str(point)}
    says_that_it_waits(page, language)
    follow(page, page.locator("header button.button"))
    [translated] = {*LANGUAGES} - {language}
    says_that_it_waits(page, translated)
    follow(page, page.locator(NEXT))
    says_that_it_waits(page, translated)
    page.go_back()
    choose(page, "price", other)
    follow(page, page.locator(NEXT))
    assert "lead-time" not in page.url
    page.go_back()
    assert ticked(page) == {"lead-time": str(point), "price": str(other)}
    assert page.locator("main .notice").count() == 0
    to_the_end(page)
    send(page)


@pytest.mark.parametrize(
    ("wave", "java_script", "number"),
    [
        pytest.param(Wave.SALE, True, 0, marks=pytest.mark.whole_browser),
        (Wave.SALE, False, 3),
        (Wave.DELIVERY, True, 5),
        (Wave.DELIVERY, False, 6),
    ],
)
def test_who_starts_with_a_number_in_the_mail_gets_to_the_receipt(
    new_page: NewPage, company: Company, wave: Wave, java_script: bool, number: int, full: bool
) -> None:
    page = new_page(java_script_enabled=java_script)
    # One of these eight unless --full; of the four that are taken so, any two things come up in each combination.
    every = [*product(SCALES, LANGUAGES, (True, False))]
    for (low, high), language, upwards in every if full else every[number : number + 1]:
        point, other = (low, high) if upwards else (high, low)
        got = company.invited(asked(low, high), wave, language)
        from_number_to_receipt(page, got.number(point), point, other, language)
        kept = got.questionnaire(company.clock)
        assert kept.submitted
        assert kept.response.answers == {"lead-time": point, "price": other}


def two_tabs(page: Page, got: Received) -> tuple[Page, Page]:
    """The lowest number of the mail in one tab, and then the highest in another."""
    context: BrowserContext = page.context
    other = context.new_page()
    page.goto(got.number(0))
    other.goto(got.number(10))
    return page, other


EVERY_TWO_TABS = [*product(Wave, LANGUAGES)]


def test_two_tabs_with_two_numbers_keep_what_was_saved_first_and_say_so(
    new_page: NewPage, company: Company, full: bool
) -> None:
    for wave, language in EVERY_TWO_TABS if full else EVERY_TWO_TABS[:1]:
        got = company.invited(asked(0, 10), wave, language)
        one, two = two_tabs(new_page(), got)
        choose(two, "price", 5)
        expect(two.locator(".saved")).to_have_text(SAVED[language])
        choose(one, "price", 6)
        expect(one.locator(".notice")).to_contain_text(KEPT[language].format(10))
        expect(one.locator(".saved")).to_have_text(SAVED[language])
        assert ticked(one) == {"lead-time": "10", "price": "6"}
        to_the_end(one)
        send(one)
        assert got.questionnaire(company.clock).response.answers == {"lead-time": 10, "price": 6}
        choose(two, "price", 1)
        follow(two, two.locator(NEXT))
        assert NOT_ADDED[language] in two.inner_text("main")
        assert got.questionnaire(company.clock).response.answers == {"lead-time": 10, "price": 6}


def test_two_tabs_without_javascript_keep_what_was_saved_first_and_say_so(
    new_page: NewPage, company: Company, full: bool
) -> None:
    for wave, language in EVERY_TWO_TABS if full else EVERY_TWO_TABS[-1:]:
        got = company.invited(asked(0, 10), wave, language)
        one, two = two_tabs(new_page(java_script_enabled=False), got)
        choose(two, "price", 5)
        follow(two, two.locator(NEXT))
        choose(one, "price", 6)
        follow(one, one.locator(NEXT))
        assert KEPT[language].format(10) in one.inner_text(".error-summary")
        assert ticked(one) == {"lead-time": "10", "price": "6"}
        assert "lead-time" not in one.url
        to_the_end(one)
        send(one)
        assert got.questionnaire(company.clock).response.answers == {"lead-time": 10, "price": 6}


@pytest.mark.parametrize("java_script", [True, False])
def test_the_link_opened_again_takes_up_where_one_was_and_after_sending_shows_the_receipt(
    new_page: NewPage, company: Company, java_script: bool
) -> None:
    got = company.invited(asked(1, 7), Wave.SALE, "en")
    page = new_page(java_script_enabled=java_script)
    page.goto(got.number(7))
    page.goto(got.number(1))
    choose(page, "price", 4)
    follow(page, page.locator(NEXT))
    page.goto(got.number(7))
    assert ticked(page) == {"lead-time": "1", "price": "4"}
    assert KEPT["en"].format(1) in page.inner_text("main .notice")
    page.goto(got.number(1))
    assert page.locator("main .notice").count() == 0
    to_the_end(page)
    send(page)
    page.goto(got.number(1))
    assert page.url.endswith("/receipt")
    page.goto(got.number(7))
    assert NOT_ADDED["en"] in page.inner_text("main .notice")
    follow(page, page.get_by_role("link", name="Change my answers"))
    follow(page, page.locator("button[name=go][value=lead-time]"))
    assert ticked(page) == {"lead-time": "1", "price": "4"}
    choose(page, "lead-time", 7)
    follow(page, page.locator(NEXT))
    follow(page, page.get_by_role("link", name="Done"))
    assert page.url.endswith("/receipt")
    assert got.questionnaire(company.clock).response.answers == {"lead-time": 7, "price": 4}


@pytest.mark.whole_browser
@pytest.mark.parametrize(("opened_again_by", "kept"), [(None, 9), (2, 2)])
def test_a_choice_of_the_mail_made_without_a_network_outlives_the_tab_until_another_is_made(
    new_page: NewPage, company: Company, opened_again_by: int | None, kept: int
) -> None:
    got = company.invited(asked(0, 10), Wave.SALE, "nl")
    page = new_page()
    page.goto(got.number(9))
    page.context.set_offline(True)
    choose(page, "price", 4)
    expect(page.locator(".saved")).to_contain_text("Geen verbinding")
    assert "lead-time" not in page.url
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    number = got.number(9).partition("?")[0] if opened_again_by is None else got.number(opened_again_by)
    again.goto(number)
    expect(again.locator(".saved")).to_have_text("Bewaard")
    assert ticked(again) == {"lead-time": str(kept), "price": "4"}
    assert got.questionnaire(company.clock).response.answers == {"lead-time": kept, "price": 4}


def test_the_note_about_the_mail_turns_into_saved_and_nothing_moves(
    new_page: NewPage, company: Company
) -> None:
    got = company.invited(asked(0, 10), Wave.SALE, "nl")
    page = new_page()
    page.goto(got.number(9))
    top = "document.querySelector('main .actions').getBoundingClientRect().top + scrollY"
    before = page.evaluate(top)
    choose(page, "price", 4)
    expect(page.locator(".notice")).to_contain_text("koos u 9 bij “Aspect 1 (nl)”. Dat is nu bewaard")
    assert page.evaluate(top) == before
    assert page.url.endswith("?page=1")


def test_the_note_does_not_say_saved_of_a_number_that_was_changed_here(
    new_page: NewPage, company: Company
) -> None:
    got = company.invited(asked(0, 10), Wave.SALE, "nl")
    page = new_page()
    page.goto(got.number(9))
    choose(page, "lead-time", 5)
    expect(page.locator(".saved")).to_have_text("Bewaard")
    expect(page.locator(".notice")).not_to_be_visible()
    assert got.questionnaire(company.clock).response.answers == {"lead-time": 5}
