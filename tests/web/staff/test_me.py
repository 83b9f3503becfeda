"""The salesperson's own page: what customers agreed to, and nothing else."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, settings, survey
from kloof import storage
from kloof.actions.staff.own_deals import PER_PAGE
from kloof.actions.staff.published import Figures
from kloof.actions.surveys import respond
from kloof.domain.access.audit_log import READS
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.gap import AspectGap
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange, PromiseOutcome
from kloof.storage.access import audit_log
from kloof.storage.models import Deal, OwnPair
from kloof.storage.staff import own_groups
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
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
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
    assert [(line.what, line.name) for line in audit_log.about_deals([built.row], READS)] == [
        ("feedback_read", SANNE)
    ]
    assert audit_log.about_deals([theirs.row], READS) == []


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


def eight_in_totals(received: int = 5) -> None:
    """Eight who chose totals, whose group has closed since: V from 6 to 9, R up to two around this."""
    for number in range(8):
        answered(expected=6 + number % 4, received=received - 2 + number % 5, consent=Consent.TOTALS)
    OwnPair.update(completed_at=NOW - timedelta(days=20)).where(OwnPair.batch.is_null()).execute()
    own_groups.close_groups(NOW, draw=lambda below: below - 1)


def steady(html: str) -> str:
    """The page without the token of its forms, which tells the second in which it was made."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html)


def section(html: str, title: str) -> str:
    """What stands under this heading."""
    [found] = [part for part in html.split("<h2>")[1:] if part.startswith(title)]
    return found


def test_a_closed_group_shows_its_means_in_steps_of_half_a_point_and_says_so(sanne: FlaskClient) -> None:
    eight_in_totals()
    shown = section(page(sanne), "Customers who answer only in totals")
    assert "8 answers together; the means go in steps of 0.5." in shown
    mean = figures(f"<table><tbody>{shown.split('<tbody>')[1]}")["Aspect 1"]
    assert [float(value) % 0.5 for value in mean[:2]] == [0, 0]
    assert float(mean[2]) == float(mean[0]) - float(mean[1])


def test_without_a_closed_group_the_page_is_the_same_whether_nobody_answered_or_seven_or_eight_alike(
    sanne: FlaskClient,
) -> None:
    asked = [deal(seller=person(SANNE), waves=BOTH) for _ in range(8)]
    seen = {steady(page(sanne))}
    for built in asked:
        for wave in BOTH:
            said = Changes(answers=dict.fromkeys(("a1", "a2", "a3"), 8), consent=Consent.TOTALS)
            respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
        OwnPair.update(completed_at=NOW - timedelta(days=20)).execute()
        seen.add(steady(page(sanne)))
    own_groups.close_groups(NOW)
    seen.add(steady(page(sanne)))
    [only] = seen
    assert "There is no closed group to show." in only
    assert "more" not in section(only, "Customers who answer only in totals")


def test_an_answer_more_cannot_be_told_by_looking_again(sanne: FlaskClient) -> None:
    eight_in_totals()
    built = deal(seller=person(SANNE), waves=BOTH)
    before = steady(page(sanne))
    for wave in BOTH:
        said = Changes(answers=dict.fromkeys(("a1", "a2", "a3"), 0), consent=Consent.TOTALS)
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    own_groups.close_groups(NOW)
    assert steady(page(sanne)) == before


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
    assert len(many) == len(few) <= 10


def test_the_list_of_deals_goes_by_the_page_and_whose_answers_show_in_it_is_noted(sanne: FlaskClient) -> None:
    built = answered()
    for _ in range(PER_PAGE):
        deal(survey(), seller=person(SANNE), sold_on=date(2026, 2, 28))
    assert built.deal_id not in figures(page(sanne))
    assert audit_log.about_deals([built.row], READS) == []
    assert built.deal_id in figures(page(sanne, "/me?page=2"))
    assert [line.what for line in audit_log.about_deals([built.row], READS)] == ["feedback_listed"]
    assert figures(page(sanne, "/me?page=99")) == figures(page(sanne, "/me?page=2"))


