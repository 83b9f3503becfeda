"""Who works here, and as what."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from kloof.domain.text import Language


class Role(StrEnum):
    """What somebody of the company does; in the order in which their pages come first where they are several."""

    DESK = "desk"
    SALESPERSON = "salesperson"
    LEAD = "lead"
    READER = "reader"  # of the findings, and of nothing else


def in_order(roles: Set[Role]) -> list[Role]:
    """These roles, in the order that `Role` has."""
    return [role for role in Role if role in roles]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the company who can sign in. `role`: in which of their `roles` they do what they do now."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]
    team: str = ""
    language: Language = "nl"
    acting: Role | None = None

    @property
    def role(self) -> Role:
        return self.acting or in_order(self.roles)[0]

    @property
    def is_desk(self) -> bool:
        return Role.DESK in self.roles

    @property
    def is_salesperson(self) -> bool:
        return Role.SALESPERSON in self.roles

    @property
    def is_lead(self) -> bool:
        return Role.LEAD in self.roles

    def acting_as(self, *roles: Role) -> Self:
        """The same person, who from here on acts in the first of these roles that they have."""
        return replace(self, acting=in_order(self.roles & frozenset(roles))[0])


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the company as the list of people has them, also once they have left.

    `leaves_on` is the day on which they will leave, and `leaves_to` the number of who takes over then, None for the
    desk. `left_at` may be None for who left before kloof noted it.
    """

    person: Person
    works_here: bool
    last_sign_in_at: datetime | None
    leaves_on: date | None
    leaves_to: int | None
    left_at: datetime | None
    is_erased: bool
