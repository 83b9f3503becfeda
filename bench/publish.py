"""Freezing and publishing many pairs against DuckDB doing nothing but the plain group-by over the same rows.

Ours: reading the packed pairs from the database and summing them by cell ("sums"); and all of it: blocks closed,
members and sums stored, the certificate, the release files ("whole"). DuckDB: n, mean and variance of V, of R and of
V − R per cell and aspect, over its own table. Rounds alternate within one run; ours runs in a process of its own, so
that its peak memory can be read. While all of it runs somebody else goes on changing the database: the longest that
they waited is told too. Seconds of processor time, over all threads, stand beside those of the clock: on a machine that
others use too only those say something.

    python bench/publish.py             # under a minute: 100,000 and 300,000 pairs
    python bench/publish.py --full      # 100,000, 300,000 and 1,000,000 pairs, on SQLite and PostgreSQL
"""

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from company_of_pairs import ASPECTS, Answers, answers, fill
from memory import peak_mib
from scratch import postgresql

NOW = datetime(2026, 9, 15, 10, tzinfo=UTC)
KEY = "a key for the benchmark, worth nothing at all"


def ours(url: str, what: str) -> dict[str, float]:
    """Seconds of one measured step and the peak memory of its process in MiB, in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (url, what))


def _measured(url: str, what: str) -> dict[str, float]:
    from kloof import storage

    storage.open_database(url)
    storage.ensure_connected()
    steps = {"sums": _sums, "whole": _whole}
    seconds = steps[what](url)
    peak = peak_mib()
    storage.close_database()
    return seconds | {"peak_mib": peak}


def _sums(url: str) -> dict[str, float]:
    from kloof.domain.releases.pair_columns import group_sums
    from kloof.storage.releases.pair_reading import every_pair

    start = time.perf_counter()
    for pairs, cells in every_pair(placed=False).queued:
        found = group_sums(pairs, pairs.cell, len(cells))
        assert int(found.n.sum()) == len(pairs)
    return {"sums": time.perf_counter() - start}


def _whole(url: str) -> dict[str, float]:
    import scipy.sparse.csgraph  # noqa: F401  # loading it is not what is measured

    from kloof.actions.releases.freeze import freeze
    from kloof.actions.releases.publish import publish
    from kloof.config import Settings
    from kloof.publish import release_files  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(folder=Path(folder), secret_key=KEY, database_url=url)
        start, used = time.perf_counter(), time.process_time()
        frozen = freeze(settings, NOW)
        closed = time.perf_counter()
        document = publish(settings, NOW).document
        end, used_end = time.perf_counter(), time.process_time()
    assert document is not None
    assert document.guarantee.max_leverage <= 0.1
    return {
        "whole": end - start,
        "whole_cpu": used_end - used,
        "freeze": closed - start,
        "blocks": frozen.blocks,
        "cells": len(document.cells),
    }


@contextmanager
def somebody_answers(url: str) -> Iterator[list[float]]:
    """Meanwhile another process writes, twenty times a second, as who submits a survey does; then the longest wait."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_answering, args=(url, theirs))
    process.start()
    assert ours.recv() == "ready"
    waited: list[float] = []
    yield waited
    ours.send("enough")
    waited.append(ours.recv())
    process.join()


def _answering(url: str, told: Any) -> None:
    from kloof import storage
    from kloof.storage.releases import pair_lock
    from kloof.storage.statements import run

    storage.open_database(url)
    storage.ensure_connected()
    told.send("ready")
    longest = 0.0
    while not told.poll(0.05):
        start = time.perf_counter()
        with storage.transaction():
            pair_lock.wait_for_freeze()
            run("UPDATE person SET name = name WHERE id = 1")
        longest = max(longest, time.perf_counter() - start)
    told.send(longest)
    storage.close_database()


