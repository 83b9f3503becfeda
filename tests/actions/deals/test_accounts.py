"""The account of a deal comes from the file, may be corrected at any time, and is never lost by a shorter file."""

from pathlib import Path

import pytest

from cast.builders import NOW, person, survey
from cast.builders import settings as company
from kloof.actions.deals import imports
from kloof.config import Settings
from kloof.storage.models import Account, Deal, Invitation, Response

HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
ROW = (
    "{deal},Jan,{deal}@home.example,nl,sanne.de.vries@company.example,North,East,Heat pump,project,2026-02-25"
)


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    person()
    return company(database, tmp_path)


def load(settings: Settings, deal: str = "D-1", *, dry_run: bool = False, **cells: str) -> imports.Report:
    text = "\n".join([",".join([HEADER, *cells]), ",".join([ROW.format(deal=deal), *cells.values()])])
    return imports.import_deals(settings, text, "deals.csv", {"project": survey()}, NOW, dry_run=dry_run)


def of() -> dict[str, str | None]:
    """Deal → the key of its account."""
    return {row.deal_id: row.account.key if row.account_id else None for row in Deal.select()}


def answered() -> None:
    Response.insert(invitation=Invitation.get(), answers=b"\x05", language="nl", saved_at=NOW).execute()


def test_a_file_gives_deals_their_account_or_else_that_of_the_customer_number(settings: Settings) -> None:
    load(settings, "D-1", account="St. Antonius", customer_number="4711")
    load(settings, "D-2", account="", customer_number="4711")
    load(settings, "D-3")
    assert of() == {"D-1": "name:st. antonius", "D-2": "number:4711", "D-3": None}


def test_the_same_account_in_another_spelling_changes_nothing(settings: Settings) -> None:
    load(settings, account="St. Antonius")
    assert load(settings, account="ST.  ANTONIUS").unchanged == 1
    assert Account.get().name == "St. Antonius"


def test_another_account_updates_the_deal_and_the_first_is_gone(settings: Settings) -> None:
    load(settings, account="St. Antonius")
    assert load(settings, account="Radboud").updated == 1
    assert of() == {"D-1": "name:radboud"}
    assert Account.select().count() == 1


@pytest.mark.parametrize("cells", [{}, {"account": "", "customer_number": ""}])
def test_a_file_without_the_columns_or_with_empty_cells_leaves_both_as_they_are(
    settings: Settings, cells: dict[str, str]
) -> None:
    load(settings, account="St. Antonius", customer_number="4711")
    assert load(settings, **cells).unchanged == 1
    assert (of(), Deal.get().customer_number) == ({"D-1": "name:st. antonius"}, "4711")
    answered()
    assert load(settings, **cells).unchanged == 1


def test_who_answered_may_still_get_an_account_or_another(settings: Settings) -> None:
    load(settings)
    answered()
    assert load(settings, account="St. Antonius").updated == 1
    assert load(settings, account="Radboud").updated == 1
    assert of() == {"D-1": "name:radboud"}


def test_a_dry_run_makes_no_account(settings: Settings) -> None:
    assert load(settings, dry_run=True, account="St. Antonius").created == 1
    assert Account.select().count() == 0
