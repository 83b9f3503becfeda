"""How long a customer's answer waits while kloof does what takes long, and how long that holds others up.

Each thing is done by a process of its own, as a command or a job is. Meanwhile somebody sends surveys in, twenty times
a second, also about the deals that it is about. Printed for each: the longest wait of these, and of its own
transactions the one that lasted longest, by the clock and in processor time (on PostgreSQL with that of the server):
on a busy machine the second is what counts.

    python bench/waits.py                      # a twentieth of the sizes, both databases, under three minutes
    python bench/waits.py --full               # 10,000 deals, 70,000 surveys, 100,000 mails, 1,000,000 pairs
    python bench/waits.py --only leave closing --on sqlite
"""

import argparse
import json
import multiprocessing
import os
import platform
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import company_of_deals
import company_of_pairs
from scratch import postgresql

SECRET = "only for this benchmark, worth nothing"
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
DEALS, CLOSING, MAILS, LINES = 10_000, 70_000, 100_000, 50_000
RELEASES, PAIRS = 40, 25_000
SELLER, CUSTOMER = 1, 1
NEIGHBOURS = 5_000
"""Customers who may send a survey in while something else is done."""
FIRST = 3_000_000
BETWEEN = 0.05
"""Seconds between two of them."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Work:
    """What takes long: how a database gets what it needs, given how much; what is done there; and how much is much."""

    fill: Callable[[str, int], None]
    does: tuple[Callable[[Any, int], None], ...]
    most: int


# What is done --------------------------------------------------------------------------------------------------------


def _settings(folder: Path, url: str) -> Any:
    from kloof.config import Settings
    from kloof.config.sources import load_settings

    (folder / "kloof.toml").write_text("[retention]\nmail_months = 24\n", encoding="utf-8")
    settings: Settings = load_settings(folder, {"KLOOF_SECRET_KEY": SECRET, "KLOOF_DATABASE_URL": url})
    return settings


def erase(settings: Any, size: int) -> None:
    from kloof.actions import person_data
    from kloof.storage.models import Customer

    person_data.erase(settings, str(Customer.get_by_id(CUSTOMER).email), NOW)


def leave(settings: Any, size: int) -> None:
    from kloof.actions.staff import leaving
    from kloof.storage.models import Person

    one, other = Person.get_by_id(SELLER), Person.get_by_id(SELLER + 1)
    leaving.leave(settings, one.email, NOW, successor=other.email)


def close(settings: Any, size: int) -> None:
    from kloof.actions.mailing import outbox

    outbox.close_unanswered(settings, NOW)


def forget(settings: Any, size: int) -> None:
    from kloof.actions.retention import forgetting

    forgetting.forget(settings, NOW, forgetting.ALL)


def freeze(settings: Any, size: int) -> None:
    from kloof.actions.releases.freeze import freeze as action

    action(settings, NOW + timedelta(days=30 * RELEASES), seed=1)


def publish(settings: Any, size: int) -> None:
    from kloof.actions.releases.publish import publish as action

    assert action(settings, NOW + timedelta(days=30 * RELEASES), seed=1).document


def load(settings: Any, size: int) -> None:
    from kloof.actions.deals import upload_work
    from kloof.actions.deals.upload_work import Errand
    from kloof.domain.access.audit_log import COMMAND_LINE
    from kloof.domain.deals.uploads import UploadState
    from kloof.storage.deals import uploads

    errand = Errand(settings, lambda: {"project": company_of_pairs.survey()}, COMMAND_LINE, NOW)
    (upload,) = uploads.latest(1)
    upload_work.check(errand, upload.id)
    assert uploads.step(upload.id, {UploadState.CHECKED}, UploadState.LOADING, NOW)
    assert upload_work.load(errand, upload.id)["good"] == size


# What it is done to --------------------------------------------------------------------------------------------------


def _deals(url: str, deals: int) -> None:
    from kloof import storage

    storage.open_database(url)
    storage.migrate()
    company_of_deals.fill(deals)


def sold_by_one(url: str, size: int) -> None:
    """So many deals, none finished, are of one salesperson; of one in thirty there is a call to make."""
    from kloof.storage.models import Call, Deal, Invitation

    _deals(url, size)
    Deal.update(salesperson=SELLER, cancelled_at=None).execute()
    Invitation.update(state="invited").where(Invitation.wave == "delivery").execute()
    Call.update(owner=SELLER, state="open").execute()


def closing(url: str, size: int) -> None:
    """So many surveys were not answered in time."""
    from kloof.storage.models import Deal, Invitation, Response

    _deals(url, size)
    Deal.update(arm_share=0.0).execute()
    # Half of the first surveys were answered in full, so each second one that closes makes a pair.
    Response.update(answers=bytes([9] * company_of_pairs.ASPECTS)).execute()
    late = Invitation.select(Invitation.id).order_by(Invitation.id.desc()).limit(size)
    Invitation.update(state="invited", expires_at=NOW - timedelta(days=1)).where(
        Invitation.id.in_(late)
    ).execute()
    Response.delete().where(Response.invitation.in_(late)).execute()


def old_mails(url: str, size: int) -> None:
    """So many mails are older than they are kept."""
    from kloof.storage.models import Invitation

    _deals(url, size)
    Invitation.update(state="expired").where(Invitation.state == "invited").execute()


def a_file(url: str, size: int) -> None:
    """A file of so many lines was sent in."""
    from kloof.domain.deals.files import FileKind
    from kloof.domain.deals.reading.columns import PLAIN
    from kloof.domain.deals.reading.tables import of_text
    from kloof.storage.deals import uploads

    _deals(url, 1_000)
    kind = FileKind.DEALS
    rows = [",".join(kind.required)]
    for number in range(size):
        seller = number % company_of_deals.SELLERS + 1
        rows.append(
            f"L-{number},Klant {number},k{number}@home{number % 90}.example,nl,s{seller}@firm.example,North,East,"
            f"Heat pump,project,{(NOW - timedelta(days=number % 40)).date()}"
        )
    table = of_text("\n".join(rows), "crm.csv", PLAIN.wanted(kind.required))
    uploads.add(kind, "crm.csv", table, PLAIN, None, NOW)


def pairs(url: str, size: int) -> None:
    """Releases came out before, and pairs wait that can close into the next."""
    from kloof import storage
    from kloof.actions.releases.freeze import freeze as close_blocks
    from kloof.actions.releases.publish import publish as bring_out

    releases = max(2, RELEASES * size // (RELEASES * PAIRS))
    each = size // releases
    shape = company_of_pairs.Shape(30, 200, 5) if size > 200_000 else company_of_pairs.Shape(10, 20, 5)
    made = company_of_pairs.answers(size, shape=shape)
    company_of_pairs.fill(url, made, each)
    storage.open_database(url)
    settings = _settings(_folder, url)
    for number in range(1, releases):
        now = NOW + timedelta(days=30 * number)
        close_blocks(settings, now, seed=number)
        bring_out(settings, now, seed=number)
        company_of_pairs.add(made, number * each, (number + 1) * each, number)


def all_in_blocks(url: str, size: int) -> None:
    """One customer bought a hundredth of everything, each deal with two surveys and three mails, and all of it stands
    in closed blocks.
    """
    from kloof.actions.releases.freeze import freeze as close_blocks
    from kloof.storage.models import Deal, Invitation, Message

    made = company_of_pairs.answers(size, shape=company_of_pairs.Shape(30, 200, 5))
    made.customer[: size // 100] = CUSTOMER
    company_of_pairs.fill(url, made)
    from kloof import storage

    storage.open_database(url)
    close_blocks(_settings(_folder, url), NOW, seed=1)
    deals = [row.id for row in Deal.select(Deal.id).where(Deal.customer == CUSTOMER)]
    with storage.transaction():
        for place, wave in enumerate(("sale", "delivery")):
            for deal in deals:
                number = 2 * deal + place
                Invitation.insert(
                    id=number, deal=deal, wave=wave, state="submitted", link_salt=b"s", link_fingerprint=f"f{number}",
                    opt_out_fingerprint=f"o{number}", invite_on=NOW.date(), expires_at=NOW, created_at=NOW,
                ).execute()  # fmt: skip
                for ordinal in range(3):
                    Message.insert(
                        kind="reminder", ordinal=ordinal, invitation=number, message_id=f"{number}-{ordinal}",
                        state="sent", due_at=NOW, created_at=NOW, changed_at=NOW, customer=CUSTOMER,
                        mailed_on=NOW.date(),
                    ).execute()  # fmt: skip


WORKS = {
    "erase": Work(all_in_blocks, (erase,), 200_000),
    "leave": Work(sold_by_one, (leave,), DEALS),
    "closing": Work(closing, (close,), CLOSING),
    "retention": Work(old_mails, (forget,), MAILS),
    "upload": Work(a_file, (load,), LINES),
    "releases": Work(pairs, (freeze, publish), RELEASES * PAIRS),
}
_folder = Path()


# Who waits, and for how long ------------------------------------------------------------------------------------------


@dataclass
class Held:
    """What this process's transactions held up: the longest in seconds, and the most processor time, of so many."""

    wall: float = 0.0
    processor: float = 0.0
    transactions: int = 0
    _began: dict[int, tuple[float, float]] = field(default_factory=dict)

    def watch(self, database: Any) -> None:
        """From now on look at each transaction of this database that writes."""
        begin, commit, rollback = database.begin, database.commit, database.rollback

        def begins(*given: Any) -> None:
            begin(*given)
            if given != ("DEFERRED",):
                self._began[threading.get_ident()] = (time.perf_counter(), self._used(database))

        def ends(does: Callable[[], None]) -> None:
            began = self._began.pop(threading.get_ident(), None)
            writes = began and self._writes(database)
            does()
            if began and writes:
                self.transactions += 1
                self.wall = max(self.wall, time.perf_counter() - began[0])
                self.processor = max(self.processor, self._used(database) - began[1])

        database.begin = begins
        database.commit = lambda: ends(commit)
        database.rollback = lambda: ends(rollback)

    def _writes(self, database: Any) -> bool:
        from kloof.storage.database import is_postgresql

        if not is_postgresql():
            return True
        found = database.connection().execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        return bool(found.fetchone()[0])

    def _used(self, database: Any) -> float:
        """Seconds of this thread, and of the process of the server that works for it."""
        from kloof.storage.database import is_postgresql

        used = time.thread_time()
        if is_postgresql():
            process = database.connection().info.backend_pid
            numbers = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            used += (int(numbers[11]) + int(numbers[12])) / TICKS
        return used


