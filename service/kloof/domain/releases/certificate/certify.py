"""The gate: what may leave the company, certified against everything that ever left it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.cells import (
    ClosedBlock,
    Draft,
    aspects,
    different_customers,
    one_side,
    total,
)
from kloof.domain.releases.certificate.known_counts import KnownCounts
from kloof.domain.releases.certificate.leverage import Membership
from kloof.domain.releases.certificate.telling_counts import without_telling_counts
from kloof.domain.releases.certificate.together import LargestLeverages, beside, cut_again, judged_together
from kloof.domain.releases.coarse_shares import counted
from kloof.domain.releases.document import ArmCell, Cell, PracticeCell, PublishedSurvey, ReleaseDocument
from kloof.domain.releases.guarantee import ArmSpread, AttackResult, Guarantee
from kloof.domain.releases.practice_tables import Part, is_sum_of_parts, practice_cells
from kloof.domain.releases.thresholds import ACCOUNT_K, INSIDER_K, Thresholds

_SEAL: Final = object()
AnyCell = Cell | ArmCell | PracticeCell


class Publishable:
    """A release that was certified. Only `certify` makes one, and only one of these can be written."""

    __slots__ = ("document",)

    document: ReleaseDocument

    def __init__(self, document: ReleaseDocument, *, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only kloof.domain.releases.certificate.certify.certify makes a Publishable")
        object.__setattr__(self, "document", document)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("what was certified does not change")


@dataclass(frozen=True, slots=True)
class Uncertified:
    """Why a release may not go out. `drop` names the tables without which it may; empty where none
    helps."""

    reason: str
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """Everything that closed and everything that was published.

    members: who is in which block, over every block that ever closed, retired ones too (row: block number).
    every_part: who is in the arm of each part of a practice table that was ever published, by block. blocks: those
    that are not retired, by number. releases: all that this engine made, in order. parts: the parts of practice tables
    that stand, and those that this draft adds. cutting: of those that it adds, by the id of their table, who is in
    their arm, by block. answers: of each survey version those in its blocks: without them no count can be told, since
    nobody knows whether it would tell too much.
    """

    members: Membership
    blocks: Mapping[int, ClosedBlock]
    releases: Sequence[ReleaseDocument]
    every_part: Sequence[Membership] = ()
    parts: Sequence[Part] = ()
    cutting: Mapping[str, Membership] = field(default_factory=dict)
    answers: Sequence[KnownCounts] = ()

    @property
    def everything(self) -> Membership:
        """Who is in which block and in which part that ever was."""
        return beside(self.members, self.every_part)


def certify(draft: Draft, history: History, thresholds: Thresholds) -> Publishable | Uncertified:
    """The draft as a release that may be published, or why it may not.

    Certified is: every cell is a union of closed blocks of one arm and shows exactly their rounded sums; no cell has
    fewer than k customers; no count would tell somebody that all others are alike (see `telling_counts`); nothing that
    stood in an earlier release under the same blocks has other figures now; and
    the largest leverage over all blocks of all releases and all tables that cut across them is at most 1/k (see
    `leverage`), for each salesperson and for each two of them, with their own customers removed, at most 1/5 (see
    `coalitions`), and for accounts at most 1/3.
    """
    sums: list[Cell | ArmCell] = [*draft.cells, *draft.arms]
    wrong = [cell.id for cell in sums if not _is_sum_of_blocks(cell, draft, history)]
    wrong += [cell.id for cell in draft.practices if not _is_sum_of_parts(cell, draft, history)]
    if wrong:
        return Uncertified("These tables are not the sum of closed blocks.", drop=tuple(wrong))
    wrong = [*_says_of_customers_what_is_so(draft, history)]
    if wrong:
        return Uncertified("These tables say of customers what their blocks do not.", drop=tuple(wrong))
    everything: list[AnyCell] = [*sums, *draft.practices]
    small = [cell.id for cell in everything if cell.n < thresholds.k]
    if small:
        return Uncertified(f"These tables hold fewer than {thresholds.k} customers.", drop=tuple(small))
    changed = list(_changed(everything, history.releases))
    if changed:
        return Uncertified(
            "These tables stood in an earlier release with other figures.", drop=tuple(changed)
        )
    missing = _published_blocks(history.releases) - set(np.unique(history.members.row).tolist())
    if missing:
        return Uncertified(f"Earlier releases hold {len(missing)} blocks that nobody knows the members of.")
    return _leverage_holds(draft, history, thresholds)


def attacked(publishable: Publishable, results: Sequence[AttackResult]) -> Publishable:
    """The same release, with what the attacks inside found when they were tried on it."""
    document = publishable.document
    guarantee = document.guarantee.model_copy(update={"attacks": tuple(results)})
    return Publishable(document.model_copy(update={"guarantee": guarantee}), seal=_SEAL)


def with_arm_spreads(publishable: Publishable, spreads: Mapping[str, ArmSpread]) -> Publishable:
    """The same release, with what is told of the arms of its practice tables besides their sums, by the arm's id."""
    document = publishable.document
    practices = (cell.model_copy(update={"spread": spreads.get(cell.id)}) for cell in document.practices)
    return Publishable(document.model_copy(update={"practices": tuple(practices)}), seal=_SEAL)


