import pytest

from kloof.domain.paging import nearest_page


@pytest.mark.parametrize(
    ("asked", "many", "shown"),
    [(1, 0, (1, 1)), (1, 25, (1, 1)), (2, 26, (2, 2)), (99, 26, (2, 2)), (-1, 26, (1, 2))],
)
def test_a_page_that_there_is_not_is_the_nearest_that_there_is(asked, many, shown):
    assert nearest_page(asked, many, 25) == shown
