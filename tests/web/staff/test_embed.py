"""*Before you promise* in a CRM's frame: published figures, for the sites that the settings name, and nothing to do."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from pydantic import ValidationError

from cast.builders import CALLS, NOW, deal, person, settings, survey
from kloof import storage
from kloof.actions.staff.published import Figures
from kloof.actions.surveys import respond
from kloof.config import Embed, Publishing
from kloof.domain.staff.calibration import PublishedShares
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.gap import AspectGap
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.surveys import versions
from kloof.web import create_app
from kloof.web.app.routes import ROUTES

CRM = "https://crm.example.com"
PAGE = "/embed/promise?product=Heat+pump"


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    house = settings(database, tmp_path, embed={"origins": [CRM, "https://quotes.example.com:8443"]})
    return create_app(house, clock=lambda: NOW)


@pytest.fixture
def published(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three aspects are published about heat pumps, the first expected too much; a named answer is not."""
    asked = survey()
    with storage.transaction():
        versions.record(asked, NOW)
    sides = [(8.2, 6.2), (7.4, 7.3), (8.0, 7.9)]
    gaps = {f"a{one}": AspectGap(f"a{one}", *side, 7.0) for one, side in enumerate(sides, start=1)}
    figures = Figures(date(2026, 2, 1), 63, gaps, dict.fromkeys(gaps, PublishedShares(35, 65)))
    document = SimpleNamespace(surveys=[SimpleNamespace(key=asked.key)])
    monkeypatch.setattr("kloof.actions.staff.published.newest", lambda _: document)
    monkeypatch.setattr(
        "kloof.actions.staff.published.product_figures",
        lambda _, key, product: figures if (key, product) == (asked.key, "Heat pump") else None,
    )


def test_it_shows_what_is_published_about_one_product(app: Flask, published: None) -> None:
    built = deal(seller=person(), waves=(Wave.SALE, Wave.DELIVERY))
    for wave, number in ((Wave.SALE, 10), (Wave.DELIVERY, 1)):
        said = Changes(answers={"a1": number, "a2": number, "a3": number}, consent=Consent.NAMED)
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    page = app.test_client().get(f"{PAGE}&language=en")
    assert page.status_code == 200
    words = BeautifulSoup(page.data, "html.parser").get_text(" ", strip=True)
    assert "Heat pump: take care with “Aspect 1”" in words
    assert "at least 63 customers" in words
    assert "Your own customers" not in words
    for product in ("Boiler", "", "<b>x"):
        empty = app.test_client().get("/embed/promise", query_string={"product": product, "language": "en"})
        assert empty.status_code == 200
        assert b"Nothing is published yet" in empty.data
        assert b"<b>x" not in empty.data


def test_nothing_can_be_done_on_it_and_it_leaves_nothing_behind(app: Flask, published: None) -> None:
    answer = app.test_client().get(PAGE)
    page = BeautifulSoup(answer.data, "html.parser")
    assert page.find_all(["form", "script", "a", "button", "input", "iframe"]) == []
    assert "Set-Cookie" not in answer.headers
    for method in ("POST", "PUT", "DELETE"):
        assert app.test_client().open(PAGE, method=method).status_code == 405


def test_only_the_sites_of_the_settings_may_frame_it_and_nobody_any_other_page(
    app: Flask, published: None
) -> None:
    policy = app.test_client().get(PAGE).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["frame-ancestors"] == f"{CRM} https://quotes.example.com:8443"
    assert (directives["default-src"], directives["form-action"]) == ("'none'", "'none'")
    assert "script-src" not in directives
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.endpoint != "embed.promise":
            other = app.test_client().get(rule.rule).headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in other, rule
    assert "frame-ancestors 'none'" in app.test_client().get("/embed/x").headers["Content-Security-Policy"]
    assert [name for name in ROUTES if name.startswith("embed.")] == ["embed.promise"]


def test_without_the_setting_there_is_no_such_page(database: str, tmp_path: Path) -> None:
    closed = create_app(settings(database, tmp_path), clock=lambda: NOW).test_client()
    answer = closed.get(PAGE)
    assert answer.status_code == 404
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "origin",
    [
        "*", "https://*", "https://*.example.com", "http://crm.example.com", "crm.example.com", "https://", "'self'",
        "https://crm.example.com/path", "https://crm.example.com?x", "https://u@crm.example.com", "data:",
        "https://a.example https://b.example", "https://a.example; script-src *", "https://a.example,https://b",
        "https://a.example:99999", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError):
        Embed(origins=(origin,))


def test_figures_for_colleagues_only_are_shown_in_no_frame(database: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="findings"):
        settings(database, tmp_path, embed={"origins": [CRM]}, publishing=Publishing(findings="signed in"))
