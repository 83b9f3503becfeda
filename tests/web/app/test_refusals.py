"""Each reason for which kloof says no is told as that reason, with its own status, in the visitor's language."""

import re
from pathlib import Path
from unittest.mock import Mock

import pytest
from bs4 import BeautifulSoup
from peewee import OperationalError
from werkzeug.test import TestResponse

from cast import respondents
from cast.builders import deal, person, settings
from cast.refusals import BOTH, CASES, JORIS, LINE, NOOR, SANNE, World, answered
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.domain.access.people import Role
from kloof.domain.errors import Reason, Refused
from kloof.domain.text import LANGUAGES, Language
from kloof.storage.access import sessions
from kloof.web.app.refusals import REFUSALS
from kloof.wording import translator

pytestmark = pytest.mark.slow

OF_ONE_LINE = {
    Reason.CELLS_MISCOUNTED, Reason.CELL_EMPTY, Reason.CELL_TOO_LONG, Reason.CELL_UNFIT, Reason.NOT_A_DAY,
    Reason.DAY_STANDS_IN,
    Reason.NOT_A_LANGUAGE, Reason.NOT_A_TIME_ZONE, Reason.NOT_AN_ADDRESS, Reason.ADDRESS_TOO_LONG,
    Reason.ADDRESS_BEYOND_ASCII,
    Reason.DEAL_TWICE, Reason.DEAL_UNKNOWN, Reason.DEAL_CANCELLED, Reason.DAY_IN_FUTURE, Reason.DAY_BEFORE_SALE,
    Reason.SECOND_SURVEY_ANSWERED, Reason.CUSTOMER_HAS_ANSWERED, Reason.ADDRESS_OF_ANOTHER,
    Reason.CUSTOMER_PERHAPS_KNOWN, Reason.NAME_UNKNOWN, Reason.SALESPERSON_UNKNOWN, Reason.SURVEY_UNKNOWN,
    Reason.SURVEY_CHANGED, Reason.NUMBER_ROUNDED, Reason.NOT_A_ROLE, Reason.PERSON_TWICE, Reason.CUSTOMER_ERASED,
    Reason.COLUMNS_WRONG, Reason.COLUMN_MISSING, Reason.COLUMN_TWICE, Reason.COLUMN_UNKNOWN, Reason.COLUMN_UNNAMED,
}  # fmt: skip
"""The file is there to be mended, so the page is no error; what is wrong stands there with why."""

ELSEWHERE = {
    Reason.PASSED_TO_SELF: (422, "This is your own address. Fill in that of your colleague."),
    Reason.CODE_UNKNOWN: (422, "We do not know this code. Compare it with your letter, letter by letter."),
    Reason.STEP_IMPOSSIBLE: (404, "This link does not work"),
    Reason.SURVEY_CLOSED: (200, "Thank you"),
    Reason.ANSWERS_FIXED: (200, "Thank you"),
    Reason.HANDOVER_CLOSED: (200, "This was closed in the meantime, so nothing was changed."),
    Reason.PRACTICES_LOCKED: (200, "This was closed in the meantime, so nothing was changed."),
    Reason.CALL_CLOSED: (200, "Not solved"),
    Reason.ADDRESS_IN_USE: (422, "{name} has this address already"),
}
"""Where a page of its own says how it stands."""

ON_NO_PAGE_YET = {
    Reason.CALL_IS_FOR_CUSTOMER, Reason.CUSTOMER_UNKNOWN, Reason.MESSAGE_UNKNOWN,
    Reason.MESSAGE_ON_ITS_WAY, Reason.MESSAGE_IS_LETTER, Reason.NOTHING_HELD, Reason.LETTER_NOT_PRINTED,
    Reason.LETTERS_CHANGED, Reason.LETTER_UNPRINTABLE, Reason.PILE_UNKNOWN,
    Reason.DESK_EMPTY, Reason.SUCCESSOR_UNFIT,
    Reason.RELEASES_AHEAD, Reason.RELEASES_ABSENT, Reason.RELEASES_LEAK, Reason.NOT_CERTIFIED,
    Reason.CLOCK_WENT_BACK, Reason.CLOCK_JUMPED, Reason.SITE_UNBUILT, Reason.MAIL_NOT_TAKEN, Reason.MAILBOX_UNREADABLE,
    Reason.SETTINGS_UNUSABLE, Reason.FOLDER_UNFIT, Reason.FILE_IN_THE_WAY, Reason.FILE_UNWRITABLE,
    Reason.DATABASE_BEHIND, Reason.DATABASE_AHEAD, Reason.DATABASE_TAKEN, Reason.KEY_UNFIT, Reason.HOST_DIFFERS,
    Reason.ROUTE_UNGUARDED,
    Reason.DEMO_FAILED, Reason.TOKEN_UNFIT, Reason.BACKUP_UNUSABLE, Reason.RESTORE_UNFINISHED, Reason.WEBHOOK_UNFIT,
}  # fmt: skip
"""Only the command line gives these today. Their words are ready for the page that will."""
TO_PROGRAMS = {
    Reason.TOKEN_UNKNOWN, Reason.TOKEN_MAY_NOT, Reason.TOO_MANY_REQUESTS, Reason.KEY_USED_BEFORE, Reason.KEY_UNUSABLE,
    Reason.CHANGED_MEANWHILE, Reason.SHAPE_UNFIT, Reason.DEAL_UNFIT,
}  # fmt: skip
"""Only programs meet these, as JSON: tests/web/api."""


