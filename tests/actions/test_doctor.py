"""The doctor says of each trouble what it is and what to do; never a traceback, and nothing changes."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cast.builders import NOW, settings
from kloof.actions import doctor
from kloof.actions.doctor import machine
from kloof.actions.doctor.diagnosis import Diagnosis
from kloof.config import Settings
from kloof.storage import soundness
from kloof.storage.mailing import last_worked

REAL = {"base_url": "https://kloof.company.example", "mail_from": "feedback@company.example"}
WELL = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "server_encoding": "UTF8",
    "max_connections": "100",
}


def house(url: str, folder: Path, **more: object) -> Settings:
    (folder / "surveys").mkdir(exist_ok=True)
    return settings(url, folder, **(REAL | {"proxies": 1} | more))


def found(url: str, folder: Path, **more: object) -> list[Diagnosis]:
    return doctor.examine(house(url, folder, **more), NOW)


def about(room: str, diagnoses: list[Diagnosis]) -> list[tuple[str, str]]:
    return [(one.mark.value, one.what) for one in diagnoses if one.what.startswith(room)]


Usage = type(shutil.disk_usage("/"))


@pytest.mark.parametrize(
    ("free", "mark", "says"),
    [
        (machine.LEAST_ROOM - 1, "fix", "Make room, or move the folder."),
        (machine.LITTLE_ROOM - 1, "warn", "make room."),
        (machine.LITTLE_ROOM, "ok", "MiB are free"),
    ],
)
def test_room_on_the_disk(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, mark: str, says: str
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: Usage(2 * free, free, free))
    ((marked, what),) = about("Disk", found(database, tmp_path))
    assert (marked, says in what) == (mark, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_root_is_told_whose_the_folder_is(database: str, tmp_path: Path) -> None:
    assert about("Files: the folder", found(database, tmp_path)) == []
    os.chown(tmp_path, 65534, 65534)
    ((mark, what),) = about("Files: the folder", found(database, tmp_path))
    assert (mark, "sudo -u nobody kloof" in what) == ("warn", True)


@pytest.mark.parametrize(
    ("changed", "room"),
    [({"proxies": 0}, "KLOOF_PROXIES"), ({"smtp_url": "folder:instance/mail"}, "KLOOF_SMTP_URL")],
)
def test_what_stands_before_and_behind(
    database: str, tmp_path: Path, changed: dict[str, object], room: str
) -> None:
    well = {"smtp_url": "smtp://127.0.0.1:1"}
    assert about(room, found(database, tmp_path, **well)) == []
    ((mark, _),) = about(room, found(database, tmp_path, **(well | changed)))
    assert mark == "warn"
    here = {"base_url": "http://localhost:8000"}
    assert about(room, found(database, tmp_path, **(well | changed | here))) == []


@pytest.mark.parametrize(
    ("ago", "mark", "says"),
    [
        (None, "warn", "Start one: kloof worker"),
        (timedelta(minutes=5), "ok", "It works."),
        (timedelta(hours=5), "fix", "systemctl status kloof-worker"),
    ],
)
def test_whether_a_worker_works(
    database: str, tmp_path: Path, ago: timedelta | None, mark: str, says: str
) -> None:
    if ago is not None:
        last_worked.note(NOW - ago)
    ((marked, what),) = about("Worker", found(database, tmp_path))
    assert (marked, says.lower() in what.lower()) == (mark, True)


@pytest.mark.parametrize(
    ("changed", "connections", "apart", "mark", "says"),
    [
        ({}, 10, 0, "", ""),
        ({"fsync": "off"}, 10, 0, "fix", "ALTER SYSTEM SET fsync = on"),
        ({"full_page_writes": "off"}, 10, 0, "fix", "ALTER SYSTEM SET full_page_writes = on"),
        ({"synchronous_commit": "off"}, 10, 0, "fix", "ALTER SYSTEM SET synchronous_commit = on"),
        ({"server_encoding": "SQL_ASCII"}, 10, 0, "fix", "kloof db move"),
        ({"max_connections": "20"}, 10, 0, "warn", "raise max_connections"),
        ({}, 10, 90, "fix", "90 seconds apart"),
        ({}, 10, -90, "fix", "90 seconds apart"),
    ],
)
def test_the_server_of_the_database(
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, str],
    connections: int,
    apart: int,
    mark: str,
    says: str,
) -> None:
    server = soundness.DatabaseServer(WELL | changed, connections, NOW.timestamp() + apart)
    monkeypatch.setattr(machine, "wall_clock", lambda: NOW)
    monkeypatch.setattr(soundness, "server", lambda: server)
    said = [(one.mark.value, one.what) for one in machine.of_server()]
    assert [marked for marked, _ in said] == ([mark] if mark else [])
    assert all(says in what for _, what in said)


def test_a_real_server_is_asked_for_all_of_it(postgresql: str) -> None:
    server = soundness.server()
    assert server
    assert set(server.settings) == set(WELL)
    assert server.connections >= 1
    assert not [one for one in machine.of_server() if one.what.startswith("Clock")]


def breaks(*_: object, **__: object) -> None:
    raise ValueError("not foreseen")


@pytest.mark.parametrize(
    "look",
    ["load_surveys", "company_texts.problems", "private_files.open_to_others", "refuse_strays", "_answering"],
)
def test_what_nobody_foresaw_is_a_sentence_and_the_other_looks_go_on(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: str
) -> None:
    usual = len(found(database, tmp_path))
    monkeypatch.setattr(f"kloof.actions.doctor.{look}", breaks)
    diagnoses = found(database, tmp_path)
    (said,) = [one for one in diagnoses if "could not be looked at (ValueError)" in one.what]
    assert not said.well
    assert len(diagnoses) > 3 < usual


@pytest.mark.parametrize("harm", [lambda file: file.write_bytes(b"x" * 9000), lambda file: file.unlink()])
def test_each_sentence_of_each_harm_says_what_to_do(
    database: str, tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    from kloof import storage

    storage.close_database()
    harm(Path(database.removeprefix("sqlite:///")))
    before = sorted(path.name for path in tmp_path.iterdir())
    for one in found(database, tmp_path):
        assert "\n" not in one.what
        assert one.what.startswith(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assert sorted(path.name for path in tmp_path.iterdir()) in (before, sorted([*before, "surveys"]))


def test_a_mark_stands_in_the_json_too(database: str, tmp_path: Path) -> None:
    told = [one.as_dict() for one in found(database, tmp_path)]
    assert {one["mark"] for one in told} >= {"ok", "warn", "fix"}
    assert all(one["well"] == (one["mark"] != "fix") for one in told)


def test_what_is_kept_without_end_is_warned_about_until_its_months_are_set(
    database: str, tmp_path: Path
) -> None:
    [(mark, said)] = about("Privacy:", found(database, tmp_path))
    assert mark == "warn"
    names = ("answer_months", "name_months", "audit_months", "mail_months")
    assert all(name in said for name in names)
    some = dict.fromkeys(names[1:], 24)
    [(_, said)] = about("Privacy:", found(database, tmp_path, retention=some))
    assert "answer_months" in said
    assert not any(name in said for name in names[1:])
    assert about("Privacy:", found(database, tmp_path, retention=dict.fromkeys(names, 24))) == []
