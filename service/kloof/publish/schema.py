"""The columns of cells.csv and arms.csv: a row per published set and aspect. Each has its type and meaning with it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kloof.domain.arms import Arm
from kloof.domain.release import ArmCell, Cell, ReleaseDocument

_COUNT: Final = {"type": "integer", "constraints": {"minimum": 0}}
CSV_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "cell": {"type": "string", "description": "The cell's id, the same in every release."},
    "survey": {"type": "string", "description": "The survey's id."},
    "version": {"type": "integer", "description": "The survey's version; versions are never pooled."},
    "level": {"type": "string", "constraints": {"enum": ["company", "product", "region", "team"]}},
    "product": {"type": "string", "description": "Empty where the level does not name it."},
    "region": {"type": "string", "description": "Empty where the level does not name it."},
    "team": {"type": "string", "description": "Empty where the level does not name it."},
    "as_of_release": {"type": "integer", "description": "The release in which the cell last moved."},
    "as_of_date": {"type": "date", "description": "The day of that release."},
    "deals": _COUNT | {"description": "Deals in the cell."},
    "aspect": {"type": "string", "description": "The aspect's id; its questions stand in release.json."},
    "n": _COUNT | {"description": "Customers; a customer's deals in one block are averaged first."},
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
    "good": _COUNT
    | {
        "description": "Customers with a good R: 7 or more on 0 to 10, at the same height on other scales. Of "
        "each block at most nine in ten are counted."
    },
}


ARM_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "cell": {"type": "string", "description": "The arm's id, the same in every release."},
    "survey": CSV_FIELDS["survey"],
    "version": CSV_FIELDS["version"],
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
    "as_of_release": CSV_FIELDS["as_of_release"],
    "as_of_date": CSV_FIELDS["as_of_date"],
    "deals": CSV_FIELDS["deals"],
    "aspect": CSV_FIELDS["aspect"],
    "n": CSV_FIELDS["n"],
    "total": {"type": "number", "description": "Sum of what they told, on the survey's scale."},
    "squares": {"type": "number", "description": "Sum of the squares of it."},
}


def arm_rows(document: ReleaseDocument) -> Iterator[dict[str, Any]]:
    """The rows of arms.csv, in the order of the arms and of the survey's aspects."""
    for cell in document.arms:
        for aspect in document.survey(cell.key).aspects:
            yield _arm_row(cell, aspect.id)


def _arm_row(cell: ArmCell, aspect: str) -> dict[str, Any]:
    sums = cell.aspects[aspect]
    return {
        "cell": cell.id,
        "survey": cell.survey,
        "version": cell.version,
        "arm": cell.arm.value,
        "side": "v" if cell.arm is Arm.LEFT else "r",
        "as_of_release": cell.as_of.release,
        "as_of_date": cell.as_of.date.isoformat(),
        "deals": cell.deals,
        "aspect": aspect,
        "n": sums.n,
        "total": sums.total,
        "squares": sums.squares,
    }


def rows(document: ReleaseDocument) -> Iterator[dict[str, Any]]:
    """The rows of cells.csv, in the order of the cells and of the survey's aspects."""
    for cell in document.cells:
        for aspect in document.survey(cell.key).aspects:
            yield _row(cell, aspect.id)


def _row(cell: Cell, aspect: str) -> dict[str, Any]:
    moments = cell.aspects[aspect]
    return {
        "cell": cell.id,
        "survey": cell.survey,
        "version": cell.version,
        "level": cell.level.value,
        "product": cell.product,
        "region": cell.region,
        "team": cell.team,
        "as_of_release": cell.as_of.release,
        "as_of_date": cell.as_of.date.isoformat(),
        "deals": cell.deals,
        "aspect": aspect,
        "n": moments.n,
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
        "good": moments.good,
    }
