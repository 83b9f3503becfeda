"""Release files: what stands in them, that they never change, and that only certified releases are written."""

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cast.worlds import THRESHOLDS, World, a_survey, answers
from kloof.domain.deals.study_arms import Arm
from kloof.domain.errors import Reason, Refused
from kloof.domain.releases.certify import Publishable, certify, certify_what_can_be
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.queues import FineCell
from kloof.publish.release_files import (
    clear_staging,
    newest_release,
    newest_version,
    read_releases,
    staged,
    write_release,
)
from kloof.publish.schema import TABLES

pytestmark = pytest.mark.slow


@pytest.fixture
def publishable() -> Publishable:
    rng = np.random.default_rng(2)
    world, survey = World(), a_survey(2)
    here = FineCell('pump; "big"', "east", "north")
    for number in range(60):
        done = ["joint_visit"] if rng.random() < 0.5 else []
        world.sell(survey, number, number % 3, here, answers(rng, survey), done)
    for number in range(100, 115):
        one = FineCell("", "", "")
        world.sell(survey, number, number % 3, one, answers(rng, survey), arm=Arm.LEFT)
    world.freeze()
    verdict, _, _ = certify_what_can_be(world.draft(), world.history, world.candidates(), THRESHOLDS)
    assert isinstance(verdict, Publishable)
    return verdict


@pytest.fixture
def release(publishable, tmp_path):
    write_release(publishable, tmp_path).put_in_place()
    return tmp_path / "0001"


def test_only_what_was_certified_can_be_written(publishable, tmp_path):
    with pytest.raises(TypeError, match="certify"):
        write_release(publishable.document, tmp_path)


def test_a_release_reads_back_as_it_was(publishable, release):
    (found,) = read_releases(release.parent)
    assert found.document == publishable.document


def test_the_same_release_is_the_same_bytes(publishable, tmp_path):
    one = write_release(publishable, tmp_path / "one")
    other = write_release(publishable, tmp_path / "other")
    assert one.sha256 == other.sha256
    for file in one.folder.iterdir():
        assert file.read_bytes() == (other.folder / file.name).read_bytes()


def test_a_staged_release_is_no_release_yet(publishable, tmp_path):
    written = write_release(publishable, tmp_path)
    assert read_releases(tmp_path) == ()
    assert staged(tmp_path, 1, written.sha256) == written
    clear_staging(tmp_path)
    assert staged(tmp_path, 1, written.sha256) is None


def test_a_release_that_another_publish_puts_in_place_at_this_moment_is_staged_no_more(
    publishable, tmp_path, monkeypatch
):
    written = write_release(publishable, tmp_path)
    read = Path.read_bytes

    def too_late(file: Path) -> bytes:
        if written.folder.exists():
            written.put_in_place()
        return read(file)

    monkeypatch.setattr(Path, "read_bytes", too_late)
    assert staged(tmp_path, 1, written.sha256) is None
    assert [published.sha256 for published in read_releases(tmp_path)] == [written.sha256]


def test_putting_in_place_twice_is_putting_in_place_once(publishable, tmp_path):
    write_release(publishable, tmp_path).put_in_place()
    write_release(publishable, tmp_path).put_in_place()
    assert [path.name for path in tmp_path.iterdir()] == ["0001"]


