"""The pages say what the release files hold, in words that anyone may read, and touch nothing else."""

import json
import random
import re
from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from cast.made_site import put_releases
from cast.synthetic import Firm, exact_release, rounded
from kloof.domain import findings
from kloof.domain.findings import BesideNorm, CellReading, ClaimFound, GapFound
from kloof.domain.notation import interval, number, signed
from kloof.domain.releases.attacks.insiders.counted import WITH_SHARES
from kloof.domain.releases.attacks.insiders.naming import ALL_BUT_ONE, ONE, TWO, WITH_PRACTICES
from kloof.domain.releases.document import Level, ReleaseDocument
from kloof.domain.releases.guarantee import AttackResult
from kloof.domain.statistics import decimals_of
from kloof.domain.text import Language
from kloof.publish.dictionary import FILES, MEANINGS
from kloof.publish.pages import write_pages
from kloof.publish.pages.markup import plain, table
from kloof.publish.pages.worked_example import BLOCKS, EXPECTED, RECEIVED, worked
from kloof.publish.release_contents import contents
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


def company_of(document: ReleaseDocument, survey: str = "installation") -> CellReading:
    return next(
        found
        for found in findings.read(document).cells
        if found.cell.survey == survey and found.cell.level is Level.COMPANY
    )


def shown_row(found: GapFound, language: Language) -> list[str]:
    printed, ends = found.figure.printed(), found.figure.difference.interval
    assert ends is not None
    return [
        number(float(printed.expectation), language),
        number(float(printed.reality), language),
        signed(float(printed.gap), language),
        interval(ends.low, ends.high, language, decimals_of(ends)),
        str(found.basis.deals),
    ]


@pytest.mark.parametrize(
    ("language", "caption"), [("nl", "Verwacht en gekregen"), ("en", "Expected and received")]
)
def test_the_table_holds_the_gap_its_interval_and_n_of_every_aspect(
    company: Path, documents: list[ReleaseDocument], language: Language, caption: str
) -> None:
    shown = rows(pages(company / "site")[f"installation-1/index.{language}.md"], caption)
    read = company_of(documents[-1]).aspects
    assert len(read) == 5
    for one in read:
        assert isinstance(one.gap, GapFound)
        assert shown[one.aspect.name[language]] == shown_row(one.gap, language)


def test_picture_and_table_of_a_page_and_its_links_have_their_aspects_in_one_order(company: Path) -> None:
    page = pages(company / "site")["installation-1/index.en.md"]
    gaps = [cells[2] for cells in rows(page, "Expected and received").values()]
    values = [float(gap.replace("−", "-")) for gap in gaps]
    assert values == sorted(values, reverse=True)
    names = list(rows(page, "Expected and received"))
    linked = BeautifulSoup(page, "html.parser").select("tbody th a")
    assert [link.text for link in linked] == names
    assert all(f"aspects/{link['href'].strip('/').rpartition('/')[2]}" in link["href"] for link in linked)
    figures = company / "site" / "findings" / ".figures"
    [picture] = figures.glob("findings-installation-1-index--installation-1-aspects-en.html")
    drawn = BeautifulSoup(picture.read_text(encoding="utf-8"), "html.parser").svg.desc.text
    assert [part.split(": ")[0] for part in drawn.rstrip(".").split("; ")] == names


def test_practices_have_their_aspects_in_the_order_of_the_survey_s_own_page(company: Path) -> None:
    shown = pages(company / "site")
    names = list(rows(shown["installation-1/index.en.md"], "Expected and received"))
    assert list(rows(shown["installation-1/practices.en.md"], "with minus without")) == names


def test_in_every_table_v_minus_r_is_s_in_print(company: Path) -> None:
    checked = 0
    for page in pages(company / "site").values():
        for found in BeautifulSoup(page, "html.parser").find_all("table"):
            head = [th.text for th in found.thead.find_all("th")]
            if "Expected (V)" in head:
                at = head.index("Expected (V)") - 1
                for row in found.tbody.find_all("tr"):
                    v, r, s = (td.text.replace("−", "-") for td in row.find_all("td")[at : at + 3])
                    assert round(float(v) - float(r), 6) == float(s)
                    checked += 1
    assert checked > 100


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
    assert len(rows(page, "per publicatie")) == 3


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


