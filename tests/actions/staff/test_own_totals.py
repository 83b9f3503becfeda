"""A salesperson who looks again after everything that happens learns nothing of fewer than eight customers together."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, settings, survey
from kloof import storage
from kloof.actions.catch_up import catch_up
from kloof.actions.staff import before_promise, own_deals, own_feedback
from kloof.actions.staff.own_feedback import OwnFigures, Total
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.staff.own_list import OwnSearch
from kloof.domain.staff.own_totals import LEAST
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage import person_data
from kloof.storage.access import people
from kloof.storage.models import Customer, Invitation, OwnBatch, OwnPair

WAVES = (Wave.SALE, Wave.DELIVERY)
SURVEY = survey(1)


@dataclass
class World:
    """Customers of one salesperson, what they do, and what the salesperson sees."""

    url: str
    folder: Path
    chance: Random
    now: datetime = NOW
    deals: list[BuiltDeal] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return settings(self.url, self.folder, works_council_consent=date(2026, 1, 15))

    def answer(
        self, consent: Consent, v: int | None = None, r: int | None = None, email: str | None = None
    ) -> BuiltDeal:
        built = deal(SURVEY, seller=person(), waves=WAVES, email=email)
        Invitation.update(expires_at=self.now + timedelta(days=45)).execute()
        for wave, value in ((Wave.SALE, v), (Wave.DELIVERY, r)):
            chosen = self.chance.randint(1, 9) if value is None else value
            said = Changes(answers={"a1": chosen}, consent=consent)
            respond.save(respond.open_link(built.tokens[wave], self.now), said, self.now, CALLS, submit=True)
        self.deals.append(built)
        return built

    def eight(self, count: int = LEAST) -> list[BuiltDeal]:
        """So many who answer in totals, all over the scale."""
        return [self.answer(Consent.TOTALS, 2 + number % 7, 8 - number % 6) for number in range(count)]

    def correct(self, built: BuiltDeal, r: int | None = None) -> None:
        changes = Changes(answers={"a1": self.chance.randint(1, 9) if r is None else r})
        link = respond.open_link(built.tokens[Wave.DELIVERY], self.now)
        respond.save(link, changes, self.now, CALLS, correct=True)

    def choose(self, built: BuiltDeal, consent: Consent) -> None:
        for wave in WAVES:
            link = respond.open_link(built.tokens[wave], self.now)
            respond.choose_again(link, Changes(consent=consent), self.now, CALLS)

    def withdraw(self, built: BuiltDeal) -> None:
        respond.withdraw(respond.open_link(built.tokens[Wave.DELIVERY], self.now), self.now, CALLS)
        self.deals.remove(built)

    def wait(self, days: int = 1) -> None:
        """So many days go by, and the worker does each day what time brings."""
        for _ in range(days):
            self.now += timedelta(days=1)
            catch_up(self.settings, self.now)

    def next_month(self) -> None:
        self.now = (self.now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=1)
        catch_up(self.settings, self.now)

    def look(self) -> own_feedback.OwnFeedback:
        seller = people.by_id(person())
        assert seller
        return own_feedback.overview(self.settings, seller, self.now)

    def figures(self) -> OwnFigures | None:
        return next(iter(self.look().figures), None)

    def totals(self) -> Total | None:
        figures = self.figures()
        return figures.totals if figures else None

    def named(self) -> set[int]:
        seller = people.by_id(person())
        assert seller
        listed = own_deals.listed(self.settings, seller, OwnSearch(), 1, self.now)
        return {view.deal.deal.id for view in listed.deals if view.deal.named}


@pytest.fixture
def world(either_database: str, tmp_path: Path) -> World:
    return World(either_database, tmp_path, Random(7))


def test_seven_show_nothing_in_any_month_and_the_eighth_shows_eight_from_the_next_one(world: World) -> None:
    world.eight(7)
    before = world.figures()
    world.next_month()
    assert world.figures() == before
    world.answer(Consent.TOTALS, 9, 1)
    assert world.figures() == before
    world.next_month()
    shown = world.totals()
    assert shown is not None
    assert shown.customers == 8


def test_between_two_firsts_of_a_month_no_answer_changes_anything(world: World) -> None:
    world.eight()
    world.next_month()
    first = world.figures()
    for _ in range(20):
        world.answer(Consent.TOTALS)
        world.wait()
        assert world.figures() == first
    world.next_month()
    shown = world.totals()
    assert shown is not None
    assert shown.customers == 28


def test_what_was_answered_on_the_first_itself_waits_for_the_next_one(world: World) -> None:
    world.next_month()
    world.eight()
    world.wait()
    assert world.totals() is None
    world.next_month()
    assert world.totals() is not None


def test_a_group_that_was_alike_is_not_looked_at_again_when_one_of_them_corrects_it(world: World) -> None:
    """Else closing in the middle of a month would tell of the correction, and before it of what they all said."""
    alike = [world.answer(Consent.TOTALS, 2 + number % 7, 6) for number in range(8)]
    world.next_month()
    assert world.totals() is None
    for built in alike[:4]:
        world.correct(built, 3)
        world.wait()
        assert world.totals() is None
    world.next_month()
    assert world.totals() is not None


def test_what_is_shown_is_the_same_function_of_groups_wherever_it_stands(world: World) -> None:
    world.eight()
    world.next_month()
    [kept] = OwnBatch.select()
    figures, seller = world.figures(), people.by_id(person())
    assert figures
    assert seller
    assert figures.totals == figures.together
    [quarter] = figures.quarters
    assert (quarter.name, quarter.total) == ("2026 Q1", figures.totals)
    [gap] = figures.totals.gaps
    for mean in (gap.expectation, gap.reality):
        assert mean is not None
        assert mean * 2 == int(mean * 2)
    guide = before_promise.choice(world.settings, seller, "Heat pump", ()).guide
    assert guide
    assert guide.own.customers == 0, "a group is over all products, and no part of it is shown"
    assert guide.advice[0].expected is None
    OwnPair.update(answers="").execute()
    assert world.figures() == figures, "nothing is read from the answers"
    assert set(kept.sums) <= set('{}[]":, vr0123456789')


def test_of_a_group_no_exact_sum_is_kept_and_no_promise(world: World) -> None:
    seen = set()
    for month in range(12):
        world.eight()
        world.next_month()
        seen.add(OwnBatch.select().order_by(OwnBatch.id.desc()).get().sums)
        assert OwnBatch.select().count() == month + 1
    assert len(seen) > 3, "the same answers, rounded anew for each group"
    figures = world.figures()
    assert figures
    assert figures.promises == (0, 0, 0, 0)


def test_a_second_deal_of_the_same_customer_waits_for_the_next_group(world: World) -> None:
    world.eight(7)
    world.answer(Consent.TOTALS, 4, 4, email="twice@example.net")
    world.answer(Consent.TOTALS, 5, 5, email="twice@example.net")
    world.next_month()
    shown = world.totals()
    assert shown is not None
    assert shown.customers == 8
    assert OwnPair.select().where(OwnPair.batch.is_null()).count() == 1
    world.eight(7)
    world.next_month()
    assert OwnPair.select().where(OwnPair.batch.is_null()).count() == 0


def test_after_a_withdrawal_the_whole_group_is_gone_and_never_comes_back_without_one(world: World) -> None:
    group = world.eight()
    world.next_month()
    world.withdraw(group[2])
    assert world.totals() is None
    world.eight(7)
    world.next_month()
    assert world.totals() is None, "the seven who are left are not made up with new ones"


def test_after_a_correction_the_whole_group_is_gone(world: World) -> None:
    group = world.eight()
    world.next_month()
    world.correct(group[0], 1)
    assert world.totals() is None
    assert {row.sums for row in OwnBatch.select()} == {""}
    assert {row.answers for row in OwnPair.select()} == {""}


def test_after_an_erasure_the_whole_group_is_gone(world: World) -> None:
    group = world.eight()
    world.next_month()
    with storage.transaction():
        person_data.erase(Customer.get(Customer.email == group[0].email).id, world.now)
    assert world.totals() is None
    world.next_month()
    assert world.totals() is None


def test_who_stands_in_a_total_is_not_shown_by_name_later(world: World) -> None:
    group = world.eight()
    world.next_month()
    before = world.figures()
    world.choose(group[0], Consent.NAMED)
    assert world.figures() == before
    assert world.named() == set()


def test_who_was_shown_by_name_never_goes_into_a_total(world: World) -> None:
    once = world.answer(Consent.NAMED)
    world.choose(once, Consent.TOTALS)
    assert world.named() == set()
    world.eight(7)
    world.next_month()
    assert world.totals() is None, "the salesperson knows what the eighth said"


def test_who_waits_and_gives_their_name_is_shown_and_no_longer_waits(world: World) -> None:
    waiting = world.eight()
    world.choose(waiting[0], Consent.NAMED)
    assert world.named() == {waiting[0].row}
    world.next_month()
    assert world.totals() is None


def members() -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for row in OwnPair.select().where(OwnPair.batch.is_null(False)):
        found.setdefault(row.batch_id, set()).add(row.deal_id)
    return {batch: frozenset(deals) for batch, deals in found.items()}


def live() -> set[int]:
    return {row.id for row in OwnBatch.select().where(OwnBatch.retired_at.is_null())}


def refuse_fewer_than_eight(shown: set[frozenset[int]]) -> None:
    """Whatever sets are added or subtracted: no combination is about one to seven customers."""
    everyone = sorted(frozenset().union(*shown))
    for pattern in {tuple(one in some for some in shown) for one in everyone}:
        alike = [one for one in everyone if tuple(one in some for some in shown) == pattern]
        assert len(alike) >= LEAST, "these stay together"
    matrix = np.array([[one in some for one in everyone] for some in shown], dtype=float)
    projection = np.linalg.pinv(matrix) @ matrix
    assert projection.diagonal().max() <= 1 / LEAST + 1e-9, "the leverage of a single customer"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("either_database", "seed"),
    [
        *(("sqlite", seed) for seed in range(4)),
        pytest.param("postgresql", 0, marks=pytest.mark.postgresql),
    ],
    indirect=["either_database"],
)
def test_an_attacker_who_reloads_after_everything_recovers_no_sum_of_fewer_than_eight(
    world: World, seed: int
) -> None:
    """Sets that were ever shown, and single customers who were ever named, span what can be worked out.

    No combination of them may be about one to seven of the others. That holds for each page as a whole, and for each
    quarter of the pictures over time, of which the named ones can be taken off.
    """
    world.chance = Random(seed)
    ever_named: set[int] = set()
    shown: set[frozenset[int]] = set()
    was_live: set[int] = set()
    before: object = None
    for _ in range(90):
        act(world)
        ever_named |= world.named()
        figures, now_live = world.figures(), live()
        after = figures.totals if figures else None
        assert (after == before) is (now_live == was_live), "the page changes with whole groups only"
        before, was_live = after, now_live
        shown |= {union(now_live), *(union(some) for some in by_quarter(now_live).values())}
    shown.discard(frozenset())
    assert len(shown) > 2, "the attacker saw something"
    assert not ever_named & frozenset().union(*shown)
    refuse_fewer_than_eight(shown)


def union(batches: Iterable[int]) -> frozenset[int]:
    of = members()
    return frozenset().union(*(of[batch] for batch in batches))


def by_quarter(batches: Iterable[int]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for row in OwnBatch.select().where(OwnBatch.id.in_(list(batches))):
        month = row.closed_at.replace(day=1) - timedelta(days=1)
        found.setdefault(f"{month.year} Q{(month.month + 2) // 3}", set()).add(row.id)
    return found


def act(world: World) -> None:
    if world.chance.random() < 0.06:
        world.next_month()
        return
    if not world.deals or world.chance.random() < 0.75:
        world.answer(Consent.TOTALS if world.chance.random() < 0.9 else Consent.NAMED)
        return
    built = world.chance.choice(world.deals)
    step = world.chance.choice([world.correct, world.withdraw, None, None])
    if step:
        step(built)
    else:
        world.choose(built, world.chance.choice([Consent.NAMED, Consent.TOTALS]))


def test_who_compares_months_finds_whole_groups_however_few_answers_a_month_brings(world: World) -> None:
    """Each month three answers and more, and one by name: a quarter changes by nobody, or by eight and more."""
    seen: dict[str, list[int]] = {}
    for month in range(9):
        for number in range(3 + month % 3):
            world.answer(Consent.TOTALS, 2 + (month + number) % 7, 8 - (2 * month + number) % 6)
        world.answer(Consent.NAMED, 7, 5)
        world.next_month()
        figures = world.figures()
        assert figures
        for quarter in figures.quarters:
            seen.setdefault(quarter.name, []).append(quarter.total.customers)
    named = {}
    for row in OwnPair.select().where(OwnPair.named):
        name = f"{row.completed_at.year} Q{(row.completed_at.month + 2) // 3}"
        named[name] = named.get(name, 0) + 1
    grown = [
        later - earlier for counts in seen.values() for earlier, later in itertools.pairwise([0, *counts])
    ]
    assert all(more <= 1 or more >= LEAST for more in grown), (
        "a named one, or a group and perhaps a named one"
    )
    without = [counts[-1] - named.get(name, 0) for name, counts in seen.items()]
    assert sum(without) >= 3 * LEAST
    assert all(rest == 0 or rest >= LEAST for rest in without)


def test_named_and_totals_stand_together_per_quarter(world: World) -> None:
    world.eight()
    world.answer(Consent.NAMED, 2, 6)
    world.next_month()
    figures = world.figures()
    assert figures
    assert figures.together
    assert figures.together.customers == 9
    assert [quarter.name for quarter in figures.quarters] == ["2026 Q1"]
    assert figures.quarters[0].total == figures.together


def test_a_worker_that_comes_late_closes_what_was_due_and_no_more(world: World) -> None:
    world.eight()
    world.now = datetime(2026, 4, 10, 9, tzinfo=UTC)
    world.answer(Consent.TOTALS, 5, 5)
    catch_up(world.settings, world.now)
    shown = world.totals()
    assert shown is not None
    assert shown.customers == 8
