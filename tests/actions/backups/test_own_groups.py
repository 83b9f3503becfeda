"""What a salesperson saw of a group before a backup was put back is not shown to them a second time in another one."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from cast.builders import CALLS, NOW, SECRET, BuiltDeal, deal, person, settings, survey
from kloof import storage
from kloof.actions import ledger, person_data
from kloof.actions.backups import backup
from kloof.actions.backups.restore import restore
from kloof.actions.catch_up import catch_up
from kloof.actions.staff import own_feedback
from kloof.actions.surveys import respond, taking_back
from kloof.config import Settings
from kloof.domain.staff.own_totals import LEAST
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.access import people
from kloof.storage.models import Invitation, OwnBatch

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("backups")]

WAVES = (Wave.SALE, Wave.DELIVERY)


class Company:
    """Customers of one salesperson who choose totals, and a clock."""

    def __init__(self, url: str, folder: Path) -> None:
        folder.mkdir()
        (folder / "kloof.toml").touch()
        (folder / "surveys").mkdir()
        self.url, self.folder, self.now = url, folder, NOW
        person()

    @property
    def settings(self) -> Settings:
        return settings(self.url, self.folder, works_council_consent=date(2026, 1, 15))

    def sell(self, count: int) -> list[BuiltDeal]:
        return [deal(survey(1), seller=person(), waves=WAVES) for _ in range(count)]

    def all_answer(self, deals: list[BuiltDeal]) -> None:
        Invitation.update(expires_at=self.now + timedelta(days=45)).execute()
        for number, built in enumerate(deals):
            for wave, value in ((Wave.SALE, 2 + number % 7), (Wave.DELIVERY, 8 - number % 6)):
                said = Changes(answers={"a1": value}, consent=Consent.TOTALS)
                link = respond.open_link(built.tokens[wave], self.now)
                respond.save(link, said, self.now, CALLS, submit=True)

    def next_month(self) -> None:
        self.now = (self.now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=1)
        catch_up(self.settings, self.now)

    def shown(self) -> int:
        """Of how many customers the totals on the salesperson's page are."""
        seller = people.by_id(person())
        assert seller
        figures = own_feedback.overview(self.settings, seller, self.now).figures
        totals = figures[0].totals if figures else None
        return totals.customers if totals else 0

    def back_up(self) -> Path:
        file = self.folder.with_name("backup.zip")
        backup.make(self.settings, file, self.now)
        return file

    def put_back(self, file: Path) -> None:
        storage.close_database()
        environ = {"KLOOF_DATABASE_URL": self.url, "KLOOF_SECRET_KEY": SECRET}
        restore(file, self.folder, environ, self.now, over=True)
        storage.open_database(self.url)


@pytest.fixture
def company(either_database: str, tmp_path: Path) -> Company:
    return Company(either_database, tmp_path / "company")


@pytest.mark.parametrize("answered", [True, False], ids=["answered before the backup", "answered since"])
def test_a_group_that_closed_since_is_not_shown_again_among_others(company: Company, answered: bool) -> None:
    eight = company.sell(LEAST)
    if answered:
        company.all_answer(eight)
    file = company.back_up()
    if not answered:
        company.all_answer(eight)
    company.next_month()
    assert company.shown() == LEAST
    company.put_back(file)
    assert company.shown() == 0
    if not answered:
        company.all_answer(eight)
    company.all_answer(company.sell(1))
    for _ in range(3):
        company.next_month()
        assert company.shown() == 0, "the eight are known: with the ninth among them, the ninth is known too"
    company.all_answer(company.sell(LEAST - 1))
    company.next_month()
    assert company.shown() == LEAST, "the ninth and seven who came since"


def test_what_was_looked_at_this_month_is_not_looked_at_again(company: Company) -> None:
    """A group that did not close, and closes without the answers that the backup does not know, would tell of those."""
    company.all_answer(company.sell(LEAST - 1))
    file = company.back_up()
    company.next_month()
    assert company.shown() == 0
    company.put_back(file)
    nobody = company.sell(1)
    company.now -= timedelta(days=2)
    company.all_answer(nobody)
    company.now += timedelta(days=2)
    catch_up(company.settings, company.now)
    assert company.shown() == 0
    company.next_month()
    assert company.shown() == LEAST


@pytest.mark.parametrize("asked", ["withdrawn", "erased"])
def test_a_group_that_was_retired_since_stays_retired(company: Company, asked: str) -> None:
    eight = company.sell(LEAST)
    company.all_answer(eight)
    company.next_month()
    file = company.back_up()
    assert company.shown() == LEAST
    if asked == "withdrawn":
        link = respond.open_link(eight[0].tokens[Wave.DELIVERY], company.now)
        taking_back.withdraw(company.settings, link, company.now)
    else:
        person_data.erase(company.settings, eight[0].email, company.now)
    assert company.shown() == 0
    company.put_back(file)
    assert company.shown() == 0
    assert OwnBatch.get().sums == ""


def test_where_nothing_can_be_noted_no_group_closes(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    company.all_answer(company.sell(LEAST))
    place = ledger.path_of(company.settings)
    place.parent.mkdir(parents=True)
    place.mkdir()
    company.next_month()
    assert company.shown() == 0
    assert "No group of answers closes" in caplog.text
    place.rmdir()
    catch_up(company.settings, company.now)
    assert company.shown() == LEAST


def test_the_ledger_names_no_deal(company: Company) -> None:
    eight = company.sell(LEAST)
    company.all_answer(eight)
    company.next_month()
    noted = ledger.path_of(company.settings).read_text()
    assert len(noted.splitlines()) == LEAST + 1
    assert not any(built.deal_id in noted for built in eight)
