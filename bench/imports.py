"""Lines per second of a file of deals, how that holds as files grow, and how long it keeps other writers waiting.

A file is checked and loaded as the desk and `kloof deals import` do it, into SQLite and into PostgreSQL, while another
process writes one row over and over and notes how long each write waits. Every line is a new customer with a mail to
come. Rounds of a small and a large file alternate; the figures are medians.

    python bench/imports.py            # about a minute: 1,000 and 10,000 lines
    python bench/imports.py --full     # 1,000, 10,000 and 100,000 lines
"""

import argparse
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path

from kloof import storage
from kloof.actions.deals import imports
from kloof.actions.deals.imports import Incoming
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.deals.files import REQUIRED, FileKind
from kloof.domain.deals.reading.tables import opened
from kloof.storage.access import people
from mail import NOW, SELLER, company, machine, survey
from scratch import postgresql

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Round:
    """One file: seconds that it took to read, to check and to load, and the longest that another writer waited."""

    lines: int
    reading: float
    checking: float
    loading: float
    longest_wait: float


def other_writer(url: str, ready: Event, stop: Event, longest: "multiprocessing.Queue[float]") -> None:
    """Somebody else, as a web server is: writes one row and looks how long that takes, until `stop` is set."""
    storage.open_database(url)
    worst, number = 0.0, 0
    while not stop.is_set():
        number += 1
        began = time.perf_counter()
        with storage.transaction():
            people.put(SELLER, f"Eva {number}", {Role.SALESPERSON}, "Utrecht", NOW)
        if ready.is_set():
            worst = max(worst, time.perf_counter() - began)
        ready.set()
        time.sleep(0.01)
    storage.close_database()
    longest.put(worst)


def file_of(lines: int, first: int) -> bytes:
    """A CSV file of so many new deals, numbered from `first` on."""
    rows = (
        f"D-{at},Customer {at},customer{at}@example.com,nl,{SELLER},Utrecht,Midden,Warmtepomp,bench,2026-09-14"
        for at in range(first, first + lines)
    )
    return "\n".join([",".join(REQUIRED), *rows]).encode()


def measured(settings: Settings, url: str, lines: int, first: int) -> Round:
    """Read, check and load one file while somebody else writes."""
    raw, offered = file_of(lines, first), {"bench": survey()}
    began = time.perf_counter()
    table = opened(raw, "deals.csv")
    incoming = Incoming(FileKind.DEALS, table)
    read = time.perf_counter()
    assert imports.check(settings, incoming, offered, NOW).created == lines
    checked = time.perf_counter()
    processes = multiprocessing.get_context("spawn")
    ready, stop, longest = processes.Event(), processes.Event(), processes.Queue()
    writer = processes.Process(target=other_writer, args=(url, ready, stop, longest), daemon=True)
    writer.start()
    assert ready.wait(60)
    loading = time.perf_counter()
    assert imports.load(settings, incoming, offered, NOW).created == lines
    loaded = time.perf_counter()
    stop.set()
    waited = longest.get(timeout=60)
    writer.join()
    return Round(lines, read - began, checked - read, loaded - loading, waited)


def main() -> None:
    """Measure, say how it went, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    sizes = (1_000, 10_000, 100_000) if parser.parse_args().full else (1_000, 10_000)
    with tempfile.TemporaryDirectory() as scratch:
        settings = company(Path(scratch))
        found = {"sqlite": rounds(settings, f"sqlite:///{Path(scratch) / 'bench.db'}", sizes)}
        with postgresql() as url:
            if url:
                found["postgresql"] = rounds(settings, url, sizes)
    print(
        json.dumps(
            {engine: summary(those, sizes) for engine, those in found.items()} | {"machine": machine()}
        )
    )


def rounds(settings: Settings, url: str, sizes: Sequence[int]) -> list[Round]:
    """Files of each size in turn into one database, which grows meanwhile; without the first, which warms up."""
    found: list[Round] = []
    storage.open_database(url)
    storage.migrate()
    people.put(SELLER, "Eva Bakker", {Role.SALESPERSON}, "Utrecht", datetime(2026, 1, 1, tzinfo=UTC))
    first = 0
    for lines in (sizes[0], *tuple(sizes[:2]) * ROUNDS, *sizes[2:], sizes[0]):
        found.append(measured(settings, url, lines, first))
        first += lines
        print(url.partition(":")[0], found[-1])
    storage.close_database()
    return found[1:]


def summary(found: list[Round], sizes: Sequence[int]) -> dict[str, object]:
    """kept: new lines per second of the largest file over those of the smallest."""

    def median(lines: int, what: Callable[[Round], float]) -> float:
        return statistics.median(what(one) for one in found if one.lines == lines)

    loaded = {lines: median(lines, lambda one: one.lines / one.loading) for lines in sizes}
    return {
        "loaded_per_second": {lines: round(rate) for lines, rate in loaded.items()},
        "checked_per_second": {
            lines: round(median(lines, lambda one: one.lines / one.checking)) for lines in sizes
        },
        "read_per_second": {
            lines: round(median(lines, lambda one: one.lines / one.reading)) for lines in sizes
        },
        "kept": round(loaded[sizes[-1]] / loaded[sizes[0]], 3),
        "longest_wait_s": {lines: round(median(lines, lambda one: one.longest_wait), 3) for lines in sizes},
    }


if __name__ == "__main__":
    main()
