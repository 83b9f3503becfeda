"""What a customer can still do after sending: look, change, choose again, take it back."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from cast.builders import NOW, BuiltDeal, deal, person, survey
from kloof.domain.access.audit_log import AuditAction, by
from kloof.domain.access.people import Role
from kloof.domain.states import InvitationState
from kloof.domain.surveys.answers import unpack
from kloof.domain.surveys.definition import Wave
from kloof.storage.access import audit_log, people
from kloof.storage.models import Block, Customer, Invitation, Pair, Placement, Promise, Response

SURVEY = survey(3)
BOTH = (Wave.SALE, Wave.DELIVERY)
ANSWERS = {"a1": "8", "a2": "7", "a3": "6", "consent": "named", "action": "submit"}


def link(built: BuiltDeal, wave: Wave = Wave.SALE) -> str:
    return f"/s/{built.tokens[wave]}"


def kept(built: BuiltDeal, wave: Wave = Wave.SALE) -> Response | None:
    return Response.get_or_none(Response.invitation == built.invitations[wave])


def state(built: BuiltDeal, wave: Wave = Wave.SALE) -> str:
    return str(Invitation.get_by_id(built.invitations[wave]).state)


@pytest.fixture
def answered(client: FlaskClient) -> BuiltDeal:
    """A customer who sent both surveys, with one promise that was kept."""
    built = deal(SURVEY, waves=BOTH)
    client.post(link(built), data=ANSWERS | {"promise-0": "Before Easter", "promise-0-source": "said"})
    client.post(
        link(built, Wave.DELIVERY), data=ANSWERS | {"a1": "5", "outcome-0": "kept", "comment": "Well done"}
    )
    return built


def freeze(built: BuiltDeal) -> Block:
    """Put the pair of this deal in a closed block, as a freeze would."""
    pair = Pair.get(Pair.deal == built.row)
    facts = {"customers": 12, "deals": 12, "sums": b"sums", "members": b"members"}
    block = Block.create(survey_version=1, level="company", closed_at=pair.completed_at, **facts)
    Placement.create(id=pair.id, block=block)
    return block


def test_the_receipt_of_an_open_form_is_the_form(client: FlaskClient) -> None:
    built = deal(SURVEY)
    assert client.get(f"{link(built)}/receipt").location == link(built)


def test_the_receipt_shows_what_was_answered_and_what_became_of_promises(
    client: FlaskClient, answered: BuiltDeal
) -> None:
    shown = client.get(f"{link(answered, Wave.DELIVERY)}/receipt").text
    text = BeautifulSoup(shown, "html.parser").get_text(" ", strip=True)
    assert "5 van de 10" in text
    assert "Before Easter Het is gezegd Nagekomen" in text
    assert "Well done" in text


def test_a_promise_without_a_word_about_it_is_asked_later_or_was_not_answered(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=BOTH)
    client.post(link(built), data=ANSWERS | {"promise-0": "Before Easter"})
    assert "dat vragen we u na de levering" in client.get(f"{link(built)}/receipt").text
    client.post(link(built, Wave.DELIVERY), data=ANSWERS)
    shown = client.get(f"{link(built, Wave.DELIVERY)}/receipt").text
    assert "dat vragen we u na de levering" not in shown
    assert "niet beantwoord" in shown


def test_the_receipt_says_what_happens_next_and_when(client: FlaskClient, answered: BuiltDeal) -> None:
    assert "7 dagen na de levering" in client.get(f"{link(answered)}/receipt").text
    assert "laatste vragenlijst" in client.get(f"{link(answered, Wave.DELIVERY)}/receipt").text


def test_who_may_see_it_can_be_chosen_again_with_a_call_and_the_findings(
    client: FlaskClient, answered: BuiltDeal
) -> None:
    chosen = {"consent": "totals", "call": "y", "findings": "y"}
    assert client.post(f"{link(answered)}/receipt", data=chosen).status_code == 303
    response = kept(answered)
    assert response is not None
    assert (response.consent, response.wants_call, response.wants_findings) == ("totals", True, True)
    client.post(f"{link(answered)}/receipt", data={"consent": "named"})
    response = kept(answered)
    assert response is not None
    assert (response.consent, response.wants_call, response.wants_findings) == ("named", False, False)


def test_the_receipt_says_that_what_counts_in_a_total_is_not_shown_by_name_later(
    client: FlaskClient, answered: BuiltDeal
) -> None:
    for language, said in (
        (
            "nl",
            "al mee in een totaal? Dan laten we ze daarna nooit meer met uw naam zien",
        ),
        ("en", "in a total? Then we never show them with your name afterwards"),
    ):
        shown = BeautifulSoup(client.get(f"{link(answered)}/receipt?language={language}").text, "html.parser")
        choice = shown.select_one("fieldset:has(input[name=consent])")
        assert choice is not None
        hint = shown.find(id=str(choice["aria-describedby"]))
        assert hint is not None
        assert said in hint.text


def test_who_was_written_to_by_letter_is_not_offered_a_mail(client: FlaskClient, answered: BuiltDeal) -> None:
    assert 'name="findings"' in client.get(f"{link(answered)}/receipt").text
    Customer.update(email=None).execute()
    assert 'name="findings"' not in client.get(f"{link(answered)}/receipt").text


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"consent": ""},
        {"consent": "everyone"},
        {"consent": ["totals", "named"]},
        {"consent": "totals", "call": "\u202ey"},
        {"consent": "totals", "a1": "3"},
        {"consent": "totals", "comment": "x" * 10_000},
    ],
)
def test_a_choice_that_is_not_offered_changes_nothing(
    client: FlaskClient, answered: BuiltDeal, chosen: dict[str, str | list[str]]
) -> None:
    assert client.post(f"{link(answered)}/receipt", data=chosen).status_code == 422
    response = kept(answered)
    assert response is not None
    assert response.consent == "named"


def test_an_open_form_has_no_receipt_to_choose_on(client: FlaskClient) -> None:
    built = deal(SURVEY)
    assert client.post(f"{link(built)}/receipt", data={"consent": "named"}).status_code == 422
    assert kept(built) is None


def test_a_changed_answer_goes_into_the_waiting_pair(client: FlaskClient, answered: BuiltDeal) -> None:
    before = Pair.select().dicts().get()
    client.post(f"{link(answered)}?page=1", data={"a1": "9", "action": "save", "page": "1"})
    assert Pair.select().dicts().get() != before
    assert "9 van de 10" in client.get(f"{link(answered)}/receipt").text


def test_frozen_answers_can_no_longer_be_changed(client: FlaskClient, answered: BuiltDeal) -> None:
    freeze(answered)
    shown = client.get(f"{link(answered)}/receipt").text
    assert "?page=1" not in shown
    assert client.get(f"{link(answered)}?page=1").status_code == 302
    client.post(f"{link(answered)}?page=1", data={"a1": "9", "action": "save", "page": "1"})
    response = kept(answered)
    assert response is not None
    assert unpack(SURVEY, Wave.SALE, bytes(response.answers))["a1"] == 8


def test_asking_to_withdraw_withdraws_nothing_and_neither_does_the_first_button(
    client: FlaskClient, answered: BuiltDeal
) -> None:
    asked = BeautifulSoup(client.get(f"{link(answered)}/withdraw").text, "html.parser")
    first = asked.select_one("main button")
    assert first is not None
    client.post(f"{link(answered)}/withdraw", data={str(first["name"]): str(first["value"])})
    assert state(answered) == InvitationState.SUBMITTED
    assert kept(answered) is not None


def test_withdrawing_erases_the_answers_closes_the_link_and_takes_the_pair_out(
    client: FlaskClient, answered: BuiltDeal
) -> None:
    got = client.post(f"{link(answered)}/withdraw", data={"action": "withdraw"})
    assert got.status_code == 200
    assert "ingetrokken" in got.text
    assert kept(answered) is None
    assert Promise.select().count() == 0
    assert Pair.select().count() == 0
    assert state(answered) == InvitationState.WITHDRAWN
    over = client.get(link(answered))
    assert (over.status_code, "ingetrokken" in over.text) == (410, True)
    assert kept(answered, Wave.DELIVERY) is not None


def test_withdrawing_the_second_survey_leaves_the_first_with_its_promises(
    client: FlaskClient, answered: BuiltDeal
) -> None:
    client.post(f"{link(answered, Wave.DELIVERY)}/withdraw", data={"action": "withdraw"})
    assert kept(answered) is not None
    assert [(promise.text, promise.outcome) for promise in Promise.select()] == [("Before Easter", "")]


def test_withdrawing_what_was_frozen_retires_the_whole_block(
    client: FlaskClient, answered: BuiltDeal
) -> None:
    block = freeze(answered)
    client.post(f"{link(answered)}/withdraw", data={"action": "withdraw"})
    assert Block.get_by_id(block.id).retired_at is not None
    assert Pair.select().count() == 0


def test_there_is_nothing_to_withdraw_before_the_first_answer(client: FlaskClient) -> None:
    built = deal(SURVEY)
    assert client.get(f"{link(built)}/withdraw").location == link(built)
    assert client.post(f"{link(built)}/withdraw", data={"action": "withdraw"}).status_code == 404
    assert state(built) == InvitationState.INVITED


@pytest.mark.parametrize("path", ["", "/receipt", "/withdraw"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_link_opens_no_page_of_the_receipt(client: FlaskClient, path: str, method: str) -> None:
    assert getattr(client, method)(f"/s/wrong{path}").status_code == 404


def test_guessing_links_is_stopped_and_my_own_link_keeps_working(client: FlaskClient) -> None:
    built = deal(SURVEY)
    statuses = [client.get(f"/s/guess{number}").status_code for number in range(70)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert client.get(link(built), follow_redirects=True).status_code == 200


def text_of(client: FlaskClient, built: BuiltDeal) -> str:
    shown = client.get(f"{link(built)}/receipt", headers={"Accept-Language": "nl"}).text
    return BeautifulSoup(shown, "html.parser").get_text(" ", strip=True)


def test_the_receipt_says_who_looked_and_when(client: FlaskClient, answered: BuiltDeal) -> None:
    assert "Nog niemand" in text_of(client, answered)
    seller, lead = by(people.by_id(person())), by(people.by_id(person("Joris Baas", Role.LEAD)))
    for who in (seller, seller, lead):
        audit_log.write(who, AuditAction.FEEDBACK_READ, NOW, deals=[answered.row])
    assert "2 maart 2026: Sanne de Vries, uw verkoper (2 keer)" in text_of(client, answered)
    assert "2 maart 2026: een leider van de uitvoering" in text_of(client, answered)
    assert "Joris" not in text_of(client, answered)


def test_who_looked_at_another_customers_answers_is_not_said(
    client: FlaskClient, answered: BuiltDeal
) -> None:
    audit_log.write(by(people.by_id(person())), AuditAction.FEEDBACK_READ, NOW, deals=[deal().row])
    assert "Nog niemand" in text_of(client, answered)
