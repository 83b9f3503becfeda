"""A month of a company that backs itself up every night: each of these backups gives back what there was that night."""

import random
import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cast.whole_databases import Rows, contents
from kloof import storage
from kloof.actions import ledger, person_data
from kloof.actions.backups import archive, backup
from kloof.actions.backups.restore import Restored, restore
from kloof.actions.catch_up import catch_up
from kloof.actions.mailing import opt_out
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.actions.staff.open_calls import policy
from kloof.actions.surveys import respond, taking_back
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings, load_settings
from kloof.demo import acts, story
from kloof.demo.story import Chapter
from kloof.domain.access import tokens
from kloof.domain.backups import Keep
from kloof.domain.errors import Refused
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.models import Customer, Deal, Invitation, OptOut, Response

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("every night")]

FIRST = datetime(2026, 11, 2, 21, tzinfo=UTC)  # a Monday
NIGHTS = 30
PASSPHRASE = "five words that nobody guesses"
EVERY = 5
"""Of so many nights one is put back, and all of them with --full; every archive is read."""
ENVIRON = {"KLOOF_RUN": "demo", "KLOOF_MAIL_FROM": "feedback@warmtehuis.example"}
KEEP = Keep.of("7d4w12m")


@dataclass
class Month:
    """What there was each night, and what people asked for in it."""

    settings: Settings
    chance: random.Random = field(default_factory=lambda: random.Random(8))
    nights: list[tuple[Path, Rows, list[str]]] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    releases: int = 0

    def day(self, number: int, sold: list[Chapter]) -> None:
        """One day of work, and the backup at its end."""
        now = FIRST + timedelta(days=number)
        offered = load_surveys(self.settings.surveys_folder)
        acts.sell(self.settings, offered, [one.line for one in sold], now)
        self._deliver(now)
        catch_up(self.settings, now)
        self._answer(now)
        self._ask(number, now)
        if number % 7 == 6:
            freeze(self.settings, now)
            with suppress(Refused):  # a second person has to look at it in some demos
                self.releases += publish(self.settings, now).document is not None

    def _deliver(self, now: datetime) -> None:
        waiting = Deal.select().where(Deal.delivered_on.is_null(), Deal.cancelled_at.is_null()).limit(3)
        acts.deliver(self.settings, [(one.deal_id, now.date()) for one in waiting], now)

    def _answer(self, now: datetime) -> None:
        open_ones = list(
            Invitation.select().where(Invitation.state == "invited", Invitation.expires_at > now)
        )
        for invitation in self.chance.sample(open_ones, min(4, len(open_ones))):
            asked = respond.open_link(self._token(invitation), now)
            scale = asked.survey.scale
            points = {
                item: self.chance.randint(scale.low, scale.high) for item in asked.survey.items(asked.wave)
            }
            consent = self.chance.choice([Consent.NAMED, Consent.TOTALS])
            said = Changes(answers=points, consent=consent)
            respond.save(asked, said, now, policy(self.settings), submit=True)

    def _ask(self, number: int, now: datetime) -> None:
        if number % 5 == 1:
            customer = self.chance.choice(list(Customer.select().where(Customer.email != "")))
            self.erased.append(customer.email)
            person_data.erase(self.settings, customer.email, now)
        if number % 5 == 2:
            invitation = self.chance.choice(list(Invitation.select()))
            opt_out.stop(self.settings, self._token(invitation, tokens.Purpose.OPT_OUT), now)
        if number % 5 == 3:
            submitted = Invitation.select().join(Response).where(Invitation.state == "submitted")
            invitation = self.chance.choice(list(submitted))
            with suppress(Refused):  # whose answers are in a block may only ask
                taking_back.withdraw(self.settings, respond.open_link(self._token(invitation), now), now)

    def _token(self, invitation: Invitation, purpose: tokens.Purpose = tokens.Purpose.SURVEY) -> str:
        return tokens.token(self.settings.secret_key, purpose, bytes(invitation.link_salt))

    def back_up(self, number: int, into: Path) -> list[str]:
        """The backup of this night, with keys once a week; gives the names of those that it thinned out."""
        now = FIRST + timedelta(days=number, hours=2)
        secret = PASSPHRASE if number % 7 == 0 else None
        made = backup.make(self.settings, into, now, secret, KEEP)
        kept = into.with_name("kept") / Path(made.file).name
        kept.parent.mkdir(exist_ok=True)
        shutil.copy(made.file, kept)
        files = sorted(
            str(one.relative_to(self.settings.folder))
            for one in (self.settings.folder / "site").rglob("*")
            if one.is_file()
        )
        self.nights.append((kept, contents(self.settings.database_url), files))
        return list(made.dropped)


