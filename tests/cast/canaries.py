"""Releases made by hand, sound ones and such as nobody should publish: what each attack must break, or is worthless."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from cast.worlds import a_survey, answers
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.attacks.truth import TruePart, Truth
from kloof.domain.releases.document import (
    ArmCell,
    AsOf,
    AspectSums,
    BlockSize,
    Cell,
    Level,
    PracticeCell,
    Previous,
    PublishedSurvey,
    ReleaseDocument,
)
from kloof.domain.releases.guarantee import Guarantee
from kloof.domain.releases.rounding import base_of, rounded_at_random
from kloof.domain.surveys.definition import Survey

SURVEY = a_survey(4)
SOUND = Guarantee(
    k=10,
    m=3,
    max_leverage=0.1,
    insider_k=5,
    insider_max_leverage=0.2,
    pair_max_leverage=0.2,
    account_k=3,
    account_max_leverage=0.33,
    sets=1,
    releases=1,
)


def people(n: int, seed: int = 0, survey: Survey = SURVEY) -> np.ndarray:
    """Answers as customers give them, [n, 2, aspects]."""
    rng = np.random.default_rng(seed)
    return np.array([answers(rng, survey) for _ in range(n)])


@dataclass
class Block:
    """Pairs that closed together. answers: [n, 2, aspects]; sums: int64[aspects, 2], rounded once."""

    answers: np.ndarray
    person: np.ndarray
    salesperson: np.ndarray
    account: np.ndarray
    sums: np.ndarray


@dataclass
class Company:
    """Blocks closed by hand, without a single rule, and the releases that somebody makes of them."""

    survey: Survey = SURVEY
    seed: int = 0
    blocks: dict[int, Block] = field(default_factory=dict)
    parts: list[TruePart] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng(self.seed)

    @property
    def base(self) -> float:
        return base_of(self.survey.scale)

    def close(
        self,
        number: int,
        said: np.ndarray,
        *,
        salesperson: Sequence[int] | None = None,
        account: Sequence[int] | None = None,
        person: Sequence[int] | None = None,
    ) -> None:
        """A block of these answers; by four salespeople, and everybody for themselves, unless said otherwise."""
        n = len(said)
        self.blocks[number] = Block(
            said,
            1000 * number + np.arange(n) if person is None else np.array(person),
            np.arange(n) % 4 if salesperson is None else np.array(salesperson),
            np.zeros(n, dtype=np.int64) if account is None else np.array(account),
            self.rounded(said),
        )

    def rounded(self, said: np.ndarray) -> np.ndarray:
        """int64[aspects, 2]: these answers' sums in multiples of the base, drawn anew."""
        return rounded_at_random(said.sum(axis=0).T, self.base, self.chance)

    def release(self, number: int, cells: Mapping[str, tuple[int, ...]], **more: Any) -> ReleaseDocument:
        """A release of these cells, by level or level/name."""
        used = sorted({block for blocks in cells.values() for block in blocks})
        usual: dict[str, Any] = {
            "kloof": "test",
            "number": number,
            "published_on": date(2026, number, 1),
            "previous": Previous(number=number - 1, sha256="0" * 64) if number > 1 else None,
            "company": "Warmtehuis",
            "guarantee": SOUND,
            "surveys": (PublishedSurvey.of(self.survey),),
            "blocks": tuple(BlockSize(id=one, n=len(self.blocks[one].answers)) for one in used),
            "cells": tuple(self.cell(number, name, blocks) for name, blocks in cells.items()),
        }
        return ReleaseDocument(**usual | more)

    def cell(self, number: int, name: str, blocks: tuple[int, ...]) -> Cell:
        level, _, rest = name.partition("/")
        sums = np.sum([self.blocks[block].sums for block in blocks], axis=0) * self.base
        n = sum(len(self.blocks[block].answers) for block in blocks)
        return Cell(
            id=f"installation-1/{name}",
            survey=self.survey.id,
            version=self.survey.version,
            level=Level(level),
            product=rest if level == "product" else "",
            team=rest if level == "team" else "",
            blocks=blocks,
            n=n,
            customers=n // 5 * 5,
            as_of=AsOf(release=number, date=date(2026, number, 1)),
            aspects=self.aspects(sums),
        )

    def aspects(self, sums: np.ndarray) -> dict[str, AspectSums]:
        return {
            aspect.id: AspectSums(v=float(v), r=float(r))
            for aspect, (v, r) in zip(self.survey.core, sums, strict=True)
        }

    def arm(self, number: int, blocks: tuple[int, ...], arm: Arm = Arm.NOT_ASKED) -> ArmCell:
        """An arm of one side over these blocks."""
        whole = self.cell(number, "company", blocks)
        shared = whole.model_dump(include={"survey", "version", "level", "blocks", "n", "customers", "as_of"})
        side = {name: told.v if arm is Arm.LEFT else told.r for name, told in whole.aspects.items()}
        return ArmCell(**shared, id=f"installation-1/company/{arm}", arm=arm, aspects=side)

    def table(
        self, number: int, blocks: tuple[int, ...], done: Sequence[bool]
    ) -> tuple[PracticeCell, PracticeCell]:
        """A practice table over these blocks, both arms rounded by themselves. done: of each of their pairs."""
        said = np.concatenate([self.blocks[block].answers for block in blocks])
        chosen = np.array(done)
        starts = self._starts()
        rows = np.concatenate(
            [starts[block] + np.arange(len(self.blocks[block].answers)) for block in blocks]
        )
        arms = []
        for side in (True, False):
            inside = chosen == side
            sums = self.rounded(said[inside])
            self.parts.append(TruePart("joint_visit", side, rows[inside], sums))
            arms.append(
                PracticeCell(
                    id=f"installation-1/practice/joint_visit/{'done' if side else 'not_done'}",
                    survey=self.survey.id,
                    version=self.survey.version,
                    level=Level.COMPANY,
                    practice="joint_visit",
                    done=side,
                    blocks=blocks,
                    parts=1,
                    n=int(inside.sum()),
                    customers=int(inside.sum()) // 5 * 5,
                    as_of=AsOf(release=number, date=date(2026, number, 1)),
                    aspects=self.aspects(sums * self.base),
                )
            )
        return arms[0], arms[1]

    def _starts(self) -> dict[int, int]:
        at, starts = 0, {}
        for number in sorted(self.blocks):
            starts[number] = at
            at += len(self.blocks[number].answers)
        return starts

    @property
    def truth(self) -> Truth:
        """What the company's own machine knows."""
        numbers = sorted(self.blocks)
        blocks = [self.blocks[number] for number in numbers]
        said = np.concatenate([block.answers for block in blocks])
        return Truth(
            survey=self.survey,
            block=np.repeat(numbers, [len(block.answers) for block in blocks]),
            person=np.concatenate([block.person for block in blocks]),
            salesperson=np.concatenate([block.salesperson for block in blocks]),
            account=np.concatenate([block.account for block in blocks]),
            expected=said[:, 0].astype(np.uint8),
            received=said[:, 1].astype(np.uint8),
            numbers=np.array(numbers),
            sums=np.array([block.sums for block in blocks]),
            parts=tuple(self.parts),
        )


def with_aspects(cell: Cell, **aspects: AspectSums) -> Cell:
    """The cell with other sums."""
    return cell.model_copy(update={"aspects": cell.aspects | aspects})


def with_cell(release: ReleaseDocument, at: int, **changes: Any) -> ReleaseDocument:
    """The release with one cell changed."""
    cells = list(release.cells)
    cells[at] = cells[at].model_copy(update=changes)
    return release.model_copy(update={"cells": tuple(cells)})
