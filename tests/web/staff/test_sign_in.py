"""The company's people sign in by a mailed link that works once, in their own hands."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import NOW, SECRET, person, settings
from kloof import storage
from kloof.actions.access.people import add
from kloof.actions.staff.leaving import leave
from kloof.domain.access import tokens
from kloof.domain.access.people import Person, Role
from kloof.storage.access import people
from kloof.storage.models import Attempt, AuditEntry, Message, SignIn, StaffSession
from kloof.web import create_app
from kloof.web.staff import sign_in as page

SANNE = "sanne.de.vries@company.example"


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser, which keeps its cookies."""
    return app.test_client()


def csrf(browser: FlaskClient, path: str) -> str:
    page = browser.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, f"no form at {path}"
    return found[1]


def ask(browser: FlaskClient, email: str = SANNE) -> str:
    """Ask for a link; gives the page."""
    answer = browser.post("/sign-in", data={"email": email, "csrf_token": csrf(browser, "/sign-in")})
    return answer.get_data(as_text=True)


def mailed_link() -> str:
    """The address in the newest queued sign-in mail."""
    row = SignIn.select().order_by(SignIn.id.desc()).get()
    return f"/sign-in/{tokens.token(SECRET, tokens.Purpose.SIGN_IN, bytes(row.salt))}"


