"""What somebody once read out of the engine of format 1, row by row: each reads it again there, and not from this one.

A row is one attack, tried on what the old engine told of some customers, and on what this engine tells of the same.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from cast.canaries import SURVEY, Company, people
from cast.exact_engine import OwnPage, exact_release, one_deal_each, withheld
from cast.worlds import THRESHOLDS, a_survey, columns
from kloof.domain.releases import attacks, cell_keys
from kloof.domain.releases.attacks.insiders.naming import Window
from kloof.domain.releases.attacks.programmes import answers_that_fit
from kloof.domain.releases.certificate.leverage import Membership, account_leverages
from kloof.domain.releases.document import Level, ReleaseDocument, ResponseCounts
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.releases.queues import judge
from kloof.domain.staff import own_totals
from kloof.domain.statistics.sums import PairedSums, PromiseCounts
from kloof.domain.surveys.definition import Survey

FIVE = a_survey(2, low=1, high=5, norm=4)
Read = list[str]


class Row(NamedTuple):
    """What the attack reads from the old engine, which must be something, and from this one, which must be nothing."""

    old: Callable[[], Read]
    new: Callable[[], Read]


def by(attack: str, *releases: AnyRelease) -> Read:
    return [breach.what for breach in attacks.ATTACKS[attack](releases)]


def exact(said: np.ndarray, survey: Survey = SURVEY) -> PairedSums:
    told = exact_release(survey, 1, {1: one_deal_each(said)}, {"company": (1,)})
    return told.cells[0].aspects["aspect-0"]


def rounded(said: np.ndarray, survey: Survey = SURVEY, seed: int = 0) -> tuple[Company, ReleaseDocument]:
    company = Company(survey=survey, seed=seed)
    company.close(1, said)
    return company, company.release(1, {"company": (1,)})


def closes(said: np.ndarray, seller: Sequence[int], account: Sequence[int] | None = None) -> bool:
    """Whether these, one customer each, may close into a block."""
    pairs = columns(
        SURVEY, range(1, len(said) + 1), seller, said[:, 0].tolist(), said[:, 1].tolist(), account=account
    )
    return judge(pairs, np.zeros(len(said), np.int64), 1, THRESHOLDS).reasons[0] is None


def fraction() -> Row:
    """Seven deals of one customer, averaged before they were summed, among 300 others."""
    seven = people(7, 2)
    seven[:, :, 0] = [[9, 6]] * 6 + [[8, 5]]
    others = people(300, 1)
    blocks = {1: [*one_deal_each(others), seven]}
    return Row(
        lambda: by("fractions", exact_release(SURVEY, 1, blocks, {"company": (1,)})),
        lambda: by("fractions", rounded(np.concatenate([others, seven[:1]]))[1]),
    )


def promises() -> Row:
    """One customer's broken promise, in the team of fourteen."""
    said = people(14)
    broken = {"team/north": PromiseCounts(kept=1, broken=1)}
    blocks = {1: one_deal_each(said)}
    return Row(
        lambda: by("counts", exact_release(SURVEY, 1, blocks, {"team/north": (1,)}, promises=broken)),
        lambda: by("counts", rounded(said)[1]),
    )


def moments() -> Row:
    """The whole distribution of twelve customers on 1 to 5."""
    said = people(12, 3, FIVE)
    return Row(
        lambda: [
            what
            for what in by("moments", exact_release(FIVE, 1, {1: one_deal_each(said)}, {"company": (1,)}))
            if "fits in one way only" in what
        ],
        lambda: by("moments", rounded(said, FIVE)[1]),
    )


def joint_insider() -> Row:
    """R of customers of others, for a salesperson who knows every V and seven of twelve customers; eight blocks."""

    def read(*, whole: bool) -> Read:
        named = []
        for seed in range(8):
            said = people(12, seed, FIVE)
            v, r = said[:, 0, 0], said[:, 1, 0]
            theirs, known, points = r[:7], v[7:, None], np.array(FIVE.scale.points)
            if whole:
                told = exact(said, FIVE)
                sums = [
                    (points + 0 * known, told.r - theirs.sum()),
                    (points**2 + 0 * known, told.rr - (theirs**2).sum()),
                    (known * points, told.vr - (v[:7] * theirs).sum()),
                    (points + 0 * known == FIVE.scale.high, told.r_counts[-1] - (theirs == 5).sum()),
                    (known > points, told.higher - (v[:7] > theirs).sum()),
                ]
                knows = [(one.astype(float), total, total) for one, total in sums]
            else:
                company, _ = rounded(said, FIVE, seed)
                total, base = company.blocks[1].sums[0, 1] * company.base - theirs.sum(), company.base
                knows = [((points + 0 * known).astype(float), total - base + 1, total + base - 1)]
            left = answers_that_fit(v[7:].tolist(), list(points), knows).sum(axis=1)
            named += [f"block {seed}: an answer is certain"] * int((left == 1).sum())
        return named

    return Row(lambda: read(whole=True), lambda: read(whole=False))


def remainder() -> Row:
    """Who sold half of a block takes off their own: all six others gave nought."""
    said = people(12, 4)
    said[6:, 1, 0] = 0
    seller = [0] * 6 + [1, 2, 3] * 2

    def read() -> Read:
        total = np.array([exact(said).r])
        left = Window(total, total, 0, 10).left(np.array([0]), said[:6, 1, 0].sum(), np.array([6]))
        return ["all six others gave one and the same answer"] if left[0] == 1 else []

    return Row(read, lambda: ["it closed"] if closes(said, seller) else [])


