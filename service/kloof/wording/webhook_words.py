"""What a chat is told: how many of what, in a line; never of whom."""

from collections.abc import Mapping
from typing import Final

from kloof.domain.webhooks.events import EventKind
from kloof.wording import Translate

CHAT_WORDS: Final[Mapping[EventKind, tuple[str, str]]] = {
    EventKind.INVITATION_SENT: (
        "1 customer was invited to a survey.",
        "{count} customers were invited to a survey.",
    ),
    EventKind.INVITATION_BOUNCED: (
        "1 mail to a customer came back.",
        "{count} mails to customers came back.",
    ),
    EventKind.INVITATION_OPTED_OUT: (
        "1 customer wants no more mail.",
        "{count} customers want no more mail.",
    ),
    EventKind.SURVEY_ANSWERED: ("1 customer answered a survey.", "{count} customers answered a survey."),
    EventKind.FOLLOWUP_OPENED: ("1 customer is to be called.", "{count} customers are to be called."),
    EventKind.DEAL_REFUSED: ("1 deal was not loaded.", "{count} deals were not loaded."),
    EventKind.BLOCK_CLOSED: ("1 group of customers closed.", "{count} groups of customers closed."),
    EventKind.RELEASE_PUBLISHED: ("There are new findings.", "There are new findings."),
    EventKind.PING: ("Test message: kloof can write here.", "Test message: kloof can write here."),
}
"""Of one, and of several."""
LOOK: Final = "Look in kloof"


def chat_line(kind: EventKind, count: int, say: Translate) -> str:
    """How many of this happened, in a sentence; `say` gives it in the company's language."""
    one, several = CHAT_WORDS[kind]
    return say(one) if count == 1 else say(several, count=count)
