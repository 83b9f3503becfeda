"""What the forms look like comes from the one stylesheet that the findings site stands on."""

import re

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from cast.builders import deal
from kloof.design.shared import shared_styles
from kloof.domain.surveys.definition import Wave
from kloof.web.app.assets import asset


def test_the_forms_load_the_stylesheet_of_the_site_in_one_file_without_its_web_fonts(
    client: FlaskClient,
) -> None:
    shown = BeautifulSoup(
        client.get(f"/s/{deal().tokens[Wave.SALE]}", follow_redirects=True).text, "html.parser"
    )
    sheets = [str(link["href"]) for link in shown.select("link[rel=stylesheet]")]
    assert len(sheets) == 1
    served = client.get(sheets[0]).text
    assert served.startswith(re.sub(r"@font-face\s*{[^}]*}\s*", "", shared_styles()))
    assert "url(" not in served


def test_staff_pages_get_all_sections_at_one_address(client: FlaskClient) -> None:
    with client.application.test_request_context():
        address = asset("kloof.css")
    assert client.get(address, follow_redirects=True).text == shared_styles()
