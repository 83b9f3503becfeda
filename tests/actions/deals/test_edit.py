"""Facts of a deal are edited by hand: what that does to mail is said first, and then it is what happens."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cast.builders import ALWAYS, CALLS, settings
from cast.selling import NOON, SELLER, deliver, line, sell
from kloof.actions.deals import edit
from kloof.actions.deals.edit import DealChange, EditOutcome
from kloof.actions.mailing import opt_out, reach
from kloof.actions.mailing.worker import work_once
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, AuditAction
from kloof.domain.access.people import Role
from kloof.domain.access.tokens import Purpose, token
from kloof.domain.deals.mail_effects import MailEffectKind
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.mailing.kinds import REMINDER
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.mail.transport import Memory
from kloof.storage import transaction
from kloof.storage.access import people
from kloof.storage.mailing import outbox
from kloof.storage.models import AuditEntry, Customer, Deal, Invitation, Message, Response

K = MailEffectKind
OLD, NEW = "customer1@example.com", "jan@new.example"


@pytest.fixture
def house(either_database: str, tmp_path: Path) -> Settings:
    return settings(either_database, tmp_path, mail=ALWAYS | {"most_per_day": 9, "most_per_month": 90})


def change(house: Settings, deal_id: str = "D-1", **wanted: Any) -> EditOutcome:
    """Look first, as the desk does; what is done then is what was said."""
    now = edit.known(deal_id).line
    facts = DealChange(
        now.customer_email, now.language, now.salesperson_email, now.delivery_planned_on, now.account
    )
    before = rows()
    told = edit.consider(house, deal_id, replace(facts, **wanted), NOON)
    assert rows() == before, "to look changes nothing"
    done = edit.edit(house, deal_id, replace(facts, **wanted), NOON, COMMAND_LINE)
    assert [(one.kind, one.deal_id) for one in done.effects] == [
        (one.kind, one.deal_id) for one in told.effects
    ]
    assert (done.changed, done.whose) == (told.changed, told.whose)
    return done


def rows() -> list[Any]:
    tables = (Customer, Deal, Invitation, Message, AuditEntry)
    return [[*table.select().order_by(table.id).tuples()] for table in tables]


def mailed(house: Settings, hours: int = 0) -> list[str]:
    transport = Memory()
    work_once(house, transport, lambda: NOON + timedelta(hours=hours))
    return [to for _, to, _ in transport.sent]


def links(deal_id: str = "D-1") -> dict[str, str]:
    """The tokens of a deal's links, by wave, as they are in mails."""
    asked = Invitation.select().where(Invitation.deal == Deal.get(Deal.deal_id == deal_id).id)
    key = "a secret key for tests, and nothing else"
    return {row.wave: token(key, Purpose.SURVEY, bytes(row.link_salt)) for row in asked}


def answer(deal_id: str = "D-1") -> None:
    said = Changes(answers=dict.fromkeys(("a1", "a2", "a3"), 9), consent=Consent.TOTALS)
    respond.save(respond.open_link(links(deal_id)["sale"], NOON), said, NOON, CALLS, submit=True)


def bounce(house: Settings, deal_id: str = "D-1") -> None:
    row = Deal.get(Deal.deal_id == deal_id)
    (mail,) = Message.select().join(Invitation).where(Invitation.deal == row.id).limit(1)
    Message.update(state="bounced").where(Message.id == mail.id).execute()
    with transaction():
        reach.stop(house, row.customer.email, row.customer_id, NOON)


def kinds(done: EditOutcome) -> list[MailEffectKind]:
    return [effect.kind for effect in done.effects]


def test_a_mail_that_waits_goes_to_the_new_address_and_nowhere_else(house: Settings) -> None:
    sell(house, line())
    assert kinds(change(house, address=NEW)) == [K.GOES_TO]
    assert mailed(house) == [NEW]
    assert [row.email for row in Customer.select()] == [NEW], "one customer still"


