"""A diagnosis, a dry run and a list leave the folder byte for byte as it was; without a database all say what to do."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playhouse.migrations import Runner

from cast.respondents import answered_deals
from instruments.commands import NAMES, fewest_words, kloof, on_disk
from instruments.handbook import typed
from kloof import storage
from kloof.actions.clock import wall_clock
from kloof.config.sources import ENVIRONMENT
from kloof.storage.engines import connect, make_file
from kloof.storage.schema import MIGRATIONS

HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
DEAL = "X-1,Jan de Boer,jan@home.example,nl,noor@company.example,Utrecht,Midden,Pomp,installation,2025-03-02"
FILES = {
    "deals import": f"{HEADER}\n{DEAL.replace('X-1', 'X-2')}\n",
    "deals delivered": "deal_id,delivered_on\nX-1,2025-04-02\n",
    "deals cancelled": "deal_id,cancelled_on\nX-1,2025-04-02\n",
    "people import": "email,name,roles\njo@company.example,Jo,lead\n",
}
DRY = [name.removeprefix("kloof ") for name, of in typed() if any("--dry-run" in p.opts for p in of.params)]
LOOKS = ["doctor", "surveys check", "outbox list", "audit", *DRY]
# One company is played for all of them.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("looking")]

NEEDS_NO_DATABASE = {
    "kloof init", "kloof demo", "kloof restore", "kloof db migrate", "kloof doctor", "kloof audit", "kloof mail test",
    "kloof site build", "kloof surveys check", "kloof surveys preview", "kloof papers",
}  # fmt: skip


MORE = {
    "kloof mail bounces": ["--pipe"], "kloof outbox resolve": ["1", "--again"], "kloof db rekey": ["--lost"],
}  # fmt: skip


@dataclass(frozen=True)
class Company:
    """A company's folder, in which one stands, and an empty home beside it."""

    folder: Path
    home: Path

    def on_disk(self) -> dict[str, bytes]:
        return on_disk(self.folder, self.home)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with a release, a block that is closed since, mail that waits, and files to load."""
    folder = tmp_path_factory.mktemp("played") / "company"
    with pytest.MonkeyPatch.context() as patch:
        for name in ENVIRONMENT:
            patch.delenv(name, raising=False)
        assert kloof("init", str(folder)).exit_code == 0
        patch.chdir(folder)
        assert kloof("db", "migrate").exit_code == 0
        for seed, step in enumerate(("publish", "doctor")):
            storage.close_database()
            storage.open_database(f"sqlite:///{folder / 'instance' / 'kloof.db'}")
            answered_deals(14, seed=seed, now=wall_clock() - timedelta(days=9))
            assert "1 block closed" in kloof("freeze").stdout
            kloof(step)
        Path("first.csv").write_text(f"{HEADER}\n{DEAL}\n", encoding="utf-8")
        assert kloof("deals", "import", "first.csv").stdout.startswith("1 created")
        for name, text in FILES.items():
            Path(file_of(name)).write_text(text, encoding="utf-8")
        storage.close_database()
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Where a company will be, and a home."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    company = Company(tmp_path / "company", tmp_path / "home")
    company.home.mkdir()
    monkeypatch.setenv("HOME", str(company.home))
    return company


@pytest.fixture
def fresh(place: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """As kloof init leaves it."""
    assert kloof("init", str(place.folder)).exit_code == 0
    monkeypatch.chdir(place.folder)
    return place


@pytest.fixture
def working(place: Company, played: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A copy of the company that was played."""
    shutil.copytree(played, place.folder)
    monkeypatch.chdir(place.folder)
    return place


def file_of(look: str) -> str:
    """The file that is loaded by it."""
    return f"{look.replace(' ', '-')}.csv"


def words_for(look: str) -> list[str]:
    file = [file_of(look)] if look in FILES else ["--lost"] if look == "db rekey" else []
    return [*look.split(), *file, *(["--dry-run"] if look in DRY else [])]


def test_every_dry_run_is_tried() -> None:
    assert set(DRY) == {*FILES, "publish", "db rekey", "retention"}


@pytest.mark.parametrize("look", LOOKS)
def test_in_a_company_at_work_looking_changes_nothing(working: Company, look: str) -> None:
    if look == "db rekey":
        (working.folder / "instance" / "secret_key").unlink()
    before = working.on_disk()
    done = kloof(*words_for(look))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.stdout
    assert working.on_disk() == before


@pytest.mark.parametrize("look", LOOKS)
def test_in_a_company_without_a_database_looking_makes_nothing(fresh: Company, look: str) -> None:
    before = fresh.on_disk()
    kloof(*words_for(look))
    assert fresh.on_disk() == before


def test_a_process_of_its_own_leaves_nothing_beside_the_database_either(working: Company) -> None:
    before = working.on_disk()
    for look in ("outbox list", "publish"):
        subprocess.run([sys.executable, "-m", "kloof", *words_for(look)], capture_output=True, check=True)
    assert working.on_disk() == before


def test_a_dry_run_says_what_would_come_and_the_run_after_it_does_that(working: Company) -> None:
    assert kloof(*words_for("deals import")).stdout.startswith("1 created")
    assert kloof("publish", "--dry-run").stdout.startswith("Release 2: ")
    assert kloof("deals", "import", "deals-import.csv").stdout.startswith("1 created")
    assert kloof("publish").stdout.startswith("Release 2: ")


