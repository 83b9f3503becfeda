"""Colleagues by file: good lines are taken, bad lines are named with everything that is wrong with them.

A file is taken in by parts, each in a transaction of its own; the same file twice changes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Final, Literal

from kloof import storage
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.access.people import Person, Role, in_order
from kloof.domain.access.people_files import PersonLine, mapping_of, read_people, wanted
from kloof.domain.deals.reading.lines import LineRefused
from kloof.domain.deals.reading.tables import opened
from kloof.domain.errors import Reason, Refused
from kloof.storage.access import audit_log, people, sessions

AT_ONCE: Final = 100
"""Lines of one transaction."""
PersonEffect = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class PersonTaken:
    """What a good line did, or would do: in which columns it says something new. Who had left is back: `created`."""

    line: int
    email: str
    name: str
    effect: PersonEffect
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonRefused:
    """A line that did not go in, with all that is wrong with it."""

    line: int
    email: str
    why: tuple[Refused, ...] = field(compare=False)


@dataclass(slots=True)
class PeopleReport:
    """What a file of colleagues did, or would do; `encoding` of a CSV file, else empty."""

    encoding: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    taken: list[PersonTaken] = field(default_factory=list)
    refused: list[PersonRefused] = field(default_factory=list)

    def count(self, effect: PersonEffect) -> int:
        """How many lines do this."""
        return sum(one.effect == effect for one in self.taken)

    @property
    def good(self) -> int:
        """How many lines would change something."""
        return len(self.taken) - self.count("unchanged")


def check(
    settings: Settings, raw: bytes, filename: str, now: datetime, by: Actor = COMMAND_LINE
) -> PeopleReport:
    """What loading this file would do; nothing is changed, by one statement however long it is.

    Raises BadInput or Refused where the file cannot be read or its titles cannot be used.
    """
    return _taken(settings, raw, filename, now, by, dry_run=True)


def load(
    settings: Settings, raw: bytes, filename: str, now: datetime, by: Actor = COMMAND_LINE
) -> PeopleReport:
    """Take the good lines in. Whoever gets other roles signs in anew. Raises as `check`."""
    return _taken(settings, raw, filename, now, by, dry_run=False)


def example(settings: Settings) -> list[tuple[str, ...]]:
    """The titles and three lines of people who do not exist."""
    team = next(iter(settings.deals.teams), "")
    return [
        ("email", "name", "roles", "team", "language"),
        ("anouk@company.example", "Anouk Visser", "salesperson", team, "nl"),
        ("joris@company.example", "Joris Baas", "lead", team, "nl"),
        ("sam@company.example", "Sam de Boer", "desk, salesperson", "", "en"),
    ]


def _taken(
    settings: Settings, raw: bytes, filename: str, now: datetime, by: Actor, *, dry_run: bool
) -> PeopleReport:
    table = opened(raw, filename, wanted())
    lines, report = list(read_people(table)), PeopleReport(table.encoding, mapping_of(table).titles)
    if not lines:
        raise Refused(
            Reason.FILE_WITHOUT_LINES,
            "this file has no lines below its titles.",
            where=filename,
            remedy="Look whether it is the right file, or the right sheet. Nothing was changed.",
        )
    if dry_run:
        _Look(settings, by, report).at(lines)
        return report
    for start in range(0, len(lines), AT_ONCE):
        with storage.transaction():
            _write(_Look(settings, by, report).at(lines[start : start + AT_ONCE]), now, by)
    return report


class _Look:
    """Looks at lines of a file, in their order, by who works here when it is made."""

    def __init__(self, settings: Settings, by: Actor, report: PeopleReport) -> None:
        self.settings, self.by, self.report = settings, by, report
        self.known = {one.person.email: one for one in people.colleagues()}
        self.desk = {one.person.id for one in self.known.values() if one.works_here and one.person.is_desk}

    def at(self, lines: list[tuple[int, PersonLine | LineRefused]]) -> list[tuple[Person, Person | None]]:
        """Who is new or changed, and who that was before; the report says all of it."""
        found = []
        for number, line in lines:
            says = line.entry if isinstance(line, LineRefused) else line
            why = tuple(self._wrong(line))
            if why:
                email = says.email if isinstance(says, PersonLine) else ""
                self.report.refused.append(PersonRefused(number, email, why))
            elif told := self._told(number, says):
                found.append(told)
        return found

    def _wrong(self, line: PersonLine | LineRefused) -> Iterator[Refused]:
        says, bad = (line.entry, line.columns) if isinstance(line, LineRefused) else (line, frozenset())
        if isinstance(line, LineRefused):
            yield from line.why
        if says is None:
            return
        teams = self.settings.deals.teams
        if says.team and teams and says.team not in teams and "team" not in bad:
            known = ", ".join(get_close_matches(says.team, teams, n=1) or sorted(teams))
            yield Refused(
                Reason.NAME_UNKNOWN,
                f"There is no team {says.team!r}; perhaps you meant: {known}.",
                remedy="Where it is new, add it to teams under [deals] in kloof.toml.",
                column="team",
                name=says.team,
                known=known,
            )
        if bad.isdisjoint({"email", "roles"}):
            yield from self._takes_desk(says)

    def _takes_desk(self, says: PersonLine) -> Iterator[Refused]:
        before = self._before(says)
        if before is None or before.id not in self.desk or Role.DESK in says.roles:
            return
        if before.id == self.by.person:
            what = "You cannot take the desk from yourself."
            yield Refused(Reason.OWN_ACCOUNT, what, remedy="Ask a colleague at the desk.", column="roles")
        elif self.desk == {before.id}:
            what = f"Without {before.name} <{before.email}> nobody is left at the desk."
            yield Refused(
                Reason.DESK_EMPTY, what, remedy="Give somebody else that role first.", column="roles"
            )

    def _before(self, says: PersonLine) -> Person | None:
        found = self.known.get(says.email)
        return found.person if found and found.works_here else None

    def _told(self, number: int, says: PersonLine) -> tuple[Person, Person | None] | None:
        before = self._before(says)
        changed = says.differs(before) if before else []
        effect: PersonEffect = "created" if before is None else "updated" if changed else "unchanged"
        self.report.taken.append(PersonTaken(number, says.email, says.name, effect, tuple(changed)))
        if effect == "unchanged":
            return None
        gone = self.known.get(says.email)
        stands = before or (gone.person if gone else None)
        place = before.id if before else -number  # nobody has a number below 1
        self.desk = self.desk | {place} if Role.DESK in says.roles else self.desk - {place}
        return Person(
            before.id if before else 0,
            says.email,
            says.name,
            says.roles,
            says.team if says.team is not None else stands.team if stands else "",
            says.language or (stands.language if stands else self.settings.company.language),
        ), before


def _write(told: list[tuple[Person, Person | None]], now: datetime, by: Actor) -> None:
    people.put_all([after for after, _ in told], now)
    sessions.end_all_of([before.id for after, before in told if before and before.roles != after.roles])
    number = people.numbers([after.email for after, _ in told])
    for what, are_new in ((AuditAction.PERSON_ADDED, True), (AuditAction.PERSON_CHANGED, False)):
        noted = [
            (number[after.email], " ".join(in_order(after.roles)))
            for after, before in told
            if (before is None) is are_new
        ]
        audit_log.write_about(by, what, now, noted)
