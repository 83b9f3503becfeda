"""What the forms look like comes from the one stylesheet that the findings site stands on."""

import re
from importlib.resources import files

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from builders import deal
from kloof.domain.surveys.definition import Wave


def test_the_forms_load_the_stylesheet_of_the_site_in_one_file_without_its_web_fonts(
    client: FlaskClient,
) -> None:
    shown = BeautifulSoup(client.get(f"/s/{deal().tokens[Wave.SALE]}").text, "html.parser")
    sheets = [str(link["href"]) for link in shown.select("link[rel=stylesheet]")]
    assert len(sheets) == 1
    served = client.get(sheets[0]).text
    shared = (files("kloof.design") / "kloof.css").read_text(encoding="utf-8")
    assert served.startswith(re.sub(r"@font-face\s*{[^}]*}\s*", "", shared))
    assert "url(" not in served
