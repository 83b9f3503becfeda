"""Answers for tests of the figures: random ones of every kind, and the kiosk's."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from numpy.typing import NDArray

from kloof.domain.surveys.definition import Scale
from kloof.domain.text import Text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_END = Text(nl="eind", en="end")
TEN = Scale(low=0, high=10, low_label=_END, high_label=_END)
SEVEN = Scale(low=1, high=7, low_label=_END, high_label=_END)

_KIOSK = Path(__file__).parents[2] / ".." / "shared" / "data" / "kiosk" / "answers.csv"

mean = st.builds(lambda total, deals: min(total, 10 * deals) / deals, st.integers(0, 40), st.integers(1, 4))


def _draw(seed: int, n: int, kind: str) -> Floats:
    chance = np.random.default_rng(seed)
    if kind == "constant":
        return np.full(n, chance.integers(0, 41) / 4)
    if kind == "ceiling":
        return np.where(chance.random(n) < 0.8, 10.0, chance.integers(0, 11, n))
    if kind == "averaged":
        return chance.integers(0, 31, n) / 3
    return chance.integers(0, 11, n).astype(float)


_seed = st.integers(0, 2**32 - 1)
_varied = st.sampled_from(["whole", "averaged", "ceiling"])
_any = _varied | st.just("constant")


def values(least: int, most: int = 60) -> SearchStrategy[Floats]:
    """Arrays of answers on 0 to 10 of one kind: whole, averaged, mostly at the ceiling, or constant."""
    return st.builds(_draw, _seed, st.integers(least, most), _any)


def customers(least: int, most: int = 80, kinds: SearchStrategy[str] = _any) -> SearchStrategy[Floats]:
    """V and R of the same customers, drawn apart."""
    drawn = st.tuples(st.integers(least, most), _seed, _seed, kinds, kinds)
    return drawn.map(lambda of: np.array([_draw(of[1], of[0], of[3]), _draw(of[2], of[0], of[4])]))


def varied_customers(least: int) -> SearchStrategy[Floats]:
    """As `customers`, but neither V nor R nor V − R is constant."""
    found = customers(least, kinds=_varied)
    return found.filter(lambda pair: min(x.std() for x in (*pair, pair[0] - pair[1])) > 1e-6)


def close(value: Any) -> Any:
    """To 1e-9, which is what the figures are held to."""
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def kiosk_aspects() -> list[tuple[Ints, Ints]]:
    """V and R of each of the 24 aspects, on 1 to 7; skips the test where the data is not here."""
    if not _KIOSK.exists():
        pytest.skip("the kiosk answers (shared/data/kiosk) are not here")
    with _KIOSK.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def side(name: str, item: int) -> Ints:
        return np.array([int(row[f"{name}_{item}"]) for row in rows])

    return [(side("expected", item), side("perceived", item)) for item in range(1, 25)]
