"""Everything that a small company ever published, and a brute-force attacker in exact fractions."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.worlds import World, a_survey, answers
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.certificate.certify import Uncertified, certify
from kloof.domain.releases.certificate.leverage import leverages
from kloof.domain.releases.queues import FineCell
from kloof.domain.surveys.definition import Survey

pytestmark = pytest.mark.slow

NORTH = FineCell("Heat pump", "East", "North")
SOUTH = FineCell("Heat pump", "East", "South")
SURVEY = a_survey()
ARMS = (0.5, 0.25, 0.25)


def sold(
    world: World, count: int, cell: FineCell = NORTH, *, sellers: int = 4, first: int = 0, seed: int = 3
) -> World:
    rng = np.random.default_rng(seed)
    for number in range(first, first + count):
        world.sell(SURVEY, number, number % sellers, cell, answers(rng, SURVEY))
    return world


def test_an_erasure_retires_the_block_and_its_rows_never_come_back() -> None:
    world = sold(World(), 20)
    world.freeze()
    first = world.publish()
    world.erase(world.deals[0])
    assert not world.freeze()
    sold(world, 20, first=100)
    world.freeze()
    second = world.publish()
    assert first
    assert second
    assert {block.id for block in first.blocks}.isdisjoint(block.id for block in second.blocks)


def test_a_table_that_is_not_the_sum_of_blocks_is_refused_by_name() -> None:
    world = sold(World(), 20)
    world.freeze()
    draft = world.draft()
    forged = draft.cells[0].model_copy(update={"n": 19})
    verdict = certify(
        type(draft)(draft.header, draft.surveys, draft.blocks, (forged, *draft.cells[1:])),
        world.history,
        world.thresholds,
    )
    assert isinstance(verdict, Uncertified)
    assert verdict.drop == (forged.id,)


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), repeat=st.floats(0, 0.4))
def test_no_sum_over_fewer_than_k_people_follows_from_everything_published(seed: int, repeat: float) -> None:
    """Row reduction in exact fractions over everything published, and each set minus each of the others."""
    world = small_world(seed, repeat)
    rows = published_sums(world)
    reduced = row_reduced(rows)
    for row in reduced:
        assert sum(weight != 0 for weight in row) >= world.thresholds.k
    for one in range(len(rows)):
        for other in rows[:one]:
            rests_on = sum(a != b for a, b in zip(rows[one], other, strict=True))
            assert rests_on == 0 or rests_on >= world.thresholds.k
    if reduced:
        exact = exact_leverages(reduced)
        assert max(exact) <= Fraction(1, world.thresholds.k)
        assert float(max(exact)) <= leverages(world.membership).most + 1e-9


def small_world(seed: int, repeat: float) -> World:
    rng = np.random.default_rng(seed)
    world, survey = World(), a_survey(1)
    for month in range(3):
        for _ in range(int(rng.integers(20, 50))):
            sell_one(world, survey, rng, repeat)
        if month and world.deals:
            world.erase(world.deals[int(rng.integers(len(world.deals)))])
        world.freeze()
        world.publish()
    return world


def sell_one(world: World, survey: Survey, rng: np.random.Generator, repeat: float) -> None:
    new = len(world.deals) + 1
    customer = int(rng.integers(1, new)) if new > 1 and rng.random() < repeat else new
    cell = (NORTH, SOUTH)[int(rng.integers(2))]
    arm = list(Arm)[rng.choice(3, p=ARMS)]
    world.sell(survey, customer, int(rng.integers(4)), cell, answers(rng, survey), arm=arm)


def published_sums(world: World) -> list[list[Fraction]]:
    """Per published union of blocks, how often it counts each person: once in every block that they are in."""
    unions = sorted({cell.blocks for release in world.releases for cell in release.unions()})
    inside = {*zip(world.membership.row.tolist(), world.membership.person.tolist(), strict=True)}
    people = sorted({person for _, person in inside})
    return [
        [Fraction(sum((block, person) in inside for block in blocks)) for person in people]
        for blocks in unions
    ]


def row_reduced(rows: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    """The reduced row echelon form, without rows of noughts."""
    left, done = [list(row) for row in rows], list[list[Fraction]]()
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        left = [subtracted(row, pivot, row[column]) for row in left]
        done = [subtracted(row, pivot, row[column]) for row in done] + [pivot]
    return done


def subtracted(row: Sequence[Fraction], pivot: Sequence[Fraction], times: Fraction) -> list[Fraction]:
    return [a - times * b for a, b in zip(row, pivot, strict=True)] if times else list(row)


def exact_leverages(basis: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    """The diagonal of the projection onto these independent rows, by Gram–Schmidt without a single rounding."""
    orthogonal: list[list[Fraction]] = []
    for row in basis:
        current = list(row)
        for other in orthogonal:
            along = sum(a * b for a, b in zip(current, other, strict=True))
            current = subtracted(current, other, along / sum(b * b for b in other))
        orthogonal.append(current)
    norms = [sum(value * value for value in row) for row in orthogonal]
    return [
        sum((row[at] ** 2 / norm for row, norm in zip(orthogonal, norms, strict=True)), Fraction(0))
        for at in range(len(basis[0]))
    ]
