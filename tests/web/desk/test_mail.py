"""Mail at the desk: what waits and why, keeping it back, letters as a file, and who gets none."""

import re
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast.builders import NOW, person
from cast.calls import answers, company
from cast.selling import line, sell
from instruments.paper_reading import pages
from instruments.plans import plans
from kloof.actions.mailing import at_desk
from kloof.actions.mailing.bounces import gather
from kloof.actions.mailing.worker import work_once
from kloof.actions.staff import late_calls
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.access.people import Role
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.mailing.waits import WhyWaits, why_waits
from kloof.domain.states import WAITS, MessageState
from kloof.mail.transport import Memory
from kloof.storage import counted_queries
from kloof.storage.access import audit_log
from kloof.storage.mailing import attempts, last_worked, opt_outs, review
from kloof.storage.models import AuditEntry, Call, FormerKey, Message
from kloof.web import create_app

EARLIER = NOW - timedelta(days=12)
Enter = Callable[[str, Role], FlaskClient]


@pytest.fixture
def app(database: str, tmp_path: Path, clock: Any) -> Flask:
    application = create_app(company(database, tmp_path, mail_from="kloof@company.example"), clock=clock)
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    return application


@pytest.fixture
def desk(signed_in: Enter) -> FlaskClient:
    return signed_in("Noor Desk", Role.DESK)


def read(desk: FlaskClient, path: str = "/desk/mail", language: str = "en") -> str:
    return desk.get(path, headers={"Accept-Language": language}).get_data(as_text=True)


def press(desk: FlaskClient, to: str, on: str = "/desk/mail", **fields: str) -> TestResponse:
    """Press the button of the form that leads there, as a browser does."""
    form = re.search(rf'<form[^>]*action="{to}.*?name="csrf_token"[^>]*value="([^"]+)"', read(desk, on), re.S)
    assert form, f"no button leads to {to}"
    return desk.post(to, data={"csrf_token": form[1], **fields}, headers={"Accept-Language": "en"})


def sent_by_a_round(app: Flask, clock: Any) -> list[str]:
    transport = Memory()
    work_once(app.extensions["kloof.settings"], transport, clock)
    return [recipient for _, recipient, _ in transport.sent]


def test_paused_mail_stays_and_a_link_to_sign_in_goes_out_all_the_same(
    app: Flask, desk: FlaskClient, clock: Any
) -> None:
    sell(app.extensions["kloof.settings"], line(1, sold_on=EARLIER.date()), now=EARLIER)
    assert press(desk, "/desk/mail/pause").status_code == 303
    person("Joris Baas", Role.LEAD)
    stranger = app.test_client()
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', stranger.get("/sign-in").get_data(as_text=True)
    )
    assert token
    stranger.post("/sign-in", data={"csrf_token": token[1], "email": "joris.baas@company.example"})
    assert sent_by_a_round(app, clock) == ["joris.baas@company.example"]
    assert "Paused by Noor Desk" in read(desk)
    assert "Mail is paused." in read(desk, "/desk/mail?state=queued")
    assert press(desk, "/desk/mail/resume").status_code == 303
    assert len(sent_by_a_round(app, clock)) == 1
    lines = [entry.what for entry in AuditEntry.select().order_by(AuditEntry.id) if "sending" in entry.what]
    assert lines == ["sending_paused", "sending_resumed"]


def test_a_pause_stands_on_the_first_page_and_workz_does_not_call_the_mail_late(
    app: Flask, desk: FlaskClient, clock: Any
) -> None:
    sell(app.extensions["kloof.settings"], line(1, sold_on=EARLIER.date()), now=EARLIER)
    press(desk, "/desk/mail/pause")
    clock.now = NOW + timedelta(days=3)
    works = desk.get("/workz").get_json()
    assert works["sending_paused_since"]
    assert "mail_late" not in works["reasons"]
    clock.now = NOW
    page = read(desk, "/desk")
    assert "Mail is paused" in page
    assert "Mail does not go out" not in page
    assert press(desk, "/desk/mail/resume", on="/desk").location == "/desk"


