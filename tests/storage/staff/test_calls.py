"""Calls as the people who make them see them, on both databases."""

from datetime import timedelta
from pathlib import Path

from cast.builders import NOW, person
from cast.calls import SANNE, answers, chooses, company
from kloof.actions.staff import calls as making
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.states import CallState
from kloof.domain.surveys.responses import Consent
from kloof.storage.access import audit_log, people
from kloof.storage.models import Call
from kloof.storage.staff import calls

TODAY = NOW.date()


def test_each_call_stands_with_its_owner_by_the_day_by_which_it_is_to_be_made(
    either_database: str, tmp_path: Path
) -> None:
    house = company(either_database, tmp_path)
    later, late, made = answers(house), answers(house), answers(house)
    Call.update(due_on=TODAY - timedelta(days=2)).where(Call.deal == late.row).execute()
    sanne = people.by_id(person())
    assert sanne
    making.record(house, sanne, made.deal_id, CallOutcome.SOLVED, "Came by.", NOW)

    mine = calls.to_make([person()], 10)
    assert [call.deal_id for call in mine] == [late.deal_id, later.deal_id]
    assert (mine[0].owner_name, mine[0].email, mine[0].opened_at) == (SANNE, late.email, NOW)
    assert mine[0].kept.due_on == TODAY - timedelta(days=2)
    assert [call.deal_id for call in calls.to_make([person()], 1)] == [late.deal_id]
    assert [call.deal_id for call in calls.made([person()], 10)] == [made.deal_id]
    assert calls.to_make([None], 10) == calls.made([None], 10) == []

    (step,) = calls.steps(calls.made([person()], 1)[0].kept.id)
    assert (step.outcome, step.note, step.name, step.at) == (CallOutcome.SOLVED, "Came by.", SANNE, NOW)
    standing = calls.standing(TODAY)
    assert {state: count for state, count in standing.counts.items() if count} == {
        CallState.OPEN: 2,
        CallState.SOLVED: 1,
    }
    assert standing.overdue == 1
    assert [(one.deal_id, one.owner_name) for one in calls.overdue(TODAY, 10)] == [(late.deal_id, SANNE)]


def test_a_call_that_was_taken_back_is_found_by_nobody(either_database: str, tmp_path: Path) -> None:
    house = company(either_database, tmp_path)
    built = answers(house)
    assert calls.of_deal(built.deal_id)
    chooses(house, built, consent=Consent.TOTALS)
    assert calls.of_deal(built.deal_id) is None
    assert calls.to_make([person()], 10) == calls.made([person()], 10) == []
    assert calls.by_link("no such link") is None


def test_the_log_about_deals_is_read_by_kind_and_without_a_kind_or_a_deal_there_is_nothing(
    either_database: str, tmp_path: Path
) -> None:
    built = answers(company(either_database, tmp_path))
    only = frozenset({AuditAction.CALL_OPENED})
    assert [line.what for line in audit_log.about_deals([built.row], only)] == [AuditAction.CALL_OPENED]
    assert len(audit_log.about_deals([built.row])) > 1
    assert audit_log.about_deals([built.row], frozenset()) == audit_log.about_deals([], only) == []
