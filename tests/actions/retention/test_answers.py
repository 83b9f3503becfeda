"""Answers of long ago are forgotten: what was frozen counts on in rounded sums, and nothing else is left to read."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cast.builders import CALLS, deal, person
from cast.respondents import MONDAY, answered_deals, month, settings
from kloof import storage
from kloof.actions import person_data
from kloof.actions.catch_up import catch_up
from kloof.actions.releases.attack import audit
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.actions.retention import forgetting
from kloof.actions.retention.forgetting import Retained
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.publish.release_files import read_releases
from kloof.storage import counted_queries
from kloof.storage.models import (
    AuditEntry,
    Block,
    HandoverMark,
    Invitation,
    OwnPair,
    Pair,
    PracticePart,
    Promise,
    Response,
    Spread,
)
from kloof.storage.releases import pair_reading, queueing
from kloof.storage.retention import answers

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("either_database")]
A_YEAR = month(13)
BOTH = (Wave.SALE, Wave.DELIVERY)


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    made = settings(tmp_path)
    return made.model_copy(update={"retention": made.retention.model_copy(update={"answer_months": 12})})


def count(house: Settings, now: datetime = A_YEAR) -> int:
    return forgetting.foreseen(house, now)[Retained.ANSWERS].count


def forget(house: Settings, now: datetime = A_YEAR) -> int:
    return forgetting.forget(house, now)[Retained.ANSWERS].count


def said(consent: Consent = Consent.NAMED, **more: Any) -> Changes:
    return Changes(answers={"a1": 8, "a2": 7, "a3": 6}, consent=consent, comment="Friendly", **more)


def answered(consent: Consent = Consent.NAMED, waves: tuple[Wave, ...] = BOTH, now: datetime = MONDAY) -> Any:
    built = deal(seller=person(), waves=waves)
    for wave, token in built.tokens.items():
        promises = {0: PromiseChange(text="Before the frost")} if wave is Wave.SALE else {}
        opened = respond.open_link(token, MONDAY)
        respond.save(opened, said(consent, promises=promises), now, CALLS, submit=True)
    return built


def test_what_was_answered_goes_and_that_it_was_stays(house: Settings) -> None:
    built = answered()
    invitation, response = built.invitations[Wave.SALE], Response.get(invitation=built.invitations[Wave.SALE])
    HandoverMark.create(
        response=response, item="a1", about="", mark="cannot", note="no", marked_by=person(), marked_at=MONDAY
    )
    assert count(house) == 1
    assert forget(house) == 1
    assert count(house) == forget(house) == 0
    assert {bytes(row.answers) for row in Response.select()} == {b""}
    assert {row.comment for row in Response.select()} == {""}
    assert Promise.select().count() == HandoverMark.select().count() == 0
    assert (Pair.get().packed, OwnPair.get().answers) == ("", "")
    assert Response.select().where(Response.submitted_at.is_null(False)).count() == 2
    assert Invitation.get(Invitation.id == invitation).state == "submitted"
    assert AuditEntry.select().where(AuditEntry.what == AuditAction.FORGOTTEN.value).count() == 1
    [kept] = person_data.export(house, built.email, A_YEAR)["deals"]
    assert [one["answered"]["answers"] for one in kept["surveys"]] == [{}, {}]


@pytest.mark.parametrize("now", [MONDAY + timedelta(days=364), MONDAY + timedelta(days=370)])
def test_a_year_counts_from_the_last_answer_about_the_deal(house: Settings, now: datetime) -> None:
    answered()
    Response.update(saved_at=MONDAY - timedelta(days=200)).where(
        Response.id == Response.select(Response.id).order_by(Response.id).limit(1)
    ).execute()
    assert count(house, now) == (now - MONDAY).days // 365


def test_nothing_goes_unless_it_is_said_and_nothing_of_a_deal_that_still_asks(
    house: Settings, tmp_path: Path
) -> None:
    built = answered(waves=(Wave.SALE,))
    assert count(settings(tmp_path)) == forget(settings(tmp_path)) == 0
    Invitation.create(
        deal=built.row, wave="delivery", state="planned", link_salt=b"s", link_fingerprint="f", opt_out_fingerprint="o",
        invite_on=MONDAY.date(), expires_at=A_YEAR, created_at=MONDAY,
    )  # fmt: skip
    assert count(house) == forget(house) == 0
    assert Promise.select().count() == 1


def test_whoever_comes_back_by_the_link_is_told_and_can_neither_answer_nor_choose_again(
    house: Settings,
) -> None:
    built = answered()
    opened = respond.open_link(built.tokens[Wave.SALE], MONDAY)
    forget(house)
    with pytest.raises(NotFound) as closed:
        respond.open_link(built.tokens[Wave.SALE], A_YEAR)
    assert closed.value.reason is Reason.LINK_FORGOTTEN
    for again in (
        lambda: respond.save(opened, said(), A_YEAR, CALLS, submit=True),
        lambda: respond.save(opened, said(), A_YEAR, CALLS, correct=True),
        lambda: respond.choose_again(opened, Changes(consent=Consent.TOTALS), A_YEAR, CALLS),
    ):
        with pytest.raises(Refused):
            again()
    assert {bytes(row.answers) for row in Response.select()} == {b""}
    assert Pair.get().packed == ""


def test_what_queued_too_long_closes_in_no_block_and_releases_stay_as_they_were(
    house: Settings, tmp_path: Path
) -> None:
    answered_deals(14)
    freeze(house, MONDAY)
    publish(house, MONDAY)
    answered_deals(5, seed=2, customers=[f"late{number}@example.net" for number in range(5)])
    before = {path: path.read_bytes() for path in house.releases_folder.rglob("*") if path.is_file()}
    sums, members = bytes(Block.get().sums), bytes(Block.get().members)
    assert forget(house) == 19
    assert (bytes(Block.get().sums), bytes(Block.get().members)) == (sums, members)
    assert pair_reading.every_pair() == ([], [])
    assert Block.get().retired_at is None
    # A new block beside it, and both in the next release: what stands in the older one is what stood there.
    answered_deals(15, seed=3, now=A_YEAR)
    freeze(house, A_YEAR)
    assert Block.select().count() == 2
    made = publish(house, A_YEAR).document
    assert made is not None
    assert [block.n for block in made.blocks] == [14, 15]
    first, second = (release.document for release in read_releases(house.releases_folder))
    assert second.number == 2
    assert {path: path.read_bytes() for path in before} == before
    assert first.blocks[0] == second.blocks[0]
    assert audit(house.releases_folder).breaches == ()


def test_of_a_block_all_answers_go_together_so_that_no_table_is_made_of_the_rest(house: Settings) -> None:
    """A table over part of a block, beside the sums of all of it, would tell the others'."""
    old = answered_deals(7, joint_visit=True)
    answered_deals(7, seed=1, joint_visit=False, now=month(3))
    freeze(house, month(3))
    block = Block.get()
    assert block.customers == 14
    assert forget(house) == len(old) == 7
    assert {row.packed for row in Pair.select()} == {""}
    assert sum(bool(row.answers) for row in Response.select()) == 14, (
        "answers of less than a year stay readable"
    )
    answered_deals(14, seed=4, joint_visit=None, now=A_YEAR)
    freeze(house, A_YEAR)
    publish(house, A_YEAR)
    for part in PracticePart.select():
        assert str(block.id) not in part.blocks.strip("[]").split(", ")


