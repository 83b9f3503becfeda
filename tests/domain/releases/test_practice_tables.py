"""Tables that cut across blocks: deals with a practice beside deals without."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from cast.worlds import THRESHOLDS, Deal, World, a_survey, answers
from kloof.domain.releases.certificate.coalitions import largest_leverage
from kloof.domain.releases.certificate.leverage import Membership, account_leverages, leverages
from kloof.domain.releases.certificate.together import judged_together
from kloof.domain.releases.document import Level, PracticeCell, ReleaseDocument
from kloof.domain.releases.practice_tables import Part, is_sum_of_parts, new_parts
from kloof.domain.releases.queues import FineCell
from kloof.domain.releases.rounding import base_of

pytestmark = pytest.mark.slow

SURVEY = a_survey(2)
TABLE = "installation-1/practice/joint_visit"
BASE = base_of(SURVEY.scale)


def _named(one: object) -> str:
    return getattr(one, "__name__", str(one))


def sold(
    world: World, count: int, *, seed: int = 0, share: float = 0.5, customers: int | None = None
) -> World:
    """Deals of which this share had a joint visit; some by customers who come back."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        number = len(world.deals)
        customer = 10_000 * seed + (number if customers is None else int(rng.integers(customers)))
        cell = FineCell("heat pump", "east", ("north", "south")[number % 2])
        done = ["joint_visit"] if rng.random() < share else []
        world.sell(SURVEY, customer, number // 2 % 5, cell, answers(rng, SURVEY), done)
    return world


@pytest.fixture
def world() -> World:
    made = sold(World(), 400)
    made.freeze()
    return made


def published(world: World) -> ReleaseDocument:
    release = world.publish()
    assert release is not None
    return release


def arms(release: ReleaseDocument) -> dict[bool, PracticeCell]:
    return {arm.done: arm for arm in release.practices}


def truth(world: World, arm: PracticeCell) -> list[Deal]:
    return [
        deal
        for deal in world.deals
        if deal.block in arm.blocks and (arm.practice in deal.practices) == arm.done
    ]


def still_holds(world: World) -> None:
    """The certificate over every block and every part that ever came out, computed as one."""
    everything = world.history.everything
    assert leverages(everything).most <= 1 / 10 + 1e-9
    assert account_leverages(everything).most <= 1 / 3 + 1e-9
    assert largest_leverage(world.membership, world.every_part, 2) <= 1 / 5 + 1e-9


def test_both_arms_together_are_exactly_their_blocks(world):
    release = published(world)
    done, other = arms(release)[True], arms(release)[False]
    whole = next(release.cells_of(SURVEY.key, Level.COMPANY))
    assert done.blocks == other.blocks == whole.blocks
    assert done.n + other.n == whole.n
    assert {deal.number for arm in (done, other) for deal in truth(world, arm)} == {
        deal.number for deal in world.deals if deal.block
    }


def test_an_arm_shows_multiples_of_the_base_within_one_of_what_was_said_for_each_part(world):
    for arm in published(world).practices:
        deals = truth(world, arm)
        assert (arm.n, arm.parts, arm.customers) == (len(deals), 1, len(deals) // 5 * 5)
        for at, told in enumerate(arm.aspects.values()):
            exact = [
                sum(side[at] for side in sides)
                for sides in zip(*[(d.expected, d.received) for d in deals], strict=True)
            ]
            for shown, said in zip((told.v, told.r), exact, strict=True):
                assert shown % BASE == 0
                assert abs(shown - said) < BASE


def test_an_arm_is_rounded_by_itself_and_not_as_its_blocks_were(world):
    """Were it their remainder, the two arms and the blocks would add up for every aspect and side."""
    release = published(world)
    whole = next(release.cells_of(SURVEY.key, Level.COMPANY))
    done, other = arms(release)[True], arms(release)[False]
    left = [
        getattr(done.aspects[name], side)
        + getattr(other.aspects[name], side)
        - getattr(whole.aspects[name], side)
        for name in whole.aspects
        for side in ("v", "r")
    ]
    assert any(left)
    assert all(abs(one) < (2 + len(whole.blocks)) * BASE for one in left)


def test_both_arms_are_their_blocks_also_where_customers_come_back():
    world = sold(World(), 900, customers=600)
    world.freeze()
    release = published(world)
    assert release.practices
    whole = next(release.cells_of(SURVEY.key, Level.COMPANY))
    in_table = {block for arm in release.practices for block in arm.blocks}
    assert in_table <= set(whole.blocks)
    assert sum(arm.n for arm in release.practices) == sum(world.closed[block].n for block in in_table)
    for arm in release.practices:
        assert arm.customers == len({deal.customer for deal in truth(world, arm)}) // 5 * 5
    still_holds(world)


@pytest.mark.parametrize("share", [0.0, 0.03, 1.0])
def test_an_arm_of_fewer_than_twenty_customers_makes_no_table(share):
    world = sold(World(), 400, share=share)
    world.freeze()
    assert published(world).practices == ()
    assert world.dropped == []


def test_an_arm_of_two_salespeople_makes_no_table():
    world = sold(World(), 400, share=0)
    for deal in world.deals:
        deal.practices = frozenset({"joint_visit"} if deal.salesperson < 2 else ())
    world.freeze()
    assert published(world).practices == ()


def test_an_arm_in_which_nearly_everybody_says_the_same_makes_no_table():
    world = sold(World(), 400)
    for deal in world.deals:
        if deal.practices:
            deal.expected = (8, *deal.expected[1:])
    world.freeze()
    assert published(world).practices == ()


def test_an_arm_of_one_account_makes_no_table():
    """Thirty deals with the practice, ten of each salesperson, all but four of one hospital."""
    world = sold(World(), 400, share=0)
    for number, deal in enumerate(world.deals[:60:2]):
        deal.practices, deal.account = frozenset({"joint_visit"}), 7 if number > 3 else 0
    rng = np.random.default_rng(2)
    for deal in world.deals[60:]:
        deal.account = int(rng.integers(20, 120))
    world.freeze()
    alone = [deal for deal in world.deals if deal.block and deal.practices]
    assert published(world).practices == () or len(alone) < 20


def test_a_table_that_the_certificate_does_not_allow_is_left_out_and_named():
    """Sixty customers in blocks of twelve: together with the blocks the arms would weigh some of them too much."""
    world = World()
    for seed in range(5):
        rng = np.random.default_rng(seed)
        for number in range(12):
            cell = FineCell(f"product {seed}", "east", "north")
            done = ["joint_visit"] if number < 5 else []
            sheet = rng.integers(3, 11, (2, 2))
            world.sell(SURVEY, 100 * seed + number, number % 4, cell, sheet, done)
    world.freeze()
    assert len(world.closed) >= 4
    release = published(world)
    assert release.practices == ()
    assert world.dropped == [TABLE]


def all_over_the_scale(deals: Sequence[Deal]) -> None:
    """Answers that may stand, whoever looks at them."""
    for deal, sheet in zip(
        deals, np.random.default_rng(5).integers(3, 11, (len(deals), 4)).tolist(), strict=True
    ):
        deal.expected, deal.received = tuple(sheet[:2]), tuple(sheet[2:])


def alike_at_the_end(deals: Sequence[Deal]) -> None:
    """All of these gave 10 to each question about the first aspect."""
    for deal in deals:
        deal.expected, deal.received = (10, *deal.expected[1:]), (10, *deal.received[1:])


def of_one_seller(deals: Sequence[Deal]) -> None:
    all_over_the_scale(deals)
    for deal in deals:
        deal.salesperson = 0


def sixteen(among: Sequence[Deal]) -> list[Deal]:
    """Sixteen of these, of all salespeople alike."""
    by_seller = [[deal for deal in among if deal.salesperson == seller] for seller in range(5)]
    return [deal for round_ in zip(*by_seller, strict=False) for deal in round_][: 16 * 4 : 4]


@pytest.mark.parametrize("larger_first", [True, False])
@pytest.mark.parametrize(
    ("make", "tables"), [(all_over_the_scale, 2), (alike_at_the_end, 1), (of_one_seller, 1)], ids=_named
)
def test_an_arm_within_an_arm_of_another_practice_must_leave_a_set_that_may_stand(larger_first, make, tables):
    """The difference of the two tables is sixteen customers: all at 10, or all of one salesperson, or as they come."""
    world = sold(World(), 400)
    visited = [deal for deal in world.deals if deal.practices]
    apart = sixteen(visited)
    make(apart)
    names = ("joint_visit", "quote_checked") if larger_first else ("quote_checked", "joint_visit")
    for deal in visited:
        deal.practices = frozenset({names[0]} if deal in apart else names)
    world.freeze()
    assert all(deal.block for deal in apart)
    assert len({arm.practice for arm in published(world).practices}) == tables
    still_holds(world)


@pytest.mark.parametrize(
    ("make", "tables"), [(all_over_the_scale, 1), (alike_at_the_end, 0), (of_one_seller, 0)], ids=_named
)
def test_blocks_that_lie_wholly_in_an_arm_must_leave_a_set_of_it_that_may_stand(make, tables):
    """Sixty customers of the north, all visited, close by themselves; of 300 in the south sixteen were visited."""
    world = sold(World(), 420, share=0)
    north, south = FineCell("heat pump", "east", "north"), FineCell("heat pump", "east", "south")
    for number, deal in enumerate(world.deals):
        deal.cell = north if number % 7 == 0 else south
        deal.practices = frozenset({"joint_visit"} if deal.cell == north else ())
    apart = sixteen([deal for deal in world.deals if deal.cell == south])
    make(apart)
    for deal in apart:
        deal.practices = frozenset({"joint_visit"})
    world.freeze()
    assert all(deal.block for deal in world.deals if deal.practices)
    assert len({arm.practice for arm in published(world).practices}) == tables


def test_a_table_grows_by_parts_that_could_stand_alone(world):
    first = published(world)
    sold(world, 24, seed=2)
    world.freeze()
    second = published(world)
    assert second.blocks != first.blocks
    assert [arm.blocks for arm in second.practices] == [arm.blocks for arm in first.practices]
    assert [arm.as_of.release for arm in second.practices] == [1, 1]
    assert [arm.aspects for arm in second.practices] == [arm.aspects for arm in first.practices]
    sold(world, 300, seed=3)
    world.freeze()
    third = published(world)
    for before, after in zip(second.practices, third.practices, strict=True):
        assert set(before.blocks) < set(after.blocks)
        assert after.n - before.n >= 20
        assert (after.parts, after.as_of.release) == (2, 3)
        deals = truth(world, after)
        for at, told in enumerate(after.aspects.values()):
            assert abs(told.v - sum(deal.expected[at] for deal in deals)) < 2 * BASE
    still_holds(world)


def test_what_a_table_grew_by_is_judged_by_itself():
    """Three hundred more, of whom those with the practice all say the same: the table stands as it did."""
    world = sold(World(), 400)
    world.freeze()
    first = published(world)
    sold(world, 300, seed=3)
    alike_at_the_end([deal for deal in world.deals[400:] if deal.practices])
    world.freeze()
    second = published(world)
    assert len(second.blocks) > len(first.blocks)
    assert [arm.blocks for arm in second.practices] == [arm.blocks for arm in first.practices]


def test_a_retired_block_takes_its_part_out(world):
    first = published(world)
    world.erase(world.deals[0])
    second = published(world)
    gone = {block.id for block in first.blocks} - {block.id for block in second.blocks}
    assert gone
    assert all(not gone & set(arm.blocks) for arm in second.practices)
    assert judged_together(world.membership, world.every_part, {}, THRESHOLDS).most.outsiders <= 0.1
    still_holds(world)


def test_what_a_retired_block_had_in_an_arm_is_not_told_by_the_table_without_it():
    """Of forty customers of another product twenty were visited, all at 10; then one of the forty takes it back.

    The old table less one over the blocks that are left would be those twenty.
    """
    world = sold(World(), 400)
    rng = np.random.default_rng(6)
    for number in range(40):
        done = ["joint_visit"] if number % 2 else []
        sheet = rng.integers(3, 11, (2, 2))
        world.sell(SURVEY, 5000 + number, number // 2 % 5, FineCell("solar", "east", "north"), sheet, done)
    alike_at_the_end([deal for deal in world.deals[400:] if deal.practices])
    world.freeze()
    first = published(world)
    (block,) = {deal.block for deal in world.deals[400:]}
    assert block in first.practices[0].blocks
    world.erase(world.deals[400])
    assert published(world).practices == ()
    assert world.dropped == [TABLE]
    sold(world, 300, seed=3)
    world.freeze()
    again = published(world)
    assert set(again.practices[0].blocks) == {one.id for one in again.blocks}
    still_holds(world)


def candidates(world: World, members: Membership) -> list[Part]:
    placed = [deal for deal in world.deals if deal.block in world.closed]
    pairs = world._columns(placed)
    pairs.cell[:] = [deal.block for deal in placed]
    practised = {"joint_visit": np.array(["joint_visit" in deal.practices for deal in placed])}
    return list(new_parts(pairs, practised, world.parts, members, THRESHOLDS, world.chance))


def test_a_block_in_which_somebody_weighs_all_but_too_much_is_left_whole(world):
    """Somebody of the first block stands alone in another set as well, which leaves no room to cut it."""
    (whole,) = candidates(world, world.membership)
    assert whole.blocks == tuple(sorted(world.closed))
    number = whole.blocks[0]
    person = int(world.closed[number].person[0])
    eleven = Membership.of(
        *(
            np.full(11, -1),
            np.array([person, *range(90_000, 90_010)]),
            np.zeros(11, np.int64),
            np.zeros(11, np.int64),
        )
    )
    (cut,) = candidates(world, world.membership + eleven)
    assert cut.blocks == tuple(block for block in whole.blocks if block != number)


def test_a_table_is_the_sum_of_its_parts_and_of_nothing_else(world):
    release = published(world)
    arm = release.practices[0]
    assert is_sum_of_parts(arm, world.parts, SURVEY)
    forged = {name: told.model_copy(update={"v": told.v + BASE}) for name, told in arm.aspects.items()}
    for change in (
        {"aspects": forged},
        {"n": arm.n + 1},
        {"parts": 2},
        {"blocks": arm.blocks[1:]},
        {"done": not arm.done},
    ):
        assert not is_sum_of_parts(arm.model_copy(update=change), world.parts, SURVEY)
    assert not is_sum_of_parts(arm, [], SURVEY)
    assert not is_sum_of_parts(arm, [*world.parts, *world.parts], SURVEY)


def test_tables_that_hold_together_pass_and_else_one_by_one_in_the_order_of_their_names(world):
    """Two arms that differ by one customer: the first by name stands, and the other does not."""
    everybody = world.membership
    half = everybody.take(np.isin(everybody.person, np.random.default_rng(3).permutation(400)[:200]))
    nearly = half.take(half.person != int(half.person[0]))
    verdict = judged_together(everybody, [], {"b": half, "a": nearly}, THRESHOLDS)
    assert verdict.refused == ("b",)
    assert verdict.most.within(THRESHOLDS)
    assert judged_together(everybody, [], {"b": half}, THRESHOLDS).refused == ()
    assert judged_together(everybody, [nearly], {"b": half}, THRESHOLDS).refused == ("b",)


def test_the_two_tables_of_a_world_differ_by_sets_that_may_stand():
    """Over a year of three practices, every difference of two published arms that is a set has twelve customers."""
    rng = np.random.default_rng(8)
    world = World()
    for seed in range(3):
        sold(world, 260, seed=seed)
        for deal in world.deals[-260:]:
            done = {"joint_visit"} & deal.practices
            chosen = rng.random(2) < (0.5, 0.2)
            deal.practices = frozenset(
                {
                    *done,
                    *np.array(["quote_checked", "complaint"])[
                        chosen & bool(done or rng.random() < 0.2)
                    ].tolist(),
                }
            )
        world.freeze()
        world.publish()
    told = {
        frozenset(deal.number for deal in truth(world, arm))
        for release in world.releases
        for arm in release.practices
    }
    assert len(told) > 2
    for one, other in combinations(told, 2):
        if one < other or other < one:
            assert len(one ^ other) >= 12
