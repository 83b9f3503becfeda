"""A company that each former kloof filled by its own code goes on with this one: tests/instruments/former_databases.py
made them from the history.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cast.builders import signed_in_as
from instruments.commands import kloof
from instruments.former_databases import COMMITS, loaded, put
from kloof import storage
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.actions.surveys import respond
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings, load_settings
from kloof.demo import acts, story
from kloof.demo.story import Reply
from kloof.domain.access import tokens
from kloof.domain.access.people import Role
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.publish.release_files import count_folders
from kloof.storage.access import people
from kloof.storage.models import Deal, Invitation, Pair, Person, Placement, Response
from kloof.web import create_app

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("former databases")]

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=40)
STRANGERS = 30
"""Customers of after the upgrade, so that a block closes in which some of before can be."""
PAGES = (
    "/desk", "/desk/deals", "/desk/people", "/desk/releases", "/desk/mail", "/desk/files",
    "/desk/fair-play", "/desk/tokens", "/desk/webhooks", "/calls",
)  # fmt: skip
OWN = ("/me", "/me/deals", "/me/promise", "/calls")
SAMPLED = ("0001", "0013", "0033")
"""Of these PostgreSQL gets its share every time."""
ENVIRON = {"KLOOF_RUN": "demo", "KLOOF_MAIL_FROM": "feedback@warmtehuis.example"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each on SQLite; with --full each on PostgreSQL as well."""
    if "former" in metafunc.fixturenames:
        also = COMMITS if metafunc.config.getoption("full") else SAMPLED
        places = [pytest.param(("sqlite", name), id=f"sqlite-{name}") for name in COMMITS]
        places += [
            pytest.param(("postgresql", name), id=f"postgresql-{name}", marks=pytest.mark.postgresql)
            for name in also
        ]
        metafunc.parametrize("former", places, indirect=True)


@pytest.fixture
def former(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """The company as one of them left it, on either engine, and the folder where one types."""
    engine, name = request.param
    folder = tmp_path / "company"
    put(name, folder)
    file = folder / "kloof.toml"
    file.write_text(file.read_text().replace("approvals = 2", "approvals = 1"))  # of the demo of then
    environ = dict(ENVIRON)
    if engine == "postgresql":
        environ["KLOOF_DATABASE_URL"] = request.getfixturevalue("postgresql_url")
        loaded(name, folder / "instance" / "kloof.db", environ["KLOOF_DATABASE_URL"])
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(folder)
    yield load_settings(folder, environ)
    storage.close_database()


def typed(*words: str) -> str:
    """What a command prints that ends well."""
    done = kloof(*words)
    assert done.exit_code == 0, done.output
    return str(done.output)


def counted(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "instance" / "kloof.db")) as opened:
        return {
            table: opened.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("deal", "response", "promise", "customer", "person", "pair", "placement")
        }


def test_it_is_migrated_answered_frozen_published_attacked_and_shown(former: Settings) -> None:
    then = counted(former.folder)
    published = count_folders(former.releases_folder)
    assert published
    assert then["placement"]
    assert "Applied: " in typed("db", "migrate")
    told = json.loads(kloof("doctor", "--json").stdout)["findings"]
    # No worker works here, and the tests' server waits for no disk.
    wrong = {one["what"] for one in told if not one["well"] and "synchronous_commit" not in one["what"]}
    assert {what.partition(":")[0] for what in wrong} <= {"Mail", "Accounts", "Worker"}
    storage.open_database(former.database_url)
    now_there = {
        model._meta.table_name: model.select().count() for model in (Deal, Response, Pair, Placement, Person)
    }
    assert now_there == {table: then[table] for table in now_there}
    opened = every_open_survey_is_sent(former)
    assert opened > 5
    strangers_come(former)
    document = closes_and_comes_out(former)
    assert document.number == published + 1
    assert document.blocks
    every_page_opens(former)
    storage.close_database()
    if former.database_url.startswith("sqlite"):
        no_attack_breaks(published + 1)
    assert "Built" in typed("site", "build")
    assert (former.folder / "build" / "site" / "findings" / "index.html").exists()


