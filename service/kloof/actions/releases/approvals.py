"""A release comes out as somebody looked at it, and where the settings ask for it with a second pair of eyes.

Who can change kloof.toml or the database can do without; then the list of releases says that nobody approved.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kloof import storage
from kloof.actions.releases import publish as publishing
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.access.proposals import ReleaseProposal
from kloof.domain.errors import Reason, Refused
from kloof.domain.jobs.steps import Tell, untold
from kloof.storage.access import audit_log
from kloof.storage.releases import proposals, releases

if TYPE_CHECKING:
    from kloof.actions.releases.publish import PublishResult
    from kloof.domain.releases.document import ReleaseDocument


def digest_of(document: ReleaseDocument) -> str:
    """A hash of what is approved: every name in a release, and every figure about answers.

    Not of the day on which it comes out, nor of how many deals came how far, which moves with every mail; nor of the
    certificate, which is computed anew when it comes out.
    """
    said: dict[str, Any] = document.model_dump(
        mode="json", exclude={"guarantee", "published_on", "response", "withheld"}
    )
    for cell in (*said["cells"], *said["practices"], *said["arms"]):
        if cell["as_of"]["release"] == document.number:
            del cell["as_of"]["date"]
    said["groups"] = [
        [str(one.key), one.level, one.product, one.region, one.team] for one in document.response
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def is_as_it_was(proposal: ReleaseProposal) -> bool:
    """Whether nothing closed, was taken back or came out since this was proposed."""
    last = releases.last_number()
    return proposal.number == last + 1 and proposal.blocks == proposals.blocks_now()


def approve(digest: str, who: Actor, now: datetime) -> ReleaseProposal:
    """Approve the proposal that this person looked at, by its digest.

    Raises Refused where it is their own, where it was approved, or where it is no more as it was.
    """
    with storage.transaction():
        proposal = proposals.standing()
        if proposal is None or proposal.digest != digest or not is_as_it_was(proposal):
            raise changed()
        if not proposal.may_be_approved_by(who):
            raise Refused(
                Reason.OWN_PROPOSAL,
                "Who proposes a release does not approve it.",
                remedy="Ask somebody else of the desk.",
            )
        if proposal.approver is None:
            proposals.approve(proposal.id, who, now)
            audit_log.write(who, AuditAction.RELEASE_APPROVED, now, detail=f"release {proposal.number}")
    return proposal


def publish(
    settings: Settings, now: datetime, by: Actor, *, digest: str | None = None, tell: Tell = untold
) -> PublishResult:
    """Publish what was proposed, exactly; without a `digest`, and where one person is enough, whatever is new.

    Where that is out already, as after a worker was killed at it, it is put in place, and that is all.
    Raises Refused as `publish.publish` does, where the proposal is not agreed on, or is no more as it was.
    """
    if digest is None and settings.publishing.approvals < 2:
        done = publishing.publish(settings, now, by=by, tell=tell)
        if done.document:
            proposals.drop()
        return done
    if digest is not None and (out := proposals.out_as(digest)) == releases.last_number():
        return _in_place(settings, out)
    proposal = agreed_on(settings, digest)

    def agreed(document: ReleaseDocument) -> None:
        """In the transaction that records it: a proposal that was dropped meanwhile is none."""
        if proposals.standing() != proposal or digest_of(document) != proposal.digest:
            raise changed()
        proposals.publish(proposal.id, now)

    return publishing.publish(settings, now, seed=int(proposal.seed), by=by, agreed=agreed, tell=tell)


def _in_place(settings: Settings, number: int) -> PublishResult:
    """The release that came out last, put in place where the machine stopped before that was done."""
    from kloof.publish import release_files

    with storage.one_release_at_a_time():
        publishing.finish(settings)
    folder = release_files.release_folder(settings.releases_folder, number)
    return publishing.PublishResult(publishing.last_document(settings), folder)


def agreed_on(settings: Settings, digest: str | None = None) -> ReleaseProposal:
    """The proposal that may come out now, where it is the one with this digest; raises Refused where none may."""
    proposal = proposals.standing()
    if digest is not None and (proposal is None or proposal.digest != digest):
        raise changed()
    if proposal is None or not proposal.is_agreed(settings.publishing.approvals):
        raise _not_agreed(settings)
    if not is_as_it_was(proposal):
        raise changed()
    return proposal


def changed() -> Refused:
    """The refusal of what is no more as somebody looked at it."""
    return Refused(
        Reason.DRAFT_CHANGED,
        "This release is no more as it was proposed: a group closed, an answer was taken back, or it is out.",
        remedy="Make its preview again, and look at it.",
    )


def _not_agreed(settings: Settings) -> Refused:
    return Refused(
        Reason.NOT_APPROVED,
        "A second person has to approve this release first (approvals = 2).",
        where="kloof.toml: publishing",
        remedy=f"Propose it at {settings.link('/desk/releases')}, and let somebody else of the desk approve it there.",
    )
