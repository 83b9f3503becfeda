"""Pairs into the queue and out of it, and what stands in a closed block."""

import threading
import time

import numpy as np
import pytest
from peewee import IntegrityError, OperationalError

from cast import builders
from cast.respondents import (
    MONDAY,
    alone,
    answer,
    answered_deals,
    customer_of,
    delete_customer,
    promise,
    settings,
)
from kloof import storage
from kloof.actions.releases.freeze import freeze
from kloof.domain.deals.study_arms import Arm
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import database as connection
from kloof.storage.models import Block, Deal, Invitation, Pair, Placement, Response
from kloof.storage.releases import columns, freezing, pair_reading, queueing
from kloof.storage.releases.pair_reading import every_pair

SURVEY = builders.survey(3, core=2)


@pytest.fixture
def deal(database):
    return builders.deal(SURVEY, waves=()).row


def both(deal: int, sale=(8, 7, 6), delivery=(6, 7, 5, 9)) -> int:
    first = answer(deal, SURVEY, Wave.SALE, sale)
    answer(deal, SURVEY, Wave.DELIVERY, delivery)
    return first


def test_a_deal_of_which_both_surveys_are_submitted_queues_as_a_pair(deal):
    both(deal)
    assert queueing.record_pair(deal, MONDAY)
    ((pairs, cells),) = every_pair().queued
    assert pairs.expected.tolist() == [[9, 8]]
    assert pairs.received.tolist() == [[7, 8]]
    assert (cells[0].product, cells[0].region, cells[0].team) == ("Heat pump", "East", "North")


def test_one_survey_alone_is_no_pair(deal):
    answer(deal, SURVEY, Wave.SALE, (8, 7, 6))
    assert not queueing.record_pair(deal, MONDAY)
    assert every_pair().queued == []


def test_a_core_aspect_that_does_not_apply_makes_no_pair_and_any_other_may(deal):
    both(deal)
    packed = bytearray(Response.get().answers)
    packed[2] = 255
    Response.update(answers=bytes(packed)).where(Response.id == Response.get().id).execute()
    assert queueing.record_pair(deal, MONDAY)
    packed[1] = 255
    Response.update(answers=bytes(packed)).where(Response.id == Response.get().id).execute()
    assert not queueing.record_pair(deal, MONDAY)
    assert every_pair().queued == []


def test_what_became_of_promises_goes_with_the_pair(deal):
    first = both(deal)
    for position, outcome in enumerate(("kept", "kept", "broken", "")):
        promise(first, position, outcome)
    queueing.record_pair(deal, MONDAY)
    ((pairs, _),) = every_pair().queued
    assert pairs.promises.tolist() == [[2, 0, 1, 0]]


def test_a_correction_before_freezing_brings_the_queued_pair_up_to_date(deal):
    both(deal)
    queueing.record_pair(deal, MONDAY)
    answer(deal, SURVEY, Wave.DELIVERY, (1, 1, 1, 1))
    queueing.record_pair(deal, MONDAY)
    ((pairs, _),) = every_pair().queued
    assert pairs.received.tolist() == [[2, 2]]


def test_recording_the_same_pair_again_changes_nothing(database, tmp_path):
    deals = answered_deals(12)
    freeze(settings(tmp_path), MONDAY)
    for one in deals:
        queueing.record_pair(one, MONDAY)
    assert len(freezing.live_blocks()) == 1
    assert every_pair().queued == []


def test_a_withdrawn_pair_leaves_its_queue_at_once(deal):
    both(deal)
    queueing.record_pair(deal, MONDAY)
    queueing.withdraw_pair(deal, MONDAY)
    assert every_pair().queued == []


@pytest.mark.parametrize("how", ["withdrawn", "corrected"])
def test_a_closed_block_is_retired_whole_and_its_answers_are_wiped(database, tmp_path, how):
    deals = answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    assert queueing.is_frozen(deals[3])
    if how == "withdrawn":
        queueing.withdraw_pair(deals[3], MONDAY)
    else:
        answer(deals[3], builders.survey(), Wave.DELIVERY, (0, 0, 0, 0))
        queueing.record_pair(deals[3], MONDAY)
    assert freezing.live_blocks() == ()
    assert {pair.packed for pair in Pair.select()} == {""}
    assert {bytes(block.sums) for block in Block.select()} == {b""}