def certify_what_can_be(
    draft: Draft, history: History, candidates: Sequence[Part], thresholds: Thresholds
) -> tuple[Publishable | Uncertified, tuple[Part, ...], tuple[str, ...]]:
    """The draft with as many of its tables and counts as may be; the parts that it adds; the tables left out.

    candidates: parts by which practice tables could grow. A table that may not grow stands as it did before.
    """
    standing, adding = tuple(history.parts), tuple(candidates)
    dropped: tuple[str, ...] = ()
    draft = replace(draft, cells=_without_telling_counts(draft.cells, history))
    while True:
        draft, history = _with_practices(draft, history, standing, adding)
        verdict = certify(draft, history, thresholds)
        if isinstance(verdict, Publishable) or not verdict.drop:
            return verdict, adding, dropped
        gone = {*verdict.drop, *(name.rpartition("/")[0] for name in verdict.drop)}
        allowed = tuple(part for part in adding if part.table not in gone)
        if len(allowed) == len(adding):
            standing = tuple(part for part in standing if part.table not in gone)
        adding, draft, dropped = allowed, draft.without(verdict.drop), (*dropped, *verdict.drop)


def _with_practices(
    draft: Draft, history: History, standing: Sequence[Part], adding: Sequence[Part]
) -> tuple[Draft, History]:
    parts = (*standing, *adding)
    surveys = {survey.key: survey for survey in draft.surveys}
    earlier = history.releases[-1] if history.releases else None
    cells = practice_cells(parts, surveys, draft.header, earlier, history.members)
    cutting = {part.table: part.members for part in adding}
    return replace(draft, practices=cells), replace(history, parts=parts, cutting=cutting)


def _leverage_holds(draft: Draft, history: History, thresholds: Thresholds) -> Publishable | Uncertified:
    verdict = judged_together(history.members, history.every_part, history.cutting, thresholds)
    again = cut_again(history.cutting, history.every_part, history.members, history.blocks)
    if drop := tuple(sorted({*verdict.refused, *again})):
        return Uncertified("With these tables, what was published could be taken apart.", drop=drop)
    if not verdict.most.within(thresholds):
        outsiders, insider, pair, account = verdict.most
        return Uncertified(
            f"The largest leverage over all blocks is {outsiders:.4f} for outsiders (allowed:"
            f" {thresholds.max_leverage:.4f}), {insider:.4f} for a salesperson and {pair:.4f} for two (allowed:"
            f" {thresholds.insider_max_leverage:.4f}), and {account:.4f} of an account (allowed:"
            f" {thresholds.account_max_leverage:.4f})."
        )
    return Publishable(_document(draft, history, thresholds, verdict.most), seal=_SEAL)


