"""How many statements a request of a program takes: so many for one deal, and no more for each of a thousand."""

from collections.abc import Callable
from typing import Any

import pytest

from cast.programs import Program, deal
from kloof import storage
from kloof.web.api.shapes import MOST_AT_ONCE

MakeProgram = Callable[..., Program]
AT_ONCE = 200
"""Deals of one transaction of a bulk."""


def asked(crm: Program, method: str, path: str, body: Any = None, **headers: str) -> list[str]:
    with storage.counted_queries() as statements:
        answer = crm.send(method, path, body, **headers)
    assert answer.status_code in {200, 201}, answer.get_data(as_text=True)
    return list(statements)


def many(count: int, **facts: Any) -> dict[str, Any]:
    return {
        "deals": [
            deal(deal_id=f"X-{one}", customer_name=f"K {one}", customer_email=f"k{one}@home.example") | facts
            for one in range(count)
        ]
    }


@pytest.fixture
def crm(program: MakeProgram) -> Program:
    made = program()
    made.send("PUT", "/deals/first", deal(customer_email="first@home.example"))
    return made


def test_a_new_deal_takes_fifteen(crm: Program) -> None:
    assert len(asked(crm, "PUT", "/deals/X-1", deal())) <= 15


def test_a_deal_that_says_nothing_new_is_read_once_and_given_back(crm: Program) -> None:
    crm.send("PUT", "/deals/X-1", deal())
    statements = asked(crm, "PUT", "/deals/X-1", deal())
    assert len(statements) <= 4
    assert all(one.lstrip().upper().startswith("SELECT") for one in statements)


def test_a_deal_that_changed_takes_a_bounded_number(crm: Program) -> None:
    crm.send("PUT", "/deals/X-1", deal())
    assert len(asked(crm, "PUT", "/deals/X-1", deal(region="West"))) <= 27


def test_a_deal_is_got_in_four(crm: Program) -> None:
    assert len(asked(crm, "GET", "/deals/first")) <= 4


def test_who_expects_a_version_pays_three_more(crm: Program) -> None:
    tag = crm.send("GET", "/deals/first").headers["ETag"]
    sent = deal(customer_email="first@home.example")
    plain = asked(crm, "PUT", "/deals/first", sent)
    assert len(asked(crm, "PUT", "/deals/first", sent, If_Match=tag)) <= len(plain) + 3


@pytest.mark.parametrize("count", [1, 100, AT_ONCE])
def test_the_deals_of_one_transaction_take_as_many_as_one(crm: Program, count: int) -> None:
    assert len(asked(crm, "PUT", "/deals", many(count))) <= 21


@pytest.mark.slow
def test_a_thousand_deals_take_five_times_that(crm: Program) -> None:
    parts = MOST_AT_ONCE // AT_ONCE
    assert len(asked(crm, "PUT", "/deals", many(MOST_AT_ONCE))) <= 18 * parts
    unchanged = asked(crm, "PUT", "/deals", many(MOST_AT_ONCE))
    assert len(unchanged) <= 1 + 3 * parts


@pytest.mark.parametrize(
    "filters", ["", "&status=asked", "&without=answered", "&product=Heat+pump&team=North", "&trouble=bounced"]
)
def test_a_list_of_a_hundred_takes_as_many_as_one_of_ten(crm: Program, filters: str) -> None:
    crm.send("PUT", "/deals", many(120))
    few, most = (asked(crm, "GET", f"/deals?limit={limit}{filters}") for limit in (10, 100))
    assert len(most) <= len(few) <= 6


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"practices": {"joint_visit": "2026-02-20", "exclusions_listed": "2026-02-21"}},
        {"customer_email": None},
        {"customer_email": "Jan@Home.Example", "customer_number": " K-1 "},
        {"account": "De Boer  BV"},
        {"delivery_planned_on": "2026-06-01", "customer_time_zone": "Europe/Athens"},
        {"sold_on": "2020-01-01"},
    ],
)
def test_the_answer_to_a_put_is_what_a_get_gives(crm: Program, facts: dict[str, Any]) -> None:
    crm.send("PUT", "/deals/X-0", deal(customer_email="other@home.example", account="de boer bv"))
    for body in (deal() | facts, deal() | facts, deal(region="West") | facts):
        put = crm.send("PUT", "/deals/X-1", body)
        got = crm.send("GET", "/deals/X-1")
        assert (put.data, put.headers["ETag"]) == (got.data, got.headers["ETag"])


def test_a_deal_that_says_nothing_new_keeps_nobody_waiting(
    crm: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.send("PUT", "/deals/X-1", deal())
    monkeypatch.setattr(storage, "transaction", lambda: pytest.fail("it takes the turn to write"))
    assert crm.send("PUT", "/deals/X-1", deal()).status_code == 200


def test_what_is_new_is_written_without_looking_up_what_was_written(crm: Program) -> None:
    statements = asked(crm, "PUT", "/deals/X-1", deal())
    verbs = [one.split()[0].upper() for one in statements]
    assert verbs.index("INSERT") > len(verbs) - 1 - verbs[::-1].index("SELECT"), statements