def test_the_rest_of_a_retired_block_is_never_queued_again(database, tmp_path):
    deals = answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    queueing.withdraw_pair(deals[3], MONDAY)
    for one in deals[:3]:
        queueing.record_pair(one, MONDAY)
    assert every_pair().queued == []
    assert len(freezing.membership().person) == 14


def test_an_erased_customer_leaves_a_number_that_belongs_to_nobody(database, tmp_path):
    deals = answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    before = freezing.membership()
    gone = customer_of(deals[5])
    queueing.withdraw_pair(deals[5], MONDAY)
    freezing.forget_customer(gone)
    delete_customer(gone)
    after = freezing.membership()
    assert gone not in after.person
    assert np.count_nonzero(after.person < 0) == 1
    assert len(np.unique(after.person)) == len(np.unique(before.person))


def test_two_erased_customers_stay_two_people(database, tmp_path):
    deals = answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    for one in deals[:2]:
        freezing.forget_customer(customer_of(one))
    assert np.unique(freezing.membership().person).tolist()[:2] == [-2, -1]


def test_a_deal_that_moves_to_another_team_after_freezing_stays_in_its_block(database, tmp_path):
    deals = answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    Deal.update(team="South").where(Deal.id == deals[0]).execute()
    queueing.record_pair(deals[0], MONDAY)
    (block,) = freezing.live_blocks()
    assert (block.queue.team, block.n) == ("North", 14)


def asked_and_skipped(share=0.2, state=InvitationState.EXPIRED):
    """A deal whose second survey was sent in, and whose first stands so."""
    built = builders.deal(waves=())
    Deal.update(arm_share=share).where(Deal.id == built.row).execute()
    builders.invite(built, Wave.SALE, state)
    answer(built.row, builders.survey(), Wave.DELIVERY, [7] * 4)
    return built


def queued_arm(deal):
    pair = Pair.get_or_none(Pair.deal == deal)
    return pair and pair.cell.arm


@pytest.mark.usefixtures("either_database")
def test_who_was_asked_by_lot_and_let_the_first_survey_close_tells_what_they_got():
    deal = asked_and_skipped().row
    with storage.transaction():
        queueing.record_pair(deal, MONDAY)
    assert queued_arm(deal) == Arm.SKIPPED
    pair = Pair.get(Pair.deal == deal)
    assert pair.cell.product == pair.cell.team == ""
    with storage.transaction():
        queueing.withdraw_pair(deal, MONDAY)
    assert queued_arm(deal) is None


@pytest.mark.usefixtures("database")
def test_as_long_as_the_first_survey_is_open_nobody_has_skipped_it_and_its_closing_counts():
    built = asked_and_skipped(state=InvitationState.INVITED)
    with storage.transaction():
        queueing.record_pair(built.row, MONDAY)
        assert queued_arm(built.row) is None
        Invitation.update(state="expired").where(Invitation.id == built.invitations[Wave.SALE]).execute()
        queueing.record_left([built.invitations[Wave.SALE]], MONDAY)
    assert queued_arm(built.row) == Arm.SKIPPED


@pytest.mark.usefixtures("database")
def test_where_there_is_no_draw_nobody_is_in_an_arm_for_skipping_the_first_survey():
    deal = asked_and_skipped(share=0.0).row
    with storage.transaction():
        queueing.record_pair(deal, MONDAY)
    assert queued_arm(deal) is None


