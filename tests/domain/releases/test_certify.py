"""The gate: nothing passes that is not a sum of closed blocks under the certificate."""

from dataclasses import replace

import numpy as np
import pytest

from cast.worlds import THRESHOLDS, World, a_survey, answers
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.certify import History, Publishable, Uncertified, certify
from kloof.domain.releases.document import Level
from kloof.domain.releases.leverage import Membership
from kloof.domain.releases.queues import FineCell
from kloof.domain.statistics.sums import Sums

NORTH = FineCell("heat pump", "east", "north")
SOUTH = FineCell("heat pump", "east", "south")


@pytest.fixture
def world() -> World:
    """A company with two closed blocks, about to publish."""
    rng = np.random.default_rng(4)
    made = World()
    survey = a_survey(2)
    for number in range(30):
        made.sell(survey, number, number % 3, NORTH if number % 2 else SOUTH, answers(rng, survey))
    made.freeze()
    return made


def refused(draft, history) -> Uncertified:
    verdict = certify(draft, history, THRESHOLDS)
    assert isinstance(verdict, Uncertified)
    return verdict


def changed(draft, cell_id: str, **changes):
    """The draft with one cell made otherwise."""
    cells = tuple(cell.model_copy(update=changes) if cell.id == cell_id else cell for cell in draft.cells)
    return replace(draft, cells=cells)


COMPANY = "installation-1/company"


def test_sums_of_closed_blocks_are_certified_with_the_number_that_says_so(world):
    verdict = certify(world.draft(), world.history, THRESHOLDS)
    assert isinstance(verdict, Publishable)
    guarantee = verdict.document.guarantee
    assert guarantee.max_leverage == pytest.approx(1 / 15, abs=1e-6)
    assert guarantee.insider_max_leverage == pytest.approx(1 / 10, abs=1e-6)
    assert [cell.level for cell in verdict.document.cells] == [
        *(Level.COMPANY, Level.PRODUCT, Level.REGION, Level.TEAM, Level.TEAM)
    ]


def test_nobody_else_can_make_a_publishable(world):
    document = certify(world.draft(), world.history, THRESHOLDS).document
    with pytest.raises(TypeError, match="only"):
        Publishable(document, seal=object())


def test_what_was_certified_cannot_be_changed_afterwards(world):
    verdict = certify(world.draft(), world.history, THRESHOLDS)
    with pytest.raises(AttributeError):
        verdict.document = None


def test_a_figure_that_is_not_the_sum_of_its_blocks_is_refused_by_name(world):
    draft = world.draft()
    aspects = {name: replace(moments, v=moments.v + 1) for name, moments in draft.cells[0].aspects.items()}
    assert refused(changed(draft, COMPANY, aspects=aspects), world.history).drop == (COMPANY,)


def test_a_block_that_never_closed_or_was_retired_cannot_be_published(world):
    draft = world.draft()
    gone = {number: block for number, block in world.closed.items() if number != 1}
    history = replace(world.history, blocks=gone)
    assert COMPANY in refused(draft, history).drop


def test_a_block_counted_twice_is_refused(world):
    draft = world.draft()
    blocks = draft.cells[0].blocks
    assert refused(changed(draft, COMPANY, blocks=(*blocks, blocks[0])), world.history).drop == (COMPANY,)


def test_the_same_blocks_cannot_show_other_figures_than_before(world):
    world.publish()
    sums = {number: replace(block, sums=block.sums + 1) for number, block in world.closed.items()}
    history = replace(world.history, blocks=sums)
    tampered = World(closed=sums, deals=world.deals, members=world.members, releases=world.releases)
    assert "other figures" in refused(tampered.draft(), history).reason


def test_a_release_without_the_certificate_is_refused(world):
    """One more set that is block 1 without one customer: the certificate sees it, whoever closed it."""
    first = world.members[0]
    without_one = Membership(np.full(len(first.row) - 1, 99), first.person[1:], first.salesperson[1:])
    history = replace(world.history, members=world.membership + without_one)
    verdict = refused(world.draft(), history)
    assert "leverage" in verdict.reason
    assert "1.0000" in verdict.reason


