"""What an engine says when it cannot go on is one sentence; what was acknowledged is in the file that has the name."""

import sqlite3
from contextlib import closing, nullcontext
from pathlib import Path

import psycopg
import pytest
from peewee import DatabaseError

from cast.builders import NOW
from kloof import storage
from kloof.domain.access.people import Role
from kloof.domain.errors import BadSettings, Reason, Refused
from kloof.storage import soundness
from kloof.storage.access import people
from kloof.storage.database import database as opened
from kloof.storage.models import Person


def hire(name: str = "Sanne") -> None:
    people.put(f"{name}@company.example", name, {Role.DESK}, "", NOW)


def hire_in_a_transaction(name: str = "Sanne") -> None:
    with storage.transaction():
        hire(name)


def names() -> list[str]:
    return sorted(row.name for row in Person.select())


def hired(file: Path) -> int:
    with closing(sqlite3.connect(file)) as other:
        return int(other.execute("SELECT COUNT(*) FROM person").fetchone()[0])


@pytest.fixture
def file(database: str) -> Path:
    return Path(database.removeprefix("sqlite:///"))


def test_what_is_saved_after_the_file_was_moved_away_is_refused_and_no_empty_one_is_made(file: Path) -> None:
    with storage.transaction():
        hire()
    file.rename(file.with_name("elsewhere.db"))
    with pytest.raises(Refused, match=r"The database is gone: .*kloof\.db is not there"):
        hire_in_a_transaction("Joris")
    assert not file.exists()


def test_a_file_that_goes_while_it_is_written_is_not_acknowledged(file: Path) -> None:
    def meanwhile() -> None:
        with storage.transaction():
            hire()
            file.unlink()

    with pytest.raises(Refused) as refused:
        meanwhile()
    assert refused.value.reason is Reason.DATABASE_GONE


def test_a_file_that_was_put_in_its_place_is_the_one_that_is_written(file: Path) -> None:
    with storage.transaction():
        hire()
    copy = file.with_name("restored.db")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    file.rename(file.with_name("old.db"))
    for beside in ("-wal", "-shm"):
        Path(f"{file}{beside}").unlink(missing_ok=True)
    copy.rename(file)
    with storage.transaction():
        hire("Joris")
    assert hired(file) == 2


def test_it_goes_on_by_itself_when_the_file_is_back(file: Path) -> None:
    away = file.with_name("away.db")
    storage.ensure_connected()
    file.rename(away)
    with pytest.raises(Refused):
        storage.ensure_connected()
    away.rename(file)
    with storage.transaction():
        hire()
    assert hired(file) == 1


@pytest.mark.parametrize("deep", [False, True], ids=["flat", "in a part of a transaction"])
def test_a_full_disk_is_said_and_not_that_there_is_nothing_to_take_back(database: str, deep: bool) -> None:
    opened.pragma("max_page_count", opened.pragma("page_count"))
    opened.pragma("cache_size", 1)

    def hire_many() -> None:
        with storage.transaction():
            for number in range(2000):
                with storage.kept() if deep else nullcontext():
                    hire(f"{'x' * 150}{number}")

    with pytest.raises(DatabaseError) as full:
        hire_many()
    refusal = storage.explained(full.value)
    assert refusal
    assert refusal.reason is Reason.DISK_FULL
    opened.pragma("max_page_count", 1_000_000)
    with storage.transaction():
        hire()
    assert names() == ["Sanne"]


