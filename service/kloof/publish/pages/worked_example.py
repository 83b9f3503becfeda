"""One aspect from answers to sentence, with made-up answers: computed here by what computes the real figures."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from kloof.domain import statistics
from kloof.domain.findings import Basis, Evidence, GapFound
from kloof.domain.notation import number
from kloof.domain.releases.rounding import base_of, variance_of
from kloof.domain.statistics import Gap, PublishedSums, Rounding, Spread
from kloof.domain.surveys.definition import Scale
from kloof.domain.text import Text
from kloof.publish.pages.figures import pick_all
from kloof.publish.pages.markup import table
from kloof.publish.pages.site_writer import SiteWriter
from kloof.publish.words import pick

SCALE: Final = Scale(
    low=0, high=10, low_label=Text(nl="niet", en="not"), high_label=Text(nl="wel", en="fully")
)
EXPECTED: Final = (8, 9, 7, 8, 10, 8, 7, 9, 8, 8, 9, 6)
RECEIVED: Final = (7, 8, 7, 5, 9, 6, 8, 7, 6, 9, 7, 4)
SD: Final = 1.5
BLOCKS: Final = ((95, 85), (100, 85), (95, 80))
"""ΣV and ΣR of three blocks of twelve as they were rounded; the first is that of the answers above."""


@dataclass(frozen=True, slots=True)
class Worked:
    """The figures on the way, and the finding at the end."""

    sums: PublishedSums
    sampling: float
    rounding: float
    found: GapFound


def worked() -> Worked:
    """The three blocks together."""
    n, base = len(EXPECTED) * len(BLOCKS), base_of(SCALE)
    rounding = Rounding(variance_of(base), SCALE.high - SCALE.low)
    v, r = (float(sum(block[side] for block in BLOCKS)) for side in (0, 1))
    sums = PublishedSums(n, v, r, len(BLOCKS), rounding, Spread(SD, SD, SD))
    gap, side = statistics.gap(sums), sums.gap
    assert isinstance(gap, Gap)  # noqa: S101 - thirty-six are enough
    estimate = gap.difference.estimate
    assert estimate is not None  # noqa: S101 - its spread is given
    found = GapFound(gap, Basis(n, n // 5 * 5), Evidence.of(estimate, estimate.p))
    return Worked(sums, side.sampling or 0.0, side.rounding, found)


def worked_example(writer: SiteWriter) -> dict[str, object]:
    """What the method page fills in."""
    language, one = writer.language, worked()
    estimate = one.found.figure.difference.estimate
    assert estimate is not None  # noqa: S101 - as above
    head = pick_all(language, ["Klant", "V", "R"], ["Customer", "V", "R"])
    rows = [
        [str(at), str(v), str(r)] for at, (v, r) in enumerate(zip(EXPECTED, RECEIVED, strict=True), start=1)
    ]
    answers = table(
        pick(language, "Eén blok van twaalf verzonnen klanten", "One block of twelve made-up customers"),
        head,
        rows,
    )
    printed = one.found.figure.printed()

    def two(value: float | Decimal) -> str:
        return number(float(value), language, 2)

    return {
        "answers": answers,
        "sum_v": sum(EXPECTED),
        "sum_r": sum(RECEIVED),
        "base": number(base_of(SCALE), language, 0),
        "block_v": BLOCKS[0][0],
        "block_r": BLOCKS[0][1],
        "blocks": len(BLOCKS),
        "all_v": number(one.sums.v, language, 0),
        "all_r": number(one.sums.r, language, 0),
        "n": one.sums.n,
        "v": two(one.sums.expectation.mean),
        "r": two(one.sums.reality.mean),
        "s": two(one.sums.gap.mean),
        "printed": " ".join(
            (
                number(float(printed.expectation), language),
                "−",
                number(float(printed.reality), language),
                "=",
                number(float(printed.gap), language),
            )
        ),
        "sd": number(SD, language),
        "sampling": number(one.sampling, language, 3),
        "variance": number(variance_of(base_of(SCALE)), language, 0),
        "rounding": number(one.rounding, language, 3),
        "error": two(estimate.error),
        "freedom": int(estimate.freedom),
        "reach": two(estimate.interval.high - estimate.mean),
        "sentence": Markup("> ") + writer.say(one.found),
    }
