"""A salesperson who looks again after everything that happens learns nothing of fewer than five customers together."""

import itertools
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pytest

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, settings, survey
from kloof.actions.staff import own_feedback
from kloof.actions.staff.own_feedback import Total
from kloof.actions.surveys import respond
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.access import people
from kloof.storage.models import OwnBatch, OwnPair

WAVES = (Wave.SALE, Wave.DELIVERY)
SURVEY = survey(1)


@dataclass
class World:
    """Customers of one salesperson, what they do, and what the salesperson sees."""

    url: str
    folder: Path
    chance: Random
    deals: list[BuiltDeal] = field(default_factory=list)

    def answer(self, consent: Consent, v: int | None = None, r: int | None = None) -> BuiltDeal:
        built = deal(SURVEY, seller=person(), waves=WAVES)
        for wave, value in ((Wave.SALE, v), (Wave.DELIVERY, r)):
            chosen = self.chance.randint(1, 9) if value is None else value
            said = Changes(answers={"a1": chosen}, consent=consent)
            respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
        self.deals.append(built)
        return built

    def correct(self, built: BuiltDeal) -> None:
        changes = Changes(answers={"a1": self.chance.randint(1, 9)})
        respond.save(respond.open_link(built.tokens[Wave.DELIVERY], NOW), changes, NOW, CALLS, correct=True)

    def choose(self, built: BuiltDeal, consent: Consent) -> None:
        for wave in WAVES:
            respond.choose_again(
                respond.open_link(built.tokens[wave], NOW), Changes(consent=consent), NOW, CALLS
            )

    def withdraw(self, built: BuiltDeal) -> None:
        respond.withdraw(respond.open_link(built.tokens[Wave.DELIVERY], NOW), NOW, CALLS)
        self.deals.remove(built)

    def look(self) -> own_feedback.OwnFeedback:
        agreed = settings(self.url, self.folder, works_council_consent=date(2026, 1, 15))
        seller = people.by_id(person())
        assert seller
        return own_feedback.overview(agreed, seller, NOW)

    def totals(self) -> tuple[int, float, float] | None:
        """(customers, ΣV, ΣR) as the page shows them."""
        figures = self.look().figures
        total = figures[0].totals if figures else None
        if not isinstance(total, Total):
            return None
        [gap] = total.gaps
        assert gap.expectation is not None
        assert gap.reality is not None
        return total.customers, gap.expectation * total.customers, gap.reality * total.customers

    def named(self) -> set[int]:
        return {view.deal.deal.id for view in self.look().deals if view.deal.named}


@pytest.fixture
def world(either_database: str, tmp_path: Path) -> World:
    return World(either_database, tmp_path, Random(7))


def test_four_show_nothing_and_the_fifth_shows_five(world: World) -> None:
    for _ in range(4):
        world.answer(Consent.TOTALS)
        assert world.totals() is None
    world.answer(Consent.TOTALS)
    shown = world.totals()
    assert shown is not None
    assert shown[0] == 5


def test_a_sixth_to_ninth_answer_change_nothing_and_the_tenth_brings_five_at_once(world: World) -> None:
    for _ in range(5):
        world.answer(Consent.TOTALS)
    first = world.totals()
    for _ in range(4):
        world.answer(Consent.TOTALS)
        assert world.totals() == first
    world.answer(Consent.TOTALS)
    shown = world.totals()
    assert shown is not None
    assert shown[0] == 10


def test_after_a_withdrawal_the_whole_group_is_gone_and_never_comes_back_without_one(world: World) -> None:
    group = [world.answer(Consent.TOTALS) for _ in range(5)]
    world.withdraw(group[2])
    assert world.totals() is None
    for _ in range(4):
        world.answer(Consent.TOTALS)
        assert world.totals() is None, "the four who are left are not made up with new ones"


def test_after_a_correction_the_whole_group_is_gone(world: World) -> None:
    group = [world.answer(Consent.TOTALS, v=8, r=5) for _ in range(5)]
    said = Changes(answers={"a1": 2})
    respond.save(respond.open_link(group[0].tokens[Wave.DELIVERY], NOW), said, NOW, CALLS, correct=True)
    assert world.totals() is None


