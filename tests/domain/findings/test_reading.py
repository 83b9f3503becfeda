"""What a release lets one say, from its file alone."""

from datetime import date

import numpy as np
import pytest
from scipy import stats

from cast.random_answers import TEN, close
from kloof.domain import findings
from kloof.domain.deals.study_arms import Arm
from kloof.domain.findings import (
    AskingFound,
    ClaimFound,
    EndFound,
    Evidence,
    GapFound,
    NotEnough,
    PromisesFound,
    SplitFound,
    Withheld,
    by_evidence,
)
from kloof.domain.releases.document import (
    ArmCell,
    AsOf,
    Cell,
    Guarantee,
    Level,
    PracticeCell,
    PublishedAspect,
    PublishedSurvey,
    ReleaseDocument,
    ResponseCounts,
    WithheldReason,
)
from kloof.domain.statistics import TooFew
from kloof.domain.statistics.sums import PairedSums, PromiseCounts, Sums
from kloof.domain.text import Text

TODAY = AsOf(release=1, date=date(2026, 5, 4))
NORM = 7.5


def text(word):
    return Text(nl=word, en=word)


def aspect(name, norm=None):
    return PublishedAspect(id=name, name=text(name), at_sale=text("?"), after_delivery=text("?"), norm=norm)


def survey(*aspects):
    return PublishedSurvey(id="project", version=1, title=text("Project"), scale=TEN, aspects=aspects)


def answers(seed, n, fall):
    """Expectations, and realities that are `fall` lower on average."""
    chance = np.random.default_rng(seed)
    v = chance.integers(6, 11, n)
    return v, np.clip(v - np.rint(chance.normal(fall, 1.5, n)), 0, 10)


def moments(pair, norm=None):
    return PairedSums.of(*pair, TEN, norm)


def cell(name, aspects, level=Level.COMPANY, promises=None, **place):
    customers = next(iter(aspects.values())).n
    return Cell(
        survey="project", version=1, level=level, id=name, blocks=(1,), deals=customers + 8, customers=customers,
        as_of=TODAY, aspects=aspects, promises=promises or PromiseCounts(), **place,
    )  # fmt: skip


def arm(done, aspects):
    customers = next(iter(aspects.values())).n
    return PracticeCell(
        survey="project", version=1, level=Level.COMPANY, id=f"visit-{done}", practice="joint_visit", done=done,
        blocks=(1,), deals=customers, customers=customers, as_of=TODAY, aspects=aspects,
    )  # fmt: skip


def release(aspects, cells, practices=(), m=3, started=0, arms=(), not_asked=None):
    return ReleaseDocument(
        kloof="0", number=1, published_on=TODAY.date, previous=None, company="Warmtehuis", cells=cells,
        guarantee=Guarantee(
            k=10, m=m, max_leverage=0.08, insider_k=5, insider_max_leverage=0.1, sets=1, releases=1
        ),
        surveys=(survey(*aspects),), practices=practices, arms=arms,
        response=(
            ResponseCounts(
                survey="project", version=1, deals_started=started, answered_at_sale=started,
                answered_after_delivery=started, pairs=started, pairs_published=started,
                not_asked=not_asked,
            ),
        ),
    )  # fmt: skip


LEAD_TIME, PRICE, RESULT = aspect("lead-time", NORM), aspect("price"), aspect("result")


@pytest.fixture(scope="module")
def found():
    aspects = {
        "lead-time": moments(answers(1, 60, 2.0), NORM),
        "price": moments(answers(2, 60, 0.0)),
        "result": moments(answers(3, 60, 0.9)),
    }
    document = release(
        (PRICE, LEAD_TIME, RESULT),
        (
            cell("all", aspects, promises=PromiseCounts(30, 5, 2, 4)),
            cell("north", aspects, level=Level.TEAM, team="Noord"),
        ),
        started=170,
    )
    return findings.read(document)


def test_aspects_stand_in_order_of_evidence(found):
    assert [reading.aspect.id for reading in found.cells[0].aspects] == ["lead-time", "result", "price"]
    shown = [reading.gap.evidence for reading in found.cells[0].aspects]
    assert shown == [Evidence.DEMONSTRABLE, Evidence.DEMONSTRABLE, Evidence.NONE]


