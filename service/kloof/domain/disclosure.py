"""The gate: what may leave the company, certified against everything that ever left it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from kloof.domain.leverage import Certificate, Membership
from kloof.domain.release import Cell, Guarantee, PublishedSurvey, ReleaseDocument
from kloof.domain.tables import ClosedBlock, Draft, aspects
from kloof.domain.thresholds import INSIDER_K, Thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_SEAL: Final = object()


class Publishable:
    """A release that was certified. Only `certify` makes one, and only one of these can be written."""

    __slots__ = ("document",)

    document: ReleaseDocument

    def __init__(self, document: ReleaseDocument, *, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only kloof.domain.disclosure.certify makes a Publishable")
        object.__setattr__(self, "document", document)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("what was certified does not change")


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a release may not go out. `drop` names the tables without which it may; empty where none
    helps."""

    reason: str
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """Everything that closed and everything that was published.

    members: who is in which block, over every block that ever closed, retired ones too (row: block
    number). blocks: those that are not retired, by number. releases: all of them, in order. cutting:
    per practice table that cuts across blocks, by its id, the people in it; of this draft and of every
    release before.
    """

    members: Membership
    blocks: Mapping[int, ClosedBlock]
    releases: Sequence[ReleaseDocument]
    cutting: Mapping[str, Membership] = field(default_factory=dict)


def certify(draft: Draft, history: History, thresholds: Thresholds) -> Publishable | Withheld:
    """The draft as a release that may be published, or why it may not.

    Certified is: every cell is a union of closed blocks and shows exactly their sums; no cell has fewer
    than k customers; nothing that stood in an earlier release under the same blocks has other figures
    now; and the largest leverage over all blocks of all releases and all tables that cut across them is
    at most 1/k, and for each salesperson, with their own customers removed, at most 1/5 (see
    `leverage`).
    """
    wrong = [cell.id for cell in draft.cells if not _is_sum_of_blocks(cell, draft, history)]
    if wrong:
        return Withheld("These tables are not the sum of closed blocks.", drop=tuple(wrong))
    small = [cell.id for cell in draft.cells if cell.customers < thresholds.k]
    small += [cell.id for cell in draft.practices if cell.customers < thresholds.k]
    if small:
        return Withheld(f"These tables hold fewer than {thresholds.k} customers.", drop=tuple(small))
    changed = list(_changed(draft.cells, history.releases))
    if changed:
        return Withheld("These tables stood in an earlier release with other figures.", drop=tuple(changed))
    missing = _published_blocks(history.releases) - set(history.members.row.tolist())
    if missing:
        return Withheld(f"Earlier releases hold {len(missing)} blocks that nobody knows the members of.")
    return _leverage_holds(draft, history, thresholds)


def _leverage_holds(draft: Draft, history: History, thresholds: Thresholds) -> Publishable | Withheld:
    members = history.members
    bounds = thresholds.max_leverage, thresholds.insider_max_leverage
    plain = _most(members, bounds)
    if not _within(plain, bounds):
        return Withheld(
            f"The largest leverage over all blocks is {plain[0]:.4f} for outsiders and {plain[1]:.4f} for"
            f" a salesperson; allowed are {bounds[0]:.4f} and {bounds[1]:.4f}."
        )
    found, refused = plain, []
    for number, (name, cutting) in enumerate(sorted(history.cutting.items()), start=1):
        row = np.full(len(cutting.row), -number)
        wider = members + Membership(row, cutting.person, cutting.salesperson)
        with_it = _most(wider, bounds)
        if _within(with_it, bounds):
            members, found = wider, with_it
        else:
            refused.append(name)
    if refused:
        return Withheld("With these tables, what was published could be taken apart.", drop=tuple(refused))
    return Publishable(_document(draft, history, thresholds, found), seal=_SEAL)


def _most(members: Membership, bounds: tuple[float, float]) -> tuple[float, float]:
    """The largest leverage of anybody, for outsiders and for salespeople."""
    certificate = Certificate(members)
    return certificate.outsiders(bounds[0]).most, certificate.insiders(bounds[1]).most


def _within(found: tuple[float, float], bounds: tuple[float, float]) -> bool:
    return all(one <= bound * (1 + 1e-9) for one, bound in zip(found, bounds, strict=True))


def _document(
    draft: Draft, history: History, thresholds: Thresholds, found: tuple[float, float]
) -> ReleaseDocument:
    return ReleaseDocument(
        kloof=draft.header.kloof,
        number=draft.header.number,
        published_on=draft.header.published_on,
        previous=draft.header.previous,
        company=draft.header.company,
        guarantee=Guarantee(
            k=thresholds.k,
            m=thresholds.m,
            smaller_m_agreed_on=thresholds.smaller_m_agreed_on,
            max_leverage=rounded_upwards(found[0]),
            insider_k=INSIDER_K,
            insider_max_leverage=rounded_upwards(found[1]),
            sets=len({cell.blocks for cell in (*draft.cells, *_earlier_cells(history.releases))}),
            releases=len(history.releases) + 1,
        ),
        surveys=tuple(PublishedSurvey.of(survey) for survey in draft.surveys),
        blocks=draft.blocks,
        cells=draft.cells,
        withheld=draft.withheld,
        response=draft.response,
        practices=draft.practices,
    )


def rounded_upwards(leverage: float) -> float:
    """To six decimals, never below what was found: the same on every machine, whatever its last bits."""
    return float(np.ceil((leverage - 1e-10) * 1e6) / 1e6)


def _is_sum_of_blocks(cell: Cell, draft: Draft, history: History) -> bool:
    if not cell.blocks or len(set(cell.blocks)) < len(cell.blocks):
        return False
    if not set(cell.blocks) <= set(history.blocks):
        return False
    blocks = [history.blocks[number] for number in cell.blocks]
    survey = next((survey for survey in draft.surveys if survey.key == cell.key), None)
    if survey is None or any(block.survey != cell.key for block in blocks):
        return False
    sums = np.sum([block.sums for block in blocks], axis=0)
    return (
        cell.aspects == aspects(survey, sums)
        and cell.customers == sum(block.customers for block in blocks)
        and cell.deals == sum(block.deals for block in blocks)
    )


def _earlier_cells(releases: Iterable[ReleaseDocument]) -> Iterator[Cell]:
    return (cell for release in releases for cell in release.cells)


def _published_blocks(releases: Iterable[ReleaseDocument]) -> set[int]:
    return {number for cell in _earlier_cells(releases) for number in cell.blocks}


def _changed(cells: Iterable[Cell], releases: Sequence[ReleaseDocument]) -> Iterator[str]:
    """Cells of the same blocks as a cell published before, with other figures."""
    known = {(cell.id, cell.blocks): cell.aspects for cell in _earlier_cells(releases)}
    for cell in cells:
        if known.get((cell.id, cell.blocks), cell.aspects) != cell.aspects:
            yield cell.id
