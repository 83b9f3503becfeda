"""How somebody is addressed."""

import pytest

from kloof.domain.mailing.greetings import to_colleague, to_customer
from kloof.domain.text import one_stop


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Mevrouw G. de Boer-van Dijk", "mevrouw De Boer-van Dijk"),
        ("De heer J.P. van 't Hof", "meneer Van 't Hof"),
        ("Dhr. Yilmaz", "meneer Yilmaz"),
        ("Fam. Jansen", "familie Jansen"),
        ("Lotte Vermeer", "Lotte Vermeer"),
        ("G. de Boer", "G. de Boer"),
        ("Mevrouw", "Mevrouw"),
        ("De Warmtewinkel B.V.", "De Warmtewinkel B.V."),
        ("", ""),
    ],
)
def test_a_customer_with_a_title_is_greeted_as_people_write_it(name: str, greeted: str) -> None:
    assert to_customer(name, "nl") == greeted
    assert to_customer(name, "en") == name


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Anouk Visser", "Anouk"),
        ("Jan-Willem de Wit", "Jan-Willem"),
        ("A. Visser", "A. Visser"),
        ("Visser, Anouk", "Visser, Anouk"),
        ("De Wit", "De Wit"),
        ("Noor", "Noor"),
    ],
)
def test_a_colleague_is_greeted_by_first_name(name: str, greeted: str) -> None:
    assert to_colleague(name) == greeted


def test_a_name_that_ends_in_a_full_stop_brings_no_second_one() -> None:
    assert one_stop("Klant van Warmtehuis B.V.. De link …") == "Klant van Warmtehuis B.V. De link …"
    assert one_stop("Even wachten...") == "Even wachten..."
    assert (
        one_stop("“jan..b@home.example” is geen adres van B.V..")
        == "“jan..b@home.example” is geen adres van B.V."
    )
    assert one_stop("[Zo meten we](../../method/) bij B.V..") == "[Zo meten we](../../method/) bij B.V."
