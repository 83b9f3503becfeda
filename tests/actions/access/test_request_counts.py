"""Requests of a token are counted by all processes of a host together."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kloof.actions.access.request_counts import RequestCounts

_ASK = """
import sys
from pathlib import Path
from kloof.actions.access.request_counts import RequestCounts
counts = RequestCounts(Path(sys.argv[1]))
print(*(counts.count(7, 1) for _ in range(200)))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "api-requests"


def test_each_token_has_its_count_and_each_window_begins_anew(file: Path) -> None:
    counts = RequestCounts(file)
    assert [counts.count(1, 5), counts.count(1, 5), counts.count(2, 5), counts.count(1, 6)] == [1, 2, 1, 1]


def test_who_opens_it_later_goes_on_counting(file: Path) -> None:
    RequestCounts(file).count(3, 5)
    assert RequestCounts(file).count(3, 5) == 2


@pytest.mark.slow
def test_processes_at_once_give_every_number_once(file: Path) -> None:
    asking = [
        subprocess.Popen([sys.executable, "-c", _ASK, str(file)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    given = [int(number) for one in asking for number in one.communicate(timeout=60)[0].split()]
    assert sorted(given) == list(range(1, 601))


def test_threads_at_once_give_every_number_once(file: Path) -> None:
    counts, given = RequestCounts(file), list[int]()

    def ask() -> None:
        given.extend(counts.count(7, 1) for _ in range(100))

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert sorted(given) == list(range(1, 401))


def test_a_child_takes_a_lock_of_its_own(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = RequestCounts(file)
    counts.count(7, 1)
    parents = counts._open
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert counts.count(7, 1) == 2
    assert counts._open != parents
    os.close(parents)


def test_where_the_file_cannot_be_used_each_process_counts_for_itself_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "instance").touch()
    counts = RequestCounts(tmp_path / "instance" / "api-requests")
    assert [counts.count(1, 5), counts.count(1, 5), counts.count(1, 6)] == [1, 2, 1]
    [said] = [record.message for record in caplog.records]
    assert said == f"{counts.file}: File exists. Each process counts the requests of a token for itself."


def test_nobody_else_may_read_it(file: Path) -> None:
    RequestCounts(file).count(1, 5)
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)
