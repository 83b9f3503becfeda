"""A whole kloof in one file, and back out of it on either engine, row for row."""

import json
import random
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cast.whole_databases import contents
from kloof import storage
from kloof.actions import ledger, person_data
from kloof.actions.backups import backup, moving
from kloof.actions.backups.archive import seal
from kloof.actions.backups.restore import Restored, restore
from kloof.actions.hosts import joining
from kloof.actions.mailing import opt_out
from kloof.actions.surveys import respond, taking_back
from kloof.config import Settings, load_settings
from kloof.domain.access import tokens
from kloof.domain.backups import Keep
from kloof.domain.errors import Reason, Refused
from kloof.domain.hosts import HostPart
from kloof.domain.mailing.suppression import erased_hash
from kloof.domain.surveys.responses import Changes, Consent
from kloof.publish.release_files import count_folders
from kloof.storage.hosts import joined
from kloof.storage.mailing import opt_outs
from kloof.storage.models import Customer, Deal, Invitation, OptOut, Response

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("backups")]

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
PASSPHRASE = "five words that nobody guesses"


@pytest.fixture
def archive(company: Settings, tmp_path: Path) -> Path:
    """A backup of that company with its keys."""
    file = tmp_path / "backup.zip"
    backup.make(company, file, NOW, PASSPHRASE)
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def elsewhere(request: pytest.FixtureRequest, environ: dict[str, str]) -> dict[str, str]:
    """An environment that names an empty database of each kind."""
    if request.param == "sqlite":
        return environ
    return environ | {"KLOOF_DATABASE_URL": request.getfixturevalue("postgresql_url")}


def put_back(archive: Path, folder: Path, environ: dict[str, str], **how: bool) -> Restored:
    storage.close_database()
    return restore(archive, folder, environ, NOW + timedelta(days=1), PASSPHRASE, **how)


def url_in(folder: Path, environ: dict[str, str]) -> str:
    return environ.get("KLOOF_DATABASE_URL", f"sqlite:///{folder / 'instance' / 'kloof.db'}")


