"""Personal links: the same for the same row, and worth nothing to anyone else."""

import re

from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.access import tokens
from kloof.domain.access.tokens import Purpose, fingerprint, new_salt, token

salts = st.binary(min_size=32, max_size=32)
keys = st.text(st.characters(codec="utf-8"), min_size=1)
purposes = st.sampled_from(Purpose)


@given(keys, purposes, salts)
def test_a_repeated_mail_carries_the_very_same_link(key: str, purpose: Purpose, salt: bytes) -> None:
    assert token(key, purpose, salt) == token(key, purpose, salt)


@given(keys, purposes, salts)
def test_a_token_is_256_bits_that_fit_in_an_address(key: str, purpose: Purpose, salt: bytes) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token(key, purpose, salt))


@given(keys, salts)
def test_a_link_for_one_purpose_never_opens_another(key: str, salt: bytes) -> None:
    assert len({token(key, purpose, salt) for purpose in Purpose}) == len(Purpose)


@given(keys, st.lists(salts, min_size=2, max_size=5, unique=True))
def test_two_rows_never_share_a_link(key: str, rows: list[bytes]) -> None:
    assert len({token(key, Purpose.SURVEY, salt) for salt in rows}) == len(rows)


@given(salts)
def test_a_stolen_database_without_the_key_opens_nothing(salt: bytes) -> None:
    assert token("the key", Purpose.SURVEY, salt) != token("a guess", Purpose.SURVEY, salt)


@given(keys, purposes, salts)
def test_what_is_stored_does_not_show_the_token(key: str, purpose: Purpose, salt: bytes) -> None:
    link = token(key, purpose, salt)
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint(link))
    assert link not in fingerprint(link)


def test_a_token_follows_its_documented_formula() -> None:
    assert token("key", Purpose.SURVEY, bytes(32)) == "yvJ_8k2ikuVrSU8482yJ5G2mIlIL44yBKX5v_-CqpEc"


def test_each_row_gets_its_own_salt() -> None:
    fresh = [new_salt() for _ in range(100)]
    assert len(set(fresh)) == 100
    assert {len(salt) for salt in fresh} == {32}


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_80_bits_in_letters_that_nobody_mistakes_and_is_read_back_however_typed(
    salt: bytes,
) -> None:
    code = tokens.code("key", salt)
    assert len(code) == 16
    assert not set(code) & set("ILOU")
    typed = tokens.grouped(code).lower().replace("0", "o").replace("1", "l")
    assert tokens.typed_code(typed) == code


def test_codes_of_two_letters_or_two_secrets_differ_and_say_nothing_of_the_token() -> None:
    one = tokens.code("key", b"a" * 32)
    assert len({one, tokens.code("key", b"b" * 32), tokens.code("other", b"a" * 32)}) == 3
    assert tokens.code_fingerprint("key", one) != tokens.code_fingerprint("other", one)
