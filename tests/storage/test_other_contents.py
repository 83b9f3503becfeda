"""A SQLite file that is overwritten in place while it is open: noticed, said, and gone on with, without a restart."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cast.builders import NOW
from kloof import storage
from kloof.domain.access.people import Role
from kloof.domain.errors import Reason, Refused
from kloof.storage import engines
from kloof.storage.access import people
from kloof.storage.database import database as opened
from kloof.storage.mailing import last_worked
from kloof.storage.models import Person

pytestmark = pytest.mark.slow


@pytest.fixture
def file(database: str) -> Path:
    return Path(database.removeprefix("sqlite:///"))


def cp(source: Path, target: Path) -> None:
    """As somebody types it: a process that closes a file gives up its own locks on it."""
    subprocess.run(["cp", str(source), str(target)], check=True)


def hire(name: str) -> None:
    with storage.transaction():
        people.put(f"{name}@company.example", name, Role.DESK, "", NOW)


def worker_works(minutes: int) -> None:
    last_worked.note(NOW + timedelta(minutes=minutes))


def names() -> list[str]:
    storage.ensure_connected()
    return sorted(row.name for row in Person.select())


@pytest.fixture
def backup(file: Path) -> Path:
    """Made as the handbook says, at one minute; the next minute Joris is hired too."""
    hire("Sanne")
    worker_works(1)
    copy = file.with_name("backup.db")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    worker_works(2)
    hire("Joris")
    return copy


def left(file: Path) -> set[str]:
    return {path.name for path in file.parent.iterdir() if path.name.startswith("kloof.db-")}


def test_what_a_killed_process_wrote_half_into_the_file_is_no_other_database(file: Path) -> None:
    """It says how large it is to be before it is: the rest stands beside it still."""
    hire("Sanne")
    worker_works(1)
    names()
    whole = file.with_name("whole.db")
    for number in range(400):
        hire(f"Colleague {number}")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(whole)) as target:
        source.backup(target)
    was, wal = file.read_bytes(), file.with_name("kloof.db-wal")
    assert whole.stat().st_size > len(was), "it has to grow"
    assert wal.stat().st_size > 0
    first_page = whole.read_bytes()[:4096]
    # Its number and count are those of the file: the copy got its own.
    first_page = first_page[:60] + was[60:72] + first_page[72:]
    script = "import sys; open(sys.argv[1], 'r+b').write(bytes.fromhex(sys.stdin.read()))"
    subprocess.run([sys.executable, "-c", script, str(file)], input=first_page.hex(), text=True, check=True)
    inode = file.stat().st_ino
    assert len(names()) == 401
    hire("Noor")
    assert len(names()) == 402
    assert file.stat().st_ino == inode


def test_an_older_backup_that_is_copied_over_it_is_what_is_read_and_written_from_then_on(
    file: Path, backup: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert names() == ["Joris", "Sanne"]
    inode = file.stat().st_ino
    cp(backup, file)
    assert file.stat().st_ino == inode, "in place, as cp does it"
    assert names() == ["Sanne"]
    hire("Noor")
    assert names() == ["Noor", "Sanne"]
    assert "was overwritten while it was in use" in caplog.text
    assert left(file) <= {"kloof.db-wal", "kloof.db-shm", "kloof.db-turn"}
    storage.close_database()
    with closing(sqlite3.connect(file)) as again:
        assert next(again.execute("PRAGMA integrity_check")) == ("ok",)
        assert next(again.execute("SELECT COUNT(*) FROM person")) == (2,)


def test_what_is_saved_while_it_is_overwritten_is_not_acknowledged(file: Path, backup: Path) -> None:
    def meanwhile() -> None:
        with storage.transaction():
            people.put("noor@company.example", "Noor", Role.DESK, "", NOW)
            cp(backup, file)

    with pytest.raises(Refused, match="that is not in it") as refused:
        meanwhile()
    assert refused.value.reason is Reason.DATABASE_GONE
    assert names() == ["Sanne"]


def test_a_copy_that_is_not_whole_is_not_used_until_it_is(file: Path, backup: Path) -> None:
    whole = backup.read_bytes()
    for half in (whole[: len(whole) // 2], b"no database at all. " * 4000):
        bad = file.with_name("bad.db")
        bad.write_bytes(half)
        cp(bad, file)
        for _ in range(2):
            with pytest.raises(Refused, match="is damaged"):
                names()
        assert left(file) <= {"kloof.db-wal", "kloof.db-shm", "kloof.db-turn"}
    cp(backup, file)
    assert names() == ["Sanne"]


def test_what_a_welcome_says_to_other_contents_is_what_everybody_gets(file: Path, backup: Path) -> None:
    storage.close_database()
    storage.open_existing(f"sqlite:///{file}", lambda: welcome())  # noqa: PLW0108  it comes after
    seen: list[str] = []

    def welcome() -> None:
        seen.append("asked")
        if Person.select().count() == 1:
            raise Refused(Reason.KEY_UNFIT, "Not ours.")

    assert len(names()) == 2
    ours = file.with_name("ours.db")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(ours)) as target:
        source.backup(target)
    cp(backup, file)
    for _ in range(2):
        with pytest.raises(Refused, match="Not ours"):
            names()
    cp(ours, file)
    assert len(names()) == 2


def test_contents_of_another_database_are_known_by_their_number_however_far_they_count(
    file: Path, backup: Path
) -> None:
    with closing(sqlite3.connect(backup)) as other:
        other.execute("PRAGMA application_id = 7")
        other.execute("PRAGMA user_version = 1000000")
    names()
    cp(backup, file)
    assert names() == ["Sanne"]


_HIRES = """
import sys
from datetime import UTC, datetime
from kloof import storage
from kloof.domain.access.people import Role
from kloof.storage.access import people
storage.open_existing(sys.argv[1], lambda: None)
with storage.transaction():
    people.put("zoe@company.example", "Zoe", Role.DESK, "", datetime.now(UTC))
