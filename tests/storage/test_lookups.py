"""A lookup that finds nothing says so: it never becomes a stack trace where its row is unpacked."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cast.builders import CALLS, NOW, deal, person, survey
from kloof import storage
from kloof.actions.surveys import respond
from kloof.domain.errors import NotFound
from kloof.domain.surveys.definition import SurveyKey, Wave
from kloof.domain.surveys.responses import Changes
from kloof.storage import person_data, statements
from kloof.storage.deals import customer_matching, deals
from kloof.storage.models import Deal as DealRow
from kloof.storage.models import Invitation
from kloof.storage.staff import call_records, own_totals
from kloof.storage.surveys import questionnaires, versions

NOWHERE = 4711
STORAGE = Path(storage.__file__).parent
LOOKUPS: dict[str, Callable[[], object]] = {
    "the link of a deal that is not there": lambda: questionnaires.link_salt("D-0", Wave.SALE),
    "the link about a call that is not there": lambda: call_records.link_salt("D-0"),
    "what a call rests on": lambda: call_records.facts(NOWHERE),
    "where a call stands": lambda: call_records.locked(NOWHERE),
    "a survey by its row": lambda: versions.by_row(NOWHERE),
    "a survey by its key": lambda: versions.by_key(SurveyKey(id="none", version=1)),
    "the row of a survey": lambda: versions.row_of(SurveyKey(id="none", version=1)),
    "what is kept about a customer": lambda: person_data.everything(NOWHERE),
    "the pair of a salesperson": lambda: own_totals.keep(NOWHERE, None, NOW),
}


@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS.keys())
def test_a_lookup_that_finds_nothing_is_refused_in_a_sentence(
    lookup: Callable[[], object], database: str
) -> None:
    with pytest.raises(NotFound, match=r"\.$"):
        lookup()


def test_a_page_that_was_open_while_its_customer_was_erased_is_refused(database: str) -> None:
    built = deal()
    questionnaire = respond.open_link(built.tokens[Wave.SALE], NOW)
    Invitation.delete().where(Invitation.id == questionnaire.invitation).execute()
    with pytest.raises(NotFound, match="This link opens nothing"):
        respond.save(questionnaire, Changes(answers={"a1": 7}), NOW, CALLS, submit=True)


def test_an_unsolved_call_has_no_link_to_make_up(database: str) -> None:
    built = deal(waves=(Wave.SALE, Wave.DELIVERY))
    call_records.open_anew(built.row, None, NOW.date(), NOW)
    with pytest.raises(NotFound, match=f"The customer of deal {built.deal_id} was not asked"):
        call_records.link_salt(built.deal_id)


def test_a_deal_that_is_erased_while_a_file_is_loaded_is_refused(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer is looked up between the two statements: there the other one erases."""
    built = deal()
    (line,) = (stored.line for stored in deals.stored([built.deal_id]).values())
    seller, version = person(), versions.record(survey(), NOW)

    def put_and_erase(*_: object, **__: object) -> int:
        DealRow.delete().where(DealRow.id == built.row).execute()
        return customer

    customer = DealRow.get_by_id(built.row).customer_id
    monkeypatch.setattr(customer_matching, "put", put_and_erase)
    with pytest.raises(NotFound, match=f"Deal {built.deal_id} was erased a moment ago"):
        deals.put(replace(line, customer_name="Another"), seller, version, NOW)


def test_a_statement_that_gives_no_row_where_one_is_certain_says_so(database: str) -> None:
    storage.ensure_connected()
    with pytest.raises(LookupError, match="gave none"):
        statements.scalar("SELECT id FROM deal WHERE id = ?", NOWHERE)


JUST_WRITTEN = {"staff/call_records.py": 1}
"""Reads of what the same transaction has written the line before."""


def test_no_room_of_storage_takes_a_row_for_granted() -> None:
    """`first_row` may give None, as mypy sees; a row of a cursor has no type, and `get` of peewee errors of its own."""
    found: dict[str, int] = {}
    for file in STORAGE.rglob("*.py"):
        granted = r"fetchone\(|get_by_id\(|\b[A-Z]\w+\.get\(|\.get\(\)"
        count = len(re.findall(granted, file.read_text(encoding="utf-8")))
        room = str(file.relative_to(STORAGE))
        if count and room not in {"statements.py", "database.py"} and not room.startswith("migrations/"):
            found[room] = count
    assert found == JUST_WRITTEN
