"""What the company does about its findings, on its site."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from cast.made_site import LOOK, company_folder
from cast.synthetic import Firm
from kloof.domain.errors import Reason, Refused
from kloof.domain.findings.company_actions import CompanyAction, CompanyGroup
from kloof.domain.notation import date as in_words
from kloof.domain.releases.document import Level
from kloof.publish.company_actions import NAME, read_actions, write_actions
from kloof.publish.pages import write_pages
from kloof.publish.site_build import build_site

pytestmark = pytest.mark.slow

DOCUMENTS = Firm(releases=3, aspects=3).documents()
WHOLE = CompanyGroup(level=Level.COMPANY)


def action(number: int, release: int, **more: object) -> CompanyAction:
    told = {
        "survey": "installation",
        "aspect": "lead-time",
        "title": f"Nummer {number}",
        "group": WHOLE,
    } | more
    return CompanyAction.model_validate(
        {"id": number, "started_on": DOCUMENTS[release - 1].published_on, **told}
    )


def page(site: Path, path: str = "you-said-we-did/") -> BeautifulSoup:
    return BeautifulSoup((site / path / "index.html").read_text(encoding="utf-8"), "html.parser")


def menu(site: Path) -> list[str]:
    return [link.get_text() for link in page(site, "").select("nav.sections a")]


def folder_with(folder: Path, *actions: CompanyAction) -> Path:
    company = company_folder(folder, DOCUMENTS)
    write_actions(company / "site" / "findings", actions)
    write_pages(company / "site", DOCUMENTS)
    return company


def test_readers_see_what_is_done_with_the_figures_of_before_and_since(tmp_path: Path) -> None:
    nasty = "Bel <b>altijd</b> | *snel*"
    going_on = action(1, 1, title=nasty, owner="Hoofd planning", what="Eerst bellen.\n\nDan rijden.")
    site = build_site(
        folder_with(tmp_path, going_on, action(2, 3), action(3, 1, ended_on="2026-12-31")), LOOK
    )
    soup = page(site)
    words = " ".join(soup.main.get_text(" ").split())  # type: ignore[union-attr]
    assert menu(site) == ["Overzicht", "Cijfers", "Wat wij ermee doen"]
    assert [one.get_text() for one in soup.select("h2, h3")] == [nasty, "Nummer 2", "Afgerond", "Nummer 3"]
    assert "· Hoofd planning" in words
    assert "Waardoor dat komt, laten deze cijfers niet zien." in words
    assert "Nog te weinig nieuwe klanten." in words
    assert words.index("Een cijfer alleen") < words.index("Nummer 2") < words.index("Afgerond")
    assert len(soup.select("svg.chart")) == 2
    assert {one.get_text().partition(" · ")[2] for one in soup.select(".picture__about")} == {
        f"{in_words(DOCUMENTS[-1].published_on, 'nl')} · schaal 0 tot 10"
    }
    first, last = DOCUMENTS[0].cells[0], DOCUMENTS[-1].cells[0]
    assert f"Ervoor: {first.n} deals" in words
    assert f"Daarna: {last.n - first.n} nieuwe deals" in words
    english = page(site, "en/you-said-we-did/")
    assert english.select_one("h2 span[lang=nl]")
    assert "These figures do not show why." in english.get_text(" ")


def test_a_page_on_which_nobody_wrote_anything_is_not_in_the_menu(tmp_path: Path) -> None:
    company = folder_with(tmp_path)
    assert menu(build_site(company, LOOK)) == ["Overzicht", "Cijfers"]
    own = company / "site" / "you-said-we-did" / "index.nl.md"
    own.write_text("# U vroeg, wij deden\n\nWij bellen sinds mei elke klant.\n", encoding="utf-8")
    assert menu(build_site(company, LOOK)) == ["Overzicht", "Cijfers", "Wat wij ermee doen"]
    write_actions(company / "site" / "findings", [action(1, 1)])
    write_pages(company / "site", DOCUMENTS)
    words = page(build_site(company, LOOK)).get_text(" ")
    assert words.index("Wij bellen sinds mei") < words.index("Nummer 1")


def test_before_the_first_release_the_site_has_no_menu_that_leads_nowhere(tmp_path: Path) -> None:
    company = company_folder(tmp_path, [])
    assert menu(build_site(company, LOOK)) == []


def test_the_file_is_read_as_it_was_written_goes_with_the_last_and_is_refused_when_it_is_broken(
    tmp_path: Path,
) -> None:
    kept = [action(2, 2, ended_on="2026-12-31", owner="Hoofd planning"), action(1, 1)]
    write_actions(tmp_path, kept)
    assert [*read_actions(tmp_path)] == kept
    assert json.loads((tmp_path / NAME).read_text(encoding="utf-8"))["format"] == 1
    write_actions(tmp_path, [])
    assert not (tmp_path / NAME).exists()
    assert read_actions(tmp_path) == ()
    (tmp_path / NAME).write_text('{"format": 2}', encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_actions(tmp_path)
    assert refusal.value.reason is Reason.SITE_UNBUILT
