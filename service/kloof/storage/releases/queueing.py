"""Pairs into their queue and out of it, one deal at a time; the bulk work of freezing stands in `freezing`.

A pair is packed into letters (see `pair_encoding`); what was wiped is empty.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kloof.domain.deals.study_arms import Arm
from kloof.domain.states import InvitationState
from kloof.domain.surveys.answers import DOES_NOT_APPLY_BYTE, NOT_ANSWERED
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import PromiseOutcome
from kloof.storage.models import Block, Pair, Placement, QueueCell
from kloof.storage.releases.pair_encoding import HEAD, encode, head
from kloof.storage.releases.pair_lock import wait_for_freeze
from kloof.storage.statements import first_row, names, rows, several
from kloof.storage.surveys import versions

_GAPS = {NOT_ANSWERED, DOES_NOT_APPLY_BYTE}


class Answers(NamedTuple):
    """A complete pair: whose it is and where it queues, after how many rounds, and what was answered, packed."""

    customer: int
    salesperson: int
    survey_version: int
    product: str
    region: str
    team: str
    rounds: int
    packed: str


class _Both(NamedTuple):
    customer: int
    salesperson: int
    survey_version: int
    fingerprint: str
    product: str
    region: str
    team: str
    rounds: int
    at_sale: int
    expected: bytes
    received: bytes


# A gap is one person's: where two people answered, there is no pair.
_BOTH = f"""
SELECT COALESCE(ri.asked_id, d.customer_id) AS customer, d.salesperson_id AS salesperson,
       d.survey_version_id AS survey_version,
       v.fingerprint AS fingerprint, d.product AS product, d.region AS region, d.team AS team,
       (SELECT COUNT(*) FROM round) AS rounds, s.id AS at_sale, s.answers AS expected, r.answers AS received
FROM deal d
JOIN survey_version v ON v.id = d.survey_version_id
JOIN invitation si ON si.deal_id = d.id AND si.wave IN ({names([Wave.SALE])})
JOIN response s ON s.invitation_id = si.id AND s.submitted_at IS NOT NULL
JOIN invitation ri ON ri.deal_id = d.id AND ri.wave IN ({names([Wave.DELIVERY])})
JOIN response r ON r.invitation_id = ri.id AND r.submitted_at IS NOT NULL
WHERE d.id = ? AND COALESCE(si.asked_id, d.customer_id) = COALESCE(ri.asked_id, d.customer_id)
"""  # noqa: S608  our own words


class _Outcome(NamedTuple):
    outcome: str
    promises: int


_OUTCOMES = (
    "SELECT outcome AS outcome, COUNT(*) AS promises FROM promise WHERE response_id = ? GROUP BY outcome"
)


class _Place(NamedTuple):
    """Where a pair is: in a closed block, or, where that is None, in its queue. `packed` has its head in front."""

    pair: int
    packed: str
    block: int | None
    arm: str


_PLACE = """
SELECT p.id AS pair, p.packed AS packed, q.block_id AS block, c.arm AS arm
FROM pair p JOIN queue_cell c ON c.id = p.cell_id LEFT JOIN placement q ON q.id = p.id WHERE p.deal_id = ?
"""


class _Alone(NamedTuple):
    customer: int
    salesperson: int
    survey_version: int
    fingerprint: str
    arm: str
    rounds: int
    answers: bytes


_ALONE = """
SELECT COALESCE(i.asked_id, d.customer_id) AS customer, d.salesperson_id AS salesperson,
       d.survey_version_id AS survey_version,
       v.fingerprint AS fingerprint, d.arm AS arm, (SELECT COUNT(*) FROM round) AS rounds, r.answers AS answers
