"""The first page says what was found, of every kind of release, and nothing that the release does not hold."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from cast.synthetic import Firm
from kloof.actions.init import init
from kloof.domain.releases.document import AspectSums, Cell, Level, ReleaseDocument
from kloof.domain.text import Language
from kloof.publish.pages import write_pages
from kloof.publish.pages.home.pictures import MOST_ROWS

pytestmark = pytest.mark.slow


class Home:
    """The first page as it was written, and its pictures."""

    def __init__(self, site: Path, language: Language = "nl") -> None:
        self.folder, self.language = site / "findings", language
        self.page = (self.folder / f".home.{language}.md").read_text(encoding="utf-8")
        self.soup = BeautifulSoup(self.page, "html.parser")

    @property
    def headline(self) -> str:
        return self.page.splitlines()[0]

    def picture(self, name: str) -> Tag | None:
        [*found] = (self.folder / ".figures").glob(f"index--*-{name}-{self.language}.html")
        return BeautifulSoup(found[0].read_text(encoding="utf-8"), "html.parser") if found else None

    def rows(self, name: str) -> dict[str, list[str]]:
        """The table under a picture."""
        picture = self.picture(name)
        assert picture is not None
        return {row.th.text: [cell.text for cell in row.find_all("td")] for row in picture.select("tbody tr")}

    def drawn(self, name: str) -> list[str]:
        """The aspects of a picture in their order, as who does not see it hears them."""
        picture = self.picture(name)
        assert picture is not None
        return [part.split(": ")[0] for part in picture.svg.desc.text.rstrip(".").split("; ")]


def home(folder: Path, documents: Sequence[ReleaseDocument], language: Language = "nl") -> Home:
    write_pages(folder, list(documents))
    return Home(folder, language)


def value(figure: str) -> float:
    return float(figure.replace("−", "-").replace(",", "."))


def company(document: ReleaseDocument) -> Cell:
    return next(cell for cell in document.cells if cell.level is Level.COMPANY)


def with_company(document: ReleaseDocument, change: Callable[[Cell], Cell]) -> ReleaseDocument:
    """The release with another cell of the company."""
    cells = tuple(change(cell) if cell.level is Level.COMPANY else cell for cell in document.cells)
    return document.model_copy(update={"cells": cells})


def test_without_a_release_it_asks_the_question_and_says_what_will_stand_here(tmp_path: Path) -> None:
    page = home(tmp_path, [])
    assert page.headline.startswith("# Wat verwachtten onze klanten")
    assert "Er is nog geen publicatie." in page.page
    assert not page.soup.select(".beside, .leads")


def test_one_release_of_one_survey_has_its_finding_and_nothing_to_compare_yet(tmp_path: Path) -> None:
    documents = Firm(releases=1, aspects=5).documents()
    page = home(tmp_path, documents)
    assert page.headline == "# Klanten kregen minder dan verwacht, vooral bij *levertijd*."
    assert "Dit is de eerste publicatie. Na de volgende staat hier wat er veranderde." in page.page
    assert page.picture("changed") is None
    assert page.picture("where") is not None
    cell = company(documents[0])
    assert f"{cell.n} deals van minstens {cell.customers} klanten" in page.page
    english = Home(tmp_path, "en")
    assert english.headline == "# Customers got less than expected, most of all on *lead time*."


def test_of_several_surveys_the_largest_finding_leads_and_each_other_has_one_line(tmp_path: Path) -> None:
    firm = Firm(releases=2, aspects=4, surveys=("installation", "service", "product", "advice"))
    page = home(tmp_path, firm.documents())
    assert re.match(r"# (Project met installatie|Service|Product|Advice): klanten kregen", page.headline)
    pictures = list((tmp_path / "findings" / ".figures").glob("index--*-nl.html"))
    assert len(pictures) == 3
    told = re.findall(r"^(?:#+ |\[)(Project met installatie|Service|Product|Advice)", page.page, re.MULTILINE)
    assert sorted(told) == ["Advice", "Product", "Project met installatie", "Service"]


def test_a_survey_without_a_demonstrable_gap_is_one_quiet_line(tmp_path: Path) -> None:
    loud, still = Firm(releases=1, aspects=3), Firm(releases=1, aspects=1, surveys=("product",), bias=0.0)
    one, other = loud.documents()[0], still.documents()[0]
    both = {
        name: (*getattr(one, name), *getattr(other, name))
        for name in ("surveys", "cells", "spreads", "response")
    }
    page = home(tmp_path, [one.model_copy(update=both)])
    assert page.headline.startswith("# Project met installatie: klanten kregen minder")
    [line] = [line for line in page.page.splitlines() if line.startswith("[Product]")]
    assert re.search(r"\[Product\]\(findings/product-1/\): geen (aantoonbaar )?verschil.*kloof", line)
    assert "## Product" not in page.page


@pytest.mark.parametrize(
    ("firm", "dutch", "english"),
    [
        (Firm(bias=-0.8, releases=1), "meer dan verwacht", "more than expected"),
        (Firm(aspects=1, low=1, high=5, releases=1), "minder dan verwacht", "less than expected"),
        (
            Firm(aspects=8, bias=0.56, releases=3),
            "minder dan verwacht bij *levertijd* en *prijs zoals afgesproken*, en meer bij *nazorg*",
            "less than expected on *lead time* and *price as agreed*, and more on *aftercare*",
        ),
        (Firm(aspects=1, bias=0.0, releases=3), "geen verschil dat ertoe doet", "no difference that matters"),
        (Firm(aspects=1, bias=0.0, releases=1, customers=8), "geen aantoonbaar verschil", "no demonstrable"),
        (
            Firm(aspects=3, releases=1, places=(("Warmtepomp", "Noord"),)),
            "verwachtten gemiddeld",
            "on average and gave",
        ),
    ],
    ids=["better", "one aspect on 1-5", "both ways", "too small", "not shown", "not known yet"],
)
def test_the_headline_says_what_can_be_shown_and_no_more(
    tmp_path: Path, firm: Firm, dutch: str, english: str
) -> None:
    page = home(tmp_path, firm.documents())
    assert dutch in page.headline.lower()
    assert english in Home(tmp_path, "en").headline.lower()
    assert not re.search(r"\{|\}|None", page.page.replace("{:", "").replace(" }", ""))


def test_with_one_aspect_the_headline_does_not_say_where(tmp_path: Path) -> None:
    page = home(tmp_path, Firm(aspects=1, releases=1).documents())
    assert "vooral" not in page.headline


def test_where_all_gaps_are_equal_none_is_called_the_largest(tmp_path: Path) -> None:
    def equal(cell: Cell) -> Cell:
        return cell.model_copy(
            update={"aspects": dict.fromkeys(cell.aspects, AspectSums(v=9 * cell.n, r=7 * cell.n))}
        )

    [document] = Firm(aspects=5, releases=1).documents()
    page = home(tmp_path, [with_company(document, equal)])
    assert page.headline == "# Klanten kregen minder dan verwacht."
    picture = page.picture("where")
    assert picture is not None
    assert picture.select_one(".picture__title").text == "Grootste kloof: 5 aspecten (+2,0)"


def test_of_many_aspects_the_largest_are_drawn_and_all_stand_in_the_table(tmp_path: Path) -> None:
    page = home(tmp_path, Firm(aspects=24, releases=2).documents())
    assert len(page.drawn("where")) == MOST_ROWS < len(page.rows("where")) == 24
    picture = page.picture("where")
    assert picture is not None
    assert "de 8 grootste van 24" in picture.select_one(".picture__about").text


def test_both_pictures_and_their_tables_have_one_order_by_the_gap_as_it_is_printed(tmp_path: Path) -> None:
    page = home(tmp_path, Firm(aspects=8, releases=2).documents())
    gaps = [value(cells[2]) for cells in page.rows("where").values()]
    assert gaps == sorted(gaps, reverse=True)
    assert page.drawn("where") == list(page.rows("where"))
    with_norm = [name for name in page.rows("where") if name in page.rows("sides")]
    assert page.drawn("sides") == list(page.rows("sides")) == with_norm
    assert len(with_norm) == 7


def test_everything_on_it_adds_up_in_print(tmp_path: Path) -> None:
    page = home(tmp_path, Firm(aspects=8, releases=3).documents())
    for name in ("where", "changed"):
        for v, r, s, *_ in page.rows(name).values():
            assert round(value(v) - value(r), 6) == value(s)
    for _, over, _, under, _, s in page.rows("sides").values():
        assert round(value(over) + value(under), 6) == value(s)
    picture = page.picture("where")
    assert picture is not None
    drawn = [re.fullmatch(r"(.+) − (.+) = (.+)", text.text) for text in picture.svg.find_all("text")]
    shown = [found.groups() for found in drawn if found]
    assert len(shown) == 8
    assert all(round(value(v) - value(r), 6) == value(s) for v, r, s in shown)


def test_what_changed_is_of_new_deals_beside_those_before_and_says_no_more_than_can_be_shown(
    tmp_path: Path,
) -> None:
    documents = Firm(aspects=3, releases=2).documents()
    page = home(tmp_path / "alike", documents)
    first, second = (company(document) for document in documents)
    assert [cells[-1] for cells in page.rows("changed").values()] == [str(first.n), str(second.n - first.n)]
    new_v = sum(second.aspects[one].v - first.aspects[one].v for one in first.aspects)
    expected = new_v / (second.n - first.n) / len(first.aspects)
    assert value([*page.rows("changed").values()][1][0]) == pytest.approx(expected, abs=0.1)
    assert (
        page.picture("changed").select_one(".picture__title").text
        == "Bij nieuwe deals is geen verandering te zien"
    )

    def further(cell: Cell) -> Cell:
        more = {name: AspectSums(v=one.v + 55, r=one.r - 55) for name, one in cell.aspects.items()}
        return cell.model_copy(update={"aspects": more})

    page = home(tmp_path / "larger", [documents[0], with_company(documents[1], further)])
    title = page.picture("changed").select_one(".picture__title").text
    assert title == "Bij nieuwe deals is de kloof aantoonbaar groter"


def test_without_a_norm_it_does_not_say_on_whose_side_the_gap_is(tmp_path: Path) -> None:
    [document] = Firm(aspects=3, releases=1).documents()
    bare = tuple(
        survey.model_copy(
            update={"aspects": tuple(one.model_copy(update={"norm": None}) for one in survey.aspects)}
        )
        for survey in document.surveys
    )
    page = home(tmp_path, [document.model_copy(update={"surveys": bare})])
    assert page.picture("sides") is None
    assert "Voor deze vragenlijst is nog geen norm vastgelegd." in page.page
    assert "boven onze norm" not in page.page


def test_a_practice_is_named_only_where_a_smaller_gap_can_be_shown(tmp_path: Path) -> None:
    [document] = Firm(aspects=3, releases=1, customers=40).documents()
    assert "gezamenlijk bezoek" not in home(tmp_path / "alike", [document]).page
    practices = tuple(
        one.model_copy(
            update={
                "aspects": {
                    name: AspectSums(v=sums.v - 3 * one.n, r=sums.r) for name, sums in one.aspects.items()
                }
            }
        )
        if one.done
        else one
        for one in document.practices
    )
    page = home(tmp_path / "smaller", [document.model_copy(update={"practices": practices})])
    [item] = [li for li in page.soup.select(".leads li") if "gezamenlijk bezoek" in li.text]
    assert item.select_one(".lead__figure").text.startswith("−")
    assert "Die deals verschillen ook op andere punten." in item.text
    assert item.a["href"] == "findings/installation-1/practices/"


def test_each_thing_to_do_leads_to_its_page(tmp_path: Path) -> None:
    page = home(tmp_path, Firm(aspects=5, releases=2).documents())
    found = [link["href"] for link in page.soup.select(".leads a")]
    assert found == ["findings/installation-1/before-you-promise/", "findings/installation-1/promises/"]
    for address in found:
        assert (tmp_path / f"{address.rstrip('/')}.nl.md").is_file()
    assert [item.text for item in page.soup.select(".lead__figure")][1] == "70%"


def test_what_the_company_does_with_it_is_offered_once_somebody_wrote_it(tmp_path: Path) -> None:
    init(tmp_path, "Warmtehuis BV")
    documents = Firm(aspects=3, releases=1).documents()
    assert "you-said-we-did" not in home(tmp_path / "site", documents).page
    own = tmp_path / "site" / "you-said-we-did" / "index.nl.md"
    own.write_text("# Wat wij ermee doen\n\nWij noemen nu de week.\n", encoding="utf-8")
    assert "](you-said-we-did/)" in home(tmp_path / "site", documents).page
    assert "](you-said-we-did/)" in Home(tmp_path / "site", "en").page


def test_names_from_outside_stay_names_in_the_headline_and_in_every_picture(tmp_path: Path) -> None:
    nasty = "x* <b>[y](z)</b> #"
    page = home(tmp_path, Firm(aspects=2, releases=2, called=lambda name: f"{name} {nasty}").documents())
    assert "<b>" not in page.page
    assert "[y](z)" not in page.headline
    assert not page.soup.select('b, [href="z"]')
    for name in ("where", "sides", "changed"):
        picture = page.picture(name)
        assert picture is not None
        assert picture.b is None
    assert nasty in page.picture("where").text
