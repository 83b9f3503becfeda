"""Several threads that want to write at one moment: one transaction, and to each what is theirs."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kloof import storage
from kloof.storage import of_this_request
from kloof.storage.models import Customer
from kloof.storage.turns import together as room
from kloof.storage.turns.together import together

pytestmark = pytest.mark.slow


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """Who began a transaction, in their order."""
    begun: list[threading.Thread] = []
    begin = room.transaction

    @contextmanager
    def noted() -> Iterator[None]:
        begun.append(threading.current_thread())
        with begin():
            yield

    monkeypatch.setattr(room, "transaction", noted)
    return begun


def at_once(*writes: Callable[[], Any]) -> list[Any]:
    """What each of these gave, or raised, where all came while somebody else had the turn."""
    found: list[Any] = [None] * len(writes)

    def write(at: int) -> None:
        of_this_request.begin(f"request {at}")
        try:
            found[at] = together(writes[at])
        except ValueError as error:
            found[at] = error
        finally:
            storage.close_connection()

    threads = [threading.Thread(target=write, args=(at,)) for at in range(len(writes))]
    with room._turn:
        for thread in threads:
            thread.start()
        while len(room._waiting) < len(writes):
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    return found


def add(name: str) -> Callable[[], str]:
    def written() -> str:
        Customer.create(name=name, language="nl")
        return f"{name} for {of_this_request.name()}"

    return written


def refused() -> str:
    Customer.create(name="nobody", language="nl")
    raise ValueError("not this one")


def names() -> list[str]:
    return sorted(row.name for row in Customer.select())


def test_what_comes_at_one_moment_is_one_transaction(
    either_database: str, transactions: list[threading.Thread]
) -> None:
    assert at_once(*(add(f"customer {at}") for at in range(4))) == [
        f"customer {at} for request {at}" for at in range(4)
    ]
    assert names() == [f"customer {at}" for at in range(4)]
    assert len(transactions) == 1


def test_who_fails_raises_their_own_and_takes_nobody_along(
    either_database: str, transactions: list[threading.Thread]
) -> None:
    given = at_once(add("one"), refused, add("other"))
    assert (given[0], str(given[1]), given[2]) == ("one for request 0", "not this one", "other for request 2")
    assert names() == ["one", "other"]
    # Once together, and then each in their own thread: what fails there fails where its request is.
    assert len(transactions) == 4
    assert len(set(transactions[1:])) == 3


def test_who_comes_alone_waits_for_nobody(either_database: str, transactions: list[threading.Thread]) -> None:
    assert together(add("one")).startswith("one")
    with pytest.raises(ValueError, match="not this one"):
        together(refused)
    assert names() == ["one"]
    assert transactions == [threading.current_thread()] * 2


def test_within_a_transaction_it_is_a_part_of_that(either_database: str) -> None:
    with storage.transaction(), storage.taken_back():
        together(add("one"))
        assert names() == ["one"]
    assert names() == []