FROM deal d JOIN survey_version v ON v.id = d.survey_version_id JOIN invitation i ON i.deal_id = d.id AND i.wave = ?
JOIN response r ON r.invitation_id = i.id AND r.submitted_at IS NOT NULL
WHERE d.id = ?
"""


# Only where there was a draw: elsewhere nobody is left out to be compared with.
_SKIPPED = f"""
SELECT d.id AS deal FROM deal d JOIN invitation f ON f.deal_id = d.id AND f.wave IN ({names([Wave.SALE])})
WHERE d.id = ? AND d.arm_share > 0 AND f.state IN ({names([InvitationState.EXPIRED])})
"""  # noqa: S608  our own words


class _Left(NamedTuple):
    deal: int


_LEFT = f"""
SELECT i.deal_id AS deal FROM invitation i
JOIN invitation f ON f.deal_id = i.deal_id AND f.wave IN ({names([Wave.SALE])})
JOIN response r ON r.invitation_id = f.id AND r.submitted_at IS NOT NULL
WHERE i.wave IN ({names([Wave.DELIVERY])}) AND i.state IN ({names([InvitationState.EXPIRED])})
AND i.id IN ({{invitations}})
AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.deal_id = i.deal_id) ORDER BY i.deal_id
"""  # noqa: S608  our own words


_CAME_LATE = f"""
SELECT i.deal_id AS deal FROM invitation i
JOIN invitation s ON s.deal_id = i.deal_id AND s.wave IN ({names([Wave.DELIVERY])})
JOIN response r ON r.invitation_id = s.id AND r.submitted_at IS NOT NULL
WHERE i.wave IN ({names([Wave.SALE])}) AND i.id IN ({{invitations}})
AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.deal_id = i.deal_id) ORDER BY i.deal_id
"""  # noqa: S608  our own words


def record_pair(deal: int, now: datetime) -> Answers | None:
    """Queue the pair of this deal, or bring the queued one up to date; gives it where it is complete.

    Complete: both surveys submitted, and a number in both for every core aspect; in another arm the same of its one
    side. A pair that stands in a closed block is left as it is; where its answers are others now, or no longer
    complete, the whole block is retired.
    """
    wait_for_freeze()
    place = first_row(_Place, _PLACE, deal)
    arm = Arm(place.arm) if place else Arm.ASKED
    answers = complete_answers(deal) if arm is Arm.ASKED else _alone(deal, arm)
    if place is None:
        for alone in (Arm.NOT_ASKED, Arm.SKIPPED):
            if answers is None and (answers := _alone(deal, alone)):
                arm = alone
        if answers is not None:
            _queue(deal, answers, now, arm)
    elif place.block is not None:
        if answers is None or place.packed[HEAD:] not in ("", answers.packed):
            retire([place.block], now)
    elif answers is None:
        Pair.delete().where(Pair.id == place.pair).execute()
    else:
        Pair.update(packed=place.packed[:HEAD] + answers.packed).where(Pair.id == place.pair).execute()
    return answers


def record_left(invitations: Sequence[int], now: datetime) -> None:
    """Queue V of the deals of these second surveys that closed unanswered, where the first was sent in complete; and R
    of those whose first survey closed only after the second was sent in.

    A closed survey takes no answer any more, so whoever left has left for good, and so has who skipped.
    """
    if not invitations:
        return
    for row in rows(_Left, _CAME_LATE.format(invitations=several(invitations)), *invitations):
        record_pair(row.deal, now)
    for row in rows(_Left, _LEFT.format(invitations=several(invitations)), *invitations):
        if answers := _alone(row.deal, Arm.LEFT):
            _queue(row.deal, answers, now, Arm.LEFT)


def withdraw_pair(deal: int, now: datetime) -> None:
    """Take the pair of this deal out: of its queue at once, of a closed block by retiring the whole block."""
    wait_for_freeze()
    place = first_row(_Place, _PLACE, deal)
    if place is None:
        return
    if place.block is not None:
        retire([place.block], now)
    Pair.delete().where(Pair.id == place.pair).execute()


def is_frozen(deal: int) -> bool:
    """Whether the answers of this deal already stand in a closed block."""
    place = first_row(_Place, _PLACE, deal)
    return place is not None and place.block is not None


def newest_pair() -> datetime | None:
    """When a pair last became complete; None where there is none."""
    row = Pair.select(Pair.completed_at).order_by(Pair.completed_at.desc()).first()
    moment: datetime | None = row.completed_at if row else None
    return moment


def retire(blocks: list[int], now: datetime) -> None:
    """Take these blocks out of every later release and wipe what was answered in them; retired ones stay as
    they are.

    The remaining rows are never used again: the block without one customer would give that customer's
    answers.
    """
    live = Block.select(Block.id).where(Block.id.in_(blocks), Block.retired_at.is_null())
    numbers = [row.id for row in live]
    if not numbers:
        return
    # numpy takes a while to load, and this is the only way here from a page of the form.
    from kloof.storage.releases import practice_parts

    Block.update(retired_at=now, sums=b"").where(Block.id.in_(numbers)).execute()
    practice_parts.retire(numbers, now)
    placed = Placement.select(Placement.id).where(Placement.block.in_(numbers))
    Pair.update(packed="").where(Pair.id.in_(placed)).execute()


def complete_answers(deal: int) -> Answers | None:
    """The pair of this deal as its answers are now; None where it is not complete."""
    row = first_row(_Both, _BOTH, deal)
    if row is None:
        return None
    survey = versions.known(row.survey_version, row.fingerprint)
    expected = _core(survey, Wave.SALE, bytes(row.expected))
    received = _core(survey, Wave.DELIVERY, bytes(row.received))
    if _GAPS & set(expected + received):
        return None
    return Answers(
        customer=row.customer,
        salesperson=row.salesperson,
        survey_version=row.survey_version,
        product=row.product,
        region=row.region,
        team=row.team,
        rounds=row.rounds,
        packed=encode(expected + received, first=1) + encode(_promises(row.at_sale), first=0),
    )


def _promises(response: int) -> bytes:
    """How many promises of this response came to each outcome."""
    outcomes = {row.outcome: row.promises for row in rows(_Outcome, _OUTCOMES, response)}
    return bytes(outcomes.get(outcome.value, 0) for outcome in PromiseOutcome)


def _alone(deal: int, arm: Arm) -> Answers | None:
    """As `complete_answers`, of the one side that this arm tells: on both sides that one, in no product or team."""
    wave = Wave.SALE if arm is Arm.LEFT else Wave.DELIVERY
    row = first_row(_Alone, _ALONE, wave.value, deal)
    if row is None or (arm is Arm.NOT_ASKED and row.arm != arm):
        return None
    if arm is Arm.SKIPPED and first_row(_Left, _SKIPPED, deal) is None:
        return None
    side = _core(versions.known(row.survey_version, row.fingerprint), wave, bytes(row.answers))
    if _GAPS & set(side):
        return None
    return Answers(
        customer=row.customer,
        salesperson=row.salesperson,
        survey_version=row.survey_version,
        product="",
        region="",
        team="",
        rounds=row.rounds,
        packed=encode(side * 2, first=1) + encode(bytes(len(PromiseOutcome)), first=0),
    )


def _core(survey: Survey, wave: Wave, answers: bytes) -> bytes:
    items = dict(zip(survey.items(wave), answers, strict=False))
    return bytes(items.get(aspect.id, NOT_ANSWERED) for aspect in survey.core)


def _queue(deal: int, answers: Answers, now: datetime, arm: Arm) -> None:
    place = {
        "survey_version": answers.survey_version,
        "arm": arm.value,
        "product": answers.product,
        "region": answers.region,
        "team": answers.team,
    }
    QueueCell.insert(**place).on_conflict_ignore().as_rowcount().execute()
    Pair.insert(
        deal=deal,
        cell=QueueCell.select(QueueCell.id).filter(**place),
        packed=head(answers.customer, answers.salesperson, since=answers.rounds) + answers.packed,
        completed_at=now,
    ).on_conflict_ignore().execute()
