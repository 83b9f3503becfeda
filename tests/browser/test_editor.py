"""Surveys and texts of mails in a real browser: with and without JavaScript, by keyboard, accessible and valid."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cast.builders import NOW, deal, settings
from instruments.pages import axe_violations, follow, html_errors, served, sign_in
from kloof.actions.surveys.files import load_surveys
from kloof.domain.access.people import Role
from kloof.web import create_app

NewPage = Callable[..., Page]
SHIPPED = Path(__file__).parents[2] / "surveys"
EDIT, MAIL = "/desk/surveys/product.yaml", "/desk/texts/invitation_sale"
PAGES = (
    "/desk/surveys",
    "/desk/surveys/new",
    EDIT,
    f"{EDIT}/text",
    "/desk/texts",
    MAIL,
    "/desk/texts/on_paper",
)

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    surveys = tmp_path / "surveys"
    surveys.mkdir()
    (surveys / "product.yaml").write_bytes((SHIPPED / "product.yaml").read_bytes())
    return surveys


@pytest.fixture
def app(database: str, tmp_path: Path, folder: Path) -> Flask:
    return create_app(settings(database, tmp_path), clock=lambda: NOW)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


def desk(page: Page, app: Flask, address: str, path: str) -> Page:
    sign_in(page, app, address, "Noor Desk", Role.DESK)
    page.goto(address + path)
    return page


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(360, "light", "nl-NL"), (1600, "dark", "en-GB"), (1280, "light", "nl-NL")],
)
def test_axe_finds_nothing_and_nothing_sticks_out(
    new_page: NewPage, app: Flask, address: str, folder: Path, width: int, scheme: str, locale: str
) -> None:
    deal(load_surveys(folder)["product"])
    page = new_page(width, scheme, locale)
    for path in PAGES:
        desk(page, app, address, path)
        for item in page.locator("details.item").all():
            item.evaluate("one => one.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert (path, axe_violations(page)) == (path, [])


@pytest.mark.java
def test_the_html_is_valid_with_and_without_errors(
    new_page: NewPage, app: Flask, address: str, tmp_path: Path, html_checker: None
) -> None:
    page, html = new_page(), {}
    for number, path in enumerate(PAGES):
        desk(page, app, address, path)
        html[f"page-{number}"] = page.request.get(address + path).text()
    desk(page, app, address, EDIT)
    page.locator("#title-nl").fill("")
    follow(page, page.locator('main .actions button[value="check"]'))
    html["wrong"] = page.content()
    assert page.locator(":focus").get_attribute("class") == "error-summary"
    assert axe_violations(page) == []
    desk(page, app, address, MAIL)
    page.locator("#invitation_sale-subject-nl").fill("{x}")
    follow(page, page.locator('main .actions button[value="check"]'))
    html["wrong-text"] = page.content()
    assert axe_violations(page) == []
    assert html_errors(html, tmp_path) == []


def test_what_is_typed_shows_in_the_form_beside_it_while_one_types(
    new_page: NewPage, app: Flask, address: str
) -> None:
    page = desk(new_page(1280), app, address, EDIT)
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text))
    seen = page.frame_locator(".seen__frame")
    expect(seen.locator("body")).to_contain_text("De tijd tussen uw bestelling en de levering")
    page.locator("#aspects-0 summary").click()
    page.locator("#aspects-0-at_sale-nl").fill("Hoe <snel> denkt u?")
    expect(seen.locator("body")).to_contain_text("Hoe <snel> denkt u?")
    page.locator("#seen-wave").select_option("delivery")
    expect(seen.locator("h1")).to_have_text("Hoe is het gegaan?")
    page.locator("#seen-language").select_option("en")
    expect(seen.locator("body")).to_contain_text("Think of what you got. What score do you give us?")
    assert problems == []


@pytest.mark.parametrize("width", [360, 1280])
def test_each_part_of_a_survey_begins_with_room_above_its_heading(
    new_page: NewPage, app: Flask, address: str, width: int
) -> None:
    page = desk(new_page(width, "light", "nl-NL"), app, address, EDIT)
    rooms = page.evaluate(
        "[...document.querySelectorAll('.editor__fields > section + section > h2')].map((heading) =>"
        " heading.getBoundingClientRect().top"
        " - heading.parentElement.previousElementSibling.getBoundingClientRect().bottom)"
    )
    assert len(rooms) == 2
    assert min(rooms) >= 40


def test_without_javascript_an_aspect_is_added_seen_and_saved_by_keyboard(
    new_page: NewPage, app: Flask, address: str, folder: Path
) -> None:
    page = desk(new_page(1280, java_script_enabled=False), app, address, EDIT)
    page.locator('button[value="add-aspects"]').press("Enter")
    page.wait_for_load_state()
    for field, words in {
        "name": "Montage",
        "at_sale": "Hoe goed straks?",
        "after_delivery": "Hoe goed was het?",
    }.items():
        for spoken in ("nl", "en"):
            page.locator(f"#aspects-8-{field}-{spoken}").fill(words)
    page.locator("#aspects-8-norm").fill("5")
    page.locator("#aspects-8-norm").press("Enter")
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("Er is niets mis. Het is nog niet bewaard.")
    page.locator("#seen-page").select_option("3")
    page.locator("[data-seen]").press("Enter")
    expect(page.frame_locator(".seen__frame").locator("body")).to_contain_text("Hoe goed straks?")
    page.locator('main .actions button[value="save"]').press("Enter")
    page.wait_for_url("**/desk/surveys?saved=product.yaml")
    assert load_surveys(folder)["product"].aspects[-1].id == "montage"


def test_the_mail_beside_its_text_follows_once_a_field_is_left(
    new_page: NewPage, app: Flask, address: str
) -> None:
    page = desk(new_page(1280), app, address, MAIL)
    seen = page.frame_locator(".seen__frame")
    expect(seen.locator("body")).to_contain_text("Beste Anna de Boer,")
    page.locator("#invitation_sale-button-nl").fill("Vertel het ons")
    page.keyboard.press("Tab")
    expect(seen.locator("body")).to_contain_text("Vertel het ons")
    page.locator("#seen-face").select_option("text")
    expect(seen.locator("body")).to_contain_text("Met vriendelijke groet,")


def test_what_can_be_chosen_beside_a_text_is_not_cut(new_page: NewPage, app: Flask, address: str) -> None:
    page = desk(new_page(1280), app, address, MAIL)
    room = page.locator(".seen__bar select").evaluate_all(
        "all => all.map(one => { const whole = one.cloneNode(true);"
        "Object.assign(whole.style, {position: 'absolute', width: 'max-content'}); document.body.append(whole);"
        "return one.offsetWidth - whole.offsetWidth })"
    )
    assert len(room) == 2
    assert min(room) >= 0, room
