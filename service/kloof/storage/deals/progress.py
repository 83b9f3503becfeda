"""How far a deal has come, as conditions on `deal d`: a list and a count of one step say the same."""

from typing import Final

from kloof.domain.deals.steps import DealStep
from kloof.domain.mailing.kinds import INVITATION
from kloof.domain.states import MessageState
from kloof.domain.surveys.definition import Wave
from kloof.storage.statements import names


def submitted(wave: Wave) -> str:
    """That the customer sent the survey of this wave in, and has not taken it back."""
    return f"""EXISTS (SELECT 1 FROM invitation i JOIN response r ON r.invitation_id = i.id
  WHERE i.deal_id = d.id AND i.wave = {names([wave])} AND r.submitted_at IS NOT NULL)"""  # noqa: S608  our own words


def asked_at_sale() -> str:
    """That the first survey reached the customer as far as anybody knows: it was answered, or it went out and did not
    come back.
    """
    return f"""EXISTS (SELECT 1 FROM invitation i
  LEFT JOIN message m ON m.invitation_id = i.id AND m.kind = '{INVITATION.name}'
    AND m.sent_at IS NOT NULL AND m.state <> {names([MessageState.BOUNCED])}
  LEFT JOIN response r ON r.invitation_id = i.id
  WHERE i.deal_id = d.id AND i.wave = {names([Wave.SALE])} AND (m.id IS NOT NULL OR r.id IS NOT NULL))"""  # noqa: S608


def one_by_one(condition: str) -> str:
    """The same as one of these EXISTS, asked for each row that is given: of an EXISTS that is selected PostgreSQL may
    make a table of all deals for which it holds, for a page of a hundred.
    """
    return f"({condition.removeprefix('EXISTS (').removesuffix(')')} LIMIT 1) IS NOT NULL"


HAS_COME: Final = {
    DealStep.SOLD: "1 = 1",
    DealStep.ASKED: asked_at_sale(),
    DealStep.ANSWERED: submitted(Wave.SALE),
    DealStep.DELIVERED: "d.delivered_on IS NOT NULL",
    DealStep.ANSWERED_AFTER: submitted(Wave.DELIVERY),
    DealStep.PUBLISHED: """EXISTS (SELECT 1 FROM pair p
  JOIN placement l ON l.id = p.id JOIN block b ON b.id = l.block_id
  WHERE p.deal_id = d.id AND b.closed_at <= (SELECT MAX(published_at) FROM "release"))""",
}
"""Step → what holds of a deal that has reached it."""
