"""What the releases before cost the next one: a company that grows, frozen and published again and again.

Prints each release's seconds as it comes, and what freeze and publish take at the last beside the middle one.

    python bench/many_releases.py           # under a minute: 100 salespeople, 10 releases of 2,500 pairs
    python bench/many_releases.py --full    # 1,000 salespeople in 6,000 cells, 40 releases of 25,000 pairs
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from company_of_pairs import Shape, add, answers, fill
from memory import peak_mib

START = datetime(2026, 9, 15, 10, tzinfo=UTC)
KEY = "a key for the benchmark, worth nothing at all"


def many(shape: Shape, releases: int, pairs: int, folder: Path) -> list[dict[str, Any]]:
    """Per release its seconds, its blocks and how much of all pairs it holds."""
    from kloof import storage
    from kloof.actions.releases.freeze import freeze
    from kloof.actions.releases.publish import publish
    from kloof.config import Settings
    from kloof.publish import release_files  # noqa: F401  # loading it is not what is measured

    url = f"sqlite:///{folder / 'kloof.db'}"
    settings = Settings(folder=folder, secret_key=KEY, database_url=url)
    made = answers(releases * pairs, shape=shape)
    fill(url, made, pairs)
    storage.open_database(url)
    found = []
    for number in range(releases):
        now = START + timedelta(days=30 * number)
        if number:
            add(made, number * pairs, (number + 1) * pairs, number)
        start, used = time.perf_counter(), time.process_time()
        frozen = freeze(settings, now, seed=number)
        closed, used_closed = time.perf_counter(), time.process_time()
        document = publish(settings, now, seed=number).document
        end = time.perf_counter()
        one = {
            "release": number + 1,
            "freeze_s": closed - start,
            "publish_s": end - closed,
            "freeze_cpu_s": used_closed - used,
            "publish_cpu_s": time.process_time() - used_closed,
            "closed": frozen.blocks,
            "blocks": len(document.blocks) if document else 0,
            "published": sum(block.n for block in document.blocks) if document else 0,
            "peak_mib": peak_mib(),
        }
        print(" ".join(f"{name} {value:.1f}" for name, value in one.items()), flush=True)
        found.append(one)
    storage.close_database()
    return found


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="1,000 salespeople, 40 releases, a million pairs")
    parser.add_argument("--releases", type=int)
    chosen = parser.parse_args()
    shape, releases, pairs = (Shape(30, 200, 5), 40, 25_000) if chosen.full else (Shape(10, 20, 5), 10, 2_500)
    releases = chosen.releases or releases
    with tempfile.TemporaryDirectory() as folder:
        found = many(shape, releases, pairs, Path(folder))
    middle, end = found[releases // 2 - 2 : releases // 2 + 1], found[-3:]

    def growth(step: str) -> float:
        """How much longer the last releases took than those half-way; twice as many pairs stand in blocks."""
        return float(
            statistics.median(one[step] for one in end) / statistics.median(one[step] for one in middle)
        )

    result = {
        "ratios": {"freeze": growth("freeze_s"), "publish": growth("publish_s")},
        "freeze_s": max(one["freeze_s"] for one in found),
        "publish_s": max(one["publish_s"] for one in found),
        "peak_mib": found[-1]["peak_mib"],
        "releases": found,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
