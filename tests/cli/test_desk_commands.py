"""What the desk types: counts on stdout, refusals on stderr with file and line, exit status 0, 1 or 2."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kloof import storage
from kloof.cli import main

pytestmark = pytest.mark.slow

SHIPPED = Path(__file__).parents[2] / "surveys"
HEADER = "deal_id;customer_name;customer_email;language;salesperson_email;team;region;product;survey;sold_on"
GOOD = (
    "D-1;Jan de Boer;jan@home.example;nl;anouk@firm.example;Utrecht;Midden;Warmtepomp;installation;2026-03-02"
)
Type = Callable[..., Result]


@pytest.fixture
def kloof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """`kloof …` typed in a company folder; each call opens the database anew, as a process of its own would."""
    monkeypatch.chdir(tmp_path)
    for name in ("KLOOF_DATABASE_URL", "KLOOF_SECRET_KEY", "KLOOF_BASE_URL", "KLOOF_MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "kloof.toml").write_text("[deals]\nhistory_after_days = 3650\n", encoding="utf-8")
    (tmp_path / "surveys").mkdir()
    for file in SHIPPED.glob("*.yaml"):
        (tmp_path / "surveys" / file.name).write_bytes(file.read_bytes())

    def run(*words: str) -> Result:
        storage.close_database()
        return CliRunner().invoke(main, list(words))

    yield run
    storage.close_database()


@pytest.fixture
def ready(kloof: Type) -> Type:
    """The same, with a database and a salesperson."""
    assert kloof("db", "migrate").exit_code == 0
    added = kloof(
        "people", "add", "--role", "salesperson", "--email", "Anouk@firm.example", "--name", "Anouk Visser"
    )
    assert added.exit_code == 0, added.output
    return kloof


def test_good_lines_go_in_and_a_bad_one_is_named_on_stderr_with_its_line(ready: Type) -> None:
    bad = GOOD.replace("D-1", "D-2").replace(";nl;", ";fr;")
    Path("deals.csv").write_text("\n".join([HEADER, GOOD, bad]), encoding="utf-8")
    done = ready("deals", "import", "deals.csv")
    assert done.exit_code == 1
    assert done.stdout == "1 created, 0 updated, 0 unchanged, 1 refused.\n"
    assert done.stderr.startswith("deals.csv:3: D-2 refused: language 'fr' is not one of nl, en")


def test_the_same_file_again_is_unchanged_and_exits_with_0(ready: Type) -> None:
    Path("deals.csv").write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    assert ready("deals", "import", "deals.csv").exit_code == 0
    again = ready("deals", "import", "deals.csv", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout) == {
        "created": 0, "updated": 0, "unchanged": 1, "refused": [], "dry_run": False,
    }  # fmt: skip


def test_a_dry_run_says_so_and_changes_nothing(ready: Type) -> None:
    Path("deals.csv").write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    tried = ready("deals", "import", "deals.csv", "--dry-run")
    assert "1 created" in tried.stdout
    assert "nothing was changed" in tried.stdout
    assert "1 created" in ready("deals", "import", "deals.csv").stdout


def test_a_delivery_is_marked_once(ready: Type) -> None:
    Path("deals.csv").write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    Path("delivered.csv").write_text("deal_id,delivered_on\nD-1,2026-04-01\n", encoding="utf-8")
    ready("deals", "import", "deals.csv")
    assert "1 updated" in ready("deals", "delivered", "delivered.csv").stdout
    assert "1 unchanged" in ready("deals", "delivered", "delivered.csv").stdout


def test_a_file_in_no_encoding_that_is_known_is_refused_with_the_line(ready: Type) -> None:
    Path("deals.csv").write_bytes(f"{HEADER}\n".encode() + GOOD.replace("Jan", "Ren\x81").encode("latin-1"))
    refused = ready("deals", "import", "deals.csv")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("deals.csv:2: This line is not UTF-8 text.")


def test_a_database_without_its_tables_is_refused_with_what_to_type(kloof: Type) -> None:
    Path("deals.csv").write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    refused = kloof("deals", "import", "deals.csv")
    assert refused.exit_code == 1
    assert "Run: kloof db migrate" in refused.stderr


def test_wrong_usage_exits_with_2(kloof: Type) -> None:
    assert kloof("deals", "import").exit_code == 2
    assert kloof("people", "add", "--role", "king").exit_code == 2
    assert kloof("dance").exit_code == 2


def test_an_address_that_is_none_is_refused(ready: Type) -> None:
    refused = ready("people", "add", "--role", "desk", "--email", "noor", "--name", "Noor")
    assert refused.exit_code == 1
    assert "noor is not an e-mail address." in refused.stderr


def test_settings_that_cannot_be_used_are_all_named_with_their_line(kloof: Type) -> None:
    Path("kloof.toml").write_text('[company]\nname = ""\n[publishing]\nk = 3\n', encoding="utf-8")
    refused = kloof("db", "migrate")
    assert refused.exit_code == 1
    assert "kloof.toml:2: company.name" in refused.stderr
    assert "kloof.toml:4: publishing.k" in refused.stderr


def test_a_setting_that_does_not_exist_is_refused_and_a_secret_is_never_repeated(
    kloof: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("kloof.toml").write_text("works_counsil = 2026-01-01\n", encoding="utf-8")
    assert "kloof.toml:1: works_counsil: no such setting." in kloof("db", "migrate").stderr
    Path("kloof.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("KLOOF_SECRET_KEY", "too-short-secret")
    refused = kloof("db", "migrate")
    assert "KLOOF_SECRET_KEY" in refused.stderr
    assert "too-short-secret" not in refused.stderr


def test_the_doctor_names_what_is_wrong_and_what_to_do(ready: Type) -> None:
    found = ready("doctor")
    assert found.exit_code == 1
    assert "FIX  KLOOF_MAIL_FROM is not set" in found.stdout
    assert "ok   Surveys: installation, product." in found.stdout
    assert json.loads(ready("doctor", "--json").stdout)["well"] is False


def test_the_doctor_names_a_mail_domain_that_many_share_without_an_account_until_they_have_one(
    ready: Type,
) -> None:
    at = [("antonius.example", 6), ("gmail.com", 7), ("few.example", 4), ("village-net.example", 5)]
    rows = [
        GOOD.replace("D-1", f"{domain}-{number}").replace("jan@home.example", f"c{number}@{domain}")
        for domain, customers in at
        for number in range(customers)
    ]
    Path("deals.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    ready("deals", "import", "deals.csv")
    found = ready("doctor").stdout
    assert "share a mail domain: 6 at antonius.example, 5 at village-net.example. Where that" in found
    assert "FIX  Accounts" in found
    Path("kloof.toml").write_text('[deals]\nmail_providers = ["Village-Net.example"]\n', encoding="utf-8")
    assert "share a mail domain: 6 at antonius.example. Where that" in ready("doctor").stdout
    named = [f"{row};{'St. Antonius' if 'antonius' in row else ''}" for row in rows]
    Path("deals.csv").write_text("\n".join([f"{HEADER};account", *named]), encoding="utf-8")
    assert "6 updated" in ready("deals", "import", "deals.csv").stdout
    assert "Accounts:" not in ready("doctor").stdout


def test_the_doctor_names_the_file_of_a_release_that_was_damaged_and_why(ready: Type) -> None:
    assert "ok   Releases: 0, and every file" in ready("doctor").stdout
    release = Path("site/findings/releases/0001")
    release.mkdir(parents=True)
    (release / "datapackage.json").write_text("written over", encoding="utf-8")
    found = ready("doctor").stdout
    assert re.search(
        r"FIX  Releases: \S*/0001: This is not a release of kloof: .+ Put it back from a copy", found
    )


def test_freezing_and_publishing_without_answers_say_that_there_is_nothing_new(ready: Type) -> None:
    assert ready("freeze").stdout.startswith("0 blocks closed")
    assert "no new one" in ready("publish").stdout


def test_letters_are_printed_once_and_a_deal_is_cancelled(ready: Type) -> None:
    nameless = GOOD.replace("jan@home.example", "")
    Path("deals.csv").write_text(f"{HEADER}\n{nameless}\n", encoding="utf-8")
    ready("deals", "import", "deals.csv")
    assert "letters to print" in ready("outbox", "list").stdout
    assert ready("letters", "post.pdf").stdout == "1 letter in post.pdf.\n"
    assert Path("post.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads(ready("letters", "more.pdf", "--json").stdout) == {
        "printed": 0, "waiting": 0, "withdrawn": 0, "unprintable": [],
    }  # fmt: skip
    assert ready("letters", "again.pdf", "--again", "D-1").stdout == "1 letter in again.pdf.\n"
    Path("cancelled.csv").write_text("deal_id,cancelled_on\nD-1,2026-04-01\n", encoding="utf-8")
    assert "1 updated" in ready("deals", "cancelled", "cancelled.csv").stdout
    refused = ready("letters", "once-more.pdf", "--again", "D-1")
    assert (refused.exit_code, Path("once-more.pdf").exists()) == (1, False)


def test_a_command_ends_with_its_database_closed(ready: Type, tmp_path: Path) -> None:
    storage.close_database()
    strict = [sys.executable, "-W", "always::ResourceWarning"]  # sqlite3 warns from Python 3.13 on
    command = [*strict, "-m", "kloof", "outbox", "list"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("0 queued")
    assert done.stderr == ""
