"""What the files of a release say: the document, its tables, and the manifest with their hashes."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kloof.domain.json_text import indented
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.spelling import in_spreadsheet
from kloof.publish.schema import CELLS, TABLES, Fields, Row

MANIFEST: Final = "datapackage.json"
DOCUMENT: Final = "release.json"


def contents(document: ReleaseDocument) -> dict[str, bytes]:
    """The files of a release by name, the manifest with the hashes of the others last.

    A table without rows is left out, but for that of the cells: a release always has it.
    """
    files = {
        DOCUMENT: document.to_json().encode(),
        "release.jsonschema.json": _json(ReleaseDocument.model_json_schema()),
    }
    for name, table in TABLES.items():
        rows = list(table.rows(document))
        if rows or name == CELLS:
            files[name] = _csv(table.fields, rows)
    return files | {MANIFEST: _json(_manifest(document, files))}


def _csv(fields: Fields, rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(fields), lineterminator="\n")
    writer.writeheader()
    texts = {name for name, field in fields.items() if field["type"] == "string"}
    writer.writerows(
        {
            name: in_spreadsheet(str(value)) if name in texts and value else value
            for name, value in row.items()
        }
        for row in rows
    )
    return text.getvalue().encode()


def _manifest(document: ReleaseDocument, files: Mapping[str, bytes]) -> dict[str, Any]:
    """A Frictionless Data Package (specs.frictionlessdata.io, version 1) with the previous release added."""
    return {
        "profile": "data-package",
        "name": f"kloof-release-{document.number:04d}",
        "title": f"{document.company}: kloof release {document.number}",
        "version": str(document.number),
        "created": f"{document.published_on.isoformat()}T00:00:00Z",
        "previous": None if document.previous is None else document.previous.model_dump(),
        "resources": list(_resources(files)),
    }


def _resources(files: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    for path, content in files.items():
        described: dict[str, Any] = {
            "name": path.rpartition(".")[0],
            "path": path,
            "profile": "data-resource",
            "format": "json",
            "mediatype": "application/json",
            "encoding": "utf-8",
            "bytes": len(content),
            "hash": f"sha256:{hash_of(content)}",
        }
        if path.endswith(".csv"):
            fields = [{"name": name, **field} for name, field in TABLES[path].fields.items()]
            described |= {"profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv"}
            key = list(TABLES[path].key)
            described["schema"] = {"fields": fields, "primaryKey": key, "missingValues": [""]}
        yield described


def _json(value: dict[str, Any]) -> bytes:
    return f"{indented(value)}\n".encode()


def hash_of(content: bytes) -> str:
    """The SHA-256 of these bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