def test_what_changed_is_told_of_the_deals_that_came_in_beside_those_of_the_release_before(
    company: Path, documents: list[ReleaseDocument]
) -> None:
    first, before, now = (next(d.cells_of(d.surveys[0].key, Level.COMPANY)) for d in documents[-3:])
    page = pages(company / "site")[".home.en.md"]
    assert f"Since 4 May 2026, {now.n - before.n} deals came in: expected" in page
    assert f"In the {before.n - first.n} deals that came in with the release before it: expected" in page
    trend = rows(pages(company / "site")["installation-1/aspects/price.en.md"], "release by release")
    assert [cells[-1] for cells in trend.values()] == ["56", "56", "56"]


def test_after_answers_were_taken_back_nothing_is_compared(tmp_path: Path) -> None:
    first, second = Firm(releases=2).documents()
    retired = tuple(
        cell.model_copy(update={"blocks": cell.blocks[1:], "n": cell.n - 14})
        if cell.level is Level.COMPANY
        else cell
        for cell in second.cells
    )
    write_pages(tmp_path, [first, second.model_copy(update={"cells": retired})])
    shown = pages(tmp_path)
    assert "Customers took answers back or corrected them." in shown[".home.en.md"]
    assert "came in:" not in shown[".home.en.md"]
    assert "no second release yet" in shown["installation-1/aspects/price.en.md"]


def test_no_page_blames_or_names_a_cause(company: Path) -> None:
    for name, page in pages(company / "site").items():
        words = BeautifulSoup(page, "html.parser").text
        assert not BLAME.search(words), (name, BLAME.search(words))
        assert not CAUSE.search(words), (name, CAUSE.search(words))


def test_what_is_withheld_has_one_reason_for_all_and_its_deals_stand_there(company: Path) -> None:
    for language, reason in (
        ("nl", "Te weinig antwoorden om te publiceren."),
        ("en", "Too few answers to publish."),
    ):
        page = pages(company / "site")[f"installation-1/groups.{language}.md"]
        assert page.count(reason) == 1
        for team in ("Team Oost", "Team West", "Team Duin"):
            assert f"- {team} · Thuisbatterij" in page
        shown = rows(page, {"nl": "Deals per groep", "en": "Deals of each group"}[language])
        assert shown["Team Oost · Thuisbatterij"] == ["20", "10", "0", "–"]
        assert shown["Warmtepomp"] == ["250", "90", "84", "36%"]
        assert len(shown) == 3 + 2 + 4 + 3


def test_groups_are_in_order_of_name_whatever_their_figures(company: Path) -> None:
    shown = rows(pages(company / "site")["installation-1/groups.en.md"], "Products")
    assert list(shown) == sorted(shown)


def test_the_method_page_shows_the_certificate(company: Path) -> None:
    page = pages(company / "site")["method.nl.md"]
    assert "Meeste invloed van één klant" in page
    for figure in ("0,071", "0,110", "0,143", "0,250", "1/3 = 0,333"):
        assert figure in page


def test_the_method_page_works_one_aspect_out_from_answers_to_sentence(company: Path) -> None:
    page = pages(company / "site")["method.en.md"]
    one = worked()
    assert f"All V together is {sum(EXPECTED)}, all R together is {sum(RECEIVED)}." in page
    for total, shown in zip((sum(EXPECTED), sum(RECEIVED)), BLOCKS[0], strict=True):
        assert shown in {rounded(total, 5, random.Random(seed)) for seed in range(20)}
    assert f"= {number(one.sampling, 'en', 3)}" in page
    assert f"= {number(one.rounding, 'en', 3)}" in page
    printed = one.found.figure.printed()
    v, r, s = (number(float(value), "en") for value in (printed.expectation, printed.reality, printed.gap))
    assert f"{v} − {r} = {s}" in page
    assert f"> Customers expected {v} on average at sale and gave {r} after delivery: gap {s}" in page


