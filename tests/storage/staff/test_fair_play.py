"""What fair play counts: only deals that could have been asked, and closed groups as a whole."""

import json
from datetime import date, datetime, timedelta

from cast.builders import NOW, BuiltDeal, deal, person, survey
from kloof import storage
from kloof.domain.deals.deals import DealLine
from kloof.domain.staff.fair_play import Address, Count, Signal
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.storage.deals import deals
from kloof.storage.models import Customer, Deal, Invitation, Message, OwnBatch, Response
from kloof.storage.staff import fair_play
from kloof.storage.surveys import versions

LATER = NOW + timedelta(days=40)


def mailed(built: BuiltDeal, wave: Wave = Wave.SALE, state: str = "sent", at: datetime = NOW) -> BuiltDeal:
    """The invitation went out."""
    facts = {"message_id": f"m{built.row}{wave}", "due_at": at, "created_at": at, "changed_at": at}
    sent_at = at if state in {"sent", "bounced"} else None
    Message.create(
        kind="invitation", invitation=built.invitations[wave], state=state, sent_at=sent_at, **facts
    )
    return built


def answered(built: BuiltDeal) -> None:
    Invitation.update(state="submitted").where(Invitation.id == built.invitations[Wave.SALE]).execute()
    Response.create(
        invitation=built.invitations[Wave.SALE], answers=b"", language="nl", saved_at=NOW, submitted_at=NOW
    )


def planned(built: BuiltDeal, state: InvitationState = InvitationState.PLANNED) -> BuiltDeal:
    Invitation.update(state=state.value).where(Invitation.id == built.invitations[Wave.SALE]).execute()
    return built


def counted(signal: Signal, now: datetime = LATER) -> list[Count]:
    return [one for one in fair_play.counts(now) if one.signal is signal]


def test_a_deal_whose_first_survey_never_went_out_counts_as_not_asked(database: str) -> None:
    mailed(deal())
    mailed(deal(), state="bounced")
    deal(waves=())
    mailed(planned(deal()), state="cancelled")
    answered(deal())
    assert counted(Signal.NOT_ASKED) == [Count(person(), Signal.NOT_ASKED, 2, 5, 5)]


def test_who_wants_no_mail_and_what_is_cancelled_or_new_says_nothing_about_a_salesperson(
    database: str,
) -> None:
    planned(deal(), InvitationState.STOPPED)
    Deal.update(cancelled_at=NOW).where(Deal.id == deal(waves=()).row).execute()
    Deal.update(added_at=LATER - timedelta(days=27)).where(Deal.id == deal(waves=()).row).execute()
    assert counted(Signal.NOT_ASKED) == [Count(person(), Signal.NOT_ASKED, 0, 0, 0)]


def test_a_deal_that_a_draw_left_out_is_not_one_that_was_kept_from_the_survey(either_database: str) -> None:
    drawn = deal(waves=())
    Deal.update(arm="not_asked", arm_share=0.15).where(Deal.id == drawn.row).execute()
    mailed(deal())
    assert counted(Signal.NOT_ASKED) == [Count(person(), Signal.NOT_ASKED, 0, 1, 1)]
    assert counted(Signal.ADDRESS_CHANGED) == [Count(person(), Signal.ADDRESS_CHANGED, 0, 2, 2)]


def test_surveys_that_went_out_long_enough_ago_count_as_answered_or_not(database: str) -> None:
    answered(mailed(deal()))
    mailed(deal())
    mailed(deal(), at=LATER - timedelta(days=20))
    mailed(deal(), state="bounced")
    assert counted(Signal.ANSWERED) == [Count(person(), Signal.ANSWERED, 1, 2, 2)]


def test_a_delivery_that_was_reported_more_than_two_weeks_later_is_late(either_database: str) -> None:
    for days in (14, 15, 60):
        built = deal(waves=(Wave.SALE, Wave.DELIVERY))
        on = NOW.date() - timedelta(days=days)
        Deal.update(delivered_on=on).where(Deal.id == built.row).execute()
    deal()
    assert counted(Signal.REPORTED_LATE) == [Count(person(), Signal.REPORTED_LATE, 2, 3, 3)]


def line(built: BuiltDeal, address: str) -> DealLine:
    return DealLine(
        built.deal_id, "Customer", address, "nl", "sanne.de.vries@company.example", "North", "East", "Heat pump",
        "project", date(2026, 2, 25),
    )  # fmt: skip


def test_an_address_that_was_changed_counts_and_one_that_was_added_does_not(database: str) -> None:
    version = versions.record(survey(), NOW)
    changed, same, added = deal(), deal(), deal()
    Deal.update(by_letter=True).where(Deal.id == added.row).execute()
    for built, address in (
        (changed, "other@home.example"),
        (same, same.email),
        (added, "first@home.example"),
    ):
        deals.put(line(built, address), person(), version, NOW)
    assert counted(Signal.ADDRESS_CHANGED) == [Count(person(), Signal.ADDRESS_CHANGED, 1, 3, 3)]
    deals.put(line(changed, changed.email), person(), version, NOW)
    assert counted(Signal.ADDRESS_CHANGED)[0].hits == 1, "changing it back does not make it unchanged"


def group(seller: str, mean: float, customers: int = 8, version: int = 1) -> OwnBatch:
    sums = json.dumps({"v": [mean * customers] * 3, "r": [0, 0, 0]})
    row = versions.record(survey(version=version), NOW)
    return OwnBatch.create(
        salesperson=person(seller), survey_version=row, customers=customers, sums=sums, closed_at=NOW
    )


def test_low_expectations_are_counted_by_closed_groups_beside_those_of_the_same_survey(database: str) -> None:
    for seller, mean in (("Ans", 3), ("Ans", 8), ("Bea", 7), ("Bea", 9), ("Bea", 6), ("Ans", 4)):
        group(seller, mean)
    for mean in (1, 2, 2):
        group("Bea", mean, customers=10, version=2)
    OwnBatch.update(retired_at=NOW, sums="").where(OwnBatch.id == group("Ans", 0).id).execute()
    low = Signal.LOW_EXPECTATION
    assert sorted(counted(low), key=lambda one: one.deals) == [
        Count(person("Ans"), low, 2, 3, 24),
        Count(person("Bea"), low, 1, 6, 54),
    ]


def test_addresses_are_given_per_salesperson_with_how_many_names_they_stand_for(either_database: str) -> None:
    ans, bea = person("Ans"), person("Bea")
    for name in ("J. Bos", "j. bos", "K. Bos"):
        deal(seller=ans, email="bos@home.example", customer_name=name)
    deal(seller=bea, email="bos@home.example", customer_name="L. Bos")
    deal(seller=bea, email="gone@home.example", cancelled_at=NOW)
    Deal.update(customer=Customer.create(name="By letter", language="nl")).where(
        Deal.id == deal(seller=bea).row
    ).execute()
    assert sorted(fair_play.addresses(), key=lambda one: one.person) == [
        Address(ans, "bos@home.example", 2),
        Address(bea, "bos@home.example", 1),
    ]
    assert fair_play.staff_domains() == {"company.example"}


def test_two_queries_count_everything(database: str) -> None:
    for _ in range(4):
        mailed(deal())
    with storage.counted_queries() as queries:
        fair_play.counts(LATER)
    assert len(queries) == 2
