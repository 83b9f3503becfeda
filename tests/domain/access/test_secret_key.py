"""A key that a machine drew is taken, one that somebody made up in a hurry is not."""

import secrets

import pytest

from cast.builders import SECRET
from kloof.config.secret_key import DEMO_KEY
from kloof.domain.access.secret_key import check_value, weakness


@pytest.mark.parametrize("size", [16, 24, 32, 48])
def test_whatever_a_machine_draws_is_taken(size: int) -> None:
    for _ in range(200):
        assert weakness(secrets.token_hex(size)) == ""
        if size >= 24:
            assert weakness(secrets.token_urlsafe(size)) == ""


@pytest.mark.parametrize("key", [SECRET, DEMO_KEY, "only for this benchmark, worth nothing"])
def test_a_sentence_is_taken(key: str) -> None:
    assert weakness(key) == ""


@pytest.mark.parametrize(
    "key",
    [
        "",
        "short",
        "a" * 64,
        "ab" * 32,
        "1234567" * 10,
        "0123456789" * 4,
        "changeme-changeme-changeme-changeme-",
        "secret" * 8,
        "0123456789abcdef" * 4,
    ],
)
def test_what_can_be_guessed_is_not(key: str) -> None:
    assert weakness(key) != ""


def test_the_check_value_is_of_its_key_and_shows_nothing_of_it() -> None:
    assert check_value(SECRET) == check_value(SECRET) != check_value(f"{SECRET}.")
    assert len(check_value(SECRET)) == 64
