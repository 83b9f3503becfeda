"""A company in the database with customers who answered both surveys: what freezing and publishing are tried on."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np

from cast import builders
from kloof import storage
from kloof.config import Settings
from kloof.domain.deals.study_arms import Arm
from kloof.domain.states import InvitationState
from kloof.domain.surveys.answers import pack
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.models import Customer, Deal, Invitation, Practice, Promise, Response
from kloof.storage.releases import queueing

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SELLERS = ("Sanne", "Bram", "Noor", "Joris")
_fingerprints, _salts = count(1), count(1)


def month(number: int) -> datetime:
    """The same hour, this many times thirty days later."""
    return MONDAY + timedelta(days=30 * number)


def settings(folder: Path, url: str = "sqlite:///unused.db", **publishing: object) -> Settings:
    return builders.settings(url, folder, publishing=publishing)


def answered_deals(
    how_many: int,
    *,
    survey: Survey | None = None,
    team: str = "North",
    region: str = "East",
    product: str = "Heat pump",
    sellers: Sequence[str] = SELLERS,
    seed: int = 0,
    customers: Sequence[str] | None = None,
    now: datetime = MONDAY,
    joint_visit: bool | None = False,
) -> list[int]:
    """Deals of which both surveys were submitted, and whose pairs queue; gives their row ids.

    `joint_visit`: whether there was one in all of them, or (None) in about half.
    """
    rng = np.random.default_rng(seed)
    of = survey or builders.survey()
    made = []
    with storage.transaction():
        rows = [builders.person(seller) for seller in sellers]
        for number in range(how_many):
            email = customers[number] if customers else None
            deal = builders.deal(
                of,
                seller=rows[number % len(rows)],
                email=email,
                waves=(),
                team=team,
                region=region,
                product=product,
            ).row
            for wave, lowest in ((Wave.SALE, 4), (Wave.DELIVERY, 2)):
                points = rng.integers(lowest, of.scale.high + 1, len(of.items(wave)))
                _submit(deal, wave, _packed(of, wave, points.tolist()), now)
            if joint_visit or (joint_visit is None and rng.random() < 0.5):
                Practice.create(deal=deal, name="joint_visit", done_on=date(2026, 2, 26))
            queueing.record_pair(deal, now)
            made.append(deal)
    return made


def answer(deal: int, survey: Survey, wave: Wave, points: Sequence[int], now: datetime = MONDAY) -> int:
    """The customer submits a survey; gives the row of the response. A second time it is a correction."""
    packed = _packed(survey, wave, points)
    invitation = Invitation.get_or_none(deal=deal, wave=wave.value)
    if invitation is None:
        return _submit(deal, wave, packed, now)
    Response.update(answers=packed).where(Response.invitation == invitation).execute()
    return int(Response.get(invitation=invitation).id)


def _packed(survey: Survey, wave: Wave, points: Sequence[int]) -> bytes:
    return pack(survey, wave, dict(zip(survey.items(wave), points, strict=True)))


def _submit(deal: int, wave: Wave, packed: bytes, now: datetime) -> int:
    number = next(_fingerprints)
    invitation = Invitation.create(
        deal=deal,
        wave=wave.value,
        state=InvitationState.SUBMITTED.value,
        link_salt=str(next(_salts)).encode(),
        link_fingerprint=f"cast-{number}",
        opt_out_fingerprint=f"cast-out-{number}",
        invite_on=date(2026, 2, 25),
        expires_at=now + timedelta(days=45),
        created_at=now,
    )
    return int(
        Response.create(
            invitation=invitation,
            answers=packed,
            consent="named",
            language="nl",
            saved_at=now,
            submitted_at=now,
        ).id
    )


def alone(
    how_many: int, arm: Arm, *, survey: Survey | None = None, sellers: Sequence[str] = SELLERS, seed: int = 0
) -> list[int]:
    """Deals of which one side counts: not asked at sale and answered after delivery, or the other way round."""
    rng = np.random.default_rng(seed)
    of = survey or builders.survey()
    wave = Wave.SALE if arm is Arm.LEFT else Wave.DELIVERY
    made, closed = [], []
    for number in range(how_many):
        built = builders.deal(of, seller=builders.person(sellers[number % len(sellers)]), waves=())
        answer(built.row, of, wave, rng.integers(3, of.scale.high + 1, len(of.items(wave))).tolist())
        if arm is Arm.LEFT:
            builders.invite(built, Wave.DELIVERY, InvitationState.EXPIRED)
            closed.append(built.invitations[Wave.DELIVERY])
        elif arm is Arm.SKIPPED:
            Deal.update(arm_share=0.2).where(Deal.id == built.row).execute()
            builders.invite(built, Wave.SALE, InvitationState.EXPIRED)
            closed.append(built.invitations[Wave.SALE])
        else:
            Deal.update(arm=arm.value, arm_share=0.2).where(Deal.id == built.row).execute()
            with storage.transaction():
                queueing.record_pair(built.row, MONDAY)
        made.append(built.row)
    queueing.record_left(closed, MONDAY)
    return made


def promise(response: int, position: int, outcome: str) -> None:
    Promise.create(response=response, position=position, text="a promise", outcome=outcome)


def addresses(how_many: int) -> list[str]:
    """Addresses of customers who can come back."""
    return [f"returning{number}@example.net" for number in range(how_many)]


def customer_of(deal: int) -> int:
    return int(Deal.get_by_id(deal).customer_id)


def delete_customer(customer: int) -> None:
    """As an erasure ends: the deals and the customer are gone."""
    Deal.delete().where(Deal.customer == customer).execute()
    Customer.delete().where(Customer.id == customer).execute()
