"""Whatever the document of the API advertises is there: each status, parameter and header of each operation.

Schemathesis looks at it from the other side: what comes and is not in the document.
"""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from peewee import OperationalError, fn
from werkzeug.test import TestResponse

from cast.builders import NOW, person
from cast.builders import deal as built
from cast.calls import answers
from cast.programs import Program
from cast.programs import deal as sold
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Call, Deal, Message, ProgramToken
from kloof.web.api import rates
from kloof.web.api.openapi import document

pytestmark = pytest.mark.slow

DOCUMENT: Final = document("https://company.example/api/v1")
OPERATIONS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    one["operationId"]: (method.upper(), path, one)
    for path, methods in DOCUMENT["paths"].items()
    for method, one in methods.items()
}
SURVEY: Final = (Path(__file__).parents[3] / "surveys" / "product.yaml").read_text(encoding="utf-8")
JSON: Final = "application/json"
DAY: Final = "2026-02-27"
CONSENT: Final = date(2026, 1, 15)
JAN: Final = {"email": "jan@home.example"}
BODIES: Final[dict[str, Any]] = {
    "put_deal": sold(region="West"),
    "put_deals": {"deals": [sold(deal_id="Y-1")]},
    "put_account": {"account": "Hospital"},
    "cancel_deal": {"cancelled_on": DAY},
    "deliver_deal": {"delivered_on": DAY},
    "put_contact": {"email": "new@home.example", "language": "en"},
    "put_practices": {"practices": {"joint_visit": DAY}},
    "send_again": {"number": 1},  # or the last that there is
    "stop_survey": {"wave": "sale"},
    "note_call": {"outcome": "not_solved"},
    "put_person": {"email": "new@company.example", "name": "New", "roles": ["lead"]},
    "leave": {"email": "sanne.de.vries@company.example"},
    "record_survey": {"yaml": SURVEY},
    "check_survey": {"yaml": SURVEY},
    "export_customer": JAN,
    "erase_customer": JAN,
    "customer_mail": JAN,
}
"""What each operation takes and does."""
UNFIT: Final = {
    "status": "x", "without": "x", "trouble": "x", "product": "x" * 999, "team": "x" * 999, "sold_from": "x",
    "sold_until": "x", "after": "x", "limit": "0", "gap": "0",
}  # fmt: skip
"""For each part of a query a value that it does not take."""


class World:
    """A company, its program, and each operation of the document as one function."""

    def __init__(self, app: Flask, make: Callable[..., Program], folder: Path) -> None:
        self.app, self.make, self.folder = app, make, folder
        self.crm = make()
        self.numbers = count(1)

    def deal(self) -> str:
        number = f"X-{next(self.numbers)}"
        assert self.crm.send("PUT", f"/deals/{number}", sold()).status_code == 201
        row = Deal.get(Deal.deal_id == number)
        Call.create(deal=row, owner=None, state="open", time=1, due_on=NOW.date(), opened_at=NOW)
        Message.update(state="failed").execute()
        return number

    def ask(
        self,
        name: str,
        deal_id: str | None = None,
        body: Any = None,
        *,
        asked: str = "",
        by: Program | None = None,
        **headers: str,
    ) -> TestResponse:
        """What it does, unless something else is sent; about a new deal, with a mail that failed and a call to make."""
        method, path, _ = OPERATIONS[name]
        if "{deal_id}" in path:
            path = path.replace("{deal_id}", deal_id or self.deal())
        query = asked or {"calibration": "product=Heat+pump"}.get(name, "")
        sent = BODIES.get(name) if body is None else body
        if name == "send_again" and body is None:
            sent = {"number": Message.select(fn.MAX(Message.id)).scalar()}
        return (by or self.crm).send(method, f"{path.replace('{number}', '1')}?{query}", sent, **headers)

    def raw(self, name: str, body: str, kind: str) -> TestResponse:
        method, path, _ = OPERATIONS[name]
        held = {"Authorization": f"Bearer {self.crm.secret}"}
        address = f"/api/v1{path.replace('{deal_id}', 'X-1').replace('{number}', '1')}"
        return self.crm.client.open(address, method=method, data=body, content_type=kind, headers=held)

    def failing(self, name: str, error: Exception) -> TestResponse:
        """The answer where this happens to it."""

        def fail(**_: Any) -> None:
            raise error

        with pytest.MonkeyPatch.context() as patched:
            patched.setitem(self.app.view_functions, f"api.{name}", fail)
            return self.ask(name, "any")


