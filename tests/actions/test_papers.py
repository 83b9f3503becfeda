"""The papers say of kloof what it does: every number in them is filled from the code or the settings."""

import re
from datetime import date
from pathlib import Path

import pytest

from kloof import scaffold
from kloof.actions import papers
from kloof.actions.init import init
from kloof.config import Settings, load_settings
from kloof.domain.access.people import Role
from kloof.domain.errors import Refused
from kloof.domain.text import LANGUAGES
from kloof.web.app.routes import ROUTES

OF_THE_LAW = {"6", "1", "27", "30", "35"}
"""Articles and paragraphs; 30 is also the days of a month of mail."""
NUMBERED = re.compile(r"^\d+\. ", re.MULTILINE)
NAMES = {"dpia", "privacy", "processing", "register", "works-council"}


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    init(tmp_path / "mine", "Jansen & Zn")
    return load_settings(tmp_path / "mine", {})


def templates() -> dict[str, str]:
    return {name: file.read_text(encoding="utf-8") for name, file in scaffold.papers().items()}


def test_there_are_five_papers_each_in_both_languages_and_with_the_same_facts() -> None:
    found = templates()
    assert set(found) == {f"{name}.{language}.md" for name in NAMES for language in LANGUAGES}
    for name in NAMES:
        dutch, english = (set(re.findall(r"\{(\w+)\}", found[f"{name}.{one}.md"])) for one in LANGUAGES)
        assert dutch == english, name


def test_every_number_is_a_fact_or_an_article_of_the_law() -> None:
    for name, text in templates().items():
        bare = NUMBERED.sub("", re.sub(r"^## \d+\.", "##", re.sub(r"\{\w+\}", "", text), flags=re.MULTILINE))
        assert set(re.findall(r"\d+", bare)) - OF_THE_LAW <= {"256"}, name


def test_no_fact_is_left_open_and_none_is_left_over(house: Settings) -> None:
    used: set[str] = set()
    for text in templates().values():
        used |= set(re.findall(r"\{(\w+)\}", text))
    for language in LANGUAGES:
        assert set(papers.facts(house, language)) - {"findings"} == used
    for name, content in papers.filled(house).items():
        assert "{" not in content.decode(), name


def test_what_is_set_stands_in_them(house: Settings) -> None:
    publishing = house.publishing.model_copy(update={"k": 25, "m": 4, "findings": "signed in"})
    mail = house.mail.model_copy(update={"most_per_month": 7, "first_waits_days": 21})
    kept = house.retention.model_copy(
        update={"answer_months": 36, "name_months": 48, "audit_months": 60, "mail_months": 24}
    )
    assert "mail: tot het is gewist" in papers.filled(house)["register.nl.md"].decode()
    chosen = house.model_copy(
        update={
            "retention": kept,
            "publishing": publishing,
            "mail": mail,
            "works_council_consent": date(2026, 9, 1),
        }
    )
    made = {name: content.decode() for name, content in papers.filled(chosen).items()}
    assert "minstens 30 klanten en minstens 4 verkopers" in made["privacy.nl.md"]
    assert "fewer than 25 customers" in made["privacy.en.md"]
    assert "hooguit 1 per dag en 7 in 30 dagen" in made["dpia.nl.md"]
    assert "could not go out for 21 days" in made["dpia.en.md"]
    assert "instemming op 2026-09-01" in made["works-council.nl.md"]
    assert "| who is signed in | The published figures" in made["register.en.md"]
    assert "Mail: forgotten by itself after 24 months." in made["dpia.en.md"]
    assert "Uw antwoorden: na 36 maanden vanzelf weg. Uw naam en adres: na 48" in made["privacy.nl.md"]
    assert (
        "answers: forgotten by itself after 36 months; names: forgotten by itself after 48"
        in made["register.en.md"]
    )
    assert "veranderde: na 60 maanden vanzelf weg" in made["dpia.nl.md"]
    assert "{company}".format(company="Jansen & Zn") in made["processing.nl.md"]


def test_the_link_in_a_mail_has_as_many_bits_as_they_say() -> None:
    from kloof.domain.access import tokens

    made = tokens.token("k" * 40, tokens.Purpose.SURVEY, tokens.new_salt())
    assert len(made) * 6 // 8 * 8 >= 256


def test_who_sees_what_is_what_the_rules_of_the_pages_say() -> None:
    pages = {
        role: {name.partition(".")[0] for name, rule in ROUTES.items() if role in (rule.roles or ())}
        for role in Role
    }
    for language in LANGUAGES:
        assert set(papers.WHO_SEES[language]) == set(Role)
    answers = {"me", "handover"}
    assert pages[Role.DESK] & answers == set(), "no answer"
    assert pages[Role.SALESPERSON] & answers == {"me"}, "of their own deals"
    assert pages[Role.LEAD] & answers == {"handover"}, "before the start"
    assert pages[Role.READER] & (answers | {"deals", "people", "mail", "calls"}) == set()


def test_what_was_filled_in_by_hand_is_never_written_over(house: Settings, tmp_path: Path) -> None:
    mine = tmp_path / "mine" / "site" / "papers"
    (mine / "dpia.nl.md").write_text("Ours.", encoding="utf-8")
    with pytest.raises(Refused, match=r"dpia\.en\.md"):
        papers.write(house, mine)
    assert (mine / "dpia.nl.md").read_text(encoding="utf-8") == "Ours."
    assert len(papers.write(house, tmp_path / "new")) == 10
