"""Answers of long ago: what a customer answered goes, and that they did stays.

What was forgotten is empty, as what was wiped is everywhere: a response that was sent in and holds no answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kloof.domain.states import OPEN
from kloof.storage.database import is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import Call, CallStep, HandoverMark, Invitation, OwnPair, Pair, Promise, Response
from kloof.storage.releases.pair_lock import wait_for_freeze
from kloof.storage.statements import names, rows, run, several


class _Due(NamedTuple):
    deal: int


_DUE = f"""
SELECT DISTINCT i.deal_id AS deal FROM response r JOIN invitation i ON i.id = r.invitation_id
WHERE length(r.answers) > 0 AND r.saved_at < ? {{among}} AND NOT EXISTS (
  SELECT 1 FROM invitation o LEFT JOIN response n ON n.invitation_id = o.id
  WHERE o.deal_id = i.deal_id AND (o.state IN ({names(OPEN)}) OR n.saved_at >= ?))
ORDER BY i.deal_id LIMIT ?
"""  # noqa: S608  our own states
_LOCK = "SELECT id FROM invitation WHERE deal_id IN ({deals}) ORDER BY id FOR UPDATE"


class _Block(NamedTuple):
    id: int


_BLOCKS = """
SELECT DISTINCT q.block_id AS id FROM pair p JOIN placement q ON q.id = p.id
WHERE p.deal_id IN ({deals}) AND p.packed <> ''
"""
# A block of which one answer is gone would tell that one's, beside its sums: so all of them go together.
_WIPE_BLOCKS = """
UPDATE pair SET packed = '' WHERE id IN (SELECT q.id FROM placement q WHERE q.block_id IN ({blocks}))
"""


def due(before: datetime, most: int) -> list[int]:
    """The deals (row ids) about which the last answer was saved before this moment, and of which no survey is open."""
    moment = UtcField.db_value(Response.saved_at, before)
    return [row.deal for row in rows(_Due, _DUE.format(among=""), moment, moment, most)]


def forget(deals: Sequence[int], before: datetime) -> int:
    """Forget what was answered about these deals, a few hundred at most, where it still is of before this moment, with
    what colleagues wrote about it; gives of how many.

    A pair that queues will close in no block. Where one stands in a block, the answers of the whole block go, and its
    rounded sums stay; so do those of a salesperson's closed group.
    """
    wait_for_freeze()
    if is_postgresql():
        run(_LOCK.format(deals=several(deals)), *deals)
    moment = UtcField.db_value(Response.saved_at, before)
    among = f"AND i.deal_id IN ({several(deals)})"
    old = [row.deal for row in rows(_Due, _DUE.format(among=among), moment, *deals, moment, len(deals))]
    if old:
        _wipe(old)
    return len(old)


def _wipe(deals: Sequence[int]) -> None:
    blocks = [row.id for row in rows(_Block, _BLOCKS.format(deals=several(deals)), *deals)]
    if blocks:
        run(_WIPE_BLOCKS.format(blocks=several(blocks)), *blocks)
    Pair.update(packed="").where(Pair.deal.in_(deals), Pair.packed != "").execute()
    OwnPair.update(answers="").where(OwnPair.deal.in_(deals), OwnPair.answers != "").execute()
    asked = Invitation.select(Invitation.id).where(Invitation.deal.in_(deals))
    given = Response.select(Response.id).where(Response.invitation.in_(asked))
    Promise.delete().where(Promise.response.in_(given)).execute()
    HandoverMark.delete().where(HandoverMark.response.in_(given)).execute()
    calls = Call.select(Call.id).where(Call.deal.in_(deals))
    CallStep.update(note="").where(CallStep.call.in_(calls), CallStep.note != "").execute()
    Response.update(
        answers=b"", comment="", wants_call=False, may_call=None, share_with_delivery=False
    ).where(Response.invitation.in_(asked)).execute()
