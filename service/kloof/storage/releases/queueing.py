"""Pairs into their queue and out of it, one deal at a time; the bulk work of freezing stands in `freezing`.

A pair is one sheet of letters (see `sheets`); what was wiped is empty.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kloof.domain.deals.study_arms import Arm
from kloof.domain.surveys.answers import DOES_NOT_APPLY_BYTE, NOT_ANSWERED
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import PromiseOutcome
from kloof.storage.database import is_postgresql
from kloof.storage.models import Block, Pair, Placement, QueueCell
from kloof.storage.releases.pair_encoding import HEAD, encode, head
from kloof.storage.statements import first, run, several
from kloof.storage.surveys import versions

Answers = tuple[tuple[Any, ...], str]
_GAPS = {NOT_ANSWERED, DOES_NOT_APPLY_BYTE}

_BOTH = """
SELECT d.customer_id, d.salesperson_id, d.survey_version_id, d.product, d.region, d.team,
       (SELECT COUNT(*) FROM round), s.answers, r.answers, s.id, v.fingerprint
FROM deal d
JOIN survey_version v ON v.id = d.survey_version_id
JOIN invitation si ON si.deal_id = d.id AND si.wave = 'sale'
JOIN response s ON s.invitation_id = si.id AND s.submitted_at IS NOT NULL
JOIN invitation ri ON ri.deal_id = d.id AND ri.wave = 'delivery'
JOIN response r ON r.invitation_id = ri.id AND r.submitted_at IS NOT NULL
WHERE d.id = ?
"""
_OUTCOMES = "SELECT outcome, COUNT(*) FROM promise WHERE response_id = ? GROUP BY outcome"
_PLACE = """
SELECT p.id, p.sheet, q.block_id, c.arm FROM pair p JOIN queue_cell c ON c.id = p.cell_id
LEFT JOIN placement q ON q.id = p.id WHERE p.deal_id = ?
"""
_ALONE = """
SELECT d.customer_id, d.salesperson_id, d.survey_version_id, d.arm, r.answers, v.fingerprint,
       (SELECT COUNT(*) FROM round)
