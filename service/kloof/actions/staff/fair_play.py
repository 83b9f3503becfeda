"""What the desk may ask about, as questions; nothing of it is stored, published or shown to anybody else."""

from dataclasses import dataclass
from datetime import datetime

from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.staff.fair_play import Question, questions
from kloof.storage.staff import fair_play


@dataclass(frozen=True, slots=True)
class Named:
    """A question, and what the salesperson is called."""

    name: str
    question: Question


def asked(settings: Settings, now: datetime) -> tuple[Named, ...]:
    """The questions in order of the name, which says nothing. Raises Refused before the works council agreed."""
    refuse_without_consent(settings)
    found = questions(fair_play.counts(now))
    names = fair_play.called({question.person for question in found})
    named = [Named(names[question.person], question) for question in found]
    return tuple(sorted(named, key=lambda one: (one.name.casefold(), one.question.person)))
