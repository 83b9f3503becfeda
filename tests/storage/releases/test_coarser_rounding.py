"""Blocks that were rounded to a multiple of two leave, those of wider scales stay, and what waits closes anew."""

import runpy
from pathlib import Path

import pytest

from cast import respondents
from cast.builders import survey
from kloof import storage
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.domain.releases.attacks import files
from kloof.domain.surveys.definition import Survey
from kloof.publish.contradictions import contradictions
from kloof.storage.database import database as opened
from kloof.storage.models import Block, Pair, Spread
from kloof.storage.releases import freezing
from kloof.storage.schema import MIGRATIONS

MIGRATION = "0023_coarser_rounding"


def of_width(name: str, high: int) -> Survey:
    return survey(high=high, norm=high - 1).model_copy(update={"id": name})


@pytest.mark.slow
def test_blocks_of_short_scales_are_retired_and_all_others_stay(either_database: str, tmp_path: Path) -> None:
    settings = respondents.settings(tmp_path, either_database)
    for name, high in (("short", 5), ("wide", 10)):
        respondents.answered_deals(40, survey=of_width(name, high), team=name, seed=high)
    freeze(settings, respondents.month(0))
    assert {block.survey.id for block in freezing.live_blocks()} == {"short", "wide"}
    first = publish(settings, respondents.month(0)).document
    assert first is not None

    with storage.transaction():
        runpy.run_path(str(MIGRATIONS / f"{MIGRATION}.py"))["up"](None, opened.obj)

    assert {block.survey.id for block in freezing.live_blocks()} == {"wide"}
    retired = Block.select().where(Block.retired_at.is_null(False))
    assert [bytes(block.sums) for block in retired] == [b""]
    assert len(retired[0].members) > 0
    assert {len(pair.packed) > 0 for pair in Pair.select()} == {True, False}
    assert Spread.select().count() == 1
    respondents.answered_deals(40, survey=of_width("short", 5), team="short", seed=7)
    assert freeze(settings, respondents.month(1)).blocks == 1
    second = publish(settings, respondents.month(1)).document
    assert second is not None
    assert {cell.survey for cell in second.cells} == {"short", "wide"}


def test_a_release_that_says_it_was_rounded_to_less_at_first_is_no_damage(
    database: str, tmp_path: Path
) -> None:
    settings = respondents.settings(tmp_path, database)
    respondents.answered_deals(40, survey=of_width("short", 5), seed=1)
    freeze(settings, respondents.month(0))
    now = publish(settings, respondents.month(0), dry_run=True).document
    assert now is not None
    for base, is_known in ((2.5, True), (3.0, True), (1.0, False)):
        told = now.model_copy(update={"surveys": (now.surveys[0].model_copy(update={"base": base}),)})
        about = [one for one in contradictions(told) if "is rounded to" in one]
        breaches = [one for one in files.attack([told]) if "rounded to" in one.what]
        assert (about == [], breaches == []) == (is_known, is_known), base
