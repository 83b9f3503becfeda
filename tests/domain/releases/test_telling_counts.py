"""Counts that would tell somebody that all others are alike are withheld: held to integer programmes.

The programme shares nothing with the rule: it knows what was published, how each block's counts were rounded, and all
answers of the insider's own customers, and looks for a way to fill in those of the others.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from cast.canaries import Company, people
from cast.worlds import a_survey, columns
from kloof.domain.releases.certificate import telling_counts
from kloof.domain.releases.certificate.known_counts import Known, KnownCounts
from kloof.domain.releases.certificate.telling_counts import without_telling_counts
from kloof.domain.releases.closing import RoundedSums
from kloof.domain.releases.coarse_shares import counted, share
from kloof.domain.releases.document import AsOf, AspectSums, Cell, Level
from kloof.domain.releases.pair_columns import PairColumns, group_sums

pytestmark = pytest.mark.slow

SURVEY = a_survey(1, low=1, high=5, norm=4)
GOOD, NORM = SURVEY.scale.good, 4
NAMES = ("good", "at_norm", "disappointed_at_norm", "disappointed_below_norm")


@dataclass
class Told:
    """Blocks of one aspect, and the cells that are published of them, without the rule and with it."""

    pairs: PairColumns
    figures: dict[int, RoundedSums]
    before: tuple[Cell, ...]
    after: tuple[Cell, ...]

    @property
    def v(self) -> np.ndarray:
        return self.pairs.expected[:, 0].astype(int)

    @property
    def r(self) -> np.ndarray:
        return self.pairs.received[:, 0].astype(int)


def tell(pairs: PairColumns, cells: dict[str, tuple[int, ...]], seed: int) -> Told:
    chance = np.random.default_rng(seed)
    numbers = np.unique(pairs.cell)
    exact = group_sums(pairs, np.searchsorted(numbers, pairs.cell), len(numbers))
    rounded = RoundedSums.of(exact, np.arange(len(numbers)), SURVEY, chance)
    figures = dict(zip(numbers.tolist(), rounded, strict=True))
    sizes = {int(block): int((pairs.cell == block).sum()) for block in numbers}
    bare = tuple(
        Cell(
            id=name,
            survey=SURVEY.id,
            version=SURVEY.version,
            level=Level.COMPANY if name == "company" else Level.PRODUCT,
            product="" if name == "company" else name,
            blocks=blocks,
            n=sum(sizes[block] for block in blocks),
            customers=0,
            as_of=AsOf(release=1, date=date(2026, 1, 1)),
            aspects={"aspect-0": AspectSums(v=0, r=0)},
        )
        for name, blocks in cells.items()
    )
    before = counted(bare, sizes, figures, {SURVEY.key: SURVEY}, [])
    return Told(pairs, figures, before, without_telling_counts(before, [KnownCounts(pairs)], figures, []))


def a_company(seed: int) -> Told:
    """Two or three blocks of customers who are nearly all content; those of one salesperson are of another kind."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(14, 34, rng.integers(1, 4))
    if sizes.sum() < 30:
        sizes = np.array([int(rng.integers(30, 40))])
    block = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    n = len(block)
    seller = rng.integers(0, rng.integers(3, 6), n)
    content = rng.choice([0.9, 0.96, 1.0])
    odd = rng.choice([0.0, 0.3, 0.9])
    r = np.where(rng.random(n) < content, rng.integers(4, 6, n), rng.integers(1, 4, n))
    r = np.where((seller == 0) & (rng.random(n) >= odd), rng.integers(1, 4, n), r)
    if rng.random() < 0.3:
        r = 6 - r
    v = np.clip(r + rng.choice([-1, 0, 1], n, p=rng.dirichlet([1, 1, 1])), 1, 5)
    account = np.where(rng.random(n) < 0.2, 1 + rng.integers(0, 3, n), 0)
    pairs = columns(
        SURVEY, range(1, n + 1), seller.tolist(), v[:, None], r[:, None], cell=block, account=account.tolist()
    )
    whole = tuple(range(1, len(sizes) + 1))
    cells = {"company": whole}
    if len(sizes) > 1 and rng.random() < 0.5:
        cells |= {"heat": whole[:1], "solar": whole[1:]}
    return tell(pairs, cells, seed)


