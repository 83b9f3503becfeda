"""What a company does about a finding, beside the figures of before and since."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from cast.synthetic import Firm
from kloof.domain.findings import Evidence
from kloof.domain.findings.company_actions import CompanyAction, CompanyGroup, NotYet, outcomes
from kloof.domain.releases.document import Cell, Level, ReleaseDocument


@pytest.fixture(scope="module")
def documents() -> list[ReleaseDocument]:
    return Firm(releases=4, aspects=3).documents()


def action(started_on: date, **more: object) -> CompanyAction:
    told = {
        "group": CompanyGroup(level=Level.COMPANY),
        "survey": "installation",
        "aspect": "lead-time",
    } | more
    return CompanyAction.model_validate({"id": 1, "title": "Call", "started_on": started_on, **told})


def company(document: ReleaseDocument) -> Cell:
    return next(cell for cell in document.cells if cell.level is Level.COMPANY)


def mean(cells: Sequence[tuple[Cell, int]], side: str) -> float:
    """Of the sums added up with their signs: what a reader works out with a calculator."""
    total = sum(sign * getattr(cell.aspects["lead-time"], side) for cell, sign in cells)
    return float(total / sum(sign * cell.n for cell, sign in cells))


def test_before_is_the_last_release_until_that_day_and_since_is_what_came_in_after_it(
    documents: list[ReleaseDocument],
) -> None:
    second, last = documents[1], documents[-1]
    for began in (second.published_on, second.published_on + timedelta(days=3)):
        (found,) = outcomes([action(began)], documents)
        assert found.lack is None
        assert found.before
        assert found.since
        assert (found.before.release, found.since.release) == (2, 4)
        assert found.before.figure.expectation == pytest.approx(mean([(company(second), 1)], "v"))
        grown = [(company(last), 1), (company(second), -1)]
        assert found.since.figure.expectation == pytest.approx(mean(grown, "v"))
        assert found.since.figure.reality == pytest.approx(mean(grown, "r"))
        assert found.since.figure.difference.n == company(last).n - company(second).n
        assert found.evidence in set(Evidence)


def test_an_action_that_ended_is_not_judged_by_who_came_after_it(documents: list[ReleaseDocument]) -> None:
    began, ended = documents[0].published_on, documents[1].published_on + timedelta(days=1)
    (found,) = outcomes([action(began, ended_on=ended)], documents)
    assert found.since
    assert found.since.release == 3


def test_without_new_customers_or_earlier_figures_that_is_said_and_nothing_is_compared(
    documents: list[ReleaseDocument],
) -> None:
    never, yet = outcomes(
        [action(documents[0].published_on - timedelta(days=1)), action(documents[-1].published_on)], documents
    )
    assert (never.lack, never.before, never.since) == (NotYet.NOT_SHOWN_BEFORE, None, None)
    assert (yet.lack, yet.since) == (NotYet.TOO_FEW_NEW, None)
    assert yet.before
    (elsewhere,) = outcomes(
        [action(documents[1].published_on, group=CompanyGroup(level=Level.PRODUCT, product="Nothing"))],
        documents,
    )
    assert elsewhere.lack is NotYet.NOT_SHOWN_BEFORE


def test_where_an_answer_of_before_was_taken_back_new_ones_are_not_told_apart(
    documents: list[ReleaseDocument],
) -> None:
    gone = company(documents[1]).blocks[0]

    def without(cell: Cell) -> Cell:
        return cell.model_copy(update={"blocks": tuple(block for block in cell.blocks if block != gone)})

    later = [one.model_copy(update={"cells": tuple(map(without, one.cells))}) for one in documents[2:]]
    (found,) = outcomes([action(documents[1].published_on)], [*documents[:2], *later])
    assert (found.lack, found.since, found.change) == (NotYet.TAKEN_BACK, None, None)


def test_another_version_of_the_questions_is_never_compared_with(documents: list[ReleaseDocument]) -> None:
    last = documents[-1]
    other = last.model_copy(
        update={
            "surveys": tuple(one.model_copy(update={"version": 2}) for one in last.surveys),
            "cells": tuple(cell.model_copy(update={"version": 2}) for cell in last.cells),
        }
    )
    (found,) = outcomes([action(documents[1].published_on)], [*documents[:3], other])
    assert found.since
    assert found.since.release == 3


def test_who_looks_at_more_actions_and_more_releases_is_told_less_easily(
    documents: list[ReleaseDocument],
) -> None:
    """An effect far beyond chance stays; among many that have none nothing is called."""
    day = documents[0].published_on

    def lowered(document: ReleaseDocument) -> ReleaseDocument:
        def less(cell: Cell) -> Cell:
            sums = cell.aspects["lead-time"]
            new = cell.n - company(documents[0]).n
            aspects = cell.aspects | {"lead-time": sums.model_copy(update={"v": sums.v - 5 * max(0, new)})}
            return cell.model_copy(update={"aspects": aspects})

        cells = tuple(less(cell) if cell.level is Level.COMPANY else cell for cell in document.cells)
        return document.model_copy(update={"cells": cells})

    changed = [documents[0], *map(lowered, documents[1:])]
    (found, *others) = outcomes(
        [action(day), *(action(day, aspect="price", id=2) for _ in range(3))], changed
    )
    assert found.evidence is Evidence.DEMONSTRABLE
    assert found.change
    assert found.change.value < -3  # type: ignore[union-attr]
    assert all(one.evidence is not Evidence.DEMONSTRABLE for one in others)
