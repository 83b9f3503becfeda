"""Releases that were proposed, approved, and came out."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kloof.domain.access.audit_log import Actor, ActorKind
from kloof.domain.access.proposals import ReleaseProposal
from kloof.storage.database import transaction
from kloof.storage.models import Block
from kloof.storage.models import ReleaseProposal as ProposalRow


def blocks_now() -> str:
    """A hash of the numbers of all blocks that stand: another one as soon as one closes or is retired."""
    found = Block.select(Block.id).where(Block.retired_at.is_null()).order_by(Block.id)
    return hash_of(row.id for row in found)


def hash_of(blocks: Iterable[int]) -> str:
    """As `blocks_now`, of these."""
    return hashlib.sha256(" ".join(map(str, sorted(blocks))).encode()).hexdigest()


def standing() -> ReleaseProposal | None:
    """The release that is proposed and not out yet; None where there is none."""
    row = ProposalRow.select().where(ProposalRow.published_at.is_null()).first()
    return _value(row) if row else None


def propose(
    number: int, seed: str, digest: str, blocks: str, news: Mapping[str, Any], who: Actor, now: datetime
) -> ReleaseProposal:
    """Propose this; what was proposed before and is not out makes way."""
    with transaction():
        drop()
        return _value(
            ProposalRow.create(
                number=number,
                seed=seed,
                digest=digest,
                blocks=blocks,
                news=json.dumps(news, ensure_ascii=False),
                hand=who.hand.value,
                person=who.person,
                role=who.role,
                proposed_at=now,
            )
        )


def drop() -> None:
    """Forget what is proposed and not out."""
    ProposalRow.delete().where(ProposalRow.published_at.is_null()).execute()


def approve(number: int, who: Actor, now: datetime) -> None:
    """Somebody else approves the proposal with this row number."""
    ProposalRow.update(approver=who.person, approver_role=who.role, approved_at=now).where(
        ProposalRow.id == number
    ).execute()


def publish(number: int, now: datetime) -> None:
    """The proposal with this row number is out; what rounded it is forgotten."""
    ProposalRow.update(published_at=now, seed="").where(ProposalRow.id == number).execute()


def published() -> dict[int, ReleaseProposal]:
    """What was proposed at the desk and came out, by number of its release."""
    found = ProposalRow.select().where(ProposalRow.published_at.is_null(False)).order_by(ProposalRow.id)
    return {row.number: _value(row) for row in found}


def out_as(digest: str) -> int | None:
    """The number of the release that came out of the proposal with this digest; None where none did."""
    row = ProposalRow.get_or_none(ProposalRow.digest == digest, ProposalRow.published_at.is_null(False))
    return row.number if row else None


def _value(row: ProposalRow) -> ReleaseProposal:
    approver = row.approver and Actor(ActorKind.PERSON, row.approver, row.approver_role)
    return ReleaseProposal(
        id=row.id,
        number=row.number,
        seed=row.seed,
        digest=row.digest,
        blocks=row.blocks,
        proposer=Actor(ActorKind(row.hand), row.person, row.role),
        proposed_at=row.proposed_at,
        news=json.loads(row.news),
        approver=approver or None,
        approved_at=row.approved_at,
        published_at=row.published_at,
    )
