"""The parts of practice tables, and the pairs that new ones are made of.

Packing: `done` and `not_done` are int32 little-endian: ΣV and ΣR of each aspect in multiples of the base, then the
number of pairs. `members` is int32 little-endian: of everybody in the arm the block, then the customer's number, who
sold to them, and the account.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.certificate.leverage import Membership
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.practice_tables import Part, Side
from kloof.domain.surveys.definition import SurveyKey
from kloof.storage.models import PracticePart
from kloof.storage.releases import deal_facts
from kloof.storage.releases.columns import last_pair
from kloof.storage.statements import rows, run
from kloof.storage.surveys import versions

if TYPE_CHECKING:
    from numpy.typing import NDArray


class _Done(NamedTuple):
    practice: str
    pair: int


_DONE = """
SELECT r.name AS practice, p.id AS pair
FROM practice r JOIN pair p ON p.deal_id = r.deal_id JOIN placement q ON q.id = p.id
"""


class _Standing(NamedTuple):
    number: int
    survey: str
    version: int
    practice: str
    blocks: str
    done: bytes
    not_done: bytes
    members: bytes


_STANDING = """
SELECT t.id AS number, v.survey AS survey, v.version AS version, t.practice AS practice, t.blocks AS blocks,
       t.done AS done, t.not_done AS not_done, t.members AS members
FROM practice_part t JOIN survey_version v ON v.id = t.survey_version_id WHERE t.retired_at IS NULL ORDER BY t.id
"""
_ADD = """
INSERT INTO practice_part (survey_version_id, practice, release, blocks, done, not_done, members)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""


class Divided(NamedTuple):
    """Pairs in blocks, for each practice which of them had it, and of each how late its delivery was (`Lateness`)."""

    pairs: PairColumns
    practised: "dict[str, NDArray[np.bool_]]"
    lateness: "NDArray[np.int64]"


def divided(placed: Iterable[PairColumns]) -> Iterator[Divided]:
    """Of these pairs in blocks those that tell both sides, in order of survey version."""
    done: dict[str, list[int]] = {}
    for row in rows(_Done, _DONE):
        done.setdefault(row.practice, []).append(row.pair)
    lateness = deal_facts.lateness(last_pair())
    asked = (pairs for pairs in placed if pairs.arm is Arm.ASKED)
    for pairs in sorted(asked, key=lambda one: versions.row_of(one.survey.key)):
        practised = {name: np.isin(pairs.id, pairs_done) for name, pairs_done in sorted(done.items())}
        yield Divided(pairs, practised, lateness[pairs.id])


def sold(divided: Iterable[Divided], parts: Sequence[Part]) -> "tuple[NDArray[np.int64], tuple[str, ...]]":
    """At the place of each pair's id the place of its product among the names that come with it; empty where nothing
    divides these pairs, nor ever did: all of them are read for it.
    """
    if parts or any(one.practised or one.lateness.any() for one in divided):
        return deal_facts.products(last_pair())
    return np.zeros(0, np.int64), ()


def standing() -> tuple[Part, ...]:
    """The parts that were published and are not retired, in order."""
    return tuple(
        Part(
            survey=SurveyKey(id=row.survey, version=row.version),
            practice=row.practice,
            blocks=tuple(json.loads(row.blocks)),
            done=_arm(row.done),
            not_done=_arm(row.not_done),
            members=_membership(row.members),
        )
        for row in rows(_Standing, _STANDING)
    )


def add(parts: Iterable[Part], release: int) -> None:
    """Remember the parts that a release adds, in the transaction that records it."""
    for part in parts:
        members = np.concatenate(part.members.columns()).astype("<i4").tobytes()
        version, blocks = versions.row_of(part.survey), json.dumps(part.blocks)
        run(
            _ADD, version, part.practice, release, blocks, _packed(part.done), _packed(part.not_done), members
        )


def membership() -> tuple[Membership, ...]:
    """Who is in the arm of which part, by block, over every part that was ever published, retired ones too."""
    parts = PracticePart.select(PracticePart.members).order_by(PracticePart.id)
    return tuple(_membership(part.members) for part in parts if len(part.members))


def retire(blocks: Iterable[int], now: datetime) -> None:
    """Take every part that holds one of these blocks out of later releases, and wipe its sums."""
    gone = set(blocks)
    live = PracticePart.select(PracticePart.id, PracticePart.blocks).where(PracticePart.retired_at.is_null())
    numbers = [row.id for row in live if gone & set(json.loads(row.blocks))]
    PracticePart.update(retired_at=now, done=b"", not_done=b"").where(PracticePart.id.in_(numbers)).execute()


def _membership(packed: Any) -> Membership:
    return Membership(*np.frombuffer(bytes(packed), dtype="<i4").reshape(4, -1).astype(np.int64))


def _packed(arm: Side) -> bytes:
    return np.append(arm.sums.ravel(), arm.n).astype("<i4").tobytes()


def _arm(packed: Any) -> Side:
    numbers = np.frombuffer(bytes(packed), dtype="<i4").astype(np.int64)
    return Side(numbers[:-1].reshape(-1, 2), int(numbers[-1]))
