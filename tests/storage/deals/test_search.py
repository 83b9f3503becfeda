"""Deals are found by words, page by page, and what is found is what a look at each deal would find."""

from importlib import import_module

import pytest

from cast.builders import NOW
from cast.selling import line, seller_and_version, survey
from instruments.plans import plans
from kloof import storage
from kloof.domain.deals.search_words import asked_for, words_of
from kloof.storage import person_data
from kloof.storage.deals import deals, search
from kloof.storage.models import Customer, Deal, DealWord

NAMES = ("Zoë Müller", "Jan de Vries", "Piet van den Berg", "Jansje Jansen", "Noor Smit-de Vries")
ASKED = ("j", "jan", "jan vries", "vries", "de vries jan", "muller", "home", "0012", "2026/0012", "home example j",
         "gemeente", "utrecht gem", "zzz", "", "-", "jan zzz")  # fmt: skip


def put(number: int, **changes: str) -> int:
    facts = {
        "deal_id": f"2026/{number:04}",
        "customer_name": NAMES[number % len(NAMES)],
        "customer_email": f"{NAMES[number % len(NAMES)].split()[0].lower()}{number}@home.example",
        "account": "Gemeente Utrecht" if number % 3 == 0 else "",
    }
    with storage.transaction():
        return deals.put(line(number, **(facts | changes)), *seller_and_version(survey(), NOW), NOW).id


def all_pages(words: str, most: int = 4) -> list[int]:
    found: list[search.Match] = []
    while page := search.found(words, most, found[-1] if found else None):
        found += page
    return [match.deal for match in found]


def by_hand(asked: str) -> set[int]:
    """Every deal of which each word that is asked for begins a word, looked at one by one."""
    found = set()
    for deal in Deal.select():
        account = deal.account.name if deal.account else ""
        words = words_of(deal.deal_id, deal.customer_name, deal.customer.email or "", account)
        wanted = asked_for(asked)
        if wanted and all(any(word.startswith(part) for word in words) for part in wanted):
            found.add(deal.id)
    return found


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_found_over_all_pages_is_what_a_look_at_each_deal_finds_each_once(
    either_database: str, asked: str
) -> None:
    for number in range(1, 31):
        put(number)
    found = all_pages(asked)
    assert len(found) == len(set(found))
    assert set(found) == by_hand(asked)


def test_of_one_word_the_last_deal_comes_first_and_the_word_itself_before_longer_ones(
    either_database: str,
) -> None:
    first, longer, last = (
        put(1, customer_name="Jan Bos"),
        put(2, customer_name="Janneke Bos"),
        put(3, customer_name="Jan Bos"),
    )
    for row in (first, longer, last):
        Customer.update(email=None).where(Customer.id == Deal.get_by_id(row).customer_id).execute()
        search.renew([row])
    assert all_pages("jan") == [last, first, longer]


def test_a_deal_is_found_by_what_it_is_called_now_and_no_longer_by_what_it_was(either_database: str) -> None:
    row = put(1)
    put(1, customer_name="Maria Bakker", customer_email="maria@new.example", account="Radboud")
    assert [all_pages(words) for words in ("maria", "new", "radboud")] == [[row]] * 3
    assert [all_pages(words) for words in ("jan", "home", "gemeente")] == [[]] * 3


def test_another_address_of_a_customer_is_that_of_all_their_deals(either_database: str) -> None:
    first, second = (
        put(1, customer_email="", customer_number="K1"),
        put(2, customer_email="", customer_number="K1"),
    )
    put(2, customer_email="maria@new.example", customer_number="K1")
    assert set(all_pages("maria")) == {first, second}


def test_whoever_is_erased_is_found_no_more(either_database: str) -> None:
    row = put(1)
    with storage.transaction():
        person_data.erase(Deal.get_by_id(row).customer_id, NOW)
    assert all_pages("jan") == []
    assert DealWord.select().count() == 0


def test_a_search_reads_an_index_and_no_table_from_end_to_end(either_database: str) -> None:
    put(1)
    plan = plans(lambda: search.found("jan vries", 5))
    assert "SCAN w" not in plan
    assert "deal_word_found" in plan


def test_the_migration_makes_the_words_that_the_writer_makes() -> None:
    made = import_module("kloof.storage.migrations.0029_found_deals")._words_of
    for texts in (
        ("2026/0417", "Zoë Müller", "zoë@home.example", None),
        ("DE0004711", "Łódź", None, "Straße"),
    ):
        assert made(texts) == words_of(*(text or "" for text in texts))
