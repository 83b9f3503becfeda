"""Work in two threads: the same answers in the same order, and never more than two at once."""

from collections.abc import Iterator
from threading import Barrier, Event

import pytest

from kloof.domain.side_by_side import MANY, meanwhile, one_behind, side_by_side


def test_two_are_worked_on_at_once_and_come_back_in_order() -> None:
    both = Barrier(2, timeout=120)

    def work(number: int) -> int:
        both.wait()
        return number * number

    assert [*side_by_side(work, range(6))] == [0, 1, 4, 9, 16, 25]


def test_no_more_are_taken_than_are_worked_on() -> None:
    taken: list[int] = []

    def each() -> Iterator[int]:
        for number in range(6):
            taken.append(number)
            yield number

    for done, _ in enumerate(side_by_side(lambda number: number, each())):
        assert len(taken) <= done + 3


@pytest.mark.parametrize("size", [MANY - 1, MANY])
def test_what_goes_wrong_in_a_thread_is_told(size: int) -> None:
    with pytest.raises(ZeroDivisionError):
        [*side_by_side(lambda number: 1 // number, [1, 0, 1], size)]
    with pytest.raises(ValueError, match="not in list"):
        one_behind([].remove, [1])
    with pytest.raises(ZeroDivisionError), meanwhile(lambda: 1 // 0, size) as found:
        found()


def test_what_is_behind_goes_in_order_one_at_a_time() -> None:
    done: list[int] = []
    one_behind(done.append, range(100))
    assert done == [*range(100)]


def test_what_is_done_meanwhile_goes_on_while_something_else_is_done() -> None:
    asked = Event()
    with meanwhile(lambda: asked.wait(120), MANY) as found:
        asked.set()
        assert found()


def test_what_is_small_is_done_when_it_is_asked_for_and_in_no_thread() -> None:
    done: list[int] = []
    with meanwhile(lambda: done.append(1), MANY - 1) as found:
        assert done == []
        found()
    assert done == [1]
