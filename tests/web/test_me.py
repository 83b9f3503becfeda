"""The salesperson's own page: what customers agreed to, and nothing else."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from builders import NOW, BuiltDeal, deal, person, settings, survey
from kloof import storage
from kloof.actions import respond
from kloof.domain.audit_log import READS
from kloof.domain.people import Consent, Role
from kloof.domain.responses import Changes, PromiseChange
from kloof.domain.surveys import Wave
from kloof.storage import audit
from kloof.web import create_app

Enter = Callable[[str, Role], FlaskClient]
SANNE = "Sanne de Vries"
BOTH = (Wave.SALE, Wave.DELIVERY)


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    """The application of a company whose works council agreed."""
    agreed = settings(database, tmp_path, works_council_consent=date(2026, 1, 15))
    application = create_app(agreed, clock=lambda: NOW)
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    return application


@pytest.fixture
def sanne(app: Flask, signed_in: Enter) -> FlaskClient:
    return signed_in(SANNE, Role.SALESPERSON)


def answered(
    expected: int = 9,
    received: int = 6,
    consent: Consent = Consent.NAMED,
    after: Consent | None = None,
    seller: str = SANNE,
    **changes: object,
) -> BuiltDeal:
    """A deal whose customer gave every aspect the same number, at sale and after delivery."""
    built = deal(seller=person(seller), waves=BOTH)
    numbers = {"sale": expected, "delivery": received}
    for wave in BOTH:
        said = Changes(
            answers={f"a{number}": numbers[wave] for number in (1, 2, 3)},
            consent=(after or consent) if wave is Wave.DELIVERY else consent,
            **(changes if wave is Wave.SALE else {}),
        )
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, submit=True)
    return built


def page(browser: FlaskClient, path: str = "/me") -> str:
    answer = browser.get(path, headers={"Accept-Language": "en"})
    return answer.get_data(as_text=True)


def figures(html: str) -> dict[str, list[str]]:
    """What each row of the tables on a page says, by its name."""
    rows = BeautifulSoup(html, "html.parser").select("tbody tr")
    return {
        row.th.get_text(strip=True): [cell.get_text(strip=True) for cell in row.select("td")] for row in rows
    }


def test_it_stays_shut_and_says_why_until_the_works_council_has_agreed(
    database: str, tmp_path: Path, signed_in: Enter
) -> None:
    shut = create_app(settings(database, tmp_path), clock=lambda: NOW)
    sanne = signed_in(SANNE, Role.SALESPERSON)
    sanne.application = shut
    built = answered()
    for path in ("/me", f"/me/deals/{built.deal_id}"):
        assert "consent of the works council" in page(sanne, path)
        assert built.email not in page(sanne, path)


def test_it_says_since_when_it_is_open(sanne: FlaskClient) -> None:
    assert "the works council agreed on 15 January 2026" in page(sanne)


def test_a_customer_who_agreed_is_shown_with_the_gap_and_its_split(sanne: FlaskClient) -> None:
    built = answered(expected=9, received=6)
    assert "+3.0" in page(sanne)
    in_full = page(sanne, f"/me/deals/{built.deal_id}")
    assert figures(in_full)["Aspect 1"] == ["9.0", "6.0", "+3.0", "7.0", "+2.0", "+1.0"]


def test_opening_named_feedback_is_noted_and_what_was_refused_is_not(sanne: FlaskClient) -> None:
    built, theirs = answered(), answered(seller="Bram de Wit")
    for wanted in (built, theirs):
        sanne.get(f"/me/deals/{wanted.deal_id}")
    assert [(line.what, line.name) for line in audit.about_deals([built.row], READS)] == [
        ("feedback_read", SANNE)
    ]
    assert audit.about_deals([theirs.row], READS) == []


def test_a_customer_who_chose_totals_leaves_no_trace_of_having_answered(sanne: FlaskClient) -> None:
    silent, quiet = deal(seller=person(SANNE), waves=BOTH), answered(consent=Consent.TOTALS)
    rows = figures(page(sanne))
    assert rows[silent.deal_id][1:] == rows[quiet.deal_id][1:], "all but the customer's name is the same"
    assert page(sanne, f"/me/deals/{quiet.deal_id}") == page(sanne, f"/me/deals/{silent.deal_id}")


@pytest.mark.parametrize("choices", [(Consent.NAMED, Consent.TOTALS), (Consent.TOTALS, Consent.NAMED)])
def test_a_name_is_shown_only_when_both_times_the_customer_said_so(
    sanne: FlaskClient, choices: tuple[Consent, Consent]
) -> None:
    built = answered(consent=choices[0], after=choices[1])
    assert sanne.get(f"/me/deals/{built.deal_id}").status_code == 404


def test_four_who_chose_totals_show_nothing_and_the_fifth_shows_their_mean(sanne: FlaskClient) -> None:
    for received in (2, 3, 4, 5):
        answered(expected=8, received=received, consent=Consent.TOTALS)
    assert "when 1 more customers have answered" in page(sanne)
    assert "+4.5" not in page(sanne)
    answered(expected=8, received=6, consent=Consent.TOTALS)
    assert "5 of your customers together" in page(sanne)
    assert figures(page(sanne))["Aspect 1"][2] == "+4.0"


def test_a_sixth_answer_cannot_be_told_apart_by_looking_again(sanne: FlaskClient) -> None:
    for _ in range(5):
        answered(expected=8, received=6, consent=Consent.TOTALS)
    before = page(sanne).split("<h2>")[1]
    answered(expected=10, received=0, consent=Consent.TOTALS)
    assert page(sanne).split("<h2>")[1] == before


def test_a_colleagues_customers_are_nowhere_to_be_seen(sanne: FlaskClient) -> None:
    theirs = answered(seller="Bram de Wit")
    assert theirs.deal_id not in page(sanne)
    assert sanne.get(f"/me/deals/{theirs.deal_id}").status_code == 404


def test_the_promises_come_back_in_the_customers_words_as_text_and_never_as_markup(
    sanne: FlaskClient,
) -> None:
    built = answered(promises={0: PromiseChange(text="Ready <b>before</b> summer", aspect="a1")})
    in_full = page(sanne, f"/me/deals/{built.deal_id}")
    assert "Ready &lt;b&gt;before&lt;/b&gt; summer" in in_full


def test_twenty_deals_more_take_no_query_more(sanne: FlaskClient) -> None:
    answered()
    with storage.counted_queries() as few:
        page(sanne)
    for _ in range(20):
        deal(survey(), seller=person(SANNE))
    with storage.counted_queries() as many:
        page(sanne)
    assert len(many) == len(few) <= 5
