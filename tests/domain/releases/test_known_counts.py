"""What anybody inside knows of counts, held to counting every pair of everybody."""

import numpy as np
import pytest

from cast.worlds import a_survey, columns
from kloof.domain.releases.certificate import known_counts
from kloof.domain.releases.certificate.known_counts import AT_NORM, DISAPPOINTED, EVERY, GOOD, KnownCounts
from kloof.domain.releases.pair_columns import PairColumns

SEEDS = pytest.mark.parametrize("seed", range(25))


def some_pairs(rng: np.random.Generator) -> PairColumns:
    """Up to 150 pairs in five blocks, by five salespeople; some customers come back, some answer for an account."""
    low, high = [(0, 10), (1, 5), (1, 7)][rng.integers(3)]
    survey = a_survey(2, low=low, high=high, norm=[None, 4.5, float(high)][rng.integers(3)])
    n = int(rng.integers(1, 150))
    customer = rng.integers(1, n + 1, n)
    account = np.where(rng.random(n) < 0.4, rng.integers(1, 9, n), 0)
    said = [rng.integers(low, high + 1, (n, 2)).tolist() for _ in range(2)]
    pairs = columns(
        survey,
        customer.tolist(),
        rng.integers(1, 6, n).tolist(),
        *said,
        cell=rng.integers(1, 6, n).tolist(),
        account=account.tolist(),
    )
    pairs.promises[:] = rng.integers(0, 3, (n, 4)) * (rng.random((n, 1)) < 0.6)
    return pairs


def chosen(rng: np.random.Generator, pairs: PairColumns) -> tuple[int, ...]:
    return tuple(sorted(set(rng.choice(np.unique(pairs.cell), 3).tolist())))


def everybody(pairs: PairColumns, kind: np.ndarray, among: np.ndarray) -> set[tuple[int, int]]:
    """Of each salesperson, account and customer without one, how many they know: one pair after another."""
    found: dict[tuple[str, int], list[int]] = {}
    for at in range(len(pairs)):
        account = int(pairs.account[at])
        unit = ("account", account) if account else ("customer", int(pairs.customer[at]))
        for who in (("seller", int(pairs.salesperson[at])), unit):
            known = found.setdefault(who, [0, 0])
            known[0] += int(kind[at])
            known[1] += int(among[at])
    return {(mine, of) for mine, of in found.values()}


@SEEDS
def test_everybody_knows_of_marks_what_counting_their_own_pairs_gives(seed):
    rng = np.random.default_rng(seed)
    pairs = some_pairs(rng)
    blocks = chosen(rng, pairs)
    known, here = KnownCounts(pairs).within(blocks), pairs.take(np.isin(pairs.cell, blocks))
    low, good = pairs.survey.scale.low, pairs.survey.scale.good
    for aspect in range(2):
        v, r = (side[:, aspect].astype(int) - 1 + low for side in (here.expected, here.received))
        norm = pairs.survey.core[aspect].norm
        met = r >= (np.inf if norm is None else norm)
        for kinds, among, mine, of in (
            (GOOD, EVERY, r >= good, np.ones(len(r))),
            (AT_NORM, EVERY, met, np.ones(len(r))),
            (AT_NORM & DISAPPOINTED, AT_NORM, met & (v > r), met),
            (~AT_NORM & DISAPPOINTED, ~AT_NORM, ~met & (v > r), ~met),
        ):
            found = known.marks(aspect, kinds, among)
            assert {*zip(found.mine.tolist(), found.of.tolist(), strict=True)} == everybody(here, mine, of)


@SEEDS
def test_everybody_knows_of_promises_what_counting_their_own_pairs_gives(seed):
    rng = np.random.default_rng(seed)
    pairs = some_pairs(rng)
    blocks = chosen(rng, pairs)
    known, here = KnownCounts(pairs).within(blocks), pairs.take(np.isin(pairs.cell, blocks))
    outcomes = here.promises[:, : known_counts.OUTCOMES].astype(int)
    for outcome in range(known_counts.OUTCOMES):
        found = known.promises(outcome)
        told = everybody(here, outcomes[:, outcome], outcomes.sum(axis=1))
        assert {*zip(found.mine.tolist(), found.of.tolist(), strict=True)} == told


@SEEDS
def test_nobody_knows_more_pairs_than_is_said_and_blocks_without_pairs_are_not_known(seed):
    rng = np.random.default_rng(seed)
    pairs = some_pairs(rng)
    blocks = chosen(rng, pairs)
    known, here = KnownCounts(pairs).within(blocks), pairs.take(np.isin(pairs.cell, blocks))
    everything = np.ones(len(here))
    assert known.n == len(here)
    assert known.most == max(of for _, of in everybody(here, everything, everything))
    assert KnownCounts(pairs).within((*blocks, 77)) is None