POINTS = np.arange(1, 6)
V, R = (side.ravel() for side in np.meshgrid(POINTS, POINTS, indexing="ij"))


def kinds(v: np.ndarray, r: np.ndarray) -> dict[str, np.ndarray]:
    """Of each answer whether it counts for what was counted."""
    return {
        "higher": v > r,
        "equal": v == r,
        "good": r >= GOOD,
        "v_lowest": v == 1,
        "v_highest": v == 5,
        "r_lowest": r == 1,
        "r_highest": r == 5,
        "at_norm": r >= NORM,
        "disappointed_at_norm": (r >= NORM) & (v > r),
        "disappointed_below_norm": (r < NORM) & (v > r),
    }


def coded(per_cent: float) -> int:
    return 5 if per_cent < 10 else 95 if per_cent > 90 else 5 * round(per_cent / 5)


class Insider:
    """Somebody who knows the answers of some, and these published shares: what must be true of all the others?

    Variables: of each block how many others gave which V and R; and a third of each rounded count.
    """

    def __init__(self, told: Told, cells: tuple[Cell, ...], mine: np.ndarray, known: Collection[str]) -> None:
        self.known = known
        self.blocks = np.unique(told.pairs.cell)
        self.names = list(kinds(V, R))
        self.answers = len(self.blocks) * 25
        self.rows: list[tuple[np.ndarray, float, float]] = []
        self.others = int((~mine).sum())
        self.truth = np.bincount(5 * (told.v - 1) + told.r - 1, weights=~mine, minlength=25).astype(int)
        for at, block in enumerate(self.blocks):
            here = told.pairs.cell == block
            row = self.row()
            row[at * 25 : at * 25 + 25] = 1
            self.hold(row, (here & ~mine).sum(), (here & ~mine).sum())
            own = kinds(told.v[here & mine], told.r[here & mine])
            for number, (name, counts) in enumerate(kinds(V, R).items()):
                row = self.row()
                row[at * 25 : at * 25 + 25] = counts
                row[self.third(at, number)] = -3
                self.hold(row, -2 - own[name].sum(), 2 - own[name].sum())
            if GOOD == NORM:  # the very same marks: one count
                row = self.row()
                row[[self.third(at, self.names.index(name)) for name in ("good", "at_norm")]] = 1, -1
                self.hold(row, 0, 0)
        for cell in cells:
            if cell.counted:
                self._shares(cell)

    def row(self) -> np.ndarray:
        return np.zeros(self.answers + len(self.blocks) * len(self.names))

    def third(self, block: int, name: int) -> int:
        return self.answers + block * len(self.names) + name

    def hold(self, row: np.ndarray, least: float, most: float) -> None:
        self.rows.append((row, least, most))

    def _rounded(self, cell: Cell, name: str) -> np.ndarray:
        row = self.row()
        for at, block in enumerate(self.blocks):
            if block in cell.counted:
                row[self.third(at, self.names.index(name))] = 3
        return row

    def _shares(self, cell: Cell) -> None:
        for name, code in cell.shares["aspect-0"]:
            if code is None or name not in self.known:
                continue
            if name.startswith("disappointed"):
                met = self._rounded(cell, "at_norm")
                self._among(
                    self._rounded(cell, name), met if name.endswith("at_norm") else -met, cell.n, code
                )
                continue
            if name == "lower":
                row, others = -self._rounded(cell, "higher") - self._rounded(cell, "equal"), cell.n
            else:
                row, others = self._rounded(cell, name), 0
            fits = [count for count in range(-80, 2 * cell.n) if coded(100 * count / cell.n) == code]
            self.hold(row, fits[0] - others, fits[-1] - others)

    def _among(self, row: np.ndarray, met: np.ndarray, n: int, code: int) -> None:
        """A share of those at the norm, or with −met of the others of n: the ends of the code are let in."""
        among = 0 if met.sum() > 0 else n
        if code > 5:
            low = 0.9 if code == 95 else max(0.1, (code - 2.5) / 100)
            self.hold(row - low * met, low * among + 1e-6 * (code == 95), np.inf)
        if code < 95:
            high = 0.1 if code == 5 else min(0.9, (code + 2.5) / 100)
            self.hold(row - high * met, -np.inf, high * among - 1e-6 * (code == 5))

    def least(self, weights: np.ndarray) -> float | None:
        """The least that the sum of these weights, of each answer, over all others can be; None where nothing fits."""
        goal = self.row()
        goal[: self.answers] = np.tile(weights, len(self.blocks))
        most = np.concatenate([np.full(self.answers, self.others), np.full(len(goal) - self.answers, 200)])
        found = milp(
            goal,
            constraints=LinearConstraint(
                np.array([row for row, _, _ in self.rows]),
                np.array([least for _, least, _ in self.rows]),
                np.array([high for _, _, high in self.rows]),
            ),
            integrality=np.ones(len(goal)),
            bounds=Bounds(np.zeros(len(goal)), most),
            options={"mip_rel_gap": 0.0},
        )
        return None if found.x is None else float(np.rint(found.fun))

    def knows(self, name: str) -> str:
        """Whether it is certain that nearly all others are of this kind, or nearly none.

        Nothing is certain that is not so: only then is the programme asked.
        """
        kind = kinds(V, R)[name].astype(int)
        among = {"disappointed_at_norm": R >= NORM, "disappointed_below_norm": R < NORM}.get(name, V > 0)
        for what, counts in (("all", kind), ("none", among - kind)):
            part, whole = int(self.truth @ counts), int(self.truth @ among)
            if 10 * part <= 9 * whole + 10 and part < whole:
                continue
            over = self.least(10 * counts - 9 * among.astype(int))
            assert over is not None, "the truth itself must fit"
            if over > 10 or (whole < 12 and self.least(counts - among.astype(int)) == 0):
                return what
        return ""


