"""Events reach their endpoint at least once, with the same id; what fails is tried again, and then given up."""

import json
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from cast.builders import NOW, deal
from cast.hooked import hooked, house, send_all
from instruments.receivers import Got, Receiver, fine
from kloof import storage
from kloof.actions.webhooks import endpoints
from kloof.actions.webhooks.sender import WebhookSender
from kloof.config import Settings
from kloof.domain.errors import KloofError
from kloof.domain.webhooks.endpoints import (
    GATHERED_FOR,
    GIVE_UP,
    WAITS,
    DeliveryState,
    EndpointKind,
    EndpointState,
    rest_after,
)
from kloof.domain.webhooks.events import EventKind, Happened
from kloof.storage.models import WebhookDelivery, WebhookPlace
from kloof.storage.webhooks import outbox


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(NOW.tzinfo)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Begins now: the reference library takes no signature of another day."""
    return Clock()


@pytest.fixture
def company(tmp_path: Path) -> Settings:
    return house(tmp_path)


def happen(clock: Clock, *deals: int | None, kind: EventKind = EventKind.INVITATION_BOUNCED) -> None:
    facts = {"wave": "sale"} if kind is EventKind.INVITATION_BOUNCED else {}
    with storage.transaction():
        outbox.tell([Happened(kind, facts, one) for one in deals], clock())


def answering(*statuses: int) -> Any:
    """Gives these statuses one after another, and then takes everything."""
    left = list(statuses)

    def says(_: Got) -> tuple[int, dict[str, str], bytes]:
        return (left.pop(0), {}, b"no") if left else (200, {}, b"ok")

    return says


def test_an_event_arrives_signed_with_numbers_and_links_and_nothing_else(
    either_database: str, company: Settings, clock: Clock
) -> None:
    built = deal(deal_id="D/7 é")
    with Receiver() as receiver:
        made = hooked(company, receiver, clock())
        happen(clock, built.row)
        assert send_all(company, clock) == 1
    [got] = receiver.got
    assert Webhook(made.secret).verify(got.body, got.headers) == {
        "type": "invitation.bounced",
        "timestamp": clock().isoformat(),
        "data": {
            "deal_id": "D/7 é",
            "wave": "sale",
            "links": {
                "desk": "https://feedback.warmtehuis.example/desk/deal/D/7%20%C3%A9",
                "api": "https://feedback.warmtehuis.example/api/v1/deals/D/7%20%C3%A9",
            },
        },
    }
    [done] = endpoints.deliveries(made.number, clock())
    assert (done.state, done.status, done.reply, done.attempts) == (DeliveryState.DELIVERED, 200, "thanks", 1)
    assert got.headers["webhook-id"] == done.event_id


def test_what_is_not_taken_is_tried_again_with_the_same_id_until_it_is(
    either_database: str, company: Settings, clock: Clock
) -> None:
    with Receiver(answering(500, 302)) as receiver:
        made = hooked(company, receiver, clock())
        happen(clock, deal().row)
        assert send_all(company, clock) == 1
        for pause in WAITS[:2]:
            clock.now += pause - timedelta(seconds=1)
            assert send_all(company, clock) == 0
            clock.now += timedelta(seconds=1)
            assert send_all(company, clock) == 1
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len({got.body for got in receiver.got}) == 1
    [done] = endpoints.deliveries(made.number, clock())
    assert (len(receiver.got), done.attempts, done.state) == (3, 3, DeliveryState.DELIVERED)
    assert endpoints.one(made.number, clock()).failing_since is None


def test_after_three_days_of_failing_an_event_is_given_up_and_its_endpoint_disabled(
    database: str, company: Settings, clock: Clock
) -> None:
    with Receiver(lambda _: (503, {}, b"closed")) as receiver:
        made, began = hooked(company, receiver, clock()), clock()
        happen(clock, deal().row)
        for pause in (timedelta(0), *WAITS):
            assert endpoints.one(made.number, clock()).state is EndpointState.ON
            clock.now += pause
            assert send_all(company, clock) == 1
        assert clock() - began >= GIVE_UP
    [done] = endpoints.deliveries(made.number, clock())
    assert (done.state, done.status, done.reply, done.attempts) == (DeliveryState.FAILED, 503, "closed", 11)
    found = endpoints.one(made.number, clock())
    assert (found.state, found.why) == (EndpointState.DISABLED, "failed")
    happen(clock, deal().row)
    assert len(endpoints.deliveries(made.number, clock())) == 1, "what is disabled is told of nothing new"


def test_an_endpoint_that_fails_rests_and_the_others_do_not_wait_for_it(
    database: str, company: Settings, clock: Clock
) -> None:
    with Receiver(lambda _: (500, {}, b"")) as bad, Receiver() as good:
        hooked(company, bad, clock())
        hooked(company, good, clock())
        happen(clock, *(deal().row for _ in range(5)))
        send_all(company, clock)
        assert (len(bad.got), len(good.got)) == (2, 5), (
            "another event tells whether it was about that one alone"
        )
        clock.now += rest_after(2)
        send_all(company, clock)
        assert len(bad.got) == 3


def test_who_refuses_one_event_in_ten_gets_the_others_at_once(
    database: str, company: Settings, clock: Clock
) -> None:
    turns = count()
    with Receiver(lambda got: (503, {}, b"") if next(turns) % 10 == 4 else fine(got)) as receiver:
        hooked(company, receiver, clock())
        happen(clock, *(deal().row for _ in range(30)))
        send_all(company, clock)
        assert len({got.headers["webhook-id"] for got in receiver.got}) == 30
        assert WebhookDelivery.select().where(WebhookDelivery.state == "delivered").count() == 27


def test_gone_is_gone_at_once(database: str, company: Settings, clock: Clock) -> None:
    with Receiver(lambda _: (410, {}, b"")) as receiver:
        made = hooked(company, receiver, clock())
        happen(clock, deal().row, deal().row)
        send_all(company, clock)
        clock.now += timedelta(days=1)
        send_all(company, clock)
    found = endpoints.one(made.number, clock())
    assert (found.state, found.why, len(receiver.got)) == (EndpointState.DISABLED, "gone", 1)


def test_what_waits_for_a_paused_endpoint_goes_out_when_it_is_resumed(
    database: str, company: Settings, clock: Clock
) -> None:
    with Receiver() as receiver:
        made = hooked(company, receiver, clock())
        endpoints.pause(made.number, clock())
        happen(clock, deal().row)
        assert send_all(company, clock) == 0
        with pytest.raises(KloofError, match="is not on"):
            endpoints.send_ping(made.number, clock())
        endpoints.resume(made.number, clock())
        assert send_all(company, clock) == 1


def test_a_rotated_secret_signs_at_once_and_the_one_before_for_a_day(
    database: str, company: Settings, clock: Clock
) -> None:
    with Receiver() as receiver:
        first = hooked(company, receiver, clock())
        second = endpoints.rotate(company, first.number, clock())
        happen(clock, deal().row)
        send_all(company, clock)
        counts = [len(receiver.got[0].headers["webhook-signature"].split())]
        for secret in (first.secret, second.secret):
            Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)
        clock.now += timedelta(days=1)
        happen(clock, deal().row)
        send_all(company, clock)
        counts.append(len(receiver.got[1].headers["webhook-signature"].split()))
    assert counts == [2, 1]


def test_a_replay_comes_again_with_the_same_id(database: str, company: Settings, clock: Clock) -> None:
    with Receiver() as receiver:
        made = hooked(company, receiver, clock())
        happen(clock, deal().row)
        [waits] = endpoints.deliveries(made.number, clock())
        send_all(company, clock)
        endpoints.replay(made.number, waits.id, clock())
        send_all(company, clock)
        with pytest.raises(KloofError, match="is not there"):
            endpoints.replay(made.number, waits.id + 1, clock())
    assert [got.headers["webhook-id"] for got in receiver.got] == [waits.event_id] * 2


def test_a_worker_that_died_leaves_what_it_took_to_the_next_one(
    either_database: str, company: Settings, clock: Clock
) -> None:
    with Receiver() as receiver:
        made = hooked(company, receiver, clock())
        happen(clock, deal().row)
        with storage.transaction():
            outbox.take(made.number, "died", clock(), clock() + timedelta(seconds=30), 5)
        assert send_all(company, clock) == 0
        clock.now += timedelta(seconds=30)
        assert send_all(company, clock) == 1


def test_who_was_slow_writes_nothing_over_what_another_found_out(
    database: str, company: Settings, clock: Clock
) -> None:
    """The first worker's request is answered after its lease: meanwhile a second one took it and it was refused."""
    with Receiver() as receiver:
        made = hooked(company, receiver, clock())
        happen(clock, deal().row)

        def slowly(got: Got) -> tuple[int, dict[str, str], bytes]:
            if len(receiver.got) == 1:
                WebhookDelivery.update(leased_by="another").execute()
                storage.close_connection()  # of the receiver's thread, which ends
            return fine(got)

        receiver.says = slowly
        send_all(company, clock)
        [still] = endpoints.deliveries(made.number, clock())
        assert still.state is DeliveryState.WAITING


