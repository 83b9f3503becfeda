"""Writers of one SQLite file take turns."""

import subprocess
import sys
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


HOLD = """
import sys, time
from kloof.storage.write_lock import FairWriteLock
with FairWriteLock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_writer_that_is_killed_frees_its_turn(tmp_path: Path) -> None:
    file = str(tmp_path / "kloof.db")
    with subprocess.Popen([sys.executable, "-c", HOLD, file], stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == b"held\n"
        writer.kill()
        with FairWriteLock(file):
            pass


def test_a_transaction_inside_another_waits_for_nobody(database: str) -> None:
    with storage.transaction(), storage.transaction():
        opened.execute_sql("SELECT 1")


def test_a_failed_transaction_frees_its_turn(database: str) -> None:
    with pytest.raises(Refused), storage.transaction():
        raise Refused(Reason.STEP_IMPOSSIBLE, "no")
    with storage.transaction():
        pass
