"""A CRM puts its deals in over the API, by the same rules as a file, and sees how far their surveys are."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from cast.programs import Program, deal
from kloof import storage
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.storage.models import AuditEntry, Customer, Deal, Invitation, KeyedAnswer, Message

MakeProgram = Callable[..., Program]


def refused(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.data)
    assert told["status"] == status
    assert told["type"].startswith("urn:kloof:problem:")
    return told


def test_a_new_deal_is_taken_in_with_its_invitation(program: MakeProgram) -> None:
    answer = program().send("PUT", "/deals/X-1", deal())
    assert answer.status_code == 201
    told = answer.get_json()
    assert told["deal_id"] == "X-1"
    assert told["customer_email"] == "jan@home.example"
    assert [one["wave"] for one in told["surveys"]] == ["sale"]
    assert (Deal.select().count(), Invitation.select().count(), Message.select().count()) == (1, 1, 1)
    assert [(row.hand, row.what) for row in AuditEntry.select().where(AuditEntry.what == "deal_loaded")] == [
        ("program", "deal_loaded")
    ]


def test_the_same_deal_again_changes_nothing(program: MakeProgram) -> None:
    crm = program()
    first = crm.send("PUT", "/deals/X-1", deal())
    again = crm.send("PUT", "/deals/X-1", deal())
    assert again.status_code == 200
    assert again.headers["ETag"] == first.headers["ETag"]
    assert Message.select().count() == 1


@pytest.mark.parametrize(
    "number", ["2026/0417", "a b", "50%", "x#1", "vraag?", "é/ü", "a//b", "..", "x/delivery"]
)
def test_a_deal_may_have_any_number(program: MakeProgram, number: str) -> None:
    crm, path = program(), f"/deals/{quote(number, safe='')}"
    assert crm.send("PUT", path, deal()).status_code == 201
    assert crm.get(path)["deal_id"] == number
    answer = crm.send("POST", f"{path}/delivery", {"delivered_on": "2026-02-27"})
    assert answer.get_json()["delivered_on"] == "2026-02-27"
    assert [row.deal_id for row in Deal.select()] == [number]


def test_what_lies_behind_a_deal_is_no_deal(program: MakeProgram) -> None:
    crm = program()
    assert crm.send("PUT", "/deals/X-1/delivery", deal()).status_code == 405
    assert crm.send("GET", "/deals/X-1/cancellation").status_code == 405
    assert Deal.select().count() == 0


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_key_that_cannot_be_used_is_refused(program: MakeProgram, key: str) -> None:
    crm = program()
    crm.send("PUT", "/deals/X-1", deal())
    told = refused(
        crm.send("POST", "/deals/X-1/delivery", {"delivered_on": "2026-02-27"}, Idempotency_Key=key), 400
    )
    assert told["type"].endswith("key_unusable")
    assert crm.get("/deals/X-1")["delivered_on"] is None


def test_everything_that_is_wrong_with_a_deal_is_said_at_its_field(program: MakeProgram) -> None:
    body = deal(
        customer_email="jan@", salesperson_email="nobody@company.example", survey="no such",
        sold_on="2027-01-01", practices={"joint_visit": "1900-01-01"},
    )  # fmt: skip
    told = refused(program().send("PUT", "/deals/X-1", body), 422)
    assert {one["pointer"] for one in told["errors"]} >= {
        "#/customer_email", "#/salesperson_email", "#/survey", "#/sold_on", "#/practices/joint_visit",
    }  # fmt: skip
    assert Deal.select().count() == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (deal(unknown=1), "#/unknown"),
        (deal(sold_on=20260225), "#/sold_on"),
        (deal(sold_on="0"), "#/sold_on"),
        (deal(sold_on="2026-W09-3"), "#/sold_on"),
        (deal(sold_on="20260225"), "#/sold_on"),
        (deal(sold_on="2026-02-30"), "#/sold_on"),
        (deal(language="de"), "#/language"),
        (deal(team=""), "#/team"),
        (deal(practices={"magic": "2026-02-01"}), "#/practices/magic/[key]"),
        ({name: value for name, value in deal().items() if name != "product"}, "#/product"),
        (deal(deal_id="X-2"), "#/deal_id"),
        ([], "#"),
    ],
)
def test_what_has_another_shape_is_refused_with_a_pointer(
    program: MakeProgram, body: Any, pointer: str
) -> None:
    told = refused(program().send("PUT", "/deals/X-1", body), 422)
    assert [one["pointer"] for one in told["errors"]] == [pointer]
    assert Deal.select().count() == 0


def test_what_is_no_json_is_refused(program: MakeProgram) -> None:
    crm = program()
    sent = {"Authorization": f"Bearer {crm.secret}"}
    broken = crm.client.put("/api/v1/deals/X-1", data="{", headers=sent, content_type="application/json")
    assert "line 1 column 1" in refused(broken, 400)["detail"]
    form = crm.client.put("/api/v1/deals/X-1", data={"a": "b"}, headers=sent)
    refused(form, 415)
    lone = crm.client.put(
        "/api/v1/deals/X-1",
        data=json.dumps(deal(team="\ud800")),
        headers=sent,
        content_type="application/json",
    )
    assert lone.status_code in {400, 422}


def test_a_deal_that_changed_meanwhile_is_not_overwritten(program: MakeProgram) -> None:
    crm = program()
    seen = crm.send("PUT", "/deals/X-1", deal()).headers["ETag"]
    crm.send("PUT", "/deals/X-1", deal(product="Solar panels"))
    refused(crm.send("PUT", "/deals/X-1", deal(team="South"), If_Match=seen), 412)
    assert crm.get("/deals/X-1")["team"] == "North"
    now = crm.send("GET", "/deals/X-1").headers["ETag"]
    assert crm.send("PUT", "/deals/X-1", deal(team="South"), If_Match=now).status_code == 200


def test_only_a_new_deal_is_taken_where_there_must_be_none(program: MakeProgram) -> None:
    crm = program()
    assert crm.send("PUT", "/deals/X-1", deal(), If_None_Match="*").status_code == 201
    refused(crm.send("PUT", "/deals/X-1", deal(), If_None_Match="*"), 412)
    refused(crm.send("PUT", "/deals/X-2", deal(), If_Match="*"), 412)
    assert Deal.select().count() == 1


def test_a_delivery_with_a_key_is_done_once_and_answered_the_same(program: MakeProgram) -> None:
    crm = program()
    crm.send("PUT", "/deals/X-1", deal())
    body = {"delivered_on": "2026-02-27"}
    first = crm.send("POST", "/deals/X-1/delivery", body, Idempotency_Key="k-1")
    again = crm.send("POST", "/deals/X-1/delivery", body, Idempotency_Key="k-1")
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = crm.send("POST", "/deals/X-1/delivery", {"delivered_on": "2026-02-26"}, Idempotency_Key="k-1")
    assert refused(other, 422)["type"].endswith("key_used_before")
    assert crm.get("/deals/X-1")["delivered_on"] == "2026-02-27"


def test_what_was_refused_may_be_sent_again_with_its_key(program: MakeProgram) -> None:
    crm, body = program(), {"delivered_on": "2026-02-27"}
    refused(crm.send("POST", "/deals/X-1/delivery", body, Idempotency_Key="k-1"), 404)
    assert KeyedAnswer.select().count() == 0
    crm.send("PUT", "/deals/X-1", deal())
    assert crm.send("POST", "/deals/X-1/delivery", body, Idempotency_Key="k-1").status_code == 200


def test_a_key_is_of_one_token(program: MakeProgram) -> None:
    one, other = program(), program()
    one.send("PUT", "/deals/X-1", deal())
    for crm in (one, other):
        answer = crm.send("POST", "/deals/X-1/delivery", {"delivered_on": "2026-02-27"}, Idempotency_Key="k")
        assert answer.status_code == 200
    assert KeyedAnswer.select().count() == 2


def test_of_many_deals_each_has_its_result_and_none_is_lost(program: MakeProgram) -> None:
    many = [
        deal(deal_id=f"X-{number}", customer_email=f"c{number}@home.example", customer_name=f"C {number}")
        for number in range(120)
    ]
    many[60]["team"] = "\u0000bad"
    many[70]["salesperson_email"] = "nobody@company.example"
    many[90]["deal_id"] = "X-1"
    answer = program().send("PUT", "/deals", {"deals": many})
    assert answer.status_code == 200
    results = answer.get_json()["results"]
    assert [one["deal_id"] for one in results] == [one["deal_id"] for one in many]
    bad = {at: one["errors"][0]["pointer"] for at, one in enumerate(results) if one["result"] == "refused"}
    assert bad == {60: "#/team", 70: "#/salesperson_email", 90: "#/deal_id"}
    assert Deal.select().count() == 117 == Message.select().count()
    again = program().send("PUT", "/deals", {"deals": many}).get_json()["results"]
    assert {one["result"] for one in again} == {"unchanged", "refused"}


def test_more_than_a_thousand_deals_at_once_are_refused(program: MakeProgram) -> None:
    many = [deal(deal_id=f"X-{number}") for number in range(1001)]
    told = refused(program().send("PUT", "/deals", {"deals": many}), 422)
    assert told["errors"][0]["pointer"] == "#/deals"


def test_a_token_for_tests_changes_nothing_and_says_what_would_happen(program: MakeProgram) -> None:
    trial = program(TokenKind.TEST)
    assert trial.send("PUT", "/deals/X-1", deal()).status_code == 201
    many = {"deals": [deal(deal_id="X-1"), deal(deal_id="X-2", team="\u0007")]}
    results = trial.send("PUT", "/deals", many).get_json()["results"]
    assert [one["result"] for one in results] == ["created", "refused"]
    refused(trial.send("PUT", "/deals/X-1", deal(survey="none")), 422)
    assert (Deal.select().count(), Customer.select().count(), Message.select().count()) == (0, 0, 0)
    assert AuditEntry.select().where(AuditEntry.what == "deal_loaded").count() == 0
    trial.send("POST", "/deals/X-1/delivery", {"delivered_on": "2026-02-27"}, Idempotency_Key="k")
    assert KeyedAnswer.select().count() == 0


def test_a_token_for_tests_is_told_what_mail_would_go_out_and_when(program: MakeProgram) -> None:
    many = [
        deal(deal_id="X-1"),
        deal(deal_id="X-2", customer_email="an@home.example", sold_on="2026-02-27"),
        deal(deal_id="X-3", customer_email=None, customer_number="K-3"),
        deal(deal_id="X-4", customer_email="old@home.example", sold_on="2025-01-01"),
        deal(deal_id="X-5", customer_email="bad@home.example", survey="none"),
    ]
    told = program(TokenKind.TEST).send("PUT", "/deals", {"deals": many}).get_json()["forecast"]
    due = sorted((told.pop("due_from"), told.pop("due_to")))
    assert told == {
        "mails": 2, "letters": 1, "history": 1, "asked_since": "2026-01-01", "oldest": "2026-02-25",
        "newest": "2026-02-27",
    }  # fmt: skip
    assert program().send("PUT", "/deals", {"deals": many}).get_json()["forecast"] is None
    mails = [row.due_at.date().isoformat() for row in Message.select().where(Message.state == "queued")]
    assert (min(mails), max(mails)) == tuple(due)
    again = program(TokenKind.TEST).send("PUT", "/deals", {"deals": many}).get_json()["forecast"]
    assert (again["mails"], again["letters"], again["due_from"]) == (0, 0, None), "what is in causes no mail"


def test_a_list_goes_on_to_its_end(program: MakeProgram) -> None:
    crm = program()
    many = [
        deal(deal_id=f"X-{number}", customer_email=f"c{number}@home.example", customer_name=f"C {number}")
        for number in range(7)
    ]
    crm.send("PUT", "/deals", {"deals": many})
    seen, after = [], ""
    while True:
        page = crm.get(f"/deals?limit=3{after}")
        seen += [one["deal_id"] for one in page["deals"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == sorted(one["deal_id"] for one in many)
    assert len(seen) == len(set(seen))
    crm.send("POST", "/deals/X-3/delivery", {"delivered_on": "2026-02-27"})
    assert [one["deal_id"] for one in crm.get("/deals?status=delivered")["deals"]] == ["X-3"]
    refused(crm.send("GET", "/deals?status=nothing"), 422)
    refused(crm.send("GET", "/deals?after=junk"), 422)
    refused(crm.send("GET", "/deals?limit=0"), 422)
    refused(crm.send("GET", "/deals?nonsense=1"), 422)


def test_a_deal_that_is_called_off_is_asked_no_more(program: MakeProgram) -> None:
    crm = program()
    crm.send("PUT", "/deals/X-1", deal())
    told = crm.send("POST", "/deals/X-1/cancellation", {"cancelled_on": "2026-02-28"}).get_json()
    assert told["cancelled_on"] == "2026-02-28"
    assert [one["state"] for one in told["surveys"]] == ["cancelled"]


def test_the_mail_of_a_deal_is_sent_again_and_stopped(program: MakeProgram) -> None:
    crm = program()
    crm.send("PUT", "/deals/X-1", deal())
    mails = crm.get("/deals/X-1/invitations")["mails"]
    assert [one["state"] for one in mails] == ["queued"]
    held = Message.update(state="held").where(Message.id == mails[0]["number"])
    held.execute()
    again = crm.send("POST", "/deals/X-1/invitations/again", {"number": mails[0]["number"]}).get_json()
    assert [one["state"] for one in again["mails"]] == ["queued"]
    refused(crm.send("POST", "/deals/X-1/invitations/again", {"number": 999}), 404)
    stopped = crm.send("POST", "/deals/X-1/invitations/stop", {"wave": "sale"}).get_json()
    assert [one["state"] for one in stopped["surveys"]] == ["cancelled"]
    refused(crm.send("POST", "/deals/X-1/invitations/stop", {"wave": "sale"}), 409)


def test_a_put_takes_few_queries(program: MakeProgram) -> None:
    crm = program()
    crm.send("PUT", "/deals/X-1", deal())
    with storage.counted_queries() as queries:
        crm.send("PUT", "/deals/X-1", deal())
    assert len(queries) <= 12
    with storage.counted_queries() as queries:
        crm.send("GET", "/deals/X-1")
    assert len(queries) <= 8


def test_requests_are_counted_and_too_many_wait(
    program: MakeProgram, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kloof.web.api import rates

    monkeypatch.setattr(rates, "MOST", 2)
    crm = program(TokenKind.READ)
    first = crm.send("GET", "/deals")
    assert first.headers["RateLimit"] == '"token";r=1;t=60'
    crm.send("GET", "/deals")
    late = crm.send("GET", "/deals")
    refused(late, 429)
    assert late.headers["Retry-After"] == "60"
    clock.now += timedelta(seconds=61)
    assert crm.send("GET", "/deals").status_code == 200


def test_every_operation_has_its_rule_and_stays_within_its_scope(app: Flask, program: MakeProgram) -> None:
    from kloof.web.api.operations import OPERATIONS
    from kloof.web.app.routes import ROUTES, AccessKind

    for one in OPERATIONS:
        rule = ROUTES[one.endpoint]
        assert rule.door in {AccessKind.TOKEN, AccessKind.PUBLIC}
        assert rule.writes == (one.name in _WRITING), one.name
    reader = program(TokenKind.READ)
    told = refused(reader.send("PUT", "/deals/X-1", deal()), 403)
    assert "X-1" not in json.dumps(told)
    other = program(TokenKind.WRITE, Scope.PEOPLE)
    refused(other.send("GET", "/deals/X-1"), 403)
    refused(other.send("GET", "/deals/none"), 403)


_WRITING = {
    "put_deals", "put_deal", "deliver_deal", "cancel_deal", "send_again", "stop_survey", "erase_customer",
    "put_person", "leave", "put_practices", "put_account", "put_contact", "note_call", "record_survey",
}  # fmt: skip
