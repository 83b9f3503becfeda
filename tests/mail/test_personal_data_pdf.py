"""What is kept about somebody, on paper: all of it, in words, in their language, and read back off the pages."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, settings
from instruments.paper_reading import pages
from kloof.actions import person_data
from kloof.actions.access import staff_data
from kloof.actions.surveys import respond
from kloof.domain.access.audit_log import ActorKind, AuditAction
from kloof.domain.access.people import Role
from kloof.domain.deals.study_arms import Arm
from kloof.domain.mailing.kinds import INVITATION, REMINDER
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.staff.fair_play import Question, Signal, Trace, TraceQuestion
from kloof.domain.states import CallState, InvitationState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange, PromiseOutcome
from kloof.mail.paper import personal_data
from kloof.storage.mailing import outbox
from kloof.storage.models import Call, CallStep, Customer, HandoverMark, Person, Practice, Response
from kloof.wording.data_words import CODE_WORDS, DATA_WORDS, LOG_WORDS

pytestmark = pytest.mark.slow
BOTH = (Wave.SALE, Wave.DELIVERY)


def answered(language: str = "nl", comment: str = "Nette mensen", **more: Any) -> BuiltDeal:
    built = deal(seller=person(), waves=BOTH, language=language, **more)
    for wave, token in built.tokens.items():
        promised = {0: PromiseChange(text="Klaar voor de eerste vorst", source="said", aspect="a2")}
        said = Changes(
            answers={"a1": 8, "a2": "none", "a3": 6}, consent=Consent.NAMED, comment=comment,
            promises=promised if wave is Wave.SALE else {},
        )  # fmt: skip
        respond.save(respond.open_link(token, NOW), said, NOW, CALLS, submit=True)
    return built


def on_paper(content: bytes, folder: Path) -> str:
    file = folder / "read.pdf"
    file.write_bytes(content)
    return " ".join(" ".join(pages(file)).split())


def read(url: str, folder: Path, built: BuiltDeal) -> str:
    house = settings(url, folder)
    return on_paper(person_data.as_pdf(house, person_data.export(house, built.email, NOW), NOW), folder)


def test_a_customer_reads_their_answers_beside_the_questions_in_their_language(
    database: str, tmp_path: Path
) -> None:
    words = read(database, tmp_path, answered())
    for told in (
        "Wat Warmtehuis over u bewaart", "Stand van 2 maart 2026", "How good will aspect 1 be? (nl) 8",
        "Niet van toepassing, of niet bekend", "0 is “very poor (nl)”, 10 is “excellent (nl)”.",
        "Klaar voor de eerste vorst", "Het is gezegd", "Nette mensen", "De verkoper, met de naam", "Sanne de Vries",
        "2 maart 2026 11:00", "De gegevens van de klant zijn", "Pagina 1", "Vragenlijst 2", "Beantwoord",
    ):  # fmt: skip
        assert told in words, told
    english = read(database, tmp_path, answered("en"))
    for told in (
        "What Warmtehuis keeps about you",
        "How good will aspect 1 be? 8",
        "The salesperson, with the name",
    ):
        assert told in english, told


def values(found: Any) -> Iterator[str]:
    """Every text and number that a person would look for, but codes, moments and names of questions."""
    if isinstance(found, dict):
        for name, value in found.items():
            if name not in {"questions", "scale", "audit", "kind", "state", "wave", "what", "by", "survey"}:
                yield from values(value)
    elif isinstance(found, list):
        for one in found:
            yield from values(one)
    elif isinstance(found, str) and len(found) > 12 and not re.match(r"\d{4}-\d\d-\d\d", found):
        yield found


def full(built: BuiltDeal) -> None:
    """Something in every corner of what is kept."""
    outbox.queue(NOW, INVITATION, NOW, 0, invitation=built.invitations[Wave.SALE])
    outbox.queue(NOW, REMINDER, NOW, 2, invitation=built.invitations[Wave.SALE])
    Practice.create(deal=built.row, name="joint_visit", done_on=NOW.date())
    call = Call.create(deal=built.row, state="open", time=1, opened_at=NOW, due_on=NOW.date())
    CallStep.create(
        call=call, time=1, outcome="not_reached", note="Called twice, nobody", person=person(), at=NOW
    )
    HandoverMark.create(
        response=Response.get(Response.invitation == built.invitations[Wave.SALE]), item="a1", about="In her words",
        mark="wont", note="Too early in the year", marked_by=person(), marked_at=NOW,
    )  # fmt: skip


def test_nothing_that_the_json_holds_is_missing_on_paper(database: str, tmp_path: Path) -> None:
    built, house = answered(), settings(database, tmp_path)
    full(built)
    found = person_data.export(house, built.email, NOW)
    words = on_paper(person_data.as_pdf(house, found, NOW), tmp_path)
    told = set(values(found))
    assert {"Called twice, nobody", "Too early in the year", built.email} <= told
    for one in told:
        assert one in words, one
    assert "Herinnering 2" in words
    colleague = staff_data.export("sanne.de.vries@company.example", NOW)
    about = on_paper(staff_data.as_pdf(house, colleague, NOW), tmp_path)
    assert "Wat kloof over Sanne de Vries bewaart" in about
    for one in (*values(colleague), "Gegevens van een collega zijn opgevraagd"):
        assert one in about, one


def named(found: Any) -> set[str]:
    """Every name of a thing in what is exported."""
    if isinstance(found, list):
        return set().union(*map(named, found)) if found else set()
    if not isinstance(found, dict):
        return set()
    inside = {name: value for name, value in found.items() if name not in {"answers", "questions", "scale"}}
    return set(found) | set().union(*map(named, inside.values()), set())


def test_every_name_of_an_export_and_every_line_of_the_log_has_words(database: str, tmp_path: Path) -> None:
    built, house = answered(), settings(database, tmp_path)
    full(built)
    found = person_data.export(house, built.email, NOW)
    colleague = staff_data.export("sanne.de.vries@company.example", NOW)
    bare = {"questions", "scale", "forgotten", "role", "by", "what", "detail", "joint_visit"}
    assert (named(found) | named(colleague)) - bare <= set(DATA_WORDS)
    assert set(LOG_WORDS) == {action.value for action in AuditAction}
    asked = {field.name for kind in (Question, TraceQuestion) for field in fields(kind)}
    assert asked <= set(DATA_WORDS)
    assert set(CODE_WORDS["signal"]) == set(Signal)
    assert set(CODE_WORDS["trace"]) == set(Trace)
    assert set(CODE_WORDS["roles"]) == set(Role)
    assert set(CODE_WORDS["state"]) == {*InvitationState, *MessageState, *CallState}
    assert set(CODE_WORDS["outcome"]) == {*PromiseOutcome, *CallOutcome}
    assert set(CODE_WORDS["by"]) == set(ActorKind)
    assert {*Arm} - {*CODE_WORDS["arm"]} == {Arm.SKIPPED, Arm.LEFT}, "never drawn for a deal"


def test_long_texts_go_over_pages_and_lose_nothing(database: str, tmp_path: Path) -> None:
    comment = " ".join(f"woord{number}" for number in range(2500)) + " " + "x" * 700
    words = read(database, tmp_path, answered(comment=comment))
    assert all(f"woord{number} " in words for number in range(0, 2500, 7))
    assert words.replace(" ", "").count("x" * 700) == 2
    assert "Pagina 8" in words


@pytest.mark.parametrize("name", ["Nguyễn Thị Ánh", "Μαρία Παπαδοπούλου", "Ирина Ђурић", "Łukasz Żółć"])
def test_names_in_the_letters_of_the_typefaces_are_whole(database: str, tmp_path: Path, name: str) -> None:
    built = answered()
    Customer.update(name=name).where(Customer.email == built.email).execute()
    words = read(database, tmp_path, built)
    assert name in words
    assert "¤" not in words


def test_a_letter_that_is_in_no_typeface_is_marked_and_said(database: str, tmp_path: Path) -> None:
    words = read(database, tmp_path, answered(comment="Dank 王芳 \U0001f600\x07"))
    assert "Dank ¤¤ ¤" in words
    assert "Sommige letters staan in geen lettertype hier; elk daarvan is een ¤." in words


def test_the_document_says_its_title_and_its_language(database: str, tmp_path: Path) -> None:
    house, built = settings(database, tmp_path), answered("en")
    content = person_data.as_pdf(house, person_data.export(house, built.email, NOW), NOW)
    document = pypdfium2.PdfDocument(content)
    try:
        assert document.get_metadata_dict()["Title"] == "What Warmtehuis keeps about you"
        assert next(one.get_title() for one in document.get_toc()) == "Deal"
    finally:
        document.close()
    assert b"/Lang (en)" in content


def test_what_was_forgotten_is_said(database: str, tmp_path: Path) -> None:
    built = answered()
    Response.update(answers=b"").execute()
    assert "ouder dan ze worden bewaard, en zijn gewist" in read(database, tmp_path, built)


def test_a_colleague_who_reads_english_gets_it_in_english(database: str, tmp_path: Path) -> None:
    answered()
    Person.update(language="en").execute()
    house = settings(database, tmp_path)
    found = staff_data.export("sanne.de.vries@company.example", NOW)
    assert "What kloof keeps about Sanne de Vries" in on_paper(
        personal_data.of_colleague(house, found, NOW), tmp_path
    )
