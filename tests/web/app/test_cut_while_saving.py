"""The connection to PostgreSQL is cut during COMMIT: the customer is told the truth, and nothing is lost or doubled."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast.builders import NOW, deal, settings
from instruments.cutting_proxy import Cut, CuttingProxy
from kloof import storage
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import AuditEntry, Message, Promise, QueueCell, Response
from kloof.web import create_app

pytestmark = pytest.mark.postgresql


@pytest.fixture
def proxy(postgresql: str) -> Iterator[CuttingProxy]:
    with CuttingProxy(postgresql) as proxy:
        yield proxy
        storage.close_database()


@pytest.fixture
def browser(proxy: CuttingProxy, tmp_path: Path) -> FlaskClient:
    storage.close_database()
    app = create_app(settings(proxy.url, tmp_path), clock=lambda: NOW)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


Save = Callable[[FlaskClient, str], TestResponse]


def save_a_page(browser: FlaskClient, form: str) -> TestResponse:
    told = {"page": "2", "action": "save", "promise-0": "Within a week"}
    return browser.post(form, data=told)


def send_in(browser: FlaskClient, form: str) -> TestResponse:
    answers = {f"a{number}": "8" for number in range(1, 4)}
    return browser.post(form, data=answers | {"consent": "named", "action": "submit"})


def kept() -> dict[str, int]:
    tables = (Response, Promise, Message, QueueCell, AuditEntry)
    return {table.__name__: table.select().count() for table in tables}


@pytest.mark.parametrize("cut", Cut, ids=[cut.name for cut in Cut])
@pytest.mark.parametrize("save", [save_a_page, send_in])
def test_who_saves_at_that_moment_is_told_to_look_and_may_send_it_again(
    browser: FlaskClient, proxy: CuttingProxy, save: Save, cut: Cut
) -> None:
    one, other = (f"/s/{deal().tokens[Wave.SALE]}" for _ in range(2))
    before = kept()
    assert save(browser, other).status_code in {200, 303}
    once = kept()
    proxy.cut = cut
    answer = save(browser, one)
    assert (answer.status_code, proxy.cuts) == (503, 1)
    assert "niet zeker of dit is bewaard" in answer.text or "not certain whether" in answer.text
    there = {name: count - once[name] for name, count in kept().items()}
    of_one = {name: count - before[name] for name, count in once.items()}
    assert there == (of_one if cut is Cut.AFTER else dict.fromkeys(once, 0)), "kept whole, or not at all"
    assert browser.get(one, follow_redirects=True).status_code == 200, "they look"
    assert save(browser, one).status_code in {200, 303}, "and send it again"
    assert {name: count - once[name] for name, count in kept().items()} == of_one


def test_who_only_looks_at_that_moment_just_gets_the_page(browser: FlaskClient, proxy: CuttingProxy) -> None:
    form = f"/s/{deal().tokens[Wave.SALE]}"
    browser.get(form)
    proxy.cut = Cut.AFTER
    assert browser.get(form, follow_redirects=True).status_code in {200, 503}