def test_one_release_and_one_group_are_said_as_one(tmp_path: Path) -> None:
    [document] = Firm(releases=1).documents()
    one = document.guarantee.model_copy(update={"sets": 1})
    write_pages(tmp_path, [document.model_copy(update={"guarantee": one})])
    shown = pages(tmp_path)
    assert "uit deze publicatie: 1 groep bij elkaar" in shown["privacy.nl.md"]
    assert "from this release: 1 group together" in shown["privacy.en.md"]


def test_one_aspect_with_a_norm_is_said_as_one(tmp_path: Path) -> None:
    write_pages(tmp_path, Firm(releases=1, aspects=1).documents())
    shown = pages(tmp_path)
    assert "Bij het enige aspect met een norm lag de verwachting" in shown["installation-1/norm.nl.md"]
    assert "On the only aspect with a norm, expectation was" in shown["installation-1/norm.en.md"]


def test_the_attacks_on_a_release_have_a_name_in_both_languages(tmp_path: Path) -> None:
    (release,) = Firm(releases=1).documents()
    names = [ONE, TWO, ALL_BUT_ONE, WITH_PRACTICES, WITH_SHARES, "a new one"]
    tried = tuple(AttackResult(name=name, tried=9, certain=0, two_left=1) for name in names)
    attacked = release.guarantee.model_copy(update={"attacks": tried})
    write_pages(tmp_path, [release.model_copy(update={"guarantee": attacked})])
    dutch = list(rows(pages(tmp_path)["method.nl.md"], "De aanvallen op deze publicatie"))
    english = list(rows(pages(tmp_path)["method.en.md"], "The attacks on this release"))
    assert len(dutch) == len(english) == len(set(dutch)) == 6
    assert {*dutch} & {*english} == {"a new one"}


def test_no_page_counts_one_of_what_it_names_as_many(company: Path) -> None:
    many = re.compile(
        r"\b(?:alle|all) 1\b|(?<![\d.,−])1 (?:deals|klanten|aspecten|groepen|publicaties|customers|aspects|groups)\b"
    )
    for name, page in pages(company / "site").items():
        words = BeautifulSoup(page, "html.parser").text
        assert not many.search(words), (name, many.search(words))


def test_a_release_of_an_earlier_engine_stands_in_the_archive_and_is_read_nowhere_else(
    tmp_path: Path,
) -> None:
    later = Firm(releases=2).documents(first=2)
    for name, documents in (("with", [exact_release(1), *later]), ("without", later)):
        write_pages(tmp_path / name, documents)
    both, alone = pages(tmp_path / "with"), pages(tmp_path / "without")
    assert "made with an earlier way of computing" in both["releases/0001.en.md"]
    assert "cannot be compared" in both["releases/0001.en.md"]
    assert "met een eerdere rekenmethode" in both["releases/index.nl.md"]
    for name in set(both) - {
        f"releases/{page}.{language}.md" for page in ("0001", "index") for language in ["nl", "en"]
    }:
        assert both[name] == alone[name], name


def test_its_files_stay_where_they_can_be_fetched(tmp_path: Path) -> None:
    folder = tmp_path / "findings" / "releases" / "0001"
    folder.mkdir(parents=True)
    for name in ("release.json", "cells.csv", "datapackage.json"):
        (folder / name).write_text("as it was", encoding="utf-8")
    write_pages(tmp_path, [exact_release(1)])
    page = pages(tmp_path)["releases/0001.nl.md"]
    assert all(f'href="{name}"' in page for name in ("release.json", "cells.csv", "datapackage.json"))


def test_while_the_last_release_is_of_an_earlier_engine_the_site_says_that_the_next_one_is_not(
    tmp_path: Path,
) -> None:
    write_pages(tmp_path, [exact_release(1), exact_release(2)])
    shown = pages(tmp_path)
    for name in ("index", ".home"):
        assert "De volgende publicatie gebruikt de nieuwe" in shown[f"{name}.nl.md"]
        assert "The next release uses the new one" in shown[f"{name}.en.md"]
    menu = json.loads((tmp_path / "findings" / ".menu.json").read_text())
    assert menu["as_of"] is None
    assert [page["url"] for page in menu["menu"]["en"][0]["pages"]] == [
        "findings/releases/",
        "findings/accessibility/",
    ]
    assert "method.nl.md" not in shown