@pytest.fixture
def world(app: Flask, program: Callable[..., Program], tmp_path: Path) -> World:
    return World(app, program, tmp_path)


Answers = Iterator[TestResponse]


def wherever(world: World, name: str) -> Answers:
    """What it says of a request that is right, and of one that is wrong as it may be anywhere."""
    one = OPERATIONS[name][2]
    yield world.ask(name, asked="x=%00")
    yield world.raw(name, "", "")
    if "requestBody" in one:
        for body, kind in (("{}", "text/plain"), ("{}", JSON), ("{", JSON), ("x" * 5_000_000, JSON)):
            yield world.raw(name, body, kind)
    if "x-scope" in one:
        yield world.ask(name, by=Program(world.crm.client, "kloof_none", 0))
        yield world.ask(name, by=world.make(TokenKind.WRITE, *({*Scope} - {Scope(one["x-scope"])})))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(rates, "MOST", 0)
            yield world.ask(name, "any")
    for error in (OperationalError("the connection is closed"), RuntimeError("a mistake")):
        yield world.failing(name, error)
    yield world.ask(name)


def about_a_deal(world: World, name: str) -> Answers:
    yield world.ask(name, "none")
    yield world.ask(name, If_Match='"other"')


def of_a_new_deal(world: World, name: str) -> Answers:
    yield world.ask(name, "new")
    yield from about_a_deal(world, name)


def got_before(world: World, name: str) -> Answers:
    number = world.deal()
    yield world.ask(name, number, If_None_Match=world.ask(name, number).headers["ETag"])
    yield world.ask(name, "none")


def asks_of_its_own(world: World, name: str) -> Answers:
    """Each part of the query with what it does not take."""
    for part in OPERATIONS[name][2]["parameters"]:
        answer = world.ask(name, asked=f"{part['name']}={UNFIT[part['name']]}")
        assert [one["pointer"] for one in answer.get_json()["errors"]] == [f"#/{part['name']}"]
        yield answer


def after_the_second_survey(world: World, name: str) -> Answers:
    yield world.ask(name, built(waves=(Wave.SALE, Wave.DELIVERY), product="Boiler").deal_id)
    yield from about_a_deal(world, name)


def of_a_letter(world: World, name: str) -> Answers:
    world.crm.send("PUT", "/deals/L-1", sold(customer_email=None))
    [letter] = world.crm.get("/deals/L-1/invitations")["mails"]
    yield world.ask(name, "L-1", {"number": letter["number"]})
    yield from about_a_deal(world, name)


def stopped_twice(world: World, name: str) -> Answers:
    number = world.deal()
    yield world.ask(name, number)
    yield world.ask(name, number)
    yield from about_a_deal(world, name)


def twice(world: World, name: str) -> Answers:
    yield world.ask(name)
    yield world.ask(name)


def about_answers(world: World, name: str) -> Answers:
    house = world.app.extensions["kloof.settings"]
    given = answers(house)
    yield world.ask(name, given.deal_id)
    world.app.extensions["kloof.settings"] = house.model_copy(update={"works_council_consent": CONSENT})
    yield world.ask(name, given.deal_id)
    yield world.ask(name, "none")


def about_a_call(world: World, name: str) -> Answers:
    number = world.deal()
    yield world.ask(name, number)
    yield world.ask(name, number)
    yield world.ask(name, "none")


