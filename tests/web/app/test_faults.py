"""While the database is away, damaged or full: a page that says so, an honest health check, and on again by itself."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playhouse.migrations import Runner

from cast.builders import NOW, deal, settings
from kloof import storage
from kloof.actions.surveys import respond
from kloof.domain.surveys.definition import Wave
from kloof.storage import soundness
from kloof.storage.database import database as opened
from kloof.storage.models import Response
from kloof.storage.schema import MIGRATIONS
from kloof.web import create_app

Harm = Callable[[Path], None]


@pytest.fixture(autouse=True)
def _looked_at_nothing_yet() -> None:
    soundness._looked.clear()


@pytest.fixture
def serve(database: str, tmp_path: Path) -> Callable[[], FlaskClient]:
    """The application as `kloof serve` starts it: nothing is open before."""

    def start() -> FlaskClient:
        storage.close_database()
        app = create_app(settings(database, tmp_path), clock=lambda: NOW)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        return app.test_client()

    return start


def gone(file: Path) -> None:
    file.rename(file.with_name("away.db"))


def in_no_folder(file: Path) -> None:
    file.parent.rename(file.parent.with_name(f"{file.parent.name}-away"))


def empty(file: Path) -> None:
    file.write_bytes(b"")


def garbage(file: Path) -> None:
    file.write_bytes(b"no database at all. " * 4000)


def half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def every_second_page(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for page in range(4096, len(content), 8192):
        content[page : page + 4096] = bytes([0xA5]) * 4096
    file.write_bytes(content)


def of_a_newer_kloof(file: Path) -> None:
    storage.open_database(f"sqlite:///{file}")
    Runner(opened.obj, str(MIGRATIONS)).History.create(name="9999_of_next_year")
    storage.close_database()


HARMS: list[tuple[Harm, str]] = [
    (gone, "database_gone"),
    (in_no_folder, "database_gone"),
    (empty, "database_behind"),
    (garbage, "database_damaged"),
    (half, "database_damaged"),
    (every_second_page, "database_damaged"),
    (of_a_newer_kloof, "database_ahead"),
]


@pytest.mark.parametrize(("harm", "reason"), HARMS, ids=[harm.__name__ for harm, _ in HARMS])
def test_the_health_check_is_honest_and_the_process_stays_up(
    database: str, serve: Callable[[], FlaskClient], harm: Harm, reason: str
) -> None:
    storage.close_database()
    harm(Path(database.removeprefix("sqlite:///")))
    browser = serve()
    assert browser.get("/healthz").json == {"status": "ok"}
    asked = browser.get("/readyz")
    assert (asked.status_code, asked.json["ready"], asked.json["reason"]) == (503, False, reason)
    assert "kloof.db" not in asked.text, "anyone may ask"


@pytest.mark.parametrize("harm", [gone, in_no_folder])
def test_a_page_is_refused_while_the_file_is_away_and_kept_when_it_is_back(
    database: str, serve: Callable[[], FlaskClient], harm: Harm
) -> None:
    built, file = deal(), Path(database.removeprefix("sqlite:///"))
    browser, here = serve(), f"/s/{built.tokens[Wave.SALE]}"
    assert browser.post(here, data={"a1": "7"}).status_code == 303
    there = file.parent
    harm(file)
    refused = browser.post(here, data={"a1": "8"})
    assert refused.status_code == 503
    assert "moment" in refused.text or "even" in refused.text
    if harm is gone:
        file.with_name("away.db").rename(file)
    else:
        there.with_name(f"{there.name}-away").rename(there)
    assert browser.post(here, data={"a1": "9"}).status_code == 303
    assert browser.get("/readyz").json["ready"]


def test_a_disk_that_is_full_is_said_by_the_health_check(
    serve: Callable[[], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = serve()
    assert browser.get("/readyz").status_code == 200
    full = open("/dev/full", "wb", buffering=0)  # noqa: SIM115
    monkeypatch.setattr(soundness.tempfile, "TemporaryFile", lambda **_: full)
    asked = browser.get("/readyz")
    assert (asked.status_code, asked.json["reason"]) == (503, "disk_full")


@pytest.fixture
def on_postgresql(postgresql: str, tmp_path: Path) -> Iterator[Flask]:
    storage.close_database()
    app = create_app(settings(postgresql, tmp_path), clock=lambda: NOW)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    storage.ensure_connected()  # whether the database fits is looked at once, and is no part of a page
    return app


def cut_the_others(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def rows() -> int:
    return Response.select().count()


@pytest.mark.postgresql
def test_a_page_saved_over_a_connection_that_was_cut_meanwhile_is_saved(
    on_postgresql: Flask, postgresql: str
) -> None:
    built = deal()
    browser = on_postgresql.test_client()
    for number in range(6):
        cut_the_others(postgresql)
        saved = browser.post(f"/s/{built.tokens[Wave.SALE]}", data={"a1": str(number)})
        assert saved.status_code == 303
    assert rows() == 1


@pytest.mark.postgresql
@pytest.mark.parametrize("times", [1, 2])
def test_a_page_whose_connection_is_cut_before_it_is_kept_is_done_once_more_and_only_once(
    on_postgresql: Flask, postgresql: str, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    built = deal()
    cuts = iter([True] * times)
    keep = respond.responses.write

    def cut_first(*all_: object, **more: object) -> object:
        if next(cuts, False):
            cut_the_others(postgresql)
        return keep(*all_, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(respond.responses, "write", cut_first)
    saved = on_postgresql.test_client().post(f"/s/{built.tokens[Wave.SALE]}", data={"a1": "4"})
    assert (saved.status_code, rows()) == ((303, 1) if times == 1 else (503, 0))


@pytest.mark.postgresql
def test_a_page_whose_connection_is_cut_after_it_was_kept_is_not_done_again(
    on_postgresql: Flask, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, tries = deal(), []
    commit = opened.obj.commit

    def cut_after() -> None:
        tries.append(1)
        commit()
        cut_the_others(postgresql)
        opened.execute_sql("SELECT 1")

    browser = on_postgresql.test_client()
    monkeypatch.setattr(opened.obj, "commit", cut_after)
    assert browser.post(f"/s/{built.tokens[Wave.SALE]}", data={"a1": "4"}).status_code == 503
    monkeypatch.undo()
    assert (len(tries), rows()) == (1, 1)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/sign-in", {"email": "a\0b@company.example"}),
        ("/s/{token}", {"comment": "a\0b", "page": "3"}),
        ("/s/{token}", {"a\0": "1"}),
        ("/k", {"code": "0123\0"}),
    ],
)
def test_a_nul_in_what_is_typed_is_refused_at_the_door(
    on_postgresql: Flask, path: str, data: dict[str, str]
) -> None:
    where = path.format(token=deal().tokens[Wave.SALE])
    assert on_postgresql.test_client().post(where, data=data).status_code in {400, 422}


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/s/a%00b", 404),
        ("/opt-out/a%00b", 404),
        ("/k/a%00b", 404),
        ("/calls/a%00b", 404),
        ("/findings/a%00b", 404),
        ("/static/x/a%00b.css", 404),
        ("/k?x=%00", 400),
        ("/?%00", 400),
    ],
)
def test_a_nul_in_an_address_is_refused_at_the_door(on_postgresql: Flask, path: str, status: int) -> None:
    assert on_postgresql.test_client().get(path).status_code == status


LONG = "x" * 300


@pytest.mark.parametrize(
    "path",
    [
        f"/findings/{LONG}",
        f"/findings/{LONG}/{LONG}.html",
        f"/static/x/{LONG}.css",
        f"/s/{LONG}",
        f"/k/{LONG}",
    ],
)
def test_a_name_that_no_file_can_have_is_a_page_that_does_not_exist(
    client: FlaskClient, tmp_path: Path, path: str
) -> None:
    (tmp_path / "build" / "site").mkdir(parents=True)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("out", ["..%2f", "..%2f..%2f", "%2e%2e/", "assets/..%2f..%2f"])
def test_nobody_learns_which_folders_there_are_beside_the_site(
    client: FlaskClient, tmp_path: Path, out: str
) -> None:
    (tmp_path / "build" / "site" / "assets").mkdir(parents=True)
    (tmp_path / "build" / "there").mkdir()
    answers = [client.get(f"/findings/{out}{name}") for name in ("there", "nowhere", "", "there/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
