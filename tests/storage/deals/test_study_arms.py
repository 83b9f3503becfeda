"""Deals that tell one side only: when they queue, how they close, and what takes them out again."""

import numpy as np
import pytest

from cast import builders
from cast.respondents import MONDAY, alone, answer, answered_deals, settings
from kloof.actions.releases.freeze import freeze, waiting
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.document import Level
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Block, Deal, Invitation, Pair, QueueCell, Response
from kloof.storage.releases import freezing, practice_parts, queueing, releases
from kloof.storage.releases.pair_reading import every_pair

SURVEY = builders.survey(3, core=2)


def arms() -> list[tuple[Arm, int]]:
    return [(block.queue.arm, block.n) for block in freezing.live_blocks()]


@pytest.mark.parametrize("arm", [Arm.NOT_ASKED, Arm.LEFT])
def test_each_arm_closes_in_blocks_of_its_own(database, tmp_path, arm):
    answered_deals(14)
    alone(15, arm)
    assert freeze(settings(tmp_path), MONDAY).pairs == 29
    assert sorted(arms()) == sorted([(Arm.ASKED, 14), (arm, 15)])
    (block,) = [one for one in freezing.live_blocks() if one.queue.arm is arm]
    assert (block.queue.product, block.queue.team) == ("", "")
    assert np.array_equal(*block.figures.sums.T)
    assert block.figures.promises.tolist() == [0, 0, 0, 0, 0]
    assert practice_parts.membership() == ()
    assert len(freezing.membership().person) == 29


@pytest.mark.postgresql
def test_arms_close_on_postgresql_too(postgresql, tmp_path):
    answered_deals(14)
    alone(13, Arm.NOT_ASKED)
    alone(12, Arm.LEFT)
    freeze(settings(tmp_path), MONDAY)
    assert sorted(arms()) == [(Arm.ASKED, 14), (Arm.LEFT, 12), (Arm.NOT_ASKED, 13)]
    counts, *_ = releases.response_counts({})
    assert (counts.deals_started, counts.asked_again, counts.answered_twice) == (25, 25, 15)
    assert (counts.not_asked, counts.not_asked_answered) == (15, 15)


def test_fewer_than_twelve_wait_and_the_desk_is_told(database, tmp_path):
    alone(11, Arm.LEFT)
    freeze(settings(tmp_path), MONDAY)
    (queue,) = waiting(settings(tmp_path))
    assert (queue.queue.arm, queue.short_of) == (Arm.LEFT, 1)


def test_practice_tables_know_of_pairs_only_and_every_group_with_deals_is_listed(database, tmp_path):
    alone(13, Arm.NOT_ASKED)
    freeze(settings(tmp_path), MONDAY)
    assert [*practice_parts.divided(every_pair().placed)] == []
    assert {counts.level for counts in releases.response_counts({})} == {*Level}


def test_who_answered_at_sale_counts_as_left_only_once_the_second_survey_has_closed(database):
    built = builders.deal(SURVEY, waves=())
    answer(built.row, SURVEY, Wave.SALE, (8, 7, 6))
    builders.invite(built, Wave.DELIVERY)
    second = built.invitations[Wave.DELIVERY]
    queueing.record_left([second], MONDAY)
    assert every_pair().queued == []
    Invitation.update(state=InvitationState.EXPIRED.value).where(Invitation.id == second).execute()
    queueing.record_left([second], MONDAY)
    ((pairs, _),) = every_pair().queued
    assert pairs.arm is Arm.LEFT


@pytest.mark.parametrize("how", ["unanswered", "incomplete"])
def test_without_a_complete_first_survey_nobody_left(database, how):
    built = builders.deal(SURVEY, waves=())
    if how == "incomplete":
        first = answer(built.row, SURVEY, Wave.SALE, (8, 7, 6))
        Response.update(answers=b"").where(Response.id == first).execute()
    builders.invite(built, Wave.DELIVERY, InvitationState.EXPIRED)
    queueing.record_left([built.invitations[Wave.DELIVERY]], MONDAY)
    assert every_pair().queued == []


def test_recording_who_left_twice_queues_them_once(database):
    built = builders.deal(SURVEY, waves=())
    answer(built.row, SURVEY, Wave.SALE, (8, 7, 6))
    builders.invite(built, Wave.DELIVERY, InvitationState.EXPIRED)
    for _ in range(2):
        queueing.record_left([built.invitations[Wave.DELIVERY]], MONDAY)
    ((pairs, _),) = every_pair().queued
    assert pairs.arm is Arm.LEFT
    assert pairs.expected.tolist() == [[9, 8]]
    assert QueueCell.select().count() == 1


def test_a_deal_in_which_everybody_is_asked_needs_both_answers(database):
    deal = builders.deal(SURVEY, waves=()).row
    answer(deal, SURVEY, Wave.DELIVERY, (8, 7, 6, 5))
    assert not queueing.record_pair(deal, MONDAY)
    Deal.update(arm=Arm.NOT_ASKED.value).where(Deal.id == deal).execute()
    assert queueing.record_pair(deal, MONDAY)


@pytest.mark.parametrize("arm", [Arm.NOT_ASKED, Arm.LEFT])
def test_a_correction_changes_what_queues_and_retires_what_is_closed(database, tmp_path, arm):
    survey = builders.survey()
    wave = Wave.SALE if arm is Arm.LEFT else Wave.DELIVERY
    deals = alone(14, arm, survey=survey)
    answer(deals[0], survey, wave, [3] * len(survey.items(wave)))
    queueing.record_pair(deals[0], MONDAY)
    ((pairs, _),) = every_pair().queued
    assert pairs.received[0].tolist() == pairs.expected[0].tolist() == [4, 4, 4]
    freeze(settings(tmp_path), MONDAY)
    assert queueing.is_frozen(deals[0])
    answer(deals[0], survey, wave, [5] * len(survey.items(wave)))
    queueing.record_pair(deals[0], MONDAY)
    assert arms() == []
    assert {pair.packed for pair in Pair.select()} == {""}
    assert {bytes(block.sums) for block in Block.select()} == {b""}


@pytest.mark.parametrize("arm", [Arm.NOT_ASKED, Arm.LEFT])
def test_a_withdrawal_leaves_the_queue_at_once_or_retires_the_block(database, tmp_path, arm):
    deals = alone(15, arm)
    queueing.withdraw_pair(deals[0], MONDAY)
    assert freeze(settings(tmp_path), MONDAY).pairs == 14
    queueing.withdraw_pair(deals[1], MONDAY)
    assert arms() == []
    assert every_pair().queued == []


def test_the_counts_of_who_answered_keep_the_arms_apart(database):
    answered_deals(8)
    alone(6, Arm.LEFT)
    alone(3, Arm.NOT_ASKED)
    counts, *_ = releases.response_counts({})
    assert (counts.deals_started, counts.answered_at_sale, counts.answered_after_delivery) == (15, 15, 10)
    assert (counts.asked_again, counts.answered_twice, counts.pairs) == (15, 10, 10)
    assert (counts.not_asked, counts.not_asked_answered) == (5, 5)
