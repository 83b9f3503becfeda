"""The demo's mail catcher in a real browser: mail as its reader sees it, and a hostile one that can do nothing."""

import socket
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from cast.builders import NOW
from cast.selling import company, line, sell
from instruments.looks import judged
from instruments.pages import axe_violations, follow, html_errors, served
from kloof.actions.mailing.worker import work_once
from kloof.config import Settings
from kloof.mail.transport import Folder
from kloof.web import create_app

NewPage = Callable[..., Page]
LOOKS = [(360, "light", "nl-NL"), (1280, "dark", "en-GB")]
LONG = "Hybridewarmtepompinstallatiewerkzaamheden" * 2
PICTURE = b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")

pytestmark = pytest.mark.browser


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    (tmp_path / "mail").mkdir()
    return company(tmp_path).model_copy(
        update={"database_url": database, "run": "demo", "base_url": "http://localhost"}
    )


@pytest.fixture
def address(house: Settings) -> Iterator[str]:
    app: Flask = create_app(house, clock=lambda: NOW)
    with served(app) as address:
        yield address


@pytest.fixture
def sent(house: Settings, address: str) -> str:
    """The address of an invitation that was sent."""
    sell(house, line(customer_name=f"Piet {LONG}", product=LONG, sold_on=NOW.date()), now=NOW)
    reachable = house.model_copy(update={"base_url": address})
    assert work_once(reachable, Folder(house.folder / "mail"), lambda: NOW).sent == 1
    (file,) = (house.folder / "mail").glob("*.eml")
    return f"{address}/mail/{file.stem}"


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[bytes]]]:
    """The address of another host, and what it was asked; to connect and ask nothing counts too."""
    asked: list[bytes] = []

    def listen() -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            caller.settimeout(0.2)
            try:
                asked.append(caller.recv(200).partition(b"\r\n")[0])
            except TimeoutError:
                asked.append(b"connected")
            caller.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = threading.Thread(target=listen)
        listener.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)
        listener.join()


def put(house: Settings, html: str, name: str = "one") -> str:
    """Lay a mail with this HTML into the catcher's folder; gives the path of its page."""
    message = EmailMessage()
    message["From"], message["To"] = "a@stranger.example", "piet@home.example"
    message["Subject"] = "A mail of a stranger"
    message.set_content("The same in words.\n\n  It has three lines.")
    message.add_alternative(html, subtype="html")
    message.get_payload()[1].add_related(PICTURE, "image", "gif", cid="<logo>")
    (house.folder / "mail" / f"{name}.eml").write_bytes(message.as_bytes())
    return f"/mail/{name}"