@pytest.fixture
def world(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(settings(database, tmp_path), monkeypatch, "en")


def words(answer: TestResponse) -> str:
    return " ".join(BeautifulSoup(answer.text, "html.parser").select_one("main").get_text(" ").split())


def stands_in(sentence: str, language: Language, answer: TestResponse) -> bool:
    """Whether the page says this sentence, whatever the facts in it are."""
    parts = re.split(r"{\w+}", translator(language)(sentence))
    return bool(re.search(".+?".join(map(re.escape, parts)), words(answer)))


def test_every_reason_has_a_visitor_who_meets_it_or_is_named_as_one_of_the_command_line() -> None:
    assert set(CASES) | ON_NO_PAGE_YET | TO_PROGRAMS == set(Reason)
    assert set(CASES) & ON_NO_PAGE_YET == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(CASES))
def test_each_reason_is_told_as_itself_in_the_visitors_language(
    world: World, reason: Reason, language: Language
) -> None:
    world.language = language
    row = REFUSALS[reason]
    answer = CASES[reason](world)
    status, sentence = ELSEWHERE.get(reason, (200 if reason in OF_ONE_LINE else row.status, row.title))
    assert (answer.status_code, stands_in(sentence, language, answer)) == (status, True), words(answer)
    assert "{" not in words(answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_others_make_a_page_too(
    world: World, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    world.language = language
    sanne = world.visitor(SANNE)
    for reason in ON_NO_PAGE_YET:
        row = REFUSALS[reason]
        refusal = Refused(reason, "In English.", **dict.fromkeys(re.findall(r"{(\w+)}", row.title), "7"))
        monkeypatch.setattr("kloof.web.staff.me.own_feedback.overview", Mock(side_effect=refusal))
        answer = sanne.get("/me")
        assert (answer.status_code, stands_in(row.title, language, answer)) == (row.status, True)
        assert "In English" not in answer.text


@pytest.mark.parametrize(
    ("path", "name", "role"),
    [
        ("/me", SANNE, Role.SALESPERSON),
        ("/me/deals/D-1", SANNE, Role.SALESPERSON),
        ("/me/promise", SANNE, Role.SALESPERSON),
        ("/calls", SANNE, Role.SALESPERSON),
        ("/calls/D-1", SANNE, Role.SALESPERSON),
        ("/handover", JORIS, Role.LEAD),
        ("/handover/D-1", JORIS, Role.LEAD),
        ("/desk/fair-play", NOOR, Role.DESK),
    ],
)
def test_without_the_works_council_each_page_is_off_and_says_so(
    world: World, path: str, name: str, role: Role
) -> None:
    world.more = {}
    answer = world.visitor(name, role).get(path)
    assert (answer.status_code, "works council" in words(answer)) == (200, True)
    assert re.search("This page is (still )?off", words(answer))


@pytest.mark.parametrize("path", ["/handover/D-1", "/practices/D-1"])
def test_what_is_posted_to_a_page_that_is_off_is_not_taken_for_late(world: World, path: str) -> None:
    world.more = {}
    answer = world.visitor(JORIS, Role.LEAD).post(path, data={"mark-a1": "will"})
    assert (answer.status_code, "This page is still off" in answer.text) == (200, True)


@pytest.fixture
def damaged(world: World) -> World:
    """A salesperson with answers, and a published release of which a file was changed afterwards."""
    answered(deal(seller=person(SANNE), waves=BOTH), *BOTH)
    made = respondents.settings(world.house.folder)
    respondents.answered_deals(14)
    freeze(made, respondents.MONDAY)
    publish(made, respondents.MONDAY)
    assert world.sanne("/me").status_code == 200
    file = world.house.releases_folder / "0001" / "release.json"
    file.write_bytes(file.read_bytes() + b" ")
    return world


@pytest.mark.parametrize("path", ["/me", "/me/promise?product=Heat+pump"])
def test_a_damaged_release_is_no_fault_of_who_looks_and_the_log_says_which_file(
    damaged: World, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = damaged.sanne(path)
    assert (answer.status_code, "still off" in answer.text) == (503, False)
    assert "You did nothing wrong" in words(answer)
    assert "release.json" not in answer.text
    [line] = caplog.messages
    assert re.fullmatch(
        r"release_damaged at \w+\.\w+: \S+/0001/release\.json: This file was changed after it was published\. .+",
        line,
    )


def test_the_desk_reads_which_file_of_a_release_is_damaged_until_it_is_put_back(damaged: World) -> None:
    damaged.language = "nl"
    assert "Een publicatie is beschadigd 0001/release.json is veranderd of weg." in words(
        damaged.desk("/desk")
    )
    file = damaged.house.releases_folder / "0001" / "release.json"
    file.write_bytes(file.read_bytes()[:-1])
    assert "beschadigd" not in words(damaged.desk("/desk"))
    assert damaged.sanne("/me").status_code == 200


def test_the_site_that_was_built_is_served_whatever_happened_to_a_release_since(damaged: World) -> None:
    damaged.house.built_site.mkdir(parents=True)
    (damaged.house.built_site / "index.html").write_text("<title>Findings</title>", encoding="utf-8")
    with damaged.sanne("/findings/") as answer:
        assert answer.status_code == 200


def test_every_kind_of_fault_of_a_file_is_said_at_once_and_in_dutch(world: World) -> None:
    world.language = "nl"
    titles = [column for column in LINE if column != "customer_name"]
    answer = world.file(f"{','.join(titles)},deal_id,colour\n1,2,3\n")
    assert answer.status_code == 200
    for said in (
        "De kolom customer_name ontbreekt. Zet hem erbij op de eerste regel.",
        "De kolom deal_id staat er twee keer. Haal er een weg.",
        "De kolom colour kennen we niet. Verbeter de naam, of haal hem weg.",
    ):
        assert said in words(answer)


def test_every_fault_of_a_line_is_said_at_once_and_in_dutch(world: World) -> None:
    world.language = "nl"
    answer = world.lines({"sold_on": "27-11-2026", "team": "", "language": "fr"})
    for said in (
        "Verkocht op: “27-11-2026” is geen datum. Schrijf hem als 2026-03-31.",
        "Team is leeg. Vul het in.",
        "Taal van de klant (nl of en): “fr” is geen taal van kloof. Schrijf nl of en.",
    ):
        assert said in words(answer)


def test_a_broken_survey_file_is_not_said_of_the_file_that_was_loaded(world: World) -> None:
    answer = CASES[Reason.SURVEYS_UNUSABLE](world)
    assert "surveys/project.yaml:1" in words(answer)
    assert "deals.csv" not in words(answer)


def test_who_tried_too_often_is_told_when_it_can_be_tried_again(world: World) -> None:
    answer = CASES[Reason.TOO_MANY_CODES](world)
    assert (answer.status_code, 0 < int(answer.headers["Retry-After"]) <= 900) == (429, True)


def test_who_was_signed_out_by_time_reads_that_and_who_never_was_does_not(world: World) -> None:
    sanne, stranger = world.visitor(SANNE), world.visitor()
    with sanne.session_transaction() as session:
        session["seen"] -= 2 * 60 * 60
    for browser, ended in ((sanne, True), (stranger, False)):
        answer = browser.get("/me", follow_redirects=True)
        assert ("You are no longer signed in." in words(answer)) == ended


def test_a_page_that_says_what_broke_does_not_look_it_up_in_what_broke(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sanne = world.visitor(SANNE)
    monkeypatch.setattr(sessions, "person_of", Mock(side_effect=OperationalError("the server went away")))
    answer = sanne.get("/me")
    assert (answer.status_code, "This does not work for the moment" in words(answer)) == (503, True)


def test_a_dead_end_leads_back_to_the_first_page_of_who_met_it(world: World) -> None:
    for path, home in (("/me/deals/D-nothing", "/me"), ("/me", None)):
        if home is None:
            world.more = {}
        link = BeautifulSoup(world.sanne(path).text, "html.parser").select_one("main a.button")
        assert (link and link["href"]) == home


def test_a_page_that_a_link_cannot_repeat_offers_no_other_language(world: World) -> None:
    switch = 'href="?language=nl"'
    assert switch in CASES[Reason.LINK_CLOSED](world).text
    assert switch not in CASES[Reason.PROVIDER_NO_GROUP](world).text
