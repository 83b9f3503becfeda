"""The attack suite on releases that are sound, and on canaries that it must break."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from cast.worlds import WORDS, World, a_survey, answers
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases import attacks
from kloof.domain.releases.attacks import insiders
from kloof.domain.releases.document import (
    ArmCell,
    AsOf,
    BlockSize,
    Cell,
    Guarantee,
    Level,
    Previous,
    PublishedSurvey,
    ReleaseDocument,
)
from kloof.domain.releases.queues import FineCell
from kloof.domain.statistics.sums import PairedSums, PromiseCounts, Sums

SURVEY = a_survey(2)
SOUND = Guarantee(k=10, m=3, max_leverage=0.1, insider_k=5, insider_max_leverage=0.2, sets=1, releases=1)


def figures(people: np.ndarray) -> dict[str, PairedSums]:
    """The published figures of people; answers [people, 2, aspects]."""
    found = {}
    for at, aspect in enumerate(SURVEY.core):
        moments = PairedSums.of(people[:, 0, at], people[:, 1, at], SURVEY.scale, aspect.norm)
        ends = [(one[0], sum(one[1:-1]), one[-1]) for one in (moments.v_counts, moments.r_counts)]
        found[aspect.id] = replace(moments, v_counts=ends[0], r_counts=ends[1])
    return found


def naive_release(
    number: int, truth: dict[int, np.ndarray], cells: dict[str, tuple[int, ...]]
) -> ReleaseDocument:
    """What somebody would publish who looks at nothing but size.

    truth: per part the answers of its people. cells: the parts of each cell. A part has the number that an attacker
    would give it who knows who is where.
    """

    def cell(name: str, parts: tuple[int, ...]) -> Cell:
        people = np.concatenate([truth[part] for part in parts])
        level, _, team = name.partition("/")
        return Cell(
            id=f"installation-1/{name}",
            survey="installation",
            version=1,
            level=Level(level),
            team=team,
            blocks=parts,
            deals=len(people),
            customers=len(people),
            as_of=AsOf(release=number, date=date(2026, number, 1)),
            aspects=figures(people),
            promises=PromiseCounts(),
        )

    used = sorted({part for parts in cells.values() for part in parts})
    return ReleaseDocument(
        kloof="test",
        number=number,
        published_on=date(2026, number, 1),
        previous=Previous(number=number - 1, sha256="0" * 64) if number > 1 else None,
        company="Warmtehuis",
        guarantee=SOUND,
        surveys=(PublishedSurvey.of(SURVEY),),
        blocks=tuple(BlockSize(id=part, customers=len(truth[part]), deals=len(truth[part])) for part in used),
        cells=tuple(cell(name, parts) for name, parts in cells.items()),
    )


def people(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.array([answers(rng, SURVEY) for _ in range(n)])


def broken_by(*releases: ReleaseDocument) -> set[str]:
    return {name for name, found in attacks.run(releases).items() if found}


@pytest.fixture(scope="module")
def sound() -> World:
    rng = np.random.default_rng(1)
    world = World()
    cells = [FineCell("heat pump", "east", team) for team in ("north", "south")]
    for _ in range(3):
        for _ in range(40):
            number = len(world.deals)
            world.sell(SURVEY, number, number // 2 % 4, cells[number % 2], answers(rng, SURVEY))
        if len(world.deals) > 80:
            world.erase(world.deals[0])
        world.freeze()
        world.publish()
    return world


def test_sound_releases_give_nothing_away(sound):
    assert broken_by(*sound.releases) == set()
    assert not list(insiders.attack(sound.releases, sound.membership))


def test_canary_a_release_that_only_looks_at_size_is_broken_by_differencing_and_leverage():
    """63 people, a team of 54 and one of nine that is left out: the nine are what remains."""
    truth = {1: people(54), 2: people(9, 1)}
    release = naive_release(1, truth, {"company": (1, 2), "team/north": (1,)})
    assert {"differencing", "leverage"} <= broken_by(release)
    (found,) = attacks.ATTACKS["differencing"]([release])
    assert "a sum over 9 people" in found.what


def test_canary_a_cumulative_release_with_one_new_pair_is_broken_by_comparing_releases():
    truth = {1: people(40), 2: people(1, 1)}
    first = naive_release(1, truth, {"company": (1,)})
    second = naive_release(2, truth, {"company": (1, 2)})
    assert broken_by(first) == set()
    assert {"differencing", "leverage", "linear programme", "reconstruction"} <= broken_by(first, second)


def test_canary_a_block_minus_one_is_broken_by_comparing_releases():
    whole = people(20)
    first = naive_release(1, {1: whole}, {"company": (1,)})
    second = naive_release(2, {1: whole[1:]}, {"company": (1,)})
    assert "time" in broken_by(first, second)
    told_apart = [
        naive_release(1, {1: whole[1:], 2: whole[:1]}, {"company": (1, 2)}),
        naive_release(2, {1: whole[1:]}, {"company": (1,)}),
    ]
    assert {"differencing", "leverage"} <= broken_by(*told_apart)


def test_canary_small_parts_that_no_two_sets_tell_apart_are_broken_by_the_certificate():
    """Each two of three sets differ by at least ten, and their sum without twice the fourth is over four people."""
    truth = {part: people(10, part) for part in (1, 2, 3)} | {4: people(4, 4)}
    release = naive_release(
        1,
        truth,
        {"team/a": (1, 2), "team/b": (2, 3), "team/c": (1, 3), "company": (1, 2, 3, 4), "team/d": (1,)},
    )
    assert broken_by(release) >= {"leverage"}


def test_canary_one_persons_figures_are_bounded_and_rebuilt():
    release = naive_release(1, {1: people(1)}, {"company": (1,)})
    assert broken_by(release) >= {
        *("files", "leverage", "linear programme", "integer programme", "reconstruction", "homogeneity")
    }


def test_canary_a_group_that_all_but_agrees_is_seen():
    alike = people(20)
    alike[:, 0, 0] = 9
    release = naive_release(1, {1: alike}, {"company": (1,)})
    assert broken_by(release) == {"reconstruction"}
    alike[:, 0, 0] = 10
    assert broken_by(naive_release(1, {1: alike}, {"company": (1,)})) >= {"homogeneity", "linear programme"}


def test_canary_everybody_disappointed_is_seen():
    alike = people(20)
    alike[:, 1, 1] = alike[:, 0, 1] - 1
    release = naive_release(1, {1: alike}, {"company": (1,)})
    assert "homogeneity" in broken_by(release)


def test_canary_a_group_of_which_everybody_gave_a_good_mark_is_seen():
    good = people(40)
    good[:, 1, :] = np.clip(good[:, 1, :], 7, 10)
    found = attacks.run([naive_release(1, {1: good}, {"company": (1,)})])["homogeneity"]
    assert any("a good R" in breach.what for breach in found)


def test_canary_a_corrected_figure_under_the_same_blocks_is_seen():
    corrected = people(20)
    first = naive_release(1, {1: corrected.copy()}, {"company": (1,)})
    corrected[3, 1, 0] = (corrected[3, 1, 0] + 5) % 11
    assert broken_by(first, naive_release(2, {1: corrected}, {"company": (1,)})) == {"time"}


def test_canary_a_retired_block_that_comes_back_is_seen():
    truth = {1: people(20), 2: people(20, 1)}
    both, one = {"company": (1, 2)}, {"company": (2,)}
    releases = [naive_release(number, truth, cells) for number, cells in ((1, both), (2, one), (3, both))]
    assert broken_by(*releases) == {"time"}


def test_canary_a_survey_that_changed_under_its_version_is_seen(sound):
    first, second, *_ = sound.releases
    other = second.surveys[0].model_copy(update={"title": WORDS.model_copy(update={"nl": "anders"})})
    assert broken_by(first, second.model_copy(update={"surveys": (other,)})) == {"time"}


def test_canary_aspects_over_different_people_are_seen():
    whole = people(30)
    release = naive_release(1, {1: whole}, {"company": (1,)})
    (cell,) = release.cells
    hole = dict(cell.aspects, **{"aspect-0": figures(whole[1:])["aspect-0"]})
    assert "files" in broken_by(
        release.model_copy(update={"cells": (cell.model_copy(update={"aspects": hole}),)})
    )


@pytest.mark.parametrize(
    "promise",
    [{"k": 5}, {"m": 2}, {"max_leverage": 0.2}, {"insider_max_leverage": 0.5}],
)
def test_canary_a_promise_that_is_too_weak_is_seen(sound, promise):
    release = sound.releases[0]
    weak = release.model_copy(update={"guarantee": release.guarantee.model_copy(update=promise)})
    assert "files" in broken_by(weak)


def test_canary_a_stated_leverage_below_the_real_one_is_seen(sound):
    release = sound.releases[0]
    stated = release.guarantee.model_copy(update={"max_leverage": 0.01})
    assert broken_by(release.model_copy(update={"guarantee": stated})) == {"leverage"}


def test_canary_a_block_of_one_salesperson_is_seen_by_who_knows_the_truth(sound):
    members = sound.membership
    one_seller = replace(members, salesperson=np.zeros_like(members.salesperson))
    assert {found.attack for found in insiders.attack(sound.releases, one_seller)} >= {"salesperson"}


def with_arm(number: int, people: np.ndarray, arm: Arm = Arm.NOT_ASKED, block: int = 90) -> ReleaseDocument:
    """A release of forty sound pairs, and beside them an arm of one side that nobody looked at."""
    whole = naive_release(
        number, {1: people_of_forty(), block: people}, {"company": (1,), "product": (block,)}
    )
    company, other = whole.cells
    side = 0 if arm is Arm.LEFT else 1
    values = {aspect.id: Sums.of(people[:, side, at]) for at, aspect in enumerate(SURVEY.core)}
    shared = other.model_dump(include={"survey", "version", "blocks", "deals", "customers"})
    alone = ArmCell(
        **shared,
        level=Level.COMPANY,
        id=f"installation-1/company/{arm}",
        arm=arm,
        as_of=other.as_of,
        aspects=values,
    )
    return whole.model_copy(update={"cells": (company,), "arms": (alone,)})


def people_of_forty() -> np.ndarray:
    return people(40, 40)


@pytest.mark.parametrize("arm", [Arm.NOT_ASKED, Arm.LEFT])
def test_an_arm_that_tells_one_side_of_enough_people_gives_nothing_away(arm):
    assert broken_by(with_arm(1, people(20, 5), arm)) == set()


@pytest.mark.parametrize("arm", [Arm.NOT_ASKED, Arm.LEFT])
def test_canary_one_person_alone_in_an_arm_is_bounded_and_rebuilt(arm):
    assert broken_by(with_arm(1, people(1, 5), arm)) >= {
        *("files", "leverage", "linear programme", "integer programme", "reconstruction", "homogeneity")
    }


@pytest.mark.parametrize("answer", [0, 8, 10])
def test_canary_an_arm_that_all_but_agrees_is_seen(answer):
    alike = people(20, 5)
    alike[:, 1, 0] = answer
    assert "reconstruction" in broken_by(with_arm(1, alike))


def test_canary_an_arm_that_grows_by_one_person_is_broken_by_comparing_releases():
    first, second = with_arm(1, people(20, 5)), with_arm(2, people(21, 5))
    assert "time" in broken_by(first, second)
    (arm,) = second.arms
    (before,) = first.arms
    sizes = (*first.blocks, BlockSize(id=91, customers=1, deals=1))
    grown = arm.model_copy(update={"blocks": (*before.blocks, 91)})
    told_apart = second.model_copy(update={"arms": (grown,), "blocks": sizes})
    assert {"differencing", "leverage"} <= broken_by(first, told_apart)


def test_canary_a_block_that_stands_in_two_arms_is_seen():
    release = with_arm(1, people(20, 5))
    (cell,), (arm,) = release.cells, release.arms
    pooled = arm.model_copy(update={"blocks": cell.blocks, "customers": cell.customers})
    assert "time" in broken_by(release.model_copy(update={"arms": (pooled,)}))
