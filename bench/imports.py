"""Lines per second of a file of deals, how that holds as files grow, and how long it keeps other writers waiting.

A file is checked and loaded as the desk and `kloof deals import` do it, into SQLite, while another process writes one
row over and over and notes how long each write waits. Every line is a new customer with a mail to come. Rounds of a
small and a large file alternate; the ratios are medians.

    python bench/imports.py            # under a minute
    python bench/imports.py --full     # the 50,000 lines that the desk takes, and an .xlsx of them
"""

import argparse
import json
import multiprocessing
import statistics
import tempfile
import time
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
    full = parser.parse_args().full
    small, large, rounds = (5_000, 50_000, 3) if full else (300, 1_200, 3)
    found: list[Round] = []
    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{Path(scratch) / 'bench.db'}"
        settings = company(Path(scratch))
        storage.open_database(url)
        storage.migrate()
        people.put(SELLER, "Eva Bakker", {Role.SALESPERSON}, "Utrecht", datetime(2026, 1, 1, tzinfo=UTC))
        first = 0
        for lines in (small, *(small, large) * rounds):  # the first one warms up
            found.append(measured(settings, url, lines, first))
            first += lines
            print(found[-1])
        storage.close_database()
    print(json.dumps(summary(found[1:], small, large)))


def summary(found: list[Round], small: int, large: int) -> dict[str, object]:
    """growth: seconds per line of large files over those of small ones, while the database grows as well."""

    def rate(lines: int) -> float:
        return statistics.median(
            one.lines / (one.checking + one.loading) for one in found if one.lines == lines
        )

    of_large = [one for one in found if one.lines == large]
    growth = rate(small) / rate(large)
    return {
        "lines_per_second": round(rate(large), 1),
        "ratios": {
            "growth": round(growth, 3),
            "longest_lock_s": round(statistics.median(one.longest_wait for one in of_large), 3),
        },
        "figures": {
            "lines": large,
            "read_per_second": round(statistics.median(one.lines / one.reading for one in of_large)),
            "checked_per_second": round(statistics.median(one.lines / one.checking for one in of_large)),
            "loaded_per_second": round(statistics.median(one.lines / one.loading for one in of_large)),
        },
        "machine": machine(),
    }


if __name__ == "__main__":
    main()
