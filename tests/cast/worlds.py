"""Small companies in memory: deals come in, blocks close, releases go out. What the release engine is tried on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.blocks import plan
from kloof.domain.releases.cells import ClosedBlock, Draft, Header, arm_cells, cells
from kloof.domain.releases.certificate.certify import History, Publishable, certify_what_can_be
from kloof.domain.releases.certificate.known_counts import KnownCounts
from kloof.domain.releases.certificate.leverage import Membership
from kloof.domain.releases.closing import NewBlock
from kloof.domain.releases.document import Previous, ReleaseDocument
from kloof.domain.releases.guarantee import SurveySpread
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.practice_tables import Part, new_parts
from kloof.domain.releases.queues import FineCell
from kloof.domain.releases.spread import spread
from kloof.domain.releases.thresholds import Thresholds
from kloof.domain.surveys.definition import Aspect, Scale, Survey, SurveyKey
from kloof.domain.text import Text

WORDS = Text(nl="woorden", en="words")
THRESHOLDS = Thresholds()


def a_survey(
    aspects: int = 3, *, version: int = 1, low: int = 0, high: int = 10, norm: float | None = 7.0
) -> Survey:
    """A survey with this many aspects, all of them core."""
    return Survey(
        id="installation",
        version=version,
        title=WORDS,
        scale=Scale(low=low, high=high, low_label=WORDS, high_label=WORDS),
        aspects=tuple(
            Aspect(id=f"aspect-{number}", name=WORDS, at_sale=WORDS, after_delivery=WORDS, norm=norm)
            for number in range(aspects)
        ),
    )


def columns(
    survey: Survey,
    customer: Sequence[int],
    salesperson: Sequence[int],
    expected: Sequence[Sequence[int]],
    received: Sequence[Sequence[int]],
    *,
    cell: Sequence[int] | None = None,
    waited: Sequence[int] | None = None,
    account: Sequence[int] | None = None,
) -> PairColumns:
    """Pairs as columns, with answers on the survey's scale; all in the first cell, new, and each customer for
    themselves, unless said otherwise."""
    n, low, core = len(customer), survey.scale.low, len(survey.core)
    zeros = np.zeros(n, dtype=np.int64)
    return PairColumns(
        survey=survey,
        id=np.arange(1, n + 1),
        customer=np.array(customer, dtype=np.int64),
        salesperson=np.array(salesperson, dtype=np.int64),
        account=zeros if account is None else np.array(account, dtype=np.int64),
        cell=zeros if cell is None else np.array(cell, dtype=np.int64),
        waited=zeros if waited is None else np.array(waited, dtype=np.int64),
        expected=(np.array(expected, dtype=np.int64).reshape(n, core) - low + 1).astype(np.uint8),
        received=(np.array(received, dtype=np.int64).reshape(n, core) - low + 1).astype(np.uint8),
        promises=np.zeros((n, 4), dtype=np.uint8),
    )


@dataclass
class Deal:
    """A completed pair, and where it stands; `block` 0 is the queue, `gone` was erased."""

    number: int
    survey: Survey
    customer: int
    salesperson: int
    cell: FineCell
    expected: tuple[int, ...]
    received: tuple[int, ...]
    since: int
    block: int = 0
    gone: bool = False
    practices: frozenset[str] = frozenset()
    arm: Arm = Arm.ASKED
    account: int = 0


@dataclass
class World:
    """One company. `publish` gives the new release, or None where nothing is new."""

    thresholds: Thresholds = THRESHOLDS
    deals: list[Deal] = field(default_factory=list)
    closed: dict[int, ClosedBlock] = field(default_factory=dict)
    members: list[Membership] = field(default_factory=list)
    releases: list[ReleaseDocument] = field(default_factory=list)
    rounds: int = 0
    last_block: int = 0
    parts: list[Part] = field(default_factory=list)
    every_part: list[Membership] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    spreads: dict[SurveyKey, SurveySpread] = field(default_factory=dict)
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def sell(
        self,
        survey: Survey,
        customer: int,
        salesperson: int,
        cell: FineCell,
        answers: np.ndarray,
        practices: Iterable[str] = (),
        arm: Arm = Arm.ASKED,
        account: int = 0,
    ) -> Deal:
        """A complete pair comes in, or of it the side that its arm tells; answers: [2, aspects], V then R."""
        expected, received = (tuple(int(answer) for answer in side) for side in answers)
        if arm is not Arm.ASKED:
            cell, practices = FineCell("", "", ""), ()
            expected = received = expected if arm is Arm.LEFT else received
        number = len(self.deals) + 1
        deal = Deal(number, survey, customer, salesperson, cell, expected, received, self.rounds)
        deal.practices, deal.arm, deal.account = frozenset(practices), arm, account
        self.deals.append(deal)
        return deal

    def freeze(self) -> Sequence[NewBlock]:
        """Close what can close."""
        queued = [(self._columns(waiting), cells_of(waiting)) for waiting in self._waiting()]
        blocks = plan(queued, self.history.everything, self.thresholds, self.chance).blocks
        by_number = {deal.number: deal for deal in self.deals}
        for block in blocks:
            self._close(block, [by_number[number] for number in block.pairs.tolist()])
        if blocks:
            self._renew_spreads()
        return blocks

    def _renew_spreads(self) -> None:
        for key in {deal.survey.key for deal in self.deals}:
            found = spread(self._columns(placed)) if (placed := self._placed(key)) else None
            self.spreads = {known: one for known, one in self.spreads.items() if known != key}
            if found is not None:
                self.spreads[key] = found

    def _placed(self, key: SurveyKey) -> list[Deal]:
        return [
            deal
            for deal in self.deals
            if deal.block in self.closed and deal.survey.key == key and deal.arm is Arm.ASKED
        ]

    def _waiting(self) -> list[list[Deal]]:
        groups: dict[str, list[Deal]] = {}
        for deal in self.deals:
            if not deal.block and not deal.gone:
                groups.setdefault(f"{deal.survey.key} {deal.arm}", []).append(deal)
        return [groups[key] for key in sorted(groups)]

    def _columns(self, deals: list[Deal]) -> PairColumns:
        fine = cells_of(deals)
        pairs = columns(
            deals[0].survey,
            [deal.customer for deal in deals],
            [deal.salesperson for deal in deals],
            [deal.expected for deal in deals],
            [deal.received for deal in deals],
            cell=[fine.index(deal.cell) for deal in deals],
            waited=[self.rounds - deal.since for deal in deals],
            account=[deal.account for deal in deals],
        )
        pairs.id[:] = [deal.number for deal in deals]
        return replace(pairs, arm=deals[0].arm)

    def _close(self, block: NewBlock, deals: list[Deal]) -> None:
        self.last_block += 1
        for deal in deals:
            assert deal.block == 0
            deal.block = self.last_block
        self.members.append(block.members.numbered_from(self.last_block))
        self.closed[self.last_block] = ClosedBlock(
            self.last_block, block.survey, block.queue, block.person, block.figures
        )

    @property
    def membership(self) -> Membership:
        return Membership.together(self.members)

    def erase(self, deal: Deal) -> None:
        """The customer takes the answers back: out of the queue, or the whole block is retired."""
        deal.gone = True
        self._retire(deal.block)

    def correct(self, deal: Deal, received: tuple[int, ...]) -> None:
        """The customer changes the answers; a closed block is retired and its deals never come back."""
        if deal.block:
            self._retire(deal.block)
        else:
            deal.received = received
            deal.expected = deal.expected if deal.arm is Arm.ASKED else received

    def _retire(self, block: int) -> None:
        self.closed.pop(block, None)
        self.parts = [part for part in self.parts if block not in part.blocks]

    def candidates(self) -> list[Part]:
        """The parts by which the practice tables could grow now."""
        found: list[Part] = []
        for survey in {deal.survey.key: deal.survey for deal in self.deals}.values():
            placed = self._placed(survey.key)
            if placed and any(deal.practices for deal in placed):
                pairs = self._columns(placed)
                pairs.cell[:] = [deal.block for deal in placed]
                names = sorted({name for deal in placed for name in deal.practices})
                practised = {name: np.array([name in deal.practices for deal in placed]) for name in names}
                everything = self.history.everything
                found += new_parts(pairs, practised, self.parts, everything, self.thresholds, self.chance)
        return found

    def draft(self) -> Draft:
        """Everything that is closed now, as the next release."""
        surveys = {deal.survey.key: deal.survey for deal in self.deals}
        number = len(self.releases) + 1
        header = Header(
            number=number,
            published_on=date(2026, 1, 1) + timedelta(days=30 * number),
            company="Warmtehuis",
            kloof="test",
            previous=Previous(number=number - 1, sha256="0" * 64) if number > 1 else None,
        )
        blocks = [self.closed[number] for number in sorted(self.closed)]
        table = cells(blocks, surveys, header, self.releases)
        arms = arm_cells(blocks, surveys, header, self.releases[-1] if self.releases else None)
        used = tuple(surveys[key] for key in sorted({cell.key for cell in (*table, *arms)}, key=str))
        spreads = tuple(self.spreads[survey.key] for survey in used if survey.key in self.spreads)
        sizes = tuple(block.size for block in blocks)
        return Draft(header, used, sizes, table, arms=arms, spreads=spreads)

    @property
    def history(self) -> History:
        return History(
            self.membership,
            self.closed,
            tuple(self.releases),
            tuple(self.every_part),
            tuple(self.parts),
            answers=self._answers(),
        )

    def _answers(self) -> tuple[KnownCounts, ...]:
        """Of each survey version the pairs in blocks that are not retired."""
        found = []
        for key in {deal.survey.key: None for deal in self.deals}:
            if placed := self._placed(key):
                found.append(self._columns(placed))
                found[-1].cell[:] = [deal.block for deal in placed]
        return tuple(KnownCounts(pairs) for pairs in found)

    def publish(self) -> ReleaseDocument | None:
        """The next release, certified; raises AssertionError where the certificate does not hold."""
        self.rounds += 1
        draft = self.draft()
        before = {block.id for block in self.releases[-1].blocks} if self.releases else set()
        if {block.id for block in draft.blocks} == before:
            return None
        verdict, added, dropped = certify_what_can_be(draft, self.history, self.candidates(), self.thresholds)
        assert isinstance(verdict, Publishable), verdict
        for part in added:
            self.every_part.append(part.members)
            self.parts.append(part)
        self.dropped += dropped
        self.releases.append(verdict.document)
        return verdict.document

    @property
    def share_came_out(self) -> float:
        """The share of complete pairs, without those taken back, that stood in a release."""
        came_out = {block.id for release in self.releases for block in release.blocks}
        return self._share(came_out)

    @property
    def share_standing(self) -> float:
        """The share of them that stand in the last release: without the blocks that were retired since."""
        return self._share({block.id for block in self.releases[-1].blocks})

    def _share(self, blocks: set[int]) -> float:
        kept = [deal for deal in self.deals if not deal.gone and deal.arm is Arm.ASKED]
        return sum(deal.block in blocks for deal in kept) / len(kept)


def cells_of(deals: Sequence[Deal]) -> tuple[FineCell, ...]:
    return tuple(
        sorted({deal.cell for deal in deals}, key=lambda cell: (cell.product, cell.region, cell.team))
    )


def answers(rng: np.random.Generator, survey: Survey, content: float = 0.0) -> np.ndarray:
    """V and R of one customer, as customers answer: high, skewed, and correlated. [2, aspects].

    content: by what share of the scale they get more than most do.
    """
    low, high = survey.scale.low, survey.scale.high
    width, core = high - low, len(survey.core)
    taste = rng.normal(0, 0.08, (1, core))
    means = np.array([[0.80], [0.71 + content]])
    drawn = low + width * (means + taste + rng.normal(0, [[0.11], [0.17]], (2, core)))
    return np.clip(np.rint(drawn), low, high).astype(int)