def test_a_dry_run_puts_no_release_in_place_that_a_stop_left_beside_it(
    working: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("kloof.publish.release_files.Staged.put_in_place", lambda _: None)
        assert kloof("publish").exit_code == 0
    storage.close_database()
    before = working.on_disk()
    refused = kloof("publish", "--dry-run")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "Release 2 is written and not yet in place. Run kloof publish without --dry-run: "
        "it puts that release in place first.\n"
    )
    assert working.on_disk() == before
    assert kloof("publish").exit_code == 0
    assert kloof("publish", "--dry-run").exit_code == 0


def test_a_release_of_which_customers_were_promised_a_mail_is_put_in_place_by_who_builds_next(
    working: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("kloof.publish.release_files.Staged.put_in_place", lambda _: None)
        assert kloof("publish").exit_code == 0
    releases = working.folder / "site" / "findings" / "releases"
    assert "warn Releases: one was written and is not in place." in kloof("doctor").stdout
    assert not (releases / "0002").exists()
    kloof("site", "build")
    assert (releases / "0002" / "datapackage.json").exists()
    assert list(releases.glob(".staged-*")) == []
    assert "ok   Releases: 2, and every file" in kloof("doctor").stdout


def test_what_was_written_and_never_recorded_is_put_in_place_by_nobody(working: Company) -> None:
    releases = working.folder / "site" / "findings" / "releases"
    left = releases / ".staged-0002-0123456789abcdef"
    shutil.copytree(releases / "0001", left)
    assert kloof("site", "build").exit_code == 0
    kloof("doctor")
    assert left.exists()
    assert not (releases / "0002").exists()


def test_the_doctor_compares_the_release_files_with_what_the_database_remembers(working: Company) -> None:
    releases = working.folder / "site" / "findings" / "releases"
    (releases / "0001").rename(working.home / "0001")
    found = kloof("doctor")
    assert found.exit_code == 1
    assert "FIX  Releases: The files of release 1 are missing." in found.stdout
    shutil.copytree(working.home / "0001", releases / "0001")
    manifest = releases / "0001" / "datapackage.json"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace("kloof release", "a release"), encoding="utf-8"
    )
    assert "FIX  Releases: Release 1 was changed after it was published." in kloof("doctor").stdout


def test_building_the_site_makes_no_key_and_no_database(fresh: Company) -> None:
    assert kloof("site", "build").exit_code == 0
    assert not (fresh.folder / "instance").exists()


def half_migrated(file: Path) -> None:
    make_file(file)
    database = connect(f"sqlite:///{file}")
    Runner(database, str(MIGRATIONS)).up("0001_first_tables")
    database.close()


def empty(file: Path) -> None:
    file.parent.mkdir()
    file.touch()


@pytest.mark.parametrize("made", [None, empty, half_migrated], ids=["missing", "empty", "half-migrated"])
@pytest.mark.parametrize("name", sorted(set(NAMES) - NEEDS_NO_DATABASE))
def test_without_its_tables_each_command_says_what_to_type_and_writes_nothing(
    fresh: Company, name: str, made: object
) -> None:
    Path("some.csv").touch()
    if callable(made):
        made(fresh.folder / "instance" / "kloof.db")
    before = fresh.on_disk()
    more = MORE.get(name, [])
    refused = kloof(*fewest_words(name), *more)
    storage.close_database()
    # A mail server that pipes a mail in keeps it at 75, and loses it at 1.
    assert refused.exit_code == (75 if more == ["--pipe"] else 1)
    assert refused.stderr.endswith("Run: kloof db migrate\n")
    assert fresh.on_disk() == before


@pytest.mark.parametrize("words", [["doctor"], ["outbox", "list"], ["freeze"], ["db", "migrate"]])
@pytest.mark.parametrize(
    ("url", "what", "remedy"),
    [
        ("sqlite:///notes.txt", "notes.txt is damaged: file is not a database", "put a backup in its place"),
        (
            "postgresql://postgres@127.0.0.1:1/kloof",
            "The database does not answer: ",
            "Check KLOOF_DATABASE_URL",
        ),
    ],
    ids=["garbage", "nobody there"],
)
def test_a_database_that_cannot_be_used_is_said_in_a_sentence(
    fresh: Company, monkeypatch: pytest.MonkeyPatch, url: str, what: str, remedy: str, words: list[str]
) -> None:
    Path("notes.txt").write_text("This is no database. " * 100, encoding="utf-8")
    monkeypatch.setenv("KLOOF_DATABASE_URL", url)
    refused = kloof(*words)
    assert refused.exit_code == 1
    assert what in refused.output
    assert remedy in refused.output
    assert Path("notes.txt").read_text(encoding="utf-8").startswith("This is no database. ")


def test_an_address_with_a_slash_too_few_makes_no_folder(
    fresh: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLOOF_DATABASE_URL", "sqlite://kloof.db")
    before = fresh.on_disk()
    refused = kloof("outbox", "list")
    assert refused.exit_code == 1
    assert "write sqlite:///kloof.db" in refused.stderr
    assert fresh.on_disk() == before


def test_the_doctor_says_when_the_key_under_all_links_is_gone(working: Company) -> None:
    assert "secret key" not in kloof("doctor").stdout
    (working.folder / "instance" / "secret_key").unlink()
    found = kloof("doctor")
    assert found.exit_code == 1
    assert "The secret key is not the one of this database" in found.stdout
    assert "there is no instance/secret_key" in found.stdout
    assert not (working.folder / "instance" / "secret_key").exists()