def test_a_customer_sees_the_mail_as_it_was_designed_and_answers_from_it_without_javascript(
    new_page: NewPage, sent: str
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(sent)
    mail = page.frame_locator("iframe")
    assert mail.locator("a.point").first.evaluate("a => getComputedStyle(a).borderRadius") == "6px"
    with page.expect_popup() as opening:
        mail.locator("a.point", has_text="8").click()
    survey = opening.value
    assert survey.locator("input[name=a1][value='8']").is_checked()
    for question in survey.locator("fieldset:has(.scale)").all():
        question.locator("label:has(input[value='7'])").click()
    follow(survey, survey.locator('form#survey button.button[value="save"]'))
    assert "page=2" in survey.url
    assert page.url == sent


def test_pictures_that_the_mail_carries_are_seen(new_page: NewPage, house: Settings, address: str) -> None:
    page = new_page()
    page.goto(address + put(house, '<img src="cid:logo" alt="Logo">'))
    picture = page.frame_locator("iframe").locator("img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1


def test_the_text_of_a_mail_keeps_its_lines(new_page: NewPage, house: Settings, address: str) -> None:
    page = new_page()
    page.goto(f"{address}{put(house, '<p>The same</p>')}/text")
    assert page.locator(".mail-text").inner_text() == "The same in words.\n\n  It has three lines."


@pytest.mark.java
@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_every_page_is_accessible_and_valid_and_a_long_subject_wraps(
    new_page: NewPage,
    address: str,
    sent: str,
    tmp_path: Path,
    html_checker: None,
    width: int,
    scheme: str,
    locale: str,
    full: bool,
) -> None:
    page, html = new_page(width, scheme, locale), {}
    every = {"inbox": "..", "mail": "", "text": "/text", "headers": "/headers"}
    for_axe = judged(every, LOOKS.index((width, scheme, locale)), full)
    for name, path in every.items():
        answer = page.goto(f"{address}/mail/" if path == ".." else sent + path)
        assert answer
        html[name] = answer.text()
        if name in for_axe:
            assert (name, axe_violations(page)) == (name, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
    assert html_errors(html, tmp_path) == []


def test_an_empty_catcher_is_accessible(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/mail/")
    assert page.locator(".empty").is_visible()
    assert axe_violations(page) == []


BY_ITSELF = """
<head><base href="{0}/base/" target="_top"><meta http-equiv="refresh" content="0;url={0}/refresh">
<link rel="stylesheet" href="{0}/style"><link rel="icon" href="{0}/icon"><link rel="prefetch" href="{0}/prefetch">
<link rel="preload" as="image" href="{0}/preload"><LINK/rel=preconnect href="{0}"><link rel="dns-prefetch" href="{0}">
<style>@import "{0}/import"; @font-face {{ font-family: x; src: url({0}/font) }} p {{ font-family: x }}
body {{ background: url({0}/background) }}</style><script>document.title = "taken"; fetch("{0}/script")</script></head>
<body onload="fetch('{0}/onload')" background="{0}/body"><p>Harmless</p>
<img src="{0}/image" srcset="{0}/srcset 2x" onerror="fetch('{0}/onerror')"><svg><image href="{0}/svg"/></svg>
<iframe src="{0}/frame"></iframe><iframe srcdoc="<script>top.location = '{0}/srcdoc'</script>"></iframe>
<object data="{0}/object"></object><embed src="{0}/embed"><video src="{0}/video" poster="{0}/poster" autoplay></video>
</body>"""
ON_A_PRESS = """
<base href="{0}/base/" target="_top">
<form action="{0}/form"><input name="words"><button>Send</button><button formaction="{0}/x">No</button></form>
<p><a href="javascript:fetch('{0}/js')">a</a> <a target="_self" href="javascript:document.title='taken'">b</a>
<a target="other" rel="opener" href="javascript:fetch('{0}/opener')">c</a> <a target="_top" href="{0}/top">d</a>
<a target="_parent" href="{0}/parent">e</a> <a ping="{0}/ping" href="#within">f</a></p>"""


def test_a_hostile_mail_does_nothing_by_itself(
    new_page: NewPage, house: Settings, address: str, elsewhere: tuple[str, list[bytes]]
) -> None:
    host, asked = elsewhere
    path = put(house, BY_ITSELF.format(host))
    page = new_page()
    for shown in (path, f"{path}/html", f"{path}/text", f"{path}/headers"):
        page.goto(address + shown)
        page.wait_for_timeout(400)
        assert (page.url, asked) == (address + shown, [])
        assert page.title() != "taken"
        assert len(page.context.pages) == 1
    page.goto(address + path)
    assert page.frame_locator("iframe").locator("p").inner_text() == "Harmless"


def test_a_hostile_mail_does_nothing_when_it_is_pressed(
    new_page: NewPage, house: Settings, address: str, elsewhere: tuple[str, list[bytes]]
) -> None:
    host, asked = elsewhere
    page = new_page()
    page.goto(address + put(house, ON_A_PRESS.format(host)))
    mail = page.frame_locator("iframe")
    for pressed in [*mail.locator("button").all(), *mail.locator("a").all()]:
        pressed.click()
        page.wait_for_timeout(100)
        assert asked == []
    mail.locator("input").press("Enter")
    page.wait_for_timeout(300)
    assert (page.url, asked) == (f"{address}/mail/one", [])
    assert "taken" not in {page.title(), mail.locator("base").first.evaluate("() => document.title")}
    opened = {tab.url for tab in page.context.pages if tab is not page}
    assert opened <= {"about:blank", f"{address}/mail/one/html#within"}
