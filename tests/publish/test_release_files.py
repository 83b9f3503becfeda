"""Release files: what stands in them, that they never change, and that only certified releases are written."""

import csv
import hashlib
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cast.synthetic import Firm, exact_release
from kloof.domain.errors import Reason, Refused
from kloof.domain.releases.attacks import folder
from kloof.domain.releases.certificate.certify import _SEAL, Publishable
from kloof.domain.releases.document import Cell, ReleaseDocument
from kloof.publish.contradictions import contradictions
from kloof.publish.release_files import (
    clear_staging,
    contents,
    newest_release,
    newest_version,
    read_releases,
    staged,
    write_release,
)
from kloof.publish.schema import OVERALL, TABLES

pytestmark = pytest.mark.slow


def sealed(document: ReleaseDocument) -> Publishable:
    """As if it was certified: what is asked here is how releases are written and read, not which."""
    return Publishable(document, seal=_SEAL)


@pytest.fixture
def publishable() -> Publishable:
    places = (('pump; "big"', "east"), ("pump", "west"))
    [document] = Firm(releases=1, aspects=2, customers=40, places=places).documents()
    return sealed(document)


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


def expected_rows(document, name):
    aspects = len(document.surveys[0].aspects)
    return {
        "cells.csv": len(document.cells) * aspects,
        "promises.csv": sum(cell.promises is not None for cell in document.cells),
        "practices.csv": len(document.practices) * aspects,
        "practice_products.csv": sum(len(cell.spread.products) for cell in document.practices),
        "arms.csv": len(document.arms) * aspects,
        "spreads.csv": len(document.spreads) * (aspects + 1),
        "response.csv": len(document.response),
    }[name]


@pytest.mark.parametrize("name", TABLES)
def test_each_table_has_exactly_the_columns_that_its_schema_describes(publishable, release, name):
    manifest = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    (table,) = [resource for resource in manifest["resources"] if resource["path"] == name]
    rows = rows_of(release, name)
    assert list(rows[0]) == [field["name"] for field in table["schema"]["fields"]]
    keys = {tuple(row[column] for column in TABLES[name].key) for row in rows}
    assert len(keys) == len(rows) == expected_rows(publishable.document, name) > 0
    for field in table["schema"]["fields"]:
        values = [row[field["name"]] for row in rows]
        if field["type"] == "integer":
            assert all(value.isdigit() or not value for value in values)
        if field["type"] == "number":
            assert all(math.isfinite(float(value)) for value in values if value)


def test_a_gap_and_its_error_can_be_recomputed_from_the_tables_alone(publishable, release):
    from kloof.domain import findings

    document = publishable.document
    [company] = [row for row in rows_of(release, "cells.csv") if row["level"] == "company"][:1]
    [spread] = [row for row in rows_of(release, "spreads.csv") if row["aspect"] == company["aspect"]]
    n, parts = int(company["n"]), int(company["parts"])
    gap = (float(company["v"]) - float(company["r"])) / n
    sampling = (float(spread["sd_s"]) * float(spread["clustering"])) ** 2 / n
    error = math.sqrt(sampling + 2 * parts * (5**2 - 1) / 6 / n**2)
    reading = next(one for one in findings.read(document).cells if one.cell.id == company["cell"])
    [found] = [one.gap.figure.difference for one in reading.aspects if one.aspect.id == company["aspect"]]
    assert (found.mean, found.estimate.error) == (pytest.approx(gap), pytest.approx(error))
    assert OVERALL in {row["aspect"] for row in rows_of(release, "spreads.csv")}


def test_no_table_holds_more_of_a_group_than_the_document_says(publishable, release):
    """Two sums of each aspect, and coarse shares: nothing from which a distribution could be solved."""
    for row in rows_of(release, "cells.csv"):
        cell = next(one for one in publishable.document.cells if one.id == row["cell"])
        assert (float(row["v"]) % 5, float(row["r"]) % 5) == (0, 0)
        for name, share in cell.shares[row["aspect"]].model_dump().items() if cell.shares else ():
            assert row[name] == ("" if share is None else str(share))


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
    left = publishable.document.arms[0]
    assert [(row["side"], row["n"]) for row in rows if row["arm"] == "left"] == [("v", "40")] * 2
    assert [float(row["total"]) for row in rows if row["arm"] == "left"] == list(left.aspects.values())
    empty = publishable.document.model_copy(
        update={"arms": (), "practices": (), "spreads": (), "response": (), "cells": (), "withheld": ()}
    )
    assert [name for name in contents(empty) if name.endswith(".csv")] == ["cells.csv"]


