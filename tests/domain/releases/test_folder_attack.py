"""The folder of a release: its tables say what the document says, and canaries in which one of them does not."""

import csv
import io
import json

import pytest

from cast.canaries import Company, people
from kloof.domain.releases.attacks import folder
from kloof.domain.releases.document import Level, ReleaseDocument, ResponseCounts
from kloof.domain.releases.guarantee import AspectSpread, SurveySpread


def table(release: ReleaseDocument, **more: str) -> bytes:
    """A table of the cells with their sums, and with more columns."""
    text = io.StringIO()
    fields = [
        "cell",
        "level",
        "team",
        "as_of_release",
        "as_of_date",
        "aspect",
        "n",
        "customers",
        "v",
        "r",
        *more,
    ]
    writer = csv.DictWriter(text, fields, lineterminator="\n")
    writer.writeheader()
    for cell in release.cells:
        for aspect, told in cell.aspects.items():
            standing = {"as_of_release": cell.as_of.release, "as_of_date": cell.as_of.date}
            sums = {"n": cell.n, "customers": cell.customers, "v": told.v, "r": told.r}
            place = {"cell": cell.id, "level": cell.level.value, "team": cell.team, "aspect": aspect}
            writer.writerow(place | standing | sums | more)
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def release() -> ReleaseDocument:
    company = Company()
    for number, n in ((1, 14), (2, 30)):
        company.close(number, people(n, number))
    return company.release(1, {"company": (1, 2), "team/north": (1,)})


def files(release: ReleaseDocument, **others: bytes) -> dict[str, bytes]:
    known = {"release.json": release.to_json().encode(), "cells.csv": table(release)}
    known |= {"release.jsonschema.json": b"{}"}
    listed = {"resources": [{"path": name} for name in known]}
    changed = {name.replace("_", "."): content for name, content in others.items()}
    return known | {"datapackage.json": json.dumps(listed).encode()} | changed


def found(release: ReleaseDocument, **others: bytes) -> list[str]:
    return [f"{one.where}: {one.what}" for one in folder.attack(release, files(release, **others))]


def test_a_folder_that_says_what_was_certified_is_sound(release):
    assert found(release) == []


def test_canary_a_stray_file_is_named(release):
    assert found(release, answers_csv=b"cell\n") == [
        "answers.csv: the manifest does not name this file: nothing vouches for what it says"
    ]


@pytest.mark.parametrize(
    ("more", "seen"),
    [
        ({"vv": "1234.5"}, "column vv: the certified document says nothing of the kind"),
        ({"good": "14"}, "line 2, good: 14, certified is None"),
        ({"blocks": "1"}, "line 2, blocks: 1, certified is 1 2"),
    ],
)
def test_canary_a_column_beside_the_document_is_seen(release, more, seen):
    assert found(release, cells_csv=table(release, **more)) == [f"cells.csv: {seen}"]


def test_canary_a_table_of_another_release_is_seen(release):
    (cell, team) = release.cells
    other = release.model_copy(update={"cells": (cell.model_copy(update={"n": 43}), team)})
    assert found(release, cells_csv=table(other)) == ["cells.csv: line 2, n: 43, certified is 44"]
    unknown = release.model_copy(update={"cells": (cell.model_copy(update={"id": "elsewhere"}),)})
    assert found(release, cells_csv=table(unknown))[0].endswith(
        "line 2 is about nothing in the certified document"
    )


def test_canary_a_document_that_says_more_than_was_certified_is_seen(release):
    told = json.loads(release.to_json())
    told["cells"][0]["aspects"]["aspect-0"]["vv"] = 3050.0
    assert found(release, release_json=json.dumps(told).encode()) == [
        "release.json: it says something else than the certified document"
    ]
    twice = release.to_json().replace('"company": "Warmtehuis"', '"company": "one", "company": "Warmtehuis"')
    assert found(release, release_json=twice.encode()) == ["release.json: it says company twice"]


def test_canary_what_cannot_be_read_is_said(release):
    assert found(release, release_json=b"{") == ["release.json: it cannot be read"]
    assert found(release, cells_csv=b"\xff\xfe") == ["cells.csv: it cannot be read"]


def test_canary_spreads_responses_and_promises_that_differ_are_seen(release):
    counts = {"deals_started": 90, "answered_at_sale": 60, "answered_after_delivery": 60, "pairs": 60}
    place = {"survey": "installation", "version": 1, "level": Level.COMPANY}
    spread = AspectSpread(v=1.2, r=1.8, s=2.1)
    told = {"survey": "installation", "version": 1, "aspects": {"aspect-0": spread}, "overall": spread}
    fuller = release.model_copy(
        update={
            "response": (ResponseCounts(**place, **counts, pairs_published=44),),
            "spreads": (SurveySpread(**told),),
        }
    )
    response = "survey,version,level,product,region,team,pairs\ninstallation,1,company,,,,61\n"
    spreads = "survey,version,aspect,sd_v\ninstallation,1,all aspects,1.21\n"
    promises = "cell,kept\ninstallation-1/company,50\n"
    files_of = {"response_csv": response, "spreads_csv": spreads, "promises_csv": promises}
    said = [
        one.partition(": ")[2]
        for one in found(fuller, **{name: text.encode() for name, text in files_of.items()})
        if "manifest" not in one
    ]
    assert said == [
        "column kept: the certified document says nothing of the kind",
        "line 2, pairs: 61, certified is 60",
        "line 2, sd_v: 1.21, certified is 1.2",
    ]


def test_canary_a_column_that_stands_twice_is_named(release):
    """Whoever reads a table by its names sees the last of two columns: the first could hold exact means."""
    head, *lines = table(release).decode().splitlines()
    twice = "\n".join([f"v,{head}", *(f"8.1234,{line}" for line in lines)])
    assert found(release, cells_csv=twice.encode()) == ["cells.csv: column v stands in it twice"]


@pytest.mark.parametrize(
    ("name", "said", "what"),
    [
        ("datapackage.json", {"note": "the sum is 812"}, "it says note: no manifest does"),
        ("datapackage.json", {"title": "812"}, "title: 812, of this release it is"),
        ("release.jsonschema.json", {"x-sums": [812]}, "it says x-sums: no schema of a release does"),
        ("release.jsonschema.json", {"title": {"examples": [812]}}, "it says examples: no schema"),
    ],
)
def test_canary_what_a_manifest_or_a_schema_says_beside_is_named(release, name, said, what):
    changed = files(release)
    changed[name] = json.dumps(json.loads(changed[name]) | said).encode()
    (one,) = folder.attack(release, changed)
    assert one.where == name
    assert one.what.startswith(what)


def test_canary_a_description_of_a_resource_is_named(release):
    changed = files(release)
    listed = json.loads(changed["datapackage.json"])
    listed["resources"][0]["description"] = "the sum is 812"
    changed["datapackage.json"] = json.dumps(listed).encode()
    assert [one.what for one in folder.attack(release, changed)] == ["it says description: no manifest does"]
