"""What one machine published and built, every other one has: its release files, its site, and the wishes it noted."""

from pathlib import Path
from typing import Any

import pytest

from cast.respondents import MONDAY, answered_deals, month
from cast.respondents import settings as company_of
from kloof.actions import ledger
from kloof.actions.releases import shared
from kloof.actions.releases.attack import audit
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.config import Settings
from kloof.domain.errors import Refused
from kloof.domain.ledger import LedgerAct
from kloof.publish import packed_site
from kloof.publish.release_files import read_releases
from kloof.storage.models import KeptFile

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]


@pytest.fixture
def machines(postgresql: str, tmp_path: Path) -> tuple[Settings, Settings]:
    """Two of one company, each with a folder of its own."""
    made = [company_of(tmp_path / name).model_copy(update={"database_url": postgresql}) for name in "ab"]
    for one in made:
        one.folder.mkdir()
    answered_deals(14)
    freeze(made[0], MONDAY)
    return made[0], made[1]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_release_of_one_machine_is_byte_for_byte_on_the_other_which_publishes_the_next(
    machines: Any,
) -> None:
    one, other = machines
    publish(one, MONDAY)
    shared.bring(other)
    assert contents(other.releases_folder) == contents(one.releases_folder)
    answered_deals(15, seed=1, now=month(1))
    freeze(other, month(1))
    publish(other, month(1))
    first, second = read_releases(other.releases_folder)
    assert second.document.previous == first.as_previous
    shared.bring(one)
    assert contents(one.releases_folder) == contents(other.releases_folder)
    assert audit(one.releases_folder).releases == 2


def test_a_machine_that_publishes_takes_what_it_lacks_first(machines: Any) -> None:
    one, other = machines
    publish(one, MONDAY)
    answered_deals(15, seed=1, now=month(1))
    freeze(one, month(1))
    publish(other, month(1))
    assert len(read_releases(other.releases_folder)) == 2


def test_a_release_that_was_damaged_in_the_database_comes_to_no_machine(machines: Any) -> None:
    one, other = machines
    publish(one, MONDAY)
    KeptFile.update(content=b"{}").where(KeptFile.path == "0001/datapackage.json").execute()
    with pytest.raises(Refused, match="Release 1 is not in the database as it was published"):
        shared.bring(other)
    assert contents(other.releases_folder) == {}


def test_what_was_published_before_releases_were_kept_is_kept_from_then_on(machines: Any) -> None:
    one, other = machines
    publish(one, MONDAY)
    KeptFile.delete().execute()
    shared.bring(other)
    assert not other.releases_folder.exists()
    shared.bring(one)
    shared.bring(other)
    assert contents(other.releases_folder) == contents(one.releases_folder)


def test_a_site_that_one_machine_built_takes_the_place_of_that_of_the_other(machines: Any) -> None:
    one, other = machines
    for turn in ("first", "second"):
        one.built_site.mkdir(parents=True, exist_ok=True)
        (one.built_site / "index.html").write_text(turn, encoding="utf-8")
        shared.keep_site(one)
        shared.bring(other)
        assert contents(other.built_site) == {"index.html": turn.encode()}
        shared.bring(one)
        assert contents(one.built_site) == contents(other.built_site)
    assert (other.built_site / "index.html").stat().st_mode & 0o777 == 0o644


def test_a_preview_is_seen_and_gone_on_both_and_for_its_owner_only(machines: Any) -> None:
    one, other = machines
    here, there = shared.preview_folder(one), shared.preview_folder(other)
    here.mkdir(parents=True)
    (here / "index.html").write_text("next", encoding="utf-8")
    shared.keep_site(one, shared.PREVIEW)
    shared.bring(other)
    assert contents(there) == {"index.html": b"next"}
    assert (there / "index.html").stat().st_mode & 0o777 == 0o600
    shared.drop_preview()
    shared.bring(other)
    assert not there.exists()


def test_a_wish_that_one_machine_noted_stands_in_the_ledger_of_the_other_once(machines: Any) -> None:
    one, other = machines
    with ledger.noting(one) as note:
        note(LedgerAct.ERASED, 7, MONDAY)
    for _ in range(2):
        shared.bring(other)
        shared.bring(one)
    assert ledger.lines_of(ledger.path_of(other)) == ledger.lines_of(ledger.path_of(one))
    assert len(ledger.lines_of(ledger.path_of(one))) == 1


def test_a_site_is_packed_into_the_same_bytes_and_comes_out_as_it_went_in(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "deep").mkdir(parents=True)
    (site / "deep" / "page.html").write_bytes(b"\xff page")
    content = packed_site.packed(site)
    (site / "deep" / "page.html").touch()
    assert packed_site.packed(site) == content
    packed_site.unpack(content, tmp_path / "there", readable=False)
    assert contents(tmp_path / "there") == contents(site)