def _done(does: Callable[[Any, int], None], size: int, folder: Path, url: str, answer: Connection) -> None:
    """In a process of its own: do it, and tell how long it took and what it held up."""
    from kloof import storage
    from kloof.storage.database import database

    storage.open_database(url)
    storage.ensure_connected()
    settings, held = _settings(folder, url), Held()
    held.watch(database.obj)
    began = time.perf_counter()
    does(settings, size)
    took = time.perf_counter() - began
    storage.close_database()
    answer.send((took, held.wall, held.processor, held.transactions))


class Neighbours:
    """Customers who send surveys in, one after another, and how long each had to wait."""

    def __init__(self, settings: Any) -> None:
        self.settings, self.next = settings, FIRST
        self.waits: list[float] = []
        self.wrong: list[str] = []

    def __enter__(self) -> "Neighbours":
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()
        time.sleep(1)  # what happens for the first time takes longer
        self.waits.clear()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @staticmethod
    def move_in() -> None:
        """Deals of the salesperson who has most of them, and of who has fewest, by customers of their own."""
        from kloof import storage
        from kloof.storage.models import Customer, Deal, Invitation, Person, SurveyVersion

        version = SurveyVersion.get().id
        sellers = [SELLER, Person.select().order_by(Person.id.desc()).get().id]
        with storage.transaction():
            for number in range(FIRST, FIRST + NEIGHBOURS):
                Customer.insert(id=number, email=f"n{number}@next.example", name="N", language="nl").execute()
                Deal.insert(
                    id=number, deal_id=f"N-{number}", customer=number, customer_name="N", customer_language="nl",
                    salesperson=sellers[number % 2], team="T", region="R", product="P", survey_version=version,
                    sold_on=NOW.date(), added_at=NOW,
                ).execute()  # fmt: skip
                Invitation.insert(
                    id=10_000_000 + number, deal=number, wave="sale", state="invited", link_salt=b"s",
                    link_fingerprint=f"n{number}", opt_out_fingerprint=f"n{number}", invite_on=NOW.date(),
                    expires_at=NOW + timedelta(days=3650), created_at=NOW,
                ).execute()  # fmt: skip

    def _send(self) -> None:
        from kloof import storage
        from kloof.actions.staff.open_calls import policy
        from kloof.actions.surveys import respond
        from kloof.domain.surveys.responses import Changes, Consent
        from kloof.storage.surveys import questionnaires

        calls = policy(self.settings)
        storage.ensure_connected()
        while not self._over.wait(BETWEEN):
            opened = questionnaires.by_link(f"n{self.next}")
            assert opened, "there are too few neighbours"
            self.next += 1
            marks = {aspect.id: 8 for aspect in opened.survey.core}
            began = time.perf_counter()
            try:
                respond.save(opened, Changes(answers=marks, consent=Consent.TOTALS), NOW, calls, submit=True)
            except Exception as error:
                self.wrong.append(repr(error))
                storage.drop_connection_after(error)
            self.waits.append(time.perf_counter() - began)
        storage.close_connection()


