"""Whether somebody else has the database open, asked just as they leave it."""

import threading
import time

import psycopg
import pytest

from kloof.domain.errors import Reason, Refused
from kloof.storage.turns import alone as room
from kloof.storage.turns.alone import alone

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]


def test_a_program_that_is_just_leaving_is_waited_for(
    postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_LEAVING", 60.0)  # on a busy machine the other one may need that long to leave
    leaving = psycopg.connect(postgresql)
    goes = threading.Timer(0.4, leaving.close)
    goes.start()
    with alone():
        assert leaving.closed
    goes.join()


def test_who_stays_is_said_after_a_moment(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_LEAVING", 0.3)
    asked = time.monotonic()
    with psycopg.connect(postgresql), pytest.raises(Refused) as refused, alone():
        pass
    assert refused.value.reason is Reason.DATABASE_TAKEN
    assert time.monotonic() - asked >= 0.3
