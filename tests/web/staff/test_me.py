"""The salesperson's own page: what customers agreed to, and nothing else."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, settings, survey
from cast.calls import PROMISE, WORDS
from cast.calls import answers as told_of
from kloof import storage
from kloof.actions.staff import calls
from kloof.actions.staff.own_deals import PER_PAGE
from kloof.actions.staff.published import Figures
from kloof.actions.surveys import respond
from kloof.domain.access.audit_log import READS
from kloof.domain.access.people import Person, Role
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.staff.over_promise import FEW
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.gap import AspectGap
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange, PromiseOutcome
from kloof.storage.access import audit_log, people
from kloof.storage.deals import search
from kloof.storage.models import Deal, OwnPair, Promise, Response
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


def told(app: Flask, received: int = 3, **more: Any) -> BuiltDeal:
    """The same with words, one promise and what became of it, in a company whose salespeople call."""
    return told_of(app.extensions["kloof.settings"], received, **more)


def who(name: str) -> Person:
    found = people.by_id(person(name))
    assert found
    return found


def page(browser: FlaskClient, path: str = "/me") -> str:
    answer = browser.get(path, headers={"Accept-Language": "en"})
    return answer.get_data(as_text=True)


def shown(html: str, which: str) -> str:
    """What the first such piece of a page says, its words one space apart; empty where it is not there."""
    found = BeautifulSoup(html, "html.parser").select_one(which)
    return " ".join(found.get_text(" ", strip=True).split()) if found else ""


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
    for path in ("/me", "/me/deals", f"/me/deals/{built.deal_id}"):
        assert "consent of the works council" in page(sanne, path)
        assert built.email not in page(sanne, path)


def test_it_says_since_when_it_is_open(sanne: FlaskClient) -> None:
    assert "the works council agreed on 15 January 2026" in page(sanne)


def test_a_customer_who_agreed_is_shown_with_the_gap_and_its_split(sanne: FlaskClient) -> None:
    built = answered(expected=9, received=6)
    assert figures(page(sanne, "/me/deals"))[built.deal_id][-1] == "+3.0"
    in_full = page(sanne, f"/me/deals/{built.deal_id}")
    assert figures(in_full)["Aspect 1"] == ["9", "6", "+3", "7.0", "+2.0", "+1.0"]


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
    rows = figures(page(sanne, "/me/deals"))
    assert rows[silent.deal_id][1:] == rows[quiet.deal_id][1:], "all but the customer's name is the same"
    named = figures(page(sanne, "/me/deals?show=named"))
    assert not {silent.deal_id, quiet.deal_id} & set(named)
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


def totals(html: str) -> str:
    """What stands under the customers who answer only in totals, as markup."""
    return str(BeautifulSoup(html, "html.parser").select_one("section[aria-labelledby=totals]"))


def test_a_closed_group_shows_its_means_in_steps_of_half_a_point_and_says_so(sanne: FlaskClient) -> None:
    eight_in_totals()
    apart = totals(page(sanne))
    assert "8 answers together. Averages go in steps of 0.5." in apart
    mean = figures(apart)["Aspect 1"]
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
    assert "more" not in shown(totals(only), "section > p")


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
    theirs = answered(seller="Bram de Wit", promises={0: PromiseChange(text="A promise of Bram's")})
    for path in ("/me", "/me/deals", f"/me/deals?q={theirs.deal_id}"):
        assert f"/me/deals/{theirs.deal_id}" not in page(sanne, path)
        assert "Bram" not in page(sanne, path)
    assert sanne.get(f"/me/deals/{theirs.deal_id}").status_code == 404


def test_the_promises_come_back_in_the_customers_words_as_text_and_never_as_markup(
    sanne: FlaskClient,
) -> None:
    built = answered(promises={0: PromiseChange(text="Ready <b>before</b> summer", aspect="a1")})
    in_full = page(sanne, f"/me/deals/{built.deal_id}")
    assert "Ready &lt;b&gt;before&lt;/b&gt; summer" in in_full


def test_twenty_deals_more_take_no_query_more(app: Flask, sanne: FlaskClient) -> None:
    asked = [told(app, received=2, outcome=PromiseOutcome.BROKEN) for _ in range(2)]
    paths = ("/me", "/me/deals", "/me/deals?show=named&q=a", f"/me/deals/{asked[0].deal_id}")
    few = {}
    for path in paths:
        page(sanne, path)
        with storage.counted_queries() as seen:
            page(sanne, path)
        few[path] = len(seen)
    for number in range(20):
        told(app, received=2 + number % 8)
        deal(survey(), seller=person(SANNE))
    for path in paths:
        with storage.counted_queries() as seen:
            page(sanne, path)
        # A line of the log for one deal takes a statement less than for several.
        assert len(seen) <= few[path] + 1, seen
        assert len(seen) <= 10, seen


def test_the_list_of_deals_goes_by_the_page_and_whose_answers_show_in_it_is_noted(sanne: FlaskClient) -> None:
    built = answered()
    for _ in range(PER_PAGE):
        deal(survey(), seller=person(SANNE), sold_on=date(2026, 2, 28))
    assert built.deal_id not in figures(page(sanne, "/me/deals"))
    assert audit_log.about_deals([built.row], READS) == []
    assert built.deal_id in figures(page(sanne, "/me/deals?page=2"))
    assert [line.what for line in audit_log.about_deals([built.row], READS)] == ["feedback_listed"]
    assert figures(page(sanne, "/me/deals?page=99")) == figures(page(sanne, "/me/deals?page=2"))


def test_the_list_of_deals_is_filtered_by_what_came_and_by_name_or_number(sanne: FlaskClient) -> None:
    built, quiet = answered(), answered(consent=Consent.TOTALS)
    ahead = deal(survey(), seller=person(SANNE), waves=(Wave.SALE,))
    Deal.update(delivered_on=None).where(Deal.id == ahead.row).execute()
    Deal.update(delivered_on=NOW.date()).where(Deal.id != ahead.row).execute()
    search.renew([built.row, quiet.row, ahead.row])
    assert set(figures(page(sanne, "/me/deals"))) == {built.deal_id, quiet.deal_id, ahead.deal_id}
    assert set(figures(page(sanne, "/me/deals?show=named"))) == {built.deal_id}
    assert set(figures(page(sanne, "/me/deals?show=ahead"))) == {ahead.deal_id}
    assert set(figures(page(sanne, f"/me/deals?q={quiet.deal_id}"))) == {quiet.deal_id}
    assert "No deal was found." in page(sanne, "/me/deals?q=nobody-of-this-name")


def test_whoever_pages_on_keeps_the_filter(sanne: FlaskClient) -> None:
    for _ in range(PER_PAGE + 1):
        answered()
    onward = BeautifulSoup(page(sanne, "/me/deals?show=named"), "html.parser").select_one("a[rel=next]")
    assert onward
    assert set(parse_qs(urlsplit(str(onward["href"])).query)) == {"page", "show"}
    assert len(figures(page(sanne, str(onward["href"])))) == 1


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
    assert shown(page(sanne), ".own-counts") == "1 kept 0 partly 1 not"
    quotes = [
        told.get_text(strip=True) for told in BeautifulSoup(page(sanne), "html.parser").select(".own-quote")
    ]
    assert quotes == ["Promise 1", "Promise 0"]


def test_the_last_two_broken_and_kept_promises_stand_there_and_none_of_a_customer_in_totals(
    app: Flask, sanne: FlaskClient
) -> None:
    for number in range(3):
        for outcome in (PromiseOutcome.KEPT, PromiseOutcome.BROKEN, PromiseOutcome.PARTLY):
            built = told(app, received=8, outcome=outcome)
            OwnPair.update(completed_at=NOW - timedelta(days=number)).where(
                OwnPair.deal == built.row
            ).execute()
            Promise.update(text=f"{outcome} {number}").where(Promise.text == PROMISE).execute()
    told(app, received=8, outcome=PromiseOutcome.BROKEN, consent=Consent.TOTALS)
    Promise.update(text="In totals").where(Promise.text == PROMISE).execute()
    quotes = [
        quote.get_text(strip=True)
        for quote in BeautifulSoup(page(sanne), "html.parser").select(".own-told .own-quote")
    ]
    assert quotes == ["broken 0", "broken 1", "kept 0", "kept 1"]
    assert shown(page(sanne), ".own-counts") == "3 kept 3 partly 3 not"


@pytest.mark.parametrize(
    ("expected", "received", "words", "causes"),
    [
        (
            9,
            6,
            "You promise too much about aspect 1.",
            ["Sales: expected 2.0 above", "Delivery: came out 1.0 below"],
        ),
        (
            8,
            4,
            "You promise too much about aspect 1.",
            ["Delivery: came out 3.0 below", "Sales: expected 1.0 above"],
        ),
        (7, 4, "Your customers get less than they expect: aspect 1.", ["Delivery: came out 3.0 below"]),
        (9, 8, "You promise too much about aspect 1.", ["Sales: expected 2.0 above"]),
        (6, 8, "Your customers get what they expect, or more.", []),
    ],
)
def test_one_sentence_names_the_largest_gap_and_each_cause_has_its_advice(
    sanne: FlaskClient, expected: int, received: int, words: str, causes: list[str]
) -> None:
    for _ in range(FEW):
        answered(expected, received)
    html = page(sanne)
    assert shown(html, ".own-finding__words") == words
    told = [cause.get_text(strip=True) for cause in BeautifulSoup(html, "html.parser").select(".own-cause")]
    assert [one.startswith(start) for one, start in zip(told, causes, strict=True)] == [True] * len(causes)
    advice = {"Sales": "Promise no more than", "Delivery": "Bring it up at the handover"}
    assert all(advice[one.split(":")[0]] in one for one in told)


def test_under_five_customers_there_are_no_averages_however_many_deals_they_had(sanne: FlaskClient) -> None:
    several = [answered() for _ in range(FEW)]
    same = Deal.get_by_id(several[0].row).customer_id
    for month, built in enumerate(several):
        OwnPair.update(customer=same, completed_at=NOW - timedelta(days=31 * month)).where(
            OwnPair.deal == built.row
        ).execute()
    answered()
    html = page(sanne)
    assert shown(html, ".own-finding__words") == "Too few answers yet for an average."
    assert "2 customers answered." in html
    assert figures(html) == {}
    assert "own-aspect" not in html


def test_one_customer_is_one_customer_and_leads_to_their_deal(sanne: FlaskClient) -> None:
    built = answered()
    few = BeautifulSoup(page(sanne), "html.parser").select_one(".own-few")
    assert few
    assert "1 customer answered." in few.get_text()
    link = few.select_one("a")
    assert link
    assert list(figures(page(sanne, str(link["href"])))) == [built.deal_id]


def test_aspects_go_by_the_printed_gap_five_stand_open_and_the_table_has_the_same_order(
    sanne: FlaskClient,
) -> None:
    for _ in range(FEW):
        built = deal(survey(8), seller=person(SANNE), waves=BOTH)
        for wave, numbers in ((Wave.SALE, range(1, 9)), (Wave.DELIVERY, [4] * 8)):
            answers = {f"a{number}": said for number, said in enumerate(numbers, 1)}
            said = Changes(answers=answers, consent=Consent.NAMED)
            respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    html = BeautifulSoup(page(sanne), "html.parser")
    names = [name.get_text() for name in html.select(".own-aspect__name")]
    assert names == [f"Aspect {number}" for number in range(8, 0, -1)]
    assert [name.get_text() for name in html.select("details .own-aspect__name")] == names[5:]
    assert list(figures(page(sanne))) == names
    assert [gap.get_text().split()[-1] for gap in html.select(".own-gap")][:2] == ["+4.0", "+3.0"]


def test_quarters_join_until_five_answered_and_an_aspect_is_chosen_without_a_script(
    sanne: FlaskClient,
) -> None:
    for number in range(2 * FEW + 3):
        built = answered(expected=9 if number < FEW else 7, received=6)
        ago = 330 - 90 * (number // 3)
        OwnPair.update(completed_at=NOW - timedelta(days=ago)).where(OwnPair.deal == built.row).execute()
    html = BeautifulSoup(page(sanne, "/me?aspect=a2"), "html.parser")
    pictures = html.select("[data-trend]")
    assert [one["data-trend"] for one in pictures if not one.has_attr("hidden")] == ["a2"]
    chosen = html.select_one("select option[selected]")
    assert chosen
    assert chosen["value"] == "a2"
    counts = [int(words.get_text().split()[0]) for words in pictures[1].select("li > span:last-child")]
    assert sum(counts) == 2 * FEW + 3
    assert min(counts) >= FEW
    nonsense = BeautifulSoup(page(sanne, "/me?aspect=nonsense"), "html.parser")
    assert len(nonsense.select("[data-trend]:not([hidden])")) == 1


def test_there_is_no_picture_over_time_before_two_periods(sanne: FlaskClient) -> None:
    for _ in range(2 * FEW - 1):
        answered()
    assert "data-trend" not in page(sanne)


def test_the_newest_answers_by_name_come_first_and_nobody_elses_stand_there(sanne: FlaskClient) -> None:
    older, quiet, newer = answered(), answered(consent=Consent.TOTALS), answered(received=9)
    Response.update(submitted_at=NOW - timedelta(days=9)).where(
        Response.invitation.in_(list(older.invitations.values()))
    ).execute()
    html = page(sanne)
    feed = BeautifulSoup(html, "html.parser").select(".own-feed a")
    assert [str(link["href"]).rpartition("/")[2] for link in feed] == [newer.deal_id, older.deal_id]
    assert "1 customer answered in the last 7 days" in html
    assert shown(html, ".own-feed > li:first-child > p:last-child") == "Got what was expected, or more."
    assert shown(html, ".own-feed > li:last-child > p:last-child") == "Aspect 1 9 → 6"
    noted = {
        row: [line.what for line in audit_log.about_deals([row], READS)] for row in (older.row, quiet.row)
    }
    assert noted[older.row] == ["feedback_listed"]
    assert noted[quiet.row] == []


def test_the_call_that_is_due_tells_what_it_is_about_only_where_the_customer_agreed_to_that(
    app: Flask, sanne: FlaskClient
) -> None:
    agreed = told(app, received=2)
    silent = told(app, received=2, consent=Consent.TOTALS, wants_call=True)
    shy = told(app, received=2, may_call=False, wants_call=True)
    html = BeautifulSoup(page(sanne), "html.parser")
    due = {
        str(one.a["href"]).rpartition("/")[2]: one.get_text(" ", strip=True)
        for one in html.select(".own-calls > li")
        if one.a
    }
    assert "8 → 2" in due[agreed.deal_id]
    assert WORDS in due[agreed.deal_id]
    for one in (silent, shy):
        assert "→" not in due[one.deal_id]
        assert WORDS not in due[one.deal_id]
    assert silent.deal_id not in "".join(str(link["href"]) for link in html.select(".own-feed a"))


def test_a_deal_shows_whole_marks_the_gap_in_words_all_in_all_and_the_call_that_is_due(
    app: Flask, sanne: FlaskClient
) -> None:
    built = told(app, received=2, outcome=PromiseOutcome.BROKEN)
    one = page(sanne, f"/me/deals/{built.deal_id}")
    assert shown(one, ".own-finding__words") == "Expected 8 for aspect 1, and got 2."
    assert shown(one, ".own-aspect__figures") == "expected 8 → got 2 gap +6"
    assert f"/calls/{built.deal_id}" in one
    assert shown(one, ".own-told") == f"{PROMISE} Not kept"
    assert WORDS in shown(one, "section[aria-labelledby=words]")
    calls.record(app.extensions["kloof.settings"], who(SANNE), built.deal_id, CallOutcome.SOLVED, "", NOW)
    assert f"/calls/{built.deal_id}" not in page(sanne, f"/me/deals/{built.deal_id}")


def test_a_deal_of_a_customer_who_got_what_they_expected_says_so(sanne: FlaskClient) -> None:
    built = answered(expected=7, received=7)
    assert "got what they expected, or more" in page(sanne, f"/me/deals/{built.deal_id}")


def test_no_colleague_and_no_rank_stands_on_the_page(sanne: FlaskClient) -> None:
    for seller in (SANNE, "Bram de Wit", "Joris Baas"):
        for _ in range(FEW):
            answered(seller=seller)
    html = page(sanne)
    assert "Bram" not in html
    assert "Joris" not in html
    assert "5 answers" in html


def test_what_the_company_published_stands_beside_ones_own_figures_in_grey(
    sanne: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(FEW):
        answered(expected=9, received=6)
    assert "own-company" not in page(sanne)
    aspects = {f"a{number}": AspectGap(f"a{number}", 8.4, 7.6, 7.0) for number in (1, 2, 3)}
    known = Figures(date(2026, 2, 1), 63, aspects)
    monkeypatch.setattr("kloof.actions.staff.published.company_figures", lambda *_: known)
    html = page(sanne)
    assert len(BeautifulSoup(html, "html.parser").select("circle.own-company-v")) == 3
    assert "whole company: at least 63 customers, 1 February 2026" in html
    assert figures(html)["Aspect 1"][6:] == ["8.4", "7.6", "+0.8"]


def test_a_deal_that_a_draw_left_out_of_the_first_survey_says_so_and_shows_what_they_got(
    sanne: FlaskClient,
) -> None:
    built = deal(seller=person(SANNE), waves=(Wave.DELIVERY,))
    Deal.update(arm="not_asked", arm_share=0.15).where(Deal.id == built.row).execute()
    said = Changes(answers={f"a{number}": 6 for number in (1, 2, 3)}, consent=Consent.NAMED)
    respond.save(respond.open_link(built.tokens[Wave.DELIVERY], NOW), said, NOW, CALLS, submit=True)
    assert "not asked at sale: a draw decided that" in page(sanne, "/me/deals")
    one = page(sanne, f"/me/deals/{built.deal_id}")
    assert "This customer was not asked at sale; a draw decided that." in one
    assert figures(one)["Aspect 1"][1] == "6"
    assert "This customer has said only what they got." in one
