"""Rows of SQL in words of its own come back by name, on SQLite and on PostgreSQL."""

from typing import NamedTuple

import pytest

from kloof.storage.statements import first_row, only_row, rows, scalar


class Point(NamedTuple):
    x: int
    y: int


class Named(NamedTuple):
    name: str
    at: Point
    seen: int


def test_columns_are_told_apart_by_name_whatever_their_order(either_database: str) -> None:
    assert rows(Point, "SELECT 2 AS y, 1 AS x UNION ALL SELECT 4, 3 ORDER BY y") == [Point(1, 2), Point(3, 4)]
    assert first_row(Point, "SELECT ? + 0 AS x, ? + 0 AS y", 1, 2) == Point(1, 2)


def test_columns_of_several_statements_are_one_field_of_each_row(either_database: str) -> None:
    found = rows(
        Named, "SELECT 'a' AS name, 1 AS x, 2 AS y, 3 AS seen UNION ALL SELECT 'b', 4, 5, 6 ORDER BY name"
    )
    assert found == [Named("a", Point(1, 2), 3), Named("b", Point(4, 5), 6)]
    assert first_row(Named, "SELECT 2 AS y, 3 AS seen, 1 AS x, 'a' AS name") == found[0]
    with pytest.raises(TypeError, match=r"Named has \('name', 'x', 'y', 'seen'\)"):
        rows(Named, "SELECT 'a' AS name, 1 AS at, 2 AS seen")


@pytest.mark.parametrize("columns", ["1 AS x", "1 AS x, 2 AS z", "1 AS x, 2 AS y, 3 AS z", "1 AS x, 2 AS x"])
def test_a_statement_that_gives_other_columns_than_its_row_has_is_refused(
    either_database: str, columns: str
) -> None:
    with pytest.raises(TypeError, match="Point has"):
        rows(Point, f"SELECT {columns}")


def test_a_statement_without_rows_gives_none_or_says_so_and_is_never_unpacked(either_database: str) -> None:
    nothing = "SELECT 1 AS x, 2 AS y WHERE 1 = 0"
    assert rows(Point, nothing) == []
    assert first_row(Point, nothing) is None
    with pytest.raises(LookupError, match="gave none"):
        only_row(Point, nothing)
    with pytest.raises(LookupError, match="gave none"):
        scalar("SELECT 1 WHERE 1 = 0")


def test_a_scalar_is_one_value(either_database: str) -> None:
    assert scalar("SELECT 41 + 1") == 42
    with pytest.raises(TypeError, match="2 columns"):
        scalar("SELECT 1, 2")
