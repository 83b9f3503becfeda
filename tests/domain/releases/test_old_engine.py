"""The engine of format 1 as a canary: every attack that once read single answers out of its files must do so again."""

import numpy as np
import pytest

from cast.canaries import people
from cast.exact_engine import exact_release, one_deal_each
from cast.worlds import a_survey
from kloof.domain.releases import attacks
from kloof.domain.releases.attacks.programmes import answers_that_fit
from kloof.domain.releases.format_1 import ExactRelease
from kloof.domain.statistics.sums import PromiseCounts

pytestmark = pytest.mark.slow

FIVE = a_survey(2, low=1, high=5, norm=4)
SURVEY = a_survey(2)


def release(said: np.ndarray, survey=SURVEY, number: int = 1, **more) -> ExactRelease:
    return exact_release(survey, number, {1: one_deal_each(said)}, {"company": (1,)}, **more)


def found_by(name: str, *releases: ExactRelease) -> list[str]:
    return [breach.what for breach in attacks.ATTACKS[name](releases)]


def test_fraction_a_customer_with_seven_deals_stands_out_of_a_company_of_301():
    many = one_deal_each(people(300, 1, SURVEY))
    seven = people(7, 2, SURVEY)
    seven[:, :, 0] = [[9, 6]] * 6 + [[8, 5]]
    told = exact_release(SURVEY, 1, {1: [*many, seven]}, {"company": (1,)})
    found = found_by("fractions", told)
    assert any("one customer's mean over 7 deals" in what for what in found)


def test_promises_one_customers_broken_promise_is_counted_in_a_team():
    told = exact_release(
        SURVEY,
        1,
        {1: one_deal_each(people(14)), 2: one_deal_each(people(12, 1))},
        {"company": (1, 2), "team/north": (1,)},
        promises={"team/north": PromiseCounts(kept=1, broken=1)},
    )
    found = found_by("counts", told)
    assert any("1 promises broken" in what for what in found)


def test_moments_the_whole_distribution_of_a_block_of_twelve_is_rebuilt_on_one_to_five():
    """With n, Σ, Σ² and both ends there are as many equations as points."""
    for seed in range(8):
        assert any(
            "fits in one way only" in what
            for what in found_by("moments", release(people(12, seed, FIVE), FIVE))
        )


def test_moments_are_equations_for_single_answers_on_any_scale():
    assert any("sums of squares" in what for what in found_by("moments", release(people(40))))


def test_remainder_practices_sixteen_customers_at_ten_are_read_from_two_tables():
    said = people(40, 3)
    said[24:, 1, 0] = 10
    blocks = {1: one_deal_each(said[:24]), 2: one_deal_each(said[24:])}
    arm = [True] * 12 + [False] * 12
    before = exact_release(SURVEY, 1, blocks, {"company": (1,)}, practice={(1,): arm})
    after = exact_release(SURVEY, 2, blocks, {"company": (1, 2)}, practice={(1, 2): [*arm, *[True] * 16]})
    assert any(
        "16 of 16 have R at the highest point" in what for what in found_by("homogeneity", before, after)
    )
    assert any("lies between 10.00 and 10.00" in what for what in found_by("linear programme", before, after))


@pytest.mark.parametrize("answer", [0, 10])
def test_alike_a_block_of_which_all_said_the_same_is_seen(answer):
    said = people(20)
    said[:, 0, 0] = answer
    found = attacks.run([release(said)])
    assert {name for name, breaches in found.items() if breaches} >= {
        *("homogeneity", "linear programme", "integer programme", "moments", "counts")
    }


def test_a_single_persons_block_is_broken_by_everything_that_knows_sums():
    found = attacks.run([release(people(1))])
    assert {name for name, breaches in found.items() if breaches} >= {
        *("files", "leverage", "linear programme", "integer programme", "moments", "homogeneity", "counts")
    }


def test_joint_insider_who_knows_v_names_others_r_from_what_it_published_and_from_rounded_sums_cannot():
    """A salesperson with seven of twelve customers, who knows every V, looks for the R of the five others."""
    certain = {"published": 0, "rounded": 0}
    points = np.array(FIVE.scale.points)
    for seed in range(8):
        said = people(12, seed, FIVE)
        told = release(said, FIVE).cells[0].aspects["aspect-0"]
        v, r = said[:, 0, 0], said[:, 1, 0]
        theirs, known = r[:7], v[7:, None] + 0 * points
        rest = {
            "r": (points + 0 * known, told.r - theirs.sum()),
            "rr": (points**2 + 0 * known, told.rr - (theirs**2).sum()),
            "vr": (known * points, told.vr - (v[:7] * theirs).sum()),
            "lowest": (points + 0 * known == 1, told.r_counts[0] - (theirs == 1).sum()),
            "highest": (points + 0 * known == 5, told.r_counts[-1] - (theirs == 5).sum()),
            "higher": (known > points, told.higher - (v[:7] > theirs).sum()),
            "equal": (known == points, told.equal - (v[:7] == theirs).sum()),
        }
        rounded = 2 * round(told.r / 2) - theirs.sum()
        knows = {
            "published": [(summands.astype(float), total, total) for summands, total in rest.values()],
            "rounded": [(rest["r"][0].astype(float), rounded - 1, rounded + 1)],
        }
        for what, sums in knows.items():
            left = answers_that_fit(v[7:].tolist(), FIVE.scale.points, sums).sum(axis=1)
            certain[what] += int((left == 1).sum())
    assert certain["published"] >= 3
    assert certain["rounded"] == 0


def test_what_was_published_exactly_is_never_subtracted_from_what_is_rounded():
    from cast.canaries import Company

    company = Company(survey=SURVEY)
    company.close(1, people(14, 0, SURVEY))
    old, new = release(people(20)), company.release(2, {"company": (1,)})
    assert found_by("time", old, new) == []
    assert found_by("differencing", old, new) == []
    backwards = release(people(20), number=3)
    assert any("exact sums come after rounded ones" in what for what in found_by("time", new, backwards))
