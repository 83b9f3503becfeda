"""A watched folder: what arrived whole is loaded once, whatever happens, and put away with the reasons beside it."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import SECRET
from kloof import storage
from kloof.actions import watched_folder
from kloof.actions.watched_folder import FileTaken
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.errors import KloofError, Reason
from kloof.storage.access import people
from kloof.storage.mailing import last_worked
from kloof.storage.models import ArrivedFile, Customer, Deal, Invitation, Message

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("watched folder")]

SHIPPED = Path(__file__).parents[2] / "surveys" / "installation.yaml"
COLUMNS = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
NOW = datetime(2026, 4, 2, 10, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("database" if request.param == "sqlite" else "postgresql")
    (tmp_path / "surveys").mkdir()
    shutil.copyfile(SHIPPED, tmp_path / "surveys" / "installation.yaml")
    people.put("anouk@my-company.example", "Anouk", {Role.SALESPERSON}, "North", NOW)
    facts = {"folder": tmp_path, "secret_key": SECRET, "database_url": url}
    return Settings.model_validate(facts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "arrivals"
    made.mkdir()
    return made


def line(number: int, name: str = "Klant", seller: str = "anouk") -> str:
    return (
        f"D-{number},{name},k{number}@home.example,nl,{seller}@my-company.example,North,Groningen,Heat pump,"
        "installation,2026-03-02"
    )


def csv(*lines: str) -> str:
    return "\n".join([COLUMNS, *lines, ""])


def taken(house: Settings, folder: Path) -> list[FileTaken]:
    """Two looks between which nothing changes."""
    with watched_folder.held(folder):
        return list(watched_folder.work(house, folder, watched_folder.seen(folder), lambda: NOW))


def lies(folder: Path) -> list[str]:
    """Every file, by its place; the lock of the watcher aside."""
    return sorted(
        str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and file.name != ".lock"
    )


def test_a_file_that_is_whole_is_loaded_and_moved(house: Settings, folder: Path) -> None:
    (folder / "deals.csv").write_text(csv(line(1), line(2)))
    [one] = taken(house, folder)
    assert (one.report.created, one.put) == (2, "done/deals.csv")
    assert lies(folder) == ["done/deals.csv"]
    (folder / "delivered.csv").write_text("deal_id;delivered_on\nD-1;2026-03-20\n")
    (folder / "off.csv").write_text("deal_id,cancelled_on\nD-2,2026-03-20\n")
    assert [one.report.updated for one in taken(house, folder)] == [1, 1]
    assert Deal.get(Deal.deal_id == "D-1").delivered_on.isoformat() == "2026-03-20"
    assert Deal.get(Deal.deal_id == "D-2").cancelled_at
    assert ArrivedFile.select().count() == 0


def test_what_still_arrives_is_left_alone(house: Settings, folder: Path) -> None:
    file = folder / "deals.csv"
    file.write_text(csv(line(1)))
    (folder / "other.csv.part").write_text(csv(line(2)))
    (folder / ".hidden.csv").write_text(csv(line(3)))
    (folder / "linked.csv").symlink_to(house.folder / "surveys" / "installation.yaml")
    os.mkfifo(folder / "pipe.csv")
    before = watched_folder.seen(folder)
    assert list(before) == ["deals.csv"]
    with file.open("a") as more:
        more.write(line(4) + "\n")
    with watched_folder.held(folder):
        assert list(watched_folder.work(house, folder, before, lambda: NOW)) == []
        assert Deal.select().count() == 0
        [one] = watched_folder.work(house, folder, watched_folder.seen(folder), lambda: NOW)
    assert one.report.created == 2
    (folder / "other.csv.part").rename(folder / "other.csv")
    [one] = taken(house, folder)
    assert one.report.created == 1


def test_refused_lines_stand_beside_the_file_and_go_in_once_they_are_mended(
    house: Settings, folder: Path
) -> None:
    (folder / "deals.csv").write_text(csv(line(1), line(2, seller="nobody"), line(3, name="=1+1")))
    [one] = taken(house, folder)
    assert (one.report.created, [refusal.line for refusal in one.report.refused]) == (2, [3])
    assert lies(folder) == ["refused/deals.csv", "refused/deals.csv.why.csv"]
    why = (folder / "refused" / "deals.csv.why.csv").read_text(encoding="utf-8-sig")
    assert why.startswith("Waarom;deal_id;")
    assert "nobody@my-company.example" in why
    assert "D-2" in why
    assert "D-1" not in why
    (folder / "mended.csv").write_text(why.replace("nobody@", "anouk@"))
    [one] = taken(house, folder)
    assert (one.report.created, one.put) == (1, "done/mended.csv")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"deal_id,nonsense\n1,2\n", Reason.COLUMNS_WRONG),
        (b"\xff\xfe\x00\x00binary", None),
        (b"PK\x03\x04 no workbook", Reason.FILE_NOT_WORKBOOK),
    ],
)
def test_what_cannot_be_read_is_put_aside_with_its_reason(
    house: Settings, folder: Path, raw: bytes, reason: Reason | None
) -> None:
    (folder / "x.csv").write_bytes(raw)
    [one] = taken(house, folder)
    assert one.trouble
    assert reason in {None, one.trouble.reason}
    assert lies(folder) == ["refused/x.csv", "refused/x.csv.why.csv"]
    assert len((folder / "refused" / "x.csv.why.csv").read_text(encoding="utf-8-sig").splitlines()) >= 2
    assert Deal.select().count() == 0


def test_two_files_of_one_name_both_stay(house: Settings, folder: Path) -> None:
    for number in (1, 2, 3):
        (folder / "deals.csv").write_text(csv(line(number)))
        taken(house, folder)
    assert lies(folder) == ["done/deals-2.csv", "done/deals-3.csv", "done/deals.csv"]


@pytest.mark.parametrize(("months", "jumped", "stay"), [(12, False, 1), (None, False, 2), (12, True, 2)])
def test_files_that_were_put_away_longer_ago_than_names_are_kept_go(
    house: Settings, folder: Path, months: int | None, jumped: bool, stay: int
) -> None:
    (folder / "deals.csv").write_text(csv(line(1)))
    taken(house, folder)
    put = datetime.fromtimestamp((folder / "done" / "deals.csv").stat().st_mtime, UTC)
    later = put + timedelta(days=400)
    kept = house.model_copy(update={"retention": house.retention.model_copy(update={"name_months": months})})
    last_worked.note(put if jumped else later)
    (folder / "more.csv").write_text(csv(line(2)))
    os.utime(folder / "more.csv", (later.timestamp(), later.timestamp()))
    with watched_folder.held(folder):
        list(watched_folder.work(kept, folder, watched_folder.seen(folder), lambda: later))
    assert len(lies(folder)) == stay


def test_a_folder_has_one_watcher(folder: Path) -> None:
    with watched_folder.held(folder), pytest.raises(KloofError) as refused, watched_folder.held(folder):
        pass
    assert refused.value.reason is Reason.FILE_IN_THE_WAY


def test_without_usable_surveys_no_file_is_touched(house: Settings, folder: Path) -> None:
    (folder / "deals.csv").write_text(csv(line(1)))
    (house.folder / "surveys" / "installation.yaml").write_text("id: [")
    with pytest.raises(KloofError):
        taken(house, folder)
    assert lies(folder) == ["deals.csv"]


def test_what_was_loaded_before_it_was_killed_is_not_loaded_over_what_the_desk_changed_since(
    house: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two parts, and once more between the last part and the move."""
    monkeypatch.setattr(watched_folder.imports, "AT_ONCE", 2)
    (folder / "deals.csv").write_text(
        csv(line(1), line(2, seller="late"), line(3), line(4), line(3), line(5))
    )

    class Killed(BaseException):
        pass

    keep, calls = watched_folder.arrived_files.keep, []

    def cut(claim: str, stands: object) -> None:
        keep(claim, stands)  # type: ignore[arg-type]
        calls.append(stands)
        if len(calls) == 2:
            raise Killed  # nothing of this part is kept

    monkeypatch.setattr(watched_folder.arrived_files, "keep", cut)
    with pytest.raises(Killed):
        taken(house, folder)
    assert [row.deal_id for row in Deal.select().order_by(Deal.id)] == ["D-1"]
    Customer.update(name="Changed at the desk").execute()
    Deal.update(customer_name="Changed at the desk").execute()
    people.put("late@my-company.example", "Late", {Role.SALESPERSON}, "North", NOW)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as here:
        here.setattr(watched_folder, "_free_name", killed)
        with pytest.raises(Killed):
            taken(house, folder)
    Deal.update(customer_name="Changed at the desk").execute()
    [one] = taken(house, folder)
    assert {row.customer_name for row in Deal.select()} == {"Changed at the desk"}
    assert sorted(row.deal_id for row in Deal.select()) == ["D-1", "D-2", "D-3", "D-4", "D-5"]
    assert (one.report.created, [refusal.line for refusal in one.report.refused]) == (5, [6])
    assert one.put == "refused/deals.csv"
    assert Message.select().count() == 5


