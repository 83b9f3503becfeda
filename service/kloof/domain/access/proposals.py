"""A release that somebody of the desk proposes, and that a second one may have to approve."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kloof.domain.access.audit_log import Actor


@dataclass(frozen=True, slots=True)
class ReleaseProposal:
    """The next release as somebody looked at it. digest: of every name and figure in it (see actions.approvals).

    seed: what its practice tables were rounded with, so that the same comes out again; empty once it is out.
    blocks: a hash of the blocks it is made of. news: what is new in it, as counts and names of groups.
    """

    id: int
    number: int
    seed: str
    digest: str
    blocks: str
    proposer: Actor
    proposed_at: datetime
    news: Mapping[str, Any]
    approver: Actor | None = None
    approved_at: datetime | None = None
    published_at: datetime | None = None

    def may_be_approved_by(self, who: Actor) -> bool:
        """Whether these are other eyes than those of who proposed it."""
        return who.person is not None and who.person != self.proposer.person

    def is_agreed(self, approvals: int) -> bool:
        """Whether as many people stand behind it as the settings ask for; who proposed it is one of them."""
        return approvals < 2 or self.approver is not None
