"""Who customers were is forgotten once their deals are long over, and no file brings it back; so are colleagues."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import SECRET, person
from cast.respondents import MONDAY, answered_deals
from cast.selling import company, deliver, line, sell, survey
from kloof import storage
from kloof.actions import person_data
from kloof.actions.deals import edit
from kloof.actions.deals.deal_lines import DealImporter
from kloof.actions.deals.deliveries import DeliveryImporter
from kloof.actions.ledger import Note
from kloof.actions.mailing import opt_out
from kloof.actions.releases.freeze import freeze
from kloof.actions.retention import forgetting
from kloof.actions.retention.forgetting import Retained
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.deals.files import Delivery
from kloof.domain.errors import Reason, Refused
from kloof.domain.mailing.suppression import address_hash
from kloof.storage.database import database as opened
from kloof.storage.mailing import opt_outs
from kloof.storage.mailing.opt_outs import SentTo
from kloof.storage.models import Customer, Deal, Invitation, MailAttempt, Message, OwnPair, Person, Response

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("either_database")]
SOLD = date(2026, 2, 25)
LATER = MONDAY + timedelta(days=30 * 13)


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    made = company(tmp_path)
    return made.model_copy(update={"retention": made.retention.model_copy(update={"name_months": 12})})


def look(house: Settings, now: datetime = LATER) -> tuple[int, int]:
    found = forgetting.foreseen(house, now)[Retained.CUSTOMERS]
    return found.count, found.waiting


def forget(house: Settings, now: datetime = LATER) -> int:
    return forgetting.forget(house, now)[Retained.CUSTOMERS].count


def sold(house: Settings, number: int = 1, **more: object) -> None:
    """A deal that was delivered, and whose surveys closed without an answer."""
    made = sell(house, replace(line(number, sold_on=SOLD), **more), now=MONDAY)  # type: ignore[arg-type]
    deliver(house, made, date(2026, 3, 1), now=MONDAY)
    Invitation.update(state="expired").where(Invitation.deal == made.id).execute()


def every_cell() -> str:
    rows = (opened.execute_sql(f'SELECT * FROM "{table}"') for table in opened.get_tables())  # noqa: S608
    return repr([found.fetchall() for found in rows])


def test_no_table_knows_who_they_were_and_the_deal_stays(house: Settings) -> None:
    sold(house, customer_name="Wietske Postma", customer_number="K-77", account="Postma BV")
    Message.update(state="sent", last_reply="250 <customer1@example.com> ok").execute()
    MailAttempt.create(
        message=Message.get(), at=MONDAY, state="queued", said="451 customer1@example.com busy"
    )
    assert look(house, MONDAY + timedelta(days=300)) == (0, 0)
    assert look(house) == (1, 0)
    assert forget(house) == 1
    found = every_cell()
    for trace in ("Wietske", "customer1@example.com", "K-77"):
        assert trace not in found.replace("customer_number:", ""), trace
    assert (Deal.get().deal_id, Deal.get().customer_name, Deal.get().product) == (
        "D-1",
        "Oud-klant",
        "Warmtepomp",
    )
    assert look(house) == (0, 0)


def test_the_next_file_from_the_crm_changes_nothing_and_brings_nobody_back(house: Settings) -> None:
    sold(house)
    forget(house)
    offered = {"project": survey()}
    mine = line(1, sold_on=SOLD, customer_name="Somebody Else", customer_email="new@example.com")
    with storage.transaction():
        take = DealImporter([mine], offered, house, LATER)
        take.look_up([mine])
        assert (take.wrong(mine), take.taken(mine)) == ((), "unchanged")
        take.finish(COMMAND_LINE)
        said = Delivery("D-1", date(2026, 3, 2))
        delivered = DeliveryImporter(house, LATER)
        delivered.look_up([said])
        assert (delivered.wrong(said), delivered.taken(said)) == ((), "unchanged")
        delivered.finish(COMMAND_LINE)
    assert (Customer.get().name, Customer.get().email) == ("", None)
    assert Deal.get().delivered_on == date(2026, 3, 1)
    assert Invitation.select().where(Invitation.state == "planned").count() == 0
    with pytest.raises(Refused) as refused:
        edit.editable("D-1")
    assert refused.value.reason is Reason.CUSTOMER_FORGOTTEN


def test_whoever_buys_again_is_somebody_new_and_still_gets_no_mail_who_asked_for_none(
    house: Settings,
) -> None:
    sold(house)
    key = address_hash(SECRET, "customer1@example.com")
    with storage.transaction():
        opt_out.no_more(
            house, SentTo(Customer.get().id, "customer1@example.com", Deal.get().id), MONDAY, Note(None)
        )
    forget(house)
    sell(house, line(2, customer_email="customer1@example.com"), now=LATER)
    assert Customer.select().count() == 2
    assert opt_outs.is_opted_out(key)


def test_who_wants_no_letter_is_known_again_by_their_number(house: Settings) -> None:
    sold(house, customer_email="", customer_number="K-1")
    sold(house, 2, customer_email="", customer_number="K-2")
    first = Customer.get(Customer.number == "K-1").id
    with storage.transaction():
        opt_out.no_more(house, SentTo(first, "", Deal.get().id), MONDAY, Note(None))
    assert forget(house) == 2
    assert [row.number for row in Customer.select().order_by(Customer.id)] == ["K-1", None]
    sell(house, line(3, customer_email="", customer_number="K-1"), now=LATER)
    assert Deal.get(Deal.deal_id == "D-3").customer_id == first


def test_whoever_buys_again_is_of_the_same_account_though_nobody_knows_the_customer(house: Settings) -> None:
    """Two accounts where there is one would make a block look safer than it is."""
    sold(house, customer_number="K-1")
    account = Deal.get().account_id
    forget(house)
    sell(house, line(2, customer_number="K-1"), now=LATER)
    assert Deal.get(Deal.deal_id == "D-2").account_id == account is not None
    assert Customer.select().count() == 2


@pytest.mark.parametrize(
    ("change", "value"), [("delivered_on", date(2027, 1, 1)), ("cancelled_at", LATER - timedelta(days=10))]
)
def test_a_deal_that_was_over_less_long_ago_keeps_all_names_of_its_customer(
    house: Settings, change: str, value: object
) -> None:
    sold(house)
    sold(house, 2, customer_email="customer1@example.com")
    assert look(house) == (1, 0)
    Deal.update({change: value}).where(Deal.deal_id == "D-2").execute()
    assert look(house) == (0, 0)


def test_a_survey_that_is_open_and_a_delivery_still_to_come_keep_the_name(house: Settings) -> None:
    sold(house)
    Invitation.update(state="invited").where(Invitation.wave == "delivery").execute()
    assert look(house) == (0, 0)
    Invitation.update(state="expired").execute()
    Deal.update(delivered_on=None, delivery_planned_on=LATER.date()).execute()
    assert look(house) == (0, 0)
    Deal.update(delivery_planned_on=None).execute()
    assert look(house) == (1, 0), "sold long ago, and nobody ever said that it was delivered"


def test_a_colleague_to_whom_a_survey_was_passed_on_is_forgotten_with_its_deal(house: Settings) -> None:
    sold(house)
    colleague = Customer.create(email="colleague@example.com", name="Colleague", language="nl")
    Invitation.update(asked=colleague).where(Invitation.wave == "delivery").execute()
    Deal.update(delivered_on=date(2027, 1, 1)).execute()
    assert look(house) == (0, 0)
    Deal.update(delivered_on=date(2026, 3, 1)).execute()
    assert forget(house) == 2
    assert "colleague@example.com" not in every_cell()


def test_whose_answers_wait_for_a_block_is_forgotten_only_when_they_stand_in_one(house: Settings) -> None:
    """Somebody who comes back would be counted as another customer beside themselves."""
    answered_deals(5)
    Deal.update(delivered_on=date(2026, 2, 27)).execute()
    assert look(house) == (0, 5)
    answered_deals(9, seed=1)
    Deal.update(delivered_on=date(2026, 2, 27)).execute()
    freeze(house, MONDAY)
    assert look(house) == (14, 0)
    answers = [bytes(row.answers) for row in Response.select().order_by(Response.id)]
    assert forget(house) == 14
    assert [bytes(row.answers) for row in Response.select().order_by(Response.id)] == answers


def test_what_waits_for_a_salespersons_group_waits_no_more(house: Settings) -> None:
    sold(house)
    made = Deal.get()
    waits = OwnPair.create(
        deal=made, salesperson=made.salesperson, customer=made.customer_id, survey_version=made.survey_version,
        answers="abc", named=False, was_named=False, completed_at=MONDAY,
    )  # fmt: skip
    forget(house)
    assert OwnPair.get(OwnPair.id == waits.id).answers == ""


def test_who_asked_for_the_findings_gets_no_letter_about_them(house: Settings) -> None:
    answered_deals(14)
    Deal.update(delivered_on=date(2026, 2, 27)).execute()
    Response.update(wants_findings=True).execute()
    freeze(house, MONDAY)
    forget(house)
    assert Response.select().where(Response.wants_findings).count() == 0


def test_what_a_forgotten_customer_may_still_ask_is_done(house: Settings) -> None:
    sold(house)
    forget(house)
    found = person_data.export_of_deal(house, "D-1", LATER, COMMAND_LINE)
    assert (found["email"], found["name"], found["deals"][0]["customer_name"]) == (None, "", "Oud-klant")
    assert person_data.erase_of_deal(house, "D-1", LATER, COMMAND_LINE) == 1
    assert Deal.select().count() == 0


def test_colleagues_who_left_long_ago_lose_their_name_and_who_works_here_keeps_it(house: Settings) -> None:
    stays, gone = person("Sanne de Vries"), person("Bram Bos")
    Person.update(active=False, left_at=MONDAY).where(Person.id == gone).execute()
    found = forgetting.foreseen(house, LATER)[Retained.COLLEAGUES]
    assert found.count == 1
    assert forgetting.forget(house, LATER)[Retained.COLLEAGUES].count == 1
    assert Person.get(Person.id == gone).name == "Oud-collega"
    assert Person.get(Person.id == stays).name == "Sanne de Vries"
    assert forgetting.foreseen(house, LATER)[Retained.COLLEAGUES].count == 0
    assert "Bram" not in every_cell()
