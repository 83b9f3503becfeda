"""The folder of a release: every file in it says what the certified document says, and nothing more."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from kloof.domain.json_text import read_json
from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.document import AspectShares, Cell, PracticeCell, ReleaseDocument
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.releases.guarantee import ArmSpread
from kloof.domain.spelling import from_spreadsheet
from kloof.domain.statistics.sums import PairedSums, Sums

NAME = "folder"
DOCUMENT: Final = "release.json"
MANIFEST: Final = "datapackage.json"
SCHEMA: Final = "release.jsonschema.json"
_MANIFEST_KEYS: Final = {"profile", "name", "title", "version", "created", "previous", "resources"}
_RESOURCE_KEYS: Final = {
    *("name", "path", "profile", "format", "mediatype", "encoding", "bytes", "hash", "schema")
}
_TABLE_KEYS: Final = {"fields", "primaryKey", "missingValues"}
_COLUMN_KEYS: Final = {"name", "type", "description", "constraints"}
_SCHEMA_KEYS: Final = {
    "$defs",
    "additionalProperties",
    "description",
    "properties",
    "required",
    "title",
    "type",
}
_IN_NO_SCHEMA: Final = {"examples", "example", "$comment"}
"""Keys that the files beside the document and its tables have, and that none has: there figures could stand unseen."""
_ENDS: Final = ("lowest", "highest")
_SET: Final = ("cell", "aspect")
_PART: Final = ("cell", "aspect", "product")
_PLACE: Final = ("survey", "version", "level", "product", "region", "team", "aspect")
"""What a row is about, by the columns that say so: a set, a product in it, or a group of deals or an aspect."""


def attack(release: AnyRelease, files: Mapping[str, bytes]) -> Iterator[Breach]:
    """What the files of this release's folder, by name, say beside the document or against it."""
    listed = _listed(files)
    for name, content in sorted(files.items()):
        for what in _of(name, content, release, listed):
            yield Breach(NAME, release.number, name, what)


def _listed(files: Mapping[str, bytes]) -> set[str]:
    try:
        return {MANIFEST, *(one["path"] for one in read_json(files[MANIFEST])["resources"])}
    except (KeyError, TypeError, ValueError):
        return {MANIFEST}


def _of(name: str, content: bytes, release: AnyRelease, listed: set[str]) -> Iterator[str]:
    if name not in listed:
        yield "the manifest does not name this file: nothing vouches for what it says"
    if name == DOCUMENT:
        yield from _document(content, release)
    elif name.endswith(".csv"):
        yield from _table(content, release)
    elif name == MANIFEST:
        yield from _manifest(content, release)
    elif name == SCHEMA:
        yield from _schema(content)
    elif name in listed:
        yield "a release has no such file"


def _document(content: bytes, release: AnyRelease) -> Iterator[str]:
    """Keys that are there twice, of which a reader sees one, and whatever else the document does not hold."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in found]
        twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(found)

    try:
        said = read_json(content, pairs)
    except ValueError:
        yield "it cannot be read"
        return
    yield from (f"it says {name} twice" for name in dict.fromkeys(twice))
    # A release that was made before a key was told does not have it.
    if said not in [json.loads(release.model_dump_json(exclude_unset=bare)) for bare in (False, True)]:
        yield "it says something else than the certified document"


def _manifest(content: bytes, release: AnyRelease) -> Iterator[str]:
    """Keys that no manifest has, and a name or a date that is not the document's."""
    try:
        said = read_json(content)
        resources = said["resources"]
        tables = [one["schema"] for one in resources if "schema" in one]
        columns = [column for table in tables for column in table["fields"]]
    except (KeyError, TypeError, ValueError):
        yield "it cannot be read"
        return
    for some, known in (
        ([said], _MANIFEST_KEYS),
        (resources, _RESOURCE_KEYS),
        (tables, _TABLE_KEYS),
        (columns, _COLUMN_KEYS),
    ):
        yield from (f"it says {key}: no manifest does" for key in sorted({*chain(*some)} - known))
    right = {
        "name": f"kloof-release-{release.number:04d}",
        "title": f"{release.company}: kloof release {release.number}",
        "version": str(release.number),
        "created": f"{release.published_on.isoformat()}T00:00:00Z",
    }
    for key, value in right.items():
        if said.get(key, value) != value:
            yield f"{key}: {said[key]}, of this release it is {value}"


def _schema(content: bytes) -> Iterator[str]:
    """Keys that a schema of a release does not have: it describes one, and holds no figures."""
    try:
        said = read_json(content)
    except ValueError:
        yield "it cannot be read"
        return
    alien = {*(said if isinstance(said, dict) else {"no keys"})} - _SCHEMA_KEYS
    yield from (f"it says {key}: no schema of a release does" for key in sorted(alien | _inside(said)))


def _inside(said: Any) -> set[str]:
    """Those of `_IN_NO_SCHEMA` that stand anywhere in it."""
    if isinstance(said, list):
        return {key for one in said for key in _inside(one)}
    if not isinstance(said, dict):
        return set()
    return ({*said} & _IN_NO_SCHEMA) | {key for one in said.values() for key in _inside(one)}


