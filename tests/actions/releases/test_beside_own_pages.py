"""What one colleague, or two together, can work out of their own pages and of every release, before and after an
erasure: an integer programme over all answers that fit what they saw, which shares nothing with the engine.

They are given more than anybody has: who is in which block and in which group of a page, and what everybody expected.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, settings, survey
from kloof.actions import person_data
from kloof.actions.catch_up import catch_up
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.actions.staff import own_feedback
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.publish.release_files import read_releases
from kloof.storage.access import people
from kloof.storage.models import Invitation, OwnBatch, OwnPair, Pair, Placement

pytestmark = pytest.mark.slow

SECONDS: Final = 5.0
"""What one programme may take; one that takes longer counts as solved by who attacks."""
WAVES: Final = (Wave.SALE, Wave.DELIVERY)
SELLERS: Final = {"Anna": 8, "Bram": 8, "Cora": 4, "Dirk": 4}
"""And how many customers of each answer in totals, a month."""
COLLEAGUES: Final = ("Anna", "Bram")
NAMED: Final = 2
"""Customers of each colleague, a month, who show their name."""
BLOCK_BASE: Final = {10: 5, 6: 3, 4: 3}
GROUP_BASE: Final = {10: 5, 6: 3, 4: 3}
STEP: Final = {10: 0.5, 6: 0.3, 4: 0.2}
"""By the high end of a scale from 0: what sums are rounded to, and in which steps a page shows a mean."""


@dataclass(frozen=True)
class Said:
    """A customer: whose, what they expected and got, and in which block and group they stand; None for none."""

    seller: str
    v: int
    r: int
    named: bool
    block: int | None = None
    group: int | None = None


@dataclass(frozen=True)
class Seen:
    """A sum of answers that were summed part by part, as somebody saw it: between two ends, both included.

    parts: each the rows of its customers, and by how much its sum may be off since it was rounded.
    """

    parts: tuple[tuple[frozenset[int], int], ...]
    least: float
    most: float


@dataclass
class Company:
    """A company on a scale from 0, from its first answer to the release after an erasure, and what was seen of it."""

    house: Settings
    high: int
    chance: Random
    customers: dict[int, Said] = field(default_factory=dict)
    """By the row of their deal."""
    pages: list[tuple[str, Seen]] = field(default_factory=list)
    """What stood on the page of whom."""
    releases: list[Seen] = field(default_factory=list)
    erased: int = 0
    now: datetime = NOW

    def live(self) -> "Company":
        now, addresses = NOW, {}
        for _ in range(2):
            told = {}
            for seller, many in SELLERS.items():
                for number in range(many + (NAMED if seller in COLLEAGUES else 0)):
                    built, said = self._answer(seller, now, named=number >= many)
                    told[built.row], addresses[built.row] = said, built.email
            now = self._next_month(now)
            self._place(told)
            self._look()
        self.erased = next(row for row, one in self.customers.items() if one.group is not None)
        person_data.erase(self.house, addresses[self.erased], now)
        self._next_month(now)
        self._look()
        self._read()
        return self

    def _answer(self, seller: str, now: datetime, *, named: bool) -> tuple[BuiltDeal, Said]:
        of = survey(1, high=self.high, norm=self.high / 2)
        built = deal(of, seller=person(seller), waves=WAVES)
        Invitation.update(expires_at=now + timedelta(days=45)).execute()
        points = (self.chance.randint(1, self.high), self.chance.randint(0, self.high))
        consent = Consent.NAMED if named else Consent.TOTALS
        for wave, point in zip(WAVES, points, strict=True):
            changes = Changes(answers={"a1": point}, consent=consent)
            respond.save(respond.open_link(built.tokens[wave], now), changes, now, CALLS, submit=True)
        return built, Said(seller, *points, named)

    def _next_month(self, now: datetime) -> datetime:
        then = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=1)
        catch_up(self.house, then)
        freeze(self.house, then)
        publish(self.house, then)
        self.now = then
        return then

    def _place(self, told: dict[int, Said]) -> None:
        blocks = dict(Placement.select(Placement.id, Placement.block).tuples())
        block = {row: blocks.get(pair) for row, pair in Pair.select(Pair.deal, Pair.id).tuples()}
        group = dict(OwnPair.select(OwnPair.deal, OwnPair.batch).tuples())
        for row, said in told.items():
            self.customers[row] = replace(said, block=block[row], group=group[row])

    def members(self, what: str, number: int) -> frozenset[int]:
        return frozenset(row for row, one in self.customers.items() if getattr(one, what) == number)

    def _look(self) -> None:
        """Whoever looks knows the answers by name; with them the same sum is shown once more, in other steps."""
        standing = [row.id for row in OwnBatch.select().where(OwnBatch.retired_at.is_null())]
        step = STEP[self.high]
        for name in COLLEAGUES:
            seller = people.by_id(person(name))
            assert seller
            [figures] = own_feedback.overview(self.house, seller, self.now).figures
            own = {row for row, one in self.customers.items() if one.seller == name}
            groups = [self.members("group", number) for number in standing]
            parts = [(group, GROUP_BASE[self.high] - 1) for group in groups if group <= own]
            named = [(frozenset({row}), 0) for row in own if self.customers[row].named]
            for total, among in ((figures.totals, parts), (figures.together, [*parts, *named])):
                if total is None:
                    continue
                assert total.customers == sum(len(rows) for rows, _ in among)
                mean = total.gaps[0].reality
                assert mean is not None
                least = -np.inf if mean == 0 else total.customers * (mean - step / 2)
                most = np.inf if mean == self.high else total.customers * (mean + step / 2)
                self.pages.append((name, Seen(tuple(among), least, most)))

    def _read(self) -> None:
        for release in read_releases(self.house.releases_folder):
            for cell in release.document.cells:
                parts = tuple(
                    (self.members("block", number), BLOCK_BASE[self.high] - 1) for number in cell.blocks
                )
                told = cell.aspects["a1"].r
                self.releases.append(Seen(parts, told, told))

    def seen_by(self, *colleagues: str) -> list[Seen]:
        return [*self.releases, *(seen for name, seen in self.pages if name in colleagues)]


class Attack:
    """Everything that fits what was seen: of each customer which answer they gave, of each part its rounded sum.

    known: whose answer is known beforehand. Of every group and block it is known too that it was fit to close.
    """

    def __init__(self, company: Company, seen: Sequence[Seen], known: Collection[int]) -> None:
        self.company, self.points = company, np.arange(company.high + 1)
        self.rows = {row: at for at, row in enumerate(company.customers)}
        parts = sorted({part for one in seen for part in one.parts}, key=lambda part: sorted(part[0]))
        self.at = {part: len(self.rows) * len(self.points) + number for number, part in enumerate(parts)}
        self.width = len(self.rows) * len(self.points) + len(parts)
        self.held: list[tuple[np.ndarray, float, float]] = []
        for row in self.rows:
            self._hold({row: np.ones(len(self.points))}, {}, 1, 1)
            if row in known:
                self._hold({row: self._gave(row)}, {}, 1, 1)
        for part in parts:
            rows, off = part
            self._hold(dict.fromkeys(rows, self.points), {part: -1}, -off, off)
            if len(rows) > 1:
                self._fit_to_close(rows)
        for one in seen:
            self._hold({}, dict.fromkeys(one.parts, 1), one.least, one.most)

    def _gave(self, row: int) -> np.ndarray:
        return (self.points == self.company.customers[row].r).astype(float)

    def _fit_to_close(self, rows: frozenset[int]) -> None:
        """No answer is given by more than nine in ten, and no mean is so near an end that it tells of everybody."""
        for point in self.points:
            self._hold(dict.fromkeys(rows, self.points == point), {}, 0, 0.9 * len(rows))
        half, high = self.company.high / 2, self.company.high
        self._hold(dict.fromkeys(rows, self.points), {}, half + 0.5, len(rows) * high - half - 0.5)

    def _hold(
        self, answers: Mapping[int, np.ndarray], sums: Mapping[Any, float], least: float, most: float
    ) -> None:
        line = np.zeros(self.width)
        for row, weights in answers.items():
            begin = self.rows[row] * len(self.points)
            line[begin : begin + len(self.points)] = weights
        for part, weight in sums.items():
            line[self.at[part]] = weight
        self.held.append((line, least, most))

    def candidates(self, targets: Collection[int]) -> dict[int, set[int]]:
        """Which answers each of these may have given. One programme an answer, but for those that one has shown before;
        customers who stand in the same parts are alike to whoever does not know them.
        """
        held = LinearConstraint(
            csr_array(np.array([line for line, _, _ in self.held])),
            np.array([least for _, least, _ in self.held]),
            np.array([most for _, _, most in self.held]),
        )
        places: dict[tuple[int | None, ...], list[int]] = {}
        for row in targets:
            one = self.company.customers[row]
            places.setdefault((one.block, one.group), []).append(row)
        found: dict[tuple[int | None, ...], set[int]] = {place: set() for place in places}
        for place, rows in places.items():
            for point in self.points:
                answers = {} if point in found[place] else self._solved(held, rows[0], int(point))
                for other, there in places.items():
                    found[other] |= {answers[row] for row in there if row in answers}
        return {row: found[place] for place, rows in places.items() for row in rows}

    def _solved(self, held: LinearConstraint, row: int, point: int) -> dict[int, int]:
        """The answer of everybody where this one gave that; empty where they cannot have."""
        answers = len(self.rows) * len(self.points)
        low = np.concatenate([np.zeros(answers), np.full(self.width - answers, -np.inf)])
        high = np.concatenate([np.ones(answers), np.full(self.width - answers, np.inf)])
        low[self.rows[row] * len(self.points) + point] = 1
        solved = milp(
            np.zeros(self.width),
            constraints=held,
            integrality=np.ones(self.width),
            bounds=Bounds(low, high),
            options={"time_limit": SECONDS},
        )
        if solved.x is None:
            return {}
        given = solved.x[:answers].reshape(len(self.rows), -1).argmax(axis=1)
        return {row: int(given[at]) for row, at in self.rows.items()}


@pytest.fixture
def live(database: str, tmp_path: Path) -> Callable[[int], Company]:
    house = settings(database, tmp_path, works_council_consent=date(2026, 1, 15))
    return lambda high: Company(house, high, Random(high)).live()


@pytest.mark.parametrize("high", [10, 6, 4])
def test_pages_of_two_colleagues_and_every_release_leave_each_answer_open_through_an_erasure(
    live: Callable[[int], Company], high: int
) -> None:
    """Of whoever is erased, and of everybody else where whoever is erased was a friend who told what they gave."""
    company = live(high)
    pages, releases = len(company.pages), len({seen.parts for seen in company.releases})
    assert (pages, releases) == (12, 3), "before it, after it, and the other month alone"
    for colleagues in ((), COLLEAGUES[:1], COLLEAGUES):
        seen = company.seen_by(*colleagues)
        known = {row for row, one in company.customers.items() if one.named and one.seller in colleagues}
        friend = known | {company.erased}
        open_to = Attack(company, seen, known).candidates({company.erased})
        open_to |= Attack(company, seen, friend).candidates({*company.customers} - friend)
        assert {frozenset(answers) for answers in open_to.values()} == {frozenset(range(high + 1))}


@pytest.mark.parametrize("what", ["group", "block"])
def test_canary_what_is_summed_exactly_before_and_without_whoever_is_erased_afterwards_names_their_answer(
    live: Callable[[int], Company], what: str
) -> None:
    company = live(4)
    gone = company.customers[company.erased]
    together = company.members(what, int(getattr(gone, what)))
    exact = [
        Seen(((rows, 0),), total, total)
        for rows in (together, together - {company.erased})
        for total in [sum(company.customers[row].r for row in rows)]
    ]
    found = Attack(company, [*company.seen_by(*COLLEAGUES), *exact], set()).candidates({company.erased})
    assert found == {company.erased: {gone.r}}