def damage_every_second_page(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for page in range(4096, len(content), 8192):
        content[page : page + 4096] = bytes([0xA5]) * 4096
    file.write_bytes(content)


def cut_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def fill_with_garbage(file: Path) -> None:
    file.write_bytes(b"this is no database. " * 5000)


@pytest.mark.parametrize("harm", [damage_every_second_page, cut_in_half, fill_with_garbage])
def test_a_damaged_file_is_found_before_a_customer_meets_it(file: Path, harm: object) -> None:
    soundness.refuse_unless_whole_as_far_as_known()
    storage.close_database()
    assert callable(harm)
    harm(file)
    storage.open_database(f"sqlite:///{file}")
    with pytest.raises(Refused, match="is damaged") as refused:
        soundness.refuse_unless_whole()
    assert refused.value.reason is Reason.DATABASE_DAMAGED


def test_a_sound_file_is_found_sound_and_left_as_it_was(file: Path) -> None:
    storage.close_database()
    before = {path.name: path.read_bytes() for path in file.parent.iterdir()}
    with storage.looking(f"sqlite:///{file}"):
        soundness.refuse_unless_whole()
        soundness.refuse_unless_writable()
    assert {path.name: path.read_bytes() for path in file.parent.iterdir()} == before


def test_no_room_is_found_before_anything_has_to_be_saved(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115  soundness closes it
    monkeypatch.setattr(soundness.tempfile, "TemporaryFile", lambda **_: full)
    with pytest.raises(Refused, match="There is no room left") as refused:
        soundness.refuse_unless_writable()
    assert refused.value.reason is Reason.DISK_FULL


def end_the_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def cut(postgresql: str) -> str:
    """A database whose one connection was cut by the server since it was last used."""
    with storage.transaction():
        hire()
    end_the_connections(postgresql)
    return postgresql


@pytest.mark.postgresql
def test_a_transaction_on_a_connection_that_was_cut_meanwhile_begins_on_another(cut: str) -> None:
    with storage.transaction():
        hire("Joris")
    assert names() == ["Joris", "Sanne"]


@pytest.mark.postgresql
def test_a_connection_cut_inside_a_transaction_loses_it_whole_says_so_and_the_next_works(
    postgresql: str,
) -> None:
    def cut_inside() -> None:
        with storage.transaction():
            hire()
            end_the_connections(postgresql)
            hire("Joris")

    with pytest.raises(DatabaseError) as lost:
        cut_inside()
    assert storage.was_cut_off(lost.value)
    refusal = storage.explained(lost.value)
    assert refusal
    assert refusal.reason is Reason.DATABASE_SILENT
    with storage.transaction():
        assert names() == []


@pytest.mark.postgresql
def test_a_server_that_takes_no_changes_is_found_before_anything_has_to_be_saved(postgresql: str) -> None:
    opened.execute_sql("SET default_transaction_read_only = on")
    with pytest.raises(Refused, match="it takes no changes") as refused:
        soundness.refuse_unless_writable()
    assert refused.value.reason is Reason.DATABASE_UNWRITABLE
    with pytest.raises(DatabaseError) as written:
        hire_in_a_transaction()
    said = storage.explained(written.value)
    assert said
    assert said.reason is Reason.DATABASE_UNWRITABLE
    storage.drop_connection_after(written.value)
    hire_in_a_transaction()
    assert names() == ["Sanne"], "another connection may be to a server that takes changes again"


@pytest.mark.postgresql
def test_a_connection_that_leads_nowhere_any_more_is_given_up_and_an_address_may_say_when(
    postgresql: str,
) -> None:
    parameters = opened.connection().info.get_parameters()
    assert parameters["tcp_user_timeout"] == "15000"
    assert parameters["keepalives_idle"] == "10"
    storage.close_database()
    storage.open_database(f"{postgresql}?connect_timeout=2&tcp_user_timeout=9000")
    storage.ensure_connected()
    assert opened.connection().info.get_parameters()["tcp_user_timeout"] == "9000"
    storage.close_database()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://postgres@127.0.0.1:1/kloof",
        "postgresql://postgres@no-such..host/kloof",
        "postgresql://postgres:secret-word@127.0.0.1:5432/kloof_no_such_database",
    ],
    ids=["down", "unknown host", "unknown database"],
)
def test_a_server_that_is_not_there_is_one_sentence_without_a_password(url: str) -> None:
    storage.open_existing(url, lambda: None)
    with pytest.raises(Refused) as refused:
        storage.ensure_connected()
    assert refused.value.reason is Reason.DATABASE_SILENT
    assert "\n" not in str(refused.value)
    assert "secret-word" not in str(refused.value)


def test_a_welcome_that_refuses_is_asked_again_at_the_next_try(file: Path) -> None:
    storage.close_database()
    refusals = iter([Refused(Reason.DATABASE_AHEAD, "Too new."), None])

    def welcome() -> None:
        refusal = next(refusals)
        if refusal:
            raise refusal

    storage.open_existing(f"sqlite:///{file}", welcome)
    with pytest.raises(Refused, match="Too new"):
        storage.ensure_connected()
    storage.ensure_connected()


def test_an_address_that_no_server_can_have_is_a_setting_to_correct() -> None:
    with pytest.raises(BadSettings, match="KLOOF_DATABASE_URL: this is no address of a server"):
        storage.open_existing("postgresql://kloof@localhost:port/kloof", lambda: None)