def test_cells_stay_in_the_order_of_the_file_so_that_no_team_is_ranked(found):
    assert [reading.cell.id for reading in found.cells] == ["all", "north"]


def test_a_gap_rests_on_its_deals_customers_and_response(found):
    basis = found.cells[0].overall.basis
    assert (basis.deals, basis.customers, basis.response) == (68, 60, 68 / 170)


def test_the_response_is_not_claimed_for_a_part_of_the_company(found):
    assert found.cells[1].overall.basis.response is None


def test_an_aspect_with_a_norm_has_the_split_and_the_founding_claim(found):
    kinds = {type(one) for one in found.cells[0].aspects[0].findings}
    assert {SplitFound, ClaimFound} <= kinds


def test_an_aspect_without_a_norm_has_neither(found):
    kinds = {type(one) for reading in found.cells[0].aspects[1:] for one in reading.findings}
    assert not kinds & {SplitFound, ClaimFound}


def test_an_end_of_the_scale_is_flagged_where_customers_crowd_there(found):
    ends = [
        one for reading in found.cells[0].aspects for one in reading.findings if isinstance(one, EndFound)
    ]
    assert ends
    assert all(one.share >= 0.15 for one in ends)


def test_promises_are_found_per_cell(found):
    assert isinstance(found.cells[0].promises, PromisesFound)
    assert found.cells[1].promises == NotEnough(TooFew(20, 0, "promises"))


def test_every_finding_of_a_release_has_a_sentence_in_both_languages(found):
    everything = [
        one
        for reading in found.cells
        for one in (
            reading.overall,
            reading.promises,
            *(part for each in reading.aspects for part in (each.gap, *each.findings)),
        )
    ]
    assert all(findings.sentence(one, "nl").endswith(".") for one in everything)
    assert all(findings.sentence(one, "en").endswith(".") for one in everything)


def test_one_small_difference_among_many_is_not_called_a_difference():
    """p is about .03: alone it stands, beside 30 aspects where nothing is going on it does not."""
    v = np.tile([7, 8, 9, 8], 15)
    lucky = v - np.r_[np.ones(5), np.zeros(55)]
    names = [f"a{index}" for index in range(30)]
    still = moments((v, v[::-1].copy()))
    alone = release((aspect("lucky"),), (cell("all", {"lucky": moments((v, lucky))}),))
    among = release(
        (aspect("lucky"), *(aspect(name) for name in names)),
        (cell("all", {"lucky": moments((v, lucky)), **dict.fromkeys(names, still)}),),
    )
    assert stats.ttest_rel(v, lucky).pvalue == pytest.approx(0.024, abs=0.01)
    assert findings.read(alone).cells[0].aspects[0].gap.evidence is Evidence.DEMONSTRABLE
    first = findings.read(among).cells[0].aspects[0]
    assert (first.aspect.id, first.gap.evidence) == ("lucky", Evidence.AMONG_MANY)


def test_gaps_and_sides_of_the_norm_are_a_family_each_as_scipy_adjusts_them(found):
    gaps = [
        gap for reading in found.cells for gap in (reading.overall, *(each.gap for each in reading.aspects))
    ]
    sides = [
        side
        for reading in found.cells
        for each in reading.aspects
        for part in each.findings
        if isinstance(part, SplitFound)
        for side in (
            (part.figure.overpromise, part.overpromise),
            (part.figure.underdelivery, part.underdelivery),
        )
    ]
    assert sides
    for family in ([(gap.figure.difference, gap.evidence) for gap in gaps], sides):
        adjusted = stats.false_discovery_control([figure.p for figure, _ in family], method="bh")
        assert [evidence for _, evidence in family] == [
            Evidence.of(figure, p) for (figure, _), p in zip(family, adjusted, strict=True)
        ]