def of_a_customer(world: World, name: str) -> Answers:
    world.deal()
    yield world.ask(name)
    yield world.ask(name, body={"email": "nobody@home.example"})


def of_a_colleague(world: World, name: str) -> Answers:
    """Who lets themselves leave, by a token of their own."""
    yield world.ask(name, body={"email": "nobody@company.example"})
    ProgramToken.update(owner=person()).where(ProgramToken.id == world.crm.number).execute()
    yield world.ask(name)
    ProgramToken.update(owner=person("Noor Desk")).where(ProgramToken.id == world.crm.number).execute()


def of_a_release(world: World, name: str) -> Answers:
    if name == "get_release":
        yield world.ask(name)
        release = world.folder / "site" / "findings" / "releases" / "0001" / "release.json"
        release.parent.mkdir(parents=True)
        release.write_text('{"release": 1}', encoding="utf-8")
    house = world.app.extensions["kloof.settings"]
    closed = house.publishing.model_copy(update={"findings": "signed in"})
    world.app.extensions["kloof.settings"] = house.model_copy(update={"publishing": closed})
    yield world.ask(name, by=Program(world.crm.client, "kloof_none", 0))
    world.app.extensions["kloof.settings"] = house


def of_a_survey(world: World, name: str) -> Answers:
    yield world.ask(name, If_Match='"other"')


OWN: Final[dict[str, Callable[[World, str], Answers]]] = {
    "list_deals": asks_of_its_own,
    "calibration": asks_of_its_own,
    "plan": asks_of_its_own,
    "put_deal": of_a_new_deal,
    "get_deal": got_before,
    "deliver_deal": about_a_deal,
    "cancel_deal": about_a_deal,
    "put_account": about_a_deal,
    "put_contact": about_a_deal,
    "list_contacts": about_a_deal,
    "list_invitations": about_a_deal,
    "put_practices": after_the_second_survey,
    "send_again": of_a_letter,
    "stop_survey": stopped_twice,
    "get_answers": about_answers,
    "note_call": about_a_call,
    "export_customer": of_a_customer,
    "erase_customer": of_a_customer,
    "put_person": twice,
    "leave": of_a_colleague,
    "list_releases": of_a_release,
    "get_release": of_a_release,
    "record_survey": of_a_survey,
}
BY_THE_SERVER: Final = {"414"}
"""kloof is not asked there; tests/integration/test_api_limit.py is."""


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_status_and_header_of_an_operation_can_be_had(world: World, name: str) -> None:
    said = OPERATIONS[name][2]["responses"]
    found: dict[str, TestResponse] = {}
    for answer in [*OWN.get(name, lambda *_: ())(world, name), *wherever(world, name)]:
        found[str(answer.status_code)] = answer
    assert sorted(found) == sorted({*said} - BY_THE_SERVER)
    for status, answer in found.items():
        kinds = {*said[status].get("content", {})}
        assert kinds == ({answer.mimetype} if answer.data else set()), status
        assert {*said[status].get("headers", {})} <= {*answer.headers.keys()}, status


HEADED: Final = {
    (name, part["name"])
    for name, (_, _, one) in OPERATIONS.items()
    for part in one.get("parameters", ())
    if part["in"] == "header"
}


@pytest.mark.parametrize(("name", "header"), sorted(HEADED))
def test_each_header_that_may_be_sent_is_heeded(world: World, name: str, header: str) -> None:
    number = world.deal()
    if header == "Idempotency-Key":
        first, again = (world.ask(name, number, Idempotency_Key="k") for _ in range(2))
        assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")
    elif OPERATIONS[name][0] == "GET":
        assert world.ask(name, number, If_None_Match="*").status_code == 304
    else:
        named = header.replace("-", "_")
        stale = {"If-Match": '"other"', "If-None-Match": "*"}[header]
        assert world.ask(name, number, **{named: stale}).status_code == 412
        fits = {"If-Match": "*", "If-None-Match": '"other"'}[header]
        assert world.ask(name, number, **{named: fits}).status_code != 412
