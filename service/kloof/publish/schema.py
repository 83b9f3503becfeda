"""The tables of a release: a row per published set and aspect. Each column has its type and meaning with it."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.document import ArmCell, Cell, PracticeCell, ReleaseDocument
from kloof.domain.statistics.sums import PairedSums

Fields = Mapping[str, Mapping[str, Any]]
Row = dict[str, Any]


class Table(NamedTuple):
    """A file of comma-separated values: its columns in order, and its rows from a release."""

    fields: Fields
    rows: Callable[[ReleaseDocument], Iterator[Row]]


_COUNT: Final = {"type": "integer", "constraints": {"minimum": 0}}
_SURVEY: Final[Fields] = {
    "survey": {"type": "string", "description": "The survey's id."},
    "version": {"type": "integer", "description": "The survey's version; versions are never pooled."},
}
_STANDS: Final[Fields] = {
    "as_of_release": {"type": "integer", "description": "The release in which the cell last moved."},
    "as_of_date": {"type": "date", "description": "The day of that release."},
    "deals": _COUNT | {"description": "Deals in the cell."},
    "aspect": {"type": "string", "description": "The aspect's id; its questions stand in release.json."},
    "n": _COUNT | {"description": "Customers; a customer's deals in one block are averaged first."},
}
_SUMS: Final[Fields] = {
    "v": {"type": "number", "description": "Sum of V, what was expected at sale, on the survey's scale."},
    "r": {"type": "number", "description": "Sum of R, what was received, on the survey's scale."},
    "vv": {"type": "number", "description": "Sum of the squares of V."},
    "rr": {"type": "number", "description": "Sum of the squares of R."},
    "vr": {"type": "number", "description": "Sum of the products of V and R."},
    "v_lowest": _COUNT | {"description": "Customers with V at the lowest point of the scale."},
    "v_highest": _COUNT | {"description": "Customers with V at the highest point of the scale."},
    "r_lowest": _COUNT | {"description": "Customers with R at the lowest point of the scale."},
    "r_highest": _COUNT | {"description": "Customers with R at the highest point of the scale."},
    "higher": _COUNT | {"description": "Customers with V above R: it fell short."},
    "equal": _COUNT | {"description": "Customers with V equal to R."},
    "disappointed_at_norm": _COUNT
    | {"description": "Of those with V above R: R at or above the norm, V above it."},
}

CSV_FIELDS: Final[Fields] = {
    "cell": {"type": "string", "description": "The cell's id, the same in every release."},
    **_SURVEY,
    "level": {"type": "string", "constraints": {"enum": ["company", "product", "region", "team"]}},
    "product": {"type": "string", "description": "Empty where the level does not name it."},
    "region": {"type": "string", "description": "Empty where the level does not name it."},
    "team": {"type": "string", "description": "Empty where the level does not name it."},
    **_STANDS,
    **_SUMS,
    "good": _COUNT
    | {
        "description": "Customers with a good R: 7 or more on 0 to 10, at the same height on other scales. Of "
        "each block at most nine in ten are counted."
    },
}

PRACTICE_FIELDS: Final[Fields] = {
    "cell": {"type": "string", "description": "The id of this half of the table, the same in every release."},
    **_SURVEY,
    "practice": {
        "type": "string",
        "description": "What was done: the name of its column in the deals file, without _on.",
    },
    "done": {
        "type": "boolean",
        "description": "true: the deals in which it was done. false: the others of the same blocks.",
    },
    **_STANDS,
    **_SUMS,
}

ARM_FIELDS: Final[Fields] = {
    "cell": {"type": "string", "description": "The arm's id, the same in every release."},
    **_SURVEY,
    "arm": {
        "type": "string",
        "constraints": {"enum": [Arm.LEFT.value, Arm.NOT_ASKED.value]},
        "description": "left: answered at sale only. not_asked: a draw left the deal out of the first survey.",
    },
    "side": {
        "type": "string",
        "constraints": {"enum": ["v", "r"]},
        "description": "What they told: v, what was expected at sale, or r, what was received.",
    },
    **_STANDS,
    "total": {"type": "number", "description": "Sum of what they told, on the survey's scale."},
    "squares": {"type": "number", "description": "Sum of the squares of it."},
}


def _cell_rows(document: ReleaseDocument) -> Iterator[Row]:
    for cell in document.cells:
        place = {
            "level": cell.level.value,
            "product": cell.product,
            "region": cell.region,
            "team": cell.team,
        }
        for aspect, moments in _in_order(document, cell):
            good = {"good": moments.good}
            yield _named(cell) | place | _standing(cell, aspect, moments.n) | _sums(moments) | good


def _practice_rows(document: ReleaseDocument) -> Iterator[Row]:
    for cell in document.practices:
        half = {"practice": cell.practice, "done": "true" if cell.done else "false"}
        for aspect, moments in _in_order(document, cell):
            yield _named(cell) | half | _standing(cell, aspect, moments.n) | _sums(moments)


def _arm_rows(document: ReleaseDocument) -> Iterator[Row]:
    for cell in document.arms:
        arm = {"arm": cell.arm.value, "side": "v" if cell.arm is Arm.LEFT else "r"}
        for aspect in document.survey(cell.key).aspects:
            sums = cell.aspects[aspect.id]
            told = {"total": sums.total, "squares": sums.squares}
            yield _named(cell) | arm | _standing(cell, aspect.id, sums.n) | told


def _in_order(document: ReleaseDocument, cell: Cell | PracticeCell) -> Iterator[tuple[str, PairedSums]]:
    for aspect in document.survey(cell.key).aspects:
        yield aspect.id, cell.aspects[aspect.id]


def _named(cell: Cell | PracticeCell | ArmCell) -> Row:
    return {"cell": cell.id, "survey": cell.survey, "version": cell.version}


def _standing(cell: Cell | PracticeCell | ArmCell, aspect: str, n: int) -> Row:
    return {
        "as_of_release": cell.as_of.release,
        "as_of_date": cell.as_of.date.isoformat(),
        "deals": cell.deals,
        "aspect": aspect,
        "n": n,
    }


def _sums(moments: PairedSums) -> Row:
    return {
        "v": moments.v,
        "r": moments.r,
        "vv": moments.vv,
        "rr": moments.rr,
        "vr": moments.vr,
        "v_lowest": moments.v_counts[0],
        "v_highest": moments.v_counts[-1],
        "r_lowest": moments.r_counts[0],
        "r_highest": moments.r_counts[-1],
        "higher": moments.higher,
        "equal": moments.equal,
        "disappointed_at_norm": moments.disappointed_at_norm,
    }


CELLS: Final = "cells.csv"
TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        CELLS: Table(CSV_FIELDS, _cell_rows),
        "practices.csv": Table(PRACTICE_FIELDS, _practice_rows),
        "arms.csv": Table(ARM_FIELDS, _arm_rows),
    }
)
"""By file, in the order in which a reader meets them. Rows are in the order of the sets and of the survey's aspects."""