def _document(
    draft: Draft, history: History, thresholds: Thresholds, found: LargestLeverages
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
            max_leverage=rounded_upwards(found.outsiders),
            insider_k=INSIDER_K,
            insider_max_leverage=rounded_upwards(found.insider),
            pair_max_leverage=rounded_upwards(found.pair),
            account_k=ACCOUNT_K,
            account_max_leverage=rounded_upwards(found.account),
            sets=_sets(draft, history),
            releases=len(history.releases) + 1,
        ),
        surveys=tuple(PublishedSurvey.of(survey) for survey in draft.surveys),
        spreads=draft.spreads,
        blocks=draft.blocks,
        cells=draft.cells,
        withheld=draft.withheld,
        response=draft.response,
        practices=draft.practices,
        arms=draft.arms,
    )


def rounded_upwards(leverage: float) -> float:
    """To six decimals, never below what was found: the same on every machine, whatever its last bits."""
    return float(max(0.0, np.ceil((leverage - 1e-10) * 1e6) / 1e6))


def _is_sum_of_blocks(cell: Cell | ArmCell, draft: Draft, history: History) -> bool:
    if not cell.blocks or len(set(cell.blocks)) < len(cell.blocks):
        return False
    if not set(cell.blocks) <= set(history.blocks):
        return False
    blocks = [history.blocks[number] for number in cell.blocks]
    survey = next((survey for survey in draft.surveys if survey.key == cell.key), None)
    arm = cell.arm if isinstance(cell, ArmCell) else Arm.ASKED
    if survey is None or {(block.survey, block.queue.arm) for block in blocks} != {(cell.key, arm)}:
        return False
    if cell.n != sum(block.n for block in blocks):
        return False
    if isinstance(cell, ArmCell):
        return cell.aspects == one_side(survey, total(blocks), arm)
    return cell.aspects == aspects(survey, total(blocks))


def _says_of_customers_what_is_so(draft: Draft, history: History) -> Iterator[str]:
    """Cells with another number of customers, or with other shares than their blocks may tell."""
    sizes = {number: block.n for number, block in history.blocks.items()}
    figures = {number: block.figures for number, block in history.blocks.items()}
    surveys = {survey.key: survey for survey in draft.surveys}
    bare = [cell.model_copy(update={"counted": (), "shares": {}, "promises": None}) for cell in draft.cells]
    whole = counted(bare, sizes, figures, surveys, history.releases)
    for cell, sound in zip(draft.cells, _without_telling_counts(whole, history), strict=True):
        people = different_customers(history.blocks[number] for number in cell.blocks)
        if cell != sound or cell.customers != people:
            yield cell.id


def _without_telling_counts(cells: Sequence[Cell], history: History) -> tuple[Cell, ...]:
    figures = {number: block.figures for number, block in history.blocks.items()}
    return without_telling_counts(cells, history.answers, figures, history.releases)


def _is_sum_of_parts(cell: PracticeCell, draft: Draft, history: History) -> bool:
    survey = next((survey for survey in draft.surveys if survey.key == cell.key), None)
    live = set(cell.blocks) <= set(history.blocks)
    return live and survey is not None and is_sum_of_parts(cell, history.parts, survey)


def _sets(draft: Draft, history: History) -> int:
    """Different sets of customers over this draft and every release before."""
    cells = {cell.blocks for cell in (*draft.cells, *draft.arms, *_earlier_cells(history.releases))}
    earlier = (cell for release in history.releases for cell in release.practices)
    return len(cells) + len({(cell.id, cell.blocks) for cell in (*draft.practices, *earlier)})


def _earlier_cells(releases: Iterable[ReleaseDocument]) -> Iterator[Cell | ArmCell]:
    return (cell for release in releases for cell in release.unions())


def _published_blocks(releases: Iterable[ReleaseDocument]) -> set[int]:
    return {number for cell in _earlier_cells(releases) for number in cell.blocks}


def _changed(cells: Iterable[AnyCell], releases: Sequence[ReleaseDocument]) -> Iterator[str]:
    """Cells of the same blocks as a cell published before, with other figures."""
    earlier: list[AnyCell] = [*_earlier_cells(releases)]
    earlier += [cell for release in releases for cell in release.practices]
    known = {(cell.id, cell.blocks): cell.aspects for cell in earlier}
    for cell in cells:
        if known.get((cell.id, cell.blocks), cell.aspects) != cell.aspects:
            yield cell.id
