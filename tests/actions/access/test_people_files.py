"""Colleagues by file: eighty at once, in whatever form Excel gives them, and everything that is wrong with a line."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cast.builders import NOW, settings
from cast.workbooks import workbook
from kloof import storage
from kloof.actions.access import people_files
from kloof.actions.access.people_files import PeopleReport
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, ActorKind, AuditAction
from kloof.domain.access.people import Role
from kloof.domain.errors import BadInput, Reason, Refused
from kloof.storage.access import people, sessions
from kloof.storage.models import AuditEntry, Person, StaffSession
from kloof.wording.file_words import worded

Load = Callable[..., PeopleReport]
SAM = "sam@firm.example"


@pytest.fixture
def house(either_database: str, tmp_path: Path) -> Settings:
    people.put(SAM, "Sam", {Role.DESK}, "", NOW)
    return settings(either_database, tmp_path)


def csv(*lines: str, head: str = "email,name,roles,team,language") -> bytes:
    return "\n".join([head, *lines]).encode()


def eighty(team: str = "North") -> bytes:
    return csv(*(f"p{n}@firm.example,Person {n},salesperson,{team},nl" for n in range(80)))


def load(house: Settings, raw: bytes, name: str = "people.csv", **more: object) -> PeopleReport:
    return people_files.load(house, raw, name, NOW, **more)  # type: ignore[arg-type]


def rows() -> dict[str, tuple[str, str, str, str]]:
    return {row.email: (row.name, row.roles, row.team, row.language) for row in Person.select()}


def reasons(report: PeopleReport) -> dict[int, list[Reason]]:
    return {one.line: [why.reason for why in one.why] for one in report.refused}


def test_eighty_people_go_in_at_one_go_with_a_handful_of_statements(house: Settings) -> None:
    with storage.counted_queries() as seen:
        report = load(house, eighty())
    assert (report.count("created"), report.refused) == (80, [])
    assert len(rows()) == 81
    assert rows()["p7@firm.example"] == ("Person 7", "salesperson", "North", "nl")
    assert len([sql for sql in seen if sql.split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}]) <= 6
    added = AuditEntry.select().where(AuditEntry.what == AuditAction.PERSON_ADDED.value)
    assert added.count() == 80


def test_the_same_file_again_changes_nothing_and_another_team_says_so(house: Settings) -> None:
    load(house, eighty())
    before = AuditEntry.select().count()
    assert load(house, eighty()).count("unchanged") == 80
    assert AuditEntry.select().count() == before
    moved = load(house, eighty("South"))
    assert moved.count("updated") == 80
    assert {one.changed for one in moved.taken} == {("team",)}
    assert {team for _, _, team, _ in rows().values()} == {"", "South"}


def test_a_look_says_the_same_and_changes_nothing(house: Settings) -> None:
    there, entries = rows(), AuditEntry.select().count()
    raw = csv(f"{SAM},Sam de Boer,desk,,nl", "new@firm.example,New,lead,,nl", "x@firm.example,X,king,,nl")
    with storage.counted_queries() as seen:
        looked = people_files.check(house, raw, "people.csv", NOW)
    assert len(seen) == 1
    assert (rows(), AuditEntry.select().count()) == (there, entries)
    loaded = load(house, raw)
    assert loaded == looked
    assert reasons(loaded) == reasons(looked)
    assert [(one.effect, one.changed) for one in looked.taken] == [("updated", ("name",)), ("created", ())]


@pytest.mark.parametrize(
    "raw",
    [
        csv("jos@firm.example;José;verkoper + leider;;en", head="E-mail;Naam;Rol;Team;Taal").decode().encode("cp1252"),
        csv('jos@firm.example,José,"lead, salesperson",,EN'),
        csv("jos@firm.example\tJosé\tSalesperson/Lead\t\ten", head="email\tname\troles\tteam\tlanguage"),
        workbook(
            {
                "Mensen": [
                    ["naam", "e-mailadres", "rollen", "taal"],
                    ["José", "jos@firm.example", "Lead; Verkoper", "en"],
                ]
            }
        ),
    ],
    ids=["Windows-1252", "comma", "tab", "workbook"],
)  # fmt: skip
def test_a_file_is_read_as_excel_saves_it_in_either_language(house: Settings, raw: bytes) -> None:
    assert load(house, raw).refused == []
    assert rows()["jos@firm.example"] == ("José", "salesperson lead", "", "en")


def test_all_that_is_wrong_with_a_line_is_said_at_once_by_the_titles_of_the_file(house: Settings) -> None:
    strict = house.model_copy(update={"deals": house.deals.model_copy(update={"teams": ("North", "South")})})
    raw = csv(
        "jos;;koning;Nord;fr", "ok@firm.example;Ok;lezer;;", "OK@firm.example;Ok;lezer;;",
        head="e-mail;naam;rol;team;taal",
    )  # fmt: skip
    report = load(strict, raw)
    assert reasons(report) == {
        2: [
            Reason.NOT_AN_ADDRESS,
            Reason.CELL_EMPTY,
            Reason.NOT_A_ROLE,
            Reason.NOT_A_LANGUAGE,
            Reason.NAME_UNKNOWN,
        ],
        4: [Reason.PERSON_TWICE],
    }
    said = [worded(why, "nl", report.titles) for why in report.refused[0].why]
    assert said[1] == "naam is leeg. Vul het in."
    assert said[2].startswith("rol: “koning” is geen rol van kloof.")
    assert set(rows()) == {SAM, "ok@firm.example"}


def test_no_file_takes_the_desk_from_the_last_who_has_it_or_from_who_loads_it(house: Settings) -> None:
    sam = people.by_email(SAM)
    assert sam is not None
    demoted = f"{SAM},Sam,salesperson,,nl"
    assert reasons(load(house, csv(demoted))) == {2: [Reason.DESK_EMPTY]}
    by_sam = Actor(ActorKind.PERSON, sam.id, "desk")
    assert reasons(load(house, csv("kim@firm.example,Kim,desk,,nl", demoted), by=by_sam)) == {
        3: [Reason.OWN_ACCOUNT]
    }
    both = csv(demoted, "kim@firm.example,Kim,lead,,nl")
    assert reasons(load(house, both)) == {3: [Reason.DESK_EMPTY]}
    assert (rows()[SAM][1], rows()["kim@firm.example"][1]) == ("salesperson", "desk")


def test_who_has_left_is_back_and_who_gets_other_roles_signs_in_anew(house: Settings) -> None:
    load(house, csv("kim@firm.example,Kim,lead,North,en", "bo@firm.example,Bo,salesperson,,nl"))
    numbers = people.numbers(["kim@firm.example", "bo@firm.example"])
    for number in numbers.values():
        sessions.begin(number, f"f{number}", NOW, forgotten=NOW - timedelta(hours=1))
    people.leave(numbers["kim@firm.example"], NOW)
    again = csv(
        "kim@firm.example,Kim,salesperson,,",
        "bo@firm.example,Bo,lead,,",
        head="email,name,roles,team,language",
    )
    report = load(house, again)
    assert [(one.email, one.effect) for one in report.taken] == [
        ("kim@firm.example", "created"),
        ("bo@firm.example", "updated"),
    ]
    assert people.by_email("kim@firm.example") is not None
    assert rows()["kim@firm.example"][2:] == ("North", "en")  # what a line does not say stays
    assert [row.person_id for row in StaffSession.select()] == [numbers["kim@firm.example"]]


def test_a_file_that_cannot_be_used_is_refused_as_a_whole(house: Settings) -> None:
    with pytest.raises(BadInput) as wrong:
        load(house, csv("Kim", head="naam"))
    assert [part.reason for part in wrong.value.parts] == [Reason.COLUMN_MISSING] * 2
    with pytest.raises(Refused) as empty:
        load(house, csv())
    assert empty.value.reason is Reason.FILE_WITHOUT_LINES
    assert set(rows()) == {SAM}


def test_the_example_goes_in_as_it_is(house: Settings) -> None:
    lines = [";".join(row) for row in people_files.example(house)]
    assert load(house, "\n".join(lines).encode()).count("created") == 3
