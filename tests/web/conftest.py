"""The application of a test company, with a visitor who keeps no cookies."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask, Response, g, request
from flask.testing import FlaskClient

from cast.builders import NOW, person, settings, signed_in_as
from instruments.compiled import compile_once
from kloof import storage
from kloof.domain.access.people import Role
from kloof.web import create_app

compile_once()


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


MOST_QUERIES = 12


@pytest.fixture
def app(database: str, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application; whatever page a test opens of it, it may take at most a dozen queries."""
    application = create_app(settings(database, tmp_path), clock=clock)
    application.testing = True
    # Errors are part of the product: the tests see the pages that people see.
    application.config["PROPAGATE_EXCEPTIONS"] = False
    with _counted(application) as too_many:
        yield application
    assert too_many == []


@contextmanager
def _counted(application: Flask) -> Iterator[list[tuple[str, int]]]:
    """The pages that took more queries than they may, with how many."""
    too_many: list[tuple[str, int]] = []
    counted = ExitStack()

    @application.before_request
    def begin() -> None:
        counted.close()
        g.queries = counted.enter_context(storage.counted_queries())

    @application.after_request
    def end(answer: Response) -> Response:
        asked = len(g.get("queries", ()))
        if request.method == "GET" and asked > MOST_QUERIES:
            too_many.append((request.path, asked))
        return answer

    with counted:
        yield too_many


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


Enter = Callable[[str, Role], FlaskClient]


@pytest.fixture
def signed_in(app: Flask) -> Enter:
    """A browser in which this person has signed in."""

    def enter(name: str, role: Role) -> FlaskClient:
        browser = app.test_client()
        with browser.session_transaction() as session:
            session.update(signed_in_as(person(name, role)))
        return browser

    return enter