def insiders(told: Told) -> Iterator[np.ndarray]:
    for seller in np.unique(told.pairs.salesperson):
        yield told.pairs.salesperson == seller
    for account in np.unique(told.pairs.account[told.pairs.account > 0]):
        yield told.pairs.account == account
    for kind in {(v, r): at for at, (v, r) in enumerate(zip(told.v, told.r, strict=True))}.values():
        yield np.arange(len(told.v)) == kind


WITH: dict[str, tuple[str, ...]] = {"good": ("good",), "at_norm": ("at_norm",)}
WITH |= {name: (name, "at_norm") for name in NAMES[2:]}
"""Each share, with what it is a share of."""


def found(told: Told, cells: tuple[Cell, ...]) -> set[tuple[str, str]]:
    """What some insider knows for certain of the others in the company from one share."""
    return {
        (name, what)
        for mine in insiders(told)
        for name in NAMES
        if (what := Insider(told, cells[:1], mine, WITH[name]).knows(name))
    }


def withheld(told: Told) -> set[str]:
    before, after = (dict(cells[0].shares["aspect-0"]) for cells in (told.before, told.after))
    return {name for name, code in before.items() if code is not None and after[name] is None}


@pytest.mark.parametrize("seed", [12, 23, 35, 57, 63, 98, 126, 157])
def test_no_share_that_is_told_says_of_all_others_that_they_are_alike(seed):
    told = a_company(seed)
    assert found(told, told.after) == set()


@pytest.mark.parametrize("seed", [23, 57, 98, 126])
def test_canary_without_the_rule_somebody_would_know_that_all_others_are_alike(seed):
    told = a_company(seed)
    assert {name for name, _ in found(told, told.before)} & withheld(told)


@pytest.mark.slow
def test_over_many_companies_what_is_withheld_would_tell_and_what_is_told_does_not(request):
    seeds = range(20, 620 if request.config.getoption("--full") else 28)
    told = [one for one in map(a_company, seeds) if one.before[0].counted]
    assert [at for at, one in enumerate(told) if found(one, one.after)] == []
    needless = [withheld(one) - {name for name, _ in found(one, one.before)} for one in told]
    assert sum(map(bool, needless)) <= 0.02 * len(told)


