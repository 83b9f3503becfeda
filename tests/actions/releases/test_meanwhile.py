"""Answers go on coming in, changing and going while a freeze or a publish runs: nobody waits, and nothing slips in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from cast import builders
from cast.respondents import MONDAY, answer, answered_deals, customer_of, month, settings
from kloof import storage
from kloof.actions.releases import publish as publishing
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.errors import Refused
from kloof.domain.releases import attacks, blocks
from kloof.domain.surveys.definition import Wave
from kloof.storage import person_data
from kloof.storage.database import database as connection
from kloof.storage.models import AuditEntry, Block, ChangedPair, Deal, Pair
from kloof.storage.releases import freezing, pair_lock, pair_reading, queueing, releases, spreads
from kloof.storage.releases.pair_reading import every_pair

pytestmark = pytest.mark.slow


def somebody_else(does: Callable[[], Any]) -> None:
    """Done in a transaction of another connection, and finished: with a lock in the way this fails after some time."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with storage.transaction():
                does()
        except BaseException as error:  # whatever it is, the test must tell it
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert not thread.is_alive(), "somebody else waits"
    assert not failed, failed


def meanwhile(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, does: Callable[[], Any]) -> list[int]:
    """Somebody else does this once, just after `where.name` has run; gives how often that ran."""
    before, ran = getattr(where, name), []

    def with_somebody(*given: Any, **named: Any) -> Any:
        found = before(*given, **named)
        ran.append(1)
        if len(ran) == 1:
            somebody_else(does)
        return found

    monkeypatch.setattr(where, name, with_somebody)
    return ran


def exact_sums_fit() -> bool:
    """Whether every live block holds roundings of the very answers that stand in it now."""
    (pairs,) = every_pair().placed
    live = freezing.live_blocks()
    assert sorted({*pairs.cell.tolist()}) == [block.number for block in live]
    for block in live:
        here = pairs.take(pairs.cell == block.number)
        if len(here) != block.n:
            return False
        for side, answers in enumerate((here.expected, here.received)):
            exact = answers.astype(int).sum(axis=0) - len(here)
            if np.abs(5 * block.figures.sums[:, side] - exact).max() >= 5:
                return False
    return True


def the_lowest(deal: int) -> None:
    """This customer corrects what they said: the worst of everything."""
    survey = builders.survey()
    answer(deal, survey, Wave.DELIVERY, [0] * len(survey.items(Wave.DELIVERY)))
    queueing.record_pair(deal, MONDAY)


@pytest.mark.parametrize("during", ["reading", "planning", "membership"])
def test_an_answer_that_comes_in_while_a_freeze_reads_and_plans_waits_for_nothing(
    either_database, tmp_path, monkeypatch, during
):
    answered_deals(14)
    where, name = {
        "reading": (pair_reading, "_blocks"),
        "planning": (blocks, "plan"),
        "membership": (freezing, "membership"),
    }[during]
    ran = meanwhile(monkeypatch, where, name, lambda: answered_deals(1, seed=1, sellers=["Kees"]))
    done = freeze(settings(tmp_path), MONDAY)
    assert ran
    assert (done.blocks, done.pairs) == (1, 14)
    assert [len(pairs) for pairs, _ in every_pair().queued] == [1]
    storage.close_database()


@pytest.mark.parametrize("how", ["corrected", "withdrawn", "erased", "deal gone"])
def test_a_block_of_which_a_pair_changed_or_went_meanwhile_is_planned_anew(
    either_database, tmp_path, monkeypatch, how
):
    north = answered_deals(14)
    answered_deals(20, team="South", seed=1)
    does = {
        "corrected": lambda: the_lowest(north[5]),
        "withdrawn": lambda: queueing.withdraw_pair(north[5], MONDAY),
        "erased": lambda: person_data.erase(customer_of(north[5]), MONDAY),
        "deal gone": lambda: Deal.delete().where(Deal.id == north[5]).execute(),
    }[how]
    gone = customer_of(north[5])
    ran = meanwhile(monkeypatch, blocks, "plan", does)
    done = freeze(settings(tmp_path), MONDAY)
    assert len(ran) == 2
    assert (done.blocks, done.pairs) == (2, 34 if how == "corrected" else 33)
    assert exact_sums_fit()
    assert Block.select().where(Block.retired_at.is_null(False)).count() == 0
    assert (gone in freezing.membership().person) == (how == "corrected")
    (told,) = spreads.standing()
    (pairs,) = every_pair().placed
    aspect = next(iter(told.aspects))
    assert abs(told.aspects[aspect].r - pairs.received[:, 0].astype(float).std(ddof=1)) <= 0.05
    storage.close_database()