def practices() -> Row:
    """Sixteen customers at ten stand in the second table and not in the first."""
    said = people(40, 3)
    said[24:, 1, 0] = 10
    blocks = {1: one_deal_each(said[:24]), 2: one_deal_each(said[24:])}
    arm = [True] * 12 + [False] * 12

    def read() -> Read:
        before = exact_release(SURVEY, 1, blocks, {"company": (1,)}, practice={(1,): arm})
        grown: dict[tuple[int, ...], list[bool]] = {(1, 2): [*arm, *[True] * 16]}
        return by(
            "homogeneity", before, exact_release(SURVEY, 2, blocks, {"company": (1, 2)}, practice=grown)
        )

    return Row(read, lambda: ["it closed"] if closes(said[24:], [0, 1, 2, 3] * 4) else [])


def account() -> Row:
    """Sixteen contacts of one hospital, who passed for sixteen customers."""
    said, seller, hospital = people(16, 4), [0, 1, 2, 3] * 4, [1] * 16
    one = np.ones(16, dtype=np.int64)

    def read() -> Read:
        most = account_leverages(Membership.of(one, np.arange(16), np.array(seller), one)).most
        return [f"the sum of one organisation: {most:g} of it"] if most > 1 / 3 else []

    return Row(read, lambda: ["it closed"] if closes(said, seller, hospital) else [])


def in_turn(*numbers: int) -> own_totals.Draw:
    """Chance that gives these numbers one after the other."""
    left = iter(numbers)
    return lambda _: next(left)


@dataclass(frozen=True)
class MonthlyPage:
    """What this engine's page tells: a group's R as it is shown after the first of a month; None before."""

    shown: float | None

    @classmethod
    def all_of(cls, received: Sequence[int]) -> "frozenset[MonthlyPage]":
        """Every page that eight customers with these R may lead to, over all draws; their V differ."""
        scale, base = SURVEY.scale, own_totals.base(SURVEY.scale)
        group = [own_totals.CompletePair(at, at, (1 + at,), (r,)) for at, r in enumerate(received)]
        if not own_totals.may_close(group, scale):
            return frozenset({cls(None)})
        totals = {
            own_totals.rounded(sum(received), base, in_turn(*draws))
            for draws in ((one, other) for one in range(base) for other in range(base))
        }
        one = a_survey(1)
        sums = (own_totals.OwnSums(len(received), (40,), (total,), rounded=True) for total in totals)
        return frozenset(cls(told.gaps(one)[0].reality) for told in sums)


def read_own_page(before: object, after: object, then: object, may: Mapping[int, Collection[object]]) -> Read:
    """The page before and after the one real customer answered, and in the end; may: per answer what it could say."""
    read = [] if before == after else ["it told that the real customer had answered"]
    left = [answer for answer, pages in may.items() if then in pages]
    return read + ([f"the real customer gave {left[0]}"] if len(left) == 1 else [])


def own_page() -> Row:
    """All customers of a group but one are made up: four of five, and seven of eight."""
    real, points = 8, SURVEY.scale.points

    def old() -> Read:
        made_up = [1, 3, 4, 6]
        before, after = OwnPage.of(made_up[:2]), OwnPage.of([*made_up[:2], real])
        then = OwnPage.of([*made_up, real])
        return read_own_page(before, after, then, {r: {OwnPage.of([*made_up, r])} for r in points})

    def new() -> Read:
        made_up, nothing = [1, 3, 4, 6, 7, 9, 10], MonthlyPage(None)
        may = {r: MonthlyPage.all_of([*made_up, r]) for r in points}
        return [
            what for then in sorted(may[real], key=str) for what in read_own_page(nothing, nothing, then, may)
        ]

    return Row(old, new)


def withheld_list() -> Row:
    """A product whose only customer answered, one where nobody did, and one where twelve answered alike."""
    alike = people(12, 1)
    alike[:, 0, 0] = 7
    deals = {"solar": people(1), "battery": people(0), "boiler": alike}
    company, release = rounded(people(40))

    def counts(product: str) -> ResponseCounts:
        return ResponseCounts(
            survey=SURVEY.id,
            version=SURVEY.version,
            level=Level.PRODUCT if product else Level.COMPANY,
            product=product,
            deals_started=15,
            answered_at_sale=0,
            answered_after_delivery=0,
            pairs=0,
            pairs_published=0,
        )

    def new() -> Read:
        response = tuple(counts(product) for product in ("", *deals))
        named = cell_keys.withheld(response, release.cells)
        assert [group.product for group in named] == [*deals], "whoever answered"
        return by("withheld list", release.model_copy(update={"withheld": named, "response": response}))

    blocks = {1: one_deal_each(company.blocks[1].answers)}
    told = exact_release(SURVEY, 1, blocks, {"company": (1,)})
    return Row(lambda: by("withheld list", told.model_copy(update={"withheld": withheld(deals)})), new)


ROWS: Final[Mapping[str, Callable[[], Row]]] = MappingProxyType(
    {
        "fraction": fraction,
        "promises": promises,
        "moments": moments,
        "joint insider": joint_insider,
        "remainder": remainder,
        "practices": practices,
        "account": account,
        "own page": own_page,
        "withheld list": withheld_list,
    }
)
