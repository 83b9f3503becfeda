"""What a queue of 100,000 mails does to a worker: its memory, and how it finds the next."""

import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from peewee import Model, chunked, fn

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from instruments.plans import plans
from kloof import storage
from kloof.actions.mailing.dispatch import BATCH, Dispatch
from kloof.config import Settings
from kloof.storage.mailing import leasing
from kloof.storage.models import Customer, Deal, Invitation, Message, Person, SurveyVersion
from memory import peak_mib

NOW = datetime(2026, 9, 15, 10, tzinfo=UTC)


class Forgetful:
    """Takes every mail at once, so that nothing but the worker uses memory."""

    travels_in_the_open = False

    def send(
        self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = lambda: None
    ) -> str:
        meanwhile()
        return "250 OK"

    def close(self) -> None:
        """There is nothing to end."""


def grow(count: int) -> None:
    """Add so many deals with an invitation that is due."""
    version, seller = (table.select(table.id).limit(1).scalar() for table in (SurveyVersion, Person))
    first = (Deal.select(fn.MAX(Deal.id)).scalar() or 0) + 1_000
    numbers = range(first, first + count)
    with storage.transaction():
        insert(
            Customer,
            ({"id": n, "email": f"q{n}@example.com", "name": "Queue", "language": "nl"} for n in numbers),
        )
        insert(Deal, (deal(n) | {"salesperson": seller, "survey_version": version} for n in numbers))
        insert(Invitation, (invitation(n) for n in numbers))
        insert(Message, (message(n) for n in numbers))


def deal(number: int) -> dict[str, object]:
    """A deal of the customer with this number."""
    return {
        "id": number, "deal_id": f"Q-{number}", "customer": number, "customer_name": "Queue", "customer_language": "nl",
        "team": "Utrecht", "region": "Midden", "product": "Warmtepomp", "sold_on": NOW.date(), "added_at": NOW,
    }  # fmt: skip


def invitation(number: int) -> dict[str, object]:
    """A planned invitation of this deal."""
    return {
        "id": number, "deal": number, "wave": "sale", "state": "planned", "link_salt": number.to_bytes(32, "big"),
        "link_fingerprint": f"l{number}", "opt_out_fingerprint": f"o{number}",
        "invite_on": NOW.date(), "expires_at": NOW, "created_at": NOW,
    }  # fmt: skip


def message(number: int) -> dict[str, object]:
    """The mail of this invitation, due now."""
    return {
        "id": number, "invitation": number, "message_id": f"{number:032x}", "kind": "invitation", "state": "queued",
        "due_at": NOW, "created_at": NOW, "changed_at": NOW,
    }  # fmt: skip


def insert(table: type[Model], rows: Iterable[dict[str, object]]) -> None:
    """Insert many rows, a few hundred in one statement."""
    for some in chunked(rows, 200):
        table.insert_many(some).execute()


def claim_ms() -> float:
    """Milliseconds of one claim, the median of some that are all taken back."""
    taken = []
    storage.ensure_connected()
    for _ in range(9):
        with storage.transaction(), storage.taken_back():
            started = time.perf_counter()
            leasing.lock_due(NOW, BATCH)
            taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def drain(url: str, settings: Settings, answer: Connection) -> None:
    """A worker in a process of its own: its memory when idle and at most, and how the claim does at both ends."""
    storage.open_database(url)
    dispatch = Dispatch(settings, Forgetful(), "long", lambda: NOW)
    idle = peak_mib()
    claim = claim_ms()
    started = time.perf_counter()
    result = dispatch.round()
    took = time.perf_counter() - started
    peak = peak_mib()
    storage.close_database()
    answer.send(
        {
            "messages": result.sent,
            "grew_mib": peak - idle,
            "claim_ms": claim,
            "per_second": result.sent / took,
        }
    )


def long_queue(url: str, settings: Settings, count: int) -> dict[str, float]:
    """What a queue of 100,000 does to a worker's memory and to its claim, beside one that a single batch empties."""
    storage.open_database(url)
    grow(BATCH)
    short = claim_ms()
    grow(count - BATCH)
    plan = " ".join(plans(lambda: leasing.lock_due(NOW, BATCH)).split())
    print(f"  claim of {BATCH} among {count}: {plan}")
    storage.close_database()
    ours, theirs = multiprocessing.Pipe()
    worker = multiprocessing.get_context("spawn").Process(target=drain, args=(url, settings, theirs))
    worker.start()
    theirs.close()
    found: dict[str, float] = ours.recv()
    worker.join()
    return found | {"claim_ms_of_a_short_queue": short}