def test_where_the_changed_pair_was_needed_its_block_goes_on_waiting_and_the_spread_is_of_the_others(
    database, tmp_path, monkeypatch
):
    small = answered_deals(12)
    answered_deals(40, team="South", seed=1)
    meanwhile(monkeypatch, blocks, "plan", lambda: queueing.withdraw_pair(small[0], MONDAY))
    done = freeze(settings(tmp_path), MONDAY)
    assert (done.pairs, [queue.deals for queue in done.waiting]) == (40, [11])
    assert exact_sums_fit()
    (told,) = spreads.standing()
    (pairs,) = every_pair().placed
    assert abs(next(iter(told.aspects.values())).r - pairs.received[:, 0].astype(float).std(ddof=1)) <= 0.05


def test_a_pair_that_got_the_number_of_one_that_went_meanwhile_is_not_taken_for_it(
    database, tmp_path, monkeypatch
):
    deals = answered_deals(14)
    number = Pair.get(Pair.deal == deals[-1]).id

    def replaced() -> None:
        queueing.withdraw_pair(deals[-1], MONDAY)
        answered_deals(1, seed=5, sellers=["Sanne"])

    meanwhile(monkeypatch, blocks, "plan", replaced)
    assert freeze(settings(tmp_path), MONDAY).pairs == 14
    assert Pair.get_by_id(number).deal_id != deals[-1]
    assert exact_sums_fit()
    assert customer_of(Pair.get_by_id(number).deal_id) in freezing.membership().person


def test_who_changes_an_answer_in_the_middle_of_closing_takes_the_new_block_out(
    either_database, tmp_path, monkeypatch
):
    """Between two transactions of one freeze: a pair of the block that just closed, and one of a block to come."""
    monkeypatch.setattr(freezing, "AT_ONCE", 20)
    teams = [answered_deals(14, team=team, seed=seed) for seed, team in enumerate(("A", "B", "C"))]
    (of_each,) = ([deals[3] for deals in teams],)

    def corrected() -> None:
        closed, *_, last = of_each
        for deal in (closed, last):
            the_lowest(deal)

    with_others = pair_lock.held_still
    left: list[int] = []

    @contextmanager
    def then_others() -> Iterator[None]:
        with with_others():
            yield
        left.append(1)
        if len(left) == 1:
            somebody_else(corrected)

    monkeypatch.setattr(pair_lock, "held_still", then_others)
    done = freeze(settings(tmp_path), MONDAY)
    assert len(left) == 4
    assert done.pairs == 42
    assert Block.select().where(Block.retired_at.is_null(False)).count() == 1
    assert sum(block.n for block in freezing.live_blocks()) == 28
    assert exact_sums_fit()
    storage.close_database()


def test_a_freeze_that_is_cut_off_leaves_whole_blocks_and_the_next_one_does_the_rest(
    either_database, tmp_path, monkeypatch
):
    monkeypatch.setattr(freezing, "AT_ONCE", 20)
    for seed, team in enumerate(("A", "B", "C")):
        answered_deals(14, team=team, seed=seed)
    close = freezing.close
    calls: list[int] = []

    def cut_off(*given: Any) -> None:
        close(*given)
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(freezing, "close", cut_off)
    with pytest.raises(KeyboardInterrupt):
        freeze(settings(tmp_path), MONDAY)
    assert [block.n for block in freezing.live_blocks()] == [14]
    assert exact_sums_fit()
    assert spreads.standing() == ()
    assert freeze(settings(tmp_path), MONDAY).pairs == 28
    assert exact_sums_fit()
    assert len(spreads.standing()) == 1
    said = [entry.detail for entry in AuditEntry.select().where(AuditEntry.what == AuditAction.FROZEN.value)]
    assert said == ["1 blocks"] * 3
    storage.close_database()


def written_under_lock(monkeypatch: pytest.MonkeyPatch, seen: list[str]) -> list[str]:
    """Which of the statements in `seen` run in transactions that keep others from writing."""
    inside: list[str] = []
    before = storage.database.transaction

    @contextmanager
    def noted() -> Iterator[None]:
        with before():
            start = len(seen)
            try:
                yield
            finally:
                inside.extend(seen[start:])

    for place in ("kloof.storage.transaction", "kloof.storage.releases.pair_lock.transaction"):
        monkeypatch.setattr(place, noted)
    return inside