def test_how_far_answers_lie_apart_stays_known_where_the_answers_are_gone(house: Settings) -> None:
    for seed in range(3):
        answered_deals(14, seed=seed)
    freeze(house, MONDAY)
    kept, blocks = Spread.get().figures, Block.select().count()
    forget(house)
    answered_deals(14, seed=9, now=A_YEAR)
    freeze(house, A_YEAR)
    assert Block.select().count() > blocks
    assert Spread.get().figures == kept


def test_who_takes_back_an_answer_of_a_block_whose_answers_are_gone_still_retires_it(house: Settings) -> None:
    answered_deals(7)
    late = answered_deals(7, seed=1, now=month(3))
    freeze(house, month(3))
    forget(house)
    with storage.transaction():
        queueing.withdraw_pair(late[0], A_YEAR)
    assert (Block.get().retired_at, bytes(Block.get().sums)) == (A_YEAR, b"")


def test_the_worker_forgets_once_a_day_in_parts_each_of_few_statements(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered_deals(14)
    freeze(house, MONDAY)
    parts: list[int] = []
    real = answers.forget

    def noted(deals: Any, before: datetime) -> int:
        parts.append(len(deals))
        with counted_queries() as seen:
            done = real(deals, before)
        assert len(seen) <= 14
        return done

    monkeypatch.setattr(answers, "forget", noted)
    monkeypatch.setattr(forgetting, "DEALS_AT_ONCE", 6)
    catch_up(house, A_YEAR)
    assert parts == [6, 6, 2]
    answered_deals(1)
    with counted_queries() as seen:
        forgetting.catch_up(house, A_YEAR + timedelta(hours=23))
    assert len(seen) == 1
    forgetting.catch_up(house, A_YEAR + timedelta(hours=25))
    assert parts == [6, 6, 2, 1]


def test_what_is_more_than_a_look_takes_goes_at_the_next_one(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered_deals(7)
    monkeypatch.setattr(forgetting, "MOST_A_LOOK", 3)
    left = []
    for minute in range(4):
        forgetting.catch_up(house, A_YEAR + timedelta(minutes=minute))
        left.append(count(house))
    assert left == [4, 1, 0, 0]


def test_an_answer_that_came_meanwhile_is_not_forgotten(house: Settings) -> None:
    built = answered()
    found = answers.due(month(12), 10)
    assert found == [built.row]
    Response.update(saved_at=A_YEAR).execute()
    with storage.transaction():
        assert answers.forget(found, month(12)) == 0
    assert Promise.select().count() == 1
