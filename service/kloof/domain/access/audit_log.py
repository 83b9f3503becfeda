"""The audit log as values: who did what, when, about which deal; never a name, an address or an answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kloof.domain.access.people import Person


class ActorKind(StrEnum):
    """By what means something was done."""

    PERSON = "person"
    CUSTOMER = "customer"  # by a personal link
    COMMAND = "command"
    VISITOR = "visitor"  # nobody knows who
    PROVIDER = "provider"  # the sign-in provider said so
    PROGRAM = "program"  # by a token


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever did it. `person` is the number of somebody of the company; `role` in which they did it."""

    hand: ActorKind
    person: int | None = None
    role: str = ""


CUSTOMER: Final = Actor(ActorKind.CUSTOMER)
COMMAND_LINE: Final = Actor(ActorKind.COMMAND)
PROVIDER: Final = Actor(ActorKind.PROVIDER)


def by(person: Person) -> Actor:
    """This person, in the role in which they act now."""
    return Actor(ActorKind.PERSON, person.id, person.role.value)


def by_program(token: int, owner: int) -> Actor:
    """The program that holds this token (its number), for which its owner answers."""
    return Actor(ActorKind.PROGRAM, owner, f"token {token}")


class AuditAction(StrEnum):
    """What can stand in the log."""

    FEEDBACK_LISTED = "feedback_listed"
    FEEDBACK_READ = "feedback_read"
    HANDOVER_READ = "handover_read"
    HANDOVER_MARKED = "handover_marked"
    PRACTICES_ENTERED = "practices_entered"
    DEAL_LOADED = "deal_loaded"
    DEAL_CHANGED = "deal_changed"
    DEAL_DELIVERED = "deal_delivered"
    DEAL_CANCELLED = "deal_cancelled"
    SURVEY_STOPPED = "survey_stopped"
    SURVEY_RESUMED = "survey_resumed"
    SURVEY_PASSED_ON = "survey_passed_on"
    SURVEY_TAKEN_BACK = "survey_taken_back"
    DEAL_HANDED_ON = "deal_handed_on"
    LETTER_PRINTED = "letter_printed"
    MAIL_DECIDED = "mail_decided"
    MAIL_TESTED = "mail_tested"
    SENDING_PAUSED = "sending_paused"
    SENDING_RESUMED = "sending_resumed"
    CALLERS_REMINDED = "callers_reminded"
    ANSWERS_SENT = "answers_sent"
    ANSWERS_CORRECTED = "answers_corrected"
    CONSENT_CHANGED = "consent_changed"
    ANSWERS_WITHDRAWN = "answers_withdrawn"
    CALL_OPENED = "call_opened"
    CALL_MADE = "call_made"
    CALL_ANSWERED = "call_answered"
    CALL_CANCELLED = "call_cancelled"
    MAIL_STOPPED = "mail_stopped"
    WEEKLY_MAIL = "weekly_mail"
    SIGN_IN_ASKED = "sign_in_asked"
    SIGN_IN_LINK_MADE = "sign_in_link_made"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    PERSON_LEAVES = "person_leaves"
    PERSON_LEFT = "person_left"
    PERSON_EXPORTED = "person_exported"
    PERSON_ERASED = "person_erased"
    ACCOUNT_LINKED = "account_linked"
    ACCOUNT_UNLINKED = "account_unlinked"
    TOKEN_MADE = "token_made"  # noqa: S105  a word, not a secret
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_TESTED = "webhook_tested"
    WEBHOOK_ROTATED = "webhook_rotated"
    WEBHOOK_PAUSED = "webhook_paused"
    WEBHOOK_RESUMED = "webhook_resumed"
    WEBHOOK_DISABLED = "webhook_disabled"
    WEBHOOK_REPLAYED = "webhook_replayed"
    WEBHOOK_REMOVED = "webhook_removed"
    SURVEY_CHANGED = "survey_changed"
    TEXTS_CHANGED = "texts_changed"
    FROZEN = "frozen"
    RELEASE_PROPOSED = "release_proposed"
    RELEASE_APPROVED = "release_approved"
    PUBLISHED = "published"
    SITE_BUILT = "site_built"
    ACTION_ADDED = "action_added"
    ACTION_CHANGED = "action_changed"
    ACTION_ENDED = "action_ended"
    ACTION_REMOVED = "action_removed"
    KEY_REPLACED = "key_replaced"
    CUSTOMERS_JOINED = "customers_joined"
    CUSTOMER_EXPORTED = "customer_exported"
    CUSTOMER_ERASED = "customer_erased"
    ERASURE_LIFTED = "erasure_lifted"
    FORGOTTEN = "forgotten"  # by age, as the settings say


READS: Final = frozenset({AuditAction.FEEDBACK_LISTED, AuditAction.FEEDBACK_READ, AuditAction.HANDOVER_READ})
"""Somebody of the company looked at what a customer answered."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log. `name` is what the person who did it is called now; `detail` holds facts of ours only."""

    at: datetime
    who: Actor
    what: AuditAction
    name: str = ""
    deal_id: str = ""
    detail: str = ""

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json and for an export."""
        return {
            "at": self.at.isoformat(),
            "by": self.who.hand.value,
            "name": self.name,
            "role": self.who.role,
            "what": self.what.value,
            "deal_id": self.deal_id,
            "detail": self.detail,
        }
