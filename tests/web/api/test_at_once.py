"""Programs that put deals in at one moment: each gets its own answer, whoever wrote for it."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from cast.programs import Program, deal
from kloof import storage
from kloof.storage.models import AuditEntry, Customer, Deal, Invitation, Message
from kloof.storage.turns import together as room

pytestmark = pytest.mark.slow


def put_at_once(crms: list[Program], deals: dict[str, dict[str, Any]]) -> dict[str, TestResponse]:
    """The answers, by the numbers of the deals, each from a program in turn; all come while somebody has the turn."""
    given: dict[str, TestResponse] = {}

    def put(number: str, crm: Program) -> None:
        try:
            given[number] = crm.send("PUT", f"/deals/{number}", deals[number])
        finally:
            storage.close_connection()

    threads = [
        threading.Thread(target=put, args=(number, crms[at % len(crms)])) for at, number in enumerate(deals)
    ]
    with room._turn:
        for thread in threads:
            thread.start()
        while len(room._waiting) < len(deals):
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    return given


def test_deals_that_come_at_one_moment_are_each_answered_and_noted_for_their_own(
    program: Callable[..., Program],
) -> None:
    crms = [program(), program()]
    given = put_at_once(
        crms,
        {
            "X-1": deal(),
            "X-2": deal(product="Boiler"),  # of the same customer
            "X-3": deal(salesperson_email="nobody@company.example"),
            "X-4": deal(customer_email="els@home.example", customer_name="Els"),
        },
    )
    assert {number: answer.status_code for number, answer in given.items()} == {
        "X-1": 201,
        "X-2": 201,
        "X-3": 422,
        "X-4": 201,
    }
    assert given["X-3"].get_json()["errors"][0]["pointer"] == "#/salesperson_email"
    assert {
        number: answer.get_json().get("deal_id") for number, answer in given.items() if number != "X-3"
    } == {number: number for number in ("X-1", "X-2", "X-4")}
    assert (Deal.select().count(), Customer.select().count()) == (3, 2)
    assert (Invitation.select().count(), Message.select().count()) == (3, 3)
    noted = [
        (row.role, row.request)
        for row in AuditEntry.select().where(AuditEntry.what == "deal_loaded").order_by("id")
    ]
    assert Counter(role for role, _ in noted) == {
        f"token {crms[0].number}": 1,
        f"token {crms[1].number}": 2,
    }
    assert {request for _, request in noted} == {
        answer.headers["X-Request-ID"] for number, answer in given.items() if number != "X-3"
    }


def test_the_same_deal_twice_at_one_moment_is_one_deal(program: Callable[..., Program]) -> None:
    given: list[int] = []
    crm = program()

    def put() -> None:
        try:
            given.append(crm.send("PUT", "/deals/X-1", deal()).status_code)
        finally:
            storage.close_connection()

    threads = [threading.Thread(target=put) for _ in range(3)]
    with room._turn:
        for thread in threads:
            thread.start()
        while len(room._waiting) < len(threads):
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert sorted(given) == [200, 200, 201]
    assert (Deal.select().count(), Message.select().count()) == (1, 1)
