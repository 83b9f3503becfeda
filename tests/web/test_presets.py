"""A choice that the link in a mail brings along: a person keeps it, a mail scanner does not, and the page says so."""

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast.builders import NOW, SECRET, BuiltDeal, deal, survey
from kloof.actions.surveys import respond
from kloof.domain.access import tokens
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Questionnaire
from kloof.storage.models import Invitation, Response

pytestmark = pytest.mark.slow

SURVEY = survey(8)
BOTH = (Wave.SALE, Wave.DELIVERY)
REST = {f"a{number}": "4" for number in range(2, 9)}
SCRIPT = {"Accept": "application/json"}
WAITS = {"nl": "zodra u hier zelf iets invult", "en": "as soon as you fill in something here yourself"}


def link(built: BuiltDeal, wave: Wave = Wave.SALE) -> str:
    return f"/s/{built.tokens[wave]}"


def opened(built: BuiltDeal, wave: Wave = Wave.SALE) -> Questionnaire:
    return respond.open_link(built.tokens[wave], NOW)


def answers(built: BuiltDeal, wave: Wave = Wave.SALE) -> dict[str, object]:
    return dict(opened(built, wave).response.answers)


def page(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def ticked(html: str) -> dict[str, str]:
    return {str(box["name"]): str(box["value"]) for box in page(html).select("input[type=radio][checked]")}


def form(html: str) -> Tag:
    found = page(html).select_one("form#survey")
    assert found
    return found


def brought(html: str) -> dict[str, str]:
    """What a press of a button sends of this page as it stands, without the button."""
    boxes = form(html).select("input[type=hidden], input[checked]")
    return {str(box["name"]): str(box["value"]) for box in reversed(boxes)}


def press(client: FlaskClient, html: str, action: str = "save", **chosen: str) -> TestResponse:
    """Choose these on this page, and press a button."""
    return client.post(str(form(html)["action"]), data=brought(html) | chosen | {"action": action})


def notes(html: str) -> str:
    return " ".join(note.get_text(" ", strip=True) for note in page(html).select(".notice"))


def press_first_buttons(client: FlaskClient, address: str) -> None:
    """What a mail scanner does that follows a link, and then whatever the first button leads to."""
    for _ in range(6):
        html = client.get(address, follow_redirects=True).text
        if not page(html).select_one("form#survey"):
            return
        button = page(html).select_one("button")
        assert button
        address = press(client, html, str(button["value"])).location or address


@pytest.mark.parametrize("carried", [True, False])
def test_what_the_script_saved_before_the_page_was_sent_is_no_reason_to_stay(
    client: FlaskClient, carried: bool
) -> None:
    built = deal(SURVEY)
    html = client.get(f"{link(built)}?a1=9", follow_redirects=True).text
    carries = {"from.mail": "a1=9"} if carried else {}
    saved = {"a1": "9", "consent": "totals"} | REST | carries
    assert client.post(link(built), data=saved, headers=SCRIPT).status_code == 204
    # The page is sent as it was opened, or from an address that nothing tidied.
    address = str(form(html)["action"]) if carried else f"{link(built)}?a1=9"
    got = client.post(address, data={"a1": "9", "consent": "totals", "action": "submit"} | carries)
    assert (got.status_code, got.location) == (303, f"{link(built)}/receipt")
    assert answers(built)["a1"] == 9


BUTTONS = [
    ({"action": "save"}, "?page=2"),
    ({"action": "back"}, "?page=1"),
    ({"action": "en"}, "?page=1"),
    ({"go": "a6"}, "?page=2#q-a6"),
]


@pytest.mark.parametrize("first", [{"a2": "4"}, {"a1": "3"}])
def test_the_choice_of_the_mail_leaves_every_address_with_the_first_own_choice(
    client: FlaskClient, first: dict[str, str]
) -> None:
    for button, leads_to in BUTTONS:
        built = deal(SURVEY)
        html = client.get(f"{link(built)}?a1=9", follow_redirects=True).text
        got = client.post(str(form(html)["action"]), data=brought(html) | first | button)
        assert got.location == f"{link(built)}{leads_to}"
        assert answers(built) == {"a1": 9} | {item: int(value) for item, value in first.items()}
        assert "from.mail" not in client.get(got.location, follow_redirects=True).text


def test_no_form_posts_to_an_address_with_a_choice_in_it(client: FlaskClient) -> None:
    built = deal(SURVEY)
    html = client.get(f"{link(built)}?a1=9&page=4").text
    assert form(html)["action"] == link(built)
    after = press(client, html, "submit", consent="named")
    assert after.status_code == 422
    assert form(after.text)["action"] == link(built)
    assert "from.mail" not in after.text
    assert answers(built) == {"a1": 9}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_until_then_each_page_says_that_the_choice_is_not_saved_and_what_it_takes(
    client: FlaskClient, language: str
) -> None:
    built = deal(SURVEY)
    address = f"{link(built)}?a1=9&language={language}"
    for _ in range(4):
        html = client.get(address, follow_redirects=True).text
        assert WAITS[language] in notes(html)
        assert brought(html)["a1"] == "9"
        address = press(client, html).location
    assert answers(built) == {}
    press(client, html, comment="Thanks")
    assert answers(built) == {"a1": 9}
    assert WAITS[language] not in notes(client.get(link(built), follow_redirects=True).text)


def test_what_waits_is_not_listed_among_what_still_needs_an_answer(client: FlaskClient) -> None:
    built = deal(SURVEY)
    last = page(client.get(f"{link(built)}?a1=9&page=5").text)
    assert [one["value"] for one in last.select(".notice button[name=go]")] == [*REST, "consent"]
    assert "9 van de 10" in last.select_one(".answers").text


def test_sending_nothing_but_the_choice_of_the_mail_says_what_is_missing_and_keeps_nothing(
    client: FlaskClient,
) -> None:
    built = deal(SURVEY)
    got = press(client, client.get(f"{link(built)}?a1=9&page=4").text, "submit")
    assert got.status_code == 422
    summary = page(got.text).select(".error-summary :is(a, button)")
    assert [one.get("value") or one["href"] for one in summary] == [*REST, "#q-consent"]
    assert Response.select().count() == 0
    press(client, got.text, consent="named")
    assert answers(built) == {"a1": 9}


@pytest.mark.parametrize(("language", "says"), [("nl", "nog één keer"), ("en", "once more")])
def test_where_only_the_choice_of_the_mail_is_missing_it_is_asked_for_once_more(
    client: FlaskClient, language: str, says: str
) -> None:
    built = deal(SURVEY)
    client.post(link(built), data=REST | {"consent": "totals", "language": language})
    got = press(client, client.get(f"{link(built)}?a1=9&page=4").text, "submit")
    assert got.status_code == 422
    summary = page(got.text).select_one(".error-summary")
    assert summary
    assert says in summary.text
    assert summary.select_one("button")["value"] == "a1"
    # Pressing on, as a scanner would, brings no answer; choosing does.
    press(client, got.text, "submit")
    assert "a1" not in answers(built)
    first = client.get(f"{link(built)}?page=1").text
    assert "a1" not in ticked(first)
    press(client, first, a1="9")
    assert (
        press(client, client.get(f"{link(built)}?page=4").text, "submit").location == f"{link(built)}/receipt"
    )
    assert opened(built).submitted


@pytest.mark.parametrize("wave", Wave)
def test_a_scanner_that_follows_the_numbers_of_the_mail_records_nothing(
    client: FlaskClient, wave: Wave
) -> None:
    built = deal(survey(3), waves=BOTH)
    for point in (0, 5, 10):
        press_first_buttons(client, f"{link(built, wave)}?a1={point}")
    assert Response.select().count() == 0
    assert opened(built, wave).state is InvitationState.INVITED


@pytest.mark.parametrize("opened_by", ["", "?a1=9", "?a1=2"])
def test_a_scanner_does_not_send_what_a_customer_has_filled_in_and_not_sent(
    client: FlaskClient, opened_by: str
) -> None:
    built = deal(SURVEY)
    client.post(link(built), data=REST | {"a1": "9", "consent": "totals"})
    before = Response.select().dicts().get()
    press_first_buttons(client, link(built) + opened_by)
    assert Response.select().dicts().get() == before
    assert not opened(built).submitted
    last = client.get(f"{link(built)}?page=5").text
    assert "nog niet verstuurd" in page(last).select_one(".lead").text
    assert press(client, last, "submit").location == f"{link(built)}/receipt"


def test_a_choice_in_a_mail_changes_nothing_that_is_saved_and_says_so(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data={"a1": "9", "a2": "4"})
    html = client.get(f"{link(built)}?a1=3", follow_redirects=True).text
    assert ticked(html) == {"a1": "9", "a2": "4"}
    assert "koos u 3 bij “Aspect 1 (nl)”, maar er was al 9 bewaard" in notes(html)
    press(client, html, a3="5")
    assert answers(built) == {"a1": 9, "a2": 4, "a3": 5}
    press(client, html, a1="3")
    assert answers(built)["a1"] == 3


def test_the_same_choice_again_is_no_news(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data={"a1": "9"})
    html = client.get(f"{link(built)}?a1=9", follow_redirects=True).text
    assert (ticked(html), notes(html)) == ({"a1": "9"}, "")


@pytest.mark.parametrize("action", ["save", "submit"])
def test_a_tab_that_was_open_before_another_answer_was_saved_does_not_undo_it_and_says_so(
    client: FlaskClient, action: str
) -> None:
    built = deal(SURVEY)
    first, second = (client.get(f"{link(built)}?a1={point}", follow_redirects=True).text for point in (9, 3))
    press(client, second, **REST, consent="totals")
    got = press(client, first, action, a2="8")
    assert got.status_code == 422
    error = page(got.text).select_one(".error-summary a")
    assert error
    assert error["href"] == "#q-a1"
    assert "al 3 bewaard" in error.text
    assert ticked(got.text)["a1"] == "3"
    assert answers(built) == {"a1": 3} | dict.fromkeys(REST, 4) | {"a2": 8}
    assert not opened(built).submitted
    assert press(client, got.text, action).status_code == 303
    assert answers(built)["a1"] == 3


def test_the_script_is_told_which_answer_was_kept_instead(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data={"a1": "3"})
    sent = {"a1": "9", "a2": "8", "from.mail": "a1=9", "language": "en"}
    got = client.post(link(built), data=sent, headers=SCRIPT)
    assert got.status_code == 422
    assert got.json["kept"] == {"a1": 3}
    assert "3 was already saved" in got.json["errors"]["a1"]
    assert answers(built) == {"a1": 3, "a2": 8}


def test_the_script_is_not_told_saved_when_nothing_was(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data={"a2": "4"})
    sent = {"a1": "9", "a2": "4", "from.mail": "a1=9", "language": "en"}
    got = client.post(link(built), data=sent, headers=SCRIPT)
    assert (got.status_code, list(got.json["errors"])) == (422, ["a1"])
    assert answers(built) == {"a2": 4}


def test_a_choice_that_does_not_fit_is_not_taken_and_the_page_says_so(client: FlaskClient) -> None:
    built = deal(SURVEY)
    for wrong in ("a1=11", "a1=", "a1=7.5", "a1=%D9%A3", "a1=yes", "lead-time=7", "again=7"):
        html = client.get(f"{link(built)}?{wrong}&language=en", follow_redirects=True).text
        assert ticked(html) == {}
        assert "does not fit this survey" in notes(html), wrong
        assert "from.mail" not in html


def test_what_a_mail_program_hangs_on_a_link_is_no_choice(client: FlaskClient) -> None:
    built = deal(SURVEY)
    for more in ("utm_source=mail", "fbclid=IwAR0", "page=2", "language=en", "x="):
        assert notes(client.get(f"{link(built)}?{more}", follow_redirects=True).text) == "", more


def test_a_choice_for_a_later_page_opens_that_page_and_is_kept_from_there(client: FlaskClient) -> None:
    built = deal(SURVEY)
    html = client.get(f"{link(built)}?a6=9", follow_redirects=True).text
    assert ticked(html) == {"a6": "9"}
    assert press(client, html, a5="2").location == f"{link(built)}?page=3"
    assert answers(built) == {"a5": 2, "a6": 9}


def test_the_second_survey_takes_a_choice_for_the_whole_in_the_same_way(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=BOTH)
    second = link(built, Wave.DELIVERY)
    html = client.get(f"{second}?again=0", follow_redirects=True).text
    assert ticked(html) == {"again": "0"}
    assert press(client, html).location == f"{second}?again=0&page=4"
    everything = client.get(f"{second}?again=0&page=4").text
    sent = press(client, everything, "submit", a1="5", consent="totals", **REST)
    assert sent.location == f"{second}/receipt"
    assert answers(built, Wave.DELIVERY)["again"] == 0


def test_the_code_of_a_letter_brings_no_choice_along(client: FlaskClient) -> None:
    built = deal(SURVEY)
    salt = bytes(Invitation.get_by_id(built.invitations[Wave.SALE]).link_salt)
    code = tokens.code(SECRET, salt)
    Invitation.update(code_fingerprint=tokens.code_fingerprint(SECRET, code)).execute()
    got = client.get(f"/k/{code}?a1=9")
    assert got.location == link(built)
    assert ticked(client.get(got.location, follow_redirects=True).text) == {}
    assert Response.select().count() == 0


def sent(client: FlaskClient, wave: Wave = Wave.SALE) -> BuiltDeal:
    built = deal(SURVEY, waves=BOTH)
    client.post(link(built, wave), data=REST | {"a1": "9", "consent": "totals", "action": "submit"})
    return built


@pytest.mark.parametrize(
    ("language", "says"), [("nl", "niet toegevoegd"), ("en", "what you just chose was not added")]
)
def test_another_number_of_the_mail_after_sending_changes_nothing_and_says_so(
    client: FlaskClient, language: str, says: str
) -> None:
    built = sent(client)
    got = client.get(f"{link(built)}?a1=3&language={language}", follow_redirects=True)
    assert got.request.path == f"{link(built)}/receipt"
    assert "a1" not in got.request.args
    assert says in notes(got.text)
    assert answers(built)["a1"] == 9


def test_the_same_number_of_the_mail_after_sending_leads_to_the_receipt_and_no_more(
    client: FlaskClient,
) -> None:
    built = sent(client)
    got = client.get(f"{link(built)}?a1=9", follow_redirects=True)
    assert (got.request.path, notes(got.text)) == (f"{link(built)}/receipt", "")


def test_what_is_filled_in_after_sending_is_not_swallowed_in_silence(client: FlaskClient) -> None:
    built = sent(client)
    for late in ({"a1": "3"}, {"promise-0": "Before Easter"}, {"comment": "More"}):
        got = client.post(link(built), data=late | {"page": "1"}, follow_redirects=True)
        assert "niet toegevoegd" in notes(got.text)


def test_sending_twice_by_pressing_twice_says_nothing_of_it(client: FlaskClient) -> None:
    built = sent(client)
    again = REST | {"a1": "9", "consent": "totals", "action": "submit", "promise-0": ""}
    got = client.post(link(built), data=again)
    assert got.location == f"{link(built)}/receipt"


def test_a_choice_in_the_address_does_not_correct_what_was_sent(client: FlaskClient) -> None:
    built = sent(client)
    html = client.get(f"{link(built)}?page=1&a1=3").text
    assert "maar er was al 9 bewaard" in notes(html)
    press(client, html, a2="8")
    assert (answers(built)["a1"], answers(built)["a2"]) == (9, 8)
    press(client, html, a1="3")
    assert answers(built)["a1"] == 3


def test_what_is_wrong_elsewhere_does_not_lose_the_choice_of_the_mail(client: FlaskClient) -> None:
    built = deal(SURVEY)
    got = press(client, client.get(f"{link(built)}?a1=9&page=4").text, comment="x" * 4001)
    assert got.status_code == 422
    assert answers(built) == {}
    press(client, got.text, comment="Shorter")
    assert answers(built) == {"a1": 9}


def test_a_carried_choice_that_the_form_never_wrote_is_no_error_and_no_answer(client: FlaskClient) -> None:
    for carried in ("%", "a1", "a1=x&a1=&=&&;", "zz=9", "a1=%FF", "a1=99", "x" * 10_000):
        built = deal(SURVEY)
        got = client.post(link(built), data={"a2": "4", "from.mail": carried})
        assert got.status_code == 303
        assert answers(built) == {"a2": 4}