@pytest.fixture
def company(database: str, tmp_path: Path) -> Iterator[Path]:
    """A folder of a company on SQLite, for a process of its own."""
    (tmp_path / "surveys").mkdir()
    # Its deals are of long ago by the real clock.
    (tmp_path / "kloof.toml").write_text("[deals]\nhistory_after_days = 3650\n")
    shutil.copyfile(SHIPPED, tmp_path / "surveys" / "installation.yaml")
    people.put("anouk@my-company.example", "Anouk", {Role.SALESPERSON}, "North", NOW)
    yield tmp_path
    storage.close_database()


def test_killed_again_and_again_every_file_is_loaded_and_each_deal_is_there_once(
    company: Path, database: str, folder: Path, full: bool
) -> None:
    chance, files, each = random.Random(7), 6, 60
    for number in range(files):
        lines = (line(number * each + at) for at in range(each))
        (folder / f"{number}.csv").write_text(csv(*lines))
    environment = os.environ | {"KLOOF_SECRET_KEY": SECRET, "KLOOF_DATABASE_URL": database}
    command = [sys.executable, "-m", "kloof", "deals", "watch", str(folder), "--every", "0.1"]
    storage.close_database()
    for _ in range(40 if full else 4):
        process = subprocess.Popen(command, cwd=company, env=environment, stdout=subprocess.DEVNULL)
        _until(lambda: any((folder / "working").glob("*/*")) or not any(folder.glob("*.csv")))
        time.sleep(chance.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
    for _ in range(2):
        last = subprocess.run(
            [*command, "--once"], cwd=company, env=environment, capture_output=True, text=True, check=True
        )
    assert last.stdout == ""
    assert lies(folder) == [f"done/{number}.csv" for number in range(files)]
    storage.open_database(database)
    assert Deal.select().count() == Invitation.select().count() == Message.select().count() == files * each
    assert ArrivedFile.select().count() == 0


def test_it_stays_until_it_is_told_to_stop_and_says_one_line_for_each_file(
    company: Path, database: str, folder: Path
) -> None:
    environment = os.environ | {"KLOOF_SECRET_KEY": SECRET, "KLOOF_DATABASE_URL": database}
    command = [sys.executable, "-m", "kloof", "deals", "watch", str(folder), "--every", "0.1"]
    storage.close_database()
    (folder / "good.csv").write_text(csv(line(1)))
    (folder / "bad\nname.csv").write_text(csv(line(2, seller="nobody")))
    process = subprocess.Popen(command, cwd=company, env=environment, stdout=subprocess.PIPE, text=True)
    _until((folder / "done" / "good.csv").exists)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert sorted(said.splitlines()) == [
        "bad?name.csv: 0 created, 0 updated, 0 unchanged, 1 refused; now refused/bad?name.csv",
        "good.csv: 1 created, 0 updated, 0 unchanged, 0 refused; now done/good.csv",
    ]
    again = subprocess.run([*command, "--once"], cwd=company, env=environment, check=False)
    assert again.returncode == 0
    (folder / "bad.csv").write_text("nonsense")
    once = subprocess.run(
        [*command, "--once"], cwd=company, env=environment, stdout=subprocess.DEVNULL, check=False
    )
    assert once.returncode == 1


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(2400):
        with suppress(FileNotFoundError):
            if holds():
                return
        time.sleep(0.05)
    raise AssertionError("it never came so far")