def test_what_queues_is_read_apart_by_survey_and_arm_and_without_what_stands_in_a_block(
    either_database, tmp_path, monkeypatch
):
    # Small slices, of which some hold no pair that queues, and on PostgreSQL rows that moved behind others.
    monkeypatch.setattr("kloof.storage.releases.columns._AT_ONCE", 5)
    monkeypatch.setattr("kloof.storage.releases.columns._PAGES_AT_ONCE", 1)
    placed = answered_deals(14)
    assert freeze(settings(tmp_path), MONDAY).blocks == 1
    wider = builders.survey(5, version=2)
    queued = [*answered_deals(3, seed=1), *answered_deals(4, survey=wider, team="South", seed=2)]
    queued += alone(2, Arm.NOT_ASKED, seed=3)
    Pair.update(completed_at=MONDAY).where(Pair.deal == queued[0]).execute()
    found = {}
    for pairs, cells in every_pair().queued:
        assert np.all(np.diff(pairs.id) > 0)
        for at in range(len(pairs)):
            one = pairs.take(np.array([at]))
            found[Pair.get_by_id(int(one.id[0])).deal_id] = (
                (int(one.customer[0]), int(one.salesperson[0]), cells[int(one.cell[0])].team),
                (pairs.survey.version, pairs.arm),
                [*one.expected[0].tolist(), *one.received[0].tolist()],
            )
    assert sorted(found) == sorted(queued)
    assert not {*placed} & {*found}
    for deal in queued[:7]:
        complete = queueing.complete_answers(deal)
        who, _, answers = found[deal]
        assert who == (complete.customer, complete.salesperson, complete.team)
        assert answers == [ord(letter) - ord("a") + 1 for letter in complete.packed[:-4]]
    assert [found[deal][1] for deal in queued] == [
        *[(1, Arm.ASKED)] * 3,
        *[(2, Arm.ASKED)] * 4,
        *[(1, Arm.NOT_ASKED)] * 2,
    ]
    storage.close_database()


def test_a_pair_that_moves_to_a_later_slice_meanwhile_is_read_once(database, monkeypatch):
    answered_deals(3)
    read = pair_reading.read

    def twice(*source, **bounds):
        for one in read(*source, **bounds):
            yield from (one, one)

    monkeypatch.setattr(pair_reading, "read", twice)
    ((pairs, _),) = every_pair().queued
    assert len(pairs) == len(set(pairs.id.tolist())) == 3


@pytest.mark.postgresql
def test_a_server_that_goes_away_while_pairs_are_read_is_told_like_any_lost_connection(
    postgresql, monkeypatch
):
    answered_deals(3)
    ask = columns.sent

    def last_words(sql, *values):
        gone = "SELECT pg_terminate_backend(pg_backend_pid())::text, ''"
        return ask(gone) if "string_agg" in sql else ask(sql, *values)

    monkeypatch.setattr(columns, "sent", last_words)
    with pytest.raises(OperationalError) as lost:
        every_pair()
    storage.drop_connection_after(lost.value)
    monkeypatch.undo()
    storage.ensure_connected()
    assert len(every_pair().queued[0][0]) == 3


def test_the_same_pair_can_never_stand_in_two_blocks(database, tmp_path):
    answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    placed = Placement.select().first()
    with pytest.raises(IntegrityError), storage.transaction():
        Placement.insert(id=placed.id, block=placed.block).execute()


def test_a_new_pair_that_gets_the_number_of_one_that_went_stands_in_no_block(database, tmp_path):
    deals = answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    number = Pair.get(Pair.deal == deals[-1]).id
    queueing.withdraw_pair(deals[-1], MONDAY)
    (new,) = answered_deals(1, seed=1)
    assert Pair.get(Pair.deal == new).id == number
    ((pairs, _),) = every_pair().queued
    assert pairs.id.tolist() == [number]


@pytest.mark.postgresql
@pytest.mark.parametrize("how", ["withdrawn", "corrected"])
def test_who_comes_while_a_freeze_runs_waits_for_it_and_takes_the_new_block_out(
    postgresql, tmp_path, monkeypatch, how
):
    deals = answered_deals(14)
    answer(deals[3], builders.survey(), Wave.DELIVERY, (0, 0, 0, 0))

    def take_back():
        with storage.transaction():
            (queueing.withdraw_pair if how == "withdrawn" else queueing.record_pair)(deals[3], MONDAY)
        connection.close()

    meanwhile, close = threading.Thread(target=take_back), freezing.close

    def close_with_somebody_waiting(*new):
        meanwhile.start()
        waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = 'pair'::regclass"
        end = time.monotonic() + 120
        while connection.execute_sql(waiting).fetchone()[0] == 0:
            assert meanwhile.is_alive(), "nobody waits for the freeze"
            assert time.monotonic() < end
            time.sleep(0.01)
        close(*new)

    monkeypatch.setattr(freezing, "close", close_with_somebody_waiting)
    assert freeze(settings(tmp_path), MONDAY).blocks == 1
    meanwhile.join(timeout=120)
    assert not meanwhile.is_alive()
    assert freezing.live_blocks() == ()
    assert {pair.packed for pair in Pair.select()} == {""}
    storage.close_database()
