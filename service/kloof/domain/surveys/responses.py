"""What a customer's personal link opens, and what a page of the form does to the answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar

from kloof.domain.states import OPEN, InvitationState
from kloof.domain.surveys.answers import Answers
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.text import Language

CONSENT: Final = "consent"
"""The one thing besides core aspects that a response needs before it can be submitted."""

MOST_PROMISES: Final = 5
"""What a customer can write down at sale."""

T = TypeVar("T")


class Consent(StrEnum):
    """What the customer agreed to: the salesperson sees the answers with the name, or only in closed groups."""

    NAMED = "named"
    TOTALS = "totals"


class PromiseOutcome(StrEnum):
    """What became of a promise that the customer wrote down."""

    KEPT = "kept"
    PARTLY = "partly"
    BROKEN = "broken"
    UNKNOWN = "unknown"  # too early to say


class Source(StrEnum):
    """How the customer came to expect it."""

    SAID = "said"
    WRITTEN = "written"
    OWN_IDEA = "own"


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise in the customer's own words; `outcome` and `remark` come with the second survey."""

    position: int
    text: str
    aspect: str = ""
    source: Source | None = None
    outcome: PromiseOutcome | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What is kept of one customer's answers in one wave.

    `shares_with_delivery`, at sale only: the people who do the work may see the promises and what is expected.
    `may_call`: whether they may be called because of what they answered; None where they did not say.
    `shown_to`: the successor whose name stood beside the consent; None where it was who sold the deal.
    """

    answers: Answers = field(default_factory=dict)
    comment: str = ""
    consent: Consent | None = None
    wants_call: bool = False
    wants_findings: bool = False
    shares_with_delivery: bool = False
    may_call: bool | None = None
    language: Language | None = None
    submitted_at: datetime | None = None
    shown_to: int | None = None

    @property
    def forgotten(self) -> bool:
        """Whether it was sent in, and what was answered is not kept any more."""
        return self.submitted_at is not None and not self.answers


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One invitation as its link opens it.

    `deal` and `invitation` are row ids. `at_sale` holds the answers of the first survey when this is the
    second one and the first was submitted; None otherwise. `promises_of` is the row of the response that
    holds the promises. `gets_mail` is False for a customer who was written to by letter. `seller` is empty where who
    sold it has left without a successor; `successor` is the number of who took it over from them. `at_sale` and the
    promises are those of whom this link asks, never of a colleague. `may_pass_on`: nobody did so before.
    """

    invitation: int
    deal: int
    wave: Wave
    state: InvitationState
    expires_at: datetime
    survey: Survey
    product: str
    sold_on: date
    seller: str
    language: Language
    response: Response = Response()
    promises_of: int | None = None
    at_sale: Answers | None = None
    gets_mail: bool = True
    successor: int | None = None
    may_pass_on: bool = False

    @property
    def submitted(self) -> bool:
        return self.state is InvitationState.SUBMITTED

    def takes_answers(self, now: datetime) -> bool:
        """Whether the form is open: not answered, not cancelled, and in time."""
        return self.state in OPEN and now < self.expires_at


@dataclass(frozen=True, slots=True)
class PromiseChange:
    """What a page says about one promise; None leaves it as it is. An empty `text` takes the promise away."""

    text: str | None = None
    aspect: str | None = None
    source: Source | str | None = None
    outcome: PromiseOutcome | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a page brings. None, and what is not in the mappings, is left as it is.

    `offered` are answers that count only for an item without one.
    """

    answers: Answers = field(default_factory=dict)
    offered: Answers = field(default_factory=dict)
    comment: str | None = None
    consent: Consent | None = None
    wants_call: bool | None = None
    wants_findings: bool | None = None
    shares_with_delivery: bool | None = None
    may_call: bool | None = None
    promises: Mapping[int, PromiseChange] = field(default_factory=dict)
    language: Language | None = None


def amended(response: Response, changes: Changes) -> Response:
    """The response with the changes laid over it: the last choice per item wins, the rest stays.

    The language alone is no change: it is taken over only together with something that was said in it.
    """
    new = Response(
        answers={**changes.offered, **response.answers, **changes.answers},
        comment=_last(changes.comment, response.comment),
        consent=_last(changes.consent, response.consent),
        wants_call=_last(changes.wants_call, response.wants_call),
        wants_findings=_last(changes.wants_findings, response.wants_findings),
        shares_with_delivery=_last(changes.shares_with_delivery, response.shares_with_delivery),
        may_call=response.may_call if changes.may_call is None else changes.may_call,
        language=response.language,
        submitted_at=response.submitted_at,
    )
    if new == response:
        return response
    return replace(new, language=changes.language or response.language)


def amended_promises(
    promises: tuple[Promise, ...], changes: Mapping[int, PromiseChange]
) -> tuple[Promise, ...]:
    """The promises with the changes laid over them, by position; one without words does not exist."""
    kept = {promise.position: promise for promise in promises}
    for position, change in changes.items():
        before = kept.get(position, Promise(position, ""))
        kept[position] = Promise(
            position,
            _last(change.text, before.text),
            _last(change.aspect, before.aspect),
            before.source if change.source is None else Source(change.source) if change.source else None,
            _last(change.outcome, before.outcome),
            _last(change.remark, before.remark),
        )
    return tuple(kept[position] for position in sorted(kept) if kept[position].text)


def missing(survey: Survey, response: Response) -> tuple[str, ...]:
    """Ids of what is needed before it can be submitted: core aspects without any answer, and consent."""
    aspects = tuple(aspect.id for aspect in survey.core if aspect.id not in response.answers)
    return aspects if response.consent else (*aspects, CONSENT)


def _last(newer: T | None, older: T) -> T:
    return older if newer is None else newer
