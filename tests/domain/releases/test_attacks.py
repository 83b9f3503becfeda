"""The attack suite with nothing but release files: on releases that are sound, and on canaries that it must break."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cast.canaries import SOUND, SURVEY, Company, people, with_aspects, with_cell
from cast.worlds import WORDS, a_survey
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases import attacks
from kloof.domain.releases.document import (
    AspectShares,
    AspectSums,
    BlockSize,
    Level,
    PromiseShares,
    ReleaseDocument,
    ResponseCounts,
)
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.releases.guarantee import AspectSpread, SurveySpread

pytestmark = pytest.mark.slow

FIVE = a_survey(2, low=1, high=5, norm=4)
TEAMS = {"company": (1, 2, 3), "product/heat pump": (1, 2), "team/north": (1,), "team/south": (2, 3)}


def broken_by(*releases: AnyRelease) -> set[str]:
    return {name for name, found in attacks.run(releases).items() if found}


def sound_company(**more: Any) -> Company:
    company = Company(**more)
    for number, n in ((1, 14), (2, 30), (3, 12)):
        company.close(number, people(n, number, company.survey))
    return company


def shares(**told: int) -> dict[str, AspectShares]:
    usual = {"higher": 55, "equal": 20, "lower": 25, "good": 60, "v_highest": 15, "r_highest": 10}
    return {aspect.id: AspectShares(**usual | told) for aspect in SURVEY.core}


def of_the_truth(company: Company, *blocks: int, **told: int) -> dict[str, AspectShares]:
    """Shares as an honest engine would round them."""
    said = np.concatenate([company.blocks[block].answers for block in blocks])
    found = {}
    for at, aspect in enumerate(company.survey.core):
        v, r = said[:, 0, at], said[:, 1, at]
        counts = {
            "higher": (v > r).mean(),
            "equal": (v == r).mean(),
            "lower": (v < r).mean(),
            "good": (r >= company.survey.scale.good).mean(),
            "r_highest": (r == company.survey.scale.high).mean(),
        }
        coded = {name: int(np.clip(5 * round(20 * share), 5, 95)) for name, share in counts.items()}
        found[aspect.id] = AspectShares(
            **{name: 5 if code < 10 else code for name, code in coded.items()} | told
        )
    return found


def test_sound_releases_give_nothing_away():
    company = sound_company()
    first = company.release(1, {"company": (1, 2), "team/north": (1,)})
    second = company.release(2, TEAMS)
    assert attacks.run([first, second]) == dict.fromkeys(attacks.ATTACKS, ())


@pytest.mark.parametrize("survey", [FIVE, a_survey(2, low=1, high=7), a_survey(2)])
def test_sound_releases_on_every_scale_with_shares_arms_and_tables_give_nothing_away(survey):
    company = sound_company(survey=survey)
    company.close(4, people(16, 9, survey))
    company.close(5, people(20, 8, survey))
    release = with_cell(company.release(1, TEAMS), 1, counted=(1, 2), shares=of_the_truth(company, 1, 2))
    sizes = (*release.blocks, BlockSize(id=4, n=16), BlockSize(id=5, n=20))
    done = np.random.default_rng(3).random(44) < 0.5
    beside = {
        "blocks": sizes,
        "arms": (company.arm(1, (4,)), company.arm(1, (5,), Arm.LEFT)),
        "practices": company.table(1, (1, 2), done.tolist()),
    }
    assert attacks.run([release.model_copy(update=beside)]) == dict.fromkeys(attacks.ATTACKS, ())


def test_canary_a_release_that_only_looks_at_size_is_broken_by_differencing_and_leverage():
    """63 people, a team of 54 and one of nine that is left out: the nine are what remains."""
    company = Company()
    company.close(1, people(54))
    company.close(2, people(9, 1))
    release = company.release(1, {"company": (1, 2), "team/north": (1,)})
    assert {"differencing", "leverage", "files"} <= broken_by(release)
    (found,) = attacks.ATTACKS["differencing"]([release])
    assert "a sum over 9 people" in found.what


def test_canary_a_cumulative_release_with_one_new_pair_is_broken_by_comparing_releases():
    company = Company()
    company.close(1, people(40))
    company.close(2, people(1, 1))
    first, second = company.release(1, {"company": (1,)}), company.release(2, {"company": (1, 2)})
    assert broken_by(first) == set()
    assert {"differencing", "leverage", "files"} <= broken_by(first, second)


def test_canary_a_block_minus_one_is_broken_by_comparing_releases():
    whole = people(20)
    company = Company()
    company.close(1, whole)
    first = company.release(1, {"company": (1,)})
    company.close(1, whole[1:])
    assert "time" in broken_by(first, company.release(2, {"company": (1,)}))
    company.close(2, whole[:1])
    told_apart = company.release(1, {"company": (1, 2)}), company.release(2, {"company": (1,)})
    assert {"differencing", "leverage"} <= broken_by(*told_apart)


def test_canary_small_parts_that_no_two_sets_tell_apart_are_broken_by_the_reduced_system():
    """Each two of three sets differ by at least ten, and all sets together lay four people bare."""
    company = Company()
    for part, n in ((1, 10), (2, 10), (3, 10), (4, 4)):
        company.close(part, people(n, part))
    cells = {"team/a": (1, 2), "team/b": (2, 3), "team/c": (1, 3), "company": (1, 2, 3, 4), "team/d": (1,)}
    assert broken_by(company.release(1, cells)) >= {"leverage", "differencing"}
    company.close(4, people(10, 4))
    sizes = tuple(BlockSize(id=one, n=10) for one in (1, 2, 3, 4))
    assert "differencing" not in broken_by(company.release(1, cells, blocks=sizes))


def test_canary_everybody_near_an_end_is_bounded_whatever_rounding_does():
    """Sixty customers who all gave the highest mark: rounding cannot hide it, so such a block may not close."""
    company = Company(seed=1)
    alike = people(60)
    alike[:, 0, 0] = 10
    company.close(1, alike)
    release = company.release(1, {"company": (1,)})
    assert {"linear programme", "integer programme"} <= broken_by(release)
    found = [breach.what for breach in attacks.ATTACKS["integer programme"]([release])]
    assert any("nearly everybody's V of aspect-0 is 10" in what for what in found)


def test_canary_the_difference_of_two_practice_tables_is_bounded():
    """Sixteen customers who all gave a ten stand in the second table and not in the first."""
    company = Company()
    said = people(40)
    said[24:, 1, 0] = 10
    company.close(1, said[:24])
    company.close(2, said[24:])
    before = company.release(
        1, {"company": (1,)}, practices=company.table(1, (1,), [True] * 12 + [False] * 12)
    )
    company.parts.clear()
    grown = company.table(2, (1, 2), [True] * 12 + [False] * 12 + [True] * 16)
    done, other = before.practices
    sums = {
        name: AspectSums(
            v=told.v + later.v - now.v, r=told.r + 160.0 * (name == "aspect-0") + 80 * (name != "aspect-0")
        )
        for (name, told), later, now in zip(
            done.aspects.items(), grown[0].aspects.values(), done.aspects.values(), strict=True
        )
    }
    table = (
        grown[0].model_copy(update={"aspects": sums, "parts": 2}),
        grown[1].model_copy(update={"aspects": other.aspects, "parts": 1}),
    )
    after = company.release(2, {"company": (1, 2)}, practices=table)
    found = attacks.ATTACKS["linear programme"]([before, after])
    assert any("without" in breach.where and "aspect-0" in breach.what for breach in found)


def test_canary_a_sum_that_is_no_multiple_of_its_base_is_seen():
    company = sound_company()
    release = company.release(1, TEAMS)
    off = with_aspects(release.cells[0], **{"aspect-1": AspectSums(v=601, r=500)})
    release = release.model_copy(update={"cells": (off, *release.cells[1:])})
    (found,) = attacks.ATTACKS["fractions"]([release])
    assert "601, no multiple of 5" in found.what


def test_canary_a_base_finer_than_half_the_scale_is_seen():
    company = sound_company()
    release = company.release(1, TEAMS)
    finer = release.surveys[0].model_copy(update={"base": 1.0})
    found = attacks.run([release.model_copy(update={"surveys": (finer,)})])["files"]
    assert any("finer than 5" in breach.what for breach in found)


@pytest.mark.parametrize(
    ("at", "changes", "seen"),
    [
        (2, {"counted": (1,), "shares": shares()}, "14 customers, fewer than 30"),
        (3, {"counted": (2, 3), "shares": shares()}, "a team has shares"),
        (1, {"counted": (1, 2, 3), "shares": shares()}, "about blocks that it does not hold"),
        (1, {"counted": (1, 2), "shares": shares(lower=75)}, "make 150%"),
        (1, {"counted": (1, 2)}, "counts nothing"),
        (2, {"counted": (1,), "promises": PromiseShares(kept=50, partly=25, broken=25)}, "fewer than 30"),
    ],
)
def test_canary_shares_of_too_few_of_a_team_or_that_contradict_each_other_are_seen(at, changes, seen):
    company = sound_company()
    found = attacks.ATTACKS["counts"]([with_cell(company.release(1, TEAMS), at, **changes)])
    assert any(seen in breach.what for breach in found)


def test_canary_shares_in_finer_steps_are_seen():
    release = with_cell(sound_company().release(1, TEAMS), 1, counted=(1, 2), shares=shares())
    finer = {name: told.model_copy(update={"good": 97}) for name, told in release.cells[1].shares.items()}
    found = attacks.ATTACKS["counts"]([with_cell(release, 1, shares=finer)])
    assert any("good is 97%" in breach.what for breach in found)


def test_canary_a_response_that_is_counted_exactly_is_seen():
    counts = ResponseCounts(
        survey="installation",
        version=1,
        level=Level.COMPANY,
        deals_started=90,
        answered_at_sale=61,
        answered_after_delivery=60,
        pairs=60,
        pairs_published=56,
    )
    found = attacks.ATTACKS["counts"]([sound_company().release(1, TEAMS, response=(counts,))])
    assert [breach.what for breach in found] == ["answered_at_sale is exact: 61"]


def test_canary_shares_that_fit_one_answer_only_are_seen():
    """Impossible shares: hardly anybody at any point that is left beside a sum at the very end."""
    company = Company(survey=FIVE)
    said = people(30, 1, FIVE)
    said[:, 1, 0] = 5
    company.close(1, said)
    release = with_cell(
        company.release(1, {"company": (1,)}),
        0,
        counted=(1,),
        shares={one.id: AspectShares(r_highest=95) for one in FIVE.core},
    )
    assert {"homogeneity", "integer programme"} & broken_by(release)


def test_canary_a_corrected_figure_under_the_same_blocks_is_seen():
    company = sound_company()
    first = company.release(1, TEAMS)
    corrected = company.blocks[1].answers.copy()
    corrected[3, 1, 0] = (corrected[3, 1, 0] + 5) % 11
    company.close(1, corrected)
    company.blocks[1].sums[0, 1] += 1
    assert broken_by(first, company.release(2, TEAMS)) >= {"time"}


def test_canary_a_retired_block_that_comes_back_is_seen():
    company = sound_company()
    both, one = {"company": (1, 2)}, {"company": (2,)}
    assert broken_by(
        *(company.release(number, cells) for number, cells in ((1, both), (2, one), (3, both)))
    ) == {"time"}


def test_canary_a_retired_block_under_a_new_number_is_seen():
    company = sound_company()
    first = company.release(1, {"company": (1, 2)})
    company.blocks[7] = company.blocks.pop(1)
    second = company.release(2, {"company": (2, 7)})
    (found,) = attacks.ATTACKS["time"]([first, second])
    assert "the same people under a new block number: [7] for [1]" in found.what
    company.close(8, people(14, 77))
    assert broken_by(first, company.release(2, {"company": (2, 8)})) == set()


def test_canary_a_survey_that_changed_under_its_version_is_seen():
    company = sound_company()
    first, second = company.release(1, TEAMS), company.release(2, TEAMS)
    other = second.surveys[0].model_copy(update={"title": WORDS.model_copy(update={"nl": "anders"})})
    assert broken_by(first, second.model_copy(update={"surveys": (other,)})) == {"time"}


def test_canary_a_block_that_stands_in_two_arms_is_seen():
    company = sound_company()
    release = company.release(1, TEAMS, arms=(company.arm(1, (2,)),))
    assert "time" in broken_by(release)


@pytest.mark.parametrize(
    "promise",
    [
        {"k": 5},
        {"m": 2},
        {"max_leverage": 0.2},
        {"insider_max_leverage": 0.5},
        {"pair_max_leverage": 0.5},
        {"account_max_leverage": 0.5},
    ],
)
def test_canary_a_promise_that_is_too_weak_is_seen(promise):
    weak = sound_company().release(1, TEAMS, guarantee=SOUND.model_copy(update=promise))
    assert "files" in broken_by(weak)


def test_canary_a_stated_leverage_below_the_real_one_is_seen():
    stated = SOUND.model_copy(update={"max_leverage": 0.01})
    assert broken_by(sound_company().release(1, TEAMS, guarantee=stated)) == {"leverage"}


def spread(**told: float) -> SurveySpread:
    one = AspectSpread(**{"v": 1.2, "r": 1.8, "s": 2.1} | told)
    return SurveySpread(
        survey="installation", version=1, aspects={aspect.id: one for aspect in SURVEY.core}, overall=one
    )


def impossible(change: Callable[[ReleaseDocument], ReleaseDocument]) -> list[str]:
    company = sound_company()
    release = change(company.release(1, TEAMS, spreads=(spread(),)))
    return [breach.what for breach in attacks.ATTACKS["files"]([release])]


def test_the_spread_of_a_sound_release_is_possible():
    assert impossible(lambda release: release) == []


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (
            lambda one: with_cell(
                one, 0, aspects=one.cells[0].aspects | {"aspect-0": AspectSums(v=900, r=0)}
            ),
            "which no",
        ),
        (lambda one: with_cell(one, 0, n=57), "another number of customers than its blocks"),
        (lambda one: with_cell(one, 0, customers=53), "is exact: 53"),
        (lambda one: with_cell(one, 0, customers=60), "60 different customers in 56 pairs"),
        (lambda one: with_cell(one, 2, blocks=(1, 1)), "names a block twice"),
        (lambda one: with_cell(one, 2, blocks=(9,)), "nothing vouches for it"),
        (lambda one: with_cell(one, 2, aspects={}), "not those of the survey"),
        (lambda one: one.model_copy(update={"spreads": (spread(s=2.13),)}), "in steps of 0.1"),
        (lambda one: one.model_copy(update={"spreads": (spread(v=9.0),)}), "no answers have it"),
        (lambda one: one.model_copy(update={"surveys": ()}), "does not hold"),
    ],
)
def test_canary_what_cannot_be_is_seen(change, seen):
    assert any(seen in what for what in impossible(change))


def test_canary_a_spread_of_few_is_seen():
    company = sound_company()
    release = company.release(1, {"company": (1,)}, spreads=(spread(),))
    assert any("of 14 customers" in breach.what for breach in attacks.ATTACKS["files"]([release]))


def test_canary_half_a_practice_table_is_seen():
    company = sound_company()
    done, other = company.table(1, (1, 2), [True, False] * 22)
    release = company.release(1, TEAMS, practices=(done,))
    assert any("its other half" in breach.what for breach in attacks.ATTACKS["files"]([release]))
    fewer = other.model_copy(update={"n": 21})
    release = company.release(1, TEAMS, practices=(done, fewer))
    assert any("who is left over" in breach.what for breach in attacks.ATTACKS["files"]([release]))


@pytest.mark.parametrize("arm", [Arm.NOT_ASKED, Arm.LEFT])
def test_canary_an_arm_that_grows_by_one_person_is_broken_by_comparing_releases(arm):
    company = sound_company()
    company.close(8, people(20, 8))
    company.close(9, people(1, 9))
    sizes = company.release(1, {"company": (1, 2, 8, 9)}).blocks
    first = company.release(
        1, TEAMS, arms=(company.arm(1, (8,), arm),), blocks=(*sizes[:2], BlockSize(id=3, n=12), sizes[2])
    )
    second = company.release(
        2, TEAMS, arms=(company.arm(2, (8, 9), arm),), blocks=(*sizes, BlockSize(id=3, n=12))
    )
    assert broken_by(first) == set()
    assert {"differencing", "leverage", "linear programme"} <= broken_by(first, second)


def test_a_programme_that_is_not_solved_in_its_time_is_open_and_not_taken_for_held(monkeypatch):
    from kloof.domain.releases.attacks import programmes, rebuilding

    def never(self: programmes.Programme, **_: object) -> None:
        raise programmes.Open

    monkeypatch.setattr(programmes.Programme, "_solve", never)
    found = list(rebuilding.attack([sound_company().release(1, TEAMS)]))
    assert found
    assert all(not breach.proved and "was not found out in 5 s" in breach.what for breach in found)


def test_more_sets_than_can_be_tried_together_are_open_and_not_taken_for_held(monkeypatch):
    from kloof.domain.releases.attacks import evidence

    monkeypatch.setattr(evidence, "MOST", 1)
    found = attacks.run([sound_company().release(1, TEAMS)])
    assert {name for name, breaches in found.items() if breaches} == {
        *("leverage", "differencing", "linear programme", "integer programme")
    }
    assert not any(breach.proved for breaches in found.values() for breach in breaches)
