"""What a salesperson's own deals look like: every deal, and the answers with what the customer agreed to."""

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, Expression

from kloof.domain.deals.deals import Deal
from kloof.domain.surveys.responses import Promise
from kloof.storage.deals.deals import value
from kloof.storage.models import Deal as DealRow
from kloof.storage.models import Invitation, OwnPair, Response, SurveyVersion
from kloof.storage.models import Promise as PromiseRow
from kloof.storage.surveys.questionnaires import promise


@dataclass(frozen=True, slots=True)
class OwnDeal:
    """One deal of a salesperson. `named`: the customer said so at every survey they submitted, and is in no total.

    `expected` and `received` are packed answers of submitted surveys; None where there is none.
    """

    deal: Deal
    customer_name: str
    expected: bytes | None
    received: bytes | None
    named: bool
    comments: tuple[str, ...]


def own_deals(salesperson: int, page: int, most: int) -> list[OwnDeal]:
    """One page of this salesperson's deals, newest sale first: one query for the deals, one for the answers."""
    mine = _rows().where(DealRow.salesperson == salesperson)
    rows = list(mine.order_by(DealRow.sold_on.desc(), DealRow.id.desc()).paginate(page, most))
    answers = _answers(DealRow.id.in_([row.id for row in rows]))
    return [_own(row, answers.get(row.id, {})) for row in rows]


def own_deal(deal_id: str) -> OwnDeal | None:
    """The deal with this id, whoever sold it: the caller asks domain.access whose it is."""
    row = _rows().where(DealRow.deal_id == deal_id).first()
    return None if row is None else _own(row, _answers(DealRow.id == row.id).get(row.id, {}))


def _rows() -> Any:
    return (
        DealRow.select(DealRow, SurveyVersion, OwnPair.named.alias("named"))
        .join(SurveyVersion)
        .switch(DealRow)
        .join(OwnPair, JOIN.LEFT_OUTER, on=(OwnPair.deal == DealRow.id))
    )


def _answers(which: Expression) -> dict[int, dict[str, Response]]:
    responses: Any = (
        Response.select(Response, Invitation.deal.alias("deal_row"), Invitation.wave.alias("wave"))
        .join(Invitation)
        .join(DealRow)
        .where(which, Response.submitted_at.is_null(False))
    )
    found: dict[int, dict[str, Response]] = {}
    for response in responses.objects():
        found.setdefault(response.deal_row, {})[response.wave] = response
    return found


def _named(row: Any) -> bool:
    pair = getattr(row, "ownpair", None)
    return bool(pair is not None and pair.named)


def _own(row: DealRow, waves: dict[str, Response]) -> OwnDeal:
    sale, delivery = waves.get("sale"), waves.get("delivery")
    return OwnDeal(
        deal=value(row),
        customer_name=row.customer_name,
        expected=bytes(sale.answers) if sale else None,
        received=bytes(delivery.answers) if delivery else None,
        named=bool(waves) and bool(_named(row)),
        comments=tuple(response.comment for response in (sale, delivery) if response and response.comment),
    )


def comments(deal: int) -> tuple[str, ...]:
    """What the customer of this deal added in their own words, in order."""
    rows = (
        Response.select(Response.comment)
        .join(Invitation)
        .where(Invitation.deal == deal, Response.submitted_at.is_null(False), Response.comment != "")
        .order_by(Invitation.id)
    )
    return tuple(row.comment for row in rows)


def promises(deal: int) -> tuple[Promise, ...]:
    """The promises that the customer of this deal wrote down at sale, in their order."""
    rows = (
        PromiseRow.select()
        .join(Response)
        .join(Invitation)
        .where(Invitation.deal == deal, Response.submitted_at.is_null(False))
        .order_by(PromiseRow.position)
    )
    return tuple(promise(row) for row in rows)
