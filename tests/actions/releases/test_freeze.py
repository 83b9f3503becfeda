"""Closing blocks in the database: what closes, what waits, and that it happens once."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from cast.hooked import hooked, house, told
from cast.respondents import MONDAY, addresses, answered_deals, month, settings
from instruments.receivers import Receiver
from kloof import storage
from kloof.actions.releases.freeze import freeze, waiting
from kloof.domain.errors import Refused
from kloof.domain.releases.closing import Counted
from kloof.domain.releases.document import Level, WithheldReason
from kloof.storage.models import Account, Block, Deal
from kloof.storage.releases import freezing, practice_parts, releases, spreads
from kloof.storage.releases.pair_reading import every_pair


def test_enough_pairs_of_a_team_close_into_a_block(database, tmp_path):
    answered_deals(14)
    done = freeze(settings(tmp_path), MONDAY)
    assert (done.blocks, done.pairs, done.waiting) == (1, 14, ())


def test_a_second_freeze_finds_nothing_to_close(database, tmp_path):
    answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    assert freeze(settings(tmp_path), MONDAY).blocks == 0
    assert len(freezing.live_blocks()) == 1


def test_that_blocks_closed_is_told_with_how_many_and_nothing_of_them(database, tmp_path):
    company = house(tmp_path)
    with Receiver() as receiver:
        hooked(company, receiver, MONDAY)
    answered_deals(30)
    done = freeze(settings(tmp_path), MONDAY)
    assert told() == [{"kind": "block.closed", "deal": None, "blocks": done.blocks}]


def test_too_few_pairs_wait_and_the_desk_is_told_how_many_are_missing(database, tmp_path):
    answered_deals(9)
    freeze(settings(tmp_path), MONDAY)
    (queue,) = waiting(settings(tmp_path))
    assert (queue.reason, queue.short_of, queue.deals) == (WithheldReason.TOO_FEW, 3, 9)


def test_pairs_that_waited_for_two_releases_roll_up_to_the_region(database, tmp_path):
    answered_deals(7, team="North")
    answered_deals(7, team="South", seed=1)
    assert freeze(settings(tmp_path), MONDAY).blocks == 0
    releases.hold_round(month(1))
    releases.hold_round(month(2))
    assert freeze(settings(tmp_path), month(3)).blocks == 1
    (block,) = freezing.live_blocks()
    assert block.queue.level is Level.REGION


def test_a_second_deal_of_a_customer_waits_for_the_next_block(database, tmp_path):
    names = addresses(24)
    answered_deals(28, customers=[*names, *names[:4]])
    done = freeze(settings(tmp_path), MONDAY)
    assert (done.pairs, [queue.deals for queue in done.waiting]) == (24, [4])
    answered_deals(20, customers=addresses(44)[24:], seed=1)
    assert freeze(settings(tmp_path), MONDAY).pairs == 24


def test_the_answers_of_a_block_are_kept_rounded_and_nothing_else_of_them(database, tmp_path):
    answered_deals(30)
    freeze(settings(tmp_path), MONDAY)
    (block,) = freezing.live_blocks()
    (pairs,) = every_pair().placed
    for side, answers in enumerate((pairs.expected, pairs.received)):
        exact = answers.astype(int).sum(axis=0) - 30
        assert abs(5 * block.figures.sums[:, side] - exact).max() < 5
    assert block.figures.counts.max() > 0
    assert not (block.figures.counts % 3).any()
    kept = Block.get()
    numbers = np.frombuffer(bytes(kept.sums), "<i4")
    assert len(numbers) == len(pairs.survey.core) * (2 + len(Counted)) + 5
    columns = {field for field in Block._meta.fields if field not in ("sums", "members")}
    assert columns & {"deals", "v", "r"} == set()


def test_the_spread_of_a_survey_is_reckoned_when_a_block_closes_and_coarsely_rounded(database, tmp_path):
    answered_deals(40)
    assert spreads.standing() == ()
    freeze(settings(tmp_path), MONDAY)
    (spread,) = spreads.standing()
    (pairs,) = every_pair().placed
    exact = pairs.expected[:, 0].astype(float).std(ddof=1)
    shown = next(iter(spread.aspects.values())).v
    assert abs(shown - exact) <= 0.05
    assert round(shown * 10) == pytest.approx(shown * 10)


def test_customers_of_one_account_do_not_fill_a_block(database, tmp_path):
    deals = answered_deals(20)
    hospital = Account.insert(name="Hospital", key="name:hospital").execute()
    Deal.update(account=hospital).where(Deal.id.in_(deals[:16])).execute()
    done = freeze(settings(tmp_path), MONDAY)
    assert done.blocks == 0
    assert done.waiting[0].reason is WithheldReason.TOO_FEW_ACCOUNTS


def test_freezing_in_two_places_at_once_closes_each_pair_once(database, tmp_path):
    answered_deals(40)
    start = threading.Barrier(2)
    found: list[int] = []

    def run() -> None:
        start.wait()
        found.append(freeze(settings(tmp_path), MONDAY).blocks)
        storage.database.database.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 1]
    assert sum(block.n for block in freezing.live_blocks()) == 40


def test_a_clock_that_was_set_back_is_refused(database, tmp_path):
    releases.hold_round(month(2))
    with pytest.raises(Refused, match="The clock says"):
        freeze(settings(tmp_path), MONDAY)


def test_a_lower_m_without_recorded_consent_is_refused(database, tmp_path):
    with pytest.raises(Refused, match="no consent"):
        freeze(settings(tmp_path, m=2), MONDAY)


@pytest.mark.postgresql
def test_freezing_and_forgetting_work_on_postgresql_too(postgresql, tmp_path):
    answered_deals(30)
    assert freeze(settings(tmp_path), MONDAY).pairs == 30
    assert freeze(settings(tmp_path), MONDAY).blocks == 0
    (block,) = freezing.live_blocks()
    assert block.n == 30
    freezing.forget_customer(int(freezing.membership().person[0]))
    assert freezing.membership().person.min() == -1


AT_ONCE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from kloof import storage
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from cast.respondents import MONDAY, settings
import kloof.domain.releases.blocks, kloof.storage.releases.freezing, kloof.publish.release_files
storage.open_database(sys.argv[1])
made = settings(Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
frozen = freeze(made, MONDAY)
print(frozen.blocks, publish(made, MONDAY).document is not None, flush=True)
"""


@pytest.mark.slow
def test_two_processes_that_freeze_and_publish_at_once_close_each_pair_once_in_one_release(
    either_database, tmp_path
):
    answered_deals(120, joint_visit=None)
    storage.close_database()
    tests = str(Path(__file__).parents[2])
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE, either_database, str(tmp_path), tests],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    assert {racer.stdout.readline() for racer in racers} == {"ready\n"}
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    ended = [racer.communicate(timeout=60) for racer in racers]
    assert [error for _, error in ended] == ["", ""]
    said = [words.split() for words, _ in ended]
    storage.open_database(either_database)
    live = freezing.live_blocks()
    assert sorted(int(blocks) for blocks, _ in said) == [0, len(live)]
    assert sum(block.n for block in live) == 120
    assert sorted(published for _, published in said) == ["False", "True"]
    assert len(releases.recorded()) == 1
    assert len(practice_parts.standing()) == 1