def test_a_known_address_gets_a_mail_and_the_link_opens_the_own_page(browser: FlaskClient) -> None:
    person()
    ask(browser)
    assert [row.kind for row in Message.select()] == ["sign-in"]
    link = mailed_link()
    answer = browser.post(link, data={"csrf_token": csrf(browser, link)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me")


def test_an_unknown_address_gets_no_mail_and_the_very_same_page(browser: FlaskClient) -> None:
    person()
    known = ask(browser)
    unknown = ask(browser, "nobody@company.example")
    assert unknown == known.replace(SANNE, "nobody@company.example")
    assert Message.select().count() == 1


def test_opening_the_link_signs_nobody_in(browser: FlaskClient) -> None:
    person()
    ask(browser)
    browser.get(mailed_link())
    assert SignIn.get().used_at is None
    assert browser.get("/me").status_code == 302


def test_the_link_works_once(browser: FlaskClient, app: Flask) -> None:
    person()
    ask(browser)
    link = mailed_link()
    token = csrf(browser, link)
    browser.post(link, data={"csrf_token": token})
    assert browser.get(link).status_code == 410
    other = app.test_client()
    answer = other.post(link, data={"csrf_token": csrf(other, "/sign-in")})
    assert answer.status_code == 410


def test_the_link_lasts_fifteen_minutes(browser: FlaskClient, clock: Any) -> None:
    person()
    ask(browser)
    link = mailed_link()
    clock.now = NOW + timedelta(minutes=14, seconds=59)
    assert browser.get(link).status_code == 200
    clock.now = NOW + timedelta(minutes=15)
    assert browser.get(link).status_code == 410


def test_another_browser_is_asked_whether_it_was_you(browser: FlaskClient, app: Flask) -> None:
    person()
    ask(browser)
    sure = "Yes, I asked for it"
    assert sure not in browser.get(f"{mailed_link()}?language=en").get_data(as_text=True)
    assert sure in app.test_client().get(f"{mailed_link()}?language=en").get_data(as_text=True)


def test_no_post_without_the_forms_own_token(browser: FlaskClient) -> None:
    person()
    ask(browser)
    assert browser.post(mailed_link()).status_code == 400
    assert SignIn.get().used_at is None


def asked(browser: FlaskClient, times: int, email: str = SANNE, network: str = "203.0.113.7") -> list[int]:
    """The statuses of as many wishes for a link, from this network."""
    token = csrf(browser, "/sign-in")
    return [
        browser.post(
            "/sign-in",
            data={"email": email, "csrf_token": token},
            environ_base={"REMOTE_ADDR": network},
        ).status_code
        for _ in range(times)
    ]


def links() -> list[str]:
    """Every link that stands in a mail, the oldest first."""
    rows = SignIn.select().order_by(SignIn.id)
    return [f"/sign-in/{tokens.token(SECRET, tokens.Purpose.SIGN_IN, bytes(row.salt))}" for row in rows]


def test_a_network_that_asks_too_often_is_refused_and_no_address_is_kept(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_ASKED", 7)
    person()
    assert asked(browser, 8) == [200] * 7 + [429]
    assert asked(browser, 1, network="203.0.113.8") == [200]
    assert all("@" not in row.origin and "203" not in row.origin for row in Attempt.select())


def office(size: int) -> list[str]:
    """So many salespeople of one office."""
    emails = [f"p{number}@company.example" for number in range(size)]
    people.put_all(
        [Person(0, email, f"Person {email[1]}", frozenset({Role.SALESPERSON})) for email in emails], NOW
    )
    return emails


@pytest.mark.slow
def test_eighty_of_one_office_sign_in_within_a_quarter_of_an_hour_and_each_may_mistype_once(
    app: Flask, browser: FlaskClient
) -> None:
    emails = office(80)
    assert {asked(browser, 1, email)[0] for email in emails} == {200}
    for number, link in enumerate(links()):
        own = app.test_client()
        own.environ_base["REMOTE_ADDR"] = "203.0.113.7"
        answer = own.post(link, data={"csrf_token": csrf(own, link), "confirmed": "yes"})
        assert (number, answer.location) == (number, "/me")
    assert StaffSession.select().count() == 80
    assert {asked(browser, 1, email)[0] for email in emails} == {200}
    assert asked(browser, 1, emails[0]) == [429]


@pytest.mark.slow
@pytest.mark.parametrize(("size", "most"), [(3, 100), (80, 160)])
def test_who_tries_a_thousand_addresses_from_one_network_is_stopped_at_two_for_each_who_works_here(
    browser: FlaskClient, size: int, most: int
) -> None:
    office(size)
    statuses = [asked(browser, 1, f"guess{number}@company.example")[0] for number in range(most + 3)]
    assert statuses == [200] * most + [429] * 3


def test_who_asks_a_hundred_times_for_one_persons_link_is_stopped_at_ten_and_three_mails(
    browser: FlaskClient,
) -> None:
    person()
    assert asked(browser, 15) == [200] * page.MOST_FOR_ONE + [429] * 5
    assert Message.select().count() == 3
    assert asked(browser, 1, SANNE.upper()) == [429]
    assert asked(browser, 1, "nobody@company.example") == [200]
    assert asked(browser, 15, "nobody@company.example")[-1] == 429  # also where nobody has it
    assert asked(browser, 1, network="198.51.100.9") == [200]  # and nobody else is locked out by it
    assert all("@" not in row.origin for row in Attempt.select())


def test_a_link_that_was_mailed_lets_in_from_a_network_that_has_asked_too_often(
    app: Flask, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_ASKED", 7)
    person()
    assert asked(browser, 8)[-1] == 429
    sanne, link = app.test_client(), links()[-1]
    sanne.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    answer = sanne.post(link, data={"csrf_token": csrf(sanne, link), "confirmed": "yes"})
    assert answer.location == "/me"


def test_a_link_that_was_used_does_not_count_and_takes_the_others_with_it(browser: FlaskClient) -> None:
    person()
    asked(browser, 3)
    first, _, newest = links()
    browser.post(newest, data={"csrf_token": csrf(browser, newest), "confirmed": "yes"})
    assert browser.get(first).status_code == 410
    asked(browser, 3)
    assert Message.select().count() == 6


def test_signing_out_everywhere_ends_the_session_on_the_other_device_too(app: Flask) -> None:
    person()
    phone, laptop = app.test_client(), app.test_client()
    for device in (phone, laptop):
        ask(device)
        link = mailed_link()
        device.post(link, data={"csrf_token": csrf(device, link)})
        assert device.get("/me").status_code == 200
    phone.post("/sign-out", data={"everywhere": "1", "csrf_token": csrf(phone, "/sign-in")})
    assert laptop.get("/me").status_code == 302


def enter(browser: FlaskClient) -> str:
    """Sign in by a mailed link; gives the cookie that somebody could copy now."""
    ask(browser)
    link = mailed_link()
    assert browser.post(link, data={"csrf_token": csrf(browser, link)}).location == "/me"
    return cookie(browser)


def cookie(browser: FlaskClient) -> str:
    kept = browser.get_cookie("kloof")
    assert kept
    return kept.value


def opens(app: Flask, copied: str) -> bool:
    """Whether a cookie that was copied still opens the page of its person."""
    thief = app.test_client()
    thief.set_cookie("kloof", copied)
    return thief.get("/me").status_code == 200


def test_a_cookie_that_was_copied_opens_nothing_after_signing_out(app: Flask, browser: FlaskClient) -> None:
    person()
    copied = enter(browser)
    assert opens(app, copied)
    browser.post("/sign-out", data={"csrf_token": csrf(browser, "/sign-in")})
    assert not opens(app, copied)


def test_signing_out_leaves_the_other_device_as_it_is(app: Flask, browser: FlaskClient) -> None:
    person()
    enter(browser)
    laptop = app.test_client()
    enter(laptop)
    browser.post("/sign-out", data={"csrf_token": csrf(browser, "/sign-in")})
    assert laptop.get("/me").status_code == 200


def test_who_signs_in_once_more_has_a_new_session_and_the_old_one_is_over(
    app: Flask, browser: FlaskClient
) -> None:
    person()
    before = enter(browser)
    after = enter(browser)
    assert before != after
    assert (opens(app, before), opens(app, after)) == (False, True)


def test_who_has_left_is_out_at_the_next_page_and_no_link_lets_them_in(
    app: Flask, browser: FlaskClient
) -> None:
    person()
    copied = enter(browser)
    ask(browser)
    link = mailed_link()
    leave(app.extensions["kloof.settings"], SANNE, NOW)
    assert browser.get("/me").status_code == 302
    assert not opens(app, copied)
    assert browser.post(link, data={"csrf_token": csrf(browser, link)}).status_code == 410
    count = Message.select().count()
    ask(browser)
    assert Message.select().count() == count


def test_another_role_ends_every_session_and_the_same_one_does_not(app: Flask, browser: FlaskClient) -> None:
    person("Noor Desk", Role.DESK)
    person()
    person("Noor Desk", Role.DESK)
    copied = enter(browser)
    add(SANNE, "Sanne de Vries", {Role.SALESPERSON}, "South", NOW)
    assert opens(app, copied)
    add(SANNE, "Sanne de Vries", {Role.DESK}, "South", NOW)
    assert not opens(app, copied)
    add(SANNE, "Sanne de Vries", {Role.SALESPERSON}, "South", NOW)
    assert not opens(app, copied), "what is over stays over"


def test_a_cookie_that_was_copied_ends_with_the_idle_and_the_whole_time(
    app: Flask, browser: FlaskClient, clock: Any
) -> None:
    person()
    copied = enter(browser)
    for hours in range(1, 12):
        clock.now = NOW + timedelta(hours=hours)
        assert browser.get("/me").status_code == 200
        assert opens(app, copied) == (hours < 2)
    late = cookie(browser)
    clock.now = NOW + timedelta(hours=12)
    assert not opens(app, late)


def test_sessions_that_are_over_leave_nothing_behind(browser: FlaskClient, clock: Any) -> None:
    person()
    enter(browser)
    clock.now = NOW + timedelta(hours=13)
    enter(browser)
    assert StaffSession.select().count() == 1


def test_the_database_does_not_hold_what_opens_a_session(browser: FlaskClient) -> None:
    person()
    enter(browser)
    with browser.session_transaction() as session:
        secret = session["_user_id"]
    assert len(secret) >= 43
    assert StaffSession.get().fingerprint == tokens.fingerprint(secret) != secret


def test_after_signing_in_one_lands_on_the_page_that_was_asked_for_and_never_elsewhere(
    browser: FlaskClient,
) -> None:
    person("Noor Desk", Role.DESK)
    browser.get("/desk")
    ask(browser, "noor.desk@company.example")
    link = mailed_link()
    assert (
        browser.post(link, data={"csrf_token": csrf(browser, link)}).headers["Location"].startswith("/desk")
    )


def test_over_https_a_browser_that_sends_no_referer_can_ask_for_a_link(browser: FlaskClient) -> None:
    here = "https://kloof.company.example"
    page = browser.get("/sign-in", base_url=here)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
    assert token
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert browser.post("/sign-in", base_url=here, data={"email": SANNE}).status_code == 400
    asked = browser.post("/sign-in", base_url=here, data={"email": SANNE, "csrf_token": token[1]})
    assert asked.status_code == 200


def test_another_browser_signs_in_only_after_a_yes(browser: FlaskClient, app: Flask) -> None:
    person()
    ask(browser)
    link, other = mailed_link(), app.test_client()
    token = csrf(other, link)
    answer = other.post(f"{link}?language=en", data={"csrf_token": token})
    assert "Yes, I asked for it" in answer.get_data(as_text=True)
    assert SignIn.get().used_at is None
    assert other.post(link, data={"csrf_token": token, "confirmed": "yes"}).location == "/me"


def test_an_unknown_address_costs_the_very_same_work(browser: FlaskClient) -> None:
    person()
    work = {}
    for email in (SANNE, "nobody@company.example"):
        token = csrf(browser, "/sign-in")
        with storage.counted_queries() as queries:
            browser.post("/sign-in", data={"email": email, "csrf_token": token})
        work[email] = [sql for sql in queries if "SAVEPOINT" not in sql]
    assert work[SANNE] == work["nobody@company.example"]
    assert len(work[SANNE]) >= 5
    assert (Message.select().count(), SignIn.select().count()) == (1, 1)


def test_a_session_ends_after_two_idle_hours_and_after_twelve_in_all(
    browser: FlaskClient, clock: Any
) -> None:
    person()
    ask(browser)
    link = mailed_link()
    browser.post(link, data={"csrf_token": csrf(browser, link)})
    for hours in range(0, 24, 2):
        clock.now = NOW + timedelta(hours=hours / 2, minutes=59)
        assert browser.get("/me").status_code == 200
    clock.now = NOW + timedelta(hours=12)
    assert browser.get("/me").status_code == 302


def test_a_session_in_which_nothing_is_opened_ends(browser: FlaskClient, clock: Any) -> None:
    person()
    ask(browser)
    link = mailed_link()
    browser.post(link, data={"csrf_token": csrf(browser, link)})
    clock.now = NOW + timedelta(hours=2)
    assert browser.get("/me").status_code == 302


def test_the_session_cookie_is_for_this_site_only_and_out_of_reach_of_scripts(
    database: str, tmp_path: Path
) -> None:
    app = create_app(
        settings(database, tmp_path, base_url="https://kloof.company.example"), clock=lambda: NOW
    )
    browser = app.test_client()
    page = browser.get("/sign-in", base_url="https://kloof.company.example")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token
    asked = browser.post(
        "/sign-in",
        base_url="https://kloof.company.example",
        data={"email": SANNE, "csrf_token": token[1]},
    )
    cookies = [*page.headers.getlist("Set-Cookie"), *asked.headers.getlist("Set-Cookie")]
    assert len(cookies) >= 2
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_coming_and_going_stand_in_the_audit_log(browser: FlaskClient) -> None:
    number = person()
    ask(browser)
    link = mailed_link()
    browser.post(link, data={"csrf_token": csrf(browser, link)})
    browser.post("/sign-out", data={"csrf_token": csrf(browser, "/sign-in")})
    lines = [(row.what, row.hand, row.about_person) for row in AuditEntry.select().order_by(AuditEntry.id)]
    assert lines == [
        ("sign_in_asked", "visitor", None),
        ("signed_in", "person", number),
        ("signed_out", "person", number),
    ]


@pytest.mark.parametrize(
    ("language", "says"), [("nl", "bewaart hij geen cookies"), ("en", "it keeps no cookies")]
)
def test_without_cookies_the_sign_in_page_says_so_and_shows_the_form_with_what_was_typed(
    app: Flask, language: str, says: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    browser = app.test_client(use_cookies=False)
    spoken = {"Accept-Language": language}
    shown = browser.get("/sign-in", headers=spoken).text
    token = str(BeautifulSoup(shown, "html.parser").select_one('input[name="csrf_token"]')["value"])  # type: ignore[index]
    for _ in range(2):
        got = browser.post(
            "/sign-in", data={"csrf_token": token, "email": "eva@company.example"}, headers=spoken
        )
        again = BeautifulSoup(got.text, "html.parser")
        assert (got.status_code, says in got.text) == (400, True)
        assert again.select_one('input[name="email"]')["value"] == "eva@company.example"  # type: ignore[index]
        assert again.select_one('input[name="csrf_token"]')
        assert "Set-Cookie" in got.headers


def test_after_a_browser_that_was_closed_one_more_press_is_enough(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    browser = app.test_client()
    got = browser.post("/sign-in", data={"csrf_token": "of a closed browser", "email": "eva@company.example"})
    token = str(BeautifulSoup(got.text, "html.parser").select_one('input[name="csrf_token"]')["value"])  # type: ignore[index]
    sent = browser.post("/sign-in", data={"csrf_token": token, "email": "eva@company.example"})
    assert sent.status_code == 200
