"""A list shows exactly the deals that fit, each once and in order, however many it looks at for a page."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product

import pytest

from cast import respondents
from cast.builders import NOW, BuiltDeal, deal, person
from instruments.plans import plans
from kloof import storage
from kloof.domain.deals.steps import DealFilter, DealStep, DealTrouble
from kloof.domain.mailing.kinds import INVITATION, REMINDER
from kloof.domain.surveys.definition import Wave
from kloof.storage.deals import listing
from kloof.storage.mailing import outbox
from kloof.storage.models import (
    Block,
    Deal,
    Invitation,
    Message,
    Pair,
    PassedOn,
    Placement,
    Release,
    Response,
)

pytestmark = pytest.mark.slow

TODAY = NOW.date()
S, T = DealStep, DealTrouble


def sold(number: int) -> BuiltDeal:
    """One of many that differ in everything that a list goes by."""
    both = (Wave.SALE, Wave.DELIVERY) if number % 3 == 0 else (Wave.SALE,)
    built = deal(
        waves=both,
        seller=person(("Sanne", "Bram")[number % 2]),
        product=("Heat pump", "Panels", "Battery")[number % 3],
        team=("North", "South")[number // 2 % 2],
        sold_on=TODAY - timedelta(days=number // 2),
        delivery_planned_on=TODAY + timedelta(days=number % 5 - 2) if number % 4 else None,
        cancelled_at=NOW if number % 7 == 6 else None,
        by_letter=number % 5 == 4,
    )
    outbox.queue(NOW, INVITATION, NOW, invitation=built.invitations[Wave.SALE])
    if number % 8 == 2:  # and one more came back, of a deal that has one already
        outbox.queue(NOW, REMINDER, NOW, 1, invitation=built.invitations[Wave.SALE])
    state = ("sent", "queued", "bounced", "sent")[number % 4]
    sent_at = None if state == "queued" else NOW
    Message.update(state=state, sent_at=sent_at).where(
        Message.invitation == built.invitations[Wave.SALE]
    ).execute()
    for wave in both:
        if number % (4 if wave is Wave.SALE else 6) == 0:
            Response.create(
                invitation=built.invitations[wave], answers=b"", language="nl", saved_at=NOW,
                submitted_at=NOW if number % 8 else None,
            )  # fmt: skip
    if number % 6 == 1:
        PassedOn.create(
            deal=built.row, wave=Wave.SALE, link_fingerprint=str(number), opt_out_fingerprint="", at=NOW,
            taken_back_at=NOW if number % 4 == 1 else None,
        )  # fmt: skip
    return built


def fits(row: Deal, wanted: DealFilter) -> bool:
    """The same question, asked of one deal by looking at its rows."""

    def answered(wave: Wave) -> bool:
        return any(
            one.submitted_at
            for one in Response.select()
            if one.invitation.deal_id == row.id and one.invitation.wave == wave
        )

    first = Invitation.get(Invitation.deal == row.id, Invitation.wave == Wave.SALE)
    mail = Message.get(Message.invitation == first.id, Message.kind == INVITATION.name)
    began = Response.select().where(Response.invitation == first.id).exists()
    come: dict[DealStep, Callable[[], bool]] = {
        S.SOLD: lambda: True,
        S.ASKED: lambda: began or (mail.sent_at is not None and mail.state != "bounced"),
        S.ANSWERED: lambda: answered(Wave.SALE),
        S.DELIVERED: lambda: row.delivered_on is not None,
        S.ANSWERED_AFTER: lambda: answered(Wave.DELIVERY),
        S.PUBLISHED: lambda: False,
    }
    planned = row.delivery_planned_on
    trouble: dict[DealTrouble, bool] = {
        T.OVERDUE: not row.delivered_on and not row.cancelled_at and planned is not None and planned < TODAY,
        T.BOUNCED: mail.state == "bounced",
        T.LETTER: row.by_letter,
        T.CANCELLED: row.cancelled_at is not None,
        T.PASSED_ON: row.id in {one.deal_id for one in PassedOn.select() if one.taken_back_at is None},
    }
    return (
        (wanted.step is None or come[wanted.step]())
        and not (wanted.without and come[wanted.without]())
        and (wanted.trouble is None or trouble[wanted.trouble])
        and wanted.product in {"", row.product}
        and wanted.team in {"", row.team}
        and wanted.salesperson in {None, row.salesperson_id}
        and (wanted.since or date.min) <= row.sold_on <= (wanted.until or date.max)
    )


def newest_mail(row: Deal) -> int:
    """The row id of the last mail about this deal."""
    return max(one.id for one in Message.select() if one.invitation.deal_id == row.id)


def all_pages(wanted: DealFilter, most: int = 4) -> list[int]:
    found, after = [], None
    while True:
        page = listing.page(wanted, TODAY, most, after)
        assert len(page.deals) <= most
        found += [one.id for one in page.deals]
        if page.onward is None:
            return found
        after = page.onward


WANTED = [
    *(DealFilter(step=step, without=without) for step, without in product((None, *S), (None, *S))),
    *(DealFilter(trouble=trouble) for trouble in T),
    DealFilter(product="Panels", team="South"),
    DealFilter(since=TODAY - timedelta(days=6), until=TODAY - timedelta(days=3)),
    DealFilter(step=S.ASKED, without=S.ANSWERED, trouble=T.OVERDUE, team="North"),
    *(DealFilter(trouble=trouble, product="Panels", team="South", salesperson=2) for trouble in T),
    DealFilter(step=S.DELIVERED, since=TODAY - timedelta(days=8)),
    DealFilter(trouble=T.BOUNCED, team="North"),
    DealFilter(trouble=T.BOUNCED, without=S.ANSWERED),
]


def test_every_filter_gives_the_deals_that_fit_in_order_and_each_once(
    either_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT", 5)
    for number in range(30):
        sold(number)
    by_sale = [*Deal.select().order_by(Deal.sold_on.desc(), Deal.id.desc())]
    by_mail = sorted(by_sale, key=newest_mail, reverse=True)
    for wanted in [*WANTED, DealFilter(salesperson=person("Bram"))]:
        every = by_mail if wanted.trouble is T.BOUNCED else by_sale
        assert all_pages(wanted) == [row.id for row in every if fits(row, wanted)], wanted


def test_a_row_says_how_far_its_deal_is(either_database: str) -> None:
    built = sold(12)
    (row,) = listing.listed([built.row])
    assert (row.deal_id, row.asked, row.answered, row.answered_after) == (built.deal_id, True, True, True)
    assert (row.is_cancelled, row.by_letter, row.delivered_on) == (False, False, date(2026, 2, 27))
    assert not row.is_overdue(TODAY)


def test_published_is_who_stands_in_a_group_that_was_closed_when_the_last_release_came_out(
    either_database: str,
) -> None:
    respondents.answered_deals(3)
    first, later, waiting = Deal.select().order_by(Deal.id)
    pairs = {row.deal_id: row.id for row in Pair.select()}
    Release.create(number=1, manifest_hash="x", published_at=NOW)
    for row, closed in ((first, NOW - timedelta(days=1)), (later, NOW + timedelta(days=1))):
        block = Block.create(
            survey_version=row.survey_version_id,
            level="company",
            customers=1,
            sums=b"",
            members=b"",
            closed_at=closed,
        )
        Placement.insert(id=pairs[row.id], block=block.id).execute()
    assert all_pages(DealFilter(step=S.PUBLISHED)) == [first.id]
    assert set(all_pages(DealFilter(without=S.PUBLISHED))) == {later.id, waiting.id}


def test_a_page_takes_at_most_four_statements(either_database: str) -> None:
    for number in range(12):
        sold(number)
    for wanted in WANTED:
        with storage.counted_queries() as queries:
            listing.page(wanted, TODAY, 4)
        assert len(queries) <= 4, wanted


def test_the_products_and_teams_of_deals_are_each_named_once_and_in_order(either_database: str) -> None:
    assert listing.products(9) == []
    for number in range(6):
        sold(number)
    assert listing.products(9) == ["Battery", "Heat pump", "Panels"]
    assert listing.teams(1) == ["North"]


def test_no_page_asks_for_what_postgresql_may_answer_by_a_table_of_all_deals(database: str) -> None:
    sold(1)
    with storage.counted_queries() as queries:
        listing.page(DealFilter(), TODAY, 4)
    assert not [one for one in queries if "EXISTS" in one]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (DealFilter(), "deal_sold"),
        (DealFilter(product="Panels"), "deal_product_sold"),
        (DealFilter(team="North"), "deal_team_sold"),
        (DealFilter(salesperson=1), "deal_seller_sold"),
        (DealFilter(trouble=T.OVERDUE), "deal_undelivered"),
        (DealFilter(trouble=T.CANCELLED), "deal_cancelled"),
        (DealFilter(trouble=T.LETTER), "deal_by_letter"),
        (DealFilter(trouble=T.BOUNCED), "message_came_back"),
        (DealFilter(trouble=T.OVERDUE, team="North"), "deal_undelivered"),
        (DealFilter(trouble=T.CANCELLED, product="Panels"), "deal_cancelled"),
        (DealFilter(trouble=T.LETTER, product="Panels", team="North", salesperson=1), "deal_by_letter"),
    ],
)
def test_a_list_is_read_off_an_index_and_not_sorted(database: str, wanted: DealFilter, index: str) -> None:
    plan = plans(lambda: listing.page(wanted, TODAY, 4))
    assert index in plan
    assert "TEMP B-TREE" not in plan
