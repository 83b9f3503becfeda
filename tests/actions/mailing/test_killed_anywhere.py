"""Workers are killed at random moments while the mail server misbehaves: nothing is lost, nothing comes twice."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from cast.selling import company, line, sell
from instruments.bad_server import BadServer, Mood, moody
from instruments.crews import WORKERS, Crew, fast_clock
from kloof import storage
from kloof.actions.mailing.outbox import catch_up
from kloof.config import Settings
from kloof.domain.states import MessageState
from kloof.storage.models import Message

SETTLED = {MessageState.SENT, MessageState.HELD, MessageState.FAILED}


def states() -> Counter[str]:
    return Counter(row.state for row in Message.select(Message.state))


@pytest.fixture
def opened(either_database: str, tmp_path: Path) -> Settings:
    return company(tmp_path).model_copy(update={"database_url": either_database})


def settle(crew: Crew, chance: random.Random, kills: int, settings: Settings, started: float) -> None:
    until = time.monotonic() + 300
    while states().keys() - SETTLED:
        assert time.monotonic() < until, f"not settled: {states()}"
        time.sleep(chance.uniform(0.02, 0.5))
        if kills:
            crew.kill_one(chance.randrange(WORKERS))
            kills -= 1
        # What a dead worker held in its hands is found once its lease has ended; the living look once a minute.
        catch_up(settings, fast_clock(started)())


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_comes_twice(opened: Settings, full: bool) -> None:
    chance = random.Random(3)
    mails, kills = (1000, 25) if full else (150, 6)
    with storage.transaction():
        for number in range(mails):
            sell(opened, line(number))
    ids = {row.id: f"<{row.message_id}@warmtehuis.example>" for row in Message.select()}
    started = time.time()
    with BadServer(moody(7, share=0.1)) as server:
        with Crew(opened, server.port, started) as crew:
            settle(crew, chance, kills, opened, started)
        arrived = Counter(server.accepted)
        found = {row.id: row for row in Message.select()}
        assert set(arrived) <= set(ids.values())
        for number, message_id in ids.items():
            row = found[number]
            expected = {MessageState.SENT: {1}, MessageState.HELD: {0, 1}, MessageState.FAILED: {0}}
            assert arrived[message_id] in expected[MessageState(row.state)], (row.state, row.last_reply)
        held = {number for number, row in found.items() if row.state == MessageState.HELD}
        assert all(found[number].last_reply for number in held)

        server.mood = lambda: Mood.FINE
        now = fast_clock(started)()
        Message.update(state="queued", due_at=now, lease_ends_at=None).where(
            Message.state == "held"
        ).execute()
        with Crew(opened, server.port, started) as crew:
            settle(crew, chance, 0, opened, started)
    arrived = Counter(server.accepted)
    for number, message_id in ids.items():
        times = {0} if found[number].state == "failed" else {1, 2} if number in held else {1}
        assert arrived[message_id] in times
