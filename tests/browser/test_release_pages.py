"""The desk's page about releases in a real browser, in each state that it can be in; also without JavaScript."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from cast import jobs as cast_jobs
from cast import respondents
from cast.builders import NOW, person, settings
from cast.refusals import DIGEST, NO_NEWS
from instruments.pages import axe_violations, html_errors, served, sign_in
from kloof.actions.jobs import queue
from kloof.actions.jobs.progress import LEASE
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, ActorKind
from kloof.domain.access.people import Role
from kloof.domain.deals.study_arms import Arm
from kloof.domain.errors import Reason, Refused
from kloof.domain.jobs.jobs import JobKind
from kloof.storage import jobs
from kloof.storage.models import Job
from kloof.storage.releases import proposals, releases
from kloof.web import create_app

NewPage = Callable[..., Page]
NOOR = "Noor Desk"
PLACES = [["project", "", "", ""], ["project", "Heat pump", "", ""], ["project", "", "East", "North"]]
NEWS = NO_NEWS | {
    "customers": 74, "first_shown": PLACES[:2], "moved": PLACES[2:], "withheld": 8, "gone": 1,
    "left_out": ["project-1/practice/joint_visit"],
}  # fmt: skip

pytestmark = pytest.mark.browser


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    house = settings(database, tmp_path, publishing={"approvals": 2})
    respondents.answered_deals(11)
    respondents.answered_deals(24, team="South", seed=1)
    respondents.alone(4, Arm.LEFT)
    queue.ask(JobKind.LOOK, COMMAND_LINE, NOW)
    cast_jobs.done_here(house, NOW)
    (tmp_path / "instance" / "preview" / "site").mkdir(parents=True)
    (tmp_path / "instance" / "preview" / "site" / "index.html").write_text("<p>Preview</p>", encoding="utf-8")
    return create_app(house, clock=lambda: NOW)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


def can_close() -> None:
    """As the fixture leaves it."""


def under_way() -> None:
    job = queue.ask(JobKind.PREVIEW, COMMAND_LINE, NOW)
    jobs.take("one", NOW, NOW + LEASE, 3)
    jobs.keep(job.id, "one", NOW + LEASE, 1, 3)


def refused() -> None:
    job = queue.ask(JobKind.BUILD, COMMAND_LINE, NOW)
    jobs.take("one", NOW, NOW + LEASE, 3)
    jobs.end(job.id, "one", Refused(Reason.SITE_UNBUILT, "A link leads nowhere."), NOW)


def proposed() -> None:
    colleague = Actor(ActorKind.PERSON, person("Anouk Desk", Role.DESK), "desk")
    proposals.propose(1, "1", DIGEST, proposals.blocks_now(), NEWS, colleague, NOW)


def out() -> None:
    releases.record(1, "0" * 64, NOW)


STATES = (can_close, under_way, refused, proposed, out)


def arrive(page: Page, app: Flask, address: str) -> None:
    sign_in(page, app, address, NOOR, Role.DESK)
    page.goto(f"{address}/desk/releases")


@pytest.mark.parametrize(("width", "scheme", "locale"), [(360, "light", "nl-NL"), (1280, "dark", "en-GB")])
def test_axe_finds_nothing_in_any_state(
    new_page: NewPage, app: Flask, address: str, width: int, scheme: str, locale: str
) -> None:
    page = new_page(width, scheme, locale)
    for state in STATES:
        state()
        arrive(page, app, address)
        for folded in page.locator("main summary").all():
            folded.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state.__name__
        assert (state.__name__, axe_violations(page)) == (state.__name__, [])


@pytest.mark.java
def test_the_html_is_valid_in_every_state(
    new_page: NewPage, app: Flask, address: str, tmp_path: Path, html_checker: None
) -> None:
    page, html = new_page(), {}
    for state in STATES:
        state()
        arrive(page, app, address)
        html[state.__name__] = page.request.get(f"{address}/desk/releases").text()
    assert html_errors(html, tmp_path) == []


def test_how_far_it_is_moves_by_itself_and_what_came_of_it_stands_there(
    new_page: NewPage, app: Flask, address: str
) -> None:
    under_way()
    page = new_page(1280, "light", "en-GB")
    arrive(page, app, address)
    assert page.locator(".job__words").first.inner_text() == "Under way: 1 of 3."
    (job,) = Job.select().where(Job.kind == "preview")
    jobs.keep(job.id, "one", NOW + LEASE, 2, 3)
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_text("Under way: 2 of 3.").wait_for()
    assert page.evaluate("document.querySelector('progress.job__bar').value") == 2
    assert page.evaluate("document.body.dataset.same") == "yes", "the page was not loaded again for that"
    jobs.end(job.id, "one", {"release": 1}, NOW)
    page.get_by_text("The preview of release 1 is ready.").wait_for()


def test_without_javascript_the_page_loads_again_by_itself(
    new_page: NewPage, app: Flask, address: str
) -> None:
    under_way()
    page = new_page(360, "light", "en-GB", java_script_enabled=False)
    arrive(page, app, address)
    (job,) = Job.select().where(Job.kind == "preview")
    jobs.end(job.id, "one", {"release": 1}, NOW)
    page.get_by_text("The preview of release 1 is ready.").wait_for()
    page.wait_for_timeout(6_000)
    assert page.url.endswith("/desk/releases")
    assert page.locator("noscript, meta[http-equiv=refresh]").count() == 0, "and then it rests"


def test_a_colleague_looks_and_approves_by_keyboard_without_javascript(
    new_page: NewPage, app: Flask, address: str
) -> None:
    proposed()
    page = new_page(1280, "light", "en-GB", java_script_enabled=False)
    arrive(page, app, address)
    page.get_by_role("link", name="Look at it as the site will show it").press("Enter")
    page.get_by_text("Preview").wait_for()
    page.go_back()
    page.get_by_role("button", name="I approve it").press("Enter")
    page.get_by_text("By Noor Desk").wait_for()
    found = proposals.standing()
    assert found
    assert found.approver
    page.get_by_role("button", name="Publish release 1").press("Enter")
    page.get_by_text("It begins in a moment.").wait_for()
    assert dict(queue.latest(JobKind.PUBLISH)[JobKind.PUBLISH].arguments) == {"digest": DIGEST}