def test_promises_kept_are_counted(sanne: FlaskClient) -> None:
    built = deal(seller=person(SANNE), waves=BOTH)
    said = {"answers": {"a1": 8, "a2": 8, "a3": 8}, "consent": Consent.NAMED}
    promised = {number: PromiseChange(text=f"Promise {number}") for number in range(3)}
    first, second = built.tokens[Wave.SALE], built.tokens[Wave.DELIVERY]
    respond.save(respond.open_link(first, NOW), Changes(**said, promises=promised), NOW, CALLS, submit=True)
    outcomes = {
        0: PromiseChange(outcome=PromiseOutcome.KEPT),
        1: PromiseChange(outcome=PromiseOutcome.BROKEN),
    }
    respond.save(respond.open_link(second, NOW), Changes(**said, promises=outcomes), NOW, CALLS, submit=True)
    assert "known: 2. Kept: 1, partly: 0, not: 1." in page(sanne)


def test_figures_over_time_are_drawn_from_the_second_quarter_on(app: Flask, sanne: FlaskClient) -> None:
    answered()
    assert "<svg" not in page(sanne)
    OwnPair.update(completed_at=NOW - timedelta(days=100)).execute()
    answered(expected=7, received=7)
    drawn = BeautifulSoup(page(sanne), "html.parser").select("svg.chart")
    assert len(drawn) == 3
    assert "2025 Q4" in drawn[0].get_text()


def test_no_colleague_and_no_rank_stands_on_the_page(sanne: FlaskClient) -> None:
    for seller in (SANNE, "Bram de Wit", "Joris Baas"):
        answered(seller=seller)
    shown = page(sanne)
    assert "Bram" not in shown
    assert "Joris" not in shown
    assert "1 answers at the sale" in shown


def test_before_a_promise_nothing_published_means_nothing_to_say_in_figures(sanne: FlaskClient) -> None:
    answered(expected=9, received=6)
    sheet = page(sanne, "/me/promise?product=Heat+pump&aspect=a2")
    assert "Nothing is published yet" in sheet
    assert "Promise nothing in figures here" in sheet
    cards = [card.get_text() for card in BeautifulSoup(sheet, "html.parser").select(".card h3")]
    assert cards == ["Aspect 2"]


def test_what_may_safely_be_said_is_what_customers_got_and_at_most_the_norm(
    sanne: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(expected=9, received=6)
    aspects = {f"a{number}": AspectGap(f"a{number}", 8.4, 7.6, 7.0) for number in (1, 2, 3)}
    known = Figures(date(2026, 2, 1), 63, aspects)
    monkeypatch.setattr("kloof.actions.staff.published.company_figures", lambda *_: known)
    sheet = page(sanne, "/me/promise?product=Heat+pump&aspect=a1")
    assert "over all products: at least 63 customers, as of 1 February 2026" in sheet
    assert "Our customers give this 7.6 out of 10 after delivery." in sheet
    assert "no more than our norm of 7.0" in sheet
    assert "expected 2.0 more than that" in sheet
    assert figures(page(sanne))["Aspect 1"][6:] == ["8.4", "7.6", "+0.8"]


def test_before_a_promise_stays_shut_with_the_rest(database: str, tmp_path: Path, signed_in: Enter) -> None:
    sanne = signed_in(SANNE, Role.SALESPERSON)
    sanne.application = create_app(settings(database, tmp_path), clock=lambda: NOW)
    assert "consent of the works council" in page(sanne, "/me/promise?product=Heat+pump")


def test_a_product_that_only_a_colleague_sells_gives_no_sheet(sanne: FlaskClient) -> None:
    answered(seller="Bram de Wit")
    assert "Heat pump" not in page(sanne, "/me/promise?product=Heat+pump")


def test_the_sheet_takes_few_queries(sanne: FlaskClient) -> None:
    answered()
    for path in ("/me/promise", "/me/promise?product=Heat+pump"):
        with storage.counted_queries() as queries:
            page(sanne, path)
        assert len(queries) <= 6


def test_a_deal_that_a_draw_left_out_of_the_first_survey_says_so_and_shows_what_they_got(
    sanne: FlaskClient,
) -> None:
    built = deal(seller=person(SANNE), waves=(Wave.DELIVERY,))
    Deal.update(arm="not_asked", arm_share=0.15).where(Deal.id == built.row).execute()
    said = Changes(answers={f"a{number}": 6 for number in (1, 2, 3)}, consent=Consent.NAMED)
    respond.save(respond.open_link(built.tokens[Wave.DELIVERY], NOW), said, NOW, CALLS, submit=True)
    assert "not asked at sale: a draw decided that" in page(sanne)
    one = page(sanne, f"/me/deals/{built.deal_id}")
    assert "This customer was not asked at sale; a draw decided that." in one
    assert figures(one)["Aspect 1"][1] == "6.0"
