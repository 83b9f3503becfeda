"""Doing the same for several things at once: numpy lets go of the interpreter while it counts, sorts and looks up."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

One = TypeVar("One")
Found = TypeVar("Found")

MANY: Final = 100_000
"""Pairs from which a second thread gains more than it costs to start."""
_THREADS = 2


def side_by_side(work: Callable[[One], Found], each: Iterable[One], size: int = MANY) -> Iterator[Found]:
    """What `work` gives for each of them, in order; two at a time where it is about many pairs, by their number `size`.

    No more of them are taken than are worked on, so that memory does not grow with their number.
    """
    if size < MANY:
        yield from map(work, each)
        return
    with ThreadPoolExecutor(_THREADS) as pool:
        begun: deque[Future[Found]] = deque()
        for one in each:
            if len(begun) == _THREADS:
                yield begun.popleft().result()
            begun.append(pool.submit(work, one))
        while begun:
            yield begun.popleft().result()


def one_behind(work: Callable[[One], None], each: Iterable[One]) -> None:
    """Do this with each of them, one after the other, while the next one is fetched."""
    with ThreadPoolExecutor(1) as pool:
        begun: Future[None] | None = None
        for one in each:
            if begun is not None:
                begun.result()
            begun = pool.submit(work, one)
        if begun is not None:
            begun.result()


@contextmanager
def meanwhile(work: Callable[[], Found], size: int = MANY) -> Iterator[Callable[[], Found]]:
    """Begin this work, and give what hands over what it found, waiting for it where need be.

    It is done in a thread of its own where it is about many pairs, by their number `size`; else when it is asked for.
    """
    if size < MANY:
        yield work
        return
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work).result
