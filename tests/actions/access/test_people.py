"""Whoever gets other roles signs in anew; whoever keeps theirs notices nothing."""

import pytest

from cast.builders import NOW, person
from kloof.actions.access import sign_in
from kloof.actions.access.people import add
from kloof.domain.access.people import Role
from kloof.storage.access import people
from kloof.storage.models import AuditEntry

SANNE = "sanne.de.vries@company.example"
SELLS, AT_DESK, READS = {Role.SALESPERSON}, {Role.DESK}, {Role.READER}


@pytest.mark.parametrize(
    ("roles", "stays"),
    [
        (SELLS | AT_DESK, True),
        (AT_DESK | SELLS, True),
        (SELLS, False),
        (SELLS | AT_DESK | READS, False),
        (READS, False),
    ],
)
def test_other_roles_end_the_sessions_and_the_same_ones_do_not(
    either_database: str, roles: set[Role], stays: bool
) -> None:
    person("Noor Desk", Role.DESK)
    number = person(also=AT_DESK)
    sanne = people.by_id(number)
    assert sanne
    secret = sign_in.begin_session(sanne, NOW)
    assert not add(SANNE, "Sanne de Vries", roles, "North", NOW)
    assert (sign_in.who_has(secret, NOW) is not None) is stays
    now = people.by_id(number)
    assert now
    assert now.roles == roles


def test_the_log_says_which_roles_somebody_got(either_database: str) -> None:
    add("noor@company.example", "Noor", SELLS | AT_DESK | READS, "", NOW)
    assert [row.detail for row in AuditEntry.select()] == ["desk salesperson reader"]


def test_each_role_finds_its_people_and_nobody_who_has_left(either_database: str) -> None:
    sanne, noor, kim = person(also=AT_DESK), person("Noor Desk", Role.DESK), person("Kim Vos", Role.READER)
    assert (list(people.salespeople()), people.desk()) == ([SANNE], [sanne, noor])
    people.leave(sanne)
    assert (list(people.salespeople()), people.desk()) == ([], [noor])
    assert people.by_id(kim)
