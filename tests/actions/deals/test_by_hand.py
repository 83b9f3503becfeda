"""What the desk does to a deal by hand is what a file does, and the log says who did it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from cast.builders import ALWAYS, CALLS, NOW, SECRET, person, settings
from cast.selling import NOON, line, sell
from kloof.actions import person_data
from kloof.actions.deals import by_hand, desk_view
from kloof.actions.mailing import reach
from kloof.actions.mailing.worker import work_once
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, ActorKind, AuditAction
from kloof.domain.access.timeline import DealEventKind
from kloof.domain.access.tokens import Purpose, token
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.mail.transport import Memory
from kloof.storage import transaction
from kloof.storage.models import AuditEntry, Customer, Deal, Invitation, Message

DAY = date(2026, 9, 14)


@pytest.fixture
def house(either_database: str, tmp_path: Path) -> Settings:
    return settings(either_database, tmp_path, mail=ALWAYS | {"most_per_day": 9, "most_per_month": 90})


@pytest.fixture
def noor(house: Settings) -> Actor:
    return Actor(ActorKind.PERSON, person("Noor"), "desk")


def mailed(house: Settings) -> list[str]:
    transport = Memory()
    work_once(house, transport, lambda: NOON)
    return [to for _, to, _ in transport.sent]


def answer(house: Settings, deal_id: str, wave: Wave) -> None:
    asked = Invitation.get(Invitation.deal == Deal.get(Deal.deal_id == deal_id).id, Invitation.wave == wave)
    said = Changes(answers=dict.fromkeys(("a1", "a2", "a3"), 9), consent=Consent.TOTALS)
    link = respond.open_link(token(SECRET, Purpose.SURVEY, bytes(asked.link_salt)), NOON)
    respond.save(link, said, NOON, CALLS, submit=True)


def logged() -> list[tuple[str, int | None, str]]:
    return [(row.what, row.person, row.detail) for row in AuditEntry.select().order_by(AuditEntry.id)]


def test_many_deals_are_delivered_on_one_day_and_what_cannot_be_is_said_of_each(
    house: Settings, noor: Actor
) -> None:
    for number in (1, 2, 3):
        sell(house, line(number))
    by_hand.cancel(house, "D-2", DAY, NOON, noor)
    by_hand.deliver(house, ["D-3"], DAY, NOON, noor)
    result = by_hand.deliver(house, ["D-1", "D-2", "D-3", "D-9", "D-1"], DAY, NOON, noor)
    assert (result.done, result.unchanged) == (("D-1",), ("D-3",))
    assert [(deal, why.reason) for deal, why in result.refused] == [
        ("D-2", Reason.DEAL_CANCELLED),
        ("D-9", Reason.DEAL_UNKNOWN),
    ]
    assert Deal.get(Deal.deal_id == "D-1").delivered_on == DAY
    assert Invitation.select().where(Invitation.wave == "delivery").count() == 2
    assert logged().count((AuditAction.DEAL_DELIVERED, noor.person, "")) == 2


@pytest.mark.parametrize("day", [DAY - timedelta(days=1), NOON.date() + timedelta(days=1)])
def test_a_day_before_the_sale_or_to_come_is_refused(house: Settings, noor: Actor, day: date) -> None:
    sell(house, line())
    for result in (
        by_hand.deliver(house, ["D-1"], day, NOON, noor),
        by_hand.cancel(house, "D-1", day, NOON, noor),
    ):
        assert [
            why.reason in {Reason.DAY_BEFORE_SALE, Reason.DAY_IN_FUTURE} for _, why in result.refused
        ] == [True]
    row = Deal.get()
    assert (row.delivered_on, row.cancelled_at, logged()) == (None, None, [])


def test_no_mail_goes_out_about_a_deal_that_was_called_off(house: Settings, noor: Actor) -> None:
    sell(house, line())
    assert by_hand.cancel(house, "D-1", DAY, NOON, noor).done == ("D-1",)
    assert mailed(house) == []
    with pytest.raises(NotFound):
        by_hand.cancel(house, "D-9", DAY, NOON, noor)


def test_a_survey_that_is_stopped_is_mailed_no_more_and_takes_no_answers(
    house: Settings, noor: Actor
) -> None:
    sell(house, line())
    mailed(house)
    by_hand.stop_survey("D-1", Wave.SALE, NOON, noor)
    link = token(SECRET, Purpose.SURVEY, bytes(Invitation.get().link_salt))
    with pytest.raises(NotFound):
        respond.open_link(link, NOON)
    with pytest.raises(Refused, match="is over"):
        by_hand.stop_survey("D-1", Wave.SALE, NOON, noor)
    with pytest.raises(NotFound):
        by_hand.stop_survey("D-1", Wave.DELIVERY, NOON, noor)
    assert logged() == [(AuditAction.SURVEY_STOPPED, noor.person, "sale")]


def test_a_survey_that_was_stopped_by_mistake_goes_on_by_its_old_link_and_is_mailed_once(
    house: Settings, noor: Actor
) -> None:
    sell(house, line())
    assert mailed(house) == ["customer1@example.com"]
    link = token(SECRET, Purpose.SURVEY, bytes(Invitation.get().link_salt))
    for answered, stands in ((False, "invited"), (True, "started")):
        if answered:
            respond.save(respond.open_link(link, NOON), Changes(answers={"a1": 9}), NOON, CALLS, submit=False)
        by_hand.stop_survey("D-1", Wave.SALE, NOON, noor)
        assert desk_view.deal(house, "D-1", NOON).resumable
        by_hand.resume_survey(house, "D-1", Wave.SALE, NOON, noor)
        assert (mailed(house), Invitation.get().state) == ([], stands)
    assert respond.open_link(link, NOON).response.answers == {"a1": 9}
    with pytest.raises(Refused, match="was not stopped"):
        by_hand.resume_survey(house, "D-1", Wave.SALE, NOON, noor)
    assert logged()[-1] == (AuditAction.SURVEY_RESUMED, noor.person, "sale")


def test_what_waited_when_a_survey_was_stopped_by_mistake_goes_out_once_and_at_its_time(
    house: Settings, noor: Actor
) -> None:
    sell(house, line())
    by_hand.stop_survey("D-1", Wave.SALE, NOON, noor)
    assert mailed(house) == []
    by_hand.resume_survey(house, "D-1", Wave.SALE, NOON, noor)
    assert mailed(house) == ["customer1@example.com"]
    reminded = NOON + timedelta(days=8)
    work_once(house, Memory(), lambda: reminded)
    assert (
        Message.update(state="queued", sent_at=None, mailed_on=None)
        .where(Message.kind == "reminder")
        .execute()
    )
    by_hand.stop_survey("D-1", Wave.SALE, reminded, noor)
    by_hand.resume_survey(house, "D-1", Wave.SALE, reminded, noor)
    transport = Memory()
    work_once(house, transport, lambda: reminded + timedelta(hours=1))
    work_once(house, transport, lambda: reminded + timedelta(hours=2))
    assert len(transport.sent) == 1


def test_a_stopped_survey_whose_window_has_closed_or_whose_deal_is_cancelled_does_not_go_on(
    house: Settings, noor: Actor
) -> None:
    for number in (1, 2):
        sell(house, line(number))
    mailed(house)
    by_hand.stop_survey("D-1", Wave.SALE, NOON, noor)
    later = NOON + timedelta(days=400)
    assert not desk_view.deal(house, "D-1", later).resumable
    with pytest.raises(Refused, match="closed in the meantime"):
        by_hand.resume_survey(house, "D-1", Wave.SALE, later, noor)
    by_hand.cancel(house, "D-2", DAY, NOON, noor)
    assert not desk_view.deal(house, "D-2", NOON).resumable
    with pytest.raises(Refused, match="was not stopped"):
        by_hand.resume_survey(house, "D-2", Wave.SALE, NOON, noor)


def test_a_stopped_survey_stays_stopped_when_the_address_turns_out_to_work(
    house: Settings, noor: Actor
) -> None:
    sell(house, line())
    mailed(house)
    mail = Message.get()
    Message.update(state="bounced").execute()
    with transaction():
        reach.stop(house, "customer1@example.com", Customer.get().id, NOON)
    by_hand.stop_survey("D-1", Wave.SALE, NOON, noor)
    by_hand.send_again(house, "D-1", mail.id, NOON, noor)
    assert mailed(house) == []
    assert Invitation.get().state == "cancelled"


def test_the_second_survey_still_goes_out_where_the_first_was_stopped(house: Settings, noor: Actor) -> None:
    sell(house, line())
    by_hand.stop_survey("D-1", Wave.SALE, NOON, noor)
    by_hand.deliver(house, ["D-1"], DAY, NOON, noor)
    assert mailed(house) == ["customer1@example.com"]


def test_a_mail_that_came_back_is_sent_again_and_the_survey_that_it_stopped_goes_on(
    house: Settings, noor: Actor
) -> None:
    sell(house, line(1))
    sell(house, line(2))
    mailed(house)
    mail = Message.get(
        Message.invitation == Invitation.get(Invitation.deal == Deal.get(Deal.deal_id == "D-1").id).id
    )
    Message.update(state="bounced").where(Message.id == mail.id).execute()
    with transaction():
        reach.stop(house, "customer1@example.com", Deal.get(Deal.deal_id == "D-1").customer_id, NOON)
    with pytest.raises(NotFound):
        by_hand.send_again(house, "D-2", mail.id, NOON, noor)
    by_hand.send_again(house, "D-1", mail.id, NOON, noor)
    assert mailed(house) == ["customer1@example.com"]
    with pytest.raises(Refused):
        by_hand.send_again(house, "D-1", mail.id, NOON, noor)


def test_the_page_of_a_deal_tells_its_life_with_who_did_what_and_no_answer(
    house: Settings, noor: Actor
) -> None:
    sell(house, line())
    mailed(house)
    answer(house, "D-1", Wave.SALE)
    by_hand.deliver(house, ["D-1"], DAY, NOON, noor)
    view = desk_view.deal(house, "D-1", NOON)
    assert {event.kind for event in view.events} == {
        DealEventKind.SENT,
        DealEventKind.ANSWERED,
        DealEventKind.DELIVERED,
    }
    assert [event.who for event in view.events if event.kind is DealEventKind.DELIVERED] == ["Noor"]
    assert [survey.answered_at is not None for survey in view.surveys] == [True, False]
    assert [mail.wave for mail in view.waiting] == [Wave.DELIVERY]
    assert (view.answered_after, [one.wave for one in view.to_stop]) == (False, [Wave.DELIVERY])
    with pytest.raises(NotFound):
        desk_view.deal(house, "D-9", NOON)


def test_the_customer_of_a_deal_is_exported_and_erased_with_all_their_deals_by_name_of_who_did_it(
    house: Settings, noor: Actor
) -> None:
    for number in (1, 2):
        sell(house, line(number, customer_email="jan@home.example"))
    sell(house, line(3))
    kept = person_data.export_of_deal(house, "D-1", NOON, noor)
    assert [one["deal_id"] for one in kept["deals"]] == ["D-1", "D-2"]
    assert kept["audit"][0]["name"] == "Noor"
    assert person_data.erase_of_deal(house, "D-2", NOON, noor) == 2
    assert [row.deal_id for row in Deal.select()] == ["D-3"]
    assert logged()[-1] == (AuditAction.CUSTOMER_ERASED, noor.person, "2 deals")
    sell(house, line(4, customer_email="jan@home.example"))
    assert mailed(house) == ["customer3@example.com"], "nobody who was erased is mailed again"
    with pytest.raises(NotFound):
        person_data.erase_of_deal(house, "D-1", NOON, noor)


def test_a_deal_that_is_called_as_another_customer_is_numbered_is_erased_for_its_own(
    house: Settings, noor: Actor
) -> None:
    sell(house, line(1, customer_email="", customer_number="X-7", deal_id="A"))
    sell(house, line(2, customer_email="", deal_id="X-7", customer_name="Somebody else"))
    person_data.erase_of_deal(house, "X-7", NOW, noor)
    assert [row.deal_id for row in Deal.select()] == ["A"]
