"""A form as a browser sends it: what stands in its fields, what somebody types, and the button that is pressed."""

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse


def shown(answer: TestResponse) -> BeautifulSoup:
    """The page of an answer."""
    return BeautifulSoup(answer.get_data(), "html.parser")


def words(answer: TestResponse) -> str:
    """What a page says, on one line."""
    return " ".join(shown(answer).get_text(" ").split())


def opened(browser: FlaskClient, path: str, language: str = "en") -> BeautifulSoup:
    """A page that is there, in this language."""
    answer = browser.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, path
    return shown(answer)


def fields(page: BeautifulSoup, form: str = "main form") -> MultiDict[str, str]:
    """What a browser would send of a form, without any button."""
    found: MultiDict[str, str] = MultiDict()
    for field in _form(page, form).select("input[name], textarea[name], select[name]"):
        if field.get("type") not in {"checkbox", "radio"} or field.has_attr("checked"):
            found.add(str(field["name"]), _value(field))
    return found


def typed(page: BeautifulSoup, **texts: str) -> MultiDict[str, str]:
    """The same with these texts typed into fields; `aspects__0__norm` is the field aspects-0-norm."""
    data = fields(page)
    for name, text in texts.items():
        data.setlist(name.replace("__", "-"), [text])
    return data


def press(
    browser: FlaskClient, page: BeautifulSoup, do: str, language: str = "en", **texts: str
) -> TestResponse:
    """Press the button `do` of the form on this page, after typing into some of its fields."""
    form = _form(page, "main form")
    assert form.select_one(f'button[value="{do}"]'), f"there is no button {do}"
    return browser.post(
        str(form["action"]), data=typed(page, **texts, do=do), headers={"Accept-Language": language}
    )


def _form(page: BeautifulSoup, form: str) -> Tag:
    found = page.select_one(form)
    assert found, form
    return found


def _value(field: Tag) -> str:
    if field.name == "textarea":
        # The parser of a browser takes the first line break away, and it sends those of Windows.
        return field.get_text().removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
    if field.name == "select":
        chosen = field.select_one("option[selected]") or field.select_one("option")
        assert chosen
        return str(chosen.get("value", chosen.get_text()))
    return str(field.get("value", ""))
