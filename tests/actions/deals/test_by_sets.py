"""New deals are written by sets: whatever stands in a file, it comes to the same as line after line."""

import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cast.builders import settings as company
from cast.builders import survey
from kloof.actions.deals import imports
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.deals.files import REQUIRED
from kloof.domain.deals.search_words import words_of
from kloof.domain.mailing.suppression import address_hash, hash_as_it_stood
from kloof.storage.access import people
from kloof.storage.mailing import opt_outs
from kloof.storage.models import AuditEntry, Customer, Deal, DealWord, Invitation, Message, Practice

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
SELLER = "anouk@firm.example"
HEADER = ",".join([*REQUIRED, "customer_number", "account", "joint_visit_on"])


@dataclass
class Somebody:
    """A customer, to the model."""

    name: str = ""
    language: str = ""
    email: str = ""
    number: str = ""


@dataclass
class Sold:
    """A deal, to the model."""

    row: dict[str, str]
    customer: Somebody


@dataclass
class Office:
    """What a careful clerk would have in the books after each line, looking everything up anew."""

    deals: dict[str, Sold] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    refused: list[int] = field(default_factory=list)

    def file(self, rows: list[dict[str, str]]) -> None:
        seen: set[str] = set()
        nameless: dict[str, str] | None = None
        self.done, self.refused = Counter(), []
        for line, given in enumerate(rows, 2):
            deal, again = given["deal_id"], given["deal_id"] in seen
            seen.add(deal)
            if again or given["salesperson_email"] != SELLER:
                self.refused.append(line)
                continue
            was = self.deals.get(deal)
            row = self._laid_over(given, was)
            if was and was.row == row:
                self.done["unchanged"] += 1
                continue
            if (
                not row["customer_email"]
                and not row["customer_number"]
                and not (was and was.row["customer_email"])
            ):
                nameless = nameless if nameless is not None else self._nameless()
                if nameless.setdefault(row["customer_name"], deal) != deal:
                    self.refused.append(line)
                    continue
            self.done["updated" if was else "created"] += 1
            self._put(row, was)

    def _laid_over(self, row: dict[str, str], was: Sold | None) -> dict[str, str]:
        row = dict(row)
        if was:
            row["customer_number"] = row["customer_number"] or was.row["customer_number"]
            if row["account"].casefold() in {"", was.row["account"].casefold()}:
                row["account"] = was.row["account"]
        if row["account"]:
            row["account"] = self.accounts.get(key_of(row), row["account"])
        return row

    def _nameless(self) -> dict[str, str]:
        books = self.deals.items()
        unknown = [(id, one) for id, one in books if not one.customer.email and not one.customer.number]
        return {one.row["customer_name"]: id for id, one in unknown}

    def _put(self, row: dict[str, str], was: Sold | None) -> None:
        found = self._who(row["customer_email"], row["customer_number"], was.customer if was else None)
        known = [one.customer for one in self.deals.values()]
        found.name, found.language = row["customer_name"], row["language"]
        found.email = row["customer_email"] or found.email
        if not found.number and row["customer_number"] not in [one.number for one in known]:
            found.number = row["customer_number"]
        self.deals[row["deal_id"]] = Sold(row, found)
        self.accounts.setdefault(key_of(row), row["account"])
        used = {key_of(one.row) for one in self.deals.values()}
        self.accounts = {key: name for key, name in self.accounts.items() if key in used}

    def _who(self, email: str, number: str, now: Somebody | None) -> Somebody:
        known = [one.customer for one in self.deals.values()]
        of_address = next((one for one in known if email and one.email == email), None)
        of_number = next((one for one in known if number and one.number == number), None)
        if email:
            found = of_address or of_number or now
            return found if found and found.email in {"", email} else Somebody()
        if of_number or not number:
            return of_number or now or Somebody()
        return now if now and now.number in {"", number} else Somebody()


def key_of(row: dict[str, str]) -> str:
    return f"name {row['account'].casefold()}" if row["account"] else f"number {row['customer_number']}"


