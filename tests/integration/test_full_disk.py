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
from instruments.commands import kloof, on_disk
from kloof import storage
from kloof.actions import doctor
from kloof.actions.mailing import worker
from kloof.config.sources import ENVIRONMENT
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


def mounted(place: Path, megabytes: int) -> bool:
    """Put a real disk of this size here; False where nobody may."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0


def fill_up(place: Path) -> None:
    """To the last byte."""
    words = ["dd", "if=/dev/zero", f"of={place / 'fill'}", "bs=512"]
    subprocess.run(words, capture_output=True, check=False)


@pytest.fixture
def disk(tmp_path: Path, _migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """A real one of 12 MB, three times SQLite's journal; where nobody may mount one, SQLite and the trial file are told
    that there is no more room.
    """
    place = tmp_path / "disk"
    is_real = mounted(place, 12)
    file = place / "kloof.db"
    file.write_bytes(_migrated_file.read_bytes())

    def fill() -> None:
        if is_real:
            fill_up(place)
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    if not mounted(place, 16):
        pytest.skip("nobody may mount a disk here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("room", [0, 8, 64, 300], ids=lambda room: f"{room} kB of room")
def test_a_site_that_cannot_be_built_leaves_the_one_that_stands(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    folder = small_disk / "company"
    assert kloof("init", str(folder)).exit_code == 0
    monkeypatch.chdir(folder)
    assert kloof("site", "build").exit_code == 0
    stands = on_disk(folder / "build" / "site")
    (folder / "site" / "index.nl.md").write_text("# Een ander begin\n" * 50, encoding="utf-8")
    reserved = small_disk / "reserved"
    reserved.write_bytes(bytes(room * 1024))
    fill_up(small_disk)
    reserved.unlink()
    refused = kloof("site", "build")
    assert isinstance(refused.exception, SystemExit), refused.exception
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1), refused.stderr
    assert "There is no room left" in refused.stderr
    assert on_disk(folder / "build" / "site") == stands
    (small_disk / "fill").unlink()
    assert kloof("site", "build").exit_code == 0
    assert "Een ander begin" in (folder / "build" / "site" / "index.html").read_text(encoding="utf-8")
