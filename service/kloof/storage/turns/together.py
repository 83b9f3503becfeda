"""What several threads of a process want to write at one moment goes in as one transaction, of one turn at the disk.

A transaction that outlives a power cut waits for the disk, and on SQLite all others wait for it: eight at a time take
eight turns. Whoever has the turn here takes along what came meanwhile, as databases themselves do at a commit.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from kloof.storage import of_this_request
from kloof.storage.database import database, transaction

Value = TypeVar("Value")


@dataclass(eq=False, slots=True)
class _Piece:
    """What one thread wants to write. `found`: what it gave, once that is saved; `alone`: it was tried with others."""

    write: Callable[[], Any]
    request: str
    found: list[Any] = field(default_factory=list)
    alone: bool = False


_turn: Final = threading.Lock()
_waiting: Final[list[_Piece]] = []


def together(write: Callable[[], Value]) -> Value:
    """Do this in a transaction, perhaps together with what others write, and give what it gives; all or nothing.

    write: what may be done a second time where the first one came to nothing, in any thread, and does not depend on
    whose. Raises whatever it raises, or saving: where something fails that went in with others, all of it is taken
    back, and each does its own by itself. Within a transaction it is a part of that.
    """
    if database.in_transaction():
        return write()
    piece = _Piece(write, of_this_request.name())
    _waiting.append(piece)
    with _turn:
        if not (piece.found or piece.alone):
            _write_all_that_waits()
        if piece.alone:
            with transaction():
                piece.found.append(write())
    value: Value = piece.found[0]
    return value


def _write_all_that_waits() -> None:
    pieces = [_waiting.pop(0) for _ in range(len(_waiting))]
    try:
        if len(pieces) > 1:
            with suppress(Exception):  # each raises its own
                _write(pieces)
    finally:
        for piece in pieces:
            piece.alone = not piece.found


def _write(pieces: Sequence[_Piece]) -> None:
    with transaction():
        given = []
        for piece in pieces:
            with of_this_request.named(piece.request):
                given.append(piece.write())
    for piece, value in zip(pieces, given, strict=True):
        piece.found.append(value)
