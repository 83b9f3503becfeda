"""Whatever is wrong with the database, every command says the same sentence and ends with 1; nothing is lost by it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from playhouse.migrations import Runner

from instruments.commands import NAMES, fewest_words, kloof
from kloof import storage
from kloof.config.sources import ENVIRONMENT
from kloof.storage.database import database as opened
from kloof.storage.mailing import last_worked
from kloof.storage.schema import MIGRATIONS

pytestmark = pytest.mark.slow

NEEDS_NO_DATABASE = {
    "kloof init", "kloof demo", "kloof restore", "kloof db migrate", "kloof doctor", "kloof audit", "kloof mail test",
    "kloof site build", "kloof surveys check", "kloof surveys preview", "kloof papers",
}  # fmt: skip
ASK_THE_DATABASE = sorted({*NAMES} - NEEDS_NO_DATABASE - {"kloof worker", "kloof serve"})
NOBODY = 65534

Harm = Callable[[Path], None]


@pytest.fixture
def file(_migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The database of a company, in whose folder one stands, where also another user may look."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "company"
        Path(place).chmod(0o755)
        assert kloof("init", str(folder)).exit_code == 0
        monkeypatch.chdir(folder)
        Path("some.csv").touch()
        (folder / "instance").mkdir()
        (folder / "instance" / "secret_key").write_text(
            "a secret key that is only for tests", encoding="ascii"
        )
        shutil.copyfile(_migrated_file, folder / "instance" / "kloof.db")
        yield folder / "instance" / "kloof.db"
        storage.close_database()


@pytest.fixture
def as_somebody_else(file: Path) -> Iterator[Callable[[], None]]:
    """From the call on, this process is a user to whom permissions apply."""
    for name in ("freeze", "doctor"):  # what they import may lie where nobody else may look
        kloof(name)
    storage.close_database()
    before = os.geteuid()
    yield lambda: os.seteuid(NOBODY if before == 0 else before)
    os.seteuid(before)


def words(name: str) -> list[str]:
    more = {
        "kloof mail bounces": ["--pipe"],
        "kloof outbox resolve": ["1", "--again"],
        "kloof db rekey": ["--lost"],
    }
    return [*fewest_words(name), *more.get(name, [])]


def said_by(name: str, *more: str) -> str:
    """What this command says on stderr when it is refused, in one line."""
    done = kloof(*words(name), *more)
    storage.close_database()
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == (75 if name == "kloof mail bounces" else 1)
    assert done.stderr.count("\n") == 1
    return done.stderr.strip()


def doctor() -> str:
    done = kloof("doctor")
    storage.close_database()
    assert done.exit_code == 1
    return " ".join(line for line in done.stdout.splitlines() if line.startswith("FIX "))


def garbage(file: Path) -> None:
    file.write_bytes(b"no database at all. " * 4000)


def half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def of_a_newer_kloof(file: Path) -> None:
    storage.open_database(f"sqlite:///{file}")
    Runner(opened.obj, str(MIGRATIONS)).History.create(name="9999_of_next_year")
    storage.close_database()


def release(file: Path) -> None:
    (file.parents[1] / "site" / "findings" / "releases" / "0001").mkdir(parents=True)


def gone_beside_a_release(file: Path) -> None:
    release(file)
    file.unlink()


def empty_beside_a_release(file: Path) -> None:
    release(file)
    file.write_bytes(b"")


def gone_and_its_lock_is_left(file: Path) -> None:
    file.unlink()
    Path(f"{file}-turn").touch()


def without_its_folder(file: Path) -> None:
    release(file)
    shutil.rmtree(file.parent)


HARMS: dict[Harm, str] = {
    garbage: "is damaged",
    half: "is damaged",
    of_a_newer_kloof: "of a newer kloof than this one: 9999_of_next_year is not known here",
    gone_beside_a_release: "The database is gone or empty, and 1 release came out of it",
    empty_beside_a_release: "The database is gone or empty, and 1 release came out of it",
    gone_and_its_lock_is_left: "kloof.db-turn says that there was one",
    without_its_folder: "The database is gone or empty, and 1 release came out of it",
}


@pytest.mark.parametrize("harm", HARMS, ids=[harm.__name__ for harm in HARMS])
def test_every_command_and_the_doctor_say_the_same_sentence(file: Path, harm: Harm) -> None:
    harm(file)
    before = file.read_bytes() if file.exists() else None
    said = {said_by(name) for name in ASK_THE_DATABASE}
    assert len(said) == 1
    sentence = said.pop()
    assert HARMS[harm] in sentence
    assert sentence in doctor()
    assert (file.read_bytes() if file.exists() else None) == before


@pytest.mark.parametrize(
    "harm",
    [of_a_newer_kloof, gone_beside_a_release, empty_beside_a_release, gone_and_its_lock_is_left, garbage],
)
def test_no_migration_is_tried_on_what_is_not_there_or_not_ours(file: Path, harm: Harm) -> None:
    harm(file)
    before = file.read_bytes() if file.exists() else None
    assert HARMS[harm] in said_by("kloof db migrate")
    assert (file.read_bytes() if file.exists() else None) == before


def test_damage_that_no_command_happens_to_meet_is_found_by_the_doctor(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for page in range(4096, len(content), 8192):
        content[page : page + 4096] = bytes([0xA5]) * 4096
    file.write_bytes(content)
    assert "is damaged" in doctor()
    for name in ASK_THE_DATABASE:
        done = kloof(*words(name))
        storage.close_database()
        assert done.exception is None or isinstance(done.exception, SystemExit), (name, done.exception)


@pytest.mark.parametrize("where", ["the file", "its folder", "its lock", "the secret key"])
def test_what_belongs_to_another_user_is_said_in_a_sentence(
    file: Path, as_somebody_else: Callable[[], None], where: str
) -> None:
    turn = Path(f"{file}-turn")
    turn.touch()
    for place in (file, turn, file.parent, file.with_name("secret_key")):
        os.chown(place, NOBODY, NOBODY) if os.geteuid() == 0 else None
    {"the file": file, "its folder": file.parent, "its lock": turn}.get(
        where, file.with_name("secret_key")
    ).chmod(0o500 if where == "its folder" else 0o000)
    as_somebody_else()
    sentence = said_by("kloof freeze")
    assert "Permission denied" in sentence or "cannot be opened to write" in sentence
    done = kloof("doctor")
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)


def test_no_room_for_what_is_written_beside_the_database_is_said_too(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kloof.actions.releases.site.write_pages", full)
    assert "There is no room left" in said_by("kloof site build")


def test_a_worker_waits_for_its_database_and_then_works(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away = file.with_name("away.db")
    file.rename(away)
    Path(f"{file}-turn").touch()
    rounds = iter([lambda: None, lambda: None, lambda: away.rename(file)])

    class Waiting(Event):
        def wait(self, timeout: float | None = None) -> bool:
            next(rounds, self.set)()
            return self.is_set()

    monkeypatch.setattr("kloof.cli.worker.Event", Waiting)
    monkeypatch.setattr("kloof.cli.worker.signal.signal", lambda *_: None)
    done = kloof("worker")
    assert done.exit_code == 0
    assert done.stderr.count("The worker waits for it.") == 1
    assert file.exists()
    assert last_worked.noted() is not None


def test_two_runs_by_cron_between_which_the_clock_was_set_by_five_days(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kloof("worker", "--once").exit_code == 0
    with monkeypatch.context() as ahead:
        ahead.setattr("kloof.actions.clock.wall_clock", lambda: datetime.now(UTC) + timedelta(days=5))
        assert "The clock says" in said_by("kloof worker", "--once")
        assert "The clock says" in doctor()
    assert kloof("worker", "--once").exit_code == 0


def test_a_worker_that_may_end_and_one_with_an_older_kloof_do_not_wait(file: Path) -> None:
    of_a_newer_kloof(file)
    assert "of a newer kloof" in said_by("kloof worker")
    file.write_bytes(b"no database at all. " * 4000)
    done = kloof("worker", "--once")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
