"""Before a promise: V and R of one product and one group of people, what may be said of it, and no single answer."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, settings, survey
from kloof import storage
from kloof.actions.staff.published import Figures
from kloof.actions.surveys import respond
from kloof.domain.access.people import Role
from kloof.domain.staff.calibration import PublishedShares
from kloof.domain.surveys.definition import AspectKind, Survey, Wave
from kloof.domain.surveys.gap import AspectGap
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.models import Deal
from kloof.storage.surveys import versions
from kloof.web import create_app
from kloof.web.staff.promise_words import as_expected, at_least, tenths

Enter = Callable[[str, Role], FlaskClient]
SANNE = "Sanne de Vries"
BOTH = (Wave.SALE, Wave.DELIVERY)
SHEET = "/me/promise?product=Heat+pump"


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    """The application of a company whose works council agreed."""
    agreed = settings(database, tmp_path, works_council_consent=date(2026, 1, 15))
    application = create_app(agreed, clock=lambda: NOW)
    application.testing = True
    return application


@pytest.fixture
def sanne(app: Flask, signed_in: Enter) -> FlaskClient:
    return signed_in(SANNE, Role.SALESPERSON)


def answered(
    expected: int = 9,
    received: int = 6,
    *,
    consent: Consent = Consent.NAMED,
    seller: str = SANNE,
    product: str = "Heat pump",
    email: str | None = None,
    of: Survey | None = None,
) -> BuiltDeal:
    """A deal whose customer gave every aspect the same number, at sale and after delivery."""
    built = deal(of or survey(), seller=person(seller), waves=BOTH, email=email)
    Deal.update(product=product).where(Deal.id == built.row).execute()
    for wave, number in zip(BOTH, (expected, received), strict=True):
        said = Changes(answers={f"a{one}": number for one in (1, 2, 3)}, consent=consent)
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    return built


def words(browser: FlaskClient, path: str = SHEET, language: str = "en") -> str:
    """The text of the page, on one line."""
    html = browser.get(path, headers={"Accept-Language": language}).text
    main = BeautifulSoup(html, "html.parser").main
    assert main
    return re.sub(r"\s+", " ", main.get_text(" ", strip=True))


def rows(browser: FlaskClient, path: str = SHEET) -> dict[str, str]:
    """What is said of each aspect, by its name, in the order of the page."""
    read = BeautifulSoup(browser.get(path, headers={"Accept-Language": "en"}).text, "html.parser")
    return {
        str(row.h4.get_text()): re.sub(r"\s+", " ", row.get_text(" ", strip=True))
        for row in read.select(".guide__aspect")
        if row.h4
    }


def publish(
    monkeypatch: pytest.MonkeyPatch,
    gaps: dict[str, tuple[float, float]],
    shares: dict[str, PublishedShares] | None = None,
    level: str = "product",
) -> None:
    """Let the last release say this, about the product or about all of them."""
    aspects = {name: AspectGap(name, v, r, 7.0) for name, (v, r) in gaps.items()}
    known = Figures(date(2026, 2, 1), 63, aspects, shares or {})
    monkeypatch.setattr(f"kloof.actions.staff.published.{level}_figures", lambda *_: known)


def test_nothing_published_means_nothing_to_say_in_figures_but_a_tip(sanne: FlaskClient) -> None:
    answered()
    said = words(sanne)
    assert "Heat pump: no figures yet" in said
    assert "Nothing is published yet, so there is nothing that you may safely say in figures." in said
    assert rows(sanne)["Aspect 1"] == "Aspect 1 Say what is in the quote, and what is not."


def test_expected_and_got_are_of_one_group_and_never_own_beside_published(
    sanne: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        answered(expected=10, received=2)
    publish(monkeypatch, {"a1": (8.4, 7.6), "a2": (7.0, 7.1), "a3": (9.0, 6.0)})
    told = rows(sanne)
    assert list(told) == ["Aspect 3", "Aspect 1", "Aspect 2"]
    assert "expected 9.0 got 6.0 our norm 7.0" in told["Aspect 3"]
    assert "Your own customers: expected 10.0, got 2.0." in told["Aspect 3"]
    assert "We do not reach our own norm of 7.0 here yet." in told["Aspect 3"]
    assert "Our norm is 7.0: we cannot count on more." in told["Aspect 1"]
    said = words(sanne)
    assert "Heat pump: take care with “Aspect 3” Customers expect 9.0, and give 6.0 after delivery." in said
    assert "They expect too much of one other aspect as well." in said
    assert "Published figures about this product: at least 63 customers, as of 1 February 2026." in said


def test_of_all_products_together_is_said_to_be_that(
    sanne: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered()
    publish(monkeypatch, {"a1": (8.4, 7.6)}, level="company")
    said = words(sanne)
    assert "About this product nothing is published yet." in said
    assert "the figures of all products together: at least 63 customers" in said
    assert "No figures yet: promise nothing in numbers Aspect 2" in said


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (0, "nobody answered both surveys with their name yet"),
        (1, "1 answered both surveys with their name: too few"),
        (4, "4 answered both surveys with their name: too few"),
        (5, "5 answered both surveys with their name. Only you see"),
    ],
)
def test_under_five_own_customers_no_mean_of_them_is_shown(
    sanne: FlaskClient, monkeypatch: pytest.MonkeyPatch, count: int, says: str
) -> None:
    deal(seller=person(SANNE))
    for _ in range(count):
        answered(expected=10, received=2)
    publish(monkeypatch, {"a1": (8.4, 7.6)})
    assert says in words(sanne)
    shown = "Your own customers: expected" in rows(sanne)["Aspect 1"]
    assert shown is (count >= 5)


def test_own_customers_are_of_this_product_with_their_name_and_each_counts_once(sanne: FlaskClient) -> None:
    for expected in (6, 7, 8, 9):
        answered(expected=expected, received=5)
    for expected in (2, 4):
        answered(expected=expected, received=1, email="twice@example.net")
    for other in ({"product": "Boiler"}, {"consent": Consent.TOTALS}, {"seller": "Bram de Wit"}):
        answered(expected=0, received=0, **other)
    # (6 + 7 + 8 + 9 + 3) / 5 and (4 × 5 + 1) / 5
    assert "expected 6.6 got 4.2" in rows(sanne)["Aspect 1"]
    said = words(sanne)
    assert "5 answered with their name, at the sale and after delivery. Do not quote these figures" in said


def test_what_customers_who_chose_totals_answer_changes_nothing(sanne: FlaskClient) -> None:
    for _ in range(5):
        answered()
    before = words(sanne)
    for received in range(10):
        answered(received=received, consent=Consent.TOTALS)
        assert words(sanne) == before


def test_the_tip_fits_the_kind_of_the_aspect_also_where_the_kind_came_later(
    sanne: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered()
    publish(monkeypatch, {"a1": (9.0, 6.0), "a2": (9.0, 6.0), "a3": (9.0, 6.0)})
    asked = survey()
    kinds = dict(zip(asked.aspects, (AspectKind.TIME, AspectKind.COMPLETENESS, None), strict=True))
    sorted_out = [aspect.model_copy(update={"kind": kind}) for aspect, kind in kinds.items()]
    versions.record(asked.model_copy(update={"aspects": tuple(sorted_out)}), NOW)
    told = rows(sanne)
    assert "Name the week in the quote." in told["Aspect 1"]
    assert "Say beforehand what is not included" in told["Aspect 2"]
    assert "Say what is in the quote, and what is not." in told["Aspect 3"]


def test_every_kind_has_a_tip_of_its_own(app: Flask) -> None:
    from kloof.web.staff.promise_words import _tips

    with app.test_request_context("/?language=en"):
        tips = _tips()
    assert set(tips) == set(AspectKind)
    assert len(set(tips.values())) == len(AspectKind)


@pytest.mark.parametrize(
    ("share", "english", "dutch", "dots"),
    [
        (5, "Fewer than 1 in 10 customers", "Minder dan 1 van de 10 klanten kreeg", 0),
        (10, "About 1 in 10 customers", "Ongeveer 1 van de 10 klanten kreeg wat die", 1),
        (35, "About 35% of customers", "Ongeveer 35% van de klanten kreeg", 3),
        (60, "About 6 in 10 customers", "Ongeveer 6 van de 10 klanten kregen wat ze", 6),
        (95, "More than 9 in 10 customers", "Meer dan 9 van de 10 klanten kregen", 9),
    ],
)
def test_a_share_is_told_in_people_and_at_the_ends_as_coarsely_as_it_was_published(
    app: Flask, share: int, english: str, dutch: str, dots: int
) -> None:
    for language, begins in (("en", english), ("nl", dutch)):
        with app.test_request_context(f"/?language={language}"):
            assert as_expected(share).startswith(begins)
            assert at_least(share, 7).startswith(
                begins.replace("kreeg", "geeft").replace("kregen", "geven")[:24]
            )
    assert tenths(share) == dots


def test_shares_stand_where_they_are_published_and_means_elsewhere(
    sanne: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered()
    shares = {"a1": PublishedShares(30, 95), "a2": PublishedShares(95, 60)}
    publish(monkeypatch, {"a1": (9.0, 6.0), "a2": (7.0, 7.0), "a3": (6.5, 6.5)}, shares)
    told = rows(sanne)
    assert "About 3 in 10 customers got what they expected, or more." in told["Aspect 1"]
    assert "3 of 10 dots are filled." in told["Aspect 1"]
    assert "About 6 in 10 customers give this 7 or more after delivery." in told["Aspect 2"]
    assert "On average customers give this 6.5 after delivery." in told["Aspect 3"]


def test_chosen_aspects_stand_alone_and_those_ticked_for_another_product_do_not_count(
    sanne: FlaskClient,
) -> None:
    answered()
    assert list(rows(sanne, f"{SHEET}&aspect=a2")) == ["Aspect 2"]
    assert list(rows(sanne, f"{SHEET}&aspect=a2&of=Heat+pump")) == ["Aspect 2"]
    assert len(rows(sanne, f"{SHEET}&aspect=a2&of=Boiler")) == 3
    assert len(rows(sanne, f"{SHEET}&aspect=nothing")) == 3
    html = sanne.get(f"{SHEET}&aspect=a2").text
    ticked = BeautifulSoup(html, "html.parser").select(".chip input[checked]")
    assert [box["value"] for box in ticked] == ["a2"]


def test_without_a_product_it_is_the_first_and_one_that_only_a_colleague_sells_gives_no_sheet(
    sanne: FlaskClient,
) -> None:
    answered(product="Boiler", seller="Bram de Wit")
    assert "You have no deals here yet." in words(sanne, "/me/promise")
    answered()
    assert "Heat pump: no figures yet" in words(sanne, "/me/promise")
    assert "Boiler" not in words(sanne, "/me/promise?product=Boiler")


def test_it_stays_shut_with_the_rest(database: str, tmp_path: Path, signed_in: Enter) -> None:
    sanne = signed_in(SANNE, Role.SALESPERSON)
    sanne.application = create_app(settings(database, tmp_path), clock=lambda: NOW)
    assert "consent of the works council" in sanne.get(SHEET, headers={"Accept-Language": "en"}).text


def test_the_sheet_takes_few_queries(sanne: FlaskClient) -> None:
    for _ in range(12):
        answered()
    for path in ("/me/promise", SHEET):
        with storage.counted_queries() as queries:
            sanne.get(path)
        assert len(queries) <= 7