@pytest.mark.parametrize("step", ["freeze", "publish"])
def test_what_takes_long_is_no_part_of_a_transaction_in_which_others_wait(
    either_database, tmp_path, monkeypatch, step
):
    answered_deals(40)
    if step == "publish":
        freeze(settings(tmp_path), MONDAY)
    with storage.counted_queries() as seen:
        inside = written_under_lock(monkeypatch, seen)
        (freeze if step == "freeze" else publish)(settings(tmp_path), MONDAY)
    tables = ("pair p", "placement p", "members", "practice r", "COUNT(*) AS pairs")
    reading = [sql for sql in seen if any(table in sql for table in tables) and "INSERT" not in sql]
    assert len(reading) > 2
    assert not {*reading} & {*inside}
    assert any("INSERT" in sql for sql in inside)
    storage.close_database()


def test_each_transaction_of_a_freeze_closes_few_pairs(database, tmp_path, monkeypatch):
    monkeypatch.setattr(freezing, "AT_ONCE", 50)
    answered_deals(240)
    close, sizes = freezing.close, []

    def counted(some: Any, now: Any) -> None:
        sizes.append(sum(block.n for block in some))
        close(some, now)

    monkeypatch.setattr(freezing, "close", counted)
    assert freeze(settings(tmp_path), MONDAY).pairs == 240
    assert max(sizes) <= 50
    assert len(sizes) >= 5


def test_what_changed_before_a_freeze_began_keeps_no_block_from_closing(database, tmp_path, monkeypatch):
    deals = answered_deals(14)
    the_lowest(deals[3])
    assert [row.id for row in ChangedPair.select()] == [Pair.get(Pair.deal == deals[3]).id]
    planned = meanwhile(monkeypatch, blocks, "plan", lambda: None)
    assert freeze(settings(tmp_path), MONDAY).blocks == 1
    assert len(planned) == 1


def test_an_answer_that_comes_in_while_a_release_is_made_waits_for_nothing(
    either_database, tmp_path, monkeypatch
):
    answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    ran = meanwhile(monkeypatch, attacks, "inside", lambda: answered_deals(1, seed=1, sellers=["Kees"]))
    assert publish(settings(tmp_path), MONDAY).document is not None
    assert len(ran) == 1
    storage.close_database()


def test_who_takes_an_answer_back_while_a_release_is_made_is_not_in_it(
    either_database, tmp_path, monkeypatch
):
    made = settings(tmp_path)
    north = answered_deals(14)
    answered_deals(15, team="South", seed=1)
    freeze(made, MONDAY)
    ran = meanwhile(monkeypatch, attacks, "inside", lambda: queueing.withdraw_pair(north[0], MONDAY))
    release = publish(made, MONDAY).document
    assert len(ran) == 2
    assert [block.n for block in release.blocks] == [15]
    assert len(releases.recorded()) == 1
    assert [folder.name for folder in made.releases_folder.iterdir()] == ["0001"]
    storage.close_database()


def test_where_answers_are_taken_back_again_and_again_no_release_is_made_and_nothing_is_left(
    database, tmp_path, monkeypatch
):
    made = settings(tmp_path)
    monkeypatch.setattr(publishing, "TRIES", 2)
    teams = [answered_deals(14, team=team, seed=seed) for seed, team in enumerate(("A", "B", "C"))]
    freeze(made, MONDAY)
    inside = attacks.inside

    def and_taken_back(*given: Any) -> Any:
        found = inside(*given)
        deals = teams.pop()
        somebody_else(lambda: queueing.withdraw_pair(deals[0], MONDAY))
        return found

    monkeypatch.setattr(attacks, "inside", and_taken_back)
    with pytest.raises(Refused, match="2 times answers were taken back"):
        publish(made, MONDAY)
    assert releases.recorded() == ()
    assert [*made.releases_folder.iterdir()] == []
    monkeypatch.undo()
    assert publish(made, month(1)).document.number == 1


@pytest.mark.postgresql
def test_a_freeze_lets_others_pass_where_somebody_goes_on_changing_pairs(postgresql, tmp_path):
    """A long import holds the pairs: whoever comes behind the freeze would wait for the import too."""
    slow, goes_on, entered = answered_deals(1), threading.Event(), threading.Event()

    def importing() -> None:
        with storage.transaction():
            queueing.withdraw_pair(slow[0], MONDAY)
            holds.set()
            goes_on.wait(timeout=120)
        connection.close()

    def freezing_too() -> None:
        with pair_lock.held_still():
            entered.set()
        connection.close()

    holds = threading.Event()
    threads = [threading.Thread(target=one, daemon=True) for one in (importing, freezing_too)]
    threads[0].start()
    assert holds.wait(timeout=120)
    threads[1].start()
    for seed in range(1, 4):
        somebody_else(lambda seed=seed: answered_deals(1, seed=seed))
    assert not entered.is_set()
    goes_on.set()
    assert entered.wait(timeout=120)
    for thread in threads:
        thread.join(timeout=120)
    storage.close_database()