def test_a_table_across_blocks_passes_only_where_the_certificate_holds_with_it(world):
    everybody = world.membership
    with_half = everybody.take(everybody.person % 4 < 2)
    cutting = Membership(np.zeros_like(with_half.row), with_half.person, with_half.salesperson)
    nearly_all = everybody.take(everybody.person != 0)
    close = Membership(np.zeros_like(nearly_all.row), nearly_all.person, nearly_all.salesperson)
    history = replace(world.history, cutting={"joint-visit": cutting, "one-without": close})
    assert refused(world.draft(), history).drop == ("joint-visit", "one-without")


def test_blocks_of_an_earlier_release_must_be_known(world):
    world.publish()
    other = History(Membership(*(np.zeros(0, np.int64),) * 3), {}, world.releases)
    empty = replace(world.draft(), cells=(), blocks=())
    assert "nobody knows" in refused(empty, other).reason


def test_a_cell_of_the_same_blocks_keeps_the_date_on_which_it_last_moved(world):
    world.publish()
    rng = np.random.default_rng(9)
    for number in range(100, 120):
        world.sell(a_survey(2), number, number % 3, NORTH, answers(rng, a_survey(2)))
    world.freeze()
    release = world.publish()
    moved = {cell.id: cell.as_of.release for cell in release.cells}
    assert moved["installation-1/team/east/south"] == 1
    assert moved["installation-1/team/east/north"] == 2


def test_a_retired_block_is_gone_from_the_next_release(world):
    world.publish()
    deal = world.deals[0]
    world.erase(deal)
    release = world.publish()
    assert deal.block not in {block.id for block in release.blocks}
    assert all(deal.block not in cell.blocks for cell in release.cells)


@pytest.fixture
def three_arms(world) -> World:
    """The same company with twenty customers who were not asked at sale, and twenty who left."""
    rng = np.random.default_rng(8)
    for number in range(100, 140):
        arm = Arm.LEFT if number % 2 else Arm.NOT_ASKED
        world.sell(a_survey(2), number, number // 2 % 4, NORTH, answers(rng, a_survey(2)), arm=arm)
    world.freeze()
    return world


def test_an_arm_comes_out_as_sums_of_its_one_side_for_the_company_and_stays_out_of_every_cell(three_arms):
    release = three_arms.publish()
    assert [(cell.arm, cell.customers) for cell in release.arms] == [(Arm.LEFT, 20), (Arm.NOT_ASKED, 20)]
    left, not_asked = release.arms
    of_left = [deal.expected[0] for deal in three_arms.deals if deal.arm is Arm.LEFT]
    assert left.aspects["aspect-0"] == Sums.of(of_left)
    of_not_asked = [deal.received[1] for deal in three_arms.deals if deal.arm is Arm.NOT_ASKED]
    assert not_asked.aspects["aspect-1"] == Sums.of(of_not_asked)
    in_arms = {block for cell in release.arms for block in cell.blocks}
    assert in_arms.isdisjoint(block for cell in release.cells for block in cell.blocks)
    assert in_arms <= {block.id for block in release.blocks}
    assert release.cells[0].customers == 30


@pytest.mark.parametrize("change", [{"customers": 19}, {"blocks": (1,)}, {"aspects": {}}])
def test_an_arm_that_is_not_the_sum_of_its_own_blocks_is_refused_by_name(three_arms, change):
    draft = three_arms.draft()
    forged = draft.arms[0].model_copy(update=change)
    assert refused(replace(draft, arms=(forged,)), three_arms.history).drop == (forged.id,)


def test_an_arm_that_is_dropped_is_gone_and_what_stands_keeps_its_date(three_arms):
    three_arms.publish()
    assert three_arms.draft().without(["installation-1/company/left"]).arms[0].arm is Arm.NOT_ASKED
    gone = next(deal for deal in three_arms.deals if deal.arm is Arm.LEFT)
    three_arms.erase(gone)
    (standing,) = three_arms.publish().arms
    assert (standing.arm, standing.as_of.release) == (Arm.NOT_ASKED, 1)


def test_one_person_who_weighs_too_much_through_an_arm_breaks_the_certificate(three_arms):
    everybody = three_arms.membership
    block = next(cell.blocks[0] for cell in three_arms.draft().arms)
    inside = everybody.take(everybody.row == block)
    without_one = Membership(np.full(len(inside.row) - 1, 99), inside.person[1:], inside.salesperson[1:])
    assert (
        "leverage"
        in refused(three_arms.draft(), replace(three_arms.history, members=everybody + without_one)).reason
    )
