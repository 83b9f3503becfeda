"""Somebody leaves: at once or on their day; what is open goes on, what was published stays, letter for letter."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from cast.builders import NOW, deal, person
from cast.calls import answers, company
from kloof.actions.access import sign_in, staff_data
from kloof.actions.access.people import add, change, listed
from kloof.actions.catch_up import catch_up
from kloof.actions.staff import leaving
from kloof.actions.staff import successors as staff_actions
from kloof.actions.staff.open_calls import policy
from kloof.actions.staff.successors import HandedOn
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, by
from kloof.domain.access.people import Role
from kloof.domain.errors import KloofError, NotFound, Reason
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.access import people
from kloof.storage.mailing import subjects
from kloof.storage.models import AuditEntry, Call, Deal, Invitation, Message, Person
from kloof.storage.staff import successors
from kloof.storage.staff.call_records import CallRecord

SANNE, BRAM, NOOR = (f"{name}@company.example" for name in ("sanne.de.vries", "bram.de.wit", "noor.desk"))
ON = date(2026, 3, 9)
THAT_DAY = NOW + timedelta(days=7)


@pytest.fixture
def house(either_database: str, tmp_path: Path) -> Settings:
    person()
    person("Bram de Wit")
    person("Noor Desk", Role.DESK)
    return company(either_database, tmp_path)


def why(*arguments: object, **more: object) -> Reason:
    with pytest.raises(KloofError) as refusal:
        leaving.leave(*arguments, **more)  # type: ignore[arg-type]
    return refusal.value.reason


def finished(house: Settings) -> int:
    """A deal of which both surveys are answered, without a reason to call."""
    return answers(house, received=8).row


def test_what_is_open_goes_to_the_successor_and_what_is_finished_stays(house: Settings) -> None:
    done, open_ = finished(house), deal(waves=(Wave.SALE,)).row
    called = answers(house, wants_call=True).row
    left = leaving.leave(house, SANNE, NOW, successor=BRAM)
    assert left.done
    assert (left.done.deals, left.done.calls, left.done.ended) == (1, 1, 0)
    heirs = {row.id: row.successor_id for row in Deal.select()}
    bram = person("Bram de Wit")
    assert heirs == {done: None, open_: bram, called: bram}
    assert {row.salesperson_id for row in Deal.select()} == {person()}
    assert Call.get().owner_id == bram


def test_to_the_desk_calls_are_the_desks_and_mails_name_the_company(house: Settings) -> None:
    built = deal(waves=(Wave.SALE,))
    answers(house, wants_call=True)
    leaving.leave(house, SANNE, NOW)
    assert Call.get().owner_id is None
    assert respond.open_link(built.tokens[Wave.SALE], NOW).seller == ""
    waits = Message.select().where(Message.call == Call.get(), Message.state == "queued")
    assert {row.recipient_id for row in waits} == {person("Noor Desk")}
    [asks] = subjects.outgoing([invited(built.invitations[Wave.SALE])])
    assert asks.subject.salesperson == ""  # type: ignore[union-attr]


def invited(invitation: int) -> int:
    return int(
        Message.create(
            kind="invitation", invitation=invitation, message_id="m", state="queued", due_at=NOW, created_at=NOW,
            changed_at=NOW,
        ).id
    )  # fmt: skip


def test_sessions_end_at_once_and_no_link_lets_them_in(house: Settings) -> None:
    sanne = people.by_email(SANNE)
    assert sanne
    secret = sign_in.begin_session(sanne, NOW)
    _, token = sign_in.mint(house, sanne, "", NOW, sign_in.LINK_LASTS)
    leaving.leave(house, SANNE, NOW)
    assert sign_in.who_has(secret, NOW) is None
    assert sign_in.use(token, NOW) is None


def test_a_day_to_come_is_kept_and_done_on_that_day_and_not_before(house: Settings) -> None:
    row = deal().row
    left = leaving.leave(house, SANNE, NOW, on=ON, successor=BRAM)
    assert left.done is None
    catch_up(house, THAT_DAY - timedelta(days=1))
    assert people.by_email(SANNE)
    catch_up(house, THAT_DAY)
    assert people.by_email(SANNE) is None
    assert Deal.get_by_id(row).successor_id == person("Bram de Wit")
    catch_up(house, THAT_DAY)
    assert [entry.what for entry in AuditEntry.select().order_by(AuditEntry.id)] == [
        "person_leaves",
        "person_left",
        "deal_handed_on",
    ]


def test_a_day_that_was_set_can_be_taken_back_and_a_successor_who_left_first_leaves_it_to_the_desk(
    house: Settings,
) -> None:
    leaving.leave(house, SANNE, NOW, on=ON, successor=BRAM)
    leaving.stay(SANNE, NOW)
    catch_up(house, THAT_DAY)
    assert people.by_email(SANNE)
    row = deal().row
    leaving.leave(house, SANNE, NOW, on=ON, successor=BRAM)
    leaving.leave(house, BRAM, NOW)
    catch_up(house, THAT_DAY)
    assert (people.by_email(SANNE), Deal.get_by_id(row).successor_id) == (None, None)


@pytest.mark.parametrize("successor", [BRAM, None])
def test_what_broke_off_while_it_was_handed_on_is_finished_by_the_worker_and_nothing_twice(
    house: Settings, monkeypatch: pytest.MonkeyPatch, successor: str | None
) -> None:
    open_ = [deal(waves=(Wave.SALE,)).row for _ in range(5)]
    called = [answers(house, wants_call=True).row for _ in range(3)]
    parts = []

    def dies_in_the_second_part(some: object, *_: object) -> list[int]:
        parts.append(some)
        if len(parts) == 3:  # the first is of all: what is there to hand on
            raise KeyboardInterrupt
        return left_of(some, *_)  # type: ignore[arg-type]

    left_of = successors.left_of
    monkeypatch.setattr(staff_actions, "DEALS_AT_ONCE", 2)
    monkeypatch.setattr(staff_actions, "CALLS_AT_ONCE", 1)
    monkeypatch.setattr(successors, "left_of", dies_in_the_second_part)
    with pytest.raises(KeyboardInterrupt):
        leaving.leave(house, SANNE, NOW, successor=successor)
    monkeypatch.undo()
    assert people.by_email(SANNE) is None, "nothing lets them in any more"
    assert handed_on() < len(open_)
    catch_up(house, NOW + timedelta(minutes=5))
    assert handed_on() < len(open_), "whoever let them leave may still be at it"
    catch_up(house, NOW + timedelta(minutes=11))
    catch_up(house, NOW + timedelta(minutes=30))
    heir = person("Bram de Wit") if successor else None
    assert {row.successor_id for row in Deal.select().where(Deal.id.in_(open_))} == {heir}
    assert {row.owner_id for row in Call.select()} == {heir}
    assert Call.select().count() == len(called)
    assert handed_on() == len({*open_, *called} & unfinished(house))
    assert Person.get(Person.email == SANNE).leaves_on is None


def handed_on() -> int:
    """Lines in the log that say so, never two about one deal."""
    lines = AuditEntry.select().where(AuditEntry.what == "deal_handed_on")
    assert len({row.subject for row in lines}) == lines.count()
    return int(lines.count())


def unfinished(house: Settings) -> set[int]:
    done = Invitation.select(Invitation.deal).where(
        Invitation.wave == "delivery", Invitation.state == "submitted"
    )
    return {row.id for row in Deal.select().where(Deal.id.not_in(done))}


def test_who_comes_back_by_a_file_before_all_was_handed_on_keeps_the_rest(house: Settings) -> None:
    row = deal(waves=(Wave.SALE,)).row
    sanne = people.by_email(SANNE)
    assert sanne
    people.leave(sanne.id, NOW, on=NOW.date(), to=person("Bram de Wit"))
    people.put_all([sanne], NOW)
    catch_up(house, NOW + timedelta(hours=1))
    assert people.by_email(SANNE)
    assert Deal.get_by_id(row).successor_id is None
    people.plan_leaving(sanne.id, ON, None)
    people.put_all([sanne], NOW)
    assert Person.get_by_id(sanne.id).leaves_on == ON, "a file does not take back a day that was set"


def test_ten_times_as_many_deals_are_handed_on_by_transactions_no_larger(house: Settings) -> None:
    sizes = []

    def counted(
        settings: Settings, deals: Sequence[int], calls: Sequence[CallRecord], *more: object
    ) -> HandedOn:
        sizes.append((len(deals), len(calls)))
        return handed(settings, deals, calls, *more)  # type: ignore[arg-type]

    handed = staff_actions._handed_on
    for _ in range(25):
        deal(waves=(Wave.SALE,))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(staff_actions, "_handed_on", counted)
        patched.setattr(staff_actions, "DEALS_AT_ONCE", 10)
        done = leaving.leave(house, SANNE, NOW, successor=BRAM).done
    assert done
    assert done.deals == 25
    assert sizes == [(10, 0), (10, 0), (5, 0)]


def test_nobody_is_left_out_by_accident(house: Settings) -> None:
    noor = people.by_email(NOOR)
    assert noor
    assert why(house, NOOR, NOW) is Reason.DESK_EMPTY
    assert why(house, SANNE, NOW, successor=NOOR) is Reason.SUCCESSOR_UNFIT
    assert why(house, SANNE, NOW, successor=SANNE) is Reason.SUCCESSOR_UNFIT
    assert why(house, SANNE, NOW, successor="nobody@company.example") is Reason.PERSON_UNKNOWN
    add(SANNE, "Sanne de Vries", {Role.SALESPERSON, Role.DESK}, "North", NOW)
    assert why(house, NOOR, NOW, by(noor)) is Reason.OWN_ACCOUNT
    for roles in ({Role.READER}, {Role.SALESPERSON}):
        with pytest.raises(KloofError) as refusal:
            change(NOOR, NOW, by(noor), roles=roles)
        assert refusal.value.reason is Reason.OWN_ACCOUNT
    change(SANNE, NOW, by(noor), roles={Role.SALESPERSON})
    with pytest.raises(KloofError) as refusal:
        change(NOOR, NOW, roles={Role.READER})
    assert refusal.value.reason is Reason.DESK_EMPTY
    assert people.desk() == [noor.id]


def test_who_comes_back_is_here_again_and_no_day_waits_for_them(house: Settings) -> None:
    leaving.leave(house, SANNE, NOW)
    add(SANNE, "Sanne de Vries", {Role.SALESPERSON}, "North", NOW)
    [sanne] = [one for one in listed() if one.person.email == SANNE]
    assert (sanne.works_here, sanne.left_at, sanne.leaves_on) == (True, None, None)


def test_a_change_keeps_what_it_does_not_name_and_says_in_the_log_what_it_did(house: Settings) -> None:
    change(SANNE, NOW, team="", language="en", new_email="sanne@company.example")
    after = people.by_email("sanne@company.example")
    assert after
    assert (after.name, after.roles, after.team, after.language) == (
        "Sanne de Vries", {Role.SALESPERSON}, "", "en",
    )  # fmt: skip
    assert [row.detail for row in AuditEntry.select()] == ["address", "team", "language"]
    with pytest.raises(KloofError) as refusal:
        change("sanne@company.example", NOW, new_email=BRAM.upper())
    assert refusal.value.reason is Reason.ADDRESS_IN_USE


def test_own_data_holds_what_is_theirs_and_nothing_that_a_customer_answered(house: Settings) -> None:
    sold = answers(house, wants_call=True)
    told = json.dumps(staff_data.export(SANNE, NOW))
    assert sold.deal_id in told
    assert "person_exported" in told
    for secret in (sold.email, "still wet", "first frost", "Customer"):
        assert secret not in told


def test_who_has_left_is_erased_with_the_name_wherever_it_stood_and_deals_keep_a_person(
    house: Settings,
) -> None:
    built = answers(house)
    with pytest.raises(KloofError) as refusal:
        staff_data.erase(house, SANNE, NOW)
    assert refusal.value.reason is Reason.STILL_HERE
    leaving.leave(house, SANNE, NOW)
    number = staff_data.erase(house, SANNE, NOW).id
    assert Deal.get_by_id(built.row).salesperson_id == number
    row = Person.get_by_id(number)
    assert (row.name, row.email, row.team, row.roles) == ("Oud-collega", f"erased-{number}", "", "")
    assert "Sanne" not in json.dumps([one.person.name for one in listed()])
    with pytest.raises(NotFound):
        staff_data.export(SANNE, NOW)
    assert (
        AuditEntry.select()
        .where(AuditEntry.about_person == number, AuditEntry.what == "person_erased")
        .exists()
    )


def test_last_sign_in_is_known(house: Settings) -> None:
    sanne = people.by_email(SANNE)
    assert sanne
    sign_in.begin_session(sanne, NOW)
    assert {one.person.email: one.last_sign_in_at for one in listed()} == {SANNE: NOW, BRAM: None, NOOR: None}


def test_answers_after_leaving_to_the_desk_are_seen_by_nobody_in_sales(house: Settings) -> None:
    built = deal(waves=(Wave.SALE,))
    leaving.leave(house, SANNE, NOW, COMMAND_LINE)
    said = Changes(answers={"a1": 8, "a2": 8, "a3": 8}, consent=Consent.NAMED)
    respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), said, NOW, policy(house), submit=True)
    assert AuditEntry.select().where(AuditEntry.what == "answers_sent").exists()
    assert Call.select().count() == 0