def test_what_differs_from_the_norm_does_not_lift_the_bar_for_gaps():
    """V against N of twenty aspects: every one a plain difference, and not one of them is about a gap."""
    v = np.tile([7, 8, 9, 8], 15)
    lucky = v - np.r_[np.ones(5), np.zeros(55)]
    names = [f"a{index}" for index in range(30)]
    still = moments((v, v[::-1].copy()), norm=2)
    found = findings.read(
        release(
            (aspect("lucky"), *(aspect(name, norm=2) for name in names)),
            (cell("all", {"lucky": moments((v, lucky)), **dict.fromkeys(names, still)}),),
        )
    )
    splits = [
        part for each in found.cells[0].aspects for part in each.findings if isinstance(part, SplitFound)
    ]
    assert {part.overpromise for part in splits if part.figure.overpromise.mean > 4} == {
        Evidence.DEMONSTRABLE
    }
    first = found.cells[0].aspects[0]
    assert (first.aspect.id, first.gap.evidence) == ("lucky", Evidence.AMONG_MANY)


def test_the_overall_gap_is_no_surer_than_the_answers_themselves():
    one, two = answers(4, 40, 1.0), answers(5, 40, 0.5)
    document = release((PRICE, RESULT), (cell("all", {"price": moments(one), "result": moments(two)}),))
    overall = findings.read(document).cells[0].overall.figure
    per_customer = (one[0] - one[1] + two[0] - two[1]) / 2
    exact = stats.ttest_1samp(per_customer, 0).confidence_interval()
    assert overall.difference.mean == close(per_customer.mean())
    assert overall.difference.interval.low <= exact.low
    assert overall.difference.interval.high >= exact.high
    assert overall.expectation - overall.reality == close(overall.difference.mean)


def test_the_overall_gap_is_exact_where_all_aspects_go_the_same_way():
    same = moments(answers(4, 40, 1.0))
    document = release((PRICE, RESULT), (cell("all", {"price": same, "result": same}),))
    found = findings.read(document).cells[0]
    assert found.overall.figure.difference.interval.low == close(
        found.aspects[0].gap.figure.difference.interval.low
    )


@pytest.fixture(scope="module")
def practice_release():
    arms = (
        arm(True, {"price": moments(answers(6, 40, 0.0)), "result": moments(answers(7, 40, 1.0))}),
        arm(False, {"price": moments(answers(8, 40, 2.0)), "result": moments(answers(9, 40, 1.0))}),
    )
    return release((RESULT, PRICE), (), practices=arms)


def test_a_practice_is_read_per_aspect_in_order_of_evidence(practice_release):
    (reading,) = findings.read(practice_release).practices
    assert [one.about.en for one in reading.findings] == ["price", "result"]
    assert [one.evidence for one in reading.findings] == [Evidence.DEMONSTRABLE, Evidence.NONE]
    assert reading.findings[0].figure.gap.value < 0
    assert "was de kloof" in findings.sentence(reading.findings[0], "nl")


def test_a_practice_with_one_arm_withheld_is_not_read(practice_release):
    alone = practice_release.model_copy(update={"practices": practice_release.practices[:1]})
    assert findings.read(alone).practices == ()


def test_a_company_with_fewer_than_three_salespeople_has_no_practice_findings(practice_release):
    guarantee = practice_release.guarantee.model_copy(update={"m": 2})
    (reading,) = findings.read(practice_release.model_copy(update={"guarantee": guarantee})).practices
    assert {one.figure for one in reading.findings} == {TooFew(3, 2, "salespeople")}


def test_a_cell_that_is_too_small_for_a_figure_says_so():
    document = release((PRICE,), (cell("all", {"price": moments(answers(1, 9, 1.0))}),))
    reading = findings.read(document).cells[0]
    assert reading.aspects[0].gap == NotEnough(TooFew(10, 9), PRICE.name)
    assert reading.overall == NotEnough(TooFew(10, 9))


def found_nothing():
    return findings.ArmsReading(survey(PRICE), (Withheld(WithheldReason.TOO_FEW),), ())


def test_an_empty_release_reads_as_nothing():
    assert findings.read(release((PRICE,), ())) == findings.ReleaseReading((), (), (found_nothing(),))


