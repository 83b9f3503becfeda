"""The built site: whole, strict, the same every time, at home under any address, and asking nobody for anything."""

import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from cast.made_site import LOOK, company_folder
from cast.synthetic import Firm
from kloof.actions.init import init
from kloof.design.shared import shared_styles
from kloof.domain.errors import BadInput, Refused
from kloof.publish.site_build import CompanyStyle, build_site

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site-build")]


def html(built: Path) -> dict[Path, BeautifulSoup]:
    return {
        file: BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        for file in sorted(built.rglob("*.html"))
    }


@pytest.fixture(scope="session")
def parsed(built: Path) -> dict[Path, BeautifulSoup]:
    return html(built)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_every_link_leads_to_something_that_is_there(parsed: dict[Path, BeautifulSoup]) -> None:
    for file, soup in parsed.items():
        for tag, name in (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")):
            for element in soup.find_all(tag, attrs={name: True}):
                address, fragment = urldefrag(element[name])
                assert not urlsplit(address).scheme, (file, address)
                assert not address.startswith("/"), (file, address)
                target = (file.parent / unquote(address)).resolve() if address else file
                target = target / "index.html" if target.is_dir() else target
                assert target.is_file(), (file, address)
                if fragment and target.suffix == ".html":
                    assert f'id="{fragment}"' in target.read_text(encoding="utf-8"), (file, element[name])


def test_no_page_asks_anything_of_another_host_or_carries_style_or_script_inside(
    built: Path, parsed: dict[Path, BeautifulSoup]
) -> None:
    for file, soup in parsed.items():
        assert not soup.find("style"), file
        assert not soup.find(style=True), file
        assert all(script.get("src") for script in soup.find_all("script")), file
        assert not re.search(r"\son\w+=", str(soup)), file
    for name, content in contents(built).items():
        if name.startswith("assets/") and name.endswith((".css", ".js")):
            assert b"://" not in content.replace(b"http://www.w3.org", b""), name


def test_every_page_says_its_language_and_leads_to_the_other(
    built: Path, parsed: dict[Path, BeautifulSoup]
) -> None:
    for file, soup in parsed.items():
        if file.name == "404.html":
            continue
        language = "en" if file.relative_to(built).parts[0] == "en" else "nl"
        assert soup.html["lang"] == language
        other = {"nl": "en", "en": "nl"}[language]
        [to] = soup.select("a[hreflang]")
        there = (file.parent / to["href"] / "index.html").resolve()
        assert to["hreflang"] == other
        assert parsed[there].html["lang"] == other
        assert soup.find("main")
        assert len(soup.find_all("h1")) == 1, file


def test_ids_are_unique_on_every_page(parsed: dict[Path, BeautifulSoup]) -> None:
    for file, soup in parsed.items():
        ids = [element["id"] for element in soup.find_all(id=True)]
        assert len(ids) == len(set(ids)), (file, sorted(i for i in ids if ids.count(i) > 1))


def test_the_finding_is_the_title_of_the_first_page_and_the_pictures_stand_on_it(
    built: Path, parsed: dict[Path, BeautifulSoup]
) -> None:
    home = parsed[built / "index.html"]
    assert re.match(r"(Project met installatie|Product): klanten kregen minder dan verwacht", home.h1.text)
    asked = [figure.h2.text for figure in home.select("figure.picture")]
    assert asked == ["Waar zit de kloof?", "Verkoop of uitvoering?", "Wat veranderde?"]
    assert "publicatie 3, 3 augustus 2026" in home.select_one(".rests-on").text


def test_on_a_page_that_has_a_title_the_finding_is_the_heading_below_it(tmp_path: Path) -> None:
    folder = company_folder(tmp_path, Firm(releases=1, aspects=2).documents())
    (folder / "site" / "index.nl.md").write_text("# Onze cijfers\n\n<!-- kloof: home -->\n", encoding="utf-8")
    home = html(build_site(folder, LOOK))[folder / "build" / "site" / "index.html"]
    assert [title.text for title in home.find_all("h1")] == ["Onze cijfers"]
    assert home.article.h2.text.startswith("Klanten kregen minder dan verwacht")


def test_every_picture_can_be_taken_along(built: Path, parsed: dict[Path, BeautifulSoup]) -> None:
    downloads = [a for soup in parsed.values() for a in soup.find_all("a", download=True)]
    assert len(downloads) > 50
    for file in (built / "findings" / "pictures").glob("*.svg"):
        assert ElementTree.fromstring(file.read_text(encoding="utf-8")).get("width")


def test_under_every_picture_stand_its_figures_as_a_table_and_its_downloads(
    parsed: dict[Path, BeautifulSoup],
) -> None:
    seen = 0
    for file, soup in parsed.items():
        for figure in soup.select("figure.picture:not(.picture--plain)"):
            below = figure.find_next(["table", "figure"])
            assert below is not None, file
            assert below.name == "table", (file, figure.svg.title.text)
            assert figure.svg.title.text
            assert figure.svg.desc.text
            assert [link.text for link in figure.select(".downloads a")] == ["Download SVG", "Download PNG"]
            assert figure.select_one(".picture__title").text == figure.svg.title.text
            seen += 1
    assert seen > 100


def test_the_search_index_holds_both_languages(built: Path) -> None:
    index = (built / "search" / "search_index.json").read_text(encoding="utf-8")
    assert '"location":"findings/method/"' in index
    assert '"location":"en/findings/method/"' in index
    titles = {found["location"]: found["title"] for found in json.loads(index)["docs"]}
    assert titles["en/findings/installation-1/aspects/lead-time/#trend"] == "Lead time › Over time"
    assert titles["findings/installation-1/aspects/price/#trend"] == "Prijs zoals afgesproken › Verloop"


def test_building_twice_gives_the_same_bytes(company: Path, built: Path, tmp_path: Path) -> None:
    before = contents(built)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(company, elsewhere)
    assert contents(build_site(elsewhere, LOOK)) == before


def test_a_broken_link_is_refused_and_the_site_stays_as_it_was(tmp_path: Path) -> None:
    folder = company_folder(tmp_path, [])
    before = contents(build_site(folder, LOOK))
    (folder / "site" / "index.nl.md").write_text("# Hallo\n\n[weg](weg.md)\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"weg\.md"):
        build_site(folder, LOOK)
    assert contents(folder / "build" / "site") == before
    assert sorted(path.name for path in (folder / "build").iterdir()) == ["site"]


def test_a_page_with_bad_front_matter_or_another_encoding_stops_the_build_with_file_and_line(
    tmp_path: Path,
) -> None:
    folder = company_folder(tmp_path, [])
    (folder / "site" / "about.nl.md").write_text(
        "---\ntitle: Over: ons\nlang: nl\n---\n\n# Over ons\n", encoding="utf-8"
    )
    (folder / "site" / "us.nl.md").write_bytes("# Wij\n\nEen café\n".encode("cp1252"))
    with pytest.raises(BadInput) as refused:
        build_site(folder, LOOK)
    first, second = refused.value.problems
    assert first.startswith("site/about.nl.md:2: ")
    assert second == "site/us.nl.md:3: this line is not UTF-8 text. Save the page as UTF-8."
    assert not (folder / "build").exists()


def test_a_folder_without_a_site_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="kloof init"):
        build_site(tmp_path, LOOK)


def test_the_company_shows_in_name_language_accent_and_logo(tmp_path: Path) -> None:
    folder = company_folder(tmp_path, Firm(releases=1, aspects=1).documents())
    logo = folder / "ours.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    built = build_site(folder, CompanyStyle("Jansen & Zn", "en", "#7a1fa2", logo))
    home = html(built)[built / "index.html"]
    assert home.html["lang"] == "en"
    assert home.find(class_="brand").text.strip() == "Jansen & Zn"
    assert home.find(class_="brand").img["src"].endswith("assets/logo.svg")
    assert "#7a1fa2" in (built / "assets" / "accent.css").read_text()
    assert html(built)[built / "nl" / "index.html"].html["lang"] == "nl"


HOSTILE = 'O\'Brien & Zn. <script>alert(1)</script> "De Hoek" </title> {{ 7 * 7 }}'


def test_what_a_company_types_is_escaped_on_every_page_and_stays_what_it_is(tmp_path: Path) -> None:
    firm = Firm(releases=2, aspects=1, called=lambda name: f'{name} <img src=x onerror=alert(1)> & "co"')
    folder = company_folder(tmp_path, firm.documents())
    (folder / "site" / "vraag.nl.md").write_text(
        "# Vraag & <b>antwoord</b> 3 < 4\n\nTekst.\n", encoding="utf-8"
    )
    (folder / "site" / "eigen.nl.md").write_text(
        f"---\ntitle: {json.dumps(HOSTILE)}\ndescription: {json.dumps(HOSTILE)}\n---\n\nTekst.\n",
        encoding="utf-8",
    )
    built = build_site(folder, CompanyStyle(HOSTILE, "nl", "#7a1fa2"))
    pages = html(built)
    assert len(pages) > 20
    for file, page in pages.items():
        assert all(script.get("src") and not script.text for script in page.find_all("script")), file
        assert not page.find(onerror=True), file
        assert page.title.text.endswith(HOSTILE), file
        if brand := page.find(class_="brand"):
            assert brand.text.strip() == HOSTILE, file
    own = pages[built / "eigen" / "index.html"]
    assert own.title.text == f"{HOSTILE} · {HOSTILE}"
    assert own.find("meta", attrs={"name": "description"})["content"] == HOSTILE
    asked = pages[built / "vraag" / "index.html"]
    assert asked.title.text == f"Vraag & antwoord 3 < 4 · {HOSTILE}"
    links = {" ".join(link.text.split()) for page in pages.values() for link in page.find_all("a")}
    assert any('<img src=x onerror=alert(1)> & "co"' in link for link in links)


def test_only_a_site_that_knows_its_address_gives_whole_ones_to_search_engines(tmp_path: Path) -> None:
    folder = company_folder(tmp_path, Firm(releases=1, aspects=1).documents())
    plain = build_site(folder, LOOK)
    assert not html(plain)[plain / "index.html"].select("link[hreflang]")
    assert not list(plain.glob("sitemap*"))
    assert not html(plain)[plain / "404.html"].select("link, a")
    settings = folder / "mkdocs.yml"
    settings.write_text("site_url: https://cijfers.example.nl/\n" + settings.read_text(encoding="utf-8"))
    known = build_site(folder, LOOK)
    page = html(known)[known / "en" / "findings" / "method" / "index.html"]
    assert {link["hreflang"]: link["href"] for link in page.select("link[hreflang]")} == {
        "nl": "https://cijfers.example.nl/findings/method/",
        "en": "https://cijfers.example.nl/en/findings/method/",
    }
    assert "https://cijfers.example.nl/en/findings/method/" in (known / "sitemap.xml").read_text()
    lost = html(known)[known / "404.html"]
    assert lost.select("link[rel=stylesheet]")[0]["href"] == "/assets/kloof.css"
    assert {link["href"] for link in lost.select("main a")} == {"https://cijfers.example.nl/"}


def test_every_page_describes_itself(parsed: dict[Path, BeautifulSoup]) -> None:
    for path, soup in parsed.items():
        if path.name != "404.html":
            assert soup.find("meta", attrs={"name": "description"})["content"].strip(), path


def test_the_site_stands_on_the_stylesheet_of_the_forms(built: Path) -> None:
    assert [sheet.read_text(encoding="utf-8") for sheet in built.rglob("kloof.css")] == [shared_styles()]


def test_the_papers_are_not_on_the_site_nor_found_there(tmp_path: Path) -> None:
    init(tmp_path / "mine", "Jansen & Zn")
    assert (tmp_path / "mine" / "site" / "papers" / "dpia.nl.md").is_file()
    (tmp_path / "mine" / "site" / "findings").mkdir()
    (tmp_path / "mine" / "site" / "findings" / "index.md").write_text("---\nlang: nl\n---\n\n# Cijfers\n")
    built = build_site(tmp_path / "mine", LOOK)
    for name, content in contents(built).items():
        assert "papers" not in name
        assert b"Instemmingsverzoek" not in content, name
