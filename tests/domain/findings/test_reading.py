"""What a release lets one say, from its file alone."""

from datetime import date

import numpy as np
import pytest
from scipy import stats

from cast.random_answers import TEN, close
from cast.synthetic import Firm, guarantee
from kloof.domain import findings
from kloof.domain.deals.study_arms import Arm
from kloof.domain.findings import (
    AskingFound,
    ClaimFound,
    EndFound,
    Evidence,
    Grown,
    NotEnough,
    OrderFound,
    PromisesFound,
    SplitFound,
    Withheld,
)
from kloof.domain.findings.deliveries import deliveries
from kloof.domain.releases.document import (
    ArmCell,
    AsOf,
    AspectShares,
    AspectSums,
    BlockSize,
    Cell,
    Level,
    PracticeCell,
    PromiseShares,
    PublishedAspect,
    PublishedSurvey,
    ReleaseDocument,
    ResponseCounts,
)
from kloof.domain.releases.guarantee import ArmSpread, AspectSpread, PromiseSpread, SurveySpread
from kloof.domain.releases.rounding import base_of, rounded_at_random
from kloof.domain.statistics import TooFew, coarse_claim, coarse_share
from kloof.domain.text import Text

TODAY = AsOf(release=1, date=date(2026, 5, 4))
NORM = 7.5
BASE = base_of(TEN)


def text(word):
    return Text(nl=word, en=word)


def aspect(name, norm=None):
    return PublishedAspect(id=name, name=text(name), at_sale=text("?"), after_delivery=text("?"), norm=norm)


LEAD_TIME, PRICE, RESULT = aspect("lead-time", NORM), aspect("price"), aspect("result")


def means(n, **gaps):
    """Sums of n customers with V 8 on average and these gaps."""
    return {name.replace("_", "-"): AspectSums(v=8.0 * n, r=(8.0 - gap) * n) for name, gap in gaps.items()}


