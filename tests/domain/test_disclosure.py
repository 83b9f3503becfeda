"""The gate: nothing passes that is not a sum of closed blocks under the certificate."""

from dataclasses import replace

import numpy as np
import pytest
from worlds import THRESHOLDS, World, a_survey, answers

from kloof.domain.disclosure import History, Publishable, Withheld, certify
from kloof.domain.leverage import Membership
from kloof.domain.queues import FineCell
from kloof.domain.release import Level

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


def refused(draft, history) -> Withheld:
    verdict = certify(draft, history, THRESHOLDS)
    assert isinstance(verdict, Withheld)
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