def put(folder: Path, document, files: dict[str, bytes], previous=None) -> None:
    """A release as it stands on disk, with a manifest that goes with its files."""
    release = folder / f"{document.number:04d}"
    release.mkdir(parents=True)
    resources = []
    for name, content in files.items():
        (release / name).write_bytes(content)
        resources.append({"path": name, "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"})
    stated = document.previous.model_dump() if document.previous else None
    manifest = {"resources": resources, "previous": stated}
    (release / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")


def of_format_1(folder: Path) -> str:
    """Release 1, of the earlier engine; the hash of its manifest."""
    exact = exact_release(1)
    files = {"release.json": exact.model_dump_json().encode(), "cells.csv": b"cell,aspect,vv\n"}
    put(folder, exact, files)
    return hashlib.sha256((folder / "0001" / "datapackage.json").read_bytes()).hexdigest()


def test_a_release_of_the_earlier_engine_reads_with_its_hashes_and_one_of_now_follows_it(tmp_path):
    sha = of_format_1(tmp_path)
    [first] = read_releases(tmp_path)
    assert first.document == exact_release(1)
    assert newest_release(tmp_path) == exact_release(1)
    [document] = Firm(releases=1, aspects=1).documents(first=2)
    follows = document.model_copy(update={"previous": first.as_previous})
    assert first.sha256 == sha
    write_release(sealed(follows), tmp_path).put_in_place()
    assert [one.document.format for one in read_releases(tmp_path)] == [1, 2]
    assert isinstance(newest_release(tmp_path), ReleaseDocument)


def test_a_changed_file_of_the_earlier_engine_is_found_too(tmp_path):
    of_format_1(tmp_path)
    (tmp_path / "0001" / "cells.csv").write_bytes(b"other")
    with pytest.raises(Refused, match="changed after it was published"):
        read_releases(tmp_path)


def company(document: ReleaseDocument, **changed: object) -> ReleaseDocument:
    """The same release with its first cell changed."""
    first = document.cells[0].model_copy(update=changed)
    return document.model_copy(update={"cells": (first, *document.cells[1:])})


def odd_sum(document):
    sums = dict(document.cells[0].aspects)
    name = next(iter(sums))
    sums[name] = sums[name].model_copy(update={"v": sums[name].v + 1})
    return company(document, aspects=sums)


def another_base(document):
    survey = document.surveys[0].model_copy(update={"base": 1.0})
    return document.model_copy(update={"surveys": (survey,)})


def nine_customers(document):
    return company(document, customers=9)


def a_block_of_nowhere(document):
    return company(document, blocks=(*document.cells[0].blocks, 999))


def one_deal_more(document):
    return company(document, n=document.cells[0].n + 1)


def shares_of_nothing(document):
    return company(document, counted=())


def one_aspect_less(document):
    return company(document, aspects=dict(list(document.cells[0].aspects.items())[1:]))


def no_such_survey(document):
    return company(document, version=9)


@pytest.mark.parametrize(
    "change",
    [
        odd_sum, another_base, nine_customers, a_block_of_nowhere, one_deal_more, shares_of_nothing,
        one_aspect_less, no_such_survey,
    ],
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_a_release_that_contradicts_itself_is_refused_though_its_hashes_are_right(
    publishable, tmp_path, change
):
    document = publishable.document
    assert list(contradictions(document)) == []
    changed = change(document)
    files = {"release.json": changed.to_json().encode()}
    put(tmp_path, changed, files)
    with pytest.raises(Refused) as refusal:
        read_releases(tmp_path)
    assert (refusal.value.reason, refusal.value.facts["file"]) == (
        Reason.RELEASE_DAMAGED,
        "0001/release.json",
    )


@pytest.mark.parametrize("share", [0, 7, 100])
def test_a_share_that_is_no_coarse_one_is_refused(publishable, tmp_path, share):
    text = json.loads(publishable.document.to_json())
    text["cells"][0]["promises"]["kept"] = share
    put(tmp_path, publishable.document, {"release.json": json.dumps(text).encode()})
    with pytest.raises(Refused, match="not a release"):
        read_releases(tmp_path)


def test_the_attack_on_the_folder_finds_in_every_table_what_the_document_says_and_nothing_else(
    publishable, release
):
    files = {file.name: file.read_bytes() for file in release.iterdir()}
    assert set(TABLES) <= set(files)
    assert list(folder.attack(publishable.document, files)) == []


@pytest.mark.parametrize("name", TABLES)
def test_the_attack_on_the_folder_sees_a_figure_that_was_changed_and_a_column_that_was_added(
    publishable, release, name
):
    files = {file.name: file.read_bytes() for file in release.iterdir()}
    head, *lines = files[name].decode().splitlines()
    last = lines[0].rsplit(",", 1)
    changed = "\n".join([head, f"{last[0]},123456", *lines[1:]]).encode()
    added = "\n".join([f"{head},squares", *(f"{line},7" for line in lines)]).encode()
    for content in (changed, added):
        found = list(folder.attack(publishable.document, files | {name: content}))
        assert {breach.where for breach in found} == {name}


def test_the_jsonschema_that_goes_with_a_release_holds_for_it(publishable, release):
    import jsonschema

    schema = json.loads((release / "release.jsonschema.json").read_text(encoding="utf-8"))
    document = json.loads((release / "release.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    assert set(document["cells"][0]) == set(Cell.model_fields)


def test_a_name_is_no_formula_in_any_table_and_the_audit_knows_it(tmp_path):
    names = ('=HYPERLINK("http://evil.example")', "-1+1", "@SUM(A1)", "'=x", "+31 6 12345678")
    places = tuple((name, name) for name in names)
    [document] = Firm(releases=1, aspects=1, customers=40, places=places).documents()
    write_release(sealed(document), tmp_path).put_in_place()
    table = (tmp_path / "0001" / "cells.csv").read_text(encoding="utf-8")
    cells = [cell for row in csv.reader(table.splitlines()) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "-1+"))]
    assert {f"'{name}" for name in names} <= set(cells)
    assert [found.document for found in read_releases(tmp_path)] == [document]
    files = {file.name: file.read_bytes() for file in (tmp_path / "0001").iterdir()}
    assert list(folder.attack(document, files)) == []