@pytest.fixture(scope="module")
def month(lived: Path, tmp_path_factory: pytest.TempPathFactory, full: bool) -> tuple[Month, Path]:
    """The month as it went by, with its folder of backups."""
    folder = tmp_path_factory.mktemp("month")
    shutil.copytree(lived, folder / "company")
    settings = load_settings(folder / "company", ENVIRON)
    offered = load_surveys(settings.surveys_folder)
    last = FIRST.date() + timedelta(days=NIGHTS)
    chapters = [
        one for one in story.year(offered, last, 4000 if full else 400) if one.line.sold_on >= FIRST.date()
    ]
    went, into = Month(settings), folder / "backups"
    into.mkdir()
    storage.open_database(settings.database_url)
    for number in range(NIGHTS):
        today = (FIRST + timedelta(days=number)).date()
        went.day(number, [_new(one) for one in chapters if one.line.sold_on == today])
        went.back_up(number, into)
    storage.close_database()
    return went, into


def _new(chapter: Chapter) -> Chapter:
    line = replace(
        chapter.line,
        deal_id=f"NEW-{chapter.line.deal_id}",
        customer_email=f"new-{chapter.line.customer_email}",
    )
    return replace(chapter, line=line)


@pytest.mark.postgresql
def test_every_night_comes_back_row_for_row_on_the_other_engine_and_on_its_own(
    month: tuple[Month, Path], tmp_path: Path, postgresql_url: str, full: bool
) -> None:
    lived, _ = month
    assert lived.releases >= 1
    storage.close_database()
    distinct = [one for one, other in zip(lived.nights, lived.nights[1:], strict=False) if one[1] != other[1]]
    assert len(distinct) > NIGHTS / 2
    for number, (file, before, files) in enumerate(lived.nights):
        assert _held(file) == {table: len(rows) for table, rows in before.items()}
        if not full and number % EVERY:
            continue
        folder = tmp_path / f"night-{number}"
        on_server = number % 2 == 0
        there = ENVIRON | {"KLOOF_DATABASE_URL": postgresql_url} if on_server else ENVIRON
        done = put_back(file, folder, there, over=on_server)
        assert (
            contents(postgresql_url if on_server else f"sqlite:///{folder / 'instance' / 'kloof.db'}")
            == before
        )
        assert (done.again, done.with_key) == ({}, number % 7 == 0)
        site = folder / "site"
        assert sorted(str(one.relative_to(folder)) for one in site.rglob("*") if one.is_file()) == files
        if done.with_key:
            assert (folder / "instance" / "secret_key").read_text().strip() == lived.settings.secret_key
        shutil.rmtree(folder)


def _held(file: Path) -> dict[str, int]:
    """How many rows of each table are in this archive, which is whole."""
    with archive.read(file) as opened:
        opened.refuse_unless_whole()
        return {part.table: sum(1 for _ in opened.rows_of(part)) for part in opened.manifest.tables}


def put_back(file: Path, folder: Path, environ: dict[str, str], *, over: bool) -> Restored:
    return restore(file, folder, environ, FIRST + timedelta(days=NIGHTS), PASSPHRASE, over=over)


def test_what_people_asked_for_in_the_month_holds_in_every_night_that_is_put_back_beside_it(
    month: tuple[Month, Path], tmp_path: Path, full: bool
) -> None:
    lived, _ = month
    storage.close_database()
    asked = {line.act for line in ledger.lines_of(ledger.path_of(lived.settings))}
    assert {"erased", "no_mail", "withdrawn"} <= asked
    for number in range(0, NIGHTS, 1 if full else 15):
        file, before, _ = lived.nights[number]
        folder = tmp_path / f"night-{number}"
        kept = folder / "site" / "findings" / ledger.NAME
        kept.parent.mkdir(parents=True)
        shutil.copy(ledger.path_of(lived.settings), kept)
        there = ENVIRON | {"KLOOF_SECRET_KEY": lived.settings.secret_key}
        put_back(file, folder, there, over=True)
        settings = load_settings(folder, there)
        storage.open_database(settings.database_url)
        emails = {row.email for row in Customer.select()}
        assert emails.isdisjoint(lived.erased), number
        assert len(emails) <= len(before["customer"])
        assert OptOut.select().count() >= len(before["opt_out"])
        storage.close_database()


def test_after_the_month_a_week_of_days_and_the_last_of_each_week_and_month_are_there(
    month: tuple[Month, Path],
) -> None:
    _, into = month
    days = sorted(path.name[6:16] for path in into.glob("kloof-*.zip"))
    assert days[-7:] == [
        f"{FIRST + timedelta(days=one, hours=2):%Y-%m-%d}" for one in range(NIGHTS - 7, NIGHTS)
    ]
    assert days[:-7] == ["2026-11-15", "2026-11-22"]
