"""Every page that a customer can come to is one press away from the other language, and what follows stays in it."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from cast.builders import BuiltDeal, deal, survey
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Response

SENT = {"a1": "8", "a2": "7", "a3": "6", "consent": "named", "action": "submit"}


@pytest.fixture
def built(client: FlaskClient) -> BuiltDeal:
    """A Dutch customer who sent the first survey."""
    built = deal(survey(3))
    client.post(f"/s/{built.tokens[Wave.SALE]}", data=SENT)
    return built


def paths(built: BuiltDeal) -> dict[str, str]:
    link = f"/s/{built.tokens[Wave.SALE]}"
    return {
        "receipt": f"{link}/receipt",
        "withdraw": f"{link}/withdraw",
        "opt-out": f"/opt-out/{built.opt_out_tokens[Wave.SALE]}",
        "closed": "/s/wrong",
        "letter": "/k",
        "accessibility": "/accessibility",
        "home": "/",
    }


def page(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize(("here", "other"), [("nl", "en"), ("en", "nl")])
def test_every_page_without_a_form_to_fill_in_has_the_other_language_in_its_header(
    client: FlaskClient, built: BuiltDeal, here: str, other: str
) -> None:
    for path in paths(built).values():
        shown = page(client.get(f"{path}?language={here}").text)
        switch = shown.select_one(f"header a[lang={other}]")
        assert (path, shown.html["lang"]) == (path, here)
        assert (path, switch and switch["href"]) == (path, f"?language={other}")
        switched = client.get(f"{path}{switch['href']}", headers={"Accept-Language": here})
        assert page(switched.text).html["lang"] == other


@pytest.mark.parametrize(
    ("of", "pressed"),
    [
        ("opt-out", {"choice": "keep"}),
        ("opt-out", {"choice": "stop"}),
        ("letter", {"code": "abc"}),
        ("receipt", {"consent": "totals"}),
        ("withdraw", {"action": "keep"}),
        ("withdraw", {"action": "withdraw"}),
    ],
)
def test_who_switched_reads_the_answer_to_a_button_in_the_same_language(
    client: FlaskClient, built: BuiltDeal, of: str, pressed: dict[str, str]
) -> None:
    dutch = {"Accept-Language": "nl"}
    form = page(client.get(f"{paths(built)[of]}?language=en", headers=dutch).text).select_one("main form")
    answer = client.post(str(form["action"]), data=pressed, headers=dutch, follow_redirects=True)
    assert page(answer.text).html["lang"] == "en"


def test_a_choice_that_is_saved_in_another_language_is_remembered_with_it(
    client: FlaskClient, built: BuiltDeal
) -> None:
    receipt = paths(built)["receipt"]
    client.post(f"{receipt}?language=en", data={"consent": "totals"})
    assert Response.get().language == "en"
    assert page(client.get(receipt).text).html["lang"] == "en"


def test_a_long_address_is_cut_behind_its_at_and_stays_text(app: Flask) -> None:
    def folded(address: str | None) -> str:
        return render_template_string("{{ folding(address) }}", address=address)

    with app.test_request_context():
        assert folded("jan@home.example") == "jan@<wbr>home.example"
        assert folded("<b>@home.example") == "&lt;b&gt;@<wbr>home.example"
        assert (folded(None), folded("jan")) == ("", "jan")