def test_letters_come_as_one_file_and_the_pile_can_be_printed_again_with_the_same_codes(
    app: Flask, desk: FlaskClient, clock: Any
) -> None:
    kloof = app.extensions["kloof.settings"]
    for number in (1, 2):
        sell(kloof, line(number, customer_email="", sold_on=EARLIER.date()), now=EARLIER)
    file = press(desk, "/desk/mail/letters")
    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    assert re.fullmatch(
        r"attachment; filename=letters-\d{4}-\d\d-\d\d\.pdf", file.headers["Content-Disposition"]
    )
    codes = codes_in(file)
    assert len(codes) == 2
    assert [mail.state for mail in Message.select()] == ["sent", "sent"]
    assert press_pile(desk, clock) == codes
    empty = press_after_all_are_printed(desk)
    assert (empty.status_code, "No letter can be printed now." in empty.get_data(as_text=True)) == (409, True)
    assert {entry.what for entry in audit_log.about_deals([1])} >= {"letter_printed"}


def test_letters_whose_code_is_lost_are_printed_again_together_with_new_ones(
    app: Flask, desk: FlaskClient, clock: Any
) -> None:
    kloof = app.extensions["kloof.settings"]
    for number in (1, 2):
        sell(kloof, line(number, customer_email="", sold_on=EARLIER.date()), now=EARLIER)
    codes = codes_in(press(desk, "/desk/mail/letters"))
    assert "no longer works" not in read(desk)
    app.extensions["kloof.settings"] = kloof.model_copy(
        update={"secret_key": "another key, forty characters long, yes"}
    )
    FormerKey.insert(value="v", sealed="", replaced_at=clock.now).execute()
    clock.now += timedelta(hours=1)
    page = read(desk)
    assert "no longer works" in page
    assert [page.count(f'/desk/deal/D-{number}"') for number in (1, 2)] == [1, 1]
    again = codes_in(press(desk, "/desk/mail/letters/again", pile="without-code"))
    assert (len(again), set(again) & set(codes)) == (2, set())
    assert "no longer works" not in read(desk)


