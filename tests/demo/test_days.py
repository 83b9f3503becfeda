"""The first command works on every day of the year, and tells the same story on each."""

import re
from datetime import date, timedelta

import pytest

from cast.played import Play, Played
from kloof.actions.access import people as colleagues
from kloof.actions.access import sign_in
from kloof.actions.catch_up import catch_up
from kloof.actions.deals import uploads
from kloof.actions.mailing.worker import work_once
from kloof.actions.staff import calls, handover
from kloof.actions.staff.accounts import shared_domains
from kloof.actions.surveys import respond
from kloof.demo import visitors
from kloof.demo.desk import BOUNCED, FILE, HELD, LEAVES
from kloof.demo.story import sellers
from kloof.domain.access.people import Person
from kloof.domain.staff.handover import Mark
from kloof.domain.states import MessageState
from kloof.mail.transport import Memory
from kloof.storage.access import people
from kloof.storage.mailing import review
from kloof.storage.models import Account

pytestmark = pytest.mark.slow

LEAP_DAY = date(2028, 2, 29)
DAYS = {
    "a leap day, a Tuesday": LEAP_DAY,
    "the last day of a year, a Friday": date(2027, 12, 31),
    "New Year, a Saturday": date(2028, 1, 1),
    "summer time begins, a Sunday": date(2027, 3, 28),
    "Easter Monday, after a day of 23 hours": date(2027, 3, 29),
    "a day of 25 hours": date(2026, 10, 25),
    "Ascension Day, a Thursday": date(2027, 5, 6),
    "the last day of a month, a Wednesday": date(2026, 9, 30),
}
LEAP_YEAR = {f"{day}": day for day in (date(2028, 1, 1) + timedelta(days=number) for number in range(366))}
A_FEW, MORE = 10, 30
"""Deals: no release comes out; of the more of them, every kind of thing happens to one."""
ENOUGH = 150
"""Deals: three releases come out."""
ALL = 1000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "on" not in metafunc.fixturenames:
        return
    days = DAYS | LEAP_YEAR if metafunc.config.getoption("full") else DAYS
    each = [
        pytest.param(day, id=name, marks=pytest.mark.xdist_group(f"demo on {day}"))
        for name, day in days.items()
    ]
    metafunc.parametrize("on", each, indirect=True, scope="module")


@pytest.fixture(scope="module")
def on(request: pytest.FixtureRequest, play: Play, full: bool) -> Played:
    return play(request.param, deals=MORE if full else A_FEW)


@pytest.fixture
def demo(on: Played) -> Played:
    return on.open()


def token(address: str) -> str:
    return address.rpartition("/")[2]


def hired(email: str) -> Person:
    person = people.by_email(email)
    assert person is not None
    return person


def test_both_surveys_of_the_newcomer_take_answers_all_day(demo: Played) -> None:
    for address in (demo.doors.first_survey, demo.doors.second_survey):
        for moment in (demo.first_minute, demo.last_minute):
            assert respond.open_link(token(address), moment).takes_answers(moment)


def test_both_surveys_of_the_newcomer_are_in_the_mail(demo: Played) -> None:
    theirs = [text for to, text in demo.mails if to == visitors.GUEST]
    for address in (demo.doors.first_survey, demo.doors.second_survey):
        assert [text for text in theirs if address in text], address


def test_everybody_can_sign_in_all_day(demo: Played) -> None:
    for address in (demo.doors.salesperson, demo.doors.lead, demo.doors.desk):
        for moment in (demo.first_minute, demo.last_minute):
            assert sign_in.is_usable(token(address), moment)


def test_the_lead_finds_a_deal_that_was_read_and_can_still_be_marked(demo: Played) -> None:
    lead = hired(visitors.LEAD)
    (ours,) = [
        deal
        for deal in handover.overview(demo.settings, lead, demo.last_minute).deals
        if deal.deal.deal_id == visitors.TO_DELIVER
    ]
    assert ours.readable
    view = handover.view(demo.settings, lead, visitors.TO_DELIVER, demo.last_minute)
    assert view.may_mark
    assert {item.mark for item in view.items} == {Mark.TALK, Mark.WILL, None}


def test_the_salesperson_is_mailed_what_the_lead_said(demo: Played) -> None:
    assert [to for to, text in demo.mails if to == sellers()[0].email and visitors.TO_DELIVER in text]


def test_the_salesperson_has_a_call_to_make_that_is_not_overdue(demo: Played) -> None:
    found = calls.overview(demo.settings, hired(sellers()[0].email), demo.last_minute)
    (ours,) = [call for call in found.open if call.deal_id == visitors.TO_CALL]
    assert ours.kept.due_on >= demo.today


def contents(demo: Played) -> dict[str, bytes]:
    folder = demo.settings.releases_folder
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_what_stands_on_the_pages_is_the_same_at_every_hour(demo: Played) -> None:
    """Nothing falls due in the course of the first day, so that the worker finds nothing to do."""
    post = Memory()
    work_once(demo.settings, post, lambda: demo.last_minute, also=catch_up)
    assert post.sent == []


def figures(demo: Played) -> list[str]:
    """What each release says, without the days and the fingerprints of what holds them."""
    day_or_fingerprint = re.compile(r"\d{4}-\d{2}-\d{2}|[0-9a-f]{64}")
    files = sorted(demo.settings.releases_folder.glob("*/release.json"))
    return [day_or_fingerprint.sub("", file.read_text(encoding="utf-8")) for file in files]


@pytest.fixture(scope="module")
def on_leap_day(play: Play, pytestconfig: pytest.Config) -> Played:
    return play(LEAP_DAY, deals=ALL if pytestconfig.getoption("full") else ENOUGH)


@pytest.mark.xdist_group("demo on a leap day")
def test_every_day_gives_the_same_figures(on_leap_day: Played, play: Play, full: bool) -> None:
    later = play(date(2028, 11, 1), deals=ALL if full else ENOUGH)
    assert len(figures(on_leap_day)) >= 3
    assert figures(on_leap_day) == figures(later)


@pytest.mark.xdist_group("demo on a leap day")
def test_some_customers_answer_for_an_organisation_and_nobody_is_asked_about_the_households(
    on_leap_day: Played,
) -> None:
    settings = on_leap_day.open().settings
    accounts = {row.name: len(row.deal_set) for row in Account.select()}
    assert len(accounts) > 5
    assert max(accounts.values()) > 1
    assert shared_domains(settings) == ()


@pytest.mark.xdist_group("demo on a leap day")
def test_the_same_day_gives_the_same_release_files_to_the_byte(
    on_leap_day: Played, play: Play, full: bool
) -> None:
    again = play(LEAP_DAY, deals=ALL if full else ENOUGH)
    assert contents(on_leap_day)
    assert contents(on_leap_day) == contents(again)
    assert on_leap_day.doors == again.doors


def test_work_waits_for_who_plays_the_desk(demo: Played) -> None:
    held, back = (review.listed(state, 9) for state in (MessageState.HELD, MessageState.BOUNCED))
    assert ([mail.deal_id for mail in held], [mail.deal_id for mail in back]) == ([HELD], [BOUNCED])
    [file] = uploads.history()
    assert (file.name, file.lines) == (FILE, 4)
    assert [one.person.email for one in colleagues.listed() if one.leaves_on] == [LEAVES]