"""


def test_who_slept_meanwhile_throws_nothing_away_of_what_others_went_on_with(
    file: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker_works(3)
    names()
    cp(backup, file)
    subprocess.run([sys.executable, "-c", _HIRES, f"sqlite:///{file}"], check=True)
    monkeypatch.setattr(engines, "FRESH", -1.0)
    assert names() == ["Sanne", "Zoe"]


_OTHER = """
import sys
from datetime import UTC, datetime
from kloof import storage
from kloof.storage.mailing import last_worked
storage.open_existing(sys.argv[1], lambda: None)
storage.ensure_connected()
print("open", flush=True)
for line in sys.stdin:
    if line == "work\\n":
        last_worked.note(datetime.now(UTC))
    storage.ensure_connected()
    from kloof.storage.models import Person
    print(Person.select().count(), flush=True)
"""


@pytest.fixture
def another(file: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has it open: it counts, or looks how many people there are."""
    words = [sys.executable, "-c", _OTHER, f"sqlite:///{file}"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        yield process


def ask(process: "subprocess.Popen[str]", what: str) -> int:
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{what}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def test_whichever_process_notices_first_all_go_on_with_the_same_contents(
    file: Path, another: "subprocess.Popen[str]", backup: Path
) -> None:
    assert ask(another, "work") == 2
    assert ask(another, "look") == 2
    names()
    cp(backup, file)
    assert ask(another, "look") == 1
    assert names() == ["Sanne"]
    hire("Noor")
    assert ask(another, "work") == 2


def test_who_makes_a_database_may_go_on_with_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    storage.open_database(f"sqlite:///{tmp_path / 'new.db'}")
    storage.migrate()
    opened.pragma("wal_checkpoint", "TRUNCATE")
    hire("Sanne")
    worker_works(1)
    opened.pragma("wal_checkpoint", "TRUNCATE")
    assert (names(), caplog.text) == (["Sanne"], "")


def test_writing_and_counting_for_hours_is_never_taken_for_that(
    file: Path, another: "subprocess.Popen[str]", caplog: pytest.LogCaptureFixture
) -> None:
    inode = file.stat().st_ino
    for minute in range(60):
        hire(f"Somebody {minute}")
        worker_works(minute)
        if not minute % 7:
            assert ask(another, "work") == minute + 1
        if not minute % 11:
            opened.pragma("wal_checkpoint", "TRUNCATE")
    assert len(names()) == 60
    assert (file.stat().st_ino, caplog.text) == (inode, "")
