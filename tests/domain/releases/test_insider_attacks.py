"""The attacks inside: closed forms against integer programmes, and canaries for what only the truth can show."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.canaries import SURVEY, Company, people
from cast.worlds import a_survey
from kloof.domain.releases import attacks
from kloof.domain.releases.attacks.insiders import (
    ALL_BUT_ONE,
    ONE,
    TWO,
    WITH_PRACTICES,
    WITH_SHARES,
    linked,
    naming,
)
from kloof.domain.releases.attacks.programmes import answers_that_fit
from kloof.domain.releases.attacks.truth import Truth
from kloof.domain.releases.document import AspectShares
from kloof.domain.releases.rounding import base_of, rounded_at_random

pytestmark = pytest.mark.slow

FIVE, SEVEN, TEN = a_survey(2, low=1, high=5, norm=4), a_survey(2, low=1, high=7), a_survey(2)
SCALES = pytest.mark.parametrize(
    "survey", [FIVE, SEVEN, TEN, a_survey(1, low=1, high=10), a_survey(1, high=2, norm=1)]
)


def sound(survey=SURVEY, **more) -> Company:
    company = Company(survey=survey, **more)
    for number, n in ((1, 16), (2, 30), (3, 20)):
        company.close(number, people(n, number, survey))
    return company


def broken(company: Company, **more) -> list[str]:
    release = company.release(1, {"company": tuple(company.blocks)}, **more)
    return [breach.what for breach in attacks.inside([company.truth], [release]).breaches]


def results(company: Company, **more) -> dict[str, tuple[int, int, int]]:
    release = company.release(1, {"company": tuple(company.blocks)}, **more)
    found = attacks.inside([company.truth], [release]).results
    return {one.name: (one.tried, one.certain, one.two_left) for one in found}


@SCALES
@settings(max_examples=settings.default.max_examples // 3)
@given(seed=st.integers(0, 10**6))
def test_what_is_left_of_an_answer_is_what_an_integer_programme_leaves(survey, seed):
    """Of a block in which some know the answers of others, rounded once: each answer that fits, and no other."""
    rng = np.random.default_rng(seed)
    scale, unknown = survey.scale, int(rng.integers(1, 6))
    answers = rng.choice([scale.low, scale.high, *scale.points], 12)
    base = base_of(scale)
    total = rounded_at_random(np.array([answers.sum()]), base, rng) * base
    window = naming.Window(
        np.floor(total - base + 1e-6) + 1, np.ceil(total + base - 1e-6) - 1, scale.low, scale.high
    )
    known = answers[unknown:].sum()
    left = int(window.left(np.array([0]), np.array([known]), np.array([unknown]))[0])
    step = 0.5 if base % 1 else 1.0
    sums = [
        (np.tile(scale.points, (unknown, 1)), total[0] - base + step - known, total[0] + base - step - known)
    ]
    fits = answers_that_fit([0] * unknown, scale.points, sums)
    assert (fits.sum(axis=1) == left).all()
    assert all(fits[at, answers[at] - scale.low] for at in range(unknown))


def by_hand(company: Company) -> dict[str, list[int]]:
    """How many answers are left of every target, by trying each answer with loops and nothing else."""
    scale, base = company.survey.scale, company.base
    found: dict[str, list[int]] = {ONE: [], TWO: [], ALL_BUT_ONE: []}

    def left(published: float, known: int, unknown: int) -> int:
        return sum(
            any(
                abs(known + point + rest - published) < base
                for rest in range((unknown - 1) * scale.low, (unknown - 1) * scale.high + 1)
            )
            for point in scale.points
        )

    for block in company.blocks.values():
        sellers = sorted(set(block.salesperson.tolist()))
        for aspect in range(len(company.survey.core)):
            for side in (0, 1):
                said, published = block.answers[:, side, aspect], block.sums[aspect, side] * base
                for at in range(len(said)):
                    found[ALL_BUT_ONE].append(left(published, said.sum() - said[at], 1))
                    others = block.salesperson != block.salesperson[at]
                    if side:
                        mine = said[~others].sum() - said[at]
                        found[ONE].append(left(published, mine, int(others.sum()) + 1))
                for one in sellers:
                    theirs = block.salesperson == one
                    if side:
                        n = int((~theirs).sum())
                        found[ONE] += [left(published, said[theirs].sum(), n)] * n
                    for other in (two for two in sellers if two > one):
                        both = theirs | (block.salesperson == other)
                        n = int((~both).sum())
                        found[TWO] += [left(published, said[both].sum(), n)] * n
    return found


@SCALES
def test_the_counts_of_all_insiders_are_those_of_trying_every_answer(survey):
    company = Company(survey=survey, seed=5)
    company.close(1, people(12, 3, survey), salesperson=[0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 0, 2])
    company.close(2, people(13, 4, survey), salesperson=[7, 8, 9] * 4 + [8])
    expected = {
        name: (len(left), sum(one <= 1 for one in left), sum(one <= 2 for one in left))
        for name, left in by_hand(company).items()
    }
    assert results(company) == expected


def test_sound_blocks_hold_inside():
    company = sound()
    done = np.random.default_rng(1).random(46) < 0.5
    table = company.table(1, (1, 2), done.tolist())
    assert broken(company, practices=table) == []
    found = results(company, practices=table)
    assert set(found) == {ONE, TWO, ALL_BUT_ONE, WITH_PRACTICES}
    assert found[ALL_BUT_ONE][0] == 66 * 4 * 2
    assert found[ONE][1] == found[TWO][1] == 0


def test_one_more_table_is_one_more_clue_for_who_knows_all_but_one():
    company = sound(FIVE)
    tables = []
    for seed in range(4):
        done = np.random.default_rng(seed).random(46) < 0.5
        tables += company.table(1, (1, 2), done.tolist())
    found = results(company, practices=tuple(tables))
    tried, certain, _ = found[WITH_PRACTICES]
    assert certain / tried > found[ALL_BUT_ONE][1] / found[ALL_BUT_ONE][0]


def test_shares_of_a_block_that_is_counted_alone_are_clues_too():
    company = Company(survey=FIVE)
    company.close(1, people(31, 1, FIVE))
    release = company.release(1, {"company": (1,)})
    told = {aspect.id: AspectShares(r_highest=40, good=60) for aspect in FIVE.core}
    cell = release.cells[0].model_copy(update={"counted": (1,), "shares": told})
    found = attacks.inside([company.truth], [release.model_copy(update={"cells": (cell,)})]).results
    assert {one.name for one in found} == {ONE, TWO, ALL_BUT_ONE, WITH_SHARES}


def test_canary_exact_sums_are_named_by_who_knows_all_but_one():
    """What rounding is for: an engine that stores exact sums gives every last answer away."""
    company = sound()
    truth = company.truth
    exact = np.array([block.answers.sum(axis=0).T for block in company.blocks.values()])
    window = naming.Window(exact[:, 0, 1], exact[:, 0, 1], 0, 10)
    blocks = np.searchsorted(truth.numbers, truth.block)
    rest = exact[blocks, 0, 1] - truth.received[:, 0]
    assert (window.left(blocks, rest, np.ones_like(rest)) == 1).all()


def test_canary_a_block_of_fewer_than_twelve_is_seen():
    company = sound()
    company.close(4, people(11, 4))
    assert "fewer than twelve customers" in broken(company)


def test_canary_somebody_twice_in_a_block_is_seen():
    company = sound()
    company.close(4, people(13, 4), person=[1, 1, *range(3, 14)])
    assert any("twice" in what for what in broken(company))


def test_canary_a_stored_sum_that_is_not_its_blocks_is_seen():
    company = sound()
    company.blocks[2].sums[0, 0] += 2
    assert "a stored sum is no rounding of its answers" in broken(company)


def test_canary_a_release_that_says_another_number_is_seen():
    company = sound()
    release = company.release(1, {"company": (1, 2, 3)})
    fewer = release.model_copy(
        update={"blocks": (release.blocks[0].model_copy(update={"n": 15}), *release.blocks[1:])}
    )
    found = attacks.inside([company.truth], [fewer]).breaches
    assert [breach.attack for breach in found] == ["truth"]


@pytest.mark.parametrize(
    ("sold_by", "seen"),
    [
        ([0] * 6 + [1] * 6, "fewer than 3 salespeople"),
        ([0] * 8 + [1, 2] * 2, "one salesperson has more than half of it"),
        ([0] * 5 + [1] * 4 + [2] * 3, "left beside two colleagues"),
    ],
)
def test_canary_colleagues_who_know_nearly_all_of_a_block_are_seen(sold_by, seen):
    company = sound()
    company.close(4, people(12, 4), salesperson=sold_by)
    assert any(seen in what for what in broken(company))


def test_canary_account_sixteen_contacts_of_one_hospital_are_not_sixteen_customers():
    company = sound()
    company.close(4, people(16, 4), account=[1] * 16)
    assert "fewer than 3 accounts" in broken(company)
    company.close(4, people(16, 4), account=[1] * 9 + [0] * 7)
    assert "one account has more than half of it" in broken(company)


def test_canary_remainder_all_others_of_a_colleague_gave_nought():
    """The block is mixed; without the one who sold half of it all six others gave 0."""
    company = sound()
    said = people(12, 4)
    said[6:, 1, 0] = 0
    company.close(4, said, salesperson=[0] * 6 + [1, 2, 3] * 2)
    assert any("same R of aspect 0" in what for what in broken(company))
    assert any("R of aspect 0 lies in one half" in what for what in broken(company))


def test_canary_remainder_without_one_account_the_others_are_alike():
    company = sound()
    said = people(14, 4)
    said[6:, 0, 1] = 9
    company.close(4, said, account=[5] * 6 + [0] * 8)
    assert any("same V of aspect 1" in what for what in broken(company))


def test_canary_practices_a_set_between_two_tables_is_judged():
    company = sound()
    first = [True] * 16 + [False] * 30
    company.table(1, (1, 2), first)
    company.table(1, (1, 2), [True] * 20 + [False] * 26)
    found = broken(company)
    assert "a set of 4 customers" in found


def test_canary_the_same_answers_rounded_twice_are_seen():
    company = sound()
    same = company.blocks[1]
    company.close(9, same.answers, person=same.person.tolist())
    assert any("rounded twice" in what for what in broken(company))


def test_canary_people_who_are_in_block_after_block_outweigh_the_certificate():
    company = Company()
    for number in range(1, 5):
        company.close(number, people(12, number), person=[*range(3), *range(100 * number, 100 * number + 9)])
    assert any("a leverage of" in what and "of people" in what for what in broken(company))


def test_leverage_by_least_squares_is_the_diagonal_of_the_projection():
    from scipy.sparse import csr_array

    rng = np.random.default_rng(2)
    dense = (rng.random((6, 40)) < 0.4).astype(float)
    projection = np.linalg.pinv(dense) @ dense
    for column in range(40):
        assert linked.leverage(csr_array(dense), column) == pytest.approx(
            projection[column, column], abs=1e-9
        )


@pytest.mark.parametrize("seed", range(60))
def test_nobody_has_more_leverage_than_the_bound_that_saves_solving_and_one_column_stands_for_many(seed):
    rng = np.random.default_rng(seed)
    n, rows = int(rng.integers(3, 80)), int(rng.integers(1, 8))
    row, seller = rng.integers(0, rows, n), rng.integers(0, 4, n)
    column = np.where(rng.random(n) < 0.6, np.arange(n), rng.integers(0, n, n))
    columns = linked._Columns(linked._Sets.of(row, seller), linked.Groups.by(column))
    for known in (np.array([]), np.array([0]), np.array([1, 2])):
        left = ~np.isin(seller, known)
        dense = np.zeros((rows, n))
        np.add.at(dense, (row[left], column[left]), 1)
        leverages = np.diag(np.linalg.pinv(dense) @ dense)
        assert leverages.max() <= columns.at_most(known) + 1e-9
        size = np.square(dense).sum(axis=1, keepdims=True)
        own = (np.square(dense) / np.where(size > 0, size, np.inf)).sum(axis=0)
        tried = np.argsort(-own[np.unique(column[left])], kind="stable")[: linked.TRIED]
        most = max((leverages[np.unique(column[left])[at]] for at in tried), default=0.0)
        assert linked._worst(row[left], column[left]) == pytest.approx(most, abs=1e-9)


def test_a_retired_block_of_which_somebody_was_erased_is_left_out_and_no_live_one_is():
    company = sound()
    both = company.release(1, {"company": (1, 2, 3)})
    later = company.release(2, {"company": (2, 3)})
    whole = company.truth
    gone = np.arange(1, len(whole.block))
    erased = whole.of(gone, np.arange(3))
    assert attacks.inside([erased], [both, later]).breaches == ()
    assert [one.attack for one in attacks.inside([erased], [both]).breaches] == ["truth"]


def test_pairs_of_a_block_whose_sums_are_gone_are_left_out():
    """A retired block may have kept its pairs and not its sums."""
    company = sound()
    done = np.random.default_rng(1).random(46) < 0.5
    table = company.table(1, (1, 2), done.tolist())
    both = company.release(1, {"company": (1, 2, 3)}, practices=table)
    last = company.release(2, {"company": (1, 2)}, practices=table)
    gone = replace(company.truth, numbers=np.array([1, 2]), sums=company.truth.sums[:2])
    found = attacks.inside([gone], [both, last])
    assert found.breaches == ()
    assert next(one.tried for one in found.results if one.name == ALL_BUT_ONE) == 46 * 4 * 2


def many(pairs: int, block: int = 13) -> Truth:
    rng = np.random.default_rng(1)
    survey, n = a_survey(8), pairs // block * block
    expected, received = (
        np.clip(rng.normal(8 - side, 1.5, (n, 8)), 0, 10).round().astype(np.uint8) for side in (0, 1)
    )
    number = np.arange(n) // block + 1
    exact = np.stack([side.reshape(-1, block, 8).sum(axis=1) for side in (expected, received)], axis=2)
    return Truth(
        survey=survey,
        block=number,
        person=np.arange(n),
        salesperson=number // 10 * 10 + rng.integers(0, 6, n),
        account=np.zeros(n, dtype=np.int64),
        expected=expected,
        received=received,
        numbers=np.arange(1, n // block + 1),
        sums=rounded_at_random(exact, 5.0, rng),
    )


@pytest.mark.slow
def test_a_million_pairs_take_seconds():
    truth = many(1_000_000)
    tallies = {name: naming.Tally() for name in (ONE, TWO, ALL_BUT_ONE)}
    started = time.process_time()
    for part in truth.slices(truth.numbers):
        naming.name_answers(part, tallies)
    assert time.process_time() - started < 60
    assert tallies[ALL_BUT_ONE].tried == len(truth.block) * 16
