"""What a customer let the salesperson of their deal see by name, for a program that is trusted with it."""

from datetime import date

from kloof.actions.staff import own_deals
from kloof.actions.staff.own_deals import DealDetail
from kloof.domain.surveys.responses import PromiseOutcome
from kloof.web.api.deals import by_token
from kloof.web.api.operations import Answer, operation
from kloof.web.api.shapes import Given
from kloof.web.app.context import now, settings


class AspectAnswered(Given):
    """One aspect on the survey's scale; null for what was not asked, not answered, or not to be seen. `gap` is
    expected minus got.
    """

    aspect: str
    name: dict[str, str]
    expected: float | None
    got: float | None
    gap: float | None


class PromiseTold(Given):
    """A promise in the customer's words, and what became of it as they say."""

    text: str
    outcome: PromiseOutcome | None
    remark: str


class AnswersOut(Given):
    """What one customer answered, as the salesperson of the deal sees it."""

    deal_id: str
    survey: str
    version: int
    low: int
    high: int
    answered_on: date | None
    aspects: list[AspectAnswered]
    overall: dict[str, int]
    promises: list[PromiseTold]
    comments: list[str]


@operation(
    "GET", "/deals/{deal_id}/answers", tag="Answers", summary="Get what a customer answered by name",
    gives={200: AnswersOut}, refuses=(404, 409),
)  # fmt: skip
def get_answers(deal_id: str) -> Answer:
    """What the salesperson of the deal sees of it, and no more. 404 wherever they see nothing: no such deal, no answer,
    or one that the customer gave for totals only; 409 until the works council's consent is recorded. Every look is
    noted.
    """
    return Answer(_value(own_deals.detail_for_program(settings(), deal_id, now(), by_token())))


def _value(found: DealDetail) -> AnswersOut:
    survey, own = found.survey, found.view.deal
    names = {aspect.id: dict(aspect.name) for aspect in survey.aspects}
    return AnswersOut(
        deal_id=own.deal.deal_id,
        survey=survey.id,
        version=survey.version,
        low=survey.scale.low,
        high=survey.scale.high,
        answered_on=None if own.answered_at is None else settings().today(own.answered_at),
        aspects=[
            AspectAnswered(
                aspect=one.aspect,
                name=names[one.aspect],
                expected=one.expectation,
                got=one.reality,
                gap=one.gap,
            )
            for one in found.view.gaps
        ],
        overall=found.overall,
        promises=[
            PromiseTold(text=one.text, outcome=one.outcome, remark=one.remark) for one in found.promises
        ],
        comments=list(own.comments),
    )
