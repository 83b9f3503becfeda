"""Who sold a deal stays who did: a release comes out letter for letter as though nobody had left."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cast.builders import person
from cast.respondents import MONDAY, answered_deals, month, settings
from kloof import storage
from kloof.actions.access import staff_data
from kloof.actions.releases.attack import audit
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.actions.staff.leaving import leave
from kloof.config import Settings
from kloof.storage.models import Deal, Invitation, Pair, Person
from kloof.storage.releases import queueing

pytestmark = pytest.mark.slow

SEED = 7
Files = dict[str, bytes]


def files(company: Settings) -> Files:
    folder = company.releases_folder
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def played(folder: Path, between: Callable[[Settings], None]) -> tuple[Files, Files]:
    """What is published of the same company before and after `between` happened, and more was answered."""
    folder.mkdir()
    storage.open_database(f"sqlite:///{folder / 'kloof.db'}")
    try:
        storage.migrate()
        company = settings(folder)
        answered_deals(30, seed=1)
        freeze(company, MONDAY, SEED)
        publish(company, MONDAY, seed=SEED)
        first = files(company)
        waiting = answered_deals(15, seed=2, now=month(1))
        between(company)
        with storage.transaction():
            Pair.delete().where(Pair.deal.in_(waiting)).execute()
            for deal in waiting:  # as though their customers answered only then
                queueing.record_pair(deal, month(1))
        assert files(company) == first, "what is published stays"
        freeze(company, month(1), SEED + 1)
        publish(company, month(1), seed=SEED + 1)
        assert len(files(company)) > len(first)
        assert audit(company.releases_folder).breaches == ()
        return first, files(company)
    finally:
        storage.close_database()


def nothing(_: Settings) -> None:
    """Everybody stays."""


def two_leave_and_one_is_erased(company: Settings) -> None:
    Invitation.update(state="started").execute()  # so that no deal is finished, and all are handed on
    leave(company, "sanne@company.example", MONDAY, successor="noor@company.example")
    assert Deal.select().where(Deal.successor == person("Noor")).count() > 5
    leave(company, "bram@company.example", MONDAY)
    staff_data.erase(company, "bram@company.example", MONDAY)
    assert Person.select().where(Person.name == "Oud-collega").count() == 1


def test_a_release_is_the_same_to_the_byte_whether_or_not_people_left_before_it(tmp_path: Path) -> None:
    assert played(tmp_path / "stays", nothing) == played(tmp_path / "leaves", two_leave_and_one_is_erased)