def measured(work: Work, size: int, folder: Path, url: str) -> Iterator[dict[str, Any]]:
    """Fill the database, do one thing after another, and give the figures of each."""
    from kloof import storage

    global _folder  # noqa: PLW0603  the settings stand there
    _folder = folder
    work.fill(url, size)
    storage.ensure_connected()
    neighbours = Neighbours(_settings(folder, url))
    neighbours.move_in()
    for does in work.does:
        yield _measured(does, size, folder, url, neighbours)
    storage.close_database()


def _measured(
    does: Callable[[Any, int], None], size: int, folder: Path, url: str, neighbours: Neighbours
) -> dict[str, Any]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_done, args=(does, size, folder, url, theirs)
    )
    with neighbours:
        process.start()
        theirs.close()
        took, wall, processor, transactions = ours.recv()
        process.join()
    assert not neighbours.wrong, neighbours.wrong[0]
    return {
        "what": does.__name__,
        "on": url.partition(":")[0],
        "size": size,
        "answers": len(neighbours.waits),
        "longest_wait_s": round(max(neighbours.waits), 3),
        "took_s": round(took, 1),
        "transactions": transactions,
        "longest_s": round(wall, 3),
        "longest_processor_s": round(processor, 3),
    }


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str | None]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'kloof.db'}"
        return
    with postgresql() as address:
        yield address


def main() -> None:
    """Measure, print a line for each, and one of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="the sizes of a large company")
    parser.add_argument("--only", nargs="+", choices=[*WORKS], default=[*WORKS])
    parser.add_argument("--on", choices=("sqlite", "postgresql"), help="this database alone")
    given = parser.parse_args()
    found = []
    for engine in (given.on,) if given.on else ("sqlite", "postgresql"):
        for what in given.only:
            size = WORKS[what].most // (1 if given.full else 20)
            with tempfile.TemporaryDirectory() as folder, _database(engine, Path(folder)) as url:
                if url:
                    for one in measured(WORKS[what], size, Path(folder), url):
                        print(" ".join(f"{name} {value}" for name, value in one.items()), flush=True)
                        found.append(one)
    print(json.dumps({"found": found, "machine": f"{platform.machine()}, {os.cpu_count()} cores"}))


if __name__ == "__main__":
    main()
