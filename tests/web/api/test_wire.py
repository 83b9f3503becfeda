"""What a program may send over the wire, byte for byte, and what it is told where that cannot be read."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from cast.programs import Program, deal

MakeProgram = Callable[..., Program]
JSON = "application/json"
BODY = json.dumps(deal())


def sent(
    crm: Program,
    method: str,
    path: str,
    body: bytes | str | None = None,
    content_type: str | None = None,
    **headers: str,
) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    held = {"Authorization": f"Bearer {crm.secret}"} | named
    return crm.client.open(
        f"/api/v1{path}", method=method, data=body, content_type=content_type, headers=held
    )


def problem(answer: TestResponse, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.data)
    assert told["status"] == status
    return told


@pytest.fixture
def crm(program: MakeProgram) -> Program:
    return program()


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/deals/X-1", "GET, HEAD, PUT"),
        ("PATCH", "/deals", "GET, HEAD, PUT"),
        ("OPTIONS", "/deals", "GET, HEAD, PUT"),
        ("POST", "/people", "GET, HEAD, PUT"),
        ("PUT", "/surveys/check", "POST"),
    ],
)
def test_405_names_what_the_address_takes(crm: Program, method: str, path: str, allowed: str) -> None:
    answer = sent(crm, method, path)
    assert problem(answer, 405)["detail"] == f"This address does not take {method}."
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize(
    ("part", "allowed"),
    [
        ("delivery", "POST"),
        ("practices", "PUT"),
        ("invitations", "GET, HEAD"),
        ("invitations/stop", "POST"),
        ("contacts", "GET, HEAD, PUT"),
    ],
)
def test_a_part_of_a_deal_says_what_the_part_takes(crm: Program, part: str, allowed: str) -> None:
    answer = sent(crm, "DELETE", f"/deals/X-1/{part}")
    problem(answer, 405)
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/nothing", "/", "", "/deals/", "/v2/deals"])
def test_an_unknown_address_is_a_problem_too_with_a_token_and_without(crm: Program, path: str) -> None:
    told = problem(sent(crm, "GET", path), 404)
    assert told == problem(crm.client.get(f"/api/v1{path}"), 404)
    assert "openapi.json" in told["detail"]


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("text/plain", {}),
        (None, {}),
        ("application/x-www-form-urlencoded", {}),
        ("application/merge-patch+json", {}),
        ("application/json; charset=iso-8859-1", {}),
        ("application/json; charset=utf-16", {}),
        (JSON, {"Content_Encoding": "gzip"}),
    ],
)
def test_what_is_not_json_in_utf8_is_named(crm: Program, kind: str | None, headers: dict[str, str]) -> None:
    body = gzip.compress(BODY.encode()) if headers else BODY.encode()
    told = problem(sent(crm, "PUT", "/deals/X-1", body, kind, **headers), 415)
    assert (
        told["detail"] == "A body is JSON in UTF-8, sent as application/json, and with no Content-Encoding."
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (BODY.encode("utf-8-sig"), JSON),
        (BODY, "application/json; charset=UTF-8"),
        (BODY, "Application/JSON"),
        (f" \n{BODY}\r\n", JSON),
    ],
)
def test_json_is_read_as_its_senders_write_it(crm: Program, body: bytes | str, kind: str) -> None:
    assert sent(crm, "PUT", "/deals/X-1", body, kind).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        f"{BODY}x",
        "[" * 100_000,
        BODY.replace("Jan", "\\ud800"),
        BODY[:-1] + ', "account": 1e999999}',
    ],
)
def test_what_is_no_json_is_refused_before_anything_is_done(crm: Program, body: str) -> None:
    answer = sent(crm, "PUT", "/deals/X-1", body, JSON)
    assert answer.status_code in {400, 422}
    problem(answer, answer.status_code)


def test_a_name_that_stands_twice_is_refused_wherever_it_stands(crm: Program) -> None:
    twice = BODY[:-1] + ', "team": "South"}'
    assert (
        problem(sent(crm, "PUT", "/deals/X-1", twice, JSON), 400)["detail"]
        == "'team' stands twice in one object."
    )
    days = '"practices": {"complaint": "2026-02-25", "complaint": "2026-02-26"}'
    many = f'{{"deals": [{BODY[:-1]}, "deal_id": "X-1", {days}}}]}}'
    assert sent(crm, "PUT", "/deals", many, JSON).status_code == 400
    assert sent(crm, "GET", "/deals/X-1").status_code == 404


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_javascript_calls_a_number_is_none_here(crm: Program, number: str) -> None:
    problem(sent(crm, "PUT", "/deals/X-1", BODY[:-1] + f', "account": {number}}}', JSON), 422)


def test_a_body_that_is_no_object_is_pointed_at_as_a_whole(crm: Program) -> None:
    [wrong] = problem(sent(crm, "PUT", "/deals/X-1", "null", JSON), 422)["errors"]
    assert wrong["pointer"] == "#"


@pytest.mark.parametrize(("path", "most"), [("/deals/X-1", 256), ("/deals", 4096)])
def test_a_body_that_is_too_large_is_told_how_large_it_may_be(crm: Program, path: str, most: int) -> None:
    body = '{"x": "' + "a" * most * 1024 + '"}'
    assert (
        problem(sent(crm, "PUT", path, body, JSON), 413)["detail"] == f"A body has at most {most} KiB here."
    )


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "2026-02-25.-1",
        "2026-02-25.99999999999",
        "2026-02-30.1",
        "2026-02-25.\uff11",
        "2026-02-25. 1",
        ".",
        "1",
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(crm: Program, after: str) -> None:
    [wrong] = problem(crm.send("GET", f"/deals?after={after}"), 422)["errors"]
    assert wrong["pointer"] == "#/after"


def test_who_has_what_they_would_get_is_told_so_without_it(crm: Program) -> None:
    tag = crm.send("PUT", "/deals/X-1", deal()).headers["ETag"]
    same = crm.send("GET", "/deals/X-1", If_None_Match=tag)
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
    assert crm.send("GET", "/deals/X-1", If_None_Match='"other"').status_code == 200
    assert crm.send("HEAD", "/deals/X-1", If_None_Match=f"W/{tag}").status_code == 304


POSTS = [
    ("/deals/X-1/delivery", {"delivered_on": "2026-02-27"}),
    ("/deals/X-1/cancellation", {"cancelled_on": "2026-02-27"}),
    ("/deals/X-1/invitations/stop", {"wave": "sale"}),
]


@pytest.mark.parametrize(("path", "body"), POSTS)
def test_what_is_posted_about_a_deal_is_done_only_where_it_is_as_the_program_believes(
    crm: Program, path: str, body: dict[str, str]
) -> None:
    tag = crm.send("PUT", "/deals/X-1", deal()).headers["ETag"]
    crm.send("PUT", "/deals/X-1", deal(region="West"))
    problem(crm.send("POST", path, body, If_Match=tag), 412)
    now = crm.send("GET", "/deals/X-1").headers["ETag"]
    assert crm.send("POST", path, body, If_Match=now, Idempotency_Key="k").status_code == 200
    again = crm.send("POST", path, body, If_Match=now, Idempotency_Key="k")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true"), (
        "it was done as believed then"
    )


def test_every_operation_that_changes_a_deal_heeds_what_the_program_believes() -> None:
    from kloof.web.api.operations import OPERATIONS

    changing = {
        one.name: one for one in OPERATIONS if one.path.startswith("/deals/{deal_id}") and one.method != "GET"
    }
    heeding = {name for name, one in changing.items() if 412 in one.refuses}
    # A call is no part of the deal as it is got: it has a state of its own, and who may note it may not read the deal.
    assert {*changing} - heeding == {"note_call"}
