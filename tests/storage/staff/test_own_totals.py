"""Own pairs of deals that were answered before there were any, by month, and published figures read from a release."""

import importlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from cast import respondents
from cast.builders import CALLS, NOW, deal, person, survey
from cast.builders import settings as company
from instruments.plans import plans
from kloof import storage
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.actions.staff.published import company_figures, product_figures
from kloof.actions.surveys import respond
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.database import database as opened
from kloof.storage.database import is_postgresql
from kloof.storage.models import OwnBatch, OwnClosing, OwnPair, Response
from kloof.storage.releases import queueing
from kloof.storage.releases.pair_encoding import HEAD
from kloof.storage.staff import own_groups, own_totals

WAVES = (Wave.SALE, Wave.DELIVERY)
migration = importlib.import_module("kloof.storage.migrations.0003_own_totals")


NEXT_MONTH = datetime(2026, 4, 1, tzinfo=UTC)


def said(consent: Consent, point: int = 6) -> Changes:
    return Changes(answers=dict.fromkeys(("a1", "a2", "a3"), point), consent=consent)


def answered(at_sale: Consent, after: Consent | None, point: int = 6) -> int:
    built = deal(seller=person(), waves=WAVES)
    for wave, consent in ((Wave.SALE, at_sale), (Wave.DELIVERY, after)):
        if consent:
            link = respond.open_link(built.tokens[wave], NOW)
            respond.save(
                link, said(consent, 11 - point if wave is Wave.SALE else point), NOW, CALLS, submit=True
            )
    return built.row


def test_deals_answered_before_are_brought_in_as_they_were_shown_and_stay_out_of_batches(
    either_database: str,
) -> None:
    named, mixed = answered(Consent.NAMED, Consent.NAMED), answered(Consent.NAMED, Consent.TOTALS)
    half = answered(Consent.NAMED, None)
    deal(seller=person(), waves=WAVES)
    before = {row.deal_id: (row.answers, row.named) for row in OwnPair.select()}
    OwnPair.delete().execute()
    # Then a pair had a column of its own for what now stands behind the head of what it packs.
    opened.execute_sql(migration.BROUGHT_IN.replace("p.answers", f"SUBSTR(p.packed, {HEAD + 1})"))
    assert {row.deal_id: (row.answers, row.named) for row in OwnPair.select()} == before
    assert {number: named for number, (_, named) in before.items()} == {named: True, mixed: False, half: True}
    assert all(row.was_named for row in OwnPair.select())
    for number in range(7):
        answered(Consent.TOTALS, Consent.TOTALS, 2 + number)
    own_groups.close_groups(NEXT_MONTH)
    assert OwnBatch.select().count() == 0
    answered(Consent.TOTALS, Consent.TOTALS, 9)
    own_groups.close_groups(NEXT_MONTH + timedelta(days=31))
    assert OwnBatch.select().count() == 1


def test_a_first_survey_in_totals_leaves_no_row_until_another_choice_or_the_second_survey(
    either_database: str,
) -> None:
    built = deal(seller=person(), waves=WAVES)
    sale = respond.open_link(built.tokens[Wave.SALE], NOW)
    respond.save(sale, said(Consent.TOTALS), NOW, CALLS, submit=True)
    assert not OwnPair.select().exists()
    sent = respond.open_link(built.tokens[Wave.SALE], NOW)
    respond.choose_again(sent, Changes(consent=Consent.NAMED), NOW, CALLS)
    assert [(row.named, row.was_named) for row in OwnPair.select()] == [(True, True)]
    respond.choose_again(
        respond.open_link(built.tokens[Wave.SALE], NOW), Changes(consent=Consent.TOTALS), NOW, CALLS
    )
    assert [(row.named, row.was_named) for row in OwnPair.select()] == [(False, True)]


