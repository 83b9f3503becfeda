"""The gate: nothing passes that is not a sum of closed blocks under the certificate."""

from dataclasses import replace

import numpy as np
import pytest

from cast.worlds import THRESHOLDS, World, a_survey
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.certificate import together
from kloof.domain.releases.certificate.certify import (
    History,
    Publishable,
    Uncertified,
    certify,
    certify_what_can_be,
)
from kloof.domain.releases.certificate.leverage import Membership
from kloof.domain.releases.certificate.together import LargestLeverages
from kloof.domain.releases.document import Level
from kloof.domain.releases.queues import FineCell
from kloof.domain.releases.rounding import base_of

NORTH = FineCell("heat pump", "east", "north")
SOUTH = FineCell("heat pump", "east", "south")


@pytest.fixture
def world() -> World:
    """A company with two closed blocks, about to publish."""
    rng = np.random.default_rng(5)
    made = World()
    survey = a_survey(2)
    for number in range(32):
        sheet = rng.integers(3, 11, (2, 2))
        made.sell(survey, number, number // 2 % 4, NORTH if number % 2 else SOUTH, sheet)
    made.freeze()
    assert len(made.closed) == 2
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
    assert guarantee.max_leverage == pytest.approx(1 / 16, abs=1e-6)
    assert guarantee.insider_max_leverage == pytest.approx(1 / 12, abs=1e-6)
    assert guarantee.pair_max_leverage == pytest.approx(1 / 8, abs=1e-6)
    assert guarantee.account_max_leverage == pytest.approx(1 / 16, abs=1e-6)
    assert (guarantee.insider_k, guarantee.account_k, guarantee.sets) == (5, 3, 3)
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
    aspects = {
        name: told.model_copy(update={"v": told.v + 5}) for name, told in draft.cells[0].aspects.items()
    }
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
    sums = {
        number: replace(block, figures=replace(block.figures, sums=block.figures.sums + 1))
        for number, block in world.closed.items()
    }
    history = replace(world.history, blocks=sums)
    tampered = World(closed=sums, deals=world.deals, members=world.members, releases=world.releases)
    assert "other figures" in refused(tampered.draft(), history).reason


def test_a_release_without_the_certificate_is_refused(world):
    """One more set that is block 1 without one customer: the certificate sees it, whoever closed it."""
    first = world.members[0]
    without_one = first.take(np.arange(1, len(first.row))).numbered_from(99)
    history = replace(world.history, members=world.membership + without_one)
    verdict = refused(world.draft(), history)
    assert "leverage" in verdict.reason
    assert "1.0000" in verdict.reason


def test_a_table_across_blocks_passes_only_where_the_certificate_holds_with_it(world):
    everybody = world.membership
    with_half = everybody.take(everybody.person % 4 < 2)
    nearly_all = everybody.take(everybody.person != 0)
    history = replace(world.history, cutting={"joint-visit": with_half, "one-without": nearly_all})
    assert refused(world.draft(), history).drop == ("one-without",)
    alone = replace(history, cutting={"joint-visit": with_half})
    assert isinstance(certify(world.draft(), alone, THRESHOLDS), Publishable)


@pytest.mark.parametrize(
    ("allowed", "named"),
    [
        ({"outsiders": 0.11}, "0.1100 for outsiders"),
        ({"insider": 0.21}, "0.2100 for a salesperson"),
        ({"pair": 0.21}, "0.2100 for two"),
        ({"account": 0.34}, "0.3400 of an account"),
    ],
)
def test_each_of_the_four_leverages_alone_keeps_a_release_back(world, monkeypatch, allowed, named):
    most = LargestLeverages(0.1, 0.2, 0.2, 1 / 3)
    monkeypatch.setattr(together, "most", lambda *_: most)
    assert isinstance(certify(world.draft(), world.history, THRESHOLDS), Publishable)
    monkeypatch.setattr(together, "most", lambda *_: most._replace(**allowed))
    assert named in refused(world.draft(), world.history).reason


def test_an_account_that_weighs_too_much_over_several_blocks_breaks_the_certificate(world):
    """Everybody of one block and a few of the other are of one organisation, whatever closed."""
    members = world.membership
    employed = replace(members, account=np.where((members.row == 1) | (members.person % 5 == 0), 7, 0))
    assert "of an account" in refused(world.draft(), replace(world.history, members=employed)).reason


def test_two_salespeople_who_leave_too_few_break_the_certificate(world):
    """All but four of a block were sold to by two."""
    members = world.membership
    place = np.arange(len(members.row)) % 16
    sold = replace(members, salesperson=np.where(place < 6, 1, np.where(place < 12, 2, 3 + place % 2)))
    reason = refused(world.draft(), replace(world.history, members=sold)).reason
    assert "0.2500 for two" in reason
    assert "0.1000 for a salesperson" in reason


def test_a_cell_of_too_few_customers_is_refused_by_name(world):
    """Blocks of fewer than k cannot close; here one is made smaller afterwards, with its cells."""
    small = {
        number: replace(block, person=block.person[:9] if number == 1 else block.person)
        for number, block in world.closed.items()
    }
    tampered = World(closed=small, deals=world.deals, members=world.members)
    found = refused(tampered.draft(), replace(world.history, blocks=small))
    assert "fewer than 10" in found.reason
    assert len(found.drop) == 1


def test_blocks_of_an_earlier_release_must_be_known(world):
    world.publish()
    other = History(Membership.none(), {}, world.releases)
    empty = replace(world.draft(), cells=(), blocks=())
    assert "nobody knows" in refused(empty, other).reason


def test_a_cell_of_the_same_blocks_keeps_the_date_on_which_it_last_moved(world):
    world.publish()
    rng = np.random.default_rng(9)
    for number in range(100, 120):
        world.sell(a_survey(2), number, number % 4, NORTH, rng.integers(3, 11, (2, 2)))
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
        world.sell(a_survey(2), number, number // 2 % 4, NORTH, rng.integers(3, 11, (2, 2)), arm=arm)
    world.freeze()
    return world


def test_an_arm_comes_out_as_sums_of_its_one_side_for_the_company_and_stays_out_of_every_cell(three_arms):
    release = three_arms.publish()
    assert [(cell.arm, cell.n, cell.customers) for cell in release.arms] == [
        *((Arm.LEFT, 20, 20), (Arm.NOT_ASKED, 20, 20))
    ]
    base = base_of(a_survey(2).scale)
    for cell, side in zip(release.arms, ("expected", "received"), strict=True):
        said = [getattr(deal, side) for deal in three_arms.deals if deal.arm is cell.arm]
        for at, shown in enumerate(cell.aspects.values()):
            assert shown % base == 0
            assert abs(shown - sum(one[at] for one in said)) < base
    in_arms = {block for cell in release.arms for block in cell.blocks}
    assert in_arms.isdisjoint(block for cell in release.cells for block in cell.blocks)
    assert in_arms <= {block.id for block in release.blocks}
    assert (release.cells[0].n, release.cells[0].customers) == (32, 30)


@pytest.mark.parametrize("change", [{"n": 19}, {"blocks": (1,)}, {"aspects": {}}])
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
    without_one = inside.take(np.arange(1, len(inside.row))).numbered_from(99)
    assert (
        "leverage"
        in refused(three_arms.draft(), replace(three_arms.history, members=everybody + without_one)).reason
    )


def test_shares_and_numbers_of_customers_that_do_not_follow_from_the_blocks_are_refused(world):
    draft = world.draft()
    (whole,) = [cell for cell in draft.cells if cell.level is Level.COMPANY]
    name = next(iter(whole.shares))
    one = whole.shares[name]
    assert one.higher is not None
    other = one.model_copy(update={"higher": 95 if one.higher < 50 else 5})
    for forged in (
        whole.model_copy(update={"shares": whole.shares | {name: other}}),
        whole.model_copy(update={"customers": whole.customers + 5}),
        whole.model_copy(update={"counted": whole.counted[:1]}),
    ):
        cells = tuple(forged if cell is whole else cell for cell in draft.cells)
        verdict = refused(replace(draft, cells=cells), world.history)
        assert verdict.drop == (whole.id,)


def test_a_count_that_would_tell_somebody_that_all_others_are_alike_is_withheld_and_cannot_be_put_back():
    """Of three salespeople one has customers who gave bad marks; all others gave a good one."""
    rng = np.random.default_rng(3)
    made, survey = World(), a_survey(1)
    for number in range(60):
        content = number % 3 > 0
        v, r = rng.integers(5, 10), rng.integers(8, 11) if content else rng.integers(1, 6)
        made.sell(survey, number, number % 3, NORTH, np.array([[v], [r]]))
    made.freeze()
    draft = made.draft()
    assert draft.cells[0].shares["aspect-0"].good is not None
    assert refused(draft, made.history).drop == tuple(cell.id for cell in draft.cells if cell.counted)
    verdict, _, dropped = certify_what_can_be(draft, made.history, (), THRESHOLDS)
    assert isinstance(verdict, Publishable)
    (whole,) = [cell for cell in verdict.document.cells if cell.level is Level.COMPANY]
    assert (dropped, whole.shares["aspect-0"].good) == ((), None)
    assert whole.shares["aspect-0"].higher is not None
    made.releases.append(verdict.document)
    again, _, _ = certify_what_can_be(made.draft(), made.history, (), THRESHOLDS)
    assert isinstance(again, Publishable)
    assert again.document.cells[0].shares == verdict.document.cells[0].shares
