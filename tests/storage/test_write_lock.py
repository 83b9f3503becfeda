"""Writers of one SQLite file take turns."""

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from kloof import storage
from kloof.domain.errors import Reason, Refused
from kloof.storage.database import database as opened
from kloof.storage.write_lock import FairWriteLock


def test_writers_get_their_turn_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    turn, order = FairWriteLock(str(tmp_path / "kloof.db")), []

    def write(name: int) -> None:
        with turn:
            order.append(name)

    with turn:
        waiting = []
        for name in range(6):
            waiting.append(threading.Thread(target=write, args=(name,)))
            waiting[-1].start()
            time.sleep(0.02)
    for thread in waiting:
        thread.join()
    assert order == list(range(6))


def hold(file: str, holds: "multiprocessing.synchronize.Event") -> None:
    with FairWriteLock(file):
        holds.set()
        time.sleep(60)


def test_a_writer_that_is_killed_frees_its_turn(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    file, holds = str(tmp_path / "kloof.db"), context.Event()
    writer = context.Process(target=hold, args=(file, holds))
    writer.start()
    assert holds.wait(20)
    os.kill(writer.pid, signal.SIGKILL)
    with FairWriteLock(file):
        pass
    writer.join()
    writer.close()


def test_a_transaction_inside_another_waits_for_nobody(database: str) -> None:
    with storage.transaction(), storage.transaction():
        opened.execute_sql("SELECT 1")


def test_a_failed_transaction_frees_its_turn(database: str) -> None:
    with pytest.raises(Refused), storage.transaction():
        raise Refused(Reason.STEP_IMPOSSIBLE, "no")
    with storage.transaction():
        pass