FROM deal d JOIN survey_version v ON v.id = d.survey_version_id JOIN invitation i ON i.deal_id = d.id AND i.wave = ?
JOIN response r ON r.invitation_id = i.id AND r.submitted_at IS NOT NULL
WHERE d.id = ?
"""
_LEFT = """
SELECT i.deal_id FROM invitation i
JOIN invitation f ON f.deal_id = i.deal_id AND f.wave = 'sale'
JOIN response r ON r.invitation_id = f.id AND r.submitted_at IS NOT NULL
WHERE i.wave = 'delivery' AND i.state = 'expired' AND i.id IN ({invitations})
AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.deal_id = i.deal_id) ORDER BY i.deal_id
"""


def hold_still() -> None:
    """Let no pair come, go or change until this transaction ends: who tries waits. SQLite has that anyway."""
    if is_postgresql():
        run("LOCK TABLE pair IN SHARE MODE")


def _wait_for_freeze() -> None:
    """Wait for who holds the pairs still, before reading whether one stands in a block: it may when they are done."""
    if is_postgresql():
        run("LOCK TABLE pair IN ROW EXCLUSIVE MODE")


def record_pair(deal: int, now: datetime) -> Answers | None:
    """Queue the pair of this deal, or bring the queued one up to date; gives it where it is complete.

    Complete: both surveys submitted, and a number in both for every core aspect; in another arm the same of its one
    side. A pair that stands in a closed block is left as it is; where its answers are others now, or no longer
    complete, the whole block is retired.
    """
    _wait_for_freeze()
    pair = first(_PLACE, deal)
    arm = Arm(pair[3]) if pair else Arm.ASKED
    answers = complete_answers(deal) if arm is Arm.ASKED else _alone(deal, arm)
    if pair is None:
        if answers is None and (answers := _alone(deal, Arm.NOT_ASKED)):
            arm = Arm.NOT_ASKED
        if answers is not None:
            _queue(deal, answers, now, arm)
    elif pair[2] is not None:
        if answers is None or pair[1][HEAD:] not in ("", answers[1]):
            retire([pair[2]], now)
    elif answers is None:
        Pair.delete().where(Pair.id == pair[0]).execute()
    else:
        Pair.update(sheet=pair[1][:HEAD] + answers[1]).where(Pair.id == pair[0]).execute()
    return answers


def record_left(invitations: Sequence[int], now: datetime) -> None:
    """Queue V of the deals of these second surveys that closed unanswered, where the first was sent in complete.

    A closed survey takes no answer any more, so whoever left has left for good.
    """
    if not invitations:
        return
    found = run(_LEFT.format(invitations=several(invitations)), *invitations).fetchall()
    for (deal,) in found:
        if answers := _alone(deal, Arm.LEFT):
            _queue(deal, answers, now, Arm.LEFT)


def withdraw_pair(deal: int, now: datetime) -> None:
    """Take the pair of this deal out: of its queue at once, of a closed block by retiring the whole block."""
    _wait_for_freeze()
    pair = first(_PLACE, deal)
    if pair is None:
        return
    if pair[2] is not None:
        retire([pair[2]], now)
    Pair.delete().where(Pair.id == pair[0]).execute()


def is_frozen(deal: int) -> bool:
    """Whether the answers of this deal already stand in a closed block."""
    pair = first(_PLACE, deal)
    return pair is not None and pair[2] is not None


def retire(blocks: list[int], now: datetime) -> None:
    """Take these blocks out of every later release and wipe what was answered in them; retired ones stay as
    they are.

    The remaining rows are never used again: the block without one customer would give that customer's
    answers.
    """
    rows = [row.id for row in Block.select(Block.id).where(Block.id.in_(blocks), Block.retired_at.is_null())]
    if not rows:
        return
    # numpy takes a while to load, and this is the only way here from a page of the form.
    from kloof.storage.releases import practice_parts

    Block.update(retired_at=now, sums=b"").where(Block.id.in_(rows)).execute()
    practice_parts.retire(rows, now)
    placed = Placement.select(Placement.id).where(Placement.block.in_(rows))
    Pair.update(sheet="").where(Pair.id.in_(placed)).execute()


def complete_answers(deal: int) -> Answers | None:
    """Who and where (customer, salesperson, survey version, product, region, team), after how many rounds, and the
    packed pair."""
    row = first(_BOTH, deal)
    if row is None:
        return None
    survey = versions.known(row[2], row[10])
    expected = _core(survey, Wave.SALE, bytes(row[7]))
    received = _core(survey, Wave.DELIVERY, bytes(row[8]))
    if _GAPS & set(expected + received):
        return None
    outcomes = dict(run(_OUTCOMES, row[9]).fetchall())
    promises = bytes(outcomes.get(outcome.value, 0) for outcome in PromiseOutcome)
    return tuple(row[:7]), encode(expected + received, first=1) + encode(promises, first=0)


def _alone(deal: int, arm: Arm) -> Answers | None:
    """As `complete_answers`, of the one side that this arm tells: on both sides that one, in no product or team."""
    wave = Wave.SALE if arm is Arm.LEFT else Wave.DELIVERY
    row = first(_ALONE, wave.value, deal)
    if row is None or (arm is Arm.NOT_ASKED and row[3] != arm):
        return None
    side = _core(versions.known(row[2], row[5]), wave, bytes(row[4]))
    if _GAPS & set(side):
        return None
    return (*row[:3], "", "", "", row[6]), encode(side * 2, first=1) + encode(
        bytes(len(PromiseOutcome)), first=0
    )


def _core(survey: Survey, wave: Wave, sheet: bytes) -> bytes:
    items = dict(zip(survey.items(wave), sheet, strict=False))
    return bytes(items.get(aspect.id, NOT_ANSWERED) for aspect in survey.core)


def _queue(deal: int, answers: Answers, now: datetime, arm: Arm) -> None:
    (customer, salesperson, survey_version, product, region, team, rounds), packed = answers
    place = {"survey_version": survey_version, "product": product, "region": region, "team": team}
    place["arm"] = arm.value
    QueueCell.insert(**place).on_conflict_ignore().as_rowcount().execute()
    Pair.insert(
        deal=deal,
        cell=QueueCell.select(QueueCell.id).filter(**place),
        sheet=head(customer, salesperson, since=rounds) + packed,
        completed_at=now,
    ).on_conflict_ignore().execute()