def some_row(chance: random.Random, mark: str) -> dict[str, str]:
    """Of few deals, addresses, numbers, names and accounts, so that they meet; all of this company."""
    number = chance.randrange(14)
    address = chance.choice(
        ["", "", *(f"c{at}.{mark}@home.example" for at in range(7)), f"x.{mark}@bücher.example"]
    )
    return {
        "deal_id": f"D{mark}-{number}",
        "customer_name": f"Name{mark} {chance.randrange(5)}",
        "customer_email": address.replace("bücher", "xn--bcher-kva"),
        "language": chance.choice(["nl", "en"]),
        "salesperson_email": SELLER if chance.random() < 0.95 else "nobody@firm.example",
        "team": chance.choice(["Utrecht", "Zwolle"]),
        "region": "Midden",
        "product": "Warmtepomp",
        "survey": "bench",
        "sold_on": "2026-05-04",
        "customer_number": chance.choice(["", "", *(f"N{mark}{at}" for at in range(3))]),
        "account": chance.choice(["", "", f"Bank {mark}", f"BANK {mark}", f"School {mark}"]),
        "joint_visit_on": "2026-05-06" if number % 3 == 0 else "",
    }


@pytest.fixture
def settings(either_database: str, tmp_path: Path) -> Settings:
    people.put(SELLER, "Anouk Visser", {Role.SALESPERSON}, "Utrecht", NOW)
    return company(either_database, tmp_path)


@pytest.mark.slow
def test_by_sets_it_comes_to_what_it_comes_to_line_after_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, loaded, changed = random.Random(7), 0, 0
    for at in range(12):
        mark, office = f"{at:02}q", Office()
        opt_outs.remember(
            hash_as_it_stood(settings.secret_key, f"x.{mark}@bücher.example"), opt_outs.ASKED, NOW
        )
        for _ in range(3):
            monkeypatch.setattr(imports, "AT_ONCE", chance.choice([1, 2, 5, 50]))
            rows = [some_row(chance, mark) for _ in range(chance.randint(1, 20))]
            office.file(rows)
            report = imported(settings, rows)
            counted = {"created": report.created, "updated": report.updated, "unchanged": report.unchanged}
            assert +Counter(counted) == office.done
            assert [one.line for one in report.refused] == office.refused
            loaded, changed = loaded + report.created, changed + report.updated
            assert in_the_books(mark) == expected(office)
        asked = any(one.row["customer_email"].startswith("x.") for one in office.deals.values())
        heeded = opt_outs.is_opted_out(address_hash(settings.secret_key, f"x.{mark}@xn--bcher-kva.example"))
        assert heeded or not asked
    noted = Counter(entry.what for entry in AuditEntry.select())
    assert (noted["deal_loaded"], noted["deal_changed"]) == (loaded, changed)
    assert loaded > 60 < changed


LOADS = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from cast.builders import settings, survey
from kloof import storage
from kloof.actions.deals import imports
from kloof.storage.database import database
url, folder, file, now = sys.argv[1:]
storage.open_database(url)
offered = {"bench": survey().model_copy(update={"id": "bench"})}
table = imports.of_text(Path(file).read_text(), "deals.csv")
incoming = imports.Incoming(imports.FileKind.DEALS, table)
imports.LONGEST_PART = 3600.0
def reached(done, total):
    print(done, flush=True)
    database.obj.query_hooks.append(dies_with_deals_that_have_no_invitation)
def dies_with_deals_that_have_no_invitation(sent):
    if " invitation (" in sent.sql:
        os.kill(os.getpid(), signal.SIGKILL)
