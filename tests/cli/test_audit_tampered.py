"""kloof audit on a folder that the real commands made, and that somebody changed: what it says of each change.

Whoever changes a file without its hashes is refused at once. These seal what they changed, hash by hash, as whoever
wrote the releases could: what is left to find it are the attacks.
"""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cast.builders import settings as settings_of
from cast.respondents import answered_deals
from kloof import storage
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.cli import main

pytestmark = pytest.mark.slow

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
Document = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, _migrated_file: Path) -> Path:
    """The releases of a company: of forty pairs, and of forty more."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "kloof.toml").touch()
    shutil.copyfile(_migrated_file, folder / "kloof.db")
    settings = settings_of(f"sqlite:///{folder / 'kloof.db'}", folder)
    storage.open_database(settings.database_url)
    for month in range(2):
        with storage.transaction():
            answered_deals(40, seed=month, now=NOW)
        freeze(settings, NOW + timedelta(days=30 * month), seed=month)
        assert publish(settings, NOW + timedelta(days=30 * month), seed=month).document
    storage.close_database()
    return settings.releases_folder


@pytest.fixture
def releases(made: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return Path(shutil.copytree(made, tmp_path / "releases"))


def audit(releases: Path) -> tuple[int, str]:
    """As it is typed in a company's folder: the exit status, and all that it says."""
    (releases.parent / "kloof.toml").touch()
    done = CliRunner().invoke(main, ["audit", str(releases)], env={"KLOOF_FOLDER": str(releases.parent)})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def seal(releases: Path) -> None:
    """Name and hash every file anew, and let each release name the one before it."""
    before = None
    for number, folder in enumerate(sorted(releases.iterdir()), start=1):
        manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        document = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        if before:
            previous = {"number": number - 1, "sha256": before}
            document["previous"] = manifest["previous"] = previous
            write(folder, document)
        for resource in manifest["resources"]:
            content = (folder / resource["path"]).read_bytes()
            resource |= {"hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "bytes": len(content)}
        text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        (folder / "datapackage.json").write_text(text, encoding="utf-8")
        before = hashlib.sha256(text.encode()).hexdigest()


def write(folder: Path, document: Document) -> None:
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / "release.json").write_text(text, encoding="utf-8")


def tables_follow(folder: Path) -> None:
    """The tables say what the document says now."""
    from kloof.domain.releases.document import ReleaseDocument
    from kloof.publish.release_files import contents

    document = ReleaseDocument.from_json((folder / "release.json").read_text(encoding="utf-8"))
    for name, content in contents(document).items():
        if name.endswith(".csv"):
            (folder / name).write_bytes(content)


