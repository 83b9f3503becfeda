"""A call opens with what gives reason for it, once, and goes with it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from cast.builders import CALLS, NOW, person
from cast.calls import PROMISE, WORDS, answers, chooses, company, mails, state
from kloof import storage
from kloof.actions import person_data
from kloof.actions.staff import calls
from kloof.actions.staff.open_calls import policy as call_policy
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.people import Person, Role
from kloof.domain.errors import NotFound
from kloof.domain.staff.calls import CallOutcome, Ground
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.domain.surveys.responses import PromiseOutcome as PromiseOutcome
from kloof.storage.access import audit_log, people
from kloof.storage.models import Call, CallStep, Message
from kloof.storage.models import Person as PersonRow
from kloof.storage.staff import own_groups


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    return company(database, tmp_path)


@pytest.fixture
def council_not_asked(database: str, tmp_path: Path) -> Settings:
    return company(database, tmp_path, works_council_consent=None)


def sanne() -> Person:
    found = people.by_id(person())
    assert found
    return found


def test_a_large_gap_opens_a_call_for_the_salesperson_due_in_three_working_days(house: Settings) -> None:
    built = answers(house, received=4)
    row = Call.get()
    assert (row.state, row.owner_id, row.due_on) == ("open", person(), (NOW + timedelta(days=3)).date())
    assert mails() == [("call-1", "queued"), ("call-due-1", "queued")]
    assert "call_opened" in [line.what for line in audit_log.about_deals([built.row])]


def test_what_came_as_expected_opens_nothing(house: Settings) -> None:
    built = answers(house, received=8)
    assert state(built) == ""
    assert mails() == []


def test_a_broken_promise_opens_a_call_with_the_customers_words(house: Settings) -> None:
    built = answers(house, received=8, outcome=PromiseOutcome.BROKEN)
    detail = calls.detail(house, sanne(), built.deal_id, NOW)
    assert detail.grounds == (Ground.BROKEN,)
    assert [promise.text for promise in detail.broken] == [PROMISE]
    assert detail.words == (WORDS,)
    assert detail.gaps == ()


@pytest.mark.parametrize("said", [False, None])
def test_who_did_not_say_that_they_may_be_called_is_called_only_when_they_ask(
    house: Settings, said: bool | None
) -> None:
    built = answers(house, received=0, may_call=said)
    assert state(built) == ""
    chooses(house, built, wants_call=True)
    assert calls.detail(house, sanne(), built.deal_id, NOW).grounds == (Ground.ASKED,)
    assert not calls.detail(house, sanne(), built.deal_id, NOW).may_call_about_answers


def test_who_chose_totals_opens_a_call_only_by_asking_and_it_carries_nothing_but_the_wish(
    house: Settings,
) -> None:
    built = answers(house, received=0, consent=Consent.TOTALS, outcome=PromiseOutcome.BROKEN)
    assert state(built) == ""
    chooses(house, built, wants_call=True)
    detail = calls.detail(house, sanne(), built.deal_id, NOW)
    assert detail.grounds == (Ground.ASKED,)
    assert (detail.gaps, detail.broken, detail.words) == ((), (), ())
    assert detail.call.email == built.email
    assert "feedback_read" not in [line.what for line in audit_log.about_deals([built.row])]


def test_who_already_counts_in_a_total_is_shown_no_more_after_choosing_to_be_named(house: Settings) -> None:
    deals = [
        answers(house, expected=9 - number, received=1 + number, consent=Consent.TOTALS)
        for number in range(8)
    ]
    assert own_groups.close_groups(NOW + timedelta(days=31)) == 1
    chooses(house, deals[0], Wave.SALE, consent=Consent.NAMED)
    chooses(house, deals[0], consent=Consent.NAMED, wants_call=True)
    detail = calls.detail(house, sanne(), deals[0].deal_id, NOW)
    assert (detail.grounds, detail.words, detail.gaps) == ((Ground.ASKED,), (), ())


def test_choosing_totals_takes_the_call_and_every_note_away(house: Settings) -> None:
    built = answers(house)
    calls.record(house, sanne(), built.deal_id, CallOutcome.NOT_REACHED, "Wet cellar, rang twice", NOW)
    chooses(house, built, consent=Consent.TOTALS)
    assert state(built) == "cancelled"
    assert [kind for kind, stands in mails() if stands != "cancelled"] == []
    assert [row.note for row in CallStep.select()] == [""]
    with pytest.raises(NotFound):
        calls.detail(house, sanne(), built.deal_id, NOW)


def test_choosing_totals_leaves_a_wish_to_be_called_without_what_was_answered(house: Settings) -> None:
    built = answers(house)
    chooses(house, built, wants_call=True)
    chooses(house, built, consent=Consent.TOTALS)
    detail = calls.detail(house, sanne(), built.deal_id, NOW)
    assert (detail.grounds, detail.words, detail.gaps) == ((Ground.ASKED,), (), ())


def test_withdrawing_takes_the_call_away(house: Settings) -> None:
    built = answers(house)
    respond.withdraw(respond.open_link(built.tokens[Wave.DELIVERY], NOW), NOW, CALLS)
    assert state(built) == "cancelled"
    assert {stands for _, stands in mails()} == {"cancelled"}
    assert "call_cancelled" in [line.what for line in audit_log.about_deals([built.row])]


def test_a_correction_that_closes_the_gap_takes_the_call_away_and_one_that_opens_it_brings_it(
    house: Settings,
) -> None:
    built = answers(house)
    better = Changes(answers={"a1": 8, "a2": 8, "a3": 8})
    opened = respond.open_link(built.tokens[Wave.DELIVERY], NOW)
    respond.save(opened, better, NOW, call_policy(house), correct=True)
    assert state(built) == "cancelled"
    respond.save(opened, Changes(answers={"a1": 0}), NOW, call_policy(house), correct=True)
    assert state(built) == "open"
    assert [kind for kind, stands in mails() if stands == "queued"] == ["call-2", "call-due-2"]


def test_it_opens_once_however_many_reasons_come(house: Settings) -> None:
    built = answers(house)
    chooses(house, built, Wave.SALE, wants_call=True)
    chooses(house, built, wants_call=True)
    assert Call.select().count() == 1
    assert [kind for kind, _ in mails()] == ["call-1", "call-due-1"]


def test_asking_again_after_it_was_closed_opens_it_again_and_saving_the_same_does_not(
    house: Settings,
) -> None:
    built = answers(house)
    calls.record(house, sanne(), built.deal_id, CallOutcome.NOT_SOLVED, "", NOW)
    chooses(house, built, wants_findings=True)
    assert state(built) == "unsolved"
    chooses(house, built, wants_call=True)
    assert state(built) == "open"


def test_without_the_works_councils_consent_only_asking_opens_a_call_and_the_desk_makes_it(
    council_not_asked: Settings,
) -> None:
    desk = people.by_id(person("Noor Desk", Role.DESK))
    assert desk
    silent = answers(council_not_asked, received=0, outcome=PromiseOutcome.BROKEN)
    assert state(silent) == ""
    chooses(council_not_asked, silent, wants_call=True)
    detail = calls.detail(council_not_asked, desk, silent.deal_id, NOW)
    assert (detail.grounds, detail.gaps, detail.words, detail.broken) == ((Ground.ASKED,), (), (), ())
    assert {row.recipient_id for row in Message.select().where(Message.kind == "call")} == {desk.id}


def test_where_the_salesperson_has_left_only_asking_opens_a_call_and_the_desk_makes_it(
    house: Settings,
) -> None:
    PersonRow.update(active=False).where(PersonRow.id == person()).execute()
    built = answers(house, received=0)
    assert state(built) == ""
    chooses(house, built, wants_call=True)
    assert Call.get().owner_id is None


def test_what_the_customer_did_and_the_call_are_one_transaction(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("kloof.actions.staff.open_calls.outbox.queue", breaks)
    with pytest.raises(RuntimeError):
        answers(house)
    assert Call.select().count() == 0


def test_the_export_holds_the_call_and_erasing_leaves_nothing_of_it(house: Settings) -> None:
    built = answers(house)
    calls.record(house, sanne(), built.deal_id, CallOutcome.NOT_REACHED, "Rang twice", NOW)
    [kept] = person_data.export(house, built.email, NOW)["deals"]
    assert (kept["call"]["state"], kept["call"]["steps"][0]["note"]) == ("open", "Rang twice")
    json.dumps(kept)
    person_data.erase(house, built.email, NOW)
    assert [model.select().count() for model in (Call, CallStep, Message)] == [0, 0, 0]


def test_settling_costs_few_queries(house: Settings) -> None:
    built = answers(house, received=8)
    with storage.counted_queries() as queries:
        chooses(house, built, wants_findings=True)
    assert len(queries) <= 8
