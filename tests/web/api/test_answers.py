"""Answers go to a program that is for them, as far as the deal's salesperson sees them; totals stay totals."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cast.builders import CALLS, NOW, BuiltDeal, deal, person
from cast.calls import company
from cast.programs import Program
from kloof.actions.surveys import respond
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange, PromiseOutcome
from kloof.storage.access import people
from kloof.storage.models import AuditEntry
from kloof.storage.staff import successors
from kloof.web import create_app
from kloof.web.api.openapi import document

MakeProgram = Callable[..., Program]
SALE, AFTER = 8, 3
MARKS = {Wave.SALE: "canary at sale", Wave.DELIVERY: "canary after delivery"}
# What one survey can be: nothing, saved and not sent in, or sent in with a choice.
STATES = (None, "saved", Consent.NAMED, Consent.TOTALS)


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    application = create_app(company(database, tmp_path), clock=lambda: NOW)
    application.testing = True
    return application


def answered(sale: Any, after: Any) -> BuiltDeal:
    """A deal whose surveys are so far."""
    built = deal(seller=person("Sanne de Vries"), waves=(Wave.SALE, Wave.DELIVERY))
    for wave, state, points in ((Wave.SALE, sale, SALE), (Wave.DELIVERY, after, AFTER)):
        if state is None:
            continue
        of_sale = wave is Wave.SALE
        promise = PromiseChange(text="a promise") if of_sale else PromiseChange(outcome=PromiseOutcome.BROKEN)
        said = Changes(
            answers={f"a{number}": points for number in (1, 2, 3)},
            consent=None if state == "saved" else state,
            comment=MARKS[wave],
            promises={0: promise},
        )
        link = respond.open_link(built.tokens[wave], NOW)
        respond.save(link, said, NOW, CALLS, submit=state != "saved")
    return built


def test_only_what_was_given_by_name_goes_out_and_only_to_who_is_for_it(program: MakeProgram) -> None:
    """Every state of both surveys, to a token of every scope, against a model of what may be told."""
    readers = {scope: program(TokenKind.READ, scope) for scope in Scope}
    for sale, after in product(STATES, STATES):
        built = answered(sale, after)
        sent_in = {
            wave: one
            for wave, one in ((Wave.SALE, sale), (Wave.DELIVERY, after))
            if one not in {None, "saved"}
        }
        may = bool(sent_in) and all(one is Consent.NAMED for one in sent_in.values())
        for scope, reader in readers.items():
            answer = reader.send("GET", f"/deals/{built.deal_id}/answers")
            wanted = 403 if scope is not Scope.ANSWERS else 200 if may else 404
            assert answer.status_code == wanted, (sale, after, scope)
            said = answer.get_data(as_text=True)
            for wave, mark in MARKS.items():
                assert (mark in said) == (wanted == 200 and wave in sent_in), (sale, after, scope)
            if wanted == 200:
                told = answer.get_json()
                for one in told["aspects"]:
                    assert one["expected"] == (SALE if Wave.SALE in sent_in else None)
                    assert one["got"] == (AFTER if Wave.DELIVERY in sent_in else None)
                outcomes = [one["outcome"] for one in told["promises"]]
                both = set(sent_in) == set(Wave)
                assert outcomes == (["broken" if both else None] if Wave.SALE in sent_in else [])


def test_no_other_address_of_the_api_tells_anything_of_it(program: MakeProgram) -> None:
    everything = program(TokenKind.READ, *Scope)
    hidden = answered(Consent.TOTALS, Consent.TOTALS)
    for path, methods in document("https://company.example/api/v1")["paths"].items():
        if "get" in methods:
            where = path.replace("{deal_id}", hidden.deal_id).replace("{number}", "1")
            answer = everything.send(
                "GET", f"{where}?product=Heat%20pump" if path == "/calibration" else where
            )
            assert "canary" not in answer.get_data(as_text=True), path
    export = program(TokenKind.WRITE).send("POST", "/customers/export", {"email": hidden.email})
    assert export.status_code == 200
    assert "canary" not in export.get_data(as_text=True)


def test_where_nothing_may_be_told_nobody_learns_why(program: MakeProgram) -> None:
    reader = program(TokenKind.READ, Scope.ANSWERS)
    hidden, silent = answered(Consent.TOTALS, None), answered(None, None)
    answers = [
        reader.send("GET", f"/deals/{number}/answers") for number in (hidden.deal_id, silent.deal_id, "none")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_each_look_is_noted_as_that_of_the_program(program: MakeProgram) -> None:
    reader, built = program(TokenKind.READ, Scope.ANSWERS), answered(Consent.NAMED, None)
    reader.send("GET", f"/deals/{built.deal_id}/answers")
    [entry] = AuditEntry.select().where(AuditEntry.what == "feedback_read")
    assert entry.hand == "program"


def test_who_took_a_deal_over_is_not_shown_what_was_told_to_who_left(program: MakeProgram) -> None:
    reader, built = program(TokenKind.READ, Scope.ANSWERS), answered(Consent.NAMED, Consent.NAMED)
    successors.give([built.row], person("Bram"))
    assert reader.send("GET", f"/deals/{built.deal_id}/answers").status_code == 404


def test_nothing_is_told_once_nobody_who_works_here_looks_after_the_deal(program: MakeProgram) -> None:
    reader, built = program(TokenKind.READ, Scope.ANSWERS), answered(Consent.NAMED, Consent.NAMED)
    people.leave(person("Sanne de Vries"), NOW)
    assert reader.send("GET", f"/deals/{built.deal_id}/answers").status_code == 404


def test_before_the_works_council_agreed_it_is_refused(
    database: str, tmp_path: Path, program: MakeProgram
) -> None:
    built = answered(Consent.NAMED, Consent.NAMED)
    reader = program(TokenKind.READ, Scope.ANSWERS)
    house = company(database, tmp_path, works_council_consent=None)
    reader.client = create_app(house, clock=lambda: NOW).test_client(use_cookies=False)
    for number in (built.deal_id, "none"):
        answer = reader.send("GET", f"/deals/{number}/answers")
        assert answer.status_code == 409
        assert answer.get_json()["type"].endswith("consent_missing")
