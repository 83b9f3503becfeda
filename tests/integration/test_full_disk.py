"""The disk is full, and later it is not: nothing that was acknowledged is lost, and all goes on without a restart."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from peewee import DatabaseError

from cast.builders import NOW, SECRET, deal
from cast.selling import company, line, sell
from kloof import storage
from kloof.actions import doctor
from kloof.actions.mailing import worker
from kloof.domain.errors import Reason
from kloof.domain.surveys.definition import Wave
from kloof.mail.transport import Memory
from kloof.storage import engines, soundness
from kloof.storage.database import database as opened
from kloof.storage.models import Deal, Message, Promise
from kloof.web import create_app

pytestmark = pytest.mark.slow


@dataclass
class Disk:
    """A small one with a database on it."""

    file: Path
    fill: Callable[[], None]
    free: Callable[[], None]


@pytest.fixture
def disk(tmp_path: Path, _migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """A real one of 12 MB, three times SQLite's journal; where nobody may mount one, SQLite and the trial file are told
    that there is no more room.
    """
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)]
    is_real = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    file = place / "kloof.db"
    file.write_bytes(_migrated_file.read_bytes())

    def fill() -> None:
        if is_real:
            subprocess.run(
                ["dd", "if=/dev/zero", f"of={place / 'fill'}", "bs=512"], capture_output=True, check=False
            )
            return
        storage.close_database()
        pages = str(file.stat().st_size // 4096)
        monkeypatch.setitem(engines.SQLITE_PRAGMAS, "max_page_count", pages)
        monkeypatch.setattr(
            soundness.tempfile,
            "TemporaryFile",
            lambda **_: Path("/dev/full").open("wb", buffering=0),  # noqa: SIM115  soundness closes it
        )
        storage.open_database(f"sqlite:///{file}")

    def free() -> None:
        monkeypatch.undo()
        (place / "fill").unlink(missing_ok=True)
        opened.pragma("max_page_count", 1_000_000)

    storage.open_database(f"sqlite:///{file}")
    yield Disk(file, fill, free)
    storage.close_database()
    if is_real:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_pages_import_and_worker_say_it_lose_nothing_and_go_on(disk: Disk, tmp_path: Path) -> None:
    url = f"sqlite:///{disk.file}"
    house = company(tmp_path).model_copy(update={"database_url": url, "secret_key": SECRET})
    forms = [f"/s/{deal().tokens[Wave.SALE]}" for _ in range(40)]
    sell(house, line(900, sold_on=NOW.date()), now=NOW)
    app = create_app(house, clock=lambda: NOW)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = app.test_client()
    told = {f"promise-{number}": "x" * 490 for number in range(5)} | {"page": "2", "action": "save"}
    assert browser.post(forms[0], data=told).status_code == 303

    disk.fill()
    statuses = [browser.post(form, data=told).status_code for form in forms[1:]]
    kept = statuses.count(303)
    assert set(statuses) <= {303, 503}
    assert statuses[-1] == 503
    assert Promise.select().count() == 5 * (1 + kept), "each page is kept whole or not at all"
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").json["reason"] == "disk_full"
    found = doctor.examine(house, NOW)
    assert any("There is no room left" in one.what and not one.well for one in found)

    before = Deal.select().count()
    sold: list[int] = []

    def sell_many() -> None:
        for number in range(901, 960):
            sell(house, line(number, sold_on=NOW.date()), now=NOW)
            sold.append(number)

    with pytest.raises(DatabaseError) as full:
        sell_many()
    refusal = storage.explained(full.value)
    assert refusal
    assert refusal.reason is Reason.DISK_FULL
    assert Deal.select().count() == before + len(sold)

    said: list[str] = []
    rounds = iter([lambda: None, disk.free])

    class Stopped(Event):
        def wait(self, timeout: float | None = None) -> bool:
            next(rounds, self.set)()
            return self.is_set()

    post = Memory()
    worker.work(house, post, lambda: NOW, Stopped(), said.append)
    assert len(post.sent) == Message.select().where(Message.state == "sent").count() > 0
    assert all(browser.post(form, data=told).status_code == 303 for form in forms)
    assert Promise.select().count() == 5 * len(forms)
    assert "disk_full" not in browser.get("/readyz").text
