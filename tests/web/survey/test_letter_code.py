"""The code from a letter leads to the same form; wrong ones are limited, and nothing is recorded by a GET."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from cast.builders import NOW, SECRET, deal
from kloof.domain.access import tokens
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Deal, FormerKey, Invitation, Message, OptOut


@pytest.fixture
def letter() -> tuple[str, str]:
    """The code on a printed letter, and the token of its link."""
    built = deal()
    salt = bytes(Invitation.get_by_id(built.invitations[Wave.SALE]).link_salt)
    code = tokens.code(SECRET, salt)
    Invitation.update(code_fingerprint=tokens.code_fingerprint(SECRET, code)).execute()
    return code, built.tokens[Wave.SALE]


@pytest.mark.usefixtures("database")
def test_a_code_opens_the_form_however_it_is_typed(client: FlaskClient, letter: tuple[str, str]) -> None:
    code, token = letter
    for typed in (
        code,
        code.lower(),
        tokens.grouped(code),
        f" {code[:8]} {code[8:]}",
        code.replace("0", "o"),
    ):
        answer = client.post("/k", data={"code": typed, "action": "open"})
        assert (answer.status_code, answer.location) == (303, f"/s/{token}")
    assert client.get(f"/k/{tokens.grouped(code)}").location == f"/s/{token}"
    assert client.get(f"/s/{token}", follow_redirects=True).status_code == 200


def test_the_way_out_leads_to_a_page_that_asks_first(client: FlaskClient, letter: tuple[str, str]) -> None:
    answer = client.post("/k", data={"code": letter[0], "action": "stop"})
    assert answer.location.startswith("/opt-out/")
    assert client.get(answer.location).status_code == 200
    assert OptOut.select().count() == 0
    client.post(answer.location)
    assert OptOut.select().count() == 2


@pytest.mark.parametrize(
    ("typed", "says"), [("", "four groups"), ("abc", "four groups"), ("0" * 16, "not know")]
)
def test_a_wrong_code_comes_back_as_it_was_typed_with_what_is_wrong(
    client: FlaskClient, typed: str, says: str
) -> None:
    answer = client.post("/k", data={"code": typed}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)


def test_guessing_is_limited_and_a_good_code_still_works(
    client: FlaskClient, letter: tuple[str, str]
) -> None:
    statuses = [client.post("/k", data={"code": f"{number:016d}"}).status_code for number in range(22)]
    assert statuses[:20] == [422] * 20
    assert statuses[20:] == [429] * 2
    assert client.post("/k", data={"code": letter[0]}).status_code == 303


@pytest.mark.parametrize(
    ("language", "says"), [("en", "of 3 March 2026 or earlier"), ("nl", "van 3 maart 2026")]
)
def test_whose_code_is_lost_with_the_secret_key_hears_what_to_do(
    client: FlaskClient, letter: tuple[str, str], language: str, says: str
) -> None:
    def page() -> str:
        answer = client.post("/k", data={"code": letter[0][::-1]}, headers={"Accept-Language": language})
        return answer.get_data(as_text=True)

    Deal.update(by_letter=True).execute()
    moment = datetime(2026, 3, 3, 9, tzinfo=UTC)
    of_letter = {"invitation": Invitation.get(), "kind": "invitation", "state": "sent", "sent_at": moment}
    Message.create(message_id="0" * 32, created_at=moment, changed_at=moment, due_at=moment, **of_letter)
    Invitation.update(state="invited", expires_at=NOW + timedelta(days=9)).execute()
    assert says not in page(), "nothing is lost yet"
    FormerKey.insert(value="v", sealed="", replaced_at=moment + timedelta(hours=1)).execute()
    assert says in page()
    FormerKey.update(sealed="kept").execute()
    assert says not in page(), "the key is found again"