def test_the_manifest_is_a_frictionless_data_package_with_the_hash_of_every_file(release):
    manifest = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    assert manifest["profile"] == "data-package"
    assert {resource["path"] for resource in manifest["resources"]} == {
        path.name for path in release.iterdir() if path.name != "datapackage.json"
    }
    for resource in manifest["resources"]:
        content = (release / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
        assert re.fullmatch(r"[a-z0-9._-]+", resource["name"])


def test_frictionless_itself_finds_nothing_wrong_with_a_release(release):
    """Names, hashes, sizes, and every cell of the table against its type; in a process of its own, which warns."""
    said = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "--json", str(release / "datapackage.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(said.stdout)
    assert report["valid"], report
    assert {task["type"] for task in report["tasks"]} == {"json", "table"}
    assert sum(task["type"] == "table" for task in report["tasks"]) == len(TABLES)


def rows_of(release, name):
    with (release / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", TABLES)
def test_each_table_has_exactly_the_columns_that_its_schema_describes(publishable, release, name):
    manifest = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    (table,) = [resource for resource in manifest["resources"] if resource["path"] == name]
    rows, document = rows_of(release, name), publishable.document
    sets = {"cells.csv": document.cells, "practices.csv": document.practices, "arms.csv": document.arms}[name]
    assert list(rows[0]) == [field["name"] for field in table["schema"]["fields"]]
    keys = {tuple(row[name] for name in table["schema"]["primaryKey"]) for row in rows}
    assert len(keys) == len(rows) == sum(len(cell.aspects) for cell in sets) > 0
    for field in table["schema"]["fields"]:
        values = [row[field["name"]] for row in rows]
        if field["type"] == "integer":
            assert all(value.isdigit() for value in values)
        if field["type"] == "number":
            assert all(np.isfinite(float(value)) for value in values)


def test_the_halves_of_a_practice_table_stand_in_a_table_and_add_up_to_the_company(publishable, release):
    rows = rows_of(release, "practices.csv")
    assert {(row["practice"], row["done"]) for row in rows} == {
        ("joint_visit", "true"),
        ("joint_visit", "false"),
    }
    company = [row for row in rows_of(release, "cells.csv") if row["level"] == "company"]
    assert company
    for whole in company:
        halves = [row for row in rows if row["aspect"] == whole["aspect"]]
        assert len(halves) == 2
        for name in ("deals", "n", "v", "r", "vv", "rr", "vr", "higher", "equal"):
            assert sum(float(half[name]) for half in halves) == pytest.approx(float(whole[name]))


def test_the_schema_of_the_document_goes_with_it(release):
    schema = json.loads((release / "release.jsonschema.json").read_text(encoding="utf-8"))
    assert schema["title"] == ReleaseDocument.__name__
    assert "only" in schema["description"] or schema["properties"]


def test_names_with_quotes_and_semicolons_survive(release):
    (found,) = read_releases(release.parent)
    assert 'pump; "big"' in {cell.product for cell in found.document.cells}


@pytest.mark.parametrize("name", ["release.json", "cells.csv", "release.jsonschema.json"])
def test_a_changed_file_is_found(release, name):
    (release / name).write_bytes((release / name).read_bytes() + b" ")
    with pytest.raises(Refused, match="changed after it was published") as refusal:
        read_releases(release.parent)
    assert name in refusal.value.where


def test_a_missing_file_is_found(release):
    (release / "cells.csv").unlink()
    with pytest.raises(Refused, match="missing"):
        read_releases(release.parent)


def test_a_missing_release_is_found(release):
    release.rename(release.parent / "0002")
    with pytest.raises(Refused, match="Release 1 is missing"):
        read_releases(release.parent)


def test_a_folder_that_holds_something_else_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "0001").mkdir()
    (tmp_path / "0001" / "datapackage.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Refused, match="not a release"):
        read_releases(tmp_path)


def emptied(release: Path) -> None:
    (release / "release.json").write_bytes(b"")


def cut_short(release: Path) -> None:
    manifest = release / "datapackage.json"
    manifest.write_bytes(manifest.read_bytes()[:300])


def without_its_manifest(release: Path) -> None:
    (release / "datapackage.json").unlink()


def a_folder_instead(release: Path) -> None:
    (release / "release.json").unlink()
    (release / "release.json").mkdir()


def not_text(release: Path) -> None:
    (release / "datapackage.json").write_bytes(b"\xff\xfe\x00")


def told_of_an_odd_release_before(release: Path) -> None:
    manifest = release / "datapackage.json"
    told = json.loads(manifest.read_text(encoding="utf-8")) | {"previous": {"number": "none"}}
    manifest.write_text(json.dumps(told), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (emptied, "0001/release.json"),
        (cut_short, "0001"),
        (without_its_manifest, "0001/datapackage.json"),
        (a_folder_instead, "0001/release.json"),
        (not_text, "0001"),
        (told_of_an_odd_release_before, "0001"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_whatever_happened_to_a_release_is_one_reason_and_names_the_place(release, damage, names):
    damage(release)
    for read in (newest_release, read_releases):
        with pytest.raises(Refused) as refusal:
            read(release.parent)
        assert (refusal.value.reason, refusal.value.facts["file"]) == (Reason.RELEASE_DAMAGED, names)
        assert str(release) in refusal.value.where


def test_a_file_that_was_touched_makes_the_release_another_version_to_look_at(release):
    before = newest_version(release.parent)
    later = (release / "release.json").stat().st_mtime_ns + 1_000_000_000
    os.utime(release / "cells.csv", ns=(later, later))
    assert newest_version(release.parent) != before


def test_what_a_release_has_none_of_has_no_table_in_it(publishable, release, tmp_path):
    rows = rows_of(release, "arms.csv")
    (arm,) = publishable.document.arms
    assert [(row["arm"], row["side"], row["n"]) for row in rows] == [("left", "v", "15")] * 2
    assert [float(row["total"]) for row in rows] == [sums.total for sums in arm.aspects.values()]
    world = World()
    for number in range(15):
        here = FineCell("pump", "east", "north")
        world.sell(a_survey(2), number, number % 3, here, answers(np.random.default_rng(number), a_survey(2)))
    world.freeze()
    without = write_release(certify(world.draft(), world.history, THRESHOLDS), tmp_path / "other")
    assert [file.name for file in without.folder.glob("*.csv")] == ["cells.csv"]


def test_a_release_of_before_there_were_arms_reads_with_its_hashes(publishable, tmp_path):
    """As they were written then: without the keys that came later."""
    written = write_release(publishable, tmp_path)
    document = json.loads((written.folder / "release.json").read_text(encoding="utf-8"))
    del document["arms"]
    for counts in document["response"]:
        for late in ("asked_again", "answered_twice", "not_asked", "not_asked_answered"):
            del counts[late]
    (written.folder / "release.json").write_text(json.dumps(document), encoding="utf-8")
    manifest = json.loads((written.folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in manifest["resources"]:
        digest = hashlib.sha256((written.folder / resource["path"]).read_bytes()).hexdigest()
        resource["hash"] = f"sha256:{digest}"
    (written.folder / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    written.put_in_place()
    (found,) = read_releases(tmp_path)
    assert found.document.arms == ()
