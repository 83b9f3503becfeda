"""Signatures as the reference library of Standard Webhooks makes and checks them, and the times between tries."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from kloof.domain.webhooks.endpoints import GIVE_UP, WAITS, rest_after, wait_before_next
from kloof.domain.webhooks.signing import PREFIX, new_event_id, new_signing_secret, signed_headers


def now() -> int:
    """The library takes nothing that is five minutes old, by its own clock."""
    return int(datetime.now(UTC).timestamp())


@given(st.text(max_size=200).map(str.encode), st.integers(0, 2**33))
def test_a_signature_is_that_of_the_reference_library(body: bytes, at: int) -> None:
    secret, name = new_signing_secret(), new_event_id()
    theirs = Webhook(secret).sign(name, datetime.fromtimestamp(at, UTC), body.decode())
    assert signed_headers(name, at, body, [secret])["webhook-signature"] == theirs


def test_with_two_secrets_who_knows_either_of_them_is_sure() -> None:
    new, former, another = (new_signing_secret() for _ in range(3))
    headers = signed_headers("msg_1", now(), b'{"type":"x"}', [new, former])
    assert Webhook(new).verify(b'{"type":"x"}', headers) == {"type": "x"}
    assert Webhook(former).verify(b'{"type":"x"}', headers) == {"type": "x"}
    for secret, body in ((another, b'{"type":"x"}'), (new, b'{"type":"y"}')):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)


def test_a_secret_is_new_each_time_and_long_enough() -> None:
    made = {new_signing_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(one.startswith(PREFIX) and len(one) == len(PREFIX) + 44 for one in made)


def test_a_delivery_is_tried_for_three_days_with_growing_pauses() -> None:
    pauses = [wait_before_next(tries, 0) for tries in range(1, len(WAITS) + 1)]
    assert pauses == sorted(WAITS)
    assert GIVE_UP <= sum(WAITS, timedelta(0)) < GIVE_UP + timedelta(hours=1)
    assert wait_before_next(len(WAITS) + 1, 0) is None


@given(st.integers(1, len(WAITS)), st.floats(0, 1))
def test_chance_spreads_a_try_by_a_tenth(tries: int, chance: float) -> None:
    least, pause = wait_before_next(tries, 0), wait_before_next(tries, chance)
    assert least is not None
    assert pause is not None
    assert least <= pause <= least * 1.1


def test_an_endpoint_that_fails_is_left_alone_for_longer_each_time_and_at_most_a_quarter_of_an_hour() -> None:
    rests = [rest_after(times) for times in range(1, 30)]
    assert rests == sorted(rests)
    assert rests[:2] == [timedelta(0), timedelta(seconds=5)], "once may be about that event alone"
    assert rests[-1] == timedelta(minutes=15)