imports.load(settings(url, Path(folder)), incoming, offered, datetime.fromisoformat(now), reached)
"""


@pytest.mark.slow
def test_killed_in_the_middle_and_loaded_again_a_file_is_in_as_if_nothing_had_happened(
    settings: Settings, tmp_path: Path
) -> None:
    chance = random.Random(3)
    rows = [
        some_row(chance, "kk") | {"deal_id": f"Dkk-{at}", "salesperson_email": SELLER} for at in range(450)
    ]
    rows = [row | {"customer_email": f"c{at // 2}@home.example"} for at, row in enumerate(rows)]
    file = tmp_path / "deals.csv"
    file.write_text("\n".join([HEADER, *(",".join(row[name] for name in HEADER.split(",")) for row in rows)]))
    words = [sys.executable, "-c", LOADS, settings.database_url, str(tmp_path), str(file), NOW.isoformat()]
    tests = Path(__file__).parents[2]
    loading = subprocess.run(words, cwd=tests, stdout=subprocess.PIPE, text=True, check=False)
    assert (loading.returncode, loading.stdout) == (-signal.SIGKILL, "200\n")
    assert Deal.select().count() == 200
    again = imported(settings, rows)
    assert (again.created, again.unchanged, again.refused) == (250, 200, [])
    tables = (Deal, Customer, Invitation, Message)
    assert [table.select().count() for table in tables] == [450, 225, 450, 450]
    assert DealWord.select(DealWord.deal).distinct().count() == 450
    assert AuditEntry.select().where(AuditEntry.what == "deal_loaded").count() == 450


def imported(settings: Settings, rows: list[dict[str, str]]) -> imports.Report:
    lines = [",".join(row[name] for name in HEADER.split(",")) for row in rows]
    offered = {"bench": survey().model_copy(update={"id": "bench"})}
    return imports.import_deals(settings, "\n".join([HEADER, *lines]), "deals.csv", offered, NOW)


def in_the_books(mark: str) -> dict[str, object]:
    found: dict[str, object] = {}
    customers = {row.id: row for row in Customer.select()}
    ours = [row for row in Deal.select() if row.deal_id.startswith(f"D{mark}-")]
    of_customer: dict[int, set[str]] = {}
    for row in ours:
        of_customer.setdefault(row.customer_id, set()).add(row.deal_id)
    for row in ours:
        who = customers[row.customer_id]
        [invitation] = Invitation.select().where(Invitation.deal == row)
        [message] = Message.select().where(Message.invitation == invitation)
        found[row.deal_id] = (
            (row.customer_name, row.customer_language, row.team, row.customer_number, bool(row.by_letter)),
            (who.name, who.language, who.email or "", who.number or "", of_customer[who.id]),
            row.account.name if row.account else "",
            {bytes(word.word).decode() for word in DealWord.select().where(DealWord.deal == row)},
            [(done.name, str(done.done_on)) for done in Practice.select().where(Practice.deal == row)],
            (invitation.wave, invitation.state, message.kind, message.state),
        )
    return found


def expected(office: Office) -> dict[str, object]:
    found: dict[str, object] = {}
    for deal, sold in office.deals.items():
        row, who = sold.row, sold.customer
        account = row["account"] or row["customer_number"]
        together = {other for other, one in office.deals.items() if one.customer is who}
        found[deal] = (
            (
                row["customer_name"],
                row["language"],
                row["team"],
                row["customer_number"],
                not row["customer_email"],
            ),
            (who.name, who.language, who.email, who.number, together),
            account,
            set(words_of(deal, row["customer_name"], who.email, account)),
            [("joint_visit", "2026-05-06")] if row["joint_visit_on"] else [],
            ("sale", "planned", "invitation", "queued" if row["customer_email"] else "letter"),
        )
    return found


def test_deliveries_are_written_by_sets_with_one_survey_for_each(settings: Settings) -> None:
    rows = [
        some_row(random.Random(at), "dd") | {"deal_id": f"Ddd-{at}", "salesperson_email": SELLER}
        for at in range(6)
    ]
    rows = [row | {"customer_email": f"{row['deal_id'].lower()}@home.example"} for row in rows]
    imported(settings, rows)
    for day, effect in (("2026-05-20", "updated"), ("2026-05-20", "unchanged"), ("2026-05-21", "updated")):
        text = "deal_id,delivered_on\n" + "".join(f"Ddd-{at},{day}\n" for at in range(6))
        report = imports.import_deliveries(settings, text, "delivered.csv", NOW)
        assert getattr(report, effect) == 6
        assert {str(row.delivered_on) for row in Deal.select()} == {day}
        asked = Invitation.select().where(Invitation.wave == "delivery")
        assert {str(row.invite_on) for row in asked} == {f"2026-05-{int(day[-2:]) + 7}"}
        assert (len(asked), Message.select().where(Message.invitation.in_(asked)).count()) == (6, 6)
