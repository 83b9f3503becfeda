"""The application of a test company, with a visitor who keeps no cookies."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask, Response, g, request, request_finished, request_started
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


MOST_QUERIES = 10
NO_PAGES = frozenset({"/sign-in/provider/back", "/api/v1/health", "/api/v1/plan"})
"""Health of the API, which also counts the whole outbox; the way back from a provider, which signs somebody in; and
the plan, which works out what a freeze would do.
"""


@pytest.fixture(autouse=True)
def few_queries() -> Iterator[None]:
    """Whatever page a test opens, of whichever application, may take at most so many queries."""
    too_many: list[tuple[str, int]] = []
    counted = ExitStack()

    def begin(_: Flask) -> None:
        counted.close()
        g.queries = counted.enter_context(storage.counted_queries())

    def end(_: Flask, response: Response) -> None:
        asked = len(g.get("queries", ()))
        if request.method == "GET" and asked > MOST_QUERIES and request.path not in NO_PAGES:
            too_many.append((request.path, asked))

    with counted, request_started.connected_to(begin), request_finished.connected_to(end):
        yield
    assert too_many == []


@pytest.fixture
def app(database: str, tmp_path: Path, clock: Clock) -> Flask:
    """The application."""
    application = create_app(settings(database, tmp_path), clock=clock)
    application.testing = True
    # Errors are part of the product: the tests see the pages that people see.
    application.config["PROPAGATE_EXCEPTIONS"] = False
    return application


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
