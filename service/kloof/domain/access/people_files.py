"""Colleagues as a file: a table in; good lines and worded refusals out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kloof.domain.access.people import Person, Role, in_order
from kloof.domain.deals.cells import Cells
from kloof.domain.deals.reading.columns import ColumnMapping
from kloof.domain.deals.reading.lines import Layout, LineRefused, TwiceInFile, read_lines
from kloof.domain.deals.reading.tables import FileTable
from kloof.domain.deals.reading.titles import Spellings, as_title
from kloof.domain.errors import Reason, Refused
from kloof.domain.text import Language

REQUIRED: Final = ("email", "name", "roles")
OPTIONAL: Final = ("team", "language")
TITLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "email": ("email", "e-mail", "e-mailadres", "emailadres", "address"),
        "name": ("name", "naam"),
        "roles": ("roles", "role", "rol", "rollen"),
        "team": ("team",),
        "language": ("language", "taal"),
    }
)
"""What each column may be called, in lower case; the first is ours."""
ROLE_WORDS: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "desk": Role.DESK,
        "binnendienst": Role.DESK,
        "salesperson": Role.SALESPERSON,
        "verkoper": Role.SALESPERSON,
        "lead": Role.LEAD,
        "delivery lead": Role.LEAD,
        "leider": Role.LEAD,
        "leider van de uitvoering": Role.LEAD,
        "reader": Role.READER,
        "lezer": Role.READER,
    }
)
"""How a role may be written in a cell, in lower case."""
_BETWEEN: Final = str.maketrans(dict.fromkeys(";/+&|\n", ","))


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody as a line has them; what is None is not said there."""

    email: str
    name: str
    roles: frozenset[Role]
    team: str | None
    language: Language | None

    def differs(self, before: Person) -> list[str]:
        """Which columns say something else than what stands there now."""
        says = {
            "name": self.name != before.name,
            "roles": self.roles != before.roles,
            "team": self.team is not None and self.team != before.team,
            "language": self.language is not None and self.language != before.language,
        }
        return [column for column, is_so in says.items() if is_so]


def wanted() -> Spellings:
    """By which titles the columns are known that have to be there."""
    return [frozenset(TITLES[name]) for name in REQUIRED]


def mapping_of(table: FileTable) -> ColumnMapping:
    """Which title of this file is which of our columns."""
    theirs = {as_title(title): title for title in table.titles}
    return ColumnMapping(
        {
            ours: theirs[title]
            for ours, titles in TITLES.items()
            if (title := next((one for one in titles if one in theirs), None))
        }
    )


def read_people(table: FileTable) -> Iterator[tuple[int, PersonLine | LineRefused]]:
    """Line number and who it is, or why not, for each line; raises BadInput where the titles cannot be used."""
    return read_lines(_LAYOUT, table, mapping_of(table))


def _person(fields: Cells) -> PersonLine:
    return PersonLine(
        email=fields.address("email"),
        name=fields.text("name"),
        roles=_roles(fields),
        team=fields.maybe_text("team") or None,
        language=fields.language("language") if fields.values.get("language") else None,
    )


def _roles(fields: Cells) -> frozenset[Role]:
    written = fields.text("roles").casefold().translate(_BETWEEN)
    found: set[Role] = set()
    for part in (part.strip() for part in written.split(",")):
        words = [part] if part in ROLE_WORDS else part.split()
        for word in words:
            if word in ROLE_WORDS:
                found.add(ROLE_WORDS[word])
            else:
                _note_unknown(fields, word)
    if written and not found and not fields.wrong:
        _note_unknown(fields, written)
    return frozenset(found)


def _note_unknown(fields: Cells, word: str) -> None:
    known = ", ".join(in_order(set(Role)))
    what = f"{fields.mapping.title('roles')} {word!r} is not one of {known}"
    fields.wrong.append(Refused(Reason.NOT_A_ROLE, what, column="roles", value=word, known=known))


_LAYOUT: Final = Layout(
    REQUIRED, OPTIONAL, _person, TwiceInFile("email", Reason.PERSON_TWICE, "address", folds=True)
)
