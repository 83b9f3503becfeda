"""Every token against every operation, as the document of the API says it: what is not for it tells nothing."""

import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from flask.testing import FlaskClient

from cast.programs import Program, deal
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.storage.models import AuditEntry, Deal
from kloof.web.api.openapi import document
from kloof.web.app.routes import ROUTES

pytestmark = pytest.mark.slow

MakeProgram = Callable[..., Program]
DOCUMENT = document("https://company.example/api/v1")
THERE, NOT_THERE = "X-1", "X-2"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, one in methods.items():
            yield method.upper(), path, one


def address(path: str, deal_id: str = THERE) -> str:
    return path.replace("{deal_id}", deal_id).replace("{number}", "1")


def ask(client: FlaskClient, method: str, path: str, **headers: str) -> Any:
    """With a body that no operation takes, so that who may ask changes nothing."""
    body = json.dumps({"no such field": 1}) if method in {"PUT", "POST"} else None
    kind = "application/json" if body else None
    return client.open(f"/api/v1{path}", method=method, data=body, headers=headers, content_type=kind)


def test_a_token_opens_what_the_document_says_and_nothing_else(program: MakeProgram) -> None:
    program().send("PUT", f"/deals/{THERE}", deal())
    rows = AuditEntry.select().count()
    for kind, scope in product(TokenKind, Scope):
        holder = program(kind, scope)
        rows += 1  # that it was made
        bearer = {"Authorization": f"Bearer {holder.secret}"}
        for method, path, one in operations():
            may = "x-scope" not in one or (one["x-scope"] == scope and kind in one["x-kinds"])
            answers = [
                ask(holder.client, method, address(path, number), **bearer) for number in (THERE, NOT_THERE)
            ]
            said = (kind, scope, method, path, answers[0].get_data(as_text=True)[:200])
            if may:
                assert {answer.status_code for answer in answers}.isdisjoint({401, 403}), said
            else:
                assert {answer.status_code for answer in answers} == {403}, said
                assert answers[0].data == answers[1].data, said
                assert THERE not in answers[0].get_data(as_text=True)
            assert all(answer.status_code < 500 for answer in answers), said
    assert (Deal.select().count(), AuditEntry.select().count()) == (1, rows)


def test_who_has_no_token_learns_nothing_of_any_operation(program: MakeProgram) -> None:
    crm = program()
    crm.send("PUT", f"/deals/{THERE}", deal())
    refusals = set()
    for method, path, one in operations():
        if "x-scope" not in one:
            continue
        for number in (THERE, NOT_THERE):
            for asked in (
                "",
                f"?access_token={crm.secret}",
                f"?token={crm.secret}",
                f"?Authorization=Bearer {crm.secret}",
            ):
                answer = ask(crm.client, method, address(path, number) + asked)
                assert answer.status_code == 401, (method, path, asked)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
                refusals.add(answer.data)
            form = crm.client.open(
                f"/api/v1{address(path, number)}", method=method, data={"access_token": crm.secret}
            )
            assert form.status_code == 401
            basic = ask(crm.client, method, address(path, number), Authorization=f"Basic {crm.secret}")
            assert basic.status_code == 401
    assert len(refusals) == 1


def test_the_document_has_every_route_of_the_api() -> None:
    said = {f"api.{one['operationId']}" for _, _, one in operations()}
    assert said == {name for name in ROUTES if name.startswith("api.")} - {"api.openapi"}
