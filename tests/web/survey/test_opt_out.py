"""The way out of all mail, for people, for mail programs, and not for link scanners."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from cast.builders import SECRET, BuiltDeal, deal
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.storage.mailing import opt_outs
from kloof.storage.models import Invitation


def way_out(built: BuiltDeal) -> str:
    return f"/opt-out/{built.opt_out_tokens[Wave.SALE]}"


def is_out(built: BuiltDeal) -> bool:
    return opt_outs.is_opted_out(address_hash(SECRET, built.email))


def test_looking_at_the_way_out_changes_nothing(client: FlaskClient) -> None:
    built = deal()
    assert client.get(way_out(built)).status_code == 200
    assert not is_out(built)


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {"choice": "stop"}, {}])
def test_a_post_stops_the_mail_without_cookie_or_csrf_token(
    client: FlaskClient, body: dict[str, str]
) -> None:
    built = deal()
    got = client.post(way_out(built), data=body)
    assert got.status_code == 200
    assert "geen vragenlijsten meer" in got.text
    assert is_out(built)


def test_it_holds_for_every_deal_of_the_address_and_for_nobody_else(client: FlaskClient) -> None:
    mine, other, stranger = deal(email="me@example.net"), deal(email="me@example.net"), deal()
    client.post(way_out(mine))
    states = [Invitation.get_by_id(built.invitations[Wave.SALE]).state for built in (mine, other, stranger)]
    assert states == [InvitationState.STOPPED, InvitationState.STOPPED, InvitationState.INVITED]
    assert not is_out(stranger)


def test_wanting_no_mail_is_not_wanting_no_say(client: FlaskClient) -> None:
    built = deal()
    client.post(way_out(built))
    got = client.post(f"/s/{built.tokens[Wave.SALE]}", data={"a1": "4", "page": "1", "action": "save"})
    assert got.status_code == 303
    assert Invitation.get_by_id(built.invitations[Wave.SALE]).state == InvitationState.STARTED


def test_twice_is_as_good_as_once(client: FlaskClient) -> None:
    built = deal()
    client.post(way_out(built))
    assert client.post(way_out(built)).status_code == 200
    assert is_out(built)


@pytest.mark.slow
def test_a_link_scanner_that_presses_the_first_button_stops_no_mail(client: FlaskClient) -> None:
    built = deal()
    first = BeautifulSoup(client.get(way_out(built)).text, "html.parser").select_one("main button")
    assert first is not None
    client.post(way_out(built), data={str(first["name"]): str(first["value"])})
    assert not is_out(built)


def test_guessing_is_limited_and_my_own_way_out_stays_open(client: FlaskClient) -> None:
    built = deal()
    statuses = [client.get(f"/opt-out/guess{number}").status_code for number in range(62)]
    assert (statuses[0], statuses[-1]) == (404, 429)
    assert client.post(way_out(built)).status_code == 200
    assert is_out(built)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_link_and_the_link_of_a_survey_stop_no_mail(client: FlaskClient, method: str) -> None:
    built = deal()
    for token in ("wrong", built.tokens[Wave.SALE]):
        assert getattr(client, method)(f"/opt-out/{token}").status_code == 404
    assert not is_out(built)
