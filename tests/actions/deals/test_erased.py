"""Who was erased is not brought back by a file, whatever it calls them; only on purpose."""

from pathlib import Path

import pytest

from cast.builders import NOW, settings, survey
from kloof import storage
from kloof.actions import person_data
from kloof.actions.deals import by_program, imports
from kloof.actions.former_keys import erased_of
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, AuditAction
from kloof.domain.access.people import Role
from kloof.domain.deals.files import REQUIRED, read_deals
from kloof.domain.errors import NotFound, Reason
from kloof.domain.mailing.suppression import address_hash
from kloof.storage.access import people
from kloof.storage.mailing import opt_outs
from kloof.storage.models import AuditEntry, Customer, Deal, Message, OptOut

OFFERED = {"project": survey()}
JAN = "jan@home.example"


@pytest.fixture
def house(either_database: str, tmp_path: Path) -> Settings:
    people.put("anouk@firm.example", "Anouk", {Role.SALESPERSON}, "North", NOW)
    return settings(either_database, tmp_path)


def line(number: int, email: str = JAN, customer_number: str = "", name: str = "Jan de Boer") -> str:
    facts = f"D-{number},{name},{email},nl,anouk@firm.example,North,East,Pump,project,2026-03-01"
    return f"{facts},{customer_number}"


def text(*lines: str) -> str:
    return "\n".join([",".join([*REQUIRED, "customer_number"]), *lines])


def load(house: Settings, *lines: str, dry_run: bool = False) -> imports.Report:
    return imports.import_deals(house, text(*lines), "deals.csv", OFFERED, NOW, dry_run=dry_run)


def reasons(report: imports.Report) -> dict[str, list[Reason]]:
    return {one.deal_id: [why.reason for why in one.why] for one in report.refused}


def test_a_file_that_names_who_was_erased_has_that_line_refused_and_the_others_taken(house: Settings) -> None:
    load(house, line(1), line(2, "ans@home.example", name="Ans"))
    person_data.erase(house, JAN, NOW)
    for email in (JAN, " JAN@Home.Example"):
        looked = load(house, line(1, email), line(3, "els@home.example", name="Els"), dry_run=True)
        assert reasons(looked) == {"D-1": [Reason.CUSTOMER_ERASED]}
    done = load(house, line(9), line(1), line(2, "ans@home.example", name="Ans"))
    assert reasons(done) == {"D-9": [Reason.CUSTOMER_ERASED], "D-1": [Reason.CUSTOMER_ERASED]}
    assert done.unchanged == 1
    assert {row.email for row in Customer.select()} == {"ans@home.example"}
    assert "kloof person allow jan@home.example" in done.refused[0].reason


def test_a_program_and_a_correction_do_not_bring_them_back_either(house: Settings) -> None:
    load(house, line(1), line(2, "ans@home.example", name="Ans"))
    person_data.erase(house, JAN, NOW)
    [(_, sent)] = read_deals(text(line(1)), "deals.csv")
    [taken] = by_program.put_many(house, [sent], OFFERED, NOW, COMMAND_LINE)
    assert [why.reason for why in taken.wrong] == [Reason.CUSTOMER_ERASED]
    assert reasons(load(house, line(2, JAN, name="Ans"))) == {"D-2": [Reason.CUSTOMER_ERASED]}
    assert Deal.select().count() == 1


def test_a_customer_without_an_address_is_known_by_their_number_or_else_their_deal(house: Settings) -> None:
    load(house, line(1, "", "K-1", "Piet"), line(2, "", "", "Klaas"))
    for known_as in ("K-1", "D-2"):
        person_data.erase(house, known_as, NOW)
    again = load(house, line(1, "", "K-1", "Piet"), line(2, "", "", "Klaas"), line(3, "", "K-3", "Kees"))
    assert reasons(again) == {"D-1": [Reason.CUSTOMER_ERASED], "D-2": [Reason.CUSTOMER_ERASED]}
    assert again.created == 1


@pytest.mark.parametrize("mail", [False, True])
def test_who_comes_back_on_their_own_is_let_in_on_purpose_and_mailed_only_where_they_said_so(
    house: Settings, mail: bool
) -> None:
    load(house, line(1))
    person_data.erase(house, JAN, NOW)
    person_data.allow(house, "Jan@home.example", NOW, mail=mail)
    assert load(house, line(5)).created == 1
    assert opt_outs.is_opted_out(address_hash(house.secret_key, JAN)) is not mail
    last = AuditEntry.select().where(AuditEntry.what == AuditAction.ERASURE_LIFTED.value).get()
    assert (last.subject, JAN in last.detail) == ("", False)
    assert Message.select().count() == 1
    with pytest.raises(NotFound):
        person_data.allow(house, JAN, NOW)


def test_a_replaced_key_still_knows_them(house: Settings) -> None:
    load(house, line(1))
    person_data.erase(house, JAN, NOW)
    another = "another-secret-key-of-at-least-32-letters"
    assert erased_of(another, [house.secret_key], [JAN, "ans@home.example"]) == {JAN}
    assert erased_of(another, [], [JAN]) == set()


def test_it_takes_one_statement_for_a_part_of_a_file(house: Settings) -> None:
    person_data_line = [line(number, f"k{number}@home.example") for number in range(150)]
    with storage.counted_queries() as seen:
        load(house, *person_data_line, dry_run=True)
    assert sum("FROM opt_out" in sql for sql in seen) == 1


def test_nothing_that_is_kept_can_be_read_back(house: Settings) -> None:
    load(house, line(1))
    person_data.erase(house, JAN, NOW)
    kept = [row.address_hash for row in OptOut.select()]
    assert len(kept) == 2
    assert all(len(one) == 64 and "jan" not in one for one in kept)
