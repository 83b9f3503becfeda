"""The demo's mail catcher as pages: who, what and when in the reader's language, and one mail by each of its faces."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from cast.builders import NOW, settings
from kloof.mail.texts import MailText, mail_texts
from kloof.web import create_app
from kloof.web.app.security import POLICY
from kloof.web.demo import PER_PAGE, kinds


@pytest.fixture
def client(database: str, tmp_path: Path) -> FlaskClient:
    (tmp_path / "mail").mkdir()
    return create_app(settings(database, tmp_path, run="demo"), clock=lambda: NOW).test_client()


def keep(
    folder: Path, name: str = "one", subject: str = "Warmtehuis: is het opgelost?", html: str = "<p>Hi</p>"
) -> str:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Warmtehuis <feedback@warmtehuis.example>"
    message["To"] = "Piet Jansen <piet@home.example>"
    message["Date"] = "Sat, 28 Nov 2026 17:36:07 +0000"
    message.set_content(
        "Beste Piet,\n\nKijk op https://warmtehuis.example/solved/1 <script>alert(1)</script>\n"
    )
    if html:
        message.add_alternative(html, subtype="html")
    (folder / "mail" / f"{name}.eml").write_bytes(message.as_bytes())
    return f"/mail/{name}"


def shown(client: FlaskClient, path: str, **headers: str) -> BeautifulSoup:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


@pytest.mark.parametrize(
    ("language", "kind", "when"),
    [
        ("nl", "Vraag of het is opgelost", "28 november 18:36"),
        ("en", "Question whether it is solved", "28 November 18:36"),
    ],
)
def test_the_list_says_who_what_kind_and_when_in_the_readers_language(
    client: FlaskClient, tmp_path: Path, language: str, kind: str, when: str
) -> None:
    keep(tmp_path)
    row = shown(client, f"/mail/?language={language}").select_one(".mails li")
    assert row
    assert [part.get_text(" ", strip=True) for part in row.select("p")] == [
        "Piet Jansen piet@home.example",
        "Warmtehuis: is het opgelost?",
        kind,
        when,
    ]


def test_every_kind_of_mail_has_its_name(client: FlaskClient) -> None:
    with client.application.test_request_context():
        assert set(kinds()) == {name for name, letter in mail_texts() if isinstance(letter, MailText)} | {""}


def test_where_there_is_no_mail_the_list_says_what_to_do(client: FlaskClient) -> None:
    page = shown(client, "/mail/")
    assert page.select(".mails li") == []
    assert [link["href"] for link in page.select("main a")] == ["/mail/", "/sign-in"]


def test_a_long_list_goes_on_on_a_next_page_and_misses_nothing(client: FlaskClient, tmp_path: Path) -> None:
    made = {keep(tmp_path, f"mail-{number:03}") for number in range(PER_PAGE + 3)}
    first, second = shown(client, "/mail/"), shown(client, "/mail/?page=2")
    found = [link["href"] for page in (first, second) for link in page.select(".mails a")]
    assert (len(first.select(".mails li")), len(second.select(".mails li"))) == (PER_PAGE, 3)
    assert found == sorted(made, reverse=True)
    assert shown(client, "/mail/?page=99").select(".mails a")[-1]["href"] == found[-1]


@pytest.mark.parametrize("face", ["", "/text", "/headers"])
def test_each_face_of_a_mail_has_an_address_and_the_tabs_say_which_it_is(
    client: FlaskClient, tmp_path: Path, face: str
) -> None:
    path = keep(tmp_path)
    tabs = shown(client, path + face).select(".tabs a")
    assert [tab["href"] for tab in tabs] == [path, f"{path}/text", f"{path}/headers"]
    assert [tab["href"] for tab in tabs if "aria-current" in tab.attrs] == [path + face]


def test_the_text_keeps_its_lines_and_its_links_and_nothing_in_it_is_markup(
    client: FlaskClient, tmp_path: Path
) -> None:
    text = shown(client, f"{keep(tmp_path)}/text").select_one(".mail-text")
    assert text
    assert text.get_text().splitlines()[:2] == ["Beste Piet,", ""]
    assert [link["href"] for link in text.select("a")] == ["https://warmtehuis.example/solved/1"]
    assert text.select("script") == []


@pytest.mark.parametrize(("named", "lang"), [("nl", "nl"), ("en", "en"), ('x"><script>', None), ("", None)])
def test_a_mail_is_read_aloud_in_the_language_that_it_names(
    client: FlaskClient, tmp_path: Path, named: str, lang: str | None
) -> None:
    path = keep(tmp_path)
    file = tmp_path / f"{path[1:]}.eml"
    file.write_bytes(f"Content-Language: {named}\n".encode() + file.read_bytes())
    page = shown(client, f"{path}/text")
    assert [page.select_one(part).get("lang") for part in ("h1", ".mail-text")] == [lang, lang]


def test_a_mail_without_html_shows_its_text_and_offers_no_frame(client: FlaskClient, tmp_path: Path) -> None:
    page = shown(client, keep(tmp_path, html=""))
    assert page.select_one(".mail-text")
    assert page.select("iframe") == []
    assert len(page.select(".tabs a")) == 2


def test_only_the_page_with_the_frame_may_have_one_and_no_other_policy_changes(
    client: FlaskClient, tmp_path: Path
) -> None:
    path = keep(tmp_path)
    assert client.get("/mail/").headers["Content-Security-Policy"] == POLICY
    assert client.get("/sign-in").headers["Content-Security-Policy"] == POLICY
    assert client.get(path).headers["Content-Security-Policy"] == f"{POLICY}; frame-src 'self'"
    assert "frame" not in POLICY.replace("frame-ancestors 'none'", "")


def test_what_is_framed_runs_nothing_fetches_nothing_and_keeps_its_own_style(
    client: FlaskClient, tmp_path: Path
) -> None:
    path = keep(tmp_path)
    (frame,) = shown(client, path).select("iframe")
    assert frame["src"] == f"{path}/html"
    assert set(frame["sandbox"]) == {"allow-popups", "allow-popups-to-escape-sandbox"}
    policy = client.get(f"{path}/html").headers["Content-Security-Policy"]
    assert {rule.strip() for rule in policy.split(";")} == {
        "sandbox allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    }


def test_a_mail_that_is_not_there_is_a_page_that_says_so(client: FlaskClient, tmp_path: Path) -> None:
    keep(tmp_path)
    for name in ("nothing", "..%2fkloof", ".one"):
        for face in ("", "/text", "/headers", "/html"):
            assert (name, face, client.get(f"/mail/{name}{face}").status_code) == (name, face, 404)


def test_from_a_mail_one_gets_to_the_mails_beside_it(client: FlaskClient, tmp_path: Path) -> None:
    first, middle, last = (keep(tmp_path, name) for name in ("a", "b", "c"))
    assert [link["href"] for link in shown(client, middle).select(".beside-mails a")] == [last, first]
    assert [link["href"] for link in shown(client, first).select(".beside-mails a")] == [middle]


def test_who_chose_a_language_keeps_it_from_the_list_to_a_mail_and_back(
    client: FlaskClient, tmp_path: Path
) -> None:
    path = keep(tmp_path)
    links = [link["href"] for link in shown(client, "/mail/?language=en").select(".mails a")]
    links += [link["href"] for link in shown(client, f"{path}?language=en").select("main a")]
    assert {str(link).partition("?")[2] for link in links} == {"language=en"}


def test_a_mail_to_a_colleague_is_not_called_a_customers(client: FlaskClient, tmp_path: Path) -> None:
    page = shown(client, keep(tmp_path, subject="Your sign-in link for kloof at Warmtehuis") + "?language=en")
    assert "As your colleague sees it" in page.select(".tabs a")[0].get_text()