def cell(name, n, aspects, level=Level.COMPANY, blocks=None, **more):
    return Cell(
        survey="project", version=1, level=level, id=name, blocks=blocks or tuple(range(1, 1 + n // 12)), n=n,
        customers=n // 5 * 5, as_of=TODAY, aspects=aspects, **more,
    )  # fmt: skip


BY_BOTH = PromiseSpread(by_customer=1.2, by_salesperson=1.5)
KNOWN = ArmSpread(
    products={"": 40},
    clustering={"price": 1.2, "result": 1.2},
    clusters=12,
    own_clustering=1.5,
    own_clusters=15,
)


def spread(aspects, sd=1.5, clustering=None, clusters=0):
    one = AspectSpread(v=sd, r=sd, s=sd, clustering=clustering)
    return SurveySpread(
        survey="project",
        version=1,
        aspects={one_.id: one for one_ in aspects},
        overall=one,
        clusters=clusters,
    )


def counts(level=Level.COMPANY, started=0, not_asked=0, **place):
    return ResponseCounts(
        survey="project", version=1, level=level, deals_started=started, answered_at_sale=started,
        answered_after_delivery=started, pairs=started, pairs_published=started, not_asked=not_asked, **place,
    )  # fmt: skip


def release(aspects, cells, *, spreads=None, response=(), **more):
    blocks = sorted({block for one in cells for block in (*one.blocks, *one.counted)})
    return ReleaseDocument(
        kloof="0", number=1, published_on=TODAY.date, previous=None, company="Warmtehuis", cells=tuple(cells),
        guarantee=guarantee(m=more.pop("m", 3)), response=response,
        surveys=(
            PublishedSurvey(
                id="project", version=1, title=text("Project"), scale=TEN, base=BASE, aspects=tuple(aspects)
            ),
        ),
        blocks=tuple(BlockSize(id=block, n=12) for block in blocks),
        spreads=(spread(aspects),) if spreads is None else spreads, **more,
    )  # fmt: skip


ASPECTS = (PRICE, LEAD_TIME, RESULT)
SHARES = AspectShares(
    higher=45, equal=30, lower=25, good=70, v_lowest=5, v_highest=20, r_lowest=15, r_highest=10,
    at_norm=60, disappointed_at_norm=20, disappointed_below_norm=70,
)  # fmt: skip


@pytest.fixture(scope="module")
def found():
    sums = means(60, lead_time=2.0, price=0.1, result=0.9)
    counted = {"shares": dict.fromkeys(("lead-time", "price", "result"), SHARES), "counted": (1, 2, 3, 4, 5)}
    document = release(
        ASPECTS,
        (
            cell("all", 60, sums, promises=PromiseShares(kept=65, partly=20, broken=15), **counted),
            cell("north", 60, sums, level=Level.TEAM, team="Noord"),
        ),
        response=(counts(started=170), counts(Level.TEAM, started=95, team="Noord")),
    )
    return findings.read(document)


def test_aspects_stand_in_order_of_evidence(found):
    assert [reading.aspect.id for reading in found.cells[0].aspects] == ["lead-time", "result", "price"]
    shown = [reading.gap.evidence for reading in found.cells[0].aspects]
    assert shown == [Evidence.DEMONSTRABLE, Evidence.DEMONSTRABLE, Evidence.NONE]


def test_cells_stay_in_the_order_of_the_file_so_that_no_team_is_ranked(found):
    assert [reading.cell.id for reading in found.cells] == ["all", "north"]


def test_a_gap_rests_on_its_deals_its_different_customers_and_the_response(found):
    basis = found.cells[0].overall.basis
    assert (basis.deals, basis.customers, basis.response) == (60, 60, 60 / 170)


def test_a_response_is_given_from_a_hundred_deals_started(found):
    assert found.cells[1].overall.basis.response is None


def test_below_ten_salespeople_the_interval_of_the_company_holds_for_these_sellers_only(found):
    assert found.cells[0].overall.basis.these_sellers
    assert not found.cells[1].overall.basis.these_sellers
    sums = means(60, price=0.5)
    known = release(
        (PRICE,), (cell("all", 60, sums),), spreads=(spread((PRICE,), clustering=1.4, clusters=15),)
    )
    [whole] = findings.read(known).cells
    assert not whole.overall.basis.these_sellers
    assert whole.overall.figure.difference.estimate.freedom == 14


def test_an_aspect_with_a_norm_has_the_split_and_the_founding_claim(found):
    kinds = {type(one) for one in found.cells[0].aspects[0].findings}
    assert {SplitFound, ClaimFound, OrderFound} <= kinds


def test_the_founding_claim_of_the_company_is_as_unsure_as_its_salespeople_make_it():
    def claim(level=Level.COMPANY, **more):
        counted = {"shares": {"lead-time": SHARES}, "counted": tuple(range(1, 11))}
        one = cell("all", 120, means(120, lead_time=2.0), level=level, **counted, **more)
        document = release((LEAD_TIME,), (one,), spreads=(spread((LEAD_TIME,), clustering=1.5, clusters=15),))
        found = findings.read(document).cells[0].aspects[0].findings
        return next(one.figure for one in found if isinstance(one, ClaimFound))

    assert claim() == coarse_claim(120, 60, 20, 70, 1.5)
    alone = claim(Level.PRODUCT, product="Heat")
    assert alone == coarse_claim(120, 60, 20, 70)
    assert claim().interval.low < alone.interval.low < alone.interval.high < claim().interval.high


def test_an_aspect_without_a_norm_has_no_split(found):
    kinds = {type(one) for reading in found.cells[0].aspects[1:] for one in reading.findings}
    assert SplitFound not in kinds


def test_an_end_of_the_scale_is_flagged_where_customers_crowd_there(found):
    ends = [one for one in found.cells[0].aspects[0].findings if isinstance(one, EndFound)]
    assert [(one.share, one.end, one.wave) for one in ends] == [
        (20, "highest", "sale"),
        (15, "lowest", "delivery"),
    ]


def test_promises_are_found_per_cell_or_withheld_without_a_reason(found):
    assert found.cells[0].promises == PromisesFound(PromiseShares(kept=65, partly=20, broken=15))
    assert found.cells[1].promises == Withheld()


def test_promises_have_an_interval_where_a_release_tells_what_it_takes():
    told = PromiseShares(kept=65, partly=20, broken=15, known=140, promisers=60)

    def kept(level=Level.COMPANY, widened=BY_BOTH, **more):
        spreads = (spread(ASPECTS, clustering=1.1, clusters=15).model_copy(update={"promises": widened}),)
        one = cell(
            "all", 60, means(60, lead_time=2.0, price=0.1, result=0.9), level=level, promises=told, **more
        )
        return findings.read(release(ASPECTS, (one,), spreads=spreads)).cells[0].promises.kept

    counted = {"counted": (1, 2, 3, 4, 5), "shares": {"price": SHARES}}
    added = 5 * 4 / 3 / 140**2 * (0.35**2 + 2 * 0.65**2)
    assert kept(**counted) == coarse_share(65, 140, factor=1.5, clusters=15, added=added)
    by_customer = coarse_share(65, 140, factor=1.2, clusters=60, added=added)
    assert kept(Level.PRODUCT, product="Heat", **counted) == by_customer
    assert kept(widened=PromiseSpread(by_customer=1.2), **counted) == by_customer
    assert kept(widened=None, **counted) is None
    assert 0.5 < by_customer.interval.low < 0.6 < 0.7 < by_customer.interval.high < 0.8


def test_every_finding_of_a_release_has_a_sentence_in_both_languages(found):
    everything = [
        one
        for reading in found.cells
        for one in (
            reading.overall,
            reading.promises,
            reading.summary,
            *(part for each in reading.aspects for part in (each.gap, *each.findings)),
        )
    ]
    assert all(findings.sentence(one, "nl").endswith(".") for one in everything)
    assert all(findings.sentence(one, "en").endswith(".") for one in everything)


def test_one_small_difference_among_many_is_not_called_a_difference():
    """p is about .015: alone it stands, beside 30 aspects where nothing is going on it does not."""
    still = {f"a{index}": 0.0 for index in range(30)}
    alone = release((aspect("lucky"),), (cell("all", 60, means(60, lucky=0.55)),))
    among = release(
        (aspect("lucky"), *map(aspect, still)), (cell("all", 60, means(60, lucky=0.55, **still)),)
    )
    [found] = findings.read(alone).cells
    assert found.aspects[0].gap.figure.difference.estimate.p == pytest.approx(0.015, abs=0.005)
    assert found.aspects[0].gap.evidence is Evidence.DEMONSTRABLE
    first = findings.read(among).cells[0].aspects[0]
    assert (first.aspect.id, first.gap.evidence) == ("lucky", Evidence.AMONG_MANY)


def test_gaps_and_sides_of_each_level_are_a_family_each_as_scipy_adjusts_them():
    """A firm with cells at all levels; the same customers never count twice in one family."""
    read = findings.read(Firm(releases=1, bias=0.3, customers=40).documents()[0])
    for level in Level:
        cells = [one for one in read.cells if one.cell.level is level]
        gaps = [gap for one in cells for gap in (one.overall, *(each.gap for each in one.aspects))]
        sides = [
            side
            for one in cells
            for each in one.aspects
            for part in each.findings
            if isinstance(part, SplitFound)
            for side in (
                (part.figure.overpromise.estimate, part.overpromise),
                (part.figure.underdelivery.estimate, part.underdelivery),
            )
        ]
        assert sides
        shown = [(gap.figure.difference.estimate, gap.evidence) for gap in gaps]
        for family, level_ in ((shown, 0.025 if level is Level.COMPANY else 0.05), (sides, 0.05)):
            p_values = [min(1.0, figure.p * 0.05 / level_) for figure, _ in family]
            adjusted = stats.false_discovery_control(p_values, method="bh")
            assert [evidence for _, evidence in family] == [
                Evidence.of(figure, p, level_) for (figure, _), p in zip(family, adjusted, strict=True)
            ]


def test_what_differs_from_the_norm_does_not_lift_the_bar_for_gaps():
    """V against N of thirty aspects: every one a plain difference, and not one of them is about a gap."""
    still = {f"a{index}": 0.0 for index in range(30)}
    found = findings.read(
        release(
            (aspect("lucky"), *(aspect(name, norm=2) for name in still)),
            (cell("all", 60, means(60, lucky=0.55, **still)),),
        )
    )
    splits = [
        part for each in found.cells[0].aspects for part in each.findings if isinstance(part, SplitFound)
    ]
    assert {part.overpromise for part in splits} == {Evidence.DEMONSTRABLE}
    first = found.cells[0].aspects[0]
    assert (first.aspect.id, first.gap.evidence) == ("lucky", Evidence.AMONG_MANY)


def test_teams_where_nothing_is_going_on_do_not_lift_the_bar_for_the_company():
    teams = [
        cell(f"t{at}", 60, means(60, lucky=0.0), level=Level.TEAM, team=f"t{at}", blocks=(at,))
        for at in range(1, 40)
    ]
    found = findings.read(release((aspect("lucky"),), (cell("all", 60, means(60, lucky=0.55)), *teams)))
    assert found.cells[0].aspects[0].gap.evidence is Evidence.DEMONSTRABLE


def document_of(answers, chance, clusters=0):
    """A release over the whole company from answers (customers × aspects × V and R), by blocks of twelve."""
    names = [aspect(f"a{index}") for index in range(answers.shape[1])]
    blocks = answers.reshape(-1, 12, *answers.shape[1:]).sum(axis=1)
    sums = (rounded_at_random(blocks, BASE, chance) * BASE).sum(axis=0)

    def sds(pairs):
        sides = (pairs[:, 0], pairs[:, 1], pairs[:, 0] - pairs[:, 1])
        return AspectSpread(
            **{name: round(float(side.std(ddof=1)), 1) for name, side in zip("vrs", sides, strict=True)}
        )

    found = SurveySpread(
        survey="project",
        version=1,
        aspects={one.id: sds(answers[:, at]) for at, one in enumerate(names)},
        overall=sds(answers.mean(axis=1)),
        clusters=clusters,
    )
    aspects = {one.id: AspectSums(v=float(v), r=float(r)) for one, (v, r) in zip(names, sums, strict=True)}
    return release(names, (cell("all", len(answers), aspects),), spreads=(found,))


@pytest.mark.slow
def test_where_there_is_no_gap_at_most_one_release_in_ten_calls_one_demonstrable_for_the_company():
    """Eight aspects of 120 customers with moods, who give V and R from the same distribution."""
    chance, reps, wrong = np.random.default_rng(20261129), 250, 0
    for _ in range(reps):
        mood = chance.normal(0, 0.8, (120, 1, 1))
        answers = np.clip(np.rint(7.6 + mood + chance.normal(0, 1.3, (120, 8, 2))), 0, 10)
        [found] = findings.read(document_of(answers, chance)).cells
        shown = [found.overall, *(one.gap for one in found.aspects)]
        wrong += any(one.evidence is Evidence.DEMONSTRABLE for one in shown)
    assert wrong / reps <= 0.10


@pytest.mark.slow
def test_one_aspect_without_a_gap_is_called_demonstrable_at_some_time_in_twelve_releases_in_at_most_seven_per_cent(
    full,
):
    chance, reps, wrong = np.random.default_rng(12), 400 if full else 60, 0
    for _ in range(reps):
        answers = np.clip(np.rint(7.6 + chance.normal(0, 1.4, (24 * 12, 1, 2))), 0, 10)
        blocks = answers.reshape(-1, 12, 1, 2).sum(axis=1)
        sums = (rounded_at_random(blocks, BASE, chance) * BASE).cumsum(axis=0)
        releases = []
        for number in range(1, 13):
            v, r = sums[2 * number - 1, 0]
            as_of = AsOf(release=number, date=TODAY.date)
            one = cell("all", 24 * number, {"price": AspectSums(v=float(v), r=float(r))})
            document = release(
                (PRICE,), (one.model_copy(update={"as_of": as_of}),), spreads=(spread((PRICE,), sd=2.0),)
            )
            releases.append(document.model_copy(update={"number": number}))
        wrong += any(
            findings.read(one, releases[:at]).cells[0].aspects[0].gap.evidence is Evidence.DEMONSTRABLE
            for at, one in enumerate(releases)
        )
    assert wrong / reps <= 0.07


def test_a_release_in_which_nothing_can_be_called_yet_spends_nothing():
    """Of 24 customers, without a spread; the next one has half of the 5% for itself, as a first one has."""
    early = release((PRICE,), (cell("all", 24, means(24, price=1.0)),), spreads=())
    as_of = AsOf(release=2, date=TODAY.date)
    one = cell("all", 60, means(60, price=0.55)).model_copy(update={"as_of": as_of})
    later = release((PRICE,), (one,)).model_copy(update={"number": 2})
    alone, after = (findings.read(later, before).cells[0].overall for before in ([], [early]))
    assert alone == after
    assert alone.evidence is Evidence.DEMONSTRABLE
    tested = release((PRICE,), (cell("all", 36, means(36, price=0.0)),))
    [second] = findings.read(later, [tested]).cells
    p = second.overall.figure.difference.estimate.p
    assert 0.0083 < p < 0.025
    assert second.overall.evidence is Evidence.AMONG_MANY


def test_the_overall_gap_has_the_interval_of_each_customers_mean_over_aspects():
    chance = np.random.default_rng(4)
    answers = np.clip(np.rint(8 + chance.normal(0, 1.2, (48, 2, 2)) - [0.0, 0.8]), 0, 10)
    [found] = findings.read(document_of(answers, chance)).cells
    per_customer = (answers[:, :, 0] - answers[:, :, 1]).mean(axis=1)
    exact = stats.sem(per_customer)
    noise = 2 * 4 * 4.0 / 48**2 / 2
    error = found.overall.figure.difference.estimate.error
    assert error == pytest.approx(np.sqrt(exact**2 + noise), abs=0.01)


def test_before_thirty_pairs_means_are_shown_and_nothing_is_called_demonstrable():
    document = release(
        ASPECTS, (cell("all", 24, means(24, lead_time=3.0, price=2.0, result=2.0)),), spreads=()
    )
    [found] = findings.read(document).cells
    assert {each.gap.evidence for each in found.aspects} == {Evidence.UNKNOWN}
    assert found.overall.figure.difference.interval is None
    assert found.summary.unknown
    for language in ("nl", "en"):
        assert "95%" not in findings.sentence(found.overall, language)


def test_a_mean_that_shows_nothing_names_the_ends_where_its_aspects_differ():
    sums = means(120, lead_time=2.0, price=-2.0, result=0.0)
    [found] = findings.read(release(ASPECTS, (cell("all", 120, sums),))).cells
    assert found.overall.evidence is Evidence.NONE
    low, high = found.overall.apart
    assert ((low.aspect.en, low.gap), (high.aspect.en, high.gap)) == (("price", -2.0), ("lead-time", 2.0))
    for language in ("nl", "en"):
        said = findings.sentence(found.overall, language)
        assert "lead-time" in said
        assert not any(words in said for words in ("Geen ", "No "))


def test_a_gap_that_is_surely_too_small_to_matter_is_known_as_such_and_a_wide_interval_is_not():
    def overall(n, gap, margin=0.5):
        document = release((PRICE,), (cell("all", n, means(n, price=gap)),))
        return findings.read(document, margin=margin).cells[0].overall

    assert overall(240, 0.0).small
    assert not overall(24, 0.0).small
    assert not overall(240, 0.45).small
    assert overall(240, 0.45, margin=1.0).small
    assert overall(240, 0.3, margin=1.0).evidence is Evidence.DEMONSTRABLE


def test_the_least_gap_that_matters_goes_with_the_width_of_the_scale():
    [document] = Firm(releases=1, low=1, high=5, aspects=1).documents()
    assert findings.read(document).cells[0].overall.margin == pytest.approx(0.2)


def arm(done, n, gaps, parts=1, spread=KNOWN):
    return PracticeCell(
        survey="project", version=1, level=Level.COMPANY, id=f"visit-{done}", practice="joint_visit", done=done,
        blocks=(1,), parts=parts, n=n, customers=n // 5 * 5, as_of=TODAY, aspects=means(n, **gaps), spread=spread,
    )  # fmt: skip


@pytest.fixture(scope="module")
def practice_release():
    arms = (arm(True, 40, {"price": 0.0, "result": 1.0}), arm(False, 40, {"price": 2.0, "result": 1.1}))
    return release((RESULT, PRICE), (cell("all", 96, means(96, price=1.0, result=1.05)),), practices=arms)


def test_a_practice_is_read_per_aspect_in_order_of_evidence(practice_release):
    (reading,) = findings.read(practice_release).practices
    assert [one.about.en for one in reading.findings] == ["price", "result"]
    assert [one.evidence for one in reading.findings] == [Evidence.DEMONSTRABLE, Evidence.NONE]
    assert reading.findings[0].figure.gap.mean < 0
    assert "was de kloof" in findings.sentence(reading.findings[0], "nl")


def test_the_halves_of_a_practice_are_rounded_as_often_as_they_say(practice_release):
    more = tuple(one.model_copy(update={"parts": 4}) for one in practice_release.practices)
    once, often = (
        findings.read(document).practices[0].findings[0].figure.gap.estimate.error
        for document in (practice_release, practice_release.model_copy(update={"practices": more}))
    )
    assert often**2 - once**2 == close(2 * (2 * 3 * 4.0 / 40**2))


def test_an_arm_without_what_it_is_compared_by_has_a_difference_and_no_evidence(practice_release):
    """As in a release of before that was told, or of a company with fewer than ten salespeople."""
    for told in (None, ArmSpread(products={"": 40})):
        arms = tuple(one.model_copy(update={"spread": told}) for one in practice_release.practices)
        (reading,) = findings.read(practice_release.model_copy(update={"practices": arms})).practices
        assert {one.evidence for one in reading.findings} == {Evidence.UNKNOWN}
        assert {one.figure.gap.interval for one in reading.findings} == {None}
        assert reading.findings[0].figure.gap.mean == close(-2.0)


def test_a_practice_that_one_product_has_more_of_is_compared_product_by_product():
    """Of both products all deals have the same gap, three and one; the arms differ by their make-up alone."""
    heat, solar = (means(60, price=gap) for gap in (3.0, 1.0))
    both = {"price": AspectSums(v=heat["price"].v + solar["price"].v, r=heat["price"].r + solar["price"].r)}
    cells = (
        cell("all", 120, both),
        cell("heat", 60, heat, level=Level.PRODUCT, product="Heat", blocks=(1, 2, 3, 4, 5)),
        cell("solar", 60, solar, level=Level.PRODUCT, product="Solar", blocks=(6, 7, 8, 9, 10)),
    )

    def told(heat, solar):
        return KNOWN.model_copy(update={"products": {"Heat": heat, "Solar": solar}})

    arms = (
        arm(True, 60, {"price": 2.5}, spread=told(45, 15)),
        arm(False, 60, {"price": 1.5}, spread=told(15, 45)),
    )
    (reading,) = findings.read(release((PRICE,), cells, practices=arms)).practices
    assert reading.findings[0].figure.gap.mean == close(0.0)
    assert reading.findings[0].evidence is Evidence.NONE


def test_late_or_on_time_has_the_interval_of_each_ones_own_salespeople():
    arms = tuple(
        arm(done, 40, {"price": gap}).model_copy(update={"practice": "late", "id": f"late-{done}"})
        for done, gap in ((True, 2.0), (False, 1.0))
    )
    document = release((PRICE,), (cell("all", 84, means(84, price=1.5)),), practices=arms)
    on_time, late = deliveries(document, document.surveys[0])
    (_, of_late), (_, of_on_time) = late.aspects[0], on_time.aspects[0]
    assert (of_late.gap.difference.mean, of_late.reality.mean) == close((2.0, 6.0))
    noise = 4.0 / 40**2
    assert of_late.gap.difference.estimate.error == close(np.sqrt((1.5 * 1.5) ** 2 / 40 + 2 * noise))
    assert of_late.reality.estimate.error == close(np.sqrt((1.5 * 1.5) ** 2 / 40 + noise))
    assert of_on_time.reality.estimate.freedom == 14
    assert not late.these_sellers
    (reading,) = findings.read(document).practices
    assert "levering na de geplande dag was de kloof 1,0 groter" in findings.sentence(
        reading.findings[0], "nl"
    )
    bare = tuple(one.model_copy(update={"spread": None}) for one in arms)
    for one in deliveries(document.model_copy(update={"practices": bare}), document.surveys[0]):
        assert one.these_sellers
        assert one.overall.gap.difference.estimate.error == close(np.sqrt(1.5**2 / 40 + 2 * noise))


def test_a_practice_with_one_arm_withheld_is_not_read(practice_release):
    alone = practice_release.model_copy(update={"practices": practice_release.practices[:1]})
    assert findings.read(alone).practices == ()


def test_a_company_with_fewer_than_three_salespeople_has_no_practice_findings(practice_release):
    two = practice_release.model_copy(update={"guarantee": guarantee(m=2)})
    (reading,) = findings.read(two).practices
    assert {one.figure for one in reading.findings} == {TooFew(3, 2, "salespeople")}


def test_a_cell_that_is_too_small_for_a_figure_says_so():
    document = release((PRICE,), (cell("all", 9, means(9, price=1.0), blocks=(1,)),))
    reading = findings.read(document).cells[0]
    assert reading.aspects[0].gap == NotEnough(TooFew(10, 9), PRICE.name)
    assert reading.overall == NotEnough(TooFew(10, 9))


def test_an_empty_release_reads_as_nothing():
    document = release((PRICE,), ())
    nothing = findings.ArmsReading(document.surveys[0], (Withheld(),), ())
    assert findings.read(document) == findings.ReleaseReading((), (), (nothing,))


def alone(which, n, mean, names=("price", "result")):
    """An arm of one side, whose blocks are of twelve."""
    return ArmCell(
        survey="project", version=1, level=Level.COMPANY, id=f"project-1/company/{which}", arm=which,
        blocks=tuple(range(901, 901 + n // 12)), n=n, customers=n // 5 * 5, as_of=TODAY,
        aspects=dict.fromkeys(names, mean * n),
    )  # fmt: skip


def in_arms(left=48, not_asked=48):
    document = release(
        (PRICE, RESULT),
        (cell("company", 60, means(60, price=1.0, result=2.0)),),
        arms=(alone(Arm.LEFT, left, 7.0), alone(Arm.NOT_ASKED, not_asked, 8.0)),
    )
    (reading,) = findings.read(document).arms
    return reading


def test_who_left_is_compared_with_who_answered_twice_over_all_aspects_and_in_each():
    whole, price, result = in_arms().stayed
    assert [one.about for one in (whole, price, result)] == [None, PRICE.name, RESULT.name]
    assert (price.figure.value, price.figure.n, price.figure.n_other) == (close(1.0), 60, 48)
    error = np.sqrt(1.5**2 * (1 / 60 + 1 / 48) + 4.0 * 5 / 60**2 + 4.0 * 4 / 48**2)
    assert price.figure.estimate.error == close(error)
    assert whole.figure.value == close((price.figure.value + result.figure.value) / 2)
    assert price.bounds.interval.low < price.bounds.bounds.low < price.bounds.bounds.high


def test_who_was_not_asked_is_compared_in_what_they_got():
    whole, price, result = in_arms().asking
    assert isinstance(whole, AskingFound)
    assert (price.figure.value, result.figure.value) == (close(-1.0), close(-2.0))
    assert result.evidence is Evidence.DEMONSTRABLE


def test_who_skipped_the_first_survey_counts_with_who_was_asked_as_the_lot_fell():
    """Sixty pairs whose R is 7, and 24 who skipped and gave 5: together 84 with 6.43."""
    document = release(
        (PRICE,),
        (cell("company", 60, means(60, price=1.0)),),
        arms=(alone(Arm.NOT_ASKED, 48, 8.0, ("price",)), alone(Arm.SKIPPED, 24, 5.0, ("price",))),
    )
    (reading,) = findings.read(document).arms
    whole, price = reading.asking
    assert price.by_lot
    assert whole.by_lot
    assert (price.figure.n, price.figure.value) == (84, close((60 * 7 + 24 * 5) / 84 - 8))
    rounded = (60 / 84) ** 2 * 4.0 * 5 / 60**2 + (24 / 84) ** 2 * 4.0 * 2 / 24**2 + 4.0 * 4 / 48**2
    assert price.figure.estimate.error == close(np.sqrt(1.5**2 * (1 / 84 + 1 / 48) + rounded))


def test_arms_that_are_too_small_say_so_in_place_of_a_figure():
    reading = in_arms(left=19, not_asked=29)
    assert reading.stayed[0] == NotEnough(TooFew(20, 19))
    assert reading.asking[1] == NotEnough(TooFew(30, 29), PRICE.name)


def test_an_arm_that_is_not_published_is_withheld_and_one_that_was_never_drawn_is_not_there():
    cells = (cell("company", 60, means(60, price=1.0)),)
    (never,) = findings.read(release((PRICE,), cells)).arms
    assert (never.stayed, never.asking) == ((Withheld(),), ())
    (waiting,) = findings.read(release((PRICE,), cells, response=(counts(not_asked=5),))).arms
    assert waiting.asking == (Withheld(),)


def test_what_came_in_is_compared_with_what_was_there():
    before = cell("all", 60, means(60, price=1.0), blocks=(1, 2, 3, 4, 5))
    sums = {"price": AspectSums(v=8.0 * 120, r=7.0 * 60 + 5.0 * 60)}
    now = cell("all", 120, sums, blocks=tuple(range(1, 11)))
    document = release((PRICE,), (now,))
    [change] = findings.changes(document, [Grown(now, before)]).values()
    assert change.before_since is None
    assert (change.before.difference.mean, change.new.difference.mean) == (close(1.0), close(3.0))
    assert (change.figure.value, change.figure.n, change.figure.n_other) == (close(2.0), 60, 60)
    assert change.evidence is Evidence.DEMONSTRABLE
    assert findings.changes(document, [Grown(now, before.model_copy(update={"blocks": (1, 99)}))]) == {}
    [unknown] = findings.changes(release((PRICE,), (now,), spreads=()), [Grown(now, before)]).values()
    assert unknown.evidence is Evidence.UNKNOWN


@pytest.mark.parametrize(
    ("blocks", "told_apart"), [((1, 2, 3), True), ((1, 2, 99), False), ((1, 2, 3, 4, 5), False)]
)
def test_what_came_in_is_compared_with_what_came_in_the_time_before_where_that_can_be_told_apart(
    blocks, told_apart
):
    earlier = cell("all", 36, {"price": AspectSums(v=8.0 * 36, r=7.5 * 36)}, blocks=blocks)
    before = cell("all", 60, {"price": AspectSums(v=8.0 * 60, r=7.5 * 36 + 6.0 * 24)}, blocks=(1, 2, 3, 4, 5))
    now = cell(
        "all",
        120,
        {"price": AspectSums(v=8.0 * 120, r=7.5 * 36 + 6.0 * 24 + 5.0 * 60)},
        blocks=tuple(range(1, 11)),
    )
    [change] = findings.changes(release((PRICE,), (now,)), [Grown(now, before, earlier)]).values()
    n, gap = (24, 2.0) if told_apart else (60, (0.5 * 36 + 2.0 * 24) / 60)
    assert (change.before.difference.n, change.before.difference.mean) == (n, close(gap))
    assert change.new.difference.mean == close(3.0)
    assert (change.before_since is not None) == told_apart
