"""The forms ask nothing by stealth: no box is ticked, no question forced, and who sees what stands in two sentences."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from cast.builders import deal, survey
from kloof.domain.staff.own_totals import LEAST
from kloof.domain.surveys.definition import Wave

pytestmark = pytest.mark.slow

SURVEY = survey(6)
BOTH = (Wave.SALE, Wave.DELIVERY)
ANSWERS = {f"a{number}": "7" for number in range(1, 7)}


@pytest.fixture
def links(client: FlaskClient) -> dict[Wave, str]:
    """A customer who sent the first survey with a promise, and one who has not begun."""
    answered, fresh = deal(SURVEY, waves=BOTH), deal(SURVEY)
    sent = ANSWERS | {"promise-0": "Before Easter", "consent": "totals", "action": "submit"}
    client.post(f"/s/{answered.tokens[Wave.SALE]}", data=sent)
    return {
        Wave.SALE: f"/s/{fresh.tokens[Wave.SALE]}",
        Wave.DELIVERY: f"/s/{answered.tokens[Wave.DELIVERY]}",
    }


def pages(client: FlaskClient, link: str, language: str = "en") -> Iterator[BeautifulSoup]:
    """Every page of this form, the first one first."""
    number, count = 1, 1
    while number <= count:
        shown = BeautifulSoup(client.get(f"{link}?page={number}&language={language}").text, "html.parser")
        count = int(shown.select_one("progress")["max"])
        yield shown
        number += 1


def where_one_chooses(client: FlaskClient, link: str, language: str) -> BeautifulSoup:
    """The page that asks who may see the answers."""
    [asked] = [shown for shown in pages(client, link, language) if shown.select("[name=consent]")]
    return asked


def test_nothing_is_chosen_beforehand_and_nothing_is_required(
    client: FlaskClient, links: dict[Wave, str]
) -> None:
    for link in links.values():
        for shown in pages(client, link):
            assert shown.select("[checked], [selected], [required], [aria-required]") == []
            assert shown.select("input[type=email], input[type=tel], [autocomplete]") == []


def test_each_question_is_a_group_with_its_words_and_i_dont_know_is_an_answer_in_it(
    client: FlaskClient, links: dict[Wave, str]
) -> None:
    for wave, link in links.items():
        asked = [
            scale.find_parent("fieldset") for shown in pages(client, link) for scale in shown.select(".scale")
        ]
        assert len(asked) == len(SURVEY.items(wave))
        for question in asked:
            legend = question.find("legend", recursive=False)
            assert re.search(r"\w+.*\?", legend.get_text(" ", strip=True))
            radios = question.select("input[type=radio]")
            assert [radio["value"] for radio in radios] == [*map(str, range(11)), "none"]
            names = [radio.find_parent("label").get_text(" ", strip=True) for radio in radios]
            assert names[11].startswith("Does not apply")
            assert re.search(r"0 : \w+", names[0])


def test_at_most_four_questions_stand_together_and_progress_is_in_words(
    client: FlaskClient, links: dict[Wave, str]
) -> None:
    for link in links.values():
        for number, shown in enumerate(pages(client, link), start=1):
            assert len(shown.select(".scale")) <= 4
            assert shown.select_one(".progress").text.startswith(f"Step {number} of ")
            assert shown.select("table .scale, table input") == []


@pytest.mark.parametrize(
    ("language", "confidential", "anonymous"),
    [("nl", "vertrouwelijk", "anoniem"), ("en", "confidential", "anonymous")],
)
def test_it_says_confidential_from_the_first_page_and_of_itself_never_anonymous(
    client: FlaskClient, links: dict[Wave, str], language: str, confidential: str, anonymous: str
) -> None:
    for link in links.values():
        texts = [shown.get_text(" ", strip=True) for shown in pages(client, link, language)]
        assert confidential in texts[0]
        assert confidential in where_one_chooses(client, link, language).get_text(" ", strip=True)
        said = re.findall(rf"(\w+) {anonymous}", " ".join(texts))
        assert set(said) <= {"niet", "not"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_who_sees_what_is_said_in_two_sentences_with_more_behind_them(
    client: FlaskClient, links: dict[Wave, str], language: str
) -> None:
    for link in links.values():
        more = where_one_chooses(client, link, language).select_one("details")
        sentences = more.find_previous_sibling("p").get_text(strip=True)
        assert len(re.findall(r"\.(?:\s|$)", sentences)) == 2
        assert len(more.select("li")) >= 5


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "at least eight customers",
                "rounded",
                "not before next month",
                "could sometimes still work out",
            ),
        ),
        (
            "nl",
            (
                "minstens acht klanten",
                "afgerond",
                "op zijn vroegst volgende maand",
                "soms toch nog uitrekenen",
            ),
        ),
    ],
)
def test_who_chooses_totals_reads_how_many_how_late_and_what_cannot_be_kept_out(
    client: FlaskClient, links: dict[Wave, str], language: str, words: tuple[str, ...]
) -> None:
    assert LEAST == 8, "the sentences say it in words"
    for link in links.values():
        asked = where_one_chooses(client, link, language)
        said = asked.select_one("main").get_text(" ", strip=True)
        for word in words:
            assert word in said
        choice = (
            asked.select_one("[name=consent][value=totals]").find_parent("label").get_text(" ", strip=True)
        )
        for promised_too_much in ("anon", "never", "nooit", "nobody can", "niemand kan"):
            assert promised_too_much not in choice
