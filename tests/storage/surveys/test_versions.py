"""Versions with their use: counted exactly, and no further than a page needs."""

from typing import Any

import pytest

from cast.builders import CALLS, NOW, deal, survey
from kloof.actions.surveys import respond
from kloof.domain.errors import Refused
from kloof.domain.surveys.definition import AspectKind, Wave
from kloof.domain.surveys.responses import Changes
from kloof.storage.models import Invitation
from kloof.storage.surveys import versions

pytestmark = pytest.mark.usefixtures("either_database")


def use_by_version() -> dict[int, int]:
    return {use.version: use.deals for use in versions.used()}


def test_each_version_says_how_many_deals_use_it_and_of_how_many_there_is_an_answer() -> None:
    versions.record(survey(version=3), NOW)
    twice = deal(survey(), waves=(Wave.SALE, Wave.DELIVERY))
    once, _ = deal(survey()), deal(survey())
    newer = deal(survey(version=2))
    sent: Any = [*twice.invitations.values(), once.invitations[Wave.SALE], newer.invitations[Wave.SALE]]
    Invitation.update(state="submitted").where(Invitation.id.in_(sent)).execute()
    assert use_by_version() == {1: 3, 2: 1, 3: 0}
    assert versions.answered_deals() == {("project", 1): 2, ("project", 2): 1, ("project", 3): 0}


def test_nobody_counts_further_than_a_page_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        deal(survey())
    for name in ("_USED", "_ANSWERED_DEALS"):
        limit = f"LIMIT {versions.MOST_COUNTED}"
        monkeypatch.setattr(versions, name, getattr(versions, name).replace(limit, "LIMIT 3"))
    Invitation.update(state="submitted").execute()
    assert use_by_version() == {1: 3}
    assert versions.answered_deals() == {("project", 1): 3}


def test_a_kind_that_is_said_later_is_kept_and_makes_no_new_version_though_there_are_answers() -> None:
    built = deal(survey())
    respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), Changes(answers={"a1": 5}), NOW, CALLS)
    asked = survey()
    said = asked.aspects[0].model_copy(update={"kind": AspectKind.TIME})
    with_kind = asked.model_copy(update={"aspects": (said, *asked.aspects[1:])})
    versions.refuse_if_changed(with_kind)
    row = versions.record(with_kind, NOW)
    assert row == versions.row_of(asked.key)
    assert versions.by_row(row).aspects[0].kind is AspectKind.TIME
    with pytest.raises(Refused):
        versions.record(survey(norm=8), NOW)
