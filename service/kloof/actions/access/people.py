"""Who of the company can sign in, as what, and by which account."""

from collections.abc import Set
from dataclasses import replace
from datetime import datetime

from kloof import storage
from kloof.domain import addresses
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.access.people import Colleague, Person, Role, in_order
from kloof.domain.deals.cells import Cells
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.text import Language
from kloof.storage.access import accounts, audit_log, people, sessions


def listed() -> list[Colleague]:
    """Everybody by name, who works here before who has left."""
    return people.colleagues()


def find(number: int) -> Colleague:
    """The person with this number, also once they have left. Raises NotFound."""
    found = people.colleague(number)
    if found is None:
        raise _unknown(str(number))
    return found


def add(
    email: str,
    name: str,
    roles: Set[Role],
    team: str,
    now: datetime,
    by: Actor = COMMAND_LINE,
    *,
    language: Language | None = None,
    only_new: bool = False,
) -> bool:
    """Add somebody, or change what is known of them; gives whether they are new.

    With `only_new`, somebody who works here and has this address is a refusal; who has left comes back.

    Raises Refused for a bad address, and for a name or a team that is too long or cannot be printed; and as `change`
    for roles. Whoever gets other roles signs in anew.
    """
    address, name, team = addresses.canonical(email), *_titles(name, team)
    with storage.transaction():
        before = people.by_email(address)
        if before and only_new:
            raise _taken(before, address)
        if before:
            _refuse_unless_desk_stays(before, roles, by)
        is_new = people.put(address, name, roles, team, now)
        if before and before.roles != roles:
            sessions.end_all(before.id)
        person = people.by_email(address)
        if person and language and language != person.language:
            people.change(replace(person, language=language))
        what = AuditAction.PERSON_ADDED if is_new else AuditAction.PERSON_CHANGED
        audit_log.write(by, what, now, person=person.id if person else None, detail=" ".join(in_order(roles)))
        return is_new


def change(
    email: str,
    now: datetime,
    by: Actor = COMMAND_LINE,
    *,
    name: str | None = None,
    roles: Set[Role] = frozenset(),
    team: str | None = None,
    language: Language | None = None,
    new_email: str | None = None,
) -> Person:
    """Change some of what is known of somebody who works here; what is None, and no roles, stay as they are.

    Raises NotFound, and Refused as `add` does; for an address that somebody has; and where it would leave nobody at the
    desk, or take the desk from who asks for it.
    """
    with storage.transaction():
        before = known(email)
        titles = _titles(before.name if name is None else name, before.team if team is None else team)
        after = replace(
            before,
            email=_free(before, new_email) if new_email else before.email,
            name=titles[0],
            team=titles[1],
            roles=frozenset(roles) or before.roles,
            language=language or before.language,
        )
        _refuse_unless_desk_stays(before, after.roles, by)
        if after != before:
            people.change(after)
            _note(before, after, now, by)
    return after


def unlink(email: str, now: datetime, by: Actor = COMMAND_LINE) -> Person:
    """The next account at the provider that brings this address is theirs. Raises NotFound.

    For an account that was made anew there, or an address that somebody else has now. Also of somebody who has left.
    """
    with storage.transaction():
        person = known(email, also_left=True)
        accounts.forget(person.id)
        sessions.end_all(person.id)
        audit_log.write(by, AuditAction.ACCOUNT_UNLINKED, now, person=person.id)
    return person


def known(email: str, *, also_left: bool = False) -> Person:
    """Whoever has this address. Raises NotFound."""
    person = people.by_email(email, also_left=also_left)
    if person is None:
        raise _unknown(email)
    return person


def refuse_unless_others_at_desk(person: Person, by: Actor) -> None:
    """Raise Refused where nobody else is at the desk, and where somebody would shut themselves out."""
    if by.person == person.id:
        raise Refused(
            Reason.OWN_ACCOUNT,
            "You cannot take the desk from yourself, or leave.",
            remedy="Ask a colleague at the desk.",
        )
    if people.desk() == [person.id]:
        raise Refused(
            Reason.DESK_EMPTY,
            f"Without {person.name} <{person.email}> nobody is left at the desk.",
            remedy="Give somebody else that role first: kloof people change --email … --role desk",
        )


def _refuse_unless_desk_stays(before: Person, roles: Set[Role], by: Actor) -> None:
    if before.is_desk and Role.DESK not in roles:
        refuse_unless_others_at_desk(before, by)


def _titles(name: str, team: str) -> tuple[str, str]:
    typed = Cells({"name": name, "team": team})
    told = typed.text("name"), typed.maybe_text("team")
    if typed.wrong:
        raise typed.wrong[0]
    return told


def _free(person: Person, email: str) -> str:
    """This address, which nobody else has. Raises Refused."""
    address = addresses.canonical(email)
    holder = people.by_email(address, also_left=True)
    if holder and holder.id != person.id:
        raise _taken(holder, address)
    return address


def _taken(holder: Person, address: str) -> Refused:
    return Refused(
        Reason.ADDRESS_IN_USE,
        f"{holder.name} has the address {address} already.",
        remedy="Everybody needs an address of their own.",
        name=holder.name,
    )


def _note(before: Person, after: Person, now: datetime, by: Actor) -> None:
    """One line for each thing that changed; whoever has other roles than before signs in anew."""
    if before.roles != after.roles:
        sessions.end_all(after.id)
    changed = {
        " ".join(in_order(after.roles)): before.roles != after.roles,
        "name": before.name != after.name,
        "address": before.email != after.email,
        "team": before.team != after.team,
        "language": before.language != after.language,
    }
    for detail in (detail for detail, is_so in changed.items() if is_so):
        audit_log.write(by, AuditAction.PERSON_CHANGED, now, person=after.id, detail=detail)


def _unknown(known_as: str) -> NotFound:
    return NotFound(
        Reason.PERSON_UNKNOWN,
        f"Nobody here has the address {known_as}.",
        remedy="Compare it with the one by which they were added.",
        value=known_as,
    )
