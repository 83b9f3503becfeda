"""Where nothing is going on, what is published and said of it: from answers in a database to the sentences of the site.

The suite plays a few companies, and fails where even by bad luck there would not be so many false claims; `--full`
plays many, and holds the rates themselves.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from cast import builders
from cast.null_companies import (
    Answered,
    answered,
    company,
    new_company,
    readings,
    release,
    save,
    says,
    tastes,
)
from cast.respondents import month
from kloof import storage
from kloof.config import Settings
from kloof.domain.findings import Evidence, GapFound, PracticeFound, ReleaseReading, wording
from kloof.storage.database import database as opened

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("null companies")]

ASPECTS, SELLERS, DEALS = 4, 16, 180
MOSTLY_SOME = (0.95, 0.05, 0.05, 0.05)
"""The chance of a joint visit of each salesperson in turn: one in four does nearly all of them."""
BAD_LUCK = 1e-4


def most(trials: int, rate: float) -> int:
    """More than so many of these are false in one of ten thousand suites, where each is with this chance."""
    return int(stats.binom.isf(BAD_LUCK, trials, rate))


@contextmanager
def played(folder: Path, migrated: Path, name: str) -> Iterator[Settings]:
    """A company with a database of its own, open."""
    here = folder / name
    here.mkdir()
    shutil.copyfile(migrated, here / "kloof.db")
    storage.open_database(f"sqlite:///{here / 'kloof.db'}")
    opened.pragma("synchronous", "off", permanent=True)
    try:
        yield new_company(here)
    finally:
        storage.close_database()


def published(settings: Settings, months: list[Answered]) -> list[ReleaseReading]:
    """The company's releases as they were read, each of the deals of one month more."""
    for number, told in enumerate(months):
        save(builders.survey(ASPECTS), told, month(number))
        release(settings, number)
    return list(readings(settings))


@dataclass(frozen=True)
class Claims:
    """Of one release: of which of the company's gaps, the whole first, it says that there is one, and which effects of
    a practice it calls one, of how many.
    """

    gaps: tuple[str, ...]
    effects: int
    of: int


def claimed(reading: ReleaseReading) -> Claims:
    whole = company(reading)
    gaps = {"whole": whole.overall} | {one.aspect.id: one.gap for one in whole.aspects}
    said = [name for name, gap in gaps.items() if says(gap, wording.NO_CAUSE.en)]
    assert said == [
        name
        for name, gap in gaps.items()
        if isinstance(gap, GapFound) and gap.evidence is Evidence.DEMONSTRABLE
    ]
    effects = [one for table in reading.practices for one in table.findings if isinstance(one, PracticeFound)]
    shown = [
        one for one in effects if says(one, " smaller than in other deals", " larger than in other deals")
    ]
    assert shown == [one for one in effects if one.evidence is Evidence.DEMONSTRABLE]
    return Claims(tuple(said), len(shown), len(effects))


@pytest.fixture(scope="module")
def empty(_migrated_file: Path) -> Path:
    """A database with its tables and without a row."""
    return _migrated_file


@pytest.fixture(scope="module")
def first_releases(full: bool, tmp_path_factory: pytest.TempPathFactory, empty: Path) -> list[Claims]:
    """Of each company of one release what it claims; a tenth of the variance is the salesperson's."""
    folder, found = tmp_path_factory.mktemp("first"), []
    for seed in range(300 if full else 14):
        chance = np.random.default_rng(seed)
        told = answered(chance, DEALS, sellers=SELLERS, aspects=ASPECTS, visits=MOSTLY_SOME)
        with played(folder, empty, str(seed)) as settings:
            (reading,) = published(settings, [told])
            found.append(claimed(reading))
        shutil.rmtree(folder / str(seed))
    return found


def test_without_a_gap_at_most_one_release_in_ten_claims_one_for_the_company(
    first_releases: list[Claims], full: bool
) -> None:
    wrong = sum(bool(one.gaps) for one in first_releases)
    assert wrong <= (0.10 * len(first_releases) if full else most(len(first_releases), 0.10))


def test_a_practice_of_mostly_some_sellers_that_does_nothing_has_an_effect_in_7_of_100_at_most(
    first_releases: list[Claims], full: bool
) -> None:
    wrong, all_of_them = (sum(getattr(one, name) for one in first_releases) for name in ("effects", "of"))
    assert all_of_them >= 0.8 * ASPECTS * len(first_releases)
    assert wrong <= (0.07 * all_of_them if full else most(all_of_them, 0.07))


def test_over_twelve_releases_7_of_100_aspects_at_most_are_ever_said_to_have_a_gap(
    full: bool, tmp_path: Path, empty: Path
) -> None:
    companies, releases, ever, false = (60 if full else 1), 12, 0, 0
    for seed in range(companies):
        chance = np.random.default_rng([12, seed])
        taste = tastes(chance, SELLERS, ASPECTS)
        months = [
            answered(chance, 50, sellers=SELLERS, aspects=ASPECTS, visits=(0.0,), taste=taste)
            for _ in range(releases)
        ]
        with played(tmp_path, empty, str(seed)) as settings:
            found = [set(claimed(reading).gaps) for reading in published(settings, months)]
        assert len(found) == releases
        false += sum(map(bool, found))
        ever += len(set().union(*found) - {"whole"})
        shutil.rmtree(tmp_path / str(seed))
    aspects = ASPECTS * companies
    assert ever <= (0.07 * aspects if full else most(aspects, 0.07))
    if full:
        assert false <= 0.10 * releases * companies


def test_where_there_is_a_gap_and_an_effect_the_same_way_shows_them(tmp_path: Path, empty: Path) -> None:
    """So that silence here is not deafness: where nobody visited, two points less were got."""
    chance = np.random.default_rng(3)
    told = answered(chance, 240, sellers=SELLERS, aspects=ASPECTS, visits=(0.5,))
    told.answers[:, 1] -= np.where(told.visited, 0, 2)[:, None]
    told.answers[:, 1] = np.maximum(0, told.answers[:, 1])
    with played(tmp_path, empty, "effect") as settings:
        (reading,) = published(settings, [told])
    found = claimed(reading)
    assert set(found.gaps) == {"whole", "a1", "a2", "a3", "a4"}
    assert (found.effects, found.of) == (ASPECTS, ASPECTS)
