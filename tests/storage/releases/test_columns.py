"""Rows of statements that were sent without waiting for them come back by name, as those of all others do."""

from typing import NamedTuple

import pytest

from kloof.storage.database import without_waiting
from kloof.storage.releases.columns import last_pair
from kloof.storage.statements import awaited, run


class Point(NamedTuple):
    x: int
    y: int


def test_what_was_sent_ahead_comes_back_by_name_and_in_turn(either_database: str) -> None:
    with without_waiting():
        sent = [run("SELECT 2 AS y, 1 AS x"), run("SELECT 3 AS x, 4 AS y")]
        assert [awaited(Point, one) for one in sent] == [Point(1, 2), Point(3, 4)]


@pytest.mark.parametrize("columns", ["1 AS x", "1 AS x, 2 AS z", "1 AS x, 2 AS y, 3 AS z", "1 AS x, 2 AS x"])
def test_a_statement_sent_ahead_that_gives_other_columns_is_refused(
    either_database: str, columns: str
) -> None:
    with without_waiting(), pytest.raises(TypeError):
        awaited(Point, run(f"SELECT {columns}"))


def test_a_statement_sent_ahead_that_gives_no_row_says_so(either_database: str) -> None:
    with without_waiting(), pytest.raises(LookupError, match="gave none"):
        awaited(Point, run("SELECT 1 AS x, 2 AS y WHERE 1 = 0"))


def test_without_pairs_the_last_one_is_number_0(either_database: str) -> None:
    assert last_pair() == 0