def test_nothing_about_an_endpoint_stands_open_in_the_database(
    database: str, company: Settings, clock: Clock
) -> None:
    with Receiver() as receiver:
        made = hooked(company, receiver, clock(), path="/hooks/T0KEN")
        endpoints.rotate(company, made.number, clock())
    [row] = WebhookPlace.select().dicts()
    kept = json.dumps(row, default=str)
    assert "T0KEN" not in kept
    assert made.secret.removeprefix("whsec_") not in kept


def test_with_another_key_endpoints_go_on_and_without_the_former_one_they_stop(
    database: str, company: Settings, clock: Clock
) -> None:
    with Receiver() as receiver:
        made = hooked(company, receiver, clock())
        other = company.model_copy(update={"secret_key": "another secret key, drawn by a machine: 8d1c"})
        with storage.transaction():
            endpoints.seal_anew(other.secret_key, company.secret_key)
        happen(clock, deal().row)
        send_all(other, clock)
        Webhook(made.secret).verify(receiver.got[0].body, receiver.got[0].headers)
        with storage.transaction():
            endpoints.seal_anew("a third one", None)
        with pytest.raises(KloofError, match="a key that is lost"):
            endpoints.resume(made.number, clock())


@pytest.mark.parametrize("kind", [EndpointKind.SLACK, EndpointKind.TEAMS])
def test_a_chat_gets_counts_and_a_link_in_the_language_of_the_company_and_one_line_for_many(
    kind: EndpointKind, database: str, company: Settings, clock: Clock
) -> None:
    with Receiver() as receiver:
        made = hooked(company, receiver, clock(), kind=kind)
        assert made.secret == ""
        deals = [deal(deal_id=f"GEHEIM-{number}").row for number in range(30)]
        happen(clock, *deals)
        assert send_all(company, clock) == 0, "it waits for more of the same"
        clock.now += GATHERED_FOR
        assert send_all(company, clock) == 30
    [got] = receiver.got
    told = got.body.decode()
    assert "webhook-signature" not in got.headers
    assert "GEHEIM" not in told
    assert "30 mails aan klanten kwamen terug." in told
    assert "https://feedback.warmtehuis.example/desk/mail" in told
    sent = json.loads(told)
    if kind is EndpointKind.SLACK:
        assert set(sent) == {"text"}
    else:
        [card] = sent["attachments"]
        assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
        assert card["content"]["actions"][0]["type"] == "Action.OpenUrl"


def test_what_was_told_a_month_ago_is_forgotten(database: str, company: Settings, clock: Clock) -> None:
    with Receiver() as receiver:
        made = hooked(company, receiver, clock())
        happen(clock, deal().row)
        send_all(company, clock)
    for days, left in ((29, 1), (2, 0)):
        clock.now += timedelta(days=days)
        endpoints.forget_old(clock())
        assert len(endpoints.deliveries(made.number, clock())) == left


def test_a_round_with_nothing_to_tell_asks_the_database_once(
    database: str, company: Settings, clock: Clock
) -> None:
    sender = WebhookSender(company, "a worker", clock)
    with storage.counted_queries() as asked:
        sender.drain()
    assert len([sql for sql in asked if "webhook" in sql]) == 1