def test_a_link_that_went_to_the_old_address_opens_nothing_and_the_customer_is_asked_at_the_new_one(
    house: Settings,
) -> None:
    sell(house, line())
    assert mailed(house) == [OLD]
    before = links()["sale"]
    assert set(kinds(change(house, address=NEW))) == {K.ANEW, K.LINK_CLOSES}
    with pytest.raises(NotFound):
        respond.open_link(before, NOON)
    assert mailed(house) == [NEW]
    assert respond.open_link(links()["sale"], NOON)


def test_the_address_is_that_of_all_deals_of_the_customer(house: Settings) -> None:
    for number in (1, 2):
        sell(house, line(number, customer_email=OLD))
    sell(house, line(3))
    done = change(house, address=NEW)
    assert done.whose.along == ("D-2",)
    assert {(one.kind, one.deal_id) for one in done.effects} == {(K.GOES_TO, "D-1"), (K.GOES_TO, "D-2")}
    assert sorted(mailed(house)) == ["customer3@example.com", NEW, NEW]


def test_an_address_that_another_customer_has_makes_the_two_one(house: Settings) -> None:
    sell(house, line(1))
    sell(house, line(2, customer_email=NEW))
    done = change(house, address=NEW)
    assert done.whose.joins == ("D-2",)
    assert len({row.customer_id for row in Deal.select()}) == 1
    assert mailed(house) == [NEW, NEW]
    assert AuditEntry.select().where(AuditEntry.what == AuditAction.CUSTOMERS_JOINED).count() == 2


def test_whoever_has_answered_keeps_their_address_while_mail_reaches_them(house: Settings) -> None:
    sell(house, line())
    mailed(house)
    answer()
    with pytest.raises(Refused) as refusal:
        change(house, address=NEW)
    assert refusal.value.reason is Reason.CUSTOMER_HAS_ANSWERED
    assert Customer.get().email == OLD


def test_whoever_has_answered_and_cannot_be_reached_goes_on_at_another_address(house: Settings) -> None:
    sell(house, line(1))
    sell(house, line(2, customer_email=OLD))
    mailed(house)
    answer()
    bounce(house, "D-2")
    assert set(kinds(change(house, "D-2", address=NEW))) == {K.ANEW, K.LINK_CLOSES}
    assert Response.select().count() == 1
    assert [row.email for row in Customer.select()] == [NEW]
    assert mailed(house) == [NEW], "the survey that the bounce stopped goes on"


def test_answers_never_come_to_another_customer(house: Settings) -> None:
    sell(house, line(1))
    sell(house, line(2, customer_email=NEW))
    mailed(house)
    answer()
    bounce(house)
    with pytest.raises(Refused) as refusal:
        change(house, address=NEW)
    assert refusal.value.reason is Reason.ADDRESS_OF_ANOTHER


def test_another_deal_of_the_customer_that_was_answered_keeps_the_old_address(house: Settings) -> None:
    sell(house, line(1))
    sell(house, line(2, customer_email=OLD))
    mailed(house)
    answer("D-2")
    done = change(house, address=NEW)
    assert (done.whose.stay, done.whose.along) == (("D-2",), ())
    assert {row.deal_id: row.customer.email for row in Deal.select()} == {"D-1": NEW, "D-2": OLD}


def test_without_an_address_the_mail_becomes_a_letter_and_with_one_the_letter_a_mail(house: Settings) -> None:
    sell(house, line(customer_number="K1"))
    assert kinds(change(house, address="")) == [K.BY_LETTER]
    assert (Message.get().state, mailed(house)) == ("letter", [])
    assert kinds(change(house, address=NEW)) == [K.GOES_TO]
    assert mailed(house) == [NEW]


def test_whoever_asked_for_no_more_mail_gets_none_at_another_address_either(house: Settings) -> None:
    sell(house, line())
    mailed(house)
    row = Invitation.get()
    opt_out.stop(house, token(house.secret_key, Purpose.OPT_OUT, bytes(row.link_salt)), NOON)
    done = change(house, address=NEW)
    assert (done.gets_no_mail, done.effects) == (True, ())
    assert mailed(house) == []