class Plain:
    """DuckDB with the same answers in a table of its own: one row per pair, one column per answer."""

    def __init__(self, made: Answers) -> None:
        self.database = duckdb.connect()
        columns = {"cell": made.cell}
        for aspect in range(ASPECTS):
            columns[f"v{aspect}"] = made.expected[:, aspect] - 1
            columns[f"r{aspect}"] = made.received[:, aspect] - 1
        self.database.execute("CREATE TABLE pair AS SELECT * FROM columns")
        wanted = ", ".join(
            f"avg(v{a}), var_samp(v{a}), avg(r{a}), var_samp(r{a}), avg(v{a}::int - r{a}), var_samp(v{a}::int - r{a})"
            for a in range(ASPECTS)
        )
        self.cells = made.shape.cells
        self.query = f"SELECT cell, count(*), {wanted} FROM pair GROUP BY cell"  # noqa: S608  # made of our own names

    def seconds(self) -> tuple[float, float]:
        """By the clock, and of processor time over all its threads."""
        start, used = time.perf_counter(), time.process_time()
        rows = self.database.execute(self.query).fetchall()
        assert len(rows) == self.cells
        return time.perf_counter() - start, time.process_time() - used


@contextmanager
def sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/kloof.db"


def settle(url: str) -> None:
    """Let what filling left to be done be done: PostgreSQL tidies up new rows within a minute, just when we measure."""
    if url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")
    os.sync()


def compare(url: str, pairs: int, rounds: int) -> dict[str, Any]:
    """Medians of alternated rounds at this many pairs; the database is filled first, and that is not measured."""
    made = answers(pairs)
    fill(url, made)
    settle(url)
    beside = Plain(made)
    beside.seconds()
    sums, bare = [], []
    for _ in range(rounds):
        bare.append(beside.seconds())
        sums.append(ours(url, "sums"))
    bare.append(beside.seconds())
    with somebody_answers(url) as waited:
        whole = ours(url, "whole")
    base, base_cpu = (statistics.median(one) for one in zip(*bare, strict=True))
    return {
        "pairs": pairs,
        "duckdb_s": base,
        "duckdb_cpu_s": base_cpu,
        "sums_s": statistics.median(one["sums"] for one in sums),
        "whole_s": whole["whole"],
        "whole_cpu_s": whole["whole_cpu"],
        "longest_wait_s": max(waited),
        "freeze_s": whole["freeze"],
        "blocks": whole["blocks"],
        "cells": whole["cells"],
        "ratios": {
            "sums": statistics.median(one["sums"] for one in sums) / base,
            "whole": whole["whole"] / base,
            "whole_cpu": whole["whole_cpu"] / base_cpu,
        },
        "peak_mib": max(whole["peak_mib"], *(one["peak_mib"] for one in sums)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="up to a million pairs, on both databases")
    parser.add_argument("--pairs", type=int, nargs="+", help="other sizes, the smallest first")
    chosen = parser.parse_args()
    full = chosen.full
    sizes = chosen.pairs or ((100_000, 300_000, 1_000_000) if full else (100_000, 300_000))
    found: dict[str, list[dict[str, Any]]] = {"sqlite": [], "postgresql": []}
    for pairs in sizes:
        with sqlite() as url:
            found["sqlite"].append(compare(url, pairs, rounds=3))
        print_progress("SQLite", found["sqlite"][-1])
    for pairs in sizes if full else sizes[:1]:
        with postgresql() as address:
            if address is None:
                break
            found["postgresql"].append(compare(address, pairs, rounds=3))
        print_progress("PostgreSQL", found["postgresql"][-1])
    largest = found["sqlite"][-1]
    result = {
        "ratios": largest["ratios"],
        "peak_mib": max(one["peak_mib"] for some in found.values() for one in some),
        "longest_wait_s": max(one["longest_wait_s"] for some in found.values() for one in some),
        "pairs": largest["pairs"],
        "sizes": found,
        "growth": largest["whole_s"] / found["sqlite"][0]["whole_s"] / (largest["pairs"] / sizes[0]),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},"
        f" DuckDB {duckdb.__version__}",
    }
    print(json.dumps(result))


def print_progress(name: str, one: dict[str, Any]) -> None:
    print(
        f"{name}, {one['pairs']:,} pairs: DuckDB {one['duckdb_s']:.3f} s ({one['duckdb_cpu_s']:.3f} of processor time),"
        f" our sums {one['sums_s']:.2f} s,"
        f" whole {one['whole_s']:.2f} s ({one['freeze_s']:.2f} of it freeze, {one['whole_cpu_s']:.2f} s of processor"
        f" time, {one['blocks']:.0f} blocks), peak {one['peak_mib']:.0f} MiB, somebody else waited"
        f" {one['longest_wait_s']:.2f} s at most",
        flush=True,
    )


if __name__ == "__main__":
    main()
