"""A colleague asks for their data, or has left and is erased (GDPR articles 15, 17 and 20)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kloof import storage
from kloof.actions.access.people import known
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.access.people import Person
from kloof.domain.errors import Reason, Refused
from kloof.domain.jobs.looks import LookKind
from kloof.domain.text import Language
from kloof.storage import kept_looks
from kloof.storage.access import audit_log, people, staff_data

IN_THEIR_PLACE: Final[dict[Language, str]] = {"nl": "Oud-collega", "en": "Former colleague"}
"""What stands where the name stood, in the language of the company."""


def export(email: str, now: datetime, by: Actor = COMMAND_LINE) -> dict[str, Any]:
    """Everything that is kept about somebody of the company, also once they have left. Raises NotFound.

    The export itself is noted first, so that it stands in what is given.
    """
    with storage.transaction():
        person = known(email, also_left=True)
        audit_log.write(by, AuditAction.PERSON_EXPORTED, now, person=person.id)
        return staff_data.everything(person.id) | {"fair_play": _asked_about(person.id)}


def as_pdf(settings: Settings, found: Mapping[str, Any], now: datetime) -> bytes:
    """What an export gave as a PDF, in the colleague's language."""
    # The typefaces take a while to load, and JSON needs none.
    from kloof.mail.paper import personal_data

    return personal_data.of_colleague(settings, found, now)


def erase(settings: Settings, email: str, now: datetime, by: Actor = COMMAND_LINE) -> Person:
    """Erase the name and address of somebody who has left; gives who they were. Raises NotFound, and Refused for
    somebody who works here.

    Deals, notes and figures stay, of a person without a name. The audit log keeps number and role.
    """
    with storage.transaction():
        person = known(email, also_left=True)
        if people.by_id(person.id):
            raise Refused(
                Reason.STILL_HERE,
                f"{person.name} <{person.email}> works here.",
                remedy=f"Let them leave first: kloof people leave --email {person.email}",
            )
        kept_looks.forget(LookKind.FAIR_PLAY)
        staff_data.erase(person.id, IN_THEIR_PLACE[settings.company.language], now)
        audit_log.write(by, AuditAction.PERSON_ERASED, now, person=person.id)
    return person


def _asked_about(person: int) -> list[dict[str, Any]]:
    """What the desk may ask about this person as it was counted last, where that is kept."""
    seen = kept_looks.kept([LookKind.FAIR_PLAY]).get(LookKind.FAIR_PLAY)
    found = seen.facts["asked"] if seen else []
    return [dict(question) for question in found if question["person"] == person]
