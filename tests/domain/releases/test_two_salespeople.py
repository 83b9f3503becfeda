"""A company that agreed to m = 2: what closes and is certified is what colleagues inside cannot break."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast.canaries import SOUND, Company, people
from cast.true_worlds import Memory
from cast.worlds import World, a_survey, answers
from kloof.domain.releases import attacks
from kloof.domain.releases.queues import FineCell
from kloof.domain.releases.thresholds import Thresholds

pytestmark = pytest.mark.slow

AGREED = date(2026, 1, 5)
SURVEY = a_survey(2)


def sold(seed: int, sellers: int, repeat: float) -> list[str]:
    """A company of so many salespeople with repeat customers, and what colleagues could break after each release."""
    rng, world, memory = (
        np.random.default_rng(seed),
        World(Thresholds(m=2, smaller_m_agreed_on=AGREED)),
        Memory(),
    )
    busy = rng.dirichlet([0.7] * sellers)
    for _ in range(4):
        for _ in range(60):
            returns = world.deals and rng.random() < repeat
            customer = (
                int(rng.choice([deal.customer for deal in world.deals])) if returns else len(world.deals) + 1
            )
            seller = int(rng.choice(sellers, p=busy))
            cell = FineCell("product", "region", f"team {rng.integers(2)}")
            world.sell(SURVEY, customer, seller, cell, answers(rng, SURVEY))
        world.freeze()
        world.publish()
        memory(world)
        if world.releases:
            found = attacks.inside(memory.truths(world), world.releases).breaches
            if found:
                return [breach.what for breach in found]
    return []


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.sampled_from([0.1, 0.3, 0.5]))
def test_what_closes_and_is_certified_is_never_refused_by_an_attack(seed, sellers, repeat):
    assert sold(seed, sellers, repeat) == []


def test_canary_where_two_colleagues_are_not_judged_together_an_attack_refuses_what_was_certified(
    monkeypatch,
):
    alone = property(lambda rules: min(2, rules.m - 1))
    monkeypatch.setattr(Thresholds, "most_together", alone)
    found = sold(2, 3, 0.5)
    assert found
    assert all("to two colleagues" in what for what in found)


def test_canary_a_block_of_which_two_leave_a_third_nearly_alone_is_seen():
    company = Company()
    company.close(1, people(16, 1), salesperson=[0] * 8 + [1] * 6 + [2] * 2)
    agreed = SOUND.model_copy(update={"m": 2, "smaller_m_agreed_on": AGREED})
    release = company.release(1, {"company": (1,)}, guarantee=agreed)
    found = [breach.what for breach in attacks.inside([company.truth], [release]).breaches]
    assert any("left beside two colleagues" in what for what in found)
