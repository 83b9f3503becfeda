"""The tables of a release. Each column has its type and meaning with it."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.document import (
    ArmCell,
    AspectShares,
    Cell,
    Level,
    Place,
    PracticeCell,
    PromiseShares,
    ReleaseDocument,
)
from kloof.domain.releases.guarantee import ArmSpread, AspectSpread, SurveySpread

Fields = Mapping[str, Mapping[str, Any]]
Row = dict[str, Any]
AnyCell = Cell | PracticeCell | ArmCell

OVERALL: Final = "all aspects"
"""In place of an aspect's id: what is about each customer's mean over all of them."""


class Table(NamedTuple):
    """A file of comma-separated values: its columns in order, its rows from a release, and what tells rows apart."""

    fields: Fields
    rows: Callable[[ReleaseDocument], Iterator[Row]]
    key: tuple[str, ...]


_COUNT: Final = {"type": "integer", "constraints": {"minimum": 0}}
_SHARE: Final = {"type": "integer", "constraints": {"minimum": 5, "maximum": 95}}
_CELL: Final[Fields] = {
    "cell": {"type": "string", "description": "The set's id, the same in every release."},
}
_SURVEY: Final[Fields] = {
    "survey": {"type": "string", "description": "The survey's id."},
    "version": {"type": "integer", "description": "The survey's version; versions are never pooled."},
}
_PLACE: Final[Fields] = {
    **_SURVEY,
    "level": {"type": "string", "constraints": {"enum": [level.value for level in Level]}},
    "product": {"type": "string", "description": "Empty where the level does not name it."},
    "region": {"type": "string", "description": "Empty where the level does not name it."},
    "team": {"type": "string", "description": "Empty where the level does not name it."},
}
_STANDS: Final[Fields] = {
    "as_of_release": {"type": "integer", "description": "The release in which the set last moved."},
    "as_of_date": {"type": "date", "description": "The day of that release."},
    "parts": _COUNT | {"description": "From how many rounded sums each sum is added up."},
    "n": _COUNT | {"description": "Deals: pairs of answers, or where one side was told, answers."},
    "customers": _COUNT | {"description": "Different customers, rounded down to a multiple of five."},
    "aspect": {"type": "string", "description": "The aspect's id; its questions stand in release.json."},
}
_SUMS: Final[Fields] = {
    "v": {"type": "number", "description": "Sum of V, what was expected at sale, rounded block by block."},
    "r": {"type": "number", "description": "Sum of R, what was received, rounded block by block."},
}
_SHARES: Final[Fields] = {
    "higher": _SHARE | {"description": "Per cent with V above R: it fell short."},
    "equal": _SHARE | {"description": "Per cent with V equal to R."},
    "lower": _SHARE | {"description": "Per cent with V below R."},
    "good": _SHARE
    | {"description": "Per cent with a good R: 7 or more on 0 to 10, at the same height on other scales."},
    "v_lowest": _SHARE | {"description": "Per cent with V at the lowest point of the scale."},
    "v_highest": _SHARE | {"description": "Per cent with V at the highest point of the scale."},
    "r_lowest": _SHARE | {"description": "Per cent with R at the lowest point of the scale."},
    "r_highest": _SHARE | {"description": "Per cent with R at the highest point of the scale."},
    "at_norm": _SHARE | {"description": "Per cent with R at or above the norm."},
    "disappointed_at_norm": _SHARE
    | {"description": "Of those at or above the norm: per cent with V above R."},
    "disappointed_below_norm": _SHARE | {"description": "Of those below the norm: per cent with V above R."},
}

CELL_FIELDS: Final[Fields] = {**_CELL, **_PLACE, **_STANDS, **_SUMS, **_SHARES}
PROMISE_FIELDS: Final[Fields] = {
    **_CELL,
    "kept": _SHARE | {"description": "Per cent of the promises with a known outcome that was kept."},
    "partly": _SHARE | {"description": "Per cent of them that was kept in part."},
    "broken": _SHARE | {"description": "Per cent of them that was not kept."},
    "known": _COUNT | {"description": "Promises with a known outcome, to the nearest five."},
    "promisers": _COUNT | {"description": "Customers that they were made to, to the nearest five."},
    "by_customer": {
        "type": "number",
        "description": "By how much it widens an interval that one customer can have several promises.",
    },
    "by_salesperson": {
        "type": "number",
        "description": "The same of one salesperson; empty below ten, and where the set is not the company.",
    },
}
PRACTICE_FIELDS: Final[Fields] = {
    **_CELL,
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
    "clustering": {
        "type": "number",
        "description": "By how much a salesperson's customers being alike widens the interval; empty below ten "
        "salespeople.",
    },
    "clusters": _COUNT | {"description": "Salespeople that it rests on, rounded down."},
    "own_clustering": {
        "type": "number",
        "description": "The same of the means of this arm alone, the largest of all; empty below ten salespeople.",
    },
    "own_clusters": _COUNT | {"description": "Salespeople of this arm, rounded down to five; 0 below ten."},
}
PRODUCT_FIELDS: Final[Fields] = {
    **_CELL,
    "product": {"type": "string", "description": "The product that the deals are of."},
    "deals": _COUNT | {"description": "Deals of the arm that are of this product, to the nearest five."},
}
ARM_FIELDS: Final[Fields] = {
    **_CELL,
    **_SURVEY,
    "arm": {
        "type": "string",
        "constraints": {"enum": [Arm.LEFT.value, Arm.NOT_ASKED.value, Arm.SKIPPED.value]},
        "description": "left: answered at sale only. not_asked: a draw left the deal out of the first survey. skipped: "
        "the draw had it asked, and the first survey closed unanswered.",
    },
    "side": {
        "type": "string",
        "constraints": {"enum": ["v", "r"]},
        "description": "What they told: v, what was expected at sale, or r, what was received.",
    },
    **_STANDS,
    "total": {"type": "number", "description": "Sum of what they told, rounded block by block."},
}
SPREAD_FIELDS: Final[Fields] = {
    **_SURVEY,
    "aspect": {
        "type": "string",
        "description": f"The aspect's id; {OVERALL}: each customer's mean over them.",
    },
    "sd_v": {"type": "number", "description": "Standard deviation of V between customers."},
    "sd_r": {"type": "number", "description": "Standard deviation of R between customers."},
    "sd_s": {"type": "number", "description": "Standard deviation of S = V − R between customers."},
    "clustering": {
        "type": "number",
        "description": "By how much a salesperson's customers being alike widens the interval of S; empty below ten "
        "salespeople.",
    },
    "clustering_v": {"type": "number", "description": "The same of V."},
    "clustering_r": {"type": "number", "description": "The same of R."},
    "clusters": _COUNT | {"description": "Salespeople that it rests on, rounded down."},
}
RESPONSE_FIELDS: Final[Fields] = {
    **_PLACE,
    "deals_started": _COUNT | {"description": "Deals in which the first survey went out."},
    "answered_at_sale": _COUNT | {"description": "First surveys sent in."},
    "answered_after_delivery": _COUNT | {"description": "Second surveys sent in."},
    "pairs": _COUNT | {"description": "Deals with both, complete in every core aspect."},
    "pairs_published": _COUNT | {"description": "Of these, in the blocks of this release; exact."},
    "asked_again": _COUNT
    | {"description": "Answered at sale, and the second survey was sent in or has closed."},
    "answered_twice": _COUNT | {"description": "Of these: sent in."},
    "not_asked": _COUNT | {"description": "Left out of the first survey by a draw, and the second is over."},
    "not_asked_answered": _COUNT | {"description": "Of these: sent in."},
    "left_out": _COUNT
    | {
        "description": "Of pairs: in a block in which an answer was taken back or corrected; never used again."
    },
}


def _cell_rows(document: ReleaseDocument) -> Iterator[Row]:
    for cell in document.cells:
        for aspect in document.survey(cell.key).aspects:
            sums, shares = cell.aspects[aspect.id], cell.shares.get(aspect.id, AspectShares())
            stands = _standing(cell, len(cell.blocks), aspect.id)
            yield _named(cell) | _placed(cell) | stands | sums.model_dump() | shares.model_dump()


def _promise_rows(document: ReleaseDocument) -> Iterator[Row]:
    for cell in document.cells:
        if isinstance(cell.promises, PromiseShares):
            yield _named(cell) | cell.promises.model_dump() | _promise_widening(document, cell)


def _promise_widening(document: ReleaseDocument, cell: Cell) -> Row:
    spread = document.spread(cell.key)
    if spread is None or spread.promises is None:
        return {}
    told, whole = spread.promises, cell.level is Level.COMPANY
    return {"by_customer": told.by_customer, "by_salesperson": told.by_salesperson if whole else None}


def _practice_rows(document: ReleaseDocument) -> Iterator[Row]:
    for cell in document.practices:
        half = {"practice": cell.practice, "done": "true" if cell.done else "false"}
        for aspect in document.survey(cell.key).aspects:
            sums = cell.aspects[aspect.id].model_dump() | _widening(cell.spread, aspect.id)
            yield _named(cell) | _of(cell) | half | _standing(cell, cell.parts, aspect.id) | sums


def _widening(told: ArmSpread | None, aspect: str) -> Row:
    if told is None:
        return {}
    own = {"own_clustering": told.own_clustering, "own_clusters": told.own_clusters}
    return {"clustering": told.clustering.get(aspect), "clusters": told.clusters} | own


def _product_rows(document: ReleaseDocument) -> Iterator[Row]:
    for cell in document.practices:
        for product, deals in (cell.spread.products if cell.spread else {}).items():
            yield _named(cell) | {"product": product, "deals": deals}


def _arm_rows(document: ReleaseDocument) -> Iterator[Row]:
    for cell in document.arms:
        arm = {"arm": cell.arm.value, "side": "v" if cell.arm is Arm.LEFT else "r"}
        for aspect in document.survey(cell.key).aspects:
            total = {"total": cell.aspects[aspect.id]}
            yield _named(cell) | _of(cell) | arm | _standing(cell, len(cell.blocks), aspect.id) | total


def _spread_rows(document: ReleaseDocument) -> Iterator[Row]:
    for spread in document.spreads:
        for aspect in document.survey(spread.key).aspects:
            yield _spread_row(spread, aspect.id, spread.aspects[aspect.id])
        yield _spread_row(spread, OVERALL, spread.overall)


def _spread_row(spread: SurveySpread, aspect: str, one: AspectSpread) -> Row:
    found = {"aspect": aspect, "sd_v": one.v, "sd_r": one.r, "sd_s": one.s, "clustering": one.clustering}
    sides = {"clustering_v": one.clustering_v, "clustering_r": one.clustering_r}
    return _of(spread) | found | sides | {"clusters": spread.clusters}


def _response_rows(document: ReleaseDocument) -> Iterator[Row]:
    for counts in document.response:
        yield counts.model_dump(mode="json")


def _named(cell: AnyCell) -> Row:
    return {"cell": cell.id}


def _of(one: AnyCell | SurveySpread) -> Row:
    return {"survey": one.survey, "version": one.version}


def _placed(place: Place) -> Row:
    return place.model_dump(mode="json", include=set(Place.model_fields))


def _standing(cell: AnyCell, parts: int, aspect: str) -> Row:
    return {
        "as_of_release": cell.as_of.release,
        "as_of_date": cell.as_of.date.isoformat(),
        "parts": parts,
        "n": cell.n,
        "customers": cell.customers,
        "aspect": aspect,
    }


CELLS: Final = "cells.csv"
TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        CELLS: Table(CELL_FIELDS, _cell_rows, ("cell", "aspect")),
        "promises.csv": Table(PROMISE_FIELDS, _promise_rows, ("cell",)),
        "practices.csv": Table(PRACTICE_FIELDS, _practice_rows, ("cell", "aspect")),
        "practice_products.csv": Table(PRODUCT_FIELDS, _product_rows, ("cell", "product")),
        "arms.csv": Table(ARM_FIELDS, _arm_rows, ("cell", "aspect")),
        "spreads.csv": Table(SPREAD_FIELDS, _spread_rows, ("survey", "version", "aspect")),
        "response.csv": Table(
            RESPONSE_FIELDS, _response_rows, ("survey", "version", "level", "product", "region", "team")
        ),
    }
)
"""By file, in the order in which a reader meets them. Rows are in the order of the sets and of the survey's aspects."""
