"""Texts of mails at the desk: over ours, checked at their field, seen and sent as the mail that goes out."""

import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import NOW
from cast.mails import a_survey, outgoing
from cast.selling import survey
from instruments.forms import opened, press, shown, typed, words
from kloof.domain.access.people import Role
from kloof.domain.errors import BadSettings
from kloof.domain.mailing.kinds import INVITATION
from kloof.mail import MailRenderer
from kloof.storage.models import AuditEntry

Enter = Callable[[str, Role], FlaskClient]
MAIL = "/desk/texts/invitation_sale"
HAND = """\
# Ours. Ask Noor.
greeting:
  nl: 'Dag {name},' # short
  en: Hi {name},

invitation_sale:
  button: {nl: Vertel het ons}
"""


@pytest.fixture
def desk(signed_in: Enter) -> FlaskClient:
    return signed_in("Noor Desk", Role.DESK)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "texts.yaml"


def invitation(app: Flask) -> EmailMessage:
    """An invitation as the worker would send it now."""
    rendered = MailRenderer(app.extensions["kloof.settings"]).render(
        outgoing(INVITATION, subject=a_survey()), survey(), NOW, NOW
    )
    found = email.message_from_bytes(rendered.data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part
    return str(part.get_content())


def test_what_is_changed_is_in_the_next_mail_and_only_that_stands_in_the_file(
    desk: FlaskClient, app: Flask, file: Path
) -> None:
    said = 'Wat denkt u van "{product}" & <b>ons</b>?\r\n\r\nVertel het in {minutes} minuten.'
    answer = press(
        desk, opened(desk, MAIL), "save",
        invitation_sale__subject__nl="{company} vraagt: {product}?", invitation_sale__body__nl=said,
    )  # fmt: skip
    assert answer.status_code == 303
    assert yaml.safe_load(file.read_text("utf-8")) == {
        "invitation_sale": {
            "subject": {"nl": "{company} vraagt: {product}?"},
            "body": {"nl": said.replace("\r\n", "\n")},
        }
    }
    mail = invitation(app)
    assert mail["Subject"] == "Warmtehuis vraagt: Warmtepomp?"
    assert 'Wat denkt u van "Warmtepomp" & <b>ons</b>?' in body(mail, "plain")
    html = body(mail, "html")
    assert "&lt;b&gt;ons&lt;/b&gt;" in html
    assert "<b>ons" not in html
    assert html.count("Vertel het in") == 1
    assert "/opt-out/" in html
    assert "/s/" in html
    (line,) = AuditEntry.select().where(AuditEntry.what == "texts_changed")
    assert (line.detail, line.role) == ("invitation_sale", "desk")


def test_a_text_that_is_emptied_is_ours_again_and_the_file_keeps_the_rest_with_its_comments(
    desk: FlaskClient, file: Path
) -> None:
    file.write_text(HAND, encoding="utf-8")
    assert press(desk, opened(desk, MAIL), "save", invitation_sale__button__nl="").status_code == 303
    assert file.read_text("utf-8") == HAND.partition("invitation_sale")[0]
    around = opened(desk, "/desk/texts/around")
    assert press(desk, around, "save", greeting__en="Hello {name},").status_code == 303
    assert file.read_text("utf-8") == HAND.partition("invitation_sale")[0].replace(
        "Hi {name},", "Hello {name},"
    )


def test_saving_what_nobody_changed_leaves_every_byte(desk: FlaskClient, file: Path) -> None:
    for page in ("/desk/texts/around", MAIL, "/desk/texts/on_paper", "/desk/texts/sign_in"):
        assert press(desk, opened(desk, page), "save").status_code == 303
    assert not file.exists()
    file.write_text(HAND, encoding="utf-8")
    for page in ("/desk/texts/around", MAIL, "/desk/texts/on_paper", "/desk/texts/findings"):
        assert press(desk, opened(desk, page), "save").status_code == 303
    assert file.read_text("utf-8") == HAND


WRONG = {
    "invitation_sale-subject-nl": (
        "{prodct}?",
        "{prodct} is hier niet in te vullen; wel: {company}, {product}",
    ),
    "invitation_sale-body-en": ("Hi {", "er staat een accolade alleen"),
    "invitation_sale-button-nl": ("Naar\r\nde vragen", "moet op één regel staan"),
}


@pytest.mark.parametrize("do", ["save", "check", "test"])
@pytest.mark.parametrize(("field", "text", "says"), [(name, *row) for name, row in WRONG.items()], ids=WRONG)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_written_or_sent(
    desk: FlaskClient, file: Path, field: str, text: str, says: str, do: str
) -> None:
    answer = press(desk, opened(desk, MAIL), do, "nl", **{field.replace("-", "__"): text})
    page = shown(answer)
    assert answer.status_code == 422
    error = page.find(id=f"e-{field}")
    assert error
    assert says in error.get_text()
    (control,) = page.select(f'[name="{field}"]')
    assert control["aria-invalid"] == "true"
    assert not file.exists()
    assert not (file.parent / "instance" / "mail").exists()


def test_the_way_to_the_answers_stays_in_the_mail_about_findings(desk: FlaskClient) -> None:
    page = opened(desk, "/desk/texts/findings", "nl")
    answer = press(desk, page, "save", "nl", findings__body__nl="Er zijn uitkomsten over {k} klanten.")
    assert "{receipt} moet erin staan" in words(answer)


def test_je_is_said_in_every_mail_to_a_customer_once_it_is_chosen_and_u_comes_back(
    desk: FlaskClient, app: Flask, file: Path
) -> None:
    data = typed(opened(desk, "/desk/texts"), customers_are="je")
    assert desk.post("/desk/texts", data=data).status_code == 303
    assert "customers_are: je" in file.read_text("utf-8")
    assert "wat verwacht je van" in invitation(app)["Subject"]
    assert "Dat bepaal je zelf" in body(invitation(app), "plain")
    data = typed(opened(desk, "/desk/texts"), customers_are="u")
    assert desk.post("/desk/texts", data=data).status_code == 303
    assert "wat verwacht u van" in invitation(app)["Subject"]


def test_the_mail_is_seen_as_it_goes_out_with_what_is_typed_and_not_what_is_saved(desk: FlaskClient) -> None:
    data = typed(
        opened(desk, MAIL),
        invitation_sale__body__nl="Typed <script>x</script> {product}",
        seen__language="nl",
    )
    answer = desk.post(f"{MAIL}/seen", data=data)
    html = answer.get_data(as_text=True)
    assert "Typed &lt;script&gt;x&lt;/script&gt; Warmtepomp" in html
    assert "Beste Anna de Boer," in html
    assert answer.headers["Content-Security-Policy"].startswith("sandbox ")
    data["seen-face"] = "text"
    assert "Typed <script>x</script> Warmtepomp" in shown(desk.post(f"{MAIL}/seen", data=data)).get_text()
    data["seen-face"] = "headers"
    assert "List-Unsubscribe-Post" in words(desk.post(f"{MAIL}/seen", data=data))


@pytest.mark.parametrize(
    "name", ["around", "findings", "solved", "sign_in", "handover", "call", "call_due", "weekly", "test"]
)
def test_every_mail_can_be_seen(desk: FlaskClient, name: str) -> None:
    for language, face in (("nl", "html"), ("en", "text")):
        answer = desk.get(f"/desk/texts/{name}/seen?seen-language={language}&seen-face={face}")
        assert (answer.status_code, "Warmtehuis" in answer.get_data(as_text=True)) == (200, True)


def test_the_letter_is_seen_as_the_pdf_that_is_printed(desk: FlaskClient) -> None:
    answer = desk.get("/desk/texts/on_paper/seen?seen-language=nl&seen-face=second")
    assert answer.mimetype == "application/pdf"
    assert answer.get_data().startswith(b"%PDF")


def test_a_test_mail_goes_to_who_asks_for_it_with_what_is_typed(desk: FlaskClient, file: Path) -> None:
    answer = press(
        desk, opened(desk, MAIL), "test", "nl", invitation_sale__button__nl="Druk hier", seen__language="nl"
    )
    assert "Verstuurd naar noor.desk@company.example" in words(answer)
    (sent,) = (file.parent / "instance" / "mail").glob("*.eml")
    mail = email.message_from_bytes(sent.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert "Druk hier" in body(mail, "plain")
    assert "noor.desk@company.example" in str(mail["To"])
    assert not file.exists()


def test_who_was_first_wins_and_reads_both(desk: FlaskClient, file: Path) -> None:
    mine = opened(desk, MAIL)
    assert press(desk, opened(desk, MAIL), "save", invitation_sale__button__nl="Van haar").status_code == 303
    answer = press(desk, mine, "save", invitation_sale__button__nl="Van mij")
    assert answer.status_code == 409
    assert "Van haar" in file.read_text("utf-8")
    page = shown(answer)
    assert "Theirs (nl): Van haar" in " ".join(page.get_text(" ").split()).replace("( nl )", "(nl)")
    assert press(desk, page, "save").status_code == 303
    assert "Van mij" in file.read_text("utf-8")


def test_a_file_that_is_wrong_is_named_by_line_and_no_mail_is_made_with_a_guess(
    desk: FlaskClient, app: Flask, file: Path
) -> None:
    file.write_text("greeting: {nl: 'Hoi {naam},'}\n", encoding="utf-8")
    page = words(desk.get("/desk/texts", headers={"Accept-Language": "nl"}))
    assert "Regel 1, kolom 12" in page
    assert "{naam} is hier niet in te vullen" in page
    with pytest.raises(BadSettings, match=r"texts.yaml:1:12: greeting.nl: {naam}"):
        invitation(app)
    mended = press(desk, opened(desk, "/desk/texts/around"), "save", greeting__nl="Hoi {name},")
    assert mended.status_code == 303
    assert "Hoi Piet" in body(invitation(app), "plain")


def test_a_file_that_is_no_text_is_nobodys_mistake_here_and_no_page_breaks(
    desk: FlaskClient, file: Path
) -> None:
    file.write_bytes(b"greeting: caf\xe9\n")
    for path in ("/desk/texts", MAIL, f"{MAIL}/seen"):
        answer = desk.get(path, headers={"Accept-Language": "en"})
        assert (answer.status_code, "kloof has to be set right first" in words(answer)) == (503, True)


def test_where_je_cannot_be_written_one_reads_so(
    desk: FlaskClient, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = typed(opened(desk, "/desk/texts"), customers_are="je")
    monkeypatch.setattr("kloof.actions.company_files.placing._replace", _no_room)
    answer = desk.post("/desk/texts", data=data, headers={"Accept-Language": "en"})
    assert (answer.status_code, "This was not saved" in words(answer)) == (409, True)
    assert not file.exists()


def _no_room(*_: object) -> None:
    raise OSError(30, "Read-only file system")


@pytest.mark.parametrize("name", ["nothing", "greeting", "..%2Fkloof.toml"])
def test_a_text_that_is_not_there_is_not_found(desk: FlaskClient, name: str) -> None:
    assert desk.get(f"/desk/texts/{name}").status_code == 404