def test_what_comes_out_is_what_went_in_row_for_row_and_file_for_file(
    company: Settings, archive: Path, tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    before = contents(company.database_url)
    assert sum(map(len, before.values())) > 1000
    assert len(before["response"]) > 50
    folder = tmp_path / "new"
    done = put_back(archive, folder, elsewhere)
    after = contents(url_in(folder, elsewhere))
    assert after == before
    assert done.rows == sum(map(len, before.values()))
    assert (folder / "instance" / "secret_key").read_text().strip() == company.secret_key
    for path in ("kloof.toml", "surveys", "site"):
        old, new = company.folder / path, folder / path
        files = (
            [one.relative_to(old) for one in old.rglob("*") if one.is_file()] if old.is_dir() else [Path()]
        )
        assert all((old / one).read_bytes() == (new / one).read_bytes() for one in files)
    assert not (folder / ".restoring").exists()


def test_it_is_for_its_owner_only_and_says_what_it_holds(company: Settings, archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(archive) as opened:
        listed = json.loads(opened.read("manifest.json"))
        text = b"".join(opened.read(name) for name in opened.namelist())
    assert listed["engine"] == "SQLite"
    assert company.secret_key.encode() not in text
    assert {table["table"] for table in listed["tables"]} == contents(company.database_url).keys()


def test_without_a_passphrase_no_key_is_in_it_and_the_restored_one_says_so(
    company: Settings, tmp_path: Path, environ: dict[str, str]
) -> None:
    file = tmp_path / "without.zip"
    assert not backup.make(company, file, NOW).with_keys
    done = put_back(file, tmp_path / "new", environ)
    assert not done.with_key
    assert not (tmp_path / "new" / "instance" / "secret_key").exists()


@pytest.mark.parametrize("harm", ["cut", "flipped", "swapped", "outside", "no zip"])
def test_a_damaged_one_is_refused_and_nothing_changes(
    archive: Path, tmp_path: Path, environ: dict[str, str], harm: str
) -> None:
    _harm(archive, harm)
    with pytest.raises(Refused) as refused:
        put_back(archive, tmp_path / "new", environ)
    assert refused.value.reason is Reason.BACKUP_UNUSABLE
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "evil").exists()


def _harm(archive: Path, harm: str) -> None:
    whole = archive.read_bytes()
    if harm in {"cut", "no zip"}:
        archive.write_bytes(whole[: len(whole) // 2] if harm == "cut" else b"deal_id;name\n")
        return
    with zipfile.ZipFile(archive) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    if harm == "flipped":
        parts["rows/deal.jsonl"] = parts["rows/deal.jsonl"].replace(b"Warmtepomp", b"Warmtepump", 1)
    elif harm == "swapped":
        parts["files/more.txt"] = b"not listed"
    else:
        evil = parts["manifest.json"].replace(b"files/kloof.toml", b"files/../evil")
        parts = {
            "files/../evil" if name == "files/kloof.toml" else name: held for name, held in parts.items()
        }
        parts["manifest.json"] = evil
    write(archive, parts)


def write(archive: Path, parts: dict[str, bytes]) -> None:
    """Somebody who knows how an archive ends makes one of these parts."""
    with archive.open("w+b") as opened:
        with zipfile.ZipFile(opened, "w") as made:
            for name, held in parts.items():
                made.writestr(name, held)
        seal(opened)


def parts_of(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_one_byte_that_is_not_what_it_was_is_enough(
    archive: Path, tmp_path: Path, environ: dict[str, str], full: bool
) -> None:
    """Anywhere: also in what ZIP does not look at, such as the hour of a file."""
    whole, chance = archive.read_bytes(), random.Random(4)
    places = {0, len(whole) - 1, len(whole) - 65, len(whole) - 66, len(whole) - 80}
    places |= {chance.randrange(len(whole)) for _ in range(2000 if full else 60)}
    storage.close_database()
    for place in sorted(places):
        archive.write_bytes(
            whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :]
        )
        with pytest.raises(Refused) as refused:
            restore(archive, tmp_path / "new", environ, NOW, PASSPHRASE)
        assert refused.value.reason is Reason.BACKUP_UNUSABLE
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        (b'"format": 1', b'"format": 2', "made by a newer kloof"),
        (b'"0047_what_pages_count"', b'"0047_what_pages_count","9999_of_next_year"', "made by another kloof"),
    ],
    ids=["another form", "another migration"],
)
def test_one_of_a_newer_kloof_is_refused_and_nothing_changes(
    archive: Path, tmp_path: Path, environ: dict[str, str], was: bytes, becomes: bytes, says: str
) -> None:
    parts = parts_of(archive)
    assert was in parts["manifest.json"]
    write(archive, parts | {"manifest.json": parts["manifest.json"].replace(was, becomes)})
    with pytest.raises(Refused, match=says):
        put_back(archive, tmp_path / "new", environ)
    assert not (tmp_path / "new" / "instance" / "kloof.db").exists()
    assert not (tmp_path / "new" / "kloof.toml").exists()


def test_another_passphrase_opens_nothing(archive: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    storage.close_database()
    with pytest.raises(Refused, match="passphrase"):
        restore(archive, tmp_path / "new", environ, NOW, "five other words than those")


def test_a_full_place_is_only_replaced_when_that_is_said(
    company: Settings, archive: Path, environ: dict[str, str]
) -> None:
    Deal.update(product="Changed since").execute()
    with pytest.raises(Refused) as refused:
        put_back(archive, company.folder, environ)
    assert refused.value.reason is Reason.FILE_IN_THE_WAY
    (company.folder / "surveys" / "new.yaml").write_text("of after the backup")
    put_back(archive, company.folder, environ, over=True)
    storage.open_database(company.database_url)
    assert not Deal.select().where(Deal.product == "Changed since").exists()
    assert not (company.folder / "surveys" / "new.yaml").exists()


def test_releases_of_after_the_backup_are_no_reason_to_publish_their_answers_again(
    company: Settings, archive: Path, environ: dict[str, str]
) -> None:
    release = company.releases_folder / f"{count_folders(company.releases_folder) + 1:04d}"
    release.mkdir(parents=True)
    (release / "release.json").write_text("{}")
    with pytest.raises(Refused) as refused:
        put_back(archive, company.folder, environ, over=True)
    assert refused.value.reason is Reason.RELEASES_AHEAD
    put_back(archive, company.folder, environ, over=True, no_more_releases=True)
    assert (release / "release.json").read_text() == "{}"


@pytest.mark.parametrize("at_hand", [True, False], ids=["the folder is there", "the site was copied"])
def test_what_people_asked_for_since_is_done_again(
    company: Settings, archive: Path, tmp_path: Path, elsewhere: dict[str, str], at_hand: bool
) -> None:
    erased = Customer.select().order_by(Customer.id)[3]
    asked = Invitation.select().order_by(Invitation.id.desc())[0]
    withdrawn, hidden = _answered(company, Consent.TOTALS), _answered(company, Consent.NAMED)
    person_data.erase(company, erased.email, NOW)
    opt_out.stop(company, _opt_out_token(company, asked), NOW)
    taking_back.withdraw(company, withdrawn, NOW)
    taking_back.choose_again(company, hidden, Changes(consent=Consent.TOTALS), NOW)
    folder = company.folder if at_hand and "KLOOF_DATABASE_URL" not in elsewhere else tmp_path / "new"
    if folder != company.folder:
        kept = folder / "site" / "findings" / ledger.NAME
        kept.parent.mkdir(parents=True)
        shutil.copy(ledger.path_of(company), kept)
    done = put_back(archive, folder, elsewhere, over=True)
    assert done.again == {"erased": 1, "no_mail": 1, "withdrawn": 1, "not_named": 1}
    storage.open_database(url_in(folder, elsewhere))
    assert not Customer.select().where(Customer.email == erased.email).exists()
    assert OptOut.select().count() >= 2
    assert Invitation.get_by_id(withdrawn.invitation).state == "withdrawn"
    assert Response.get(Response.invitation == hidden.invitation).consent == "totals"
    assert "example" not in (folder / "site" / "findings" / ledger.NAME).read_text()


@pytest.mark.parametrize("erased_before", [True, False], ids=["erased before the backup", "erased since"])
@pytest.mark.parametrize("erased_again", [False, True], ids=["came back", "was erased again"])
def test_the_last_that_was_said_of_who_was_erased_holds(
    company: Settings, tmp_path: Path, elsewhere: dict[str, str], erased_before: bool, erased_again: bool
) -> None:
    customer = Customer.select().order_by(Customer.id)[3]
    address, name = customer.email, erased_hash(company.secret_key, customer.email)
    file = tmp_path / "backup.zip"
    if erased_before:
        person_data.erase(company, address, NOW)
    backup.make(company, file, NOW, PASSPHRASE)
    if not erased_before:
        person_data.erase(company, address, NOW)
    person_data.allow(company, address, NOW)
    if erased_again:
        # As who is in a file again, and asks again: nobody of this row is in the backup.
        other = Customer.select().order_by(Customer.id)[4]
        Customer.update(email=address).where(Customer.id == other.id).execute()
        person_data.erase(company, address, NOW)
    put_back(file, company.folder, elsewhere, over=True)
    storage.open_database(url_in(company.folder, elsewhere))
    assert opt_outs.reasons([name]) == ({name: opt_outs.ERASED} if erased_again else {})
    assert not Customer.select().where(Customer.email == address).exists()


def test_the_machines_of_then_are_none_of_those_that_start_after_it(
    company: Settings, tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    now = NOW + timedelta(days=1)
    joined.join(joined.Joining("a", "1", {"mail.hours": "another"}), HostPart.WEB, now)
    joined.supersede_all()
    file = tmp_path / "backup.zip"
    backup.make(company, file, NOW, PASSPHRASE)
    put_back(file, company.folder, elsewhere, over=True)
    storage.open_database(url_in(company.folder, elsewhere))
    assert joined.every() == []
    settings = load_settings(company.folder, elsewhere).model_copy(update={"host": "b"})
    joining.join(settings, HostPart.WEB, now)


def _answered(company: Settings, consent: Consent) -> respond.Questionnaire:
    found = (
        Invitation.select()
        .join(Response)
        .where(
            Invitation.state == "submitted", Response.consent == consent.value, Invitation.wave == "delivery"
        )
    )
    invitation = found.order_by(Invitation.id)[0]
    token = tokens.token(company.secret_key, tokens.Purpose.SURVEY, bytes(invitation.link_salt))
    return respond.open_link(token, NOW)


def _opt_out_token(company: Settings, invitation: Invitation) -> str:
    return tokens.token(company.secret_key, tokens.Purpose.OPT_OUT, bytes(invitation.link_salt))


@pytest.mark.postgresql
def test_a_house_is_moved_to_postgresql_and_back_with_every_row(
    company: Settings, tmp_path: Path, postgresql_url: str
) -> None:
    before = contents(company.database_url)
    storage.close_database()
    moved = moving.move(company, postgresql_url, NOW)
    assert (moved.rows, moved.engine) == (sum(map(len, before.values())), "PostgreSQL")
    assert contents(postgresql_url) == before
    there = company.model_copy(update={"database_url": postgresql_url})
    back = f"sqlite:///{tmp_path / 'back.db'}"
    moving.move(there, back, NOW)
    assert contents(back) == before
    storage.open_database(postgresql_url)
    with storage.transaction():  # new rows get numbers of their own
        added = Customer.create(email="new@example.com", name="New", language="nl")
    assert added.id > max(dict(row)["id"] for row in before["customer"])


def test_nothing_is_moved_into_a_database_that_has_something(company: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    shutil.copy(company.folder / "instance" / "kloof.db", other)
    storage.close_database()
    with pytest.raises(Refused, match="not empty"):
        moving.move(company, f"sqlite:///{other}", NOW)


def test_old_ones_in_a_folder_are_thinned_out_and_nothing_else_there(
    company: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "letter.pdf").write_bytes(b"not a backup")
    dropped = [
        backup.make(company, folder, NOW + timedelta(hours=12 * half), keep=Keep.of("2d")).dropped
        for half in range(6)
    ]
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["kloof-2026-11-03T200000Z.zip", "kloof-2026-11-04T200000Z.zip", "letter.pdf"]
    assert sum(map(len, dropped)) == 4