def _table(content: bytes, release: AnyRelease) -> Iterator[str]:
    """Columns that the document has nothing for, rows of nothing in it, and values that differ; each once."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        names, rows = [*(reader.fieldnames or ())], list(reader)
    except (UnicodeDecodeError, csv.Error):
        yield "it cannot be read"
        return
    # Of two columns of one name whoever reads by names sees the last alone.
    yield from (f"column {name} stands in it twice" for name in sorted({*names}) if names.count(name) > 1)
    known = dict(_rows(release))
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        where = tuple(row.get(name) or "" for name in _about(row))
        said = known.get(where) or known.get(tuple(map(from_spreadsheet, where)))
        if said is None:
            what = f"line {number} is about nothing in the certified document"
            yield from [] if what in seen else [what]
            continue
        for column, value in row.items():
            what = _differs(str(column), value, said, number)
            if what and str(column) not in seen:
                seen.add(str(column))
                yield what


def _about(row: Mapping[str, Any]) -> tuple[str, ...]:
    if "cell" not in row:
        return _PLACE
    return _PART if "product" in row and "aspect" not in row else _SET


def _differs(column: str, value: object, said: Mapping[str, Any], line: int) -> str:
    if column not in said:
        return f"column {column}: the certified document says nothing of the kind"
    return (
        "" if _same(value, said[column]) else f"line {line}, {column}: {value}, certified is {said[column]}"
    )


def _same(value: object, certified: object) -> bool:
    if certified is None or certified == "":
        return value in (None, "")
    if isinstance(certified, bool):
        return value == ("true" if certified else "false")
    if isinstance(certified, int | float):
        try:
            return float(str(value)) == float(certified)
        except ValueError:
            return False
    return str(certified) in (value, from_spreadsheet(str(value)))


def _rows(release: AnyRelease) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """All that the document says, by what a row may be about and the names that a table may give it."""
    yield from _of_sets(release)
    if isinstance(release, ReleaseDocument):
        for counts in release.response:
            said = counts.model_dump(mode="json")
            yield _place(said), said
        for spread in release.spreads:
            for aspect, one in (*spread.aspects.items(), ("all aspects", spread.overall)):
                said = {"survey": spread.survey, "version": spread.version, "aspect": aspect}
                said |= {"sd_v": one.v, "sd_r": one.r, "sd_s": one.s}
                said |= {"clustering": one.clustering, "clusters": spread.clusters}
                said |= {"clustering_v": one.clustering_v, "clustering_r": one.clustering_r}
                yield _place(said), said


def _place(said: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(said.get(name, "")) for name in _PLACE)


def _of_sets(release: AnyRelease) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Of each set and aspect; and of each set as such, whose promises are about no aspect."""
    for cell in (*release.cells, *release.arms, *release.practices):
        whole = json.loads(cell.model_dump_json(exclude={"aspects", "shares", "promises", "as_of", "spread"}))
        whole |= {
            "cell": cell.id,
            "as_of_release": cell.as_of.release,
            "as_of_date": cell.as_of.date.isoformat(),
        }
        whole |= {name: " ".join(map(str, whole[name])) for name in ("blocks", "counted") if name in whole}
        whole.setdefault("parts", len(cell.blocks))
        promises = getattr(cell, "promises", None)
        yield (cell.id, ""), whole | dict(_named(promises, "")) | _widened(release, cell)
        for product, deals in _products(cell):
            yield (cell.id, "", product), {"cell": cell.id, "product": product, "deals": deals}
        for aspect, told in cell.aspects.items():
            said = whole | {"aspect": aspect} | _sums(told)
            if isinstance(cell, Cell):
                said |= dict(_named(cell.shares.get(aspect, AspectShares()), ""))
            said |= dict(_named(promises, "promises_")) | dict(_named(promises, ""))
            if hasattr(cell, "arm"):
                said["side"] = "v" if cell.arm == "left" else "r"
            yield (cell.id, aspect), said | _widened_arm(cell, aspect)


def _widened(release: AnyRelease, cell: object) -> dict[str, Any]:
    """By how much promises being of one customer, or by one salesperson, widens an interval."""
    if not isinstance(release, ReleaseDocument) or not isinstance(cell, Cell):
        return {}
    spread = release.spread(cell.key)
    said = dict(_named(spread.promises if spread else None, ""))
    return said if cell.level == "company" else said | {"by_salesperson": None}


def _products(cell: object) -> Iterator[tuple[str, int]]:
    if isinstance(cell, PracticeCell) and cell.spread is not None:
        yield from cell.spread.products.items()


def _widened_arm(cell: object, aspect: str) -> dict[str, Any]:
    if not isinstance(cell, PracticeCell):
        return {}
    told = cell.spread or ArmSpread()
    own = {"own_clustering": told.own_clustering, "own_clusters": told.own_clusters}
    if cell.spread is None:
        return dict.fromkeys(("clustering", "clusters", *own))
    return {"clustering": told.clustering.get(aspect), "clusters": told.clusters} | own


def _sums(told: object) -> dict[str, Any]:
    if isinstance(told, int | float):
        return {"total": told}
    if isinstance(told, Sums):
        return {"n": told.n, "total": told.total, "squares": told.squares}
    said = dict(_named(told, ""))
    if isinstance(told, PairedSums):
        for side, counts in (("v", told.v_counts), ("r", told.r_counts)):
            said |= {f"{side}_{end}": counts[at] for end, at in zip(_ENDS, (0, -1), strict=True)}
    return said


def _named(value: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """The fields of a value that has any."""
    if hasattr(value, "model_dump"):
        yield from ((prefix + name, one) for name, one in value.model_dump().items())
    elif isinstance(value, PairedSums):
        names = ("n", "v", "r", "vv", "rr", "vr", "higher", "equal", "disappointed_at_norm", "good")
        yield from ((prefix + name, getattr(value, name)) for name in names)