def test_a_pair_keeps_the_moment_at_which_it_was_complete_through_a_correction(either_database: str) -> None:
    built = deal(seller=person(), waves=WAVES)
    for wave in WAVES:
        respond.save(
            respond.open_link(built.tokens[wave], NOW), said(Consent.TOTALS), NOW, CALLS, submit=True
        )
    before = OwnPair.get()
    later = NOW + timedelta(days=3)
    again = respond.open_link(built.tokens[Wave.DELIVERY], later)
    respond.save(again, Changes(answers={"a1": 2}), later, CALLS, correct=True)
    after = OwnPair.get()
    assert (before.completed_at, after.completed_at) == (NOW, NOW)
    assert before.answers != after.answers


def test_the_database_averages_the_deals_that_a_named_customer_had_in_one_month(either_database: str) -> None:
    seller, deals = person(), ((1, 10, 3), (1, 5, 4), (1, 6, 4), (2, 4, 9))
    for customer, v, r in deals:
        built = deal(seller=seller, email=f"{customer}@example.net", waves=WAVES)
        for wave, answer in ((Wave.SALE, v), (Wave.DELIVERY, r)):
            link = respond.open_link(built.tokens[wave], NOW)
            respond.save(link, said(Consent.NAMED, answer), NOW, CALLS, submit=True)
    sold = own_totals.SoldVersion(OwnPair.get().survey_version_id, survey(), len(deals), 2)
    [month] = own_totals.named_months(seller, [sold])
    assert (month.sums.customers, month.sums.promises, month.sums.rounded) == (2, (0, 0, 0, 0), False)
    assert month.sums.v == pytest.approx((11,) * 3)
    assert month.sums.r == pytest.approx((11 / 3 + 9,) * 3)


def test_groups_close_once_a_month_and_what_waits_is_found_by_its_index(either_database: str) -> None:
    for number in range(8):
        answered(Consent.TOTALS, Consent.TOTALS, 2 + number)
    if is_postgresql():
        opened.execute_sql("SET enable_seqscan = off")
    assert "own_pair_waiting" in plans(lambda: own_groups.close_groups(NOW))
    with storage.counted_queries() as queries:
        assert own_groups.close_groups(NEXT_MONTH) == 1
        assert own_groups.close_groups(NEXT_MONTH) == 0
    assert len(queries) <= 10
    assert OwnClosing.get().moment == NEXT_MONTH


@pytest.mark.postgresql
def test_a_choice_that_comes_while_a_group_closes_waits_for_it_and_is_not_shown_by_name(
    postgresql: str,
) -> None:
    numbers = [answered(Consent.TOTALS, Consent.TOTALS, 2 + number) for number in range(8)]
    begun, closed = Event(), Event()

    def draw(below: int) -> int:
        begun.set()
        closed.wait(0.05)
        return below - 1

    with ThreadPoolExecutor() as threads:
        closing = threads.submit(own_groups.close_groups, NEXT_MONTH, draw)
        assert begun.wait(120)
        OwnPair.get(OwnPair.deal == numbers[0])
        with storage.transaction():
            Response.update(consent=Consent.NAMED.value).execute()
            own_totals.keep(numbers[0], queueing.complete_answers(numbers[0]), NEXT_MONTH)
        assert closing.result() == 1
        threads.submit(opened.close).result()
    assert not any(row.named for row in OwnPair.select())
    assert OwnPair.select().where(OwnPair.batch.is_null(False)).count() == 8


def test_the_companys_figures_are_those_of_the_last_release(database: str, tmp_path: Path) -> None:
    agreed = company(database, tmp_path)
    respondents.answered_deals(40)
    freeze(agreed, respondents.MONDAY)
    document = publish(agreed, respondents.MONDAY).document
    assert document
    [cell] = [cell for cell in document.cells if cell.level == "company"]
    figures = company_figures(agreed, cell.key)
    assert figures
    assert (figures.customers, figures.published_on) == (cell.customers, date(2026, 3, 2))
    for name, sums in cell.aspects.items():
        shown = figures.aspects[name]
        assert shown.expectation == pytest.approx(sums.v / cell.n, abs=0.1)
        assert shown.reality == pytest.approx(sums.r / cell.n, abs=0.1)
    assert product_figures(agreed, cell.key, "Nothing sold") is None


def test_before_the_first_release_there_are_no_company_figures(database: str, tmp_path: Path) -> None:
    assert company_figures(company(database, tmp_path), survey().key) is None
