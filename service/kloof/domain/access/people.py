"""Who works here, and as what."""

from dataclasses import dataclass
from enum import StrEnum

from kloof.domain.text import Language


class Role(StrEnum):
    """What somebody of the company does."""

    SALESPERSON = "salesperson"
    LEAD = "lead"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the company who can sign in."""

    id: int
    email: str
    name: str
    role: Role
    team: str = ""
    language: Language = "nl"
