"""What a company says in its own words: only facts that there are, and never without what a mail needs."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.errors import BadSettings
from kloof.domain.mailing.company_texts import TextsSource, facts_of
from kloof.mail.texts import company_texts, mail_texts, overlaid, shipped


def problems(text: str) -> list[str]:
    return TextsSource(text, shipped()).problems("texts.yaml")


WRONG = {
    "greeting: {nl: 'Hoi {naam},'}": "{naam} cannot be filled in here; what can be: {company}, {k}, {name}",
    "greeting: {nl: ''}": "greeting.nl: is empty",
    "greeting: Hoi": "greeting: must hold texts, each in nl, en or both",
    "greeting: {de: Hallo}": "greeting.de: there is no such text; possible here: nl, en",
    "greting: {nl: Hoi}": "greting: there is no such text; did you mean greeting?",
    "greeting: {nl: 'Hoi {name'}": "greeting.nl: there is a single brace; write two, {{ or }}, where a brace is meant",
    "greeting: {nl: 'Hoi {name.__class__}'}": "greeting.nl: there is a single brace",
    "greeting: {nl: 'Hoi {name:>99999999}'}": "greeting.nl: there is a single brace",
    "greeting: {nl: 'Hoi {name!r}'}": "greeting.nl: there is a single brace",
    "greeting: {nl: 'Hoi {0}'}": "greeting.nl: there is a single brace",
    'greeting: {nl: "Hoi\\nBcc: x@example.com"}': "greeting.nl: must be on one line",
    'invitation_sale: {subject: {nl: "Hoi\\nBcc: x@example.com"}}': "invitation_sale.subject.nl: must be on one line",
    "invitation_sale: {subject: {nl: 'Hoi {open_until}'}}": "subject.nl: {open_until} cannot be filled in",
    "invitation_sale: {body: {nl: 'Op {delivered_on}'}}": "invitation_sale.body.nl: {delivered_on} cannot be filled in",
    "findings: {body: {nl: 'Er is nieuws over {k} klanten.'}}": "findings.body.nl: {receipt} has to be in it",
    "who_sees: {body: {en: 'You decide.'}}": "who_sees.body.en: {k} has to be in it",
    "on_paper: {type_it: {nl: 'Vul de code in'}}": "on_paper.type_it.nl: {address} has to be in it",
    "customers_are: jij": "customers_are: must be u or je; found 'jij'",
    "- x": "must hold texts, each in nl, en or both",
    "greeting: {nl: &a Hoi}": "the anchor &a cannot be used here",
    'greeting: {nl: "Hoi \\ue000name"}': "greeting.nl: holds a sign that cannot be seen, U+E000",
    f"greeting: {{nl: {'x' * 5000}}}": "has 5000 letters; 4000 is the most",
}


@pytest.mark.parametrize(("text", "says"), WRONG.items(), ids=range(len(WRONG)))
def test_every_mistake_is_said_with_its_place(text: str, says: str) -> None:
    (problem,) = problems(text + "\n")
    assert problem.startswith("texts.yaml:1:")
    assert says in problem
    with pytest.raises(BadSettings):
        overlaid(text)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "customers_are: u\n", "greeting: {nl: 'Dag {name}, {{groet}}'}\n"]
)
def test_what_is_right_is_right(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize("address", ["u", "je"])
def test_our_own_texts_keep_the_rules_that_those_of_a_company_have_to_keep(address: str) -> None:
    ours = shipped(address)
    for place, words in ours.items():
        nested: object = dict(words)
        for name in reversed(place):
            nested = {name: nested}
        assert TextsSource(json.dumps(nested), ours).problems("x") == [], place


def test_only_what_differs_is_taken_from_the_file_and_the_rest_is_ours() -> None:
    texts = overlaid("greeting: {nl: 'Hallo {name},'}\n")
    assert (texts.greeting.nl, texts.greeting.en) == ("Hallo {name},", mail_texts().greeting.en)
    assert texts.model_copy(update={"greeting": mail_texts().greeting}) == mail_texts()


CUSTOMERS = (
    "invitation_sale", "invitation_delivery", "reminder_sale", "reminder_delivery", "findings", "solved", "who_sees",
    "reason", "way_out", "first_question", "greeting", "regards", "last_one", "on_paper",
)  # fmt: skip


def test_a_company_that_says_je_says_u_nowhere_in_a_mail_to_a_customer() -> None:
    said = {place: words["nl"] for place, words in shipped("je").items() if place[0] in CUSTOMERS}
    polite = {"u", "uw", "uzelf", "heeft"}
    for place, words in said.items():
        assert polite.isdisjoint("".join(c if c.isalnum() else " " for c in words.lower()).split()), place
    changed = {place for place in said if said[place] != shipped()[place]["nl"]}
    assert len(changed) > 20
    assert {place: words["en"] for place, words in shipped("je").items()} == {
        place: words["en"] for place, words in shipped().items()
    }


def test_a_folder_without_the_file_says_what_kloof_says(tmp_path: Path) -> None:
    assert company_texts(tmp_path) == mail_texts()
    (tmp_path / "texts.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSettings, match="cannot be read"):
        company_texts(tmp_path)


@given(st.text(max_size=60))
def test_whatever_is_written_either_can_be_filled_in_or_is_refused(words: str) -> None:
    place = ("invitation_sale", "body")
    text = json.dumps({"invitation_sale": {"body": {"nl": words}}})
    if problems(text):
        return
    facts = dict.fromkeys(facts_of(place), "x")
    overlaid(text).invitation_sale.body.nl.format_map(facts)
