"""kloof audit as it is typed, on a company that froze and published; and what publishing and auditing refuse."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cast.builders import settings as settings_of
from cast.respondents import answered_deals
from instruments.handbook import page, rows, under
from kloof import storage
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.cli import main
from kloof.cli.releases import NOT_SEEN, TRIES
from kloof.config import Settings
from kloof.domain.errors import Refused
from kloof.domain.releases.attacks import ATTACKS, folder
from kloof.publish.pages import write_pages
from kloof.publish.release_contents import contents
from kloof.publish.release_files import Staged, read_releases
from kloof.storage.models import Block

pytestmark = pytest.mark.slow

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)


@pytest.fixture
def company(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A company with twenty complete pairs that queue in one cell."""
    (tmp_path / "kloof.toml").touch()
    monkeypatch.chdir(tmp_path)
    pairs(20)
    return settings_of(database, tmp_path)


def pairs(count: int) -> None:
    with storage.transaction():
        answered_deals(count, seed=count, now=NOW)


@pytest.fixture
def published(company: Settings) -> Settings:
    """The same with one release."""
    freeze(company, NOW)
    assert publish(company, NOW).document
    return company


def test_freezing_twice_closes_nothing_twice(company: Settings) -> None:
    assert freeze(company, NOW).pairs == 20
    assert freeze(company, NOW).blocks == 0
    assert Block.select().count() == 1


def test_publishing_twice_without_new_blocks_makes_no_second_release(published: Settings) -> None:
    assert publish(published, NOW + timedelta(days=1)).document is None
    assert [folder.name for folder in published.releases_folder.iterdir()] == ["0001"]


def test_a_changed_release_is_refused_by_name(published: Settings) -> None:
    file = published.releases_folder / "0001" / "release.json"
    file.write_text(file.read_text(encoding="utf-8").replace("Warmtehuis", "Wermtehuis"), encoding="utf-8")
    with pytest.raises(Refused, match="changed after it was published"):
        publish(published, NOW + timedelta(days=1))


def test_a_missing_release_is_refused_by_number(published: Settings) -> None:
    shutil.rmtree(published.releases_folder / "0001")
    with pytest.raises(Refused, match="release 1 are missing"):
        publish(published, NOW + timedelta(days=1))


def test_a_clock_that_went_back_is_refused(published: Settings) -> None:
    with pytest.raises(Refused, match="The clock says"):
        freeze(published, NOW - timedelta(days=1))


def test_a_stop_in_the_middle_leaves_the_old_release_whole_and_the_next_run_finishes_the_new(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {file.name: file.read_bytes() for file in (published.releases_folder / "0001").iterdir()}
    pairs(24)
    later = NOW + timedelta(days=30)
    freeze(published, later)
    with monkeypatch.context() as patch:
        patch.setattr(Staged, "put_in_place", _stopped)
        with pytest.raises(KeyboardInterrupt):
            publish(published, later)
    assert not (published.releases_folder / "0002").exists()
    assert before == {file.name: file.read_bytes() for file in (published.releases_folder / "0001").iterdir()}
    assert publish(published, later).document is None
    assert (published.releases_folder / "0002" / "datapackage.json").exists()


def _stopped(staged: Staged) -> None:
    raise KeyboardInterrupt


def test_audit_says_what_each_attack_tried_and_finds_nothing(published: Settings) -> None:
    done = CliRunner().invoke(main, ["audit", str(published.releases_folder)])
    assert done.exit_code == 0, done.output
    assert "1 release, 0 breaches." in done.output
    assert "differencing: nothing found" in done.output
    assert done.output.count("cannot see: ") == len(ATTACKS) + 1
    as_json = CliRunner().invoke(main, ["audit", "--json", str(published.releases_folder)])
    said = json.loads(as_json.output)
    assert not any(said["attacks"].values())
    assert said["open"] == said["older"] == 0


def test_audit_has_words_for_every_attack_and_the_reference_has_the_same() -> None:
    assert set(TRIES) == set(NOT_SEEN) == {*ATTACKS, folder.NAME}
    told = rows(under(page("commands"), "## What `kloof audit` tries"))
    assert [tuple(row) for row in told] == [(name, tries, NOT_SEEN[name]) for name, tries in TRIES.items()]


def test_audit_names_what_lies_in_the_folders_and_belongs_to_no_release(published: Settings) -> None:
    (published.releases_folder / "0001" / "answers.csv").write_text("cell,aspect\n", encoding="utf-8")
    (published.releases_folder / "notes.txt").touch()
    done = CliRunner().invoke(main, ["audit", str(published.releases_folder)])
    assert done.exit_code == 1
    assert "release 1, answers.csv: the manifest does not name this file" in done.output
    assert "release 1, notes.txt: it lies beside the releases" in done.output


def test_the_pages_that_the_site_has_about_releases_are_no_strays(published: Settings) -> None:
    write_pages(published.site_folder, [one.document for one in read_releases(published.releases_folder)])
    beside = {file.name for file in published.releases_folder.iterdir()}
    assert {"0001.nl.md", "0001.en.md", "index.nl.md", "index.en.md"} < beside
    done = CliRunner().invoke(main, ["audit"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "1 release, 0 breaches.")
    (published.releases_folder / "notes.nl.md").touch()
    assert CliRunner().invoke(main, ["audit"]).exit_code == 1


def test_audit_of_a_folder_without_releases_says_so(company: Settings, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["audit", str(tmp_path)])
    assert done.exit_code == 1
    assert "There are no releases here." in done.output


def test_audit_exits_with_1_and_a_sentence_where_an_attack_breaks_something(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chain is sound, and what it holds is not: whoever wrote these releases promised too little."""
    from kloof.publish import release_files

    (whole,) = release_files.read_releases(published.releases_folder)
    weak = whole.document.model_copy(
        update={"guarantee": whole.document.guarantee.model_copy(update={"k": 5})}
    )
    folder = published.folder / "weak" / "0001"
    folder.mkdir(parents=True)
    for name, content in contents(weak).items():
        (folder / name).write_bytes(content)
    done = CliRunner().invoke(main, ["audit", str(folder.parent)])
    assert done.exit_code == 1
    assert "k is 5, below 10" in done.output
    assert "give people away" in done.output