def content(n: int = 60, odd: int = 0, **more: Any) -> Told:
    """Two blocks of customers who all gave a 4 or a 5 and expected 3 to 5, but those of one salesperson gave a 2."""
    block = np.arange(n) * 2 // n + 1
    seller = np.where(np.arange(n) % (n // 2) < odd // 2, 9, np.arange(n) % 4)
    r = np.where(seller == 9, 2, 4 + np.arange(n) % 2)
    v = 3 + np.arange(n) * 7 % 3
    pairs = columns(SURVEY, range(1, n + 1), seller.tolist(), v[:, None], r[:, None], cell=block)
    pairs.promises[:] = more.get("promises", 0)
    return tell(pairs, {"company": (1, 2)}, 3)


def test_that_everybody_gave_a_good_mark_is_told_as_over_nine_in_ten():
    (cell,) = content().after
    assert (cell.shares["aspect-0"].good, cell.shares["aspect-0"].at_norm) == (95, 95)


def test_the_only_one_whose_customers_were_not_content_is_not_told_that_all_others_were():
    told = content(120, odd=24)
    assert told.before[0].shares["aspect-0"].good == 80
    assert withheld(told) >= {"good", "at_norm"}
    assert told.after[0].shares["aspect-0"].r_highest == told.before[0].shares["aspect-0"].r_highest


def test_promises_that_only_one_salesperson_broke_are_not_told():
    broke = np.where(np.arange(60) % 30 < 8, 5, 0)
    promises = np.stack([np.where(broke, 0, 5), 0 * broke, broke, 0 * broke], axis=1)
    assert content(odd=16, promises=promises).before[0].promises is not None
    assert content(odd=16, promises=promises).after[0].promises is None
    by_all = np.roll(promises, 4, axis=0)
    assert content(promises=by_all).after[0].promises is not None


def test_what_was_told_of_the_same_blocks_stands_as_it_did():
    told, odd = content(120), content(120, odd=24)
    release = Company(survey=SURVEY)
    release.close(1, people(30, 1, SURVEY))
    before = release.release(1, {"company": (1,)}).model_copy(update={"cells": told.after})
    assert (
        without_telling_counts(odd.before, [KnownCounts(odd.pairs)], odd.figures, [before])[0].shares
        == told.after[0].shares
    )


@pytest.mark.parametrize("answers", [[], [KnownCounts(content().pairs.first(30))]])
def test_where_answers_are_missing_nothing_is_counted(answers):
    told = content()
    (cell,) = without_telling_counts(told.before, answers, told.figures, [])
    assert (cell.counted, cell.shares, cell.promises) == ((), {}, None)


@given(st.integers(1, 400), st.integers(0, 400), st.integers(1, 12))
def test_between_what_a_count_lies_is_what_trying_each_one_finds(many, count, blocks):
    room = 2 * blocks
    code = share(3 * round(min(count, many) / 3), many)
    fits = [one for one in range(0, many + room + 3, 3) if share(one, many) == code]
    assert telling_counts._counts_of(code, many, blocks) == (max(0, fits[0] - room), fits[-1] + room)


@pytest.mark.parametrize("seed", range(40))
def test_a_share_that_is_not_in_doubt_tells_nobody_anything_whatever_they_know(seed):
    rng, found = np.random.default_rng(seed), 0
    for _ in range(200):
        many, blocks, most = (int(rng.integers(1, top)) for top in (120, 4, 40))
        code = share(int(rng.integers(0, many + 1)), many)
        room = int(rng.choice([0, 2 * blocks]))
        of = rng.integers(0, most + 1, 5)
        mine = np.rint(of * rng.random(5)).astype(int)
        judge = telling_counts._Judge(SimpleNamespace(most=most), blocks)
        tells = judge._tells(code, many, room, Known(mine, of))
        assert judge._in_doubt(code, many, room) or not tells
        found += tells
    assert found, "nothing was ever telling"
