"""What the rules of disclosure give and what they cost: the table that the handbook quotes.

Made-up companies of every awkward kind, twelve releases each, with erasures, corrections, a new survey version and
practice tables; every attack on the files, and those inside with the truth at hand.

    python bench/disclosure.py             # under a minute: two companies of 300 pairs
    python bench/disclosure.py --full      # all companies of 600 and of 3,000 pairs: about an hour
    python bench/disclosure.py --full --pairs 600
    python bench/disclosure.py --full --closing-only   # what each rule costs, for every size
"""

import argparse
import json
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.pool import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from cast.companies import COMPANIES
from cast.measurements import (
    WITHOUT,
    Measured,
    closed,
    counts_judged_per_block,
    covered,
    kiosk,
    measured,
    share_closed,
    without,
)
from kloof.domain.releases.attacks.insiders import ALL_BUT_ONE, ONE, TWO, WITH_PRACTICES, WITH_SHARES

_SHORT = ("tiny", "one to five")
_SEEDS = range(1, 6)
_STRICT = "strict"
_NAMED = (ONE, TWO, ALL_BUT_ONE, WITH_PRACTICES, WITH_SHARES)


def main() -> None:
    """Measure, and print the tables and one line of JSON; each company as soon as it is done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="all companies")
    parser.add_argument("--pairs", type=int, nargs="+", help="complete pairs a year; 600 and 3000 in full")
    parser.add_argument(
        "--inside-only", action="store_true", help="of the attacks on files only the quick ones"
    )
    parser.add_argument(
        "--closing-only",
        action="store_true",
        help="which share of the pairs closes with and without each rule",
    )
    chosen = parser.parse_args()
    started = time.monotonic()
    sizes = chosen.pairs or ([600, 3000] if chosen.full else [300])
    names = list(COMPANIES) if chosen.full else list(_SHORT)
    if chosen.closing_only:
        with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
            for pairs in sizes:
                _say([f"{pairs:,} pairs", ""])
                _cost(pool, names, pairs)
        return
    found = []
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        _say(_HEAD)
        held = dict(zip(names, pool.imap(_covered, [(name, sizes[0]) for name in names]), strict=True))
        tried = [(name, pairs, not chosen.inside_only and pairs <= 600) for pairs in sizes for name in names]
        for one in pool.imap(_measured, tried):
            found.append(one)
            _say([_row(one, held[one.name])])
        _say(["", *_insiders(found), ""])
        _cost(pool, names, sizes[0])
        _say([_real()])
    print(
        json.dumps(
            _summary(found) | {"seconds": round(time.monotonic() - started), "machine": platform.platform()}
        )
    )


def _cost(pool: Pool, names: Sequence[str], pairs: int) -> None:
    """The share of complete pairs that closes: with all rules, and without each of them."""
    rules = ["", *WITHOUT, _STRICT]
    _say(_cost_head(rules))
    found = pool.imap(_closed, [(name, pairs, rule) for name in names for rule in rules])
    for name in names:
        _say([f"| {name} | " + " | ".join(f"{next(found):.0%}" for _ in rules) + " |"])
    _say([""])


def _say(lines: Iterable[str]) -> None:
    print("\n".join(lines), flush=True)


def _measured(tried: tuple[str, int, bool]) -> Measured:
    name, pairs, files = tried
    return measured(name, pairs, files=files)


def _covered(tried: tuple[str, int]) -> float:
    return covered(*tried, seeds=_SEEDS)


def _closed(tried: tuple[str, int, str]) -> float:
    name, pairs, rule = tried
    if not rule:
        return closed(name, pairs)
    if rule == _STRICT:
        with counts_judged_per_block():
            return closed(name, pairs)
    with without(rule):
        return closed(name, pairs)


def _real() -> str:
    plain = kiosk()
    with counts_judged_per_block():
        strict = kiosk()
    if plain is None or strict is None:
        return ""
    return f"207 real people: {share_closed(plain):.0%} closes; counts judged per block: {share_closed(strict):.0%}"


_COLUMNS = (
    *("pairs", "scale", "published", "standing", "shares told"),
    *("in files", "inside", "tables", "wider", "covered"),
)
_HEAD = (f"| company | {' | '.join(_COLUMNS)} |", f"|---|{'---:|' * len(_COLUMNS)}")


def _row(one: Measured, held: float) -> str:
    files = str(sum(one.found.values())) + (f" ({one.unsolved} open)" if one.unsolved else "")
    return (
        f"| {one.name} | {one.pairs} | {one.scale} | {one.came_out:.0%} | {one.standing:.0%} | {_told(one)} | {files}"
        f" | {len(one.inside)} | {one.tables} | {_mean(one.wider):.0%} | {held:.0%} |"
    )


def _told(one: Measured) -> str:
    told, every = one.counts
    return f"{told} of {every}"


def _insiders(found: Sequence[Measured]) -> Iterator[str]:
    yield "| who | scale | answers tried | certain | two left |"
    yield "|---|---|---:|---:|---:|"
    for name in _NAMED:
        for scale in sorted({one.scale for one in found}):
            tried, certain, two = _left(found, name, scale)
            if tried:
                yield f"| {name} | {scale} | {tried:,} | {certain / tried:.2%} | {two / tried:.2%} |"
    tried, known = (sum(one.distributions[at] for one in found) for at in (0, 1))
    yield f"| whole distribution of a block | all | {tried:,} | {known / tried:.2%} | |"


def _left(found: Sequence[Measured], name: str, scale: str) -> tuple[int, int, int]:
    told = [one.left[name] for one in found if one.scale == scale and name in one.left]
    return sum(one[0] for one in told), sum(one[1] for one in told), sum(one[2] for one in told)


def _cost_head(rules: Sequence[str]) -> Iterator[str]:
    heads = [f"without {rule}" for rule in rules[1:-1]] + ["with counts judged per block"]
    yield "| company | closes | " + " | ".join(heads) + " |"
    yield "|---|" + "---:|" * len(rules)


def _summary(found: Sequence[Measured]) -> dict[str, object]:
    def worst(name: str, scale: str) -> float:
        tried, certain, _ = _left(found, name, scale)
        return round(certain / tried, 5) if tried else 0.0

    scales = sorted({one.scale for one in found})
    return {
        "ratios": {
            "published": {
                pairs: round(_mean([one.came_out for one in found if one.pairs == pairs]), 3)
                for pairs in sorted({one.pairs for one in found})
            },
            "certain": {name: {scale: worst(name, scale) for scale in scales} for name in _NAMED},
            "wider": round(_mean([width for one in found for width in one.wider]), 3),
            "covered": round(_mean([held for one in found for held in one.covered]), 3),
        },
        "found": sum(sum(one.found.values()) + len(one.inside) for one in found),
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    main()
