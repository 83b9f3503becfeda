"""The stylesheet that everything stands on is whole, though it is written in parts."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from kloof.design.shared import SECTIONS, dark_colours, light_colours, shared_styles

SHARES = {("styles.py", colour) for colour in ("#23456b", "#8ba8c9", "#d9d3c5")}
"""Three shades of one hue for parts of a whole; charts.css has them too, and a test keeps both alike."""


def test_every_file_of_a_section_is_served_once_and_none_is_left_out() -> None:
    folder = files("kloof.design") / "sections"
    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{name}.css" for name in SECTIONS)
    whole = shared_styles()
    for name in SECTIONS:
        assert whole.count(f"- {name} */") == 1, name


def test_a_kind_of_something_in_a_page_has_a_look_of_its_own() -> None:
    sheets = [*(files("kloof.design") / "sections").iterdir(), *files("kloof.design").iterdir()]
    ruled = {
        name
        for sheet in sheets
        if sheet.name.endswith(".css")
        for name in re.findall(r"\.([a-z][\w-]*)", sheet.read_text(encoding="utf-8"))
    }
    for page in (Path(str(files("kloof.web"))) / "templates").rglob("*.html"):
        written = re.sub(r"\{[{%].*?[%}]\}", "{}", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        named = {name for classes in re.findall(r'class="([^"]*)"', written) for name in classes.split()}
        kinds = {name for name in named if "--" in name and "{}" not in name} | named & {"h3", "h4"}
        assert kinds <= ruled, page


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_closes_what_it_opens(section: str) -> None:
    text = (files("kloof.design") / "sections" / f"{section}.css").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert text.count("/*") == text.count("*/")
    assert text.endswith("\n")


def test_every_colour_has_a_value_by_day_and_what_is_text_or_ground_another_by_night() -> None:
    by_day, by_night = light_colours(), dark_colours()
    assert by_day.keys() == by_night.keys()
    assert by_day["ink"] == "#1c2427"
    assert by_night["ink"] == "#eceeec"
    assert [name for name in by_day if by_day[name] == by_night[name]] == []


@pytest.mark.parametrize(("room", "own"), [("kloof.mail", set()), ("kloof.publish.charts", SHARES)])
def test_what_has_no_stylesheet_takes_its_colours_from_the_tokens(
    room: str, own: set[tuple[str, str]]
) -> None:
    sources = [file for file in Path(str(files(room))).rglob("*") if file.suffix in {".py", ".html", ".xml"}]
    assert sources
    found = {
        (file.name, colour)
        for file in sources
        for colour in re.findall(
            r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?=[;\"])", file.read_text(encoding="utf-8")
        )
    }
    assert found == own


def test_mail_survey_and_site_are_set_in_one_family() -> None:
    """A mail can bring no letters: where the reader has not got them, both it and the survey name the same others."""
    survey = (files("kloof.design") / "form.css").read_text(encoding="utf-8")
    mail = (files("kloof.mail") / "templates" / "mail.html").read_text(encoding="utf-8")
    found = re.search(r"--sans: ([^;]+);", survey)
    stands = re.search(r"font:16px/1\.5 ([^;]+);", mail)
    assert found
    assert stands
    names = [name.strip("\"' ") for name in found[1].split(",")]
    assert names == [name.strip("\"' ") for name in stands[1].split(",")]
    assert names[0] in shared_styles().split("--sans:")[1].split(";")[0]
    assert f'font-family: "{names[0]}";\n  font-weight: 400 600;' in survey
    assert "font-display: optional;" in survey, "nothing moves when they come"
    assert "--serif: var(--sans);" in survey