def test_the_first_release_of_the_new_engine_says_that_nothing_before_it_compares(tmp_path: Path) -> None:
    write_pages(tmp_path, [exact_release(1), *Firm(releases=1).documents(first=2)])
    assert "cannot be compared with those before it" in pages(tmp_path)[".home.en.md"]


def test_every_column_of_the_data_has_its_meaning_in_both_languages() -> None:
    assert set(MEANINGS) == {name for table in TABLES.values() for name in table.fields}


def test_the_data_page_tells_each_column_once(company: Path) -> None:
    page = BeautifulSoup(pages(company / "site")["data.en.md"], "html.parser")
    told = [row.th.text for table in page.find_all("table") for row in table.tbody.find_all("tr")]
    assert sorted(told) == sorted(MEANINGS)
    widened = ["clustering", "clusters", "own_clustering", "own_clusters"]
    assert list(rows(str(page), "What practices.csv holds besides")) == ["practice", "done", *widened]
    known = ["known", "promisers", "by_customer", "by_salesperson"]
    assert list(rows(str(page), "What promises.csv holds besides")) == ["kept", "partly", "broken", *known]


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
    assert "With: 56 deals of at least 55 customers. Without: 56 deals of at least 55 customers." in page
    assert "this shows no cause" in page


def test_each_aspect_of_a_practice_stands_in_the_table_and_only_what_is_demonstrable_in_a_sentence(
    company: Path, documents: list[ReleaseDocument]
) -> None:
    page = pages(company / "site")["installation-1/practices.en.md"]
    shown = rows(page, "A joint visit before the quote: with minus without")
    [reading] = [one for one in findings.read(documents[-1]).practices if one.done.survey == "installation"]
    for one in reading.findings:
        assert isinstance(one, findings.PracticeFound)
        assert one.about is not None
        printed = one.figure.printed
        moved = [signed(float(value), "en") for value in (printed.expectation, printed.reality, printed.gap)]
        assert shown[one.about.en][:3] == moved
    assert "No demonstrable difference in gap" not in page
    assert re.search(r"On \d+ aspects? no difference can be demonstrated", page)


