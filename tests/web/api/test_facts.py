"""Parts of a deal, surveys, calls and the plan, as other systems than the one that sold it know them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cast.builders import CALLS, NOW, person
from cast.builders import deal as built_deal
from cast.programs import Program, deal
from kloof.actions.surveys import respond
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.models import AuditEntry, Call, CallStep, Message

MakeProgram = Callable[..., Program]
SHIPPED = Path(__file__).parents[3] / "surveys" / "product.yaml"


def test_what_was_done_is_added_to_what_stands(program: MakeProgram) -> None:
    crm = program()
    crm.send("PUT", "/deals/X-1", deal(practices={"joint_visit": "2026-02-20"}))
    done = {"practices": {"handover_document": "2026-02-26"}}
    told = crm.send("PUT", "/deals/X-1/practices", done).get_json()
    assert told["practices"] == {"handover_document": "2026-02-26", "joint_visit": "2026-02-20"}
    before = AuditEntry.select().count()
    assert crm.send("PUT", "/deals/X-1/practices", done).status_code == 200
    assert AuditEntry.select().count() == before
    for day, reason in (("2026-02-01", "day_before_sale"), ("2026-03-09", "day_in_future")):
        wrong = crm.send("PUT", "/deals/X-1/practices", {"practices": {"seller_on_site": day}})
        assert wrong.status_code == 422
        [part] = wrong.get_json()["errors"]
        assert (part["pointer"], part["reason"]) == ("#/practices/seller_on_site", reason)
    assert crm.send("PUT", "/deals/none/practices", done).status_code == 404


def test_for_whom_the_customer_answers_can_be_said_and_taken_back(program: MakeProgram) -> None:
    crm = program()
    tag = crm.send("PUT", "/deals/X-1", deal()).headers["ETag"]
    assert crm.send("PUT", "/deals/X-1/account", {"account": "Hospital"}).get_json()["account"] == "Hospital"
    late = crm.send("PUT", "/deals/X-1/account", {"account": "Other"}, If_Match=tag)
    assert late.status_code == 412
    assert crm.send("PUT", "/deals/X-1/account", {"account": None}).get_json()["account"] is None
    assert crm.send("PUT", "/deals/X-1/account", {"account": "\u0007"}).status_code == 422


def test_the_address_of_a_customer_is_mended_until_they_answer(program: MakeProgram) -> None:
    crm = program()
    crm.send("PUT", "/deals/X-1", deal())
    new = {"email": "jan.new@home.example", "language": "en"}
    [contact] = crm.send("PUT", "/deals/X-1/contacts", new).get_json()["contacts"]
    assert (contact["email"], contact["language"], contact["is_customer"]) == (
        "jan.new@home.example",
        "en",
        True,
    )
    assert crm.get("/deals/X-1/contacts")["contacts"] == [contact]
    assert [row.state for row in Message.select()].count("queued") == 1
    wrong = crm.send("PUT", "/deals/X-1/contacts", {"email": "jan@", "language": "en"})
    assert wrong.get_json()["errors"][0]["pointer"] == "#/email"
    built = built_deal(seller=person("Sanne de Vries"))
    said = Changes(answers={"a1": 3, "a2": 3, "a3": 3}, consent=Consent.TOTALS)
    respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), said, NOW, CALLS, submit=True)
    moved = crm.send("PUT", f"/deals/{built.deal_id}/contacts", new)
    assert (moved.status_code, moved.get_json()["type"]) == (422, "urn:kloof:problem:customer_has_answered")
    same = {"email": built.email, "language": "en"}
    assert crm.send("PUT", f"/deals/{built.deal_id}/contacts", same).status_code == 200


def test_a_deal_tells_how_far_both_of_its_surveys_are(program: MakeProgram) -> None:
    crm = program()
    told = crm.send("PUT", "/deals/X-1", deal()).get_json()
    assert told["waves"] == {"sale": "planned", "delivery": None}
    told = crm.send("POST", "/deals/X-1/delivery", {"delivered_on": "2026-02-27"}).get_json()
    assert told["waves"]["delivery"] == "planned"
    assert told["links"]["salesperson"].endswith("/me/deals/X-1")


def test_a_survey_is_recorded_and_one_that_deals_use_becomes_the_next_version(
    program: MakeProgram, tmp_path: Path
) -> None:
    crm, text = program(), SHIPPED.read_text(encoding="utf-8")
    file = tmp_path / "surveys" / "product.yaml"
    same = crm.send("POST", "/surveys", {"yaml": text}).get_json()
    assert same["raised_from"] is None
    crm.send("PUT", "/deals/X-1", deal())
    other = text.replace("norm: 5.5", "norm: 5", 1)
    assert other != text
    tried = program(TokenKind.TEST).send("POST", "/surveys", {"yaml": other}).get_json()
    assert file.read_text(encoding="utf-8") == text
    told = crm.send("POST", "/surveys", {"yaml": other}).get_json()
    assert told == tried == {"id": "product", "version": same["version"] + 1, "raised_from": same["version"]}
    [found] = crm.get("/surveys")["surveys"]
    assert found["version"] == told["version"]
    again = crm.send("POST", "/surveys", {"yaml": file.read_text(encoding="utf-8")}).get_json()
    assert again == {"id": "product", "version": told["version"], "raised_from": None}
    wrong = crm.send("POST", "/surveys", {"yaml": "id: product\n"})
    assert wrong.status_code == 422
    assert {one["pointer"] for one in wrong.get_json()["errors"]} == {"#/yaml"}


def test_a_survey_is_recorded_only_where_it_is_as_the_program_believes(
    program: MakeProgram, tmp_path: Path
) -> None:
    crm, text = program(), SHIPPED.read_text(encoding="utf-8")
    file = tmp_path / "surveys" / "product.yaml"
    [listed] = crm.get("/surveys")["surveys"]
    mine, theirs = (text.replace("norm: 5.5", f"norm: {norm}", 1) for norm in (5, 6))
    for kind in (TokenKind.TEST, TokenKind.WRITE):
        told = program(kind).send("POST", "/surveys", {"yaml": theirs}, If_Match=listed["etag"])
        assert told.status_code == 200
    for kind in (TokenKind.TEST, TokenKind.WRITE):
        late = program(kind).send("POST", "/surveys", {"yaml": mine}, If_Match=listed["etag"])
        assert (late.status_code, late.get_json()["type"]) == (412, "urn:kloof:problem:changed_meanwhile")
    assert file.read_text(encoding="utf-8") == theirs
    [now] = crm.get("/surveys")["surveys"]
    assert now["etag"] == told.headers["ETag"] != listed["etag"]
    assert crm.send("POST", "/surveys", {"yaml": mine}, If_Match=now["etag"]).status_code == 200
    assert crm.send("POST", "/surveys", {"yaml": text}, If_None_Match="*").status_code == 412
    other = text.replace("id: product", "id: other", 1)
    assert crm.send("POST", "/surveys", {"yaml": other}, If_Match="*").status_code == 412
    assert crm.send("POST", "/surveys", {"yaml": other}, If_None_Match="*").status_code == 200
    assert {one["id"] for one in crm.get("/surveys")["surveys"]} == {"product", "other"}


def test_a_survey_is_not_recorded_over_a_file_that_holds_something_else(
    program: MakeProgram, tmp_path: Path
) -> None:
    file = tmp_path / "surveys" / "product.yaml"
    crm, text = program(), SHIPPED.read_text(encoding="utf-8")
    file.write_text("half a survey", encoding="utf-8")
    refused = crm.send("POST", "/surveys", {"yaml": text})
    assert (refused.status_code, refused.get_json()["detail"]) == (
        412,
        "surveys/product.yaml is there, and holds something else.",
    )
    assert file.read_text(encoding="utf-8") == "half a survey"


def test_calls_are_counted_and_one_of_the_owner_is_noted(program: MakeProgram) -> None:
    crm = program(TokenKind.WRITE, Scope.CALLS)
    own, other = built_deal(seller=person("Sanne de Vries")), built_deal(seller=person("Sanne de Vries"))
    for built, owner in ((own, None), (other, person("Sanne de Vries"))):
        Call.create(deal=built.row, owner=owner, state="open", time=1, due_on=NOW.date(), opened_at=NOW)
    assert crm.get("/calls") == {"open": 1, "overdue": 0, "solved": 0, "confirmed": 0, "unsolved": 0}
    said = {"outcome": "not_solved", "note": "They want it replaced."}
    told = crm.send("POST", f"/deals/{own.deal_id}/call", said).get_json()
    assert (told["open"], told["unsolved"]) == (0, 1)
    assert [row.note for row in CallStep.select()] == ["They want it replaced."]
    assert AuditEntry.get(AuditEntry.what == "call_made").hand == "program"
    assert crm.send("POST", f"/deals/{own.deal_id}/call", said).status_code == 409
    absent = [crm.send("POST", f"/deals/{number}/call", said) for number in (other.deal_id, "none")]
    assert [answer.status_code for answer in absent] == [404, 404]
    assert absent[0].data == absent[1].data
    assert crm.send("POST", f"/deals/{own.deal_id}/call", {"outcome": "confirmed"}).status_code == 422


def test_the_plan_says_what_the_command_says(program: MakeProgram) -> None:
    from cast import respondents

    reader = program(TokenKind.READ, Scope.PLAN)
    assert reader.get("/plan") == {"waiting": [], "needs": []}
    respondents.answered_deals(4)
    waiting: list[dict[str, Any]] = reader.get("/plan?gap=1")["waiting"]
    assert sum(one["customers"] for one in waiting) == 4
    assert reader.send("GET", "/plan?gap=0").status_code == 422


@pytest.mark.parametrize("part", ["practices", "account", "contacts", "answers", "call"])
def test_a_part_of_a_deal_is_no_deal(program: MakeProgram, part: str) -> None:
    assert program().send("PUT", f"/deals/X-1/{part}x", deal()).status_code == 201
    assert program().send("DELETE", f"/deals/X-1/{part}").status_code in {404, 405}
