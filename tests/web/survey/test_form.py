"""The form behind the personal link, as browsers and programs meet it."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from cast.builders import NOW, deal, invite, survey
from kloof import storage
from kloof.domain.states import InvitationState
from kloof.domain.surveys.answers import unpack
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import database
from kloof.storage.models import Invitation, Pair, Promise, Response

SURVEY = survey(3)


def response(built, wave: Wave = Wave.SALE) -> Response | None:  # type: ignore[no-untyped-def]
    return Response.get_or_none(Response.invitation == built.invitations[wave])


def answers(built, wave: Wave = Wave.SALE, of=SURVEY) -> dict[str, int | str]:  # type: ignore[no-untyped-def]
    kept = response(built, wave)
    return {} if kept is None else unpack(of, wave, bytes(kept.answers))


def state(built, wave: Wave = Wave.SALE) -> str:  # type: ignore[no-untyped-def]
    return str(Invitation.get_by_id(built.invitations[wave]).state)


def link(built, wave: Wave = Wave.SALE) -> str:  # type: ignore[no-untyped-def]
    return f"/s/{built.tokens[wave]}"


def complete(**more: str) -> dict[str, str]:
    return {"a1": "8", "a2": "0", "a3": "none", "consent": "named", "action": "submit"} | more


def page(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def ticked(html: str) -> dict[str, str]:
    return {box["name"]: box["value"] for box in page(html).select("input[type=radio][checked]")}


def test_the_link_shows_the_questions_without_an_account_and_keeps_nothing(client: FlaskClient) -> None:
    built = deal(SURVEY)
    got = client.get(link(built), follow_redirects=True)
    assert got.status_code == 200
    assert {box["name"] for box in page(got.text).select("input[type=radio]")} == {"a1", "a2", "a3"}
    assert response(built) is None
    assert state(built) == InvitationState.INVITED
    assert "Set-Cookie" not in got.headers


def test_everything_in_one_post_is_kept_and_closes_the_form(client: FlaskClient) -> None:
    built = deal(SURVEY)
    got = client.post(
        link(built), data=complete(comment=" Fine.\r\nThanks ", **{"promise-0": "Before Easter"})
    )
    assert (got.status_code, got.location) == (303, f"{link(built)}/receipt")
    kept = response(built)
    assert kept is not None
    assert answers(built) == {"a1": 8, "a2": 0, "a3": "none"}
    assert (kept.comment, kept.consent, kept.submitted_at) == ("Fine.\nThanks", "named", NOW)
    assert state(built) == InvitationState.SUBMITTED


def test_each_page_has_an_address_of_its_own_so_that_back_goes_back(client: FlaskClient) -> None:
    built = deal(survey(8))
    first = client.get(link(built)).location
    assert first == f"{link(built)}?page=1"
    second = client.post(first, data={"a1": "3", "page": "1", "action": "save"}).location
    assert second == f"{link(built)}?page=2"
    shown = client.get(first)
    assert (shown.status_code, ticked(shown.text)) == (200, {"a1": "3"})
    assert page(shown.text).select_one('input[name="page"]')["value"] == "1"  # type: ignore[index]


def test_the_link_goes_on_where_the_customer_was_and_keeps_what_it_brought(client: FlaskClient) -> None:
    built = deal(survey(8))
    client.post(link(built), data={f"a{number}": "3" for number in range(1, 5)} | {"page": "1"})
    assert client.get(link(built)).location == f"{link(built)}?page=2"
    assert client.get(f"{link(built)}?a8=9&language=en").location == f"{link(built)}?a8=9&language=en&page=2"


def test_a_page_saved_is_a_page_kept_and_leads_to_the_next_one(client: FlaskClient) -> None:
    built = deal(survey(8))
    got = client.post(link(built), data={"a1": "3", "page": "1", "action": "save"})
    assert (got.status_code, got.location) == (303, f"{link(built)}?page=2")
    assert answers(built, of=survey(8)) == {"a1": 3}
    assert state(built) == InvitationState.STARTED
    assert ticked(client.get(f"{link(built)}?page=1").text) == {"a1": "3"}


def test_what_a_page_does_not_hold_is_left_alone(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data={"a1": "3", "comment": "first"})
    client.post(link(built), data={"a2": "4"})
    kept = response(built)
    assert answers(built) == {"a1": 3, "a2": 4}
    assert kept is not None
    assert kept.comment == "first"


def test_an_empty_page_changes_nothing_and_goes_on(client: FlaskClient) -> None:
    built = deal(SURVEY)
    assert client.post(link(built), data={"page": "1", "action": "save"}).location == f"{link(built)}?page=2"
    assert response(built) is None


def test_the_last_choice_per_item_wins(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data={"a1": "3", "a2": "5"})
    client.post(link(built), data={"a1": "9"})
    assert answers(built) == {"a1": 9, "a2": 5}
    assert Response.select().count() == 1


def test_submitting_too_early_keeps_what_there_is_and_says_what_is_missing(client: FlaskClient) -> None:
    built = deal(SURVEY)
    got = client.post(link(built), data={"a1": "8", "page": "3", "action": "submit"})
    assert got.status_code == 422
    summary = page(got.text).select_one(".error-summary")
    assert summary is not None
    assert [one.get("href") or one["value"] for one in summary.select("a, button")] == [
        "a2",
        "a3",
        "#q-consent",
    ]
    assert answers(built) == {"a1": 8}
    assert state(built) == InvitationState.STARTED


def test_going_to_a_question_on_another_page_saves_this_page_first(client: FlaskClient) -> None:
    built = deal(survey(8))
    got = client.post(link(built), data={"comment": "Thanks", "consent": "totals", "page": "4", "go": "a6"})
    assert (got.status_code, got.location) == (303, f"{link(built)}?page=2#q-a6")
    kept = response(built)
    assert kept is not None
    assert (kept.comment, kept.consent) == ("Thanks", "totals")
    preset = client.post(f"{link(built)}?a1=9", data={"a1": "9", "page": "4", "go": "a6"})
    assert preset.location == f"{link(built)}?a1=9&page=2#q-a6"


def test_what_is_wrong_on_this_page_is_said_before_going_to_another(client: FlaskClient) -> None:
    built = deal(SURVEY)
    got = client.post(link(built), data={"comment": "x" * 4001, "page": "3", "go": "a2"})
    assert got.status_code == 422
    assert page(got.text).select_one(".error-summary a")["href"] == "#q-comment"


def test_a_wrong_value_of_another_page_is_not_carried_along_for_ever(client: FlaskClient) -> None:
    built = deal(survey(8))
    got = client.post(link(built), data={"a1": "99", "a5": "77", "a6": "4", "page": "1"})
    carried = {box["name"]: box["value"] for box in page(got.text).select("input[type=hidden]")}
    assert carried == {"page": "1", "language": "nl", "a6": "4"}
    assert client.post(link(built), data=carried | {"a1": "9", "go": "a5"}).status_code == 303


def test_an_error_is_said_in_the_language_that_is_being_read(client: FlaskClient) -> None:
    built = deal(SURVEY)
    wrong = {"comment": "x" * 4001, "page": "3"}
    for language in ({"language": "en"}, {"language": "nl", "action": "en"}):
        shown = page(client.post(link(built), data=wrong | language).text)
        assert shown.html["lang"] == "en"
        assert "Make it at most 4000" in shown.select_one(".error-summary").text


def test_an_aspect_that_is_not_core_may_be_left_open(client: FlaskClient) -> None:
    built = deal(survey(3, core=2))
    got = client.post(link(built), data={"a1": "1", "a2": "2", "consent": "totals", "action": "submit"})
    assert got.status_code == 303


def test_after_submitting_the_link_shows_the_receipt(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data=complete(comment="All <well>"))
    got = client.get(link(built), follow_redirects=True)
    assert got.request.path == f"{link(built)}/receipt"
    assert "All &lt;well&gt;" in got.text
    assert "8 van de 10" in got.text


def test_a_page_that_comes_in_after_submitting_changes_nothing(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data=complete())
    got = client.post(link(built), data={"a1": "1", "page": "1", "action": "save"})
    assert (got.status_code, got.location) == (303, f"{link(built)}/receipt?late=")
    assert answers(built)["a1"] == 8


def test_sent_answers_can_be_changed_from_the_receipt(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data=complete())
    form = page(client.get(f"{link(built)}?page=1").text).select_one("form#survey")
    assert form is not None
    client.post(str(form["action"]), data={"a1": "1", "page": "1", "action": "save"})
    assert answers(built)["a1"] == 1
    assert state(built) == InvitationState.SUBMITTED


@pytest.mark.parametrize("token", ["wrong", "x" * 43, "æ", "%00", "a" * 3000])
def test_a_wrong_link_gets_one_clear_page_that_tells_nothing(client: FlaskClient, token: str) -> None:
    built = deal(SURVEY)
    invite(built, Wave.DELIVERY, InvitationState.CANCELLED)
    wrong, cancelled = client.get(f"/s/{token}"), client.get(link(built, Wave.DELIVERY))
    assert (wrong.status_code, cancelled.status_code) == (404, 410)
    assert "Deze link werkt niet" in wrong.text
    assert "gaat niet door" in cancelled.text
    assert client.post(f"/s/{token}", data=complete()).text == wrong.text


def test_an_expired_link_takes_nothing_and_says_so_with_the_way_to_the_company_and_the_findings(
    client: FlaskClient, clock
) -> None:  # type: ignore[no-untyped-def]
    built = deal(SURVEY)
    clock.now = Invitation.get_by_id(built.invitations[Wave.SALE]).expires_at
    over = client.get(link(built), follow_redirects=True)
    assert over.status_code == 410
    assert "Deze vragenlijst is gesloten" in over.text
    assert page(over.text).select_one("main a.button")["href"] == "/findings/"
    assert client.post(link(built), data=complete()).status_code == 410
    assert response(built) is None


def test_the_link_of_another_customer_shows_and_changes_nothing_of_mine(client: FlaskClient) -> None:
    mine, theirs = deal(SURVEY), deal(SURVEY)
    client.post(link(mine), data={"a1": "7", "comment": "only mine"})
    assert "only mine" not in client.get(f"{link(theirs)}?page=3").text
    client.post(link(theirs), data={"a1": "2"})
    assert answers(mine) == {"a1": 7}


@pytest.mark.parametrize(
    "field",
    [
        {"a1": "11"},
        {"a1": "-1"},
        {"a1": "7.5"},
        {"a1": ""},
        {"a1": "٣"},
        {"a1": "07"},
        {"a1": ["1", "2"]},
        {"consent": "everybody"},
        {"comment": "x" * 4001},
        {"comment": "bell\x07"},
        {"promise-0": "y" * 501},
        {"promise-0-aspect": "nothing"},
        {"promise-0-source": "dreamt"},
        {"page": "99"},
        {"action": "explode"},
        {"go": "https://example.com"},
    ],
)
def test_what_is_wrong_is_refused_in_words_and_the_rest_of_the_page_is_kept(
    client: FlaskClient, field: dict[str, str | list[str]]
) -> None:
    built = deal(SURVEY)
    got = client.post(link(built), data={"a2": "4", "promise-1": "Dry feet"} | field)
    assert got.status_code == 422
    assert page(got.text).select_one(".error-summary a")
    assert answers(built) == {"a2": 4}
    assert [(one.position, one.text) for one in Promise.select()] == [(1, "Dry feet")]
    kept = response(built)
    assert kept is not None
    assert (kept.comment, kept.consent) == ("", "")
    assert state(built) == InvitationState.STARTED


def test_a_pasted_telephone_number_costs_nothing(client: FlaskClient) -> None:
    built = deal(SURVEY)
    pasted = "Bel me op \u202a+31 6 12345678\u202c, dat is beloofd"
    got = client.post(link(built), data=complete(comment=pasted, **{"promise-0": f"\ufeff{pasted}\u200e"}))
    assert (got.status_code, got.location) == (303, f"{link(built)}/receipt")
    plain = "Bel me op +31 6 12345678, dat is beloofd"
    assert (response(built).comment, Promise.get().text) == (plain, plain)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u202eevil", "evil"),
        ("\u2066hidden\u2069", "hidden"),
        ("Twee\u00a0woorden\u2028en een regel", "Twee woorden\nen een regel"),
        ("a  b\tc\r\n\r\nd", "a  b\tc\n\nd"),
        (
            "\U0001f469\u200d\U0001f527 \u0645\u06cc\u200c\u062e",
            "\U0001f469\u200d\U0001f527 \u0645\u06cc\u200c\u062e",
        ),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_what_a_customer_writes_is_kept_as_it_is_read(client: FlaskClient, typed: str, kept: str) -> None:
    built = deal(SURVEY)
    assert client.post(link(built), data={"comment": typed, "page": "3"}).status_code == 303
    assert response(built).comment == kept  # type: ignore[union-attr]


def test_a_page_with_a_wrong_field_leaves_alone_what_was_kept_in_that_field(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data={"comment": "first", "page": "3"})
    client.post(
        link(built), data={"comment": "x" * 4001, "consent": "totals", "page": "3", "action": "submit"}
    )
    assert (response(built).comment, response(built).consent) == ("first", "totals")  # type: ignore[union-attr]
    assert state(built) == InvitationState.STARTED


@pytest.mark.parametrize("wrong", ["bell\x07", "nul\x00", "y" * 501])
def test_a_word_about_a_promise_is_held_to_the_same_rules(client: FlaskClient, wrong: str) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    client.post(link(built), data=complete(**{"promise-0": "Before Easter"}))
    said = {"outcome-0": "kept", "outcome-0-remark": wrong, "page": "3"}
    got = client.post(link(built, Wave.DELIVERY), data=said)
    assert got.status_code == 422
    assert page(got.text).select_one(".error-summary a")["href"] == "#q-outcome-0-remark"
    assert (Promise.get().outcome, Promise.get().remark) == ("kept", "")


@pytest.mark.parametrize("field", ["a99", "outcome-0", "promise-5", "again", "<script>", "csrf_token"])
def test_a_field_that_the_form_does_not_have_is_refused(client: FlaskClient, field: str) -> None:
    built = deal(SURVEY)
    assert client.post(link(built), data={"a1": "4", field: "1"}).status_code == 422
    assert response(built) is None


def test_what_was_typed_stands_there_again_beside_the_error(client: FlaskClient) -> None:
    built = deal(SURVEY)
    got = client.post(link(built), data={"consent": "named", "comment": "<b>" + "x" * 4000, "page": "3"})
    shown = page(got.text)
    assert shown.select_one("textarea#q-comment").text.strip() == "<b>" + "x" * 4000
    assert ticked(got.text) == {"consent": "named"}


def test_what_another_page_brought_is_not_lost_over_an_error(client: FlaskClient) -> None:
    built = deal(SURVEY)
    got = client.post(link(built), data={"a1": "4", "comment": "x" * 5000})
    assert page(got.text).select_one("input[type=hidden][name=a1]")["value"] == "4"


@pytest.mark.slow
def test_a_huge_body_a_file_and_another_type_get_a_clear_refusal(client: FlaskClient) -> None:
    built = deal(SURVEY)
    assert client.post(link(built), data={"comment": "x" * 10_000_000}).status_code == 413
    assert client.post(link(built), json={"a1": 4}).status_code == 415
    assert client.post(link(built), data={"a1": (__file__, "a.txt")}).status_code == 415
    many = {f"a{number}": "1" for number in range(3000)}
    assert client.post(link(built), data=many).status_code == 422
    assert response(built) is None


def test_no_page_behind_a_link_is_kept_by_a_proxy_or_told_to_another_site(client: FlaskClient) -> None:
    built = deal(SURVEY)
    refused = [client.post(link(built), data=data) for data in ({"a99": "1"}, {"comment": "x" * 10_000_000})]
    client.post(link(built), data=complete())
    shown = [client.get(f"{link(built)}{path}") for path in ("", "/receipt", "/withdraw", "?page=1")]
    shown.append(client.get(f"/opt-out/{built.opt_out_tokens[Wave.SALE]}"))
    for answer in (*refused, *shown):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store, private"


def test_an_answer_in_the_address_is_chosen_and_not_kept(client: FlaskClient) -> None:
    built = deal(survey(8))
    got = client.get(f"{link(built)}?a5=9", follow_redirects=True)
    assert ticked(got.text) == {"a5": "9"}
    assert response(built) is None


def test_an_answer_in_the_address_goes_along_until_a_page_is_saved(client: FlaskClient) -> None:
    built = deal(survey(8))
    first = page(client.get(f"{link(built)}?a1=9&page=2").text).select_one("form#survey")
    fields = {box["name"]: box["value"] for box in first.select("input[type=hidden]")}
    client.post(str(first["action"]), data=fields | {"a5": "2", "action": "save"})
    assert answers(built, of=survey(8)) == {"a1": 9, "a5": 2}


@pytest.mark.slow
def test_a_link_scanner_that_presses_every_default_button_records_nothing(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    for wave in Wave:
        for start in (link(built, wave), f"{link(built, wave)}?a1=9"):
            address = start
            for _ in range(8):
                got = client.get(address, follow_redirects=True)
                form = page(got.text).select_one("form")
                button = page(got.text).select_one("button")
                fields = {
                    box["name"]: box["value"]
                    for box in form.select("input")
                    if box["type"] == "hidden" or box.has_attr("checked")
                }
                pressed = client.post(str(form["action"]), data=fields | {button["name"]: button["value"]})
                address = pressed.location or address
        assert response(built, wave) is None
        assert state(built, wave) == InvitationState.INVITED


def test_a_link_scanner_that_submits_the_last_page_or_the_receipt_changes_nothing(
    client: FlaskClient,
) -> None:
    built = deal(SURVEY)
    last = page(client.get(f"{link(built)}?page=4").text)
    first = last.select_one("button")
    assert (first["name"], first["value"]) == ("action", "save")
    fields = {box["name"]: box["value"] for box in last.select("input[type=hidden], input[checked]")}
    assert client.post(link(built), data=fields | {"action": "submit"}).status_code == 422
    assert response(built) is None
    client.post(link(built), data=complete())
    before = Response.select().dicts().get()
    shown = page(client.get(f"{link(built)}/receipt").text)
    chosen = {box["name"]: box["value"] for box in shown.select("input[checked]")}
    client.post(f"{link(built)}/receipt", data=chosen)
    assert Response.select().dicts().get() == before


def test_the_language_switch_keeps_what_was_filled_in(client: FlaskClient) -> None:
    built = deal(SURVEY)
    got = client.post(
        link(built), data={"a1": "4", "page": "1", "language": "nl", "action": "en"}, follow_redirects=True
    )
    assert page(got.text).html["lang"] == "en"
    assert ticked(got.text) == {"a1": "4"}
    assert page(client.get(link(built), follow_redirects=True).text).html["lang"] == "en"


def test_the_second_survey_rates_first_and_only_then_looks_back(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    client.post(link(built), data=complete(**{"promise-0": "Before Easter", "promise-3": "No drilling"}))
    second = link(built, Wave.DELIVERY)
    client.post(second, data={"a1": "6", "a2": "5", "a3": "none", "page": "1"})
    pages = [client.get(f"{second}?page={number}").text for number in (1, 2, 3)]
    assert ["Before Easter" in shown for shown in pages] == [False, False, True]
    boxes = {box["name"] for box in page(pages[2]).select("input[type=radio]")}
    assert boxes == {"outcome-0", "outcome-3"}
    figures = [cell.text for cell in page(pages[2]).select("td")]
    assert figures[0] == "8"


def test_what_was_expected_is_not_shown_to_who_skips_ahead_of_the_ratings(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    client.post(link(built), data=complete(**{"promise-0": "Before Easter"}))
    second = link(built, Wave.DELIVERY)
    client.post(second, data={"a1": "6", "a2": "5", "page": "1"})
    for number in range(1, 9):
        shown = page(client.get(f"{second}?page={number}").text)
        assert shown.select_one("table.beside") is None
        assert "Before Easter" not in shown.text
    jumps = page(client.get(f"{second}?page=3").text).select(".notice button[name=go]")
    assert [one["value"] for one in jumps] == ["a3"]


def test_what_was_expected_of_an_aspect_that_was_not_rated_is_not_shown_beside_it(
    client: FlaskClient,
) -> None:
    of = survey(3, core=2)
    built = deal(of, waves=(Wave.SALE, Wave.DELIVERY))
    client.post(link(built), data=complete(a3="9"))
    second = link(built, Wave.DELIVERY)
    client.post(second, data={"a1": "6", "a2": "5", "page": "1"})
    cells = [cell.text for cell in page(client.get(f"{second}?page=3&language=en").text).select("td")]
    assert cells == ["8", "6", "0", "5", "–no figure", "–no figure"]


def test_a_rating_may_still_be_changed_after_looking_back_and_the_last_one_counts(
    client: FlaskClient,
) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    client.post(link(built), data=complete())
    second = link(built, Wave.DELIVERY)
    client.post(second, data={"a1": "6", "a2": "5", "a3": "none", "page": "1"})
    assert page(client.get(f"{second}?page=3").text).select_one("table.beside")
    client.post(second, data={"a1": "7", "page": "1"})
    assert answers(built, Wave.DELIVERY)["a1"] == 7


def test_a_promise_comes_back_with_what_it_is_about_and_how_it_was_known(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    said = {"promise-0": "Before Easter", "promise-0-aspect": "a2", "promise-0-source": "written"}
    client.post(link(built), data=complete(**said))
    second = link(built, Wave.DELIVERY)
    client.post(second, data={"a1": "6", "a2": "5", "a3": "none", "page": "1"})
    for address in (f"{second}?page=3&language=en", f"{link(built)}/receipt?language=en"):
        told = page(client.get(address, follow_redirects=True).text).select_one("small").text
        assert told == f"{SURVEY.aspects[1].name['en']} · It is in writing"


def test_what_became_of_promises_is_kept_with_them(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    client.post(link(built), data=complete(**{"promise-0": "Before Easter"}))
    client.post(
        link(built, Wave.DELIVERY),
        data={"outcome-0": "partly", "outcome-0-remark": "After Easter", "page": "3"},
    )
    kept = Promise.get()
    assert (kept.text, kept.outcome, kept.remark) == ("Before Easter", "partly", "After Easter")


def test_both_surveys_together_make_a_pair(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    client.post(link(built), data=complete(a3="5"))
    assert Pair.select().count() == 0
    client.post(link(built, Wave.DELIVERY), data=complete(a3="4", again="9"))
    assert Pair.select().count() == 1


def test_a_second_survey_is_sent_in_with_sixteen_statements_at_most(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    client.post(link(built), data=complete(a3="5") | {"promise-0": "Before Easter"})
    with storage.counted_queries() as statements:
        client.post(link(built, Wave.DELIVERY), data=complete(a3="4", again="9") | {"outcome-0": "broken"})
    assert Pair.select().count() == 1
    assert len(statements) <= 16


def test_a_page_takes_one_query_and_a_save_one_short_transaction(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.get(link(built), follow_redirects=True)
    said: list[str] = []
    database.connection().set_trace_callback(lambda sql: said.append(sql.split()[0]))
    client.get(f"{link(built)}?page=1")
    assert said == ["SELECT"]
    said.clear()
    client.post(link(built), data={"a1": "4", "page": "1"})
    assert said == ["SELECT", "BEGIN", "SELECT", "INSERT", "UPDATE", "COMMIT"]
    said.clear()
    client.post(link(built), data={"a1": "4", "page": "1"})
    assert said == ["SELECT", "BEGIN", "SELECT", "COMMIT"]
