"""What the catcher kept, read back: whatever it is that came in."""

import os
from base64 import b64decode
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kloof.domain.text import LANGUAGES
from kloof.mail.caught import Mailbox, caught, names, opened
from kloof.mail.texts import MailText, mail_texts

ARRIVED = datetime(2026, 3, 2, 10, tzinfo=UTC)
PIXEL = b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")


def keep(folder: Path, data: bytes, name: str = "one") -> str:
    (folder / f"{name}.eml").write_bytes(data)
    os.utime(folder / f"{name}.eml", (ARRIVED.timestamp(), ARRIVED.timestamp()))
    return name


def written(subject: str = "Hello", **fields: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    for field, value in fields.items():
        message[field] = value
    message.set_content("Dear Piet,\n\nThe second line.")
    return message


def test_the_latest_mail_comes_first_and_one_that_is_half_written_not_at_all(tmp_path: Path) -> None:
    for name in ("20260301T100000-000001-aa", "20260302T100000-000001-aa", ".20260303T100000-000001-aa"):
        keep(tmp_path, b"Subject: Hello\n\n", name)
    assert names(tmp_path) == ["20260302T100000-000001-aa", "20260301T100000-000001-aa"]


def test_a_mail_says_who_what_and_when(tmp_path: Path) -> None:
    message = written(
        "Wat verwacht u van café Zonneschijn?",
        From='"Warmtehuis, Zorg" <feedback@warmtehuis.example>',
        To="piet@home.example",
        Date="Sun, 01 Mar 2026 18:36:07 +0100",
    )
    (found,) = caught(tmp_path, [keep(tmp_path, message.as_bytes())])
    assert found.sender == Mailbox("Warmtehuis, Zorg", "feedback@warmtehuis.example")
    assert found.recipient == Mailbox("", "piet@home.example")
    assert found.subject == "Wat verwacht u van café Zonneschijn?"
    assert found.sent_at == datetime(2026, 3, 1, 17, 36, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon, 1 Jan 0001 00:00:00 +2300", "Fri, 31 Dec 9999 23:59 -2300"]
)
def test_a_mail_without_a_date_that_can_be_was_sent_when_it_arrived(tmp_path: Path, date: str) -> None:
    found = opened(tmp_path, keep(tmp_path, f"Date: {date}\n\n".encode()))
    assert found
    assert found.envelope.sent_at in {ARRIVED, datetime(2000, 12, 31, 1, tzinfo=UTC)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", [name for name, letter in mail_texts() if isinstance(letter, MailText)])
def test_every_letter_is_known_by_its_subject_whatever_the_company_is_called(
    tmp_path: Path, letter: str, language: str
) -> None:
    subject = getattr(mail_texts(), letter).subject[language]
    for company in ("Warmtehuis", "(Warmte): huis?", "is it solved?"):
        filled = subject.format(company=company, product="Warmtepomp *: 8,5")
        (found,) = caught(tmp_path, [keep(tmp_path, written(filled).as_bytes())])
        assert found.letter == letter


def test_a_mail_of_somebody_else_is_no_letter(tmp_path: Path) -> None:
    (found,) = caught(tmp_path, [keep(tmp_path, written("Win a boat").as_bytes())])
    assert found.letter == ""


def test_text_and_html_and_every_header_are_there(tmp_path: Path) -> None:
    message = written(To="Zoë <zoe@home.example>")
    message.add_alternative("<p>Dear Zoë,</p>", subtype="html", charset="iso-8859-1")
    message.add_attachment("<p>Not this one</p>", subtype="html", filename="more.html")
    found = opened(tmp_path, keep(tmp_path, message.as_bytes()))
    assert found
    assert found.text.splitlines() == ["Dear Piet,", "", "The second line."]
    assert found.html.strip() == "<p>Dear Zoë,</p>"
    assert ("To", "Zoë <zoe@home.example>") in found.headers


def test_a_picture_that_the_mail_carries_stands_where_the_mail_shows_it(tmp_path: Path) -> None:
    message = written()
    message.add_alternative(
        '<img src="cid:logo%40kloof"><img src="cid:other"><img src="cid:script">', subtype="html"
    )
    body = message.get_payload()[1]
    body.add_related(PIXEL, "image", "gif", cid="<logo@kloof>")
    body.add_related(b"<svg/>", "image", "svg+xml", cid="<script>")
    found = opened(tmp_path, keep(tmp_path, message.as_bytes()))
    assert found
    assert 'src="data:image/gif;base64,R0lGOD' in found.html
    assert 'src="cid:other"' in found.html
    assert 'src="cid:script"' in found.html


@pytest.mark.parametrize("name", ["two", "../one", "..", "", ".one", "one.eml", "one\n"])
def test_a_name_of_no_mail_in_the_folder_opens_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "mail").mkdir()
    for folder in (tmp_path, tmp_path / "mail"):
        keep(folder, b"Subject: Hello\n\n")
    assert opened(tmp_path / "mail", name) is None


_NASTY = [
    b"=?utf-8?q?", b"?=", b"=?nope?b?/?=", b"\x00", b"\xff", b'"', b"<", b"(", b";;", b"=\n", b"\n ", b"\n\n", b"''",
    b"Subject: ", b"From: ", b"To: @@, ", b"Date: ", b"Content-ID: <", b"Content-Disposition: =", b"cid:", b"words",
    b"Content-Type: text/html; charset=", b"Content-Type: multipart/alternative; boundary=x\n", b"\n--x\n",
    b"Content-Transfer-Encoding: base64\n", b"unicode_escape", b"\\ud800", b"utf-7", b"+2AA-",
]  # fmt: skip


@given(st.lists(st.sampled_from(_NASTY), max_size=20).map(b"".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_came_in_can_be_shown(tmp_path: Path, data: bytes) -> None:
    found = opened(tmp_path, keep(tmp_path, data))
    assert found
    words = [found.text, found.html, found.envelope.subject, found.envelope.sender.address]
    words += [word for header in found.headers for word in header]
    "".join(words).encode()
