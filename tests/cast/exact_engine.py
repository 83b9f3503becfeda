"""The engine of format 1, kept small: frozen blocks of twelve, exact sums, second moments and counts.

Its linear certificate held, and single answers came out all the same. Every attack that found one must find it here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from kloof.domain.releases.document import AsOf, Level, Previous, PublishedAspect, WithheldReason
from kloof.domain.releases.format_1 import (
    ExactBlock,
    ExactCell,
    ExactPracticeCell,
    ExactRelease,
    ExactSurvey,
    LinearGuarantee,
    WithheldForReason,
)
from kloof.domain.statistics.sums import PairedSums, PromiseCounts
from kloof.domain.surveys.definition import Survey

BLOCK = 12
OWN = 5
Customers = Sequence[np.ndarray]
"""Per customer the answers to each deal, [deals, 2, aspects]."""


def figures(survey: Survey, customers: Customers) -> dict[str, PairedSums]:
    """What it published of these customers: their deals are averaged, and then summed."""
    means = np.array([deals.mean(axis=0) for deals in customers])
    found = {}
    for at, aspect in enumerate(survey.core):
        moments = PairedSums.of(means[:, 0, at], means[:, 1, at], survey.scale, aspect.norm)
        ends = [(one[0], sum(one[1:-1]), one[-1]) for one in (moments.v_counts, moments.r_counts)]
        found[aspect.id] = replace(moments, v_counts=ends[0], r_counts=ends[1])
    return found


def exact_release(
    survey: Survey,
    number: int,
    blocks: Mapping[int, Customers],
    cells: Mapping[str, tuple[int, ...]],
    promises: Mapping[str, PromiseCounts] | None = None,
    practice: Mapping[tuple[int, ...], Sequence[bool]] | None = None,
) -> ExactRelease:
    """A release of these cells, by level or level/name. practice: per table its blocks and who is in its arm."""
    shared: dict[str, Any] = {"survey": survey.id, "version": survey.version}
    shared["as_of"] = AsOf(release=number, date=date(2026, number, 1))

    def told(chosen: Customers, over: tuple[int, ...]) -> dict[str, Any]:
        return {
            "blocks": over,
            "deals": sum(len(deals) for deals in chosen),
            "customers": len(chosen),
            "aspects": figures(survey, chosen),
        }

    def cell(name: str, over: tuple[int, ...]) -> ExactCell:
        level, _, rest = name.partition("/")
        inside = [customer for block in over for customer in blocks[block]]
        place = {level: rest} if level in ("product", "team") else {}
        known = (promises or {}).get(name, PromiseCounts())
        return ExactCell(
            **shared,
            **told(inside, over),
            **place,
            id=f"installation-1/{name}",
            level=Level(level),
            promises=known,
        )

    def arms(over: tuple[int, ...], done: Sequence[bool]) -> list[ExactPracticeCell]:
        inside = [customer for block in over for customer in blocks[block]]
        return [
            ExactPracticeCell(
                **shared,
                **told([one for one, side in zip(inside, done, strict=True) if side is which], over),
                id=f"installation-1/practice/joint_visit/{which}",
                level=Level.COMPANY,
                practice="joint_visit",
                done=which,
            )
            for which in (True, False)
        ]

    used = sorted({block for over in cells.values() for block in over})
    return ExactRelease(
        format=1,
        kloof="test",
        number=number,
        published_on=date(2026, number, 1),
        previous=Previous(number=number - 1, sha256="0" * 64) if number > 1 else None,
        company="Warmtehuis",
        guarantee=LinearGuarantee(
            k=10, m=3, max_leverage=0.1, insider_k=5, insider_max_leverage=0.2, sets=1, releases=1
        ),
        surveys=(
            ExactSurvey(
                **survey.model_dump(include={"id", "version", "title", "scale"}),
                aspects=tuple(PublishedAspect.of(aspect) for aspect in survey.core),
            ),
        ),
        blocks=tuple(
            ExactBlock(id=one, customers=len(blocks[one]), deals=sum(len(deals) for deals in blocks[one]))
            for one in used
        ),
        cells=tuple(cell(name, over) for name, over in cells.items()),
        practices=tuple(arm for over, done in (practice or {}).items() for arm in arms(over, done)),
    )


def withheld(answered: Mapping[str, np.ndarray]) -> tuple[WithheldForReason, ...]:
    """Of products of which nothing came out, those that it named: where somebody had answered, and why they stayed out.

    answered: per product with deals the answers that came in, [n, 2, aspects].
    """

    def reason(said: np.ndarray) -> WithheldReason:
        alike = len(said) >= BLOCK and any(
            np.bincount(said[:, side, aspect]).max() > 0.9 * len(said)
            for side in (0, 1)
            for aspect in range(said.shape[2])
        )
        return WithheldReason.HOMOGENEOUS if alike else WithheldReason.TOO_FEW

    return tuple(
        WithheldForReason(
            survey="installation", version=1, level=Level.PRODUCT, product=product, reason=reason(said)
        )
        for product, said in answered.items()
        if len(said)
    )


@dataclass(frozen=True)
class OwnPage:
    """What its page told a salesperson of customers who chose totals, after these R came in, the oldest first.

    means: of each five in turn, to a decimal. needed: how many more answers until the next.
    """

    means: tuple[float, ...]
    needed: int

    @classmethod
    def of(cls, received: Sequence[int]) -> "OwnPage":
        fives = len(received) // OWN * OWN
        means = tuple(round(sum(received[at : at + OWN]) / OWN, 1) for at in range(0, fives, OWN))
        return cls(means, OWN - len(received) % OWN)


def one_deal_each(said: np.ndarray) -> Customers:
    """Customers with one deal, from answers [n, 2, aspects]."""
    return [one[None] for one in said]
