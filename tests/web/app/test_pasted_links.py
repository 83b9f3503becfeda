"""Links as people paste them, out of a mail, a chat or a sentence: they open what was mailed."""

import string
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from cast.builders import NOW, SECRET, deal, person, settings
from kloof.actions.access import sign_in
from kloof.domain.access import tokens
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.surveys.definition import Wave
from kloof.storage.access import people
from kloof.storage.mailing import opt_outs
from kloof.web.app.pasted_links import tidied

STUCK = [
    *".,;:!?)>]}\"'*|", "/", "//", "./", " ", "\n", "\t", "\u00a0", "\u200b", "\ufeff", "”", "’", "»", "…", ").", ">.",
    "___",
]  # fmt: skip


@pytest.mark.parametrize("stuck", STUCK)
def test_what_stuck_to_the_end_of_a_personal_link_does_not_close_it(client: FlaskClient, stuck: str) -> None:
    built = deal()
    link = f"/s/{built.tokens[Wave.SALE]}"
    got = client.get(link + quote(stuck), follow_redirects=True)
    assert (got.status_code, got.request.path) == (200, link)
    out = f"/opt-out/{built.opt_out_tokens[Wave.SALE]}"
    got = client.get(out + quote(stuck), follow_redirects=True)
    assert (got.status_code, got.request.path) == (200, out)


def test_capitals_before_the_token_and_a_bracket_in_front_of_it_do_not_close_it(client: FlaskClient) -> None:
    token = deal().tokens[Wave.SALE]
    for path in (
        f"/S/{token}",
        f"/s/{quote('<')}{token}{quote('>')}",
        f"/S/{token}/",
        f"/s/{token}./receipt.",
    ):
        got = client.get(path, follow_redirects=True)
        assert (got.status_code, got.request.path) == (200, f"/s/{token}"), path


def test_what_the_link_brought_along_comes_along(client: FlaskClient) -> None:
    token = deal().tokens[Wave.SALE]
    assert client.get(f"/s/{token}.?a1=9&language=en").location == f"/s/{token}?a1=9&language=en"


def test_a_form_that_is_sent_to_such_an_address_is_sent_as_it_is(client: FlaskClient) -> None:
    built = deal()
    got = client.post(f"/opt-out/{built.opt_out_tokens[Wave.SALE]}.", follow_redirects=True)
    assert got.status_code == 200
    assert opt_outs.is_opted_out(address_hash(SECRET, built.email))


def test_the_link_to_sign_in_with_opens_too(client: FlaskClient, database: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    somebody = people.by_id(person())
    assert somebody
    _, token = sign_in.mint(settings(database, tmp_path), somebody, "", NOW, timedelta(minutes=15))
    got = client.get(f"/sign-in/{token}).", follow_redirects=True)
    assert (got.status_code, got.request.path) == (200, f"/sign-in/{token}")


def test_a_wrong_link_stays_wrong(client: FlaskClient) -> None:
    assert client.get("/s/wrong.", follow_redirects=True).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/desk",
        "/desk.",
        "/findings/",
        "/findings/index.html",
        "/s",
        "/s/",
        "/s//",
        "/sign-in",
        "/healthz",
        "//evil",
    ],
)
def test_every_other_address_is_left_alone(path: str) -> None:
    assert tidied(path) == path


@given(st.binary(min_size=32, max_size=32), st.text(st.sampled_from(".,;:!?)>]}\"' \n/*\u200b"), max_size=6))
def test_any_token_comes_out_as_it_was_mailed(salt: bytes, stuck: str) -> None:
    token = tokens.token(SECRET, tokens.Purpose.SURVEY, salt)
    assert tidied(f"/s/{token}{stuck}") == f"/s/{token}"


@given(st.text(max_size=80))
def test_nobody_is_led_elsewhere(path: str) -> None:
    led = tidied(f"/s/{path}")
    assert led.startswith("/s/")
    assert tidied(led) == led
    assert led == f"/s/{path}" or set(led) <= {*string.printable, *path}
