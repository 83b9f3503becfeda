"""What is known of the deal of each pair: of all of them, whatever the engine and in however many slices."""

from datetime import date, timedelta

import pytest

from cast.respondents import answered_deals
from kloof import storage
from kloof.storage.models import Account, Deal, Pair
from kloof.storage.releases import columns, deal_facts


def given(deals: list[int], name: str) -> int:
    """These deals are of an organisation; gives its row."""
    with storage.transaction():
        account = int(Account.create(name=name, key=f"name:{name}").id)
        Deal.update(account=account).where(Deal.id.in_(deals)).execute()
    return account


def found(last: int) -> dict[int, int]:
    of = deal_facts.accounts(last)
    assert (len(of), of.dtype.name) == (last + 1, "int64")
    return {pair: account for pair, account in enumerate(of.tolist()) if account}


def pairs_of(deals: list[int]) -> list[int]:
    return [row.id for row in Pair.select().where(Pair.deal.in_(deals)).order_by(Pair.id)]


@pytest.mark.parametrize("at_once", [2, 50_000])
def test_every_pair_whose_deal_has_an_account_is_given_with_it(
    either_database: str, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(columns, "_AT_ONCE", at_once)
    monkeypatch.setattr(columns, "_PAGES_AT_ONCE", at_once)
    deals = answered_deals(9)
    one, other = given(deals[1:4], "one"), given(deals[6:8], "other")
    expected = dict.fromkeys(pairs_of(deals[1:4]), one) | dict.fromkeys(pairs_of(deals[6:8]), other)
    assert found(columns.last_pair()) == expected


def test_a_pair_that_came_after_the_last_one_is_not_given(either_database: str) -> None:
    deals = answered_deals(4)
    given(deals, "one")
    last = pairs_of(deals)[1]
    assert sorted(found(last)) == pairs_of(deals)[:2]


def test_a_deal_that_came_in_after_the_last_with_an_account_has_none(either_database: str) -> None:
    deals = answered_deals(4)
    one = given(deals[:1], "one")
    assert found(columns.last_pair()) == {pairs_of(deals)[0]: one}


def test_without_accounts_or_without_pairs_there_is_nothing(either_database: str) -> None:
    assert found(columns.last_pair()) == {}
    answered_deals(2)
    assert found(columns.last_pair()) == {}


@pytest.mark.parametrize(("days", "found"), [(-3, 1), (0, 1), (1, 2), (14, 2), (15, 3), (None, 0)], ids=str)
def test_a_delivery_is_on_time_or_late_or_more_than_two_weeks_late(
    either_database: str, days: int | None, found: int
) -> None:
    (deal,) = answered_deals(1)
    planned = date(2026, 2, 20)
    delivered = None if days is None else planned + timedelta(days=days)
    Deal.update(delivery_planned_on=planned, delivered_on=delivered).where(Deal.id == deal).execute()
    assert deal_facts.lateness(columns.last_pair())[pairs_of([deal])].tolist() == [found]
