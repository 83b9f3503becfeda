"""The built findings site under the application: as it stands in the folder, packed for who can unpack it."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast.builders import NOW, person, settings, signed_in_as
from kloof.config import Publishing
from kloof.domain.access.people import Role
from kloof.web import create_app
from kloof.web.app.guard import HOME

Fetch = Callable[..., TestResponse]

PAGE = "<!doctype html><title>Gevonden</title>" + "<p>De kloof is 1,5.</p>" * 200
LETTERS = bytes(range(256)) * 8


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "build" / "site"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "assets" / "letters.woff2").write_bytes(LETTERS)
    return folder


@pytest.fixture
def fetch(client: FlaskClient, built: Path) -> Iterator[Fetch]:
    """Gets what stands under /findings/, and closes its file afterwards, as a server does."""
    with ExitStack() as opened:
        yield lambda path="", **headers: opened.enter_context(
            client.get(
                f"/findings/{path}", headers={name.replace("_", "-"): headers[name] for name in headers}
            )
        )


def test_a_page_is_packed_for_who_can_unpack_it(fetch: Fetch) -> None:
    packed = fetch(accept_encoding="gzip, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert len(packed.data) < len(PAGE) / 10
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    assert gzip.decompress(packed.data).decode() == PAGE


def test_a_page_comes_as_it_is_for_who_cannot_unpack_it(fetch: Fetch) -> None:
    plain = fetch()
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == "Accept-Encoding"
    assert plain.text == PAGE


def test_what_is_packed_already_is_not_packed_again(fetch: Fetch) -> None:
    letters = fetch("assets/letters.woff2", accept_encoding="gzip")
    assert "Content-Encoding" not in letters.headers
    assert letters.data == LETTERS


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_page_that_did_not_change_is_not_sent_again(fetch: Fetch, built: Path, encoding: str) -> None:
    tag = fetch(accept_encoding=encoding).headers["ETag"]
    again = fetch(accept_encoding=encoding, if_none_match=tag)
    assert (again.status_code, again.data) == (304, b"")
    (built / "index.html").write_text(PAGE + "<p>Nieuw</p>", encoding="utf-8")
    assert fetch(accept_encoding=encoding, if_none_match=tag).status_code == 200


def test_the_packed_page_and_the_plain_one_are_not_taken_for_each_other(fetch: Fetch) -> None:
    packed = fetch(accept_encoding="gzip")
    plain = fetch(if_none_match=packed.headers["ETag"])
    assert plain.status_code == 200
    assert plain.text == PAGE


def test_a_part_of_a_file_can_be_asked_for(fetch: Fetch) -> None:
    part = fetch("assets/letters.woff2", range="bytes=10-19")
    assert (part.status_code, part.data) == (206, LETTERS[10:20])


@pytest.fixture
def closed(database: str, tmp_path: Path, built: Path) -> Flask:
    """A company whose findings are for its own people."""
    assert built.is_dir()
    publishing = Publishing(findings="signed in")
    app = create_app(settings(database, tmp_path, publishing=publishing), clock=lambda: NOW)
    app.testing = True
    return app


def test_findings_for_colleagues_ask_a_stranger_to_sign_in_and_lead_back(closed: Flask) -> None:
    stranger = closed.test_client()
    answer = stranger.get("/findings/assets/letters.woff2")
    assert (answer.status_code, answer.location) == (302, "/sign-in")
    with stranger.session_transaction() as session:
        assert session["next"].startswith("/findings/assets/letters.woff2")
    assert b"kloof is 1,5" not in stranger.get("/findings/").data
    assert b'href="/findings/"' not in stranger.get("/").data


@pytest.mark.parametrize("role", list(Role))
def test_findings_for_colleagues_open_for_every_role_and_are_kept_by_nobody_on_the_way(
    closed: Flask, role: Role
) -> None:
    reader = closed.test_client()
    with reader.session_transaction() as session:
        session.update(signed_in_as(person("Kim", role)))
    with reader.get("/findings/") as page:
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store, private"
    assert f'href="{url_of(closed, role)}"' in reader.get("/sign-in").text


def url_of(app: Flask, role: Role) -> str:
    with app.test_request_context():
        return url_for(HOME[role][0])


def test_the_front_page_offers_the_findings_once_a_release_is_on_the_built_site(
    client: FlaskClient, built: Path
) -> None:
    assert 'href="/findings/"' not in client.get("/").text
    (built / "findings" / "releases" / "0001").mkdir(parents=True)
    assert 'href="/findings/"' in client.get("/").text