def test_an_address_that_is_given_by_hand_is_taken_for_alive_although_mail_to_it_came_back_once(
    house: Settings,
) -> None:
    sell(house, line(1))
    sell(house, line(2, customer_email=NEW))
    mailed(house)
    bounce(house, "D-2")
    sell(house, line(3))
    change(house, "D-3", address=NEW)
    assert NEW in mailed(house)


def test_the_language_and_the_salesperson_stand_in_what_waits(house: Settings) -> None:
    sell(house, line())
    people.put("kim@warmtehuis.example", "Kim Vos", {Role.SALESPERSON}, "Utrecht", NOON)
    done = change(house, language="en", salesperson="kim@warmtehuis.example")
    assert kinds(done) == [K.IN_LANGUAGE, K.NAMES_SELLER]
    transport = Memory()
    work_once(house, transport, lambda: NOON)
    ((_, _, data),) = transport.sent
    assert b"Kim Vos" in data
    assert b"Content-Language: en" in data or b"What do you expect" in data or b'lang="en"' in data


def test_a_reminder_that_waits_is_spoken_of_by_its_kind(house: Settings) -> None:
    sell(house, line())
    mailed(house)
    outbox.queue(NOON, REMINDER, NOON, 1, invitation=Invitation.get().id)
    (effect,) = change(house, language="en").effects
    assert effect.mail
    assert (effect.kind, effect.mail.kind, effect.mail.ordinal) == (K.IN_LANGUAGE, "Reminder", 1)


def test_once_the_customer_has_answered_who_sold_it_stays_and_planned_day_and_account_do_not(
    house: Settings,
) -> None:
    sell(house, line())
    mailed(house)
    answer()
    people.put("kim@warmtehuis.example", "Kim Vos", {Role.SALESPERSON}, "Utrecht", NOON)
    with pytest.raises(Refused, match="who sold it"):
        change(house, salesperson="kim@warmtehuis.example")
    done = change(house, planned_on=date(2026, 10, 1), account="Radboud", language="en")
    assert done.changed == ("language", "planned day", "account")
    assert edit.known("D-1").line.account == "Radboud"
    change(house, account="")
    assert edit.known("D-1").line.account == ""


def test_the_log_names_which_facts_changed_and_never_what_to(house: Settings) -> None:
    sell(house, line())
    change(house, address=NEW, account="Radboud")
    (entry,) = AuditEntry.select().where(AuditEntry.what == AuditAction.DEAL_CHANGED)
    assert entry.detail == "address, account"
    change(house)
    assert AuditEntry.select().where(AuditEntry.what == AuditAction.DEAL_CHANGED).count() == 1


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"planned_on": date(2020, 1, 1)}, Reason.DAY_BEFORE_SALE),
        ({"salesperson": "nobody@warmtehuis.example"}, Reason.SALESPERSON_UNKNOWN),
        ({"address": "josé@example.com"}, Reason.ADDRESS_BEYOND_ASCII),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    house: Settings, wanted: dict[str, Any], reason: Reason
) -> None:
    sell(house, line())
    with pytest.raises(Refused) as refusal:
        change(house, **wanted)
    assert refusal.value.reason is reason
    assert edit.known("D-1").line == replace(line(), salesperson_email=SELLER)


def test_a_salesperson_who_has_left_stays_on_their_deal_while_other_facts_change(house: Settings) -> None:
    sell(house, line())
    left = people.by_email(SELLER)
    assert left
    people.leave(left.id)
    assert change(house, account="Radboud").changed == ("account",)
    assert edit.sellers(edit.known("D-1")) == {SELLER: "Eva Bakker"}


def test_a_deal_that_is_not_there_is_said_to_be_unknown(house: Settings) -> None:
    with pytest.raises(NotFound, match="There is no deal D-9"):
        edit.known("D-9")


def test_the_second_survey_goes_to_the_new_address_too(house: Settings) -> None:
    deliver(house, sell(house, line()), date(2026, 9, 14), now=NOON)
    done = change(house, address=NEW)
    assert {effect.wave for effect in done.effects} == {Wave.SALE, Wave.DELIVERY}
