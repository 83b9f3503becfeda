"""The pages say what the release files hold, in words that anyone may read, and touch nothing else."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from cast.made_site import put_releases
from cast.synthetic import Firm
from kloof.domain.notation import interval, number, signed
from kloof.domain.releases.document import Level, ReleaseDocument
from kloof.domain.statistics import Gap, Split, gap, overall_gap, overall_split
from kloof.publish.charts.dumbbell import DumbbellRow
from kloof.publish.pages import write_pages
from kloof.publish.pages.dictionary import FILES, MEANINGS
from kloof.publish.pages.figures import in_ten, rounding_note
from kloof.publish.pages.markup import plain, table
from kloof.publish.release_files import contents
from kloof.publish.schema import TABLES

pytestmark = pytest.mark.slow

BLAME = re.compile(
    r"\b(schuld|fout van|faalde?n?|slecht gedaan|blame|fault|failed to|lied|gelogen)\b", re.IGNORECASE
)
CAUSE = re.compile(
    r"\b(doordat|veroorzaakt|komt door|leidt tot|dankzij|because of (?:sales|delivery)|caused by|leads to|due to)\b",
    re.IGNORECASE,
)


def pages(site: Path) -> dict[str, str]:
    findings = site / "findings"
    return {
        str(file.relative_to(findings)): file.read_text(encoding="utf-8") for file in findings.rglob("*.md")
    }


def rows(page: str, anchor_text: str) -> dict[str, list[str]]:
    """Row name → cells, of the table with this caption."""
    soup = BeautifulSoup(page, "html.parser")
    for found in soup.find_all("table"):
        if anchor_text in found.caption.text:
            return {tr.th.text: [td.text for td in tr.find_all("td")] for tr in found.tbody.find_all("tr")}
    raise AssertionError(anchor_text)


@pytest.mark.parametrize(
    ("language", "caption"), [("nl", "Verwacht en gekregen"), ("en", "Expected and received")]
)
def test_the_table_holds_the_gap_its_interval_and_n_of_every_aspect(
    company: Path, documents: list[ReleaseDocument], language: str, caption: str
) -> None:
    latest = documents[-1]
    [cell] = latest.cells_of(latest.surveys[0].key, Level.COMPANY)
    shown = rows(pages(company / "site")[f"installation-1/index.{language}.md"], caption)
    for aspect in latest.surveys[0].aspects:
        found = gap(cell.aspects[aspect.id])
        assert isinstance(found, Gap)
        ends = found.difference.interval
        assert shown[aspect.name[language]] == [
            number(found.expectation, language),
            number(found.reality, language),
            signed(found.difference.mean, language),
            interval(ends.low, ends.high, language),
            str(cell.customers),
        ]


def test_every_page_is_there_in_both_languages(company: Path) -> None:
    found = {name for name in pages(company / "site") if not name.startswith(".")}
    assert len(found) > 40
    for name in found:
        other = name.replace(".nl.md", ".en.md") if ".nl." in name else name.replace(".en.md", ".nl.md")
        assert other in found


def test_an_aspect_page_shows_its_questions_its_norm_and_the_course_over_releases(company: Path) -> None:
    page = pages(company / "site")["installation-1/aspects/lead-time.nl.md"]
    assert "Wat verwacht u van: levertijd?" in page
    assert "Onze norm is 7,5" in page
    assert len(rows(page, "het verloop")) == 3


def test_wherever_a_gap_is_shown_expectation_and_reality_stand_beside_it(company: Path) -> None:
    for name, page in pages(company / "site").items():
        for found in BeautifulSoup(page, "html.parser").find_all("table"):
            head = [th.text for th in found.thead.find_all("th")]
            if any(column.startswith(("Kloof (S", "Gap (S")) for column in head):
                assert any("(V)" in column or "V − N" in column for column in head), name
                assert any("(R)" in column or "N − R" in column for column in head), name


def test_the_sign_is_explained_on_every_page_that_shows_a_gap(company: Path) -> None:
    shown = pages(company / "site")
    explained = 0
    for name, page in shown.items():
        sign = "betekent:" if ".nl." in name else "means:"
        if re.search(r"\b(kloof|gap) [+−]?\d|(Kloof|Gap) \(S|N − R|Verschil in S|Difference in S", page):
            assert re.search(rf"\*\*(plus|min|minus)\*\* {sign}", page), name
            explained += 1
    assert explained > 40


def test_what_changed_is_told_with_expectation_and_reality_before_and_now(
    company: Path, documents: list[ReleaseDocument]
) -> None:
    page = pages(company / "site")[".home.en.md"]
    for document, words in (
        (documents[-2], "customers expected {} on average and received {}"),
        (documents[-1], "Now that is {} and {}"),
    ):
        cell = next(document.cells_of(document.surveys[0].key, Level.COMPANY))
        means = [
            sum(getattr(m, side).mean for m in cell.aspects.values()) / len(cell.aspects)
            for side in ("expectation", "reality")
        ]
        assert words.format(*(number(mean, "en") for mean in means)) in page
        found = overall_gap([*cell.aspects.values()])
        assert isinstance(found, Gap)
        ends = interval(found.difference.interval.low, found.difference.interval.high, "en")
        assert f"{signed(found.difference.mean, 'en')} (95% interval {ends};" in page


def test_no_page_blames_or_names_a_cause(company: Path) -> None:
    for name, page in pages(company / "site").items():
        words = BeautifulSoup(page, "html.parser").text
        assert not BLAME.search(words), (name, BLAME.search(words))
        assert not CAUSE.search(words), (name, CAUSE.search(words))


def test_what_is_withheld_is_said_with_the_reason(company: Path) -> None:
    page = pages(company / "site")["installation-1/groups.nl.md"]
    assert "Team Oost · Thuisbatterij, Team West · Thuisbatterij" in page
    assert "Te weinig antwoorden om te publiceren" in page
    assert "lijken te veel op elkaar" in page


def test_groups_are_in_order_of_name_whatever_their_figures(company: Path) -> None:
    shown = rows(pages(company / "site")["installation-1/groups.en.md"], "Products")
    assert list(shown) == sorted(shown)


def test_the_method_page_shows_the_certificate(company: Path) -> None:
    page = pages(company / "site")["method.nl.md"]
    assert "Grootste hefboom" in page
    assert "0,071" in page


def test_every_column_of_the_data_has_its_meaning_in_both_languages() -> None:
    assert set(MEANINGS) == {name for table in TABLES.values() for name in table.fields}


def test_the_data_page_tells_each_column_once(company: Path) -> None:
    page = BeautifulSoup(pages(company / "site")["data.en.md"], "html.parser")
    told = [row.th.text for table in page.find_all("table") for row in table.tbody.find_all("tr")]
    assert sorted(told) == sorted(MEANINGS)
    assert list(rows(str(page), "What practices.csv holds besides")) == ["practice", "done"]


def test_every_file_of_a_release_is_offered_under_its_own_name(documents: list[ReleaseDocument]) -> None:
    assert set(FILES) == set(contents(documents[-1]))


def test_a_release_of_before_a_table_was_written_keeps_the_files_that_it_has(tmp_path: Path) -> None:
    documents = Firm(releases=2).documents()
    put_releases(tmp_path, documents)
    (tmp_path / "site" / "findings" / "releases" / "0002" / "practices.csv").unlink()
    write_pages(tmp_path / "site", documents)
    found = pages(tmp_path / "site")
    assert "0001/practices.csv" in found["releases/0001.en.md"]
    assert "practices.csv" not in found["releases/0002.en.md"] + found["data.en.md"]
    assert "0002/arms.csv" in found["releases/0002.en.md"]
    assert "What arms.csv holds besides" in found["data.en.md"]


def test_without_a_release_the_site_says_so(tmp_path: Path) -> None:
    write_pages(tmp_path, [])
    assert "nog geen publicatie" in pages(tmp_path)["index.nl.md"]
    assert "no release yet" in pages(tmp_path)[".home.en.md"]
    assert json.loads((tmp_path / "findings" / ".menu.json").read_text())["menu"] is None


def test_pages_that_people_wrote_and_releases_are_never_touched(tmp_path: Path) -> None:
    mine = tmp_path / "findings" / "what-we-did.nl.md"
    release = tmp_path / "findings" / "releases" / "0001" / "release.json"
    for file in (mine, release):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("ours", encoding="utf-8")
    write_pages(tmp_path, Firm(releases=1).documents())
    write_pages(tmp_path, [])
    assert mine.read_text() == release.read_text() == "ours"


def test_what_an_earlier_build_wrote_makes_way_when_its_aspect_is_gone(tmp_path: Path) -> None:
    write_pages(tmp_path, Firm(releases=1, aspects=8).documents())
    write_pages(tmp_path, Firm(releases=1, aspects=3).documents())
    assert "installation-1/aspects/included.nl.md" in pages(tmp_path)
    assert "installation-1/aspects/aftercare.nl.md" not in pages(tmp_path)


def test_the_same_releases_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_pages(tmp_path / name, Firm(releases=2).documents())
    assert pages(tmp_path / "one") == pages(tmp_path / "other")


@pytest.mark.parametrize(("low", "high", "aspects"), [(1, 7, 24), (1, 5, 1), (0, 10, 8)])
@pytest.mark.parametrize("bias", [1.2, -0.8])
def test_any_scale_any_number_of_aspects_and_any_direction_can_be_told(
    tmp_path: Path, low: int, high: int, aspects: int, bias: float
) -> None:
    firm = Firm(low=low, high=high, aspects=aspects, bias=bias, releases=1)
    written = write_pages(tmp_path, firm.documents())
    assert sum(path.parent.name == "aspects" and path.suffix == ".md" for path in written) == 2 * aspects


def test_names_from_outside_are_never_read_as_html_or_markdown(tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script> [x](y) *z* |"
    write_pages(tmp_path, Firm(releases=1, places=((nasty, "Noord"), ("B", "<b>Zuid</b>"))).documents())
    for page in pages(tmp_path).values():
        assert "<script" not in page
        assert "<b>Zuid" not in page
    page = pages(tmp_path)["installation-1/groups.nl.md"]
    assert nasty in unescape(page)


def test_plain_text_keeps_its_characters_and_loses_its_powers() -> None:
    assert plain("a*b_[c]`<d>&") == "a\\*b\\_\\[c\\]\\`&lt;d&gt;&amp;"
    assert "\n" not in plain("one\n\n# two")


def test_a_table_names_its_columns_and_rows_for_who_listens_to_it() -> None:
    soup = BeautifulSoup(table("Prijzen", ["Aspect", "V"], [["Prijs & co", "8,1"]]), "html.parser")
    assert soup.caption.text == "Prijzen"
    assert [th["scope"] for th in soup.find_all("th")] == ["col", "col", "row"]
    assert soup.find(role="region")["tabindex"] == "0"


def test_an_aspect_may_be_called_like_a_page(tmp_path: Path) -> None:
    [document] = Firm(releases=1, aspects=1).documents()
    text = document.to_json().replace('"lead-time"', '"norm"')
    write_pages(tmp_path, [ReleaseDocument.from_json(text)])
    shown = pages(tmp_path)
    assert shown["installation-1/norm.nl.md"] != shown["installation-1/aspects/norm.nl.md"]


def test_practices_are_compared_without_saying_that_they_help(company: Path) -> None:
    page = pages(company / "site")["installation-1/practices.en.md"]
    assert "A joint visit before the quote" in page
    assert "56 customers with, 56 customers without" in page
    assert "this shows no cause" in page


def test_each_aspect_of_a_practice_stands_in_the_table_and_only_what_is_demonstrable_in_a_sentence(
    company: Path, documents: list[ReleaseDocument]
) -> None:
    page = pages(company / "site")["installation-1/practices.en.md"]
    shown = rows(page, "A joint visit before the quote: with minus without")
    done, without = (arm for arm in documents[-1].practices if arm.survey == "installation")
    for aspect in documents[-1].surveys[0].aspects:
        one, other = done.aspects[aspect.id], without.aspects[aspect.id]
        moved = [
            getattr(one, side).mean - getattr(other, side).mean for side in ("expectation", "reality", "gap")
        ]
        assert shown[aspect.name.en][:3] == [signed(value, "en") for value in moved]
    assert "No demonstrable difference in gap" not in page
    assert re.search(r"On \d+ aspects? no difference can be demonstrated", page)


def test_three_rounded_figures_that_do_not_add_up_are_explained() -> None:
    assert "niet precies" in rounding_note(DumbbellRow("x", 8.14, 7.18), "nl")
    assert rounding_note(DumbbellRow("x", 8.1, 7.2), "nl") == ""


def test_how_many_in_ten_is_never_said_to_be_more_than_it_is() -> None:
    assert [in_ten(count, 13) for count in (0, 10, 11, 12, 13)] == [0, 7, 8, 9, 10]


def test_before_you_promise_says_how_many_in_ten_gave_a_good_mark_by_product_and_aspect(
    company: Path, documents: list[ReleaseDocument]
) -> None:
    latest = documents[-1]
    survey = latest.surveys[0]
    for language, shape in (
        ("nl", "{} van de 10 klanten gaven minstens een 7"),
        ("en", "{} in 10 customers gave at least a 7"),
    ):
        page = BeautifulSoup(
            pages(company / "site")[f"installation-1/before-you-promise.{language}.md"], "html.parser"
        )
        said = [row.text for row in page.find_all(class_="got")]
        cells = [*latest.cells_of(survey.key, Level.COMPANY), *latest.cells_of(survey.key, Level.PRODUCT)]
        shares = [
            in_ten(cell.aspects[a.id].good or 0, cell.customers) for cell in cells for a in survey.aspects
        ]
        assert len(said) == len(shares)
        assert len(set(shares)) > 1
        for words, tenths in zip(said, shares, strict=True):
            assert shape.format(tenths) in words


def test_before_you_promise_is_silent_about_good_marks_that_an_old_block_did_not_count(
    tmp_path: Path,
) -> None:
    [document] = Firm(releases=1, aspects=1).documents()
    cells = tuple(
        cell.model_copy(update={"aspects": {name: replace(m, good=None) for name, m in cell.aspects.items()}})
        for cell in document.cells
    )
    write_pages(tmp_path, [document.model_copy(update={"cells": cells})])
    page = pages(tmp_path)["installation-1/before-you-promise.nl.md"]
    assert "minstens wat zij verwachtten" in page
    assert "minstens een 7" not in page


@pytest.mark.parametrize(
    ("language", "caption"),
    [("nl", "Producten: naast onze norm"), ("en", "Products: beside our norm")],
)
def test_each_product_stands_beside_the_norm_as_the_mean_over_its_aspects(
    company: Path, documents: list[ReleaseDocument], language: str, caption: str
) -> None:
    latest = documents[-1]
    survey = latest.surveys[0]
    shown = rows(pages(company / "site")[f"installation-1/norm.{language}.md"], caption)
    cells = list(latest.cells_of(survey.key, Level.PRODUCT))
    assert list(shown) == sorted(cell.product for cell in cells)
    for cell in cells:
        normed = [(cell.aspects[a.id], a.norm) for a in survey.aspects if a.norm is not None]
        over = sum(m.v / m.n - norm for m, norm in normed) / len(normed)
        under = sum(norm - m.r / m.n for m, norm in normed) / len(normed)
        split = overall_split(normed)
        assert isinstance(split, Split)
        ends = [
            interval(side.interval.low, side.interval.high, language)
            for side in (split.overpromise, split.underdelivery)
        ]
        figures = [signed(over, language), ends[0], signed(under, language), ends[1]]
        assert shown[cell.product] == [*figures, signed(over + under, language), str(cell.customers)]


def test_the_founding_claim_stands_in_a_table_per_aspect(
    company: Path, documents: list[ReleaseDocument]
) -> None:
    latest = documents[-1]
    [cell] = latest.cells_of(latest.surveys[0].key, Level.COMPANY)
    shown = rows(pages(company / "site")["installation-1/norm.en.md"], "Disappointed, and the norm met")
    assert shown
    for aspect in latest.surveys[0].aspects:
        moments = cell.aspects[aspect.id]
        if aspect.norm is not None and moments.disappointed >= 20:
            counts = shown[aspect.name.en][:2]
            assert counts == [str(moments.disappointed), str(moments.disappointed_at_norm)]


def answered(tmp_path: Path, language: str, firm: Firm, **counts: int | None) -> str:
    (release,) = firm.documents()
    changed = tuple(one.model_copy(update=counts) for one in release.response)
    write_pages(tmp_path, [release.model_copy(update={"response": changed})])
    return pages(tmp_path)[f"installation-1/answered.{language}.md"]


@pytest.mark.parametrize(
    ("language", "left", "asked"),
    [
        ("nl", "Verwacht bij verkoop", "Gekregen na levering"),
        ("en", "Expected at sale", "Received after delivery"),
    ],
)
def test_who_answered_shows_the_response_who_left_and_what_asking_does(
    tmp_path: Path, language: str, left: str, asked: str
) -> None:
    page = answered(tmp_path, language, Firm(releases=1, customers=40))
    words = {"nl": "Respons per vragenlijst", "en": "Response per survey"}[language]
    shares = rows(page, words)
    assert [cells[:2] for cells in shares.values()] == [["480", "320"], ["256", "192"], ["80", "53"]]
    assert len(rows(page, left)) == len(rows(page, asked)) == 9
    assert all(len(cells) == 5 for cells in rows(page, left).values())
    assert {"nl": "Een loting bepaalde", "en": "A draw decided"}[language] in page
    assert not CAUSE.search(page)


def test_who_answered_says_where_there_is_too_little_and_where_nobody_was_left_out(tmp_path: Path) -> None:
    page = answered(tmp_path, "en", Firm(releases=1, arms=False))
    assert "Too few answers to publish." in page
    assert "in every deal the customer was asked" in page
    waiting = answered(tmp_path, "en", Firm(releases=1, arms=False), not_asked=25)
    assert "a draw leaves some deals out" in waiting
    assert waiting.count("Too few answers to publish.") == 2


def test_a_release_of_before_these_were_counted_still_reads(tmp_path: Path) -> None:
    old = dict.fromkeys(("asked_again", "answered_twice", "not_asked", "not_asked_answered"))
    page = answered(tmp_path, "nl", Firm(releases=1, arms=False), **old)
    assert list(rows(page, "Respons per vragenlijst")) == ["Eerste vragenlijst"]