def rows(folder: Path, name: str = "cells.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_text(encoding="utf-8"))))


def write_rows(folder: Path, changed: list[dict[str, str]], name: str = "cells.csv") -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(changed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(changed)
    (folder / name).write_text(text.getvalue(), encoding="utf-8")


def of_release(number: int, change: Callable[[Document], object]) -> Callable[[Path], None]:
    def tamper(releases: Path) -> None:
        folder = releases / f"{number:04d}"
        document = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        change(document)
        write(folder, document)
        tables_follow(folder)

    return tamper


def of_rows(
    change: Callable[[list[dict[str, str]]], object], name: str = "cells.csv"
) -> Callable[[Path], None]:
    def tamper(releases: Path) -> None:
        told = rows(releases / "0002", name)
        change(told)
        write_rows(releases / "0002", told, name)

    return tamper


def company_of(document: Document) -> Document:
    return next(cell for cell in document["cells"] if cell["level"] == "company")


def first_aspect(document: Document) -> Document:
    told: Document = next(iter(company_of(document)["aspects"].values()))
    return told


def under_a_new_number(releases: Path) -> None:
    """The second release holds the people of the first alone, as if their block were another."""
    first, second = (
        json.loads((releases / name / "release.json").read_text(encoding="utf-8"))
        for name in ("0001", "0002")
    )
    told = first | {name: second[name] for name in ("number", "published_on", "previous")}
    told["blocks"] = [first["blocks"][0] | {"id": 9}]
    for cell in told["cells"]:
        cell |= {name: [9] for name in ("blocks", "counted") if cell[name]}
    write(releases / "0002", told)
    tables_follow(releases / "0002")


def over_one_person(document: Document) -> None:
    document["blocks"][0]["n"] = 1
    sizes = {block["id"]: block["n"] for block in document["blocks"]}
    for cell in document["cells"]:
        cell["n"] = sum(sizes[block] for block in cell["blocks"])
        cell["customers"] = cell["n"] // 5 * 5


def responded_exactly(document: Document) -> None:
    document["response"][0]["pairs"] += 1


def spread_finely(document: Document) -> None:
    document["spreads"][0]["overall"]["v"] = 1.234


def stated_below(document: Document) -> None:
    document["guarantee"]["max_leverage"] = 0.001


def left_out(document: Document) -> None:
    document["cells"] = [cell for cell in document["cells"] if cell["level"] != "team"]


def other_shares(document: Document) -> None:
    told = next(iter(company_of(document)["shares"].values()))
    told["higher"], told["equal"], told["lower"] = 90, 50, 50


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (
            under_a_new_number,
            "release 2, project-1/company: the same people under a new block number: [9] for [1] (time)",
        ),
        (of_release(2, over_one_person), "release 2, block 1: it holds 1 customers, fewer than 12 (files)"),
        (
            of_release(2, over_one_person),
            "release 2, block 1: it has 1 customers, and had 40: the difference is",
        ),
        (of_release(2, responded_exactly), "release 2, response of project: pairs is exact: "),
        (
            of_release(2, spread_finely),
            "the spread of overall, v is 1.234, and spreads are told in steps of 0.1",
        ),
        (
            of_release(2, stated_below),
            "release 2, guarantee: it states 0.0010; the sets have 0.0250 (leverage)",
        ),
        (of_release(2, left_out), "/team/East/North: it has deals, and is neither published nor withheld"),
        (of_release(2, other_shares), "above, equal and below make 190% (counts)"),
        (of_rows(lambda told: told[0].update(n="3")), "cells.csv: line 2, n: 3, certified is 80 (folder)"),
        (
            of_rows(lambda told: told.append(told[0] | {"cell": "project-1/one", "n": "1"})),
            "is about nothing in the certified document (folder)",
        ),
        (
            of_rows(lambda told: [row.update(vv="3") for row in told]),
            "cells.csv: column vv: the certified document says nothing of the kind (folder)",
        ),
        (
            of_rows(lambda told: told[0].update(pairs="3"), "response.csv"),
            "response.csv: line 2, pairs: 3, certified is ",
        ),
    ],
)
def test_a_change_that_was_sealed_is_named_by_the_attack_that_sees_it(
    releases: Path, tamper: Callable[[Path], None], said: str
) -> None:
    tamper(releases)
    seal(releases)
    status, output = audit(releases)
    assert status == 1
    assert said in output
    assert "These releases give people away." in output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda told: first_aspect(told).update(v=99_999.0),
            "a sum of project-1/company, a1, is no multiple of 5",
        ),
        (
            lambda told: first_aspect(told).update(v=576.0),
            "a sum of project-1/company, a1, is no multiple of 5",
        ),
        (
            lambda told: first_aspect(told).update(vv=1.0),
            "cells.0.aspects.a1.vv: Extra inputs are not permitted",
        ),
        (lambda told: company_of(told).update(n=81), "does not count as many deals as its blocks"),
        (lambda told: company_of(told).update(customers=85), "counts 80 deals of 85 customers"),
        (
            lambda told: next(iter(company_of(told)["shares"].values())).update(good=97),
            "cells.0.shares.a1.good: Input should be a multiple of 5",
        ),
    ],
)
def test_what_no_release_can_say_is_refused_in_a_sentence_that_says_where(
    releases: Path, change: Callable[[Document], object], said: str
) -> None:
    folder = releases / "0002"
    document = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    change(document)
    write(folder, document)
    seal(releases)
    status, output = audit(releases)
    assert status == 1
    assert "0002/release.json: This is not a release of kloof: " in output
    assert said in output
    assert "https:" not in output


def test_a_file_that_was_changed_and_not_sealed_is_refused_by_name(releases: Path) -> None:
    with (releases / "0001" / "response.csv").open("a", encoding="utf-8") as file:
        file.write("project,1,team,,,North,1\n")
    status, output = audit(releases)
    assert status == 1
    assert "0001/response.csv: This file was changed after it was published." in output


def test_strays_in_every_folder_are_named(releases: Path) -> None:
    (releases / "0002" / "answers").mkdir()
    (releases / "0002" / "answers" / "a.csv").write_text("name\n", encoding="utf-8")
    (releases / ".notes").touch()
    status, output = audit(releases)
    assert status == 1
    assert "release 2, answers/a.csv: the manifest does not name this file" in output
    assert "release 2, .notes: it lies beside the releases and belongs to none of them" in output


def test_a_stray_that_the_manifest_vouches_for_is_read_all_the_same(releases: Path) -> None:
    manifest = releases / "0002" / "datapackage.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    told["resources"].append({"name": "more", "path": "more.csv"})
    manifest.write_text(json.dumps(told), encoding="utf-8")
    (releases / "0002" / "more.csv").write_text("cell,aspect,v\nproject-1/company,a1,3\n", encoding="utf-8")
    seal(releases)
    assert "release 2, more.csv: line 2, v: 3, certified is " in audit(releases)[1]


def test_untouched_releases_are_sound_and_each_attack_says_what_it_cannot_see(releases: Path) -> None:
    status, output = audit(releases)
    assert (status, output.count("cannot see: ")) == (0, 12)
    assert output.rstrip().endswith("2 releases, 0 breaches.")
    seal(releases)
    assert audit(releases)[0] == 0
