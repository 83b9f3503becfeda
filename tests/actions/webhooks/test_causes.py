"""Whatever other programs are told stands in the outbox with what caused it: no more than numbers, states and days."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cast.builders import CALLS, NOW, SECRET, BuiltDeal, deal
from cast.hooked import hooked, house, told
from cast.selling import NOON, line, sell, seller_and_version, survey
from instruments.bad_server import BadServer, Mood
from instruments.receivers import Receiver
from kloof import storage
from kloof.actions.deals import by_program, imports
from kloof.actions.mailing import bounces, opt_out
from kloof.actions.mailing.worker import work_once
from kloof.actions.surveys import respond
from kloof.actions.webhooks import endpoints
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.errors import BadInput
from kloof.domain.mailing.server_words import About
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.domain.webhooks.events import EventKind
from kloof.mail.bounces import Bounce
from kloof.mail.smtp import Smtp
from kloof.mail.transport import Folder, Transport
from kloof.storage import person_data
from kloof.storage.models import Deal, Invitation, Message


@pytest.fixture
def company(either_database: str, tmp_path: Path) -> Settings:
    """A company of which somebody is told everything."""
    settings = house(tmp_path, mail_from="feedback@warmtehuis.example")
    with Receiver() as receiver:
        hooked(settings, receiver, NOON)
    return settings


def sent(settings: Settings, out: Transport, at: datetime = NOON) -> None:
    work_once(settings, out, lambda: at, also=lambda settings, now: None)


def test_the_first_mail_of_a_survey_is_told_once_and_no_reminder(company: Settings) -> None:
    built = [sell(company, line(number)) for number in (1, 2, 3)]
    out = Folder(company.folder / "mail")
    sent(company, out)
    assert told() == [
        {"kind": "invitation.sent", "deal": one.id, "wave": "sale", "state": "invited"} for one in built
    ]


def test_of_a_mail_that_is_refused_for_good_it_is_told_that_it_came_back(company: Settings) -> None:
    built = sell(company, line(1))
    with BadServer(lambda: Mood.REFUSE) as server:
        sent(company, Smtp(f"smtp://127.0.0.1:{server.port}"))
    assert told() == [{"kind": "invitation.bounced", "deal": built.id, "wave": "sale"}]


def test_a_bounce_is_told_once_however_often_it_comes(company: Settings) -> None:
    built = sell(company, line(1))
    sent(company, Folder(company.folder / "mail"))
    name = Message.select().first().message_id
    for _ in range(2):
        bounces.take(company, Bounce(About.ADDRESS, name, "5.1.1 No such user"), NOON + timedelta(hours=1))
    assert told()[1:] == [{"kind": "invitation.bounced", "deal": built.id, "wave": "sale"}]


def test_who_wants_no_more_mail_is_told_once(company: Settings) -> None:
    built = sell(company, line(1))
    salt = bytes(Invitation.select().first().link_salt)
    for _ in range(2):
        opt_out.stop(company, tokens.token(SECRET, tokens.Purpose.OPT_OUT, salt), NOON)
    assert told() == [{"kind": "invitation.opted_out", "deal": built.id}]


def answered(built: BuiltDeal, now: datetime, wave: Wave = Wave.DELIVERY, **more: Any) -> None:
    opened = respond.open_link(built.tokens[wave], now)
    answers = {"a1": 3, "a2": 3, "a3": 3, "again": 3}
    changes = Changes(answers=answers, consent=Consent.TOTALS, comment="Nooit weer", **more)
    respond.save(opened, changes, now, CALLS, submit=True)


def test_that_a_customer_answered_is_told_without_answers_and_without_the_hour(company: Settings) -> None:
    """Half an hour after midnight in Amsterdam it is another day than in UTC."""
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    built = deal(waves=(Wave.SALE, Wave.DELIVERY))
    answered(built, late, wants_call=True)
    assert told() == [
        {"kind": "survey.answered", "deal": built.row, "wave": "delivery", "answered_on": "2026-03-03"},
        {"kind": "followup.opened", "deal": built.row, "due_on": "2026-03-06"},
    ]
    [hook] = endpoints.listed(late)
    seen = endpoints.deliveries(hook.id, late)
    assert [one.kind for one in seen] == [EventKind.FOLLOWUP_OPENED], "who looks does not see the hour either"
    assert hook.waiting == 1
    ended = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
    [of_day] = [one for one in endpoints.deliveries(hook.id, ended) if one.kind is EventKind.SURVEY_ANSWERED]
    assert (of_day.at, of_day.due_at) == (ended, ended)


CSV = (
    "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on\n"
    "D-1,Jan,geheim-no-address,nl,nobody@warmtehuis.example,Utrecht,Midden,Warmtepomp,project,2026-09-14\n"
)


def test_what_a_file_holds_that_cannot_go_in_is_told_by_column_and_reason_never_by_what_stood_there(
    company: Settings,
) -> None:
    offered = {"project": survey()}
    imports.import_deals(company, CSV, "deals.csv", offered, NOON, dry_run=True)
    assert told() == []
    imports.import_deals(company, CSV, "deals.csv", offered, NOON)
    assert told() == [
        {
            "kind": "deal.refused",
            "deal": None,
            "deal_id": "D-1",
            "sent_by": "file",
            "errors": [
                {"column": "customer_email", "reason": "not_an_address"},
                {"column": "salesperson_email", "reason": "salesperson_unknown"},
            ],
        }
    ]


def test_a_deal_of_a_program_that_cannot_go_in_is_told_and_one_that_was_only_tried_is_not(
    company: Settings,
) -> None:
    offered = {"project": survey()}
    with storage.transaction():
        seller_and_version(offered["project"], NOON)
    bad, good = line(1, salesperson_email="nobody@x.example"), line(2)
    many = by_program.put_many
    many(company, [bad, good], offered, NOON, COMMAND_LINE, forecast=FileForecast(NOON.date()))
    assert told() == []
    many(company, [bad, good], offered, NOON, COMMAND_LINE)
    with pytest.raises(BadInput):
        by_program.put(company, bad, offered, NOON, COMMAND_LINE, lambda: None)
    assert [(one["deal_id"], one["sent_by"]) for one in told()] == [("D-1", "program")] * 2
    assert Deal.select().count() == 1


def test_an_endpoint_is_told_of_what_it_was_added_for_only(database: str, tmp_path: Path) -> None:
    company = house(tmp_path)
    with Receiver() as receiver:
        hooked(company, receiver, NOW, events=[EventKind.DEAL_REFUSED])
    answered(deal(waves=(Wave.SALE, Wave.DELIVERY)), NOW)
    assert told() == []


def test_what_is_taken_back_was_never_told(company: Settings) -> None:
    built = deal(waves=(Wave.SALE, Wave.DELIVERY))
    with storage.taken_back():
        answered(built, NOW)
    assert told() == []


def test_who_is_erased_is_in_no_event_any_more(company: Settings) -> None:
    built = deal(waves=(Wave.SALE, Wave.DELIVERY))
    answered(built, NOW)
    with storage.transaction():
        person_data.erase(Deal.get_by_id(built.row).customer_id, NOW)
    assert told() == []