def codes_in(answer: TestResponse) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "letters.pdf"
        file.write_bytes(answer.get_data())
        words = "\n".join(pages(file))
    return sorted(set(re.findall(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b", words)))


def press_pile(desk: FlaskClient, clock: Any) -> list[str]:
    page = read(desk)
    assert "2 letters, printed on" in page
    pile = re.search(r'name="pile" value="([^"]+)"', page)
    assert pile
    clock.now += timedelta(hours=1)
    return codes_in(press(desk, "/desk/mail/letters/again", pile=pile[1]))


def press_after_all_are_printed(desk: FlaskClient) -> TestResponse:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', read(desk))
    assert token
    data = {"csrf_token": token[1]}
    return desk.post("/desk/mail/letters", data=data, headers={"Accept-Language": "en"})


@pytest.mark.parametrize("pile", ["", "yesterday", "2026-01-01T00:00:00+00:00"])
def test_a_pile_that_was_never_printed_is_not_found(desk: FlaskClient, pile: str) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', read(desk))
    assert token
    assert (
        desk.post("/desk/mail/letters/again", data={"csrf_token": token[1], "pile": pile}).status_code == 404
    )


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (None, "jan@home.example gets mail."),
        (opt_outs.ASKED, "jan@home.example gets no mail: whoever has it asked for that."),
        (opt_outs.BOUNCED, "jan@home.example gets no mail: mail to it came back."),
    ],
)
def test_the_desk_asks_about_one_address_in_any_spelling(
    app: Flask, desk: FlaskClient, reason: str | None, says: str
) -> None:
    if reason:
        key = app.extensions["kloof.settings"].secret_key
        opt_outs.remember(address_hash(key, "Jan@Home.example"), reason, NOW)
    answer = press(desk, "/desk/mail/opted-out", address="jan@home.example")
    assert says in answer.get_data(as_text=True)


def test_what_is_no_address_is_said_at_its_field(desk: FlaskClient) -> None:
    for form, field in (("/desk/mail/opted-out", "asked"), ("/desk/mail/test", "test")):
        answer = press(desk, form, address="nobody at home")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert f'aria-describedby="{field}-error"' in page
        assert "<title>Error:" in page


def test_a_test_mail_goes_out_and_the_page_says_what_the_server_said(
    app: Flask, desk: FlaskClient, tmp_path: Path
) -> None:
    page = press(desk, "/desk/mail/test", address="noor@company.example").get_data(as_text=True)
    assert "The mail server took the mail. Look whether it arrived." in page


def test_one_mail_has_a_page_with_its_life_and_its_buttons(app: Flask, desk: FlaskClient) -> None:
    sell(app.extensions["kloof.settings"], line(1, sold_on=EARLIER.date()), now=EARLIER)
    Message.update(state="held", attempts=1, last_reply="<b>421</b> cut off").execute()
    number = Message.get().id
    page = read(desk, f"/desk/mail/{number}")
    assert "&lt;b&gt;421&lt;/b&gt; cut off" in page
    assert press(
        desk, f"/desk/mail/{number}", on=f"/desk/mail/{number}", decision="arrived", back="mail"
    ).location == ("/desk/mail")
    assert Message.get().state == "sent"
    assert desk.get("/desk/mail/999").status_code == 404
    assert desk.get("/desk/mail?state=sent").status_code == 404


@pytest.mark.parametrize(("language", "came_back"), [("en", "Came back"), ("nl", "Kwam terug")])
def test_the_page_of_a_mail_tells_each_attempt_in_order_with_the_words_of_the_server(
    app: Flask, desk: FlaskClient, language: str, came_back: str
) -> None:
    sell(app.extensions["kloof.settings"], line(1, sold_on=EARLIER.date()), now=EARLIER)
    number = Message.get().id
    attempts.note(number, EARLIER, MessageState.QUEUED, "450 not <now>")
    attempts.note(number, EARLIER, MessageState.BOUNCED, "552 full")
    Message.update(state="sent", sent_at=NOW, last_reply="250 taken").execute()
    with counted_queries() as queries:
        page = read(desk, f"/desk/mail/{number}", language)
    assert len(queries) <= 10
    places = [page.index(words) for words in ("450 not &lt;now&gt;", came_back, "552 full", "250 taken")]
    assert places == sorted(places)


def test_the_week_ahead_counts_what_is_queued_and_reminders_where_nobody_answers(
    app: Flask, desk: FlaskClient, clock: Any
) -> None:
    kloof = app.extensions["kloof.settings"]
    sell(kloof, line(1, sold_on=EARLIER.date()), now=EARLIER)
    assert len(sent_by_a_round(app, clock)) == 1
    told = {day: int(mails) for day, mails in re.findall(
        r'<th scope="row">\w+ (\d+ \w+)</th>\s*<td class="number">(\d+)</td>', read(desk)
    )}  # fmt: skip
    for _ in range(7):
        clock.now += timedelta(days=1)
        day = f"{clock.now.day} {clock.now:%B}"
        assert len(sent_by_a_round(app, clock)) == told.get(day, 0), day
    assert sum(told.values()) >= 1


def test_with_many_surveys_the_worker_counts_the_same_week_beforehand(
    app: Flask, desk: FlaskClient, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def week() -> list[str]:
        return re.findall(r'<td class="number">(\d+)', read(desk))

    kloof = app.extensions["kloof.settings"]
    for number in range(1, 4):
        sell(kloof, line(number, sold_on=EARLIER.date()), now=EARLIER)
    assert len(sent_by_a_round(app, clock)) == 3
    now = week()
    assert "3" in now
    monkeypatch.setattr("kloof.storage.mailing.plan.AT_ONCE", 0)
    assert week() == []
    assert "The first one is there within a few minutes." in read(desk)
    at_desk.count_reminders(clock.now)
    assert week() == now
    assert re.search(r"Counted on \d+ March \d\d:00\.", read(desk))


def test_what_waits_longest_comes_first_in_every_state_and_no_further_than_asked(database: str) -> None:
    for number, state in enumerate([*review.PASSING, MessageState.SENT] * 4):
        moment = NOW + timedelta(hours=(7 * number) % 28)
        Message.create(
            kind="sign-in", message_id=f"m{number}", state=state.value, urgent=number % 2 == 0,
            due_at=moment, created_at=NOW, changed_at=moment,
        )  # fmt: skip
    for state in (*review.PASSING, MessageState.SENT):
        since = Message.due_at if state in WAITS else Message.changed_at
        expected = [row.id for row in Message.select().where(Message.state == state.value).order_by(since)]
        assert [entry.id for entry in review.listed(state, 3)] == expected[:3], state
    found = review.concerns((MessageState.HELD, MessageState.FAILED), 5)
    assert [entry.state.value for entry in found] == ["held"] * 4 + ["failed"]
    asked = plans(lambda: [review.listed(state, 3) for state in review.PASSING])
    assert not re.search(r"SCAN (m|message)$", asked, re.M), asked


def test_colleagues_are_reminded_of_overdue_calls_once_a_day(app: Flask, desk: FlaskClient) -> None:
    late = answers(app.extensions["kloof.settings"])
    Call.update(due_on=EARLIER.date()).execute()
    assert Call.get().deal_id == late.row
    Message.delete().execute()
    for _ in range(2):
        assert press(desk, "/desk/calls/remind", on="/desk").status_code == 303
    assert [mail.kind for mail in Message.select()] == ["call-overdue"]
    late_calls.remind(app.extensions["kloof.settings"], NOW + timedelta(days=1), COMMAND_LINE)
    assert Message.select().count() == 2


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"paused": True}, WhyWaits.PAUSED),
        ({"paused": True, "urgent": True}, WhyWaits.SOON),
        ({"refuses": True}, WhyWaits.SERVER_REFUSES),
        ({"attempts": 2, "ahead": 1}, WhyWaits.TRIED),
        ({"ahead": 1}, WhyWaits.PLANNED),
        ({}, WhyWaits.SOON),
    ],
)
def test_a_mail_that_waits_says_the_reason_that_counts_first(facts: dict[str, Any], why: WhyWaits) -> None:
    due_at = NOW + timedelta(hours=facts.pop("ahead", 0))
    told = {"urgent": False, "paused": False, "refuses": False} | facts
    assert why_waits(due_at, told.pop("attempts", 0), NOW, **told) is why


def test_when_all_is_well_the_first_page_says_so_with_the_time_of_the_last_mail(
    app: Flask, desk: FlaskClient, clock: Any
) -> None:
    sell(app.extensions["kloof.settings"], line(1, sold_on=EARLIER.date()), now=NOW)
    assert "All is well. No mail has gone out yet." in read(desk, "/desk")
    Message.update(due_at=EARLIER).execute()
    assert len(sent_by_a_round(app, clock)) == 1
    assert re.search(r"All is well\. The last mail went out on \d+ \w+ \d\d:\d\d\.", read(desk, "/desk"))


def test_the_page_says_when_mail_that_came_back_was_last_read(app: Flask, desk: FlaskClient) -> None:
    assert "kloof has not read it yet" in read(desk)
    last_worked.note(NOW)
    gather(app.extensions["kloof.settings"], (), NOW)
    assert "kloof last read it on 2 March 11:00." in read(desk)
