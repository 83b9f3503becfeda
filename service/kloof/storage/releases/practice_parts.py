"""The parts of practice tables, and the pairs that new ones are made of.

Packing: `done` and `not_done` are float64 little-endian, aspects × Stat row by row, then the number of deals.
`members` is int32 little-endian: every customer's number, then who sold to them, then in how many blocks they are.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.leverage import Membership
from kloof.domain.releases.pair_columns import PairColumns, Stat
from kloof.domain.releases.practice_tables import Part, Side
from kloof.domain.surveys.definition import SurveyKey
from kloof.storage.models import Practice, PracticePart, SurveyVersion
from kloof.storage.releases.columns import Gathered, last_pair, read
from kloof.storage.statements import names, rows, run
from kloof.storage.surveys import versions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_PLACED = f"""
pair p JOIN placement q ON q.id = p.id JOIN block b ON b.id = q.block_id
WHERE b.retired_at IS NULL AND b.arm IN ({names([Arm.ASKED])}) AND b.survey_version_id = {{version}}
"""


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


def practised() -> "Iterator[tuple[PairColumns, dict[str, NDArray[np.bool_]]]]":
    """Per survey version its pairs in closed, live blocks (`cell`: the block), and per practice which had it."""
    if not Practice.select(Practice.id).exists():
        return
    done: dict[str, list[int]] = {}
    for row in rows(_Done, _DONE):
        done.setdefault(row.practice, []).append(row.pair)
    last = last_pair()
    for version in SurveyVersion.select(SurveyVersion.id).order_by(SurveyVersion.id):
        survey = versions.by_row(version.id)
        source = _PLACED.format(version=int(version.id))
        gathered = Gathered(survey, last)
        for one in read(source, ("p.id", "q.block_id"), "p.packed", last=last):
            gathered.add(*one)
        if len(pairs := gathered.pairs):
            yield pairs, {name: np.isin(pairs.id, pairs_done) for name, pairs_done in sorted(done.items())}


def standing() -> tuple[Part, ...]:
    """The parts that were published and are not retired, in order."""
    return tuple(
        Part(
            survey=SurveyKey(id=row.survey, version=row.version),
            practice=row.practice,
            blocks=tuple(json.loads(row.blocks)),
            done=_arm(row.done),
            not_done=_arm(row.not_done),
            members=_membership(-row.number, row.members),
        )
        for row in rows(_Standing, _STANDING)
    )


def add(parts: Iterable[Part], release: int) -> None:
    """Remember the parts that a release adds, in the transaction that records it."""
    for part in parts:
        inside = part.members
        members = np.concatenate([inside.person, inside.salesperson, inside.weights]).astype("<i4").tobytes()
        version, blocks = versions.row_of(part.survey), json.dumps(part.blocks)
        run(
            _ADD, version, part.practice, release, blocks, _packed(part.done), _packed(part.not_done), members
        )


def membership() -> Membership:
    """Who is in which part, over every part that was ever published, retired ones too; rows are below 0."""
    none = np.zeros(0, np.int64)
    together = Membership(none, none, none)
    for part in PracticePart.select(PracticePart.id, PracticePart.members).order_by(PracticePart.id):
        together += _membership(-part.id, part.members)
    return together


def retire(blocks: Iterable[int], now: datetime) -> None:
    """Take every part that holds one of these blocks out of later releases, and wipe its sums."""
    gone = set(blocks)
    live = PracticePart.select(PracticePart.id, PracticePart.blocks).where(PracticePart.retired_at.is_null())
    numbers = [row.id for row in live if gone & set(json.loads(row.blocks))]
    PracticePart.update(retired_at=now, done=b"", not_done=b"").where(PracticePart.id.in_(numbers)).execute()


def _membership(row: int, packed: bytes) -> Membership:
    person, salesperson, weight = np.frombuffer(bytes(packed), dtype="<i4").reshape(3, -1).astype(np.int64)
    return Membership(np.full(len(person), row), person, salesperson, weight)


def _packed(arm: Side) -> bytes:
    return np.append(arm.sums.ravel(), arm.deals).astype("<f8").tobytes()


def _arm(packed: Any) -> Side:
    numbers = np.frombuffer(bytes(packed), dtype="<f8")
    return Side(numbers[:-1].reshape(-1, len(Stat)), int(numbers[-1]))
