"""What a customer did with a survey that they sent in, as one value for all that follows from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Consent, Response


class AnswersAct(StrEnum):
    """The four things that somebody else has to know of."""

    SENT = "sent"
    CORRECTED = "corrected"
    CHOSEN_AGAIN = "chosen_again"  # who may see it, a call, the findings
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AnswersEvent:
    """One act of one customer, as it stands in the database by then.

    `deal` is a row id. `before` and `after`: what was kept of this survey; both the same where it was withdrawn.
    `seller_knows`: the salesperson's page has something of this deal already.
    """

    act: AnswersAct
    deal: int
    survey: Survey
    wave: Wave
    at: datetime
    before: Response
    after: Response
    seller_knows: bool = True

    @property
    def agreement_changed(self) -> bool:
        """Whether who may see it is another choice now, or another name stood beside it."""
        seen_by = (agreement(self.before), self.before.shown_to)
        return seen_by != (agreement(self.after), self.after.shown_to)

    @property
    def asks_for_a_call(self) -> bool:
        """Whether they said something new to call about, so that a call that was closed opens again."""
        if self.act is AnswersAct.CHOSEN_AGAIN:
            return self.after.wants_call and not self.before.wants_call
        return self.act is AnswersAct.SENT

    @property
    def takes_words_back(self) -> bool:
        """Whether what others wrote down about it in words has to go."""
        hidden = self.before.consent is Consent.NAMED and self.after.consent is Consent.TOTALS
        return self.act is AnswersAct.WITHDRAWN or (self.act is AnswersAct.CHOSEN_AGAIN and hidden)


def agreement(response: Response) -> str:
    """Who may see it, as the audit log says it."""
    return f"{response.consent or ''}{' and delivery' if response.shares_with_delivery else ''}"