def test_before_you_promise_says_how_many_gave_a_good_mark_by_product_and_aspect(
    company: Path, documents: list[ReleaseDocument]
) -> None:
    latest = documents[-1]
    survey = latest.surveys[0]
    for language, tenths_, percents in (
        (
            "nl",
            "ongeveer {} van de 10 klanten gaven minstens een 7",
            "ongeveer {}% van de klanten gaf minstens een 7",
        ),
        ("en", "about {} in 10 customers gave at least a 7", "about {}% of customers gave at least a 7"),
    ):
        page = BeautifulSoup(
            pages(company / "site")[f"installation-1/before-you-promise.{language}.md"], "html.parser"
        )
        said = [row.text for row in page.find_all(class_="got")]
        cells = [*latest.cells_of(survey.key, Level.COMPANY), *latest.cells_of(survey.key, Level.PRODUCT)]
        shares = [cell.shares[a.id].good or 0 for cell in cells for a in survey.aspects]
        assert len(said) == len(shares)
        assert len(set(shares)) > 1
        for words, share in zip(said, shares, strict=True):
            if share == 95:
                assert {"nl": "meer dan 9 van de 10", "en": "more than 9 in 10"}[language] in words
            else:
                shape = percents.format(share) if share % 10 else tenths_.format(share // 10)
                assert shape in words


def test_before_you_promise_shows_only_averages_where_no_shares_are_published(tmp_path: Path) -> None:
    write_pages(tmp_path, Firm(releases=1, aspects=1, places=(("Warmtepomp", "Noord"),)).documents())
    page = pages(tmp_path)["installation-1/before-you-promise.nl.md"]
    assert re.search(r"gemiddeld een \d", page)
    assert "minstens een 7" not in page


@pytest.mark.parametrize(
    ("language", "caption"),
    [("nl", "Producten: naast onze norm"), ("en", "Products: against our norm")],
)
def test_each_product_stands_beside_the_norm_as_the_mean_over_its_aspects(
    company: Path, documents: list[ReleaseDocument], language: str, caption: str
) -> None:
    shown = rows(pages(company / "site")[f"installation-1/norm.{language}.md"], caption)
    read = [
        one
        for one in findings.read(documents[-1]).cells
        if one.cell.level is Level.PRODUCT and one.cell.survey == "installation"
    ]
    assert list(shown) == sorted(one.cell.product for one in read)
    for one in read:
        assert isinstance(one.beside_norm, BesideNorm)
        printed, cells = one.beside_norm.printed, shown[one.cell.product]
        assert printed.overpromise is not None
        assert printed.underdelivery is not None
        norms = [a.norm for a in documents[-1].surveys[0].aspects if a.norm is not None]
        assert cells[0] == signed(float(printed.overpromise), language)
        assert cells[2] == signed(float(printed.underdelivery), language)
        assert cells[4] == signed(float(printed.overpromise + printed.underdelivery), language)
        assert one.beside_norm.figure.overpromise.mean == pytest.approx(
            sum(one.cell.aspects[a.id].v / one.cell.n for a in documents[-1].surveys[0].aspects if a.norm)
            / len(norms)
            - sum(norms) / len(norms)
        )


def test_the_founding_claim_stands_in_a_table_per_aspect(
    company: Path, documents: list[ReleaseDocument]
) -> None:
    shown = rows(pages(company / "site")["installation-1/norm.en.md"], "Who got our norm")
    claims = {
        one.aspect.name.en: found.figure
        for one in company_of(documents[-1]).aspects
        for found in one.findings
        if isinstance(found, ClaimFound)
    }
    assert len(claims) == 5
    assert set(shown) == set(claims)
    for name, claim in claims.items():
        coded = [
            {5: "under 10%", 95: "over 90%"}.get(share, f"{share}%")
            for share in (claim.at_norm, claim.disappointed_at_norm, claim.disappointed_below_norm)
        ]
        assert shown[name][:3] == coded


def answered(tmp_path: Path, language: str, firm: Firm, **counts: int) -> str:
    (release,) = firm.documents()
    changed = tuple(
        one.model_copy(update=counts) if one.level is Level.COMPANY else one for one in release.response
    )
    write_pages(tmp_path, [release.model_copy(update={"response": changed})])
    return pages(tmp_path)[f"installation-1/answered.{language}.md"]


def test_every_complete_pair_is_published_or_waits(tmp_path: Path) -> None:
    page = answered(tmp_path, "en", Firm(releases=1, customers=40), pairs=185, pairs_published=160)
    steps = {name: cells[0] for name, cells in rows(page, "From started to published").items()}
    assert steps["Both answers, complete"] == "185"
    assert steps["of these published"] == "160"
    assert steps["of these still waiting"] == "25"
    assert "What is still waiting is complete." in page


def test_pairs_of_a_block_from_which_an_answer_was_taken_back_are_left_out_and_do_not_wait(
    tmp_path: Path,
) -> None:
    counts = {"pairs": 185, "pairs_published": 160, "left_out": 15}
    page = answered(tmp_path, "en", Firm(releases=1, customers=40), **counts)
    steps = {name: cells[0] for name, cells in rows(page, "From started to published").items()}
    assert (steps["of these left out"], steps["of these still waiting"]) == ("15", "10")
    assert "Left out is a whole block of deals" in page
    assert "Left out" not in answered(tmp_path / "none", "en", Firm(releases=1, customers=40))


def test_under_a_hundred_deals_no_share_of_them_is_given(tmp_path: Path) -> None:
    page = answered(tmp_path, "en", Firm(releases=1, arms=False), deals_started=95, asked_again=95)
    assert all(len(cells) == 1 for cells in rows(page, "From started to published").values())
    assert "Shares are shown from a hundred deals on." in page
    assert "of deals started" not in page


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
    assert [cells[:2] for cells in shares.values()] == [["480", "320"], ["255", "190"]]
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
