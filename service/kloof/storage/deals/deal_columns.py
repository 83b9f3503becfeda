"""The columns of a deal, for every statement that gives one, and the value that they make."""

from datetime import date, datetime
from typing import NamedTuple

from kloof.domain.deals.deals import Deal
from kloof.domain.deals.study_arms import Arm
from kloof.domain.surveys.definition import SurveyKey
from kloof.storage.statements import day, timestamp


class DealColumns(NamedTuple):
    """DEAL_COLUMNS as a row gives them."""

    id: int
    deal_id: str
    customer: int
    salesperson: int
    team: str
    region: str
    product: str
    survey: str
    version: int
    sold_on: date | str
    delivery_planned_on: date | str | None
    delivered_on: date | str | None
    by_letter: int
    time_zone: str
    arm: str
    cancelled_at: datetime | str | None
    successor: int | None


DEAL_COLUMNS = """d.id AS id, d.deal_id AS deal_id, d.customer_id AS customer, d.salesperson_id AS salesperson,
       d.team AS team, d.region AS region, d.product AS product, v.survey AS survey, v.version AS version,
       d.sold_on AS sold_on, d.delivery_planned_on AS delivery_planned_on, d.delivered_on AS delivered_on,
       d.by_letter AS by_letter, d.customer_time_zone AS time_zone, d.arm AS arm, d.cancelled_at AS cancelled_at,
       d.successor_id AS successor"""
"""What a statement gives of `deal d` and its `survey_version v`, for `value` to read."""


def value(row: DealColumns) -> Deal:
    """The domain value of these columns."""
    return Deal(
        id=row.id,
        deal_id=row.deal_id,
        customer=row.customer,
        salesperson=row.salesperson,
        team=row.team,
        region=row.region,
        product=row.product,
        survey=SurveyKey(id=row.survey, version=row.version),
        sold_on=day(row.sold_on),
        delivery_planned_on=None if row.delivery_planned_on is None else day(row.delivery_planned_on),
        delivered_on=None if row.delivered_on is None else day(row.delivered_on),
        by_letter=bool(row.by_letter),
        time_zone=row.time_zone,
        arm=Arm(row.arm),
        cancelled_on=None if row.cancelled_at is None else timestamp(row.cancelled_at).date(),
        successor=row.successor,
    )