def no_attack_breaks(release: int) -> None:
    """What the former engine published gives people away; that of after the upgrade does not, nor the two together."""
    audited = json.loads(kloof("audit", "--json").stdout)
    new = [one for found in audited["attacks"].values() for one in found if one["release"] == release]
    assert (audited["releases"], new) == (release, [])


def every_open_survey_is_sent(settings: Settings) -> int:
    """Gives how many customers had theirs open."""
    sent = 0
    pages = create_app(settings, clock=lambda: NOW).test_client(use_cookies=False)
    states = [InvitationState.INVITED.value, InvitationState.STARTED.value]
    for invitation in Invitation.select().where(Invitation.state.in_(states), Invitation.expires_at > NOW):
        token = tokens.token(settings.secret_key, tokens.Purpose.SURVEY, bytes(invitation.link_salt))
        asked = respond.open_link(token, NOW)
        items, scale = asked.survey.items(asked.wave), asked.survey.scale
        points = {item: scale.high - (sent + number) % 5 for number, item in enumerate(items)}
        assert pages.get(f"/s/{token}", follow_redirects=True).status_code == 200
        respond.save(
            asked,
            Changes(answers=points, consent=Consent.NAMED),
            NOW,
            acts.call_policy(settings),
            submit=True,
        )
        sent += 1
    return sent


def strangers_come(settings: Settings) -> None:
    """New customers, all in one team, buy, get and answer."""
    offered = load_surveys(settings.surveys_folder)
    chapters = [
        one for one in story.year(offered, date(2026, 11, 20), 400) if one.after_delivery and one.at_sale
    ]
    sold = [one for one in chapters if one.line.product == "Warmtepomp"][:STRANGERS]
    lines = [
        replace(
            one.line,
            deal_id=f"NEW-{number}",
            team="Utrecht",
            region="Midden",
            customer_email=f"new{number}@elsewhere{number}.example",
            sold_on=date(2026, 11, 1),
            delivery_planned_on=None,
            customer_number="",
            account="",
            practices={},
        )
        for number, one in enumerate(sold)
    ]
    acts.sell(settings, offered, lines, NOW)
    acts.deliver(settings, [(line.deal_id, date(2026, 11, 19)) for line in lines], NOW)
    for line, chapter in zip(lines, sold, strict=True):
        for wave, reply in ((Wave.SALE, chapter.at_sale), (Wave.DELIVERY, chapter.after_delivery)):
            if invited(line.deal_id, wave) and reply:
                acts.answer(settings, line.deal_id, wave, without_promises(reply))


def invited(deal_id: str, wave: Wave) -> bool:
    return (
        Invitation.select().join(Deal).where(Deal.deal_id == deal_id, Invitation.wave == wave.value).exists()
    )


def without_promises(reply: Reply) -> Reply:
    return replace(reply, on=date(2026, 11, 20), promises=(), outcomes=())


def closes_and_comes_out(settings: Settings) -> ReleaseDocument:
    assert freeze(settings, LATER).blocks
    document = publish(settings, LATER).document
    assert document
    return document


def every_page_opens(settings: Settings) -> None:
    app = create_app(settings, clock=lambda: LATER)
    app.testing = True
    for role, pages in ((Role.DESK, PAGES), (Role.SALESPERSON, OWN)):
        browser = signed_in(app.test_client(), role)
        for page in pages:
            answer = browser.get(page)
            assert answer.status_code == 200, (page, answer.text[-600:])


def signed_in(browser: FlaskClient, role: Role) -> FlaskClient:
    known = next(one.person for one in people.colleagues() if role in one.person.roles)
    with browser.session_transaction() as session:
        session.update(signed_in_as(known.id, LATER))
    return browser
