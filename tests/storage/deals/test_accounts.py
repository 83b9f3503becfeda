"""Accounts are there as long as deals are of them; mail domains that many share without one are counted."""

import threading

import pytest

from cast.builders import NOW, deal
from cast.selling import line, seller_and_version, survey
from kloof import storage
from kloof.domain.deals.mail_domains import SharedDomain
from kloof.storage.database import database as opened
from kloof.storage.deals import accounts, deals
from kloof.storage.models import Account, Deal

ANTONIUS = "St. Antonius"


def put(number: int, **changes: str) -> int:
    with storage.transaction():
        given = line(number, **changes)
        return deals.put(given, *seller_and_version(survey(), NOW), NOW).id


def names() -> list[str]:
    return [row.name for row in Account.select().order_by(Account.id)]


def account_of(number: int) -> int | None:
    return Deal.get(Deal.deal_id == f"D-{number}").account_id


def test_deals_of_one_organisation_share_an_account_in_whatever_spelling(either_database: str) -> None:
    for number, account in enumerate((ANTONIUS, "ST.  ANTONIUS", "Radboud", "")):
        put(number, account=account)
    assert account_of(0) == account_of(1) != account_of(2)
    assert account_of(3) is None
    assert names() == [ANTONIUS, "Radboud"], "as it was first spelt"


def test_the_customer_number_stands_in_where_no_account_is_named(either_database: str) -> None:
    put(1, customer_number="K-7")
    put(2, customer_number="k-7", customer_email="other@example.com")
    put(3, customer_number="K-7", account=ANTONIUS, customer_email="third@example.com")
    assert account_of(1) == account_of(2) != account_of(3)
    found = deals.stored(["D-1", "D-3"])
    assert (found["D-1"].line.account, found["D-3"].line.account) == ("", ANTONIUS)


def test_an_account_goes_with_the_last_deal_that_is_of_it(either_database: str) -> None:
    put(1, account=ANTONIUS)
    put(2, account=ANTONIUS)
    put(1, account="Radboud")
    assert names() == [ANTONIUS, "Radboud"]
    put(2, account="Radboud")
    assert names() == ["Radboud"]


@pytest.mark.postgresql
def test_an_account_that_somebody_is_just_giving_to_a_deal_is_not_deleted_under_their_hands(
    postgresql: str,
) -> None:
    put(1, account=ANTONIUS)
    before, rest = account_of(1), (*seller_and_version(survey(), NOW), NOW)
    taken, ended = threading.Event(), []

    def moves_away() -> None:
        taken.wait(120)
        with storage.transaction():
            deals.put(line(1, account="Radboud"), *rest)
        ended.append(True)
        opened.close()

    other = threading.Thread(target=moves_away)
    other.start()
    with storage.transaction():
        assert accounts.put(line(2, account=ANTONIUS)) == before
        taken.set()
        other.join(0.5)
        assert ended == [], "it waits"
        deals.put(line(2, account=ANTONIUS), *rest)
    other.join(120)
    assert (account_of(2), names()) == (before, [ANTONIUS, "Radboud"])


def test_a_private_domain_that_five_customers_without_an_account_share_is_named(either_database: str) -> None:
    for number in range(5):
        deal(email=f"c{number}@antonius.example")
        deal(email=f"c{number}@provider.example")
    deal(email="c0@antonius.example")
    for number in range(4):
        deal(email=f"c{number}@few.example")
    assert accounts.shared_domains({"provider.example"}) == [SharedDomain("antonius.example", 5)]


def test_who_has_an_account_is_not_asked_about_and_the_most_come_first(either_database: str) -> None:
    for number in range(6):
        put(number, account=ANTONIUS, customer_email=f"c{number}@antonius.example")
        deal(email=f"c{number}@six.example")
    for number in range(5):
        deal(email=f"c{number}@five.example")
    assert accounts.shared_domains({"gmail.com"}) == [
        SharedDomain("six.example", 6),
        SharedDomain("five.example", 5),
    ]
    assert Account.select().count() == 1, "nothing was made of a domain"


def test_only_the_newest_deals_are_looked_at_when_that_is_asked(either_database: str) -> None:
    for number in range(5):
        deal(email=f"c{number}@antonius.example")
    deal()
    assert accounts.shared_domains({"gmail.com"}, of_last=5) == []
    assert [found.customers for found in accounts.shared_domains({"gmail.com"}, of_last=6)] == [5]


def test_customers_without_an_address_share_no_domain(database: str) -> None:
    for number in range(6):
        put(number, customer_email="", customer_name=f"Customer {number}")
    assert accounts.shared_domains({"gmail.com"}) == []
