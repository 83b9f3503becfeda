"""A salesperson's closed group counts on in its rounded sums once the answers are gone, and nobody is regrouped."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, settings, survey
from kloof.actions.catch_up import catch_up
from kloof.actions.staff import own_feedback
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.staff.own_totals import LEAST
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.access import people
from kloof.storage.models import Invitation, OwnBatch, OwnPair, Response

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("either_database")]
BOTH = (Wave.SALE, Wave.DELIVERY)


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    made = settings("sqlite:///unused", tmp_path, works_council_consent=date(2026, 1, 15))
    return made.model_copy(update={"retention": made.retention.model_copy(update={"answer_months": 12})})


def answered(many: int, now: datetime) -> list[BuiltDeal]:
    """Customers of one salesperson who chose totals."""
    deals = [deal(survey(1), seller=person(), waves=BOTH) for _ in range(many)]
    Invitation.update(expires_at=now + timedelta(days=45)).where(Invitation.state == "invited").execute()
    for number, built in enumerate(deals):
        for wave, value in ((Wave.SALE, 2 + number % 7), (Wave.DELIVERY, 8 - number % 6)):
            said = Changes(answers={"a1": value}, consent=Consent.TOTALS)
            respond.save(respond.open_link(built.tokens[wave], now), said, now, CALLS, submit=True)
    return deals


def shown(house: Settings, now: datetime) -> str | None:
    seller = people.by_id(person())
    assert seller
    totals = own_feedback.overview(house, seller, now).figures[0].totals
    return totals and repr(totals)


def test_a_closed_group_shows_what_it_showed_and_takes_nobody_in(house: Settings) -> None:
    answered(LEAST, NOW)
    closed = datetime(2026, 4, 1, 0, 1, tzinfo=NOW.tzinfo)
    catch_up(house, closed)
    batch = OwnBatch.get()
    sums, before = batch.sums, shown(house, closed)
    assert f"customers={LEAST}" in str(before)
    later = closed + timedelta(days=370)
    left_over = answered(LEAST - 1, NOW + timedelta(days=3))
    catch_up(house, later)
    assert {bytes(row.answers) for row in Response.select()} == {b""}
    assert {row.answers for row in OwnPair.select()} == {""}
    assert OwnBatch.get().sums == sums
    assert shown(house, later) == before
    # One more who answers does not complete those whose answers are gone.
    answered(1, later)
    for months in (1, 2):
        catch_up(house, (later + timedelta(days=32 * months)).replace(day=1))
    assert OwnBatch.select().count() == 1
    assert {
        row.batch_id for row in OwnPair.select().where(OwnPair.deal.in_([one.row for one in left_over]))
    } == {None}


def test_whoever_of_a_group_takes_back_later_still_ends_it(house: Settings) -> None:
    old = answered(LEAST - 1, NOW)
    [young] = answered(1, NOW + timedelta(days=20))
    catch_up(house, datetime(2026, 4, 1, 0, 1, tzinfo=NOW.tzinfo))
    then = NOW + timedelta(days=370)
    opened = respond.open_link(young.tokens[Wave.DELIVERY], then)
    catch_up(house, then)
    wiped = OwnPair.select().where(OwnPair.answers == "").count()
    assert wiped == len(old)
    respond.withdraw(opened, then, CALLS)
    assert (OwnBatch.get().retired_at, OwnBatch.get().sums) == (then, "")
