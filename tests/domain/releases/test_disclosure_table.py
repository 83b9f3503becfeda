"""The bounds of the table that bench/disclosure.py prints: what insiders may name at most, and what must come out."""

import numpy as np
import pytest

from cast.canaries import Company, people
from cast.companies import COMPANIES
from cast.measurements import (
    KIOSK,
    WITHOUT,
    Measured,
    closed,
    counts_judged_per_block,
    kiosk,
    measured,
    share_closed,
    without,
)
from cast.worlds import a_survey
from kloof.domain.releases.attacks.insiders import ALL_BUT_ONE, ONE, TWO
from kloof.domain.releases.attacks.programmes import Verdict, each_answered
from kloof.domain.releases.rounding import base_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("disclosure table")]

TRIED = ("tiny", "one to five", "big accounts")
LEAST = {600: 0.75, 3000: 0.9}
MOST_CERTAIN = {"1–5": 0.05}


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> list[Measured]:
    """Three companies of 600 pairs; with --full all of them, of 600 and of 3,000."""
    full = request.config.getoption("--full")
    sizes = (600, 3000) if full else (600,)
    return [
        measured(name, pairs, files=pairs == 600)
        for pairs in sizes
        for name in (COMPANIES if full else TRIED)
    ]


def share(table: list[Measured], name: str, scale: str, at: int) -> float:
    """Of all answers tried on this scale, those certain (1) or with two candidates left (2)."""
    told = [one.left[name] for one in table if one.scale == scale and name in one.left]
    return sum(one[at] for one in told) / sum(one[0] for one in told)


def scales(table: list[Measured]) -> set[str]:
    return {one.scale for one in table}


def test_no_attack_finds_anything_in_the_files_or_with_the_truth(table):
    assert [(one.name, one.found, one.inside) for one in table if any(one.found.values()) or one.inside] == []


def test_a_colleague_who_knows_v_and_their_own_customers_names_hardly_anything(table):
    for scale in scales(table):
        assert share(table, ONE, scale, 1) <= 0.01
        assert share(table, ONE, scale, 2) <= 0.05
        assert share(table, TWO, scale, 1) <= 0.01
        assert share(table, TWO, scale, 2) <= 0.05


def test_who_knows_all_but_one_of_a_block_seldom_names_the_last(table):
    """To a multiple of b one in b² of the answers at the ends is given away; the ends hold a quarter on 1 to 5."""
    for scale in scales(table):
        assert share(table, ALL_BUT_ONE, scale, 1) <= MOST_CERTAIN.get(scale, 0.02) + 0.003


def test_no_whole_distribution_is_known(table):
    assert sum(known for _, known in (one.distributions for one in table)) == 0
    for survey in (a_survey(1, low=1, high=5, norm=4), a_survey(1)):
        company = Company(survey=survey)
        company.close(1, people(12, 3, survey))
        programme = each_answered(np.array([12.0]), len(survey.scale.points))
        total, base = company.blocks[1].sums[0, 0] * company.base, base_of(survey.scale)
        programme.hold(np.array([survey.scale.points], dtype=float), total - base + 1, total + base - 1)
        assert programme.only_way(0) is Verdict.NO


def test_most_pairs_come_out(table):
    for pairs, least in LEAST.items():
        told = [one.came_out for one in table if one.pairs == pairs]
        assert not told or sum(told) / len(told) >= least


def test_rounding_widens_intervals_by_less_than_a_fifth_and_they_hold_what_is_true(table):
    on_ten = [width for one in table if one.scale == "0–10" for width in one.wider]
    assert sum(on_ten) / len(on_ten) <= 0.2
    covered = [held for one in table for held in one.covered]
    assert sum(covered) / len(covered) >= 0.9


# What the rule on accounts lets through by itself, leverage keeps back at a greater cost.
@pytest.mark.parametrize("rule", [rule for rule in WITHOUT if not rule.startswith("accounts")])
def test_a_rule_that_is_taken_away_costs_no_pairs_any_more(rule):
    name = "big accounts" if "accounts in several" in rule else "tiny"
    with_it = closed(name, 240)
    with without(rule):
        assert closed(name, 240) >= with_it
    assert closed(name, 240) == with_it


@pytest.mark.skipif(
    not KIOSK.exists(), reason="the kiosk data is not beside the project (../shared/data/kiosk)"
)
def test_counts_judged_per_block_would_keep_back_all_answers_of_207_real_people():
    """What the likeness of counts would cost where it kept a block back, and not the one share that tells."""
    plain = kiosk()
    assert plain is not None
    assert share_closed(plain) == 1
    with counts_judged_per_block():
        strict = kiosk()
    assert strict is not None
    assert share_closed(strict) == 0


def test_hardly_a_share_is_withheld(table):
    told, every = (sum(one.counts[at] for one in table) for at in (0, 1))
    assert every > 100
    assert told >= 0.95 * every
