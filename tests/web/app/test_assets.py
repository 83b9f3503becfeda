"""What the forms look like comes from the one stylesheet that the findings site stands on."""

import re
from importlib.resources import files
from pathlib import Path

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from cast.builders import deal
from kloof import web
from kloof.design.shared import FOR_COLLEAGUES, SECTIONS, form_styles, shared_styles
from kloof.domain.surveys.definition import Wave
from kloof.web.app.assets import asset


def test_the_forms_load_the_styles_that_they_need_in_one_file_and_its_letters_at_once(
    client: FlaskClient,
) -> None:
    shown = BeautifulSoup(
        client.get(f"/s/{deal().tokens[Wave.SALE]}", follow_redirects=True).text, "html.parser"
    )
    sheets = [str(link["href"]) for link in shown.select("link[rel=stylesheet]")]
    assert len(sheets) == 1
    served = client.get(sheets[0]).text
    said = {line.strip() for line in form_styles().splitlines()}
    assert {"background: var(--accent);", "--ink: #1c2427;"} < said & {*served.splitlines()}
    assert "/*" not in served, "what explains the source stays here"
    assert len(served) < 0.75 * len(shared_styles()), "and what only colleagues see"
    (letters,) = shown.select("link[rel=preload]")
    assert served.count("url(") == 1
    assert str(letters["href"]).rpartition("/")[2] in served
    assert str(letters["href"]).rpartition("/")[0] == sheets[0].rpartition("/")[0], "asked for once"
    assert client.get(str(letters["href"])).mimetype == "font/woff2"


CLASSES = re.compile(r"\.([a-z][\w-]*)")
TEMPLATES = Path(web.__file__).parent / "templates"


def test_no_page_of_a_customer_wears_what_only_pages_of_colleagues_are_sent() -> None:
    folder = files("kloof.design") / "sections"
    sheets = {name: (folder / f"{name}.css").read_text(encoding="utf-8") for name in SECTIONS}
    kept = {word for name in {*SECTIONS} - FOR_COLLEAGUES for word in CLASSES.findall(sheets[name])}
    left_out = {word for name in FOR_COLLEAGUES for word in CLASSES.findall(sheets[name])} - kept
    assert {"tabs", "meter", "guide__tip"} < left_out
    pages = [*TEMPLATES.glob("survey/*.html"), *(TEMPLATES / name for name in ("customer.html", "base.html"))]
    pages += [
        page for page in TEMPLATES.rglob("*.html") if '"customer.html"' in page.read_text(encoding="utf-8")
    ]
    for page in pages:
        worn = " ".join(re.findall(r'class="([^"]*)"', page.read_text(encoding="utf-8")))
        assert left_out.isdisjoint(re.findall(r"[\w-]+", worn)), page


def test_staff_pages_get_all_sections_at_one_address(client: FlaskClient) -> None:
    with client.application.test_request_context():
        address = asset("kloof.css")
    assert client.get(address, follow_redirects=True).text == shared_styles()