def test_who_stands_in_a_total_is_not_shown_by_name_later(world: World) -> None:
    group = [world.answer(Consent.TOTALS) for _ in range(5)]
    before = world.totals()
    world.choose(group[0], Consent.NAMED)
    assert world.totals() == before
    assert world.named() == set()


def test_who_was_shown_by_name_never_goes_into_a_total(world: World) -> None:
    once = world.answer(Consent.NAMED)
    world.choose(once, Consent.TOTALS)
    assert world.named() == set()
    for _ in range(4):
        world.answer(Consent.TOTALS)
    assert world.totals() is None, "the salesperson knows what the fifth said"


def test_who_waits_and_gives_their_name_is_shown_and_no_longer_waits(world: World) -> None:
    waiting = [world.answer(Consent.TOTALS) for _ in range(4)]
    world.choose(waiting[0], Consent.NAMED)
    assert world.named() == {waiting[0].row}
    world.answer(Consent.TOTALS)
    assert world.totals() is None


def members() -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for row in OwnPair.select().where(OwnPair.batch.is_null(False)):
        found.setdefault(row.batch_id, set()).add(row.deal_id)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("either_database", "seed"),
    [
        *(("sqlite", seed) for seed in range(4)),
        pytest.param("postgresql", 0, marks=pytest.mark.postgresql),
    ],
    indirect=["either_database"],
)
def test_an_attacker_who_reloads_after_everything_recovers_no_sum_of_fewer_than_five(
    world: World, seed: int
) -> None:
    """Sets that were ever shown, and single customers who were ever named, span what can be worked out.

    No combination of them may be about one to four of the others: each block of the partition that the totals make,
    without who was ever named, holds five or nobody.
    """
    world.chance = Random(seed)
    ever_named: set[int] = set()
    shown: set[frozenset[int]] = set()
    live: set[int] = set()
    before = None
    for _ in range(60):
        act(world)
        ever_named |= world.named()
        after = world.totals()
        now_live = batches_live()
        assert (after == before) is (now_live == live), "the page changes with whole groups only"
        before, live = after, now_live
        shown.add(frozenset().union(*(frozenset(members()[batch]) for batch in live)))
    assert any(shown), "the attacker saw something"
    everyone = sorted(frozenset().union(*shown))
    assert not ever_named & set(everyone)
    for pattern in {tuple(one in some for some in shown) for one in everyone}:
        alike = [one for one in everyone if tuple(one in some for some in shown) == pattern]
        assert len(alike) >= 5, "whatever is added or subtracted, these stay together"
    matrix = np.array([[one in some for one in everyone] for some in shown], dtype=float)
    projection = np.linalg.pinv(matrix) @ matrix
    assert projection.diagonal().max() <= 1 / 5 + 1e-9, "the leverage of a single customer"


def batches_live() -> set[int]:
    return {row.id for row in OwnBatch.select().where(OwnBatch.retired_at.is_null())}


def act(world: World) -> None:
    if not world.deals or world.chance.random() < 0.6:
        world.answer(Consent.TOTALS if world.chance.random() < 0.8 else Consent.NAMED)
        return
    built = world.chance.choice(world.deals)
    step = world.chance.choice([world.correct, world.withdraw, None, None])
    if step:
        step(built)
    else:
        world.choose(built, world.chance.choice([Consent.NAMED, Consent.TOTALS]))


def test_named_and_totals_stand_together_per_quarter_with_promises_kept(world: World) -> None:
    for v, r in itertools.repeat((8, 6), 5):
        world.answer(Consent.TOTALS, v, r)
    world.answer(Consent.NAMED, 2, 6)
    [figures] = world.look().figures
    assert figures.together
    [gap] = figures.together.gaps
    assert (figures.together.customers, gap.expectation, gap.reality) == (6, 7, 6)
    assert [quarter.name for quarter in figures.quarters] == ["2026 Q1"]
    assert figures.promises == (0, 0, 0, 0)
