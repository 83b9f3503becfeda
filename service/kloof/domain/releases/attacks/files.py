"""Do the files say what can be checked: which blocks, how many people, what was certified, and nothing impossible."""

from collections.abc import Iterator, Sequence
from typing import Final

from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.attacks.figures import SetFigures, all_of, sizes_of
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.releases.guarantee import Guarantee
from kloof.domain.releases.rounding import known_bases
from kloof.domain.releases.thresholds import LEAST_K, USUAL_M
from kloof.domain.statistics.sums import PairedSums, Sums
from kloof.domain.surveys.definition import Scale

NAME = "files"
_SLACK = 1e-6
_LEAST_BLOCK: Final = 12
_LEAST_SPREAD: Final = 30
_FIVES: Final = 5
_SHORT: Final = 6
"""Widths below which a scale is short: its spreads are told in steps of 0.05, of others in steps of 0.1."""


def attack(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Cells whose blocks, customers and figures do not go together, impossible figures, and no sound certificate."""
    for release in releases:
        sizes = sizes_of(release)
        for block, n in sizes.items():
            if n < _LEAST_BLOCK:
                what = f"it holds {n} customers, fewer than {_LEAST_BLOCK}"
                yield Breach(NAME, release.number, f"block {block}", what)
        for figures in all_of(release):
            for what in (*_contradictions(figures, release, sizes), *_impossible(figures, release)):
                yield Breach(NAME, release.number, figures.id, what)
        for what in _weak_promises(release):
            yield Breach(NAME, release.number, "guarantee", what)
        if isinstance(release, ReleaseDocument):
            yield from _of_the_survey(release)


def _contradictions(figures: SetFigures, release: AnyRelease, sizes: dict[int, int]) -> Iterator[str]:
    if not figures.blocks or not set(figures.blocks) <= set(sizes):
        yield "it does not say of which blocks it is made, so nothing vouches for it"
        return
    if len(set(figures.blocks)) < len(figures.blocks):
        yield "it names a block twice"
    whole = sum(sizes[block] for block in figures.blocks)
    if figures.practice:
        yield from _half_a_table(figures, release, whole)
    elif figures.n != whole:
        yield "it holds another number of customers than its blocks"
    exact = [told.n for told in figures.aspects.values() if isinstance(told, PairedSums | Sums)]
    if exact and set(exact) != {figures.n}:
        yield "its aspects rest on different customers: the difference can be worked out"
    if isinstance(release, ReleaseDocument) and figures.customers % _FIVES:
        yield f"how many different customers it holds is exact: {figures.customers}"
    if figures.customers > figures.n:
        yield f"it holds {figures.customers} different customers in {figures.n} pairs"


def _half_a_table(figures: SetFigures, release: AnyRelease, whole: int) -> Iterator[str]:
    survey = next(cell for cell in release.practices if cell.id == figures.id)
    arms = [
        one
        for one, cell in zip(all_practices(release), release.practices, strict=True)
        if (cell.survey, cell.version, one.practice) == (survey.survey, survey.version, figures.practice)
    ]
    if len(arms) != 2 or {one.blocks for one in arms} != {figures.blocks}:
        yield "its other half is not about the same blocks"
    elif sum(one.n for one in arms) != whole:
        yield "both its halves are not its blocks: who is left over can be worked out"


def all_practices(release: AnyRelease) -> Iterator[SetFigures]:
    """The arms of all practice tables, in the order of the file."""
    return (figures for figures in all_of(release) if figures.practice)


def _impossible(figures: SetFigures, release: AnyRelease) -> Iterator[str]:
    """Means off the scale by more than rounding can do, and aspects that the survey does not have."""
    cell = next(one for one in (*release.cells, *release.arms, *release.practices) if one.id == figures.id)
    survey = next(
        (one for one in release.surveys if (one.id, one.version) == (cell.survey, cell.version)), None
    )
    if survey is None:
        yield "it is about a survey version that the release does not hold"
        return
    if set(figures.aspects) != {aspect.id for aspect in survey.aspects}:
        yield "its aspects are not those of the survey"
    base = getattr(survey, "base", 0.0)  # a release of exact sums has none
    room = figures.parts * base + _SLACK
    low, high = figures.n * survey.scale.low - room, figures.n * survey.scale.high + room
    sides = figures.arm.sides
    for aspect in figures.aspects:
        for side in sides:
            total = figures.total(aspect, side)
            if not low <= total <= high:
                yield f"Σ{side} of {aspect} is {total:g}, which no {figures.n} answers make"


def _weak_promises(release: AnyRelease) -> Iterator[str]:
    stated = release.guarantee
    if stated.k < LEAST_K:
        yield f"k is {stated.k}, below {LEAST_K}"
    if stated.m < USUAL_M and stated.smaller_m_agreed_on is None:
        yield f"m is {stated.m}, below {USUAL_M}, without recorded consent"
    bounds = [
        ("", stated.max_leverage, stated.k),
        (" for insiders", stated.insider_max_leverage, stated.insider_k),
    ]
    if isinstance(stated, Guarantee):
        bounds += [
            (" for two colleagues", stated.pair_max_leverage, stated.insider_k),
            (" of accounts", stated.account_max_leverage, stated.account_k),
        ]
    for whose, leverage, k in bounds:
        if leverage > 1 / k + _SLACK:
            yield f"the stated leverage{whose} of {leverage:.4f} is more than 1/{k}"
    yield from (
        f"{figures.id} holds fewer than {stated.k} customers"
        for figures in all_of(release)
        if figures.n < stated.k
    )


def _of_the_survey(release: ReleaseDocument) -> Iterator[Breach]:
    """The base that each survey says its sums were rounded to, and how far its answers lie apart."""
    for survey in release.surveys:
        where = f"{survey.id} v{survey.version}"
        least = min(known_bases(survey.scale))
        if survey.base < least - _SLACK:
            what = f"its sums are rounded to {survey.base:g}, finer than {least:g}"
            yield Breach(NAME, release.number, where, what)
        spread = release.spread(survey.key)
        if spread is None:
            continue
        told = {
            f"{name}, {side}": value for name, one in spread.aspects.items() for side, value in _values(one)
        }
        told |= {f"overall, {side}": value for side, value in _values(spread.overall)}
        step = spread_step(survey.scale)
        width = survey.scale.high - survey.scale.low
        for name, value in told.items():
            most = 2 * width if name.endswith(", s") else width
            if abs(value / step - round(value / step)) > _SLACK:
                what = f"the spread of {name} is {value:g}, and spreads are told in steps of {step:g}"
                yield Breach(NAME, release.number, where, what)
            if not 0 <= value <= most / 2 * (1 + 1 / _LEAST_SPREAD) + step:
                yield Breach(
                    NAME, release.number, where, f"the spread of {name} is {value:g}: no answers have it"
                )
        n = max((cell.n for cell in release.cells_of(survey.key)), default=0)
        if n < _LEAST_SPREAD:
            yield Breach(
                NAME, release.number, where, f"its spread is of {n} customers, fewer than {_LEAST_SPREAD}"
            )
        if spread.clusters % _FIVES:
            yield Breach(
                NAME, release.number, where, f"its salespeople are counted exactly: {spread.clusters}"
            )


def _values(spread: object) -> Iterator[tuple[str, float]]:
    for side in ("v", "r", "s"):
        yield side, getattr(spread, side)


def spread_step(scale: Scale) -> float:
    """How finely the spread of answers on this scale is told."""
    return 0.05 if scale.high - scale.low < _SHORT else 0.1