def test_findings_without_a_test_come_after_those_with_one(found):
    reading = found.cells[0]
    ordered = by_evidence([reading.promises, *(each.gap for each in reading.aspects[::-1])])
    assert [isinstance(one, GapFound) for one in ordered] == [True, True, True, False]
    assert ordered[0] is reading.aspects[0].gap


def test_of_two_gaps_that_are_both_beyond_doubt_the_larger_comes_first():
    fallen = {"price": 1, "result": 3}
    aspects = {name: PairedSums.of([9] * 20, [9 - points] * 20, TEN) for name, points in fallen.items()}
    reading = findings.read(release((PRICE, RESULT), (cell("all", aspects),))).cells[0]
    assert [each.gap.figure.difference.p for each in reading.aspects] == [0, 0]
    assert [each.aspect.id for each in reading.aspects] == ["result", "price"]


def alone(which, aspects):
    """An arm of one side: per aspect what its customers told."""
    n = len(next(iter(aspects.values())))
    return ArmCell(
        survey="project", version=1, level=Level.COMPANY, id=f"project-1/company/{which}", arm=which, blocks=(9,),
        deals=n, customers=n, as_of=TODAY, aspects={name: Sums.of(told) for name, told in aspects.items()},
    )  # fmt: skip


def in_arms(left=40, not_asked=45):
    """What the pairs, those who left and those who were not asked said, and how it reads."""
    pairs = {"price": answers(1, 60, 1.0), "result": answers(2, 60, 2.0)}
    gone = {name: answers(seed, left, 0)[0] for seed, name in enumerate(pairs, start=3)}
    not_told = {name: answers(seed, not_asked, -1.0)[1] for seed, name in enumerate(pairs, start=5)}
    cells = (cell("company", {name: moments(pair) for name, pair in pairs.items()}),)
    document = release((PRICE, RESULT), cells, arms=(alone(Arm.LEFT, gone), alone(Arm.NOT_ASKED, not_told)))
    (reading,) = findings.read(document).arms
    return pairs, gone, not_told, reading


def test_who_left_is_compared_with_who_answered_twice_over_all_aspects_and_in_each():
    pairs, gone, _, reading = in_arms()
    whole, price, result = reading.stayed
    assert [one.about for one in reading.stayed] == [None, PRICE.name, RESULT.name]
    reference = stats.ttest_ind(pairs["price"][0], gone["price"], equal_var=False)
    low, high = reference.confidence_interval()
    assert (price.figure.interval.low, price.figure.interval.high) == (close(low), close(high))
    assert whole.figure.value == close((price.figure.value + result.figure.value) / 2)
    assert whole.bounds.low == close((price.bounds.low + result.bounds.low) / 2)
    assert price.bounds.low < price.bounds.high
    assert (price.figure.n, price.figure.n_other) == (60, 40)


def test_who_was_not_asked_is_compared_in_what_they_got():
    pairs, _, not_told, reading = in_arms()
    whole, _, result = reading.asking
    assert isinstance(whole, AskingFound)
    reference = stats.ttest_ind(pairs["result"][1], not_told["result"], equal_var=False)
    low, high = reference.confidence_interval()
    assert (result.figure.interval.low, result.figure.interval.high) == (close(low), close(high))
    assert result.evidence is Evidence.DEMONSTRABLE


def test_arms_that_are_too_small_say_so_in_place_of_a_figure():
    *_, reading = in_arms(left=19, not_asked=29)
    assert reading.stayed[0] == NotEnough(TooFew(20, 19))
    assert reading.asking[1] == NotEnough(TooFew(30, 29), PRICE.name)


def test_an_arm_that_is_not_published_is_withheld_and_one_that_was_never_drawn_is_not_there():
    cells = (cell("company", {"price": moments(answers(1, 60, 1.0))}),)
    (never,) = findings.read(release((PRICE,), cells)).arms
    assert (never.stayed, never.asking) == ((Withheld(WithheldReason.TOO_FEW),), ())
    (waiting,) = findings.read(release((PRICE,), cells, not_asked=5)).arms
    assert waiting.asking == (Withheld(WithheldReason.TOO_FEW),)
