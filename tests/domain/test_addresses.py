"""One address, however it is spelt; and what no mail server can take."""

import time
import unicodedata

import idna
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.addresses import canonical, domain_of, is_address, known_as, needs_smtputf8
from kloof.domain.errors import Reason, Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("jan@straße.example", "jan@xn--strae-oqa.example"),
        ("jan@bücher.example", "jan@xn--bcher-kva.example"),
        ("jan@bu\u0308cher.example", "jan@xn--bcher-kva.example"),
        ("Jan@BÜCHER.example", "jan@xn--bcher-kva.example"),
        ("jan@XN--BCHER-KVA.example", "jan@xn--bcher-kva.example"),
        ("mailto:jan@xn--bcher-kva.example", "jan@xn--bcher-kva.example"),
        ("MAILTO: jan@home.example", "jan@home.example"),
        ("<jan@home.example>", "jan@home.example"),
        ("mailto:<jan@home.example>", "jan@home.example"),
        ("<mailto:jan@home.example>", "jan@home.example"),
        ("  Jan@Home.Example\u00a0", "jan@home.example"),
        ("\u202ajan@home.example\u202c", "jan@home.example"),
        ("jan@home\u200b.example", "jan@home.example"),
        ("jose\u0301@home.example", "jos\u00e9@home.example"),
        ("JOS\u00c9@home.example", "jos\u00e9@home.example"),
        ("jan@faß.de", "jan@xn--fa-hia.de"),
        ("jan@home。example", "jan@home.example"),
        ("o'brien+deal@mail.home.example", "o'brien+deal@mail.home.example"),
        ("jan@intern.local", "jan@intern.local"),
        ("jan@firm.test", "jan@firm.test"),
    ],
)
def test_every_spelling_of_an_address_is_one(typed: str, kept: str) -> None:
    assert canonical(typed) == kept
    assert known_as(typed) == kept


NONE = [
    "",
    "jan",
    "@home.example",
    "jan@",
    ".jan@home.example",
    "jan..b@home.example",
    "jan.@home.example",
    "jan@home..example",
    "jan@.home.example",
    "jan@home.example.",
    "jan@-home.example",
    "jan@home-.example",
    f"jan@{'x' * 64}.example",
    "jan@[1.2.3.4",
    "jan@[1.2.3.4]",
    "jan@home.example(werk)",
    "Jan <jan@home.example>",
    '"jan b"@home.example',
    "jan b@home.example",
    "jan@home example.nl",
    "jan@a@home.example",
    "jan@localhost",
    "jan@home.example,piet@home.example",
    "jan@home.example;piet@home.example",
    "jan@home_.example",
    "jan@xn--a.example",
    "jan\x00@home.example",
    "jan@home.example\x07",
]


@pytest.mark.parametrize("typed", NONE)
def test_what_no_server_can_take_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        canonical(typed)
    assert refused.value.reason is Reason.NOT_AN_ADDRESS
    assert not is_address(typed)
    assert known_as(typed) == known_as(known_as(typed))


@pytest.mark.parametrize(
    "typed",
    [
        f"{'x' * 65}@home.example",
        f"{'é' * 33}@home.example",
        f"jan@{'.'.join(['x' * 60] * 5)}.example",
        f"jan@{'.'.join(['ü' * 50] * 5)}.example",
        "x" * 300_000,
        "a@" + "." * 40_000 + "@",
    ],
)
def test_an_address_that_is_too_long_says_so_at_once(typed: str) -> None:
    began = time.thread_time()
    with pytest.raises(Refused) as refused:
        canonical(typed)
    assert time.thread_time() - began < 0.5
    assert refused.value.reason is Reason.ADDRESS_TOO_LONG
    assert len(str(refused.value)) < 250


def test_the_longest_address_that_a_server_takes_is_taken() -> None:
    longest = f"{'x' * 64}@{'.'.join(['y' * 45] * 4)}.nl"
    assert len(longest) < 254
    assert canonical(longest) == longest


def test_an_address_of_letters_beyond_ascii_before_the_at_needs_another_server() -> None:
    assert needs_smtputf8(canonical("josé@home.example"))
    assert not needs_smtputf8(canonical("jan@bücher.example"))


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("Klantstem <hi@Warmtehuis.example>", "warmtehuis.example"),
        ("hi@straße.example", "xn--strae-oqa.example"),
        ("hi@home.example", "home.example"),
    ],
)
def test_a_domain_has_one_form_too(address: str, domain: str) -> None:
    assert domain_of(address) == domain


LABELS = st.text(st.sampled_from("abcxyzäöüßéñøłčşğ0123456789"), min_size=1, max_size=12)
LOCALS = st.text(st.sampled_from("abcxyz0123456789+_'-éßøñ"), min_size=1, max_size=20)


@given(LOCALS, LABELS)
def test_the_form_is_its_own_form_and_mapped_as_the_idna_library_maps(local: str, label: str) -> None:
    address = canonical(f"{local}@{label}.example")
    assert canonical(address) == address
    assert address.rpartition("@")[2] == idna.encode(f"{label}.example", uts46=True).decode()


@given(
    LOCALS,
    LABELS,
    st.sampled_from(["NFC", "NFD"]),
    st.booleans(),
    st.sampled_from(["{}", "<{}>", "mailto:{}"]),
)
def test_no_spelling_makes_two_of_one(local: str, label: str, form: str, upper: bool, around: str) -> None:
    plain = f"{local}@{label}.example"
    # ß has a capital of two letters, which is another domain: capitals are tried without it.
    other = plain.upper() if upper and "ß" not in plain else plain
    assert canonical(around.format(unicodedata.normalize(form, other))) == canonical(plain)


@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    assert known_as(known_as(text)) == known_as(text)
    assert is_address(text) in {True, False}
    domain_of(text)


@given(
    st.text(st.sampled_from("abz09.+-_'!#@ ,;:\"\\\\()[]{}|~^`$%&*/=?é"), max_size=9),
    st.sampled_from(["home.example", "a.b", "x-.nl", "b..c", "é.nl", "nl", "-a.nl", "a_b.nl", "1.2"]),
)
def test_what_is_an_address_is_what_the_email_validator_says(local: str, domain: str) -> None:
    try:
        found = validate_email(
            f"{local}@{domain}", check_deliverability=False, globally_deliverable=False, strict=True
        )
        expected = "." in found.ascii_domain
    except EmailNotValidError:
        expected = False
    if local == local.strip() and ":" not in local:
        assert is_address(f"{local}@{domain}") == expected
