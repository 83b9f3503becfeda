"""Which organisation a line names: the same one in every spelling, and never one that nobody named."""

from dataclasses import replace

import pytest

from cast.selling import line
from kloof.domain.deals.accounts import account_of, laid_over
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import LineRefused, read_deals
from kloof.domain.spelling import spelled

HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
GOOD = "D-1,Jan,jan@home.example,nl,anouk@firm.example,Utrecht,Midden,Warmtepomp,installation,2026-03-02"
COMPOSED, APART = "Café Bleu", "Cafe\u0301 Bleu"


def key(account: str = "", number: str = "") -> str:
    found = account_of(line(account=account, customer_number=number))
    return found.key if found else ""


def read(columns: str, cells: str, delimiter: str = ",") -> DealLine | LineRefused:
    text = f"{HEADER},{columns}\n{GOOD},{cells}\n".replace(",", delimiter)
    [(_, found)] = read_deals(text, "deals.csv")
    return found


def test_the_account_comes_before_the_number_and_without_either_there_is_none() -> None:
    assert key("St. Antonius", "4711") == "name:st. antonius"
    assert key("", "4711") == "number:4711"
    assert key() == ""
    assert key("", "St. Antonius") != key("St. Antonius"), "a number that reads like a name is not that name"


@pytest.mark.parametrize("other", ["ST. ANTONIUS", " St.  Antonius ", "st. antonius"])
def test_case_and_spaces_make_no_other_account(other: str) -> None:
    assert key(other) == key("St. Antonius")
    assert key(number=other) == key(number="St. Antonius")


def test_the_two_ways_to_write_an_accent_are_one_account_and_another_letter_is_another() -> None:
    assert key(APART) == key(COMPOSED) == key(APART.upper())
    assert key("Cafe Bleu") != key(COMPOSED)
    assert key("STRASSE") == key("straße")


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_file_names_the_account_in_a_column_of_its_own(delimiter: str) -> None:
    found = read("account,customer_number", f" {APART}  West ,  4711 ", delimiter)
    assert isinstance(found, DealLine)
    assert (found.account, found.customer_number) == (f"{COMPOSED} West", "4711")


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("account", "x" * 201, "account holds 201 characters, and at most 200 fit"),
        ("account", "St.\x07Antonius", "account holds a character that cannot be printed (U+0007, number 4)"),
        ("customer_number", "7" * 101, "customer_number holds 101 characters, and at most 100 fit"),
        ("customer_number", "47\x0011", "cannot be printed (U+0000, number 3)"),
    ],
)  # fmt: skip
def test_an_account_that_is_too_long_or_cannot_be_printed_is_refused(
    column: str, cell: str, says: str
) -> None:
    found = read(column, cell)
    assert isinstance(found, LineRefused)
    assert says in found.reasons[0]


def test_a_line_that_says_nothing_of_them_leaves_the_account_and_the_number() -> None:
    before = line(account="St. Antonius", customer_number="4711")
    assert laid_over(before, line()) == before


def test_another_spelling_leaves_the_first_and_another_account_takes_its_place() -> None:
    before = line(account="St. Antonius")
    assert laid_over(before, replace(before, account="ST.  ANTONIUS")) == before
    assert laid_over(before, replace(before, account="Radboud")).account == "Radboud"


def test_what_is_spelled_once_stays_as_it_is() -> None:
    for text in (APART, " a  b ", "ﬃ İ ǰ", ""):
        assert spelled(spelled(text)) == spelled(text)
        assert key(text) == key(spelled(text).casefold())
