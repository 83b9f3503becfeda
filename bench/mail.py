"""Messages per second of the worker against raw smtplib, both on one kept connection to the same server.

The worker makes each mail, commits `sending` before the conversation and `sent` after it; raw smtplib sends one
ready-made mail over and over. Rounds alternate within one run; the figures are medians of the ratios.

    python bench/mail.py            # under a minute
    python bench/mail.py --full     # more rounds, and 100,000 messages in the queue: memory, and the claim's plan
"""

import argparse
import json
import multiprocessing
import os
import platform
import smtplib
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from kloof import storage
from kloof.actions.mailing import invite
from kloof.actions.mailing.dispatch import Dispatch
from kloof.config import Company, Mail, Settings
from kloof.domain.access.people import Role
from kloof.domain.deals.deals import DealLine
from kloof.domain.surveys.definition import Survey, Wave
from kloof.mail.catcher import OnAnyPort, Pipelining
from kloof.mail.smtp import Smtp
from kloof.storage.access import people
from kloof.storage.database import database, is_postgresql
from kloof.storage.deals import deals
from kloof.storage.mailing import subjects
from kloof.storage.models import Invitation, Message
from kloof.storage.surveys import versions
from long_queue import long_queue
from scratch import postgresql

NOW = datetime(2026, 9, 15, 10, tzinfo=UTC)
SELLER = "seller@example.com"


class Sink(Pipelining):
    """Takes every mail and forgets it."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        return "250 OK"


def serve(ready: Connection) -> None:
    """The mail server, in a process of its own, until it is terminated."""
    controller = OnAnyPort(Sink(), hostname="127.0.0.1", port=0)
    controller.start()
    ready.send(controller.port)
    while True:
        time.sleep(60)


@contextmanager
def sink() -> Iterator[int]:
    """A mail server while the benchmark runs; gives its port."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


def company(folder: Path) -> Settings:
    """A company that mails at all hours."""
    return Settings(
        folder=folder,
        company=Company(name="Warmtehuis"),
        mail=Mail(hours=(0, 24), weekdays=(1, 2, 3, 4, 5, 6, 7), holidays=""),
        secret_key="a key that is long enough for a benchmark",
        database_url="unused",
        base_url="https://feedback.warmtehuis.example",
        mail_from="feedback@warmtehuis.example",
    )


def survey() -> Survey:
    """Twelve aspects on 0 to 10."""

    def both(words: str) -> dict[str, str]:
        return {"nl": words, "en": words}

    aspects = [
        {
            "id": f"a{n}",
            "name": both("Lead time"),
            "at_sale": both("How soon?"),
            "after_delivery": both("How was it?"),
        }
        for n in range(12)
    ]
    scale = {"low": 0, "high": 10, "low_label": both("poor"), "high_label": both("excellent")}
    facts = {"id": "bench", "version": 1, "title": both("Bench"), "scale": scale, "aspects": aspects}
    return Survey.model_validate(facts | {"timing": {"first_after_days": 0}})


def sell(settings: Settings, count: int) -> None:
    """So many deals, each with its invitation due."""
    asked = survey()
    with storage.transaction():
        people.put(SELLER, "Eva Bakker", {Role.SALESPERSON}, "Utrecht", NOW)
        seller = people.by_email(SELLER)
        assert seller
        version = versions.record(asked, NOW)
        for number in range(count):
            line = DealLine(
                f"D-{number}", f"Customer {number}", f"customer{number}@example.com", "nl", SELLER, "Utrecht",
                "Midden", "Warmtepomp", "bench", date(2026, 9, 14),
            )  # fmt: skip
            invite.invite(settings, deals.put(line, seller.id, version, NOW), asked, Wave.SALE, NOW)


def queue_again() -> None:
    """Put every message back to where it was before it was sent.

    No mail is sent twice but here: what is left of the rows as they were is swept up before the next round.
    """
    with storage.transaction():
        Message.update(state="queued", customer=None, mailed_on=None, attempts=0, due_at=NOW).execute()
        Invitation.update(state="planned").execute()
    if is_postgresql():
        database.execute_sql("VACUUM ANALYZE message, invitation")


def worker_rate(settings: Settings, port: int) -> float:
    """Messages per second of one round of the worker."""
    queue_again()
    transport = Smtp(f"smtp://127.0.0.1:{port}")
    transport.open()
    clock = iter(NOW + timedelta(microseconds=tick) for tick in range(10**9))
    dispatch = Dispatch(settings, transport, uuid.uuid4().hex, lambda: next(clock))
    started = time.perf_counter()
    result = dispatch.round()
    took = time.perf_counter() - started
    transport.close()
    assert result.failed + result.again + result.held == 0, result
    return result.sent / took


def ready_made(settings: Settings) -> bytes:
    """One of the worker's own mails."""
    (mail,) = subjects.outgoing([Message.select(Message.id).limit(1).scalar()])
    return Dispatch(settings, Smtp("smtp://unused"), "bench", lambda: NOW).renderer.render(
        mail, survey(), NOW + timedelta(days=45), NOW
    ).data  # fmt: skip


def raw_rate(data: bytes, port: int, count: int) -> float:
    """Messages per second of smtplib with one connection and one ready-made mail."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.ehlo()
        started = time.perf_counter()
        for number in range(count):
            server.sendmail("feedback@warmtehuis.example", [f"customer{number}@example.com"], data)
        return count / (time.perf_counter() - started)


def measure(url: str, folder: Path, port: int, count: int, rounds: int) -> dict[str, float]:
    """Medians for one database, of rounds in which worker and raw smtplib take turns."""
    settings = company(folder)
    storage.open_database(url)
    storage.migrate()
    sell(settings, count)
    data = ready_made(settings)
    raw_rate(data, port, 50)
    ours, raw = [], []
    for _ in range(rounds):
        raw.append(raw_rate(data, port, count))
        ours.append(worker_rate(settings, port))
    ratios = [one / other for one, other in zip(ours, raw, strict=True)]
    return {
        "worker_per_second": statistics.median(ours),
        "raw_per_second": statistics.median(raw),
        "ratio": statistics.median(ratios),
    }


def machine() -> dict[str, object]:
    """What this ran on."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def main() -> None:
    """Measure, say how it went, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    count, rounds = (2000, 11) if full else (250, 9)
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch, sink() as port, postgresql() as other:
        folder = Path(scratch)
        for name, url in (("sqlite", f"sqlite:///{folder / 'bench.db'}"), ("postgresql", other)):
            if url is None:
                continue
            found[name] = measure(url, folder, port, count, rounds)
            storage.close_database()
            if full:
                found[name] |= long_queue(url, company(folder), 100_000)
            print(f"{name}: " + ", ".join(f"{key} {value:.2f}" for key, value in found[name].items()))
    ratios = {name: round(figures["ratio"], 3) for name, figures in found.items()}
    print(json.dumps({"ratios": ratios, "figures": found, "machine": machine()}))


if __name__ == "__main__":
    main()
