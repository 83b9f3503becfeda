"""What the mails say, and how they travel."""

import email
import email.policy
import re
from datetime import timedelta
from email.message import EmailMessage
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import dkim
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast.mails import SALT, a_survey, outgoing
from cast.selling import NOON, company, survey
from kloof.config import Settings
from kloof.domain.access.tokens import Purpose, token
from kloof.domain.errors import BadSettings
from kloof.domain.mailing.kinds import (
    CALL,
    CALL_DUE,
    FINDINGS,
    HANDOVER,
    INVITATION,
    MAIL_KINDS,
    REMINDER,
    SIGN_IN,
    SOLVED,
    WEEKLY,
    MailKind,
)
from kloof.domain.mailing.messages import Outgoing
from kloof.domain.mailing.subjects import AboutWeek
from kloof.domain.mailing.weekly import News
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import LANGUAGES, Language
from kloof.mail.compiled import CompiledBody, encoded
from kloof.mail.headers import domain_in_ascii, mailbox, words
from kloof.mail.rendering import MailRenderer, RenderedMail

ASKING = [(INVITATION, 0), (REMINDER, 1), (REMINDER, 2)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path)


def made(settings: Settings, mail: Outgoing) -> RenderedMail:
    asked = survey() if mail.asks else None
    return MailRenderer(settings).render(mail, asked, NOON + timedelta(days=45), NOON)


def read(rendered: RenderedMail) -> EmailMessage:
    found = email.message_from_bytes(rendered.data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body(rendered: RenderedMail, kind: str) -> str:
    part = read(rendered).get_body((kind,))
    assert part
    return str(part.get_content())


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def links(html: str) -> list[str]:
    parser = Links()
    parser.feed(html)
    return parser.links


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wave", Wave)
@pytest.mark.parametrize(("kind", "ordinal"), ASKING)
def test_every_mail_says_who_why_how_long_who_sees_it_and_how_to_stop(
    settings: Settings, language: Language, kind: MailKind[Any], ordinal: int, wave: Wave
) -> None:
    rendered = made(settings, outgoing(kind, ordinal, a_survey(wave=wave), language=language))
    for text in (body(rendered, "plain"), body(rendered, "html")):
        for expected in (
            "Warmtehuis",
            "Warmtepomp",
            "Piet Jansen",
            "Eva Bakker",
            "minut",
            "10",
            "/s/",
            "/opt-out/",
        ):
            assert expected in text
        assert not re.search(r"[{}\ue000\ue001]", re.sub(r"<style>.*</style>", "", text, flags=re.S))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_that_findings_came_out_says_why_it_comes_how_many_are_in_a_figure_and_how_to_stop(
    settings: Settings, language: Language
) -> None:
    rendered = made(settings, outgoing(FINDINGS, 3, language=language))
    for text in (body(rendered, "plain"), body(rendered, "html")):
        for expected in (
            "Warmtehuis",
            "Piet Jansen",
            "10",
            settings.findings_address,
            "/receipt",
            "/opt-out/",
        ):
            assert expected in text
        assert {"nl": "omdat u daarom vroeg", "en": "because you asked for it"}[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [CALL, CALL_DUE])
def test_a_mail_about_a_call_to_make_says_whom_about_which_deal_and_by_when(
    settings: Settings, language: Language, kind: MailKind[Any]
) -> None:
    rendered = made(settings, outgoing(kind, 1, language=language))
    link = settings.link("/calls/D-7/a")
    for text in (body(rendered, "plain"), unescape(body(rendered, "html"))):
        for expected in (
            "Eva,",
            "Piet & Zn",
            "Warmtepomp",
            "18 september" if language == "nl" else "18 September",
            link,
        ):
            assert expected in text
    assert b"List-Unsubscribe" not in rendered.data


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_whether_it_is_solved_has_its_own_link_and_a_way_out(
    settings: Settings, language: Language
) -> None:
    rendered = made(settings, outgoing(SOLVED, 1, language=language))
    asked = settings.link(f"/solved/{token(settings.secret_key, Purpose.SOLVED, b'c' * 32)}")
    opt_out = settings.link(f"/opt-out/{token(settings.secret_key, Purpose.OPT_OUT, SALT)}")
    assert links(body(rendered, "html")) == [f"{asked}?solved=yes", f"{asked}?solved=no", opt_out]
    for text in (body(rendered, "plain"), body(rendered, "html")):
        for expected in ("Piet Jansen", "Warmtepomp", "Warmtehuis", asked, opt_out):
            assert expected in text
        assert not re.search(r"[{}\ue000\ue001]", re.sub(r"<style>.*</style>", "", text, flags=re.S))
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in rendered.data


def test_every_address_in_the_mail_that_findings_came_out_can_be_pressed(settings: Settings) -> None:
    receipt = settings.link(f"/s/{token(settings.secret_key, Purpose.SURVEY, SALT)}/receipt")
    opt_out = settings.link(f"/opt-out/{token(settings.secret_key, Purpose.OPT_OUT, SALT)}")
    assert links(body(made(settings, outgoing(FINDINGS, 3)), "html")) == [
        receipt,
        settings.findings_address,
        opt_out,
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_names_its_language_for_whoever_reads_it_aloud(settings: Settings, language: Language) -> None:
    assert read(made(settings, outgoing(language=language)))["Content-Language"] == language


def test_the_subject_names_the_company_and_the_product(settings: Settings) -> None:
    assert read(made(settings, outgoing()))["Subject"] == "Warmtehuis: wat verwacht u van Warmtepomp?"
    english = outgoing(subject=a_survey(wave=Wave.DELIVERY), language="en")
    assert read(made(settings, english))["Subject"] == "Warmtehuis: did you get what you expected?"


@pytest.mark.parametrize(("language", "said"), [("nl", "ongeveer 2 minuten"), ("en", "about 2 minutes")])
def test_a_survey_of_three_questions_takes_no_one_minutes(
    settings: Settings, language: Language, said: str
) -> None:
    assert said in body(made(settings, outgoing(language=language)), "plain")


def test_only_the_last_reminder_says_that_it_is_the_last(settings: Settings) -> None:
    last = "Dit is onze laatste mail hierover."
    said = [last in body(made(settings, outgoing(*which)), "plain") for which in ASKING]
    assert said == [False, False, True]


def test_links_lead_to_this_survey_and_nowhere_else(settings: Settings) -> None:
    found = links(body(made(settings, outgoing()), "html"))
    survey_link = settings.link(f"/s/{token(settings.secret_key, Purpose.SURVEY, SALT)}")
    opt_out = settings.link(f"/opt-out/{token(settings.secret_key, Purpose.OPT_OUT, SALT)}")
    assert found == [*(f"{survey_link}?a1={point}" for point in range(11)), survey_link, opt_out]


def test_nothing_in_a_mail_is_fetched_from_anywhere(settings: Settings) -> None:
    html = body(made(settings, outgoing()), "html")
    assert not re.search(r"<(img|script|link|iframe)|url\(|@import", html)


def test_a_mail_to_a_customer_carries_one_click_opt_out_on_one_line(settings: Settings) -> None:
    rendered = made(settings, outgoing())
    opt_out = settings.link(f"/opt-out/{token(settings.secret_key, Purpose.OPT_OUT, SALT)}")
    assert f"\r\nList-Unsubscribe: <{opt_out}>\r\n".encode() in rendered.data
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in rendered.data
    mail = read(rendered)
    assert (mail["Auto-Submitted"], mail["Precedence"]) == ("auto-generated", "bulk")


@pytest.mark.parametrize("kind", MAIL_KINDS.values(), ids=lambda kind: kind.name)
def test_a_mail_has_a_way_out_where_it_goes_to_a_customer_or_a_colleague_chose_it(
    settings: Settings, kind: MailKind[Any]
) -> None:
    rendered = made(settings, outgoing(kind, 1))
    has_one = kind.to_customer or kind is WEEKLY
    assert (b"\r\nList-Unsubscribe-Post:" in rendered.data) == has_one
    assert ("/opt-out/" in body(rendered, "plain")) == kind.to_customer


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_weekly_mail_holds_its_numbers_one_link_and_one_click_to_stop(
    settings: Settings, language: Language
) -> None:
    news = News(answers=3, calls=12, overdue=1, fresh=4)
    renderer = MailRenderer(settings)
    for subject in (AboutWeek(news, NOON, stands=True), AboutWeek(News(to_read=5), NOON, stands=True)):
        mail = outgoing(WEEKLY, 202638, subject, language=language)
        rendered = renderer.render(mail, None, NOON, NOON)
        out = settings.link(f"/weekly/{token(settings.secret_key, Purpose.WEEKLY, SALT)}")
        assert f"\r\nList-Unsubscribe: <{out}>\r\n".encode() in rendered.data
        html, text = body(rendered, "html"), body(rendered, "plain")
        assert links(html) == [settings.link(subject.news.path), out]
        listed = re.findall(r"(?m)^- .*: (\d+)\r?$", text)
        assert listed == re.findall(r'<td class="rule" align="right"[^>]*>(\d+)</td>', html)
        assert listed == [str(count) for count in subject.news.counts.values()]
        assert out in text
        assert not re.search(r"[{}\ue000\ue001]", text)
        assert "15 september 2026" in text.lower()


def test_the_templates_are_read_once_for_all_who_make_mails(settings: Settings) -> None:
    first, second = MailRenderer(settings).compiler, MailRenderer(settings).compiler
    assert (first.text, first.html) == (second.text, second.html)


def test_a_sign_in_mail_has_its_link_and_no_way_out(settings: Settings) -> None:
    renderer = MailRenderer(settings)
    rendered = renderer.render(outgoing(SIGN_IN), None, NOON, NOON)
    text = body(rendered, "plain")
    assert settings.link(f"/sign-in/{token(settings.secret_key, Purpose.SIGN_IN, SALT)}") in text
    assert "tot 12:15" in text
    assert b"List-Unsubscribe" not in rendered.data
    assert read(rendered)["Subject"] == "Je inloglink voor kloof bij Warmtehuis"


@pytest.mark.parametrize(("language", "word"), [("nl", "levering"), ("en", "delivery")])
def test_word_from_delivery_leads_to_the_deal_and_says_nothing_of_what_was_answered(
    settings: Settings, language: Language, word: str
) -> None:
    rendered = made(settings, outgoing(HANDOVER, language=language))
    for kind in ("plain", "html"):
        text = body(rendered, kind)
        for expected in ("Eva,", word, "Warmtehuis", settings.link("/me/deals/D/1%20%26%20more")):
            assert expected in text
        assert not re.search(r"[{}\ue000\ue001]", re.sub(r"<style>.*</style>", "", text, flags=re.S))
        assert "Piet Jansen" not in text
    assert "D/1 & more" in body(rendered, "plain")
    assert b"List-Unsubscribe" not in rendered.data
    assert "Warmtepomp" in str(read(rendered)["Subject"])


def test_replies_go_where_the_company_wants_them(tmp_path: Path) -> None:
    settings = company(tmp_path, reply_to="desk@warmtehuis.example")
    assert read(made(settings, outgoing()))["Reply-To"] == "desk@warmtehuis.example"


def test_bounces_come_back_to_an_address_of_this_message(tmp_path: Path) -> None:
    settings = company(tmp_path, bounce_address="bounces@warmtehuis.example")
    assert made(settings, outgoing()).sender == f"bounces+{'0123456789abcdef' * 2}@warmtehuis.example"
    assert made(company(tmp_path), outgoing()).sender == "feedback@warmtehuis.example"


@pytest.mark.parametrize(
    "name",
    ["Jansen & Zn <b>", "Ünal, Çağla", 'The "Best" Bakery', "{product}", "\ue000link\ue001", "x" * 300],
)
def test_whatever_a_customer_is_called_the_mail_is_whole_and_says_it(settings: Settings, name: str) -> None:
    rendered = made(settings, outgoing(name=name))
    assert name in body(rendered, "plain")
    assert "<b>" not in body(rendered, "html")
    assert all(len(row) <= 998 for row in rendered.data.split(b"\r\n"))


def test_a_name_can_never_add_a_header(settings: Settings) -> None:
    evil = "Piet\r\nBcc: everybody@example.com\r\n\r\nHello"
    mail = read(made(settings, outgoing(subject=a_survey(product=evil), name=evil)))
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == "piet@example.com"


@given(st.text(max_size=200))
def test_any_name_survives_its_header(name: str) -> None:
    from email.headerregistry import HeaderRegistry

    parsed = HeaderRegistry()("To", mailbox(name, "a@example.com").replace("\r\n", ""))
    assert parsed.addresses[0].addr_spec == "a@example.com"


@given(st.text(max_size=200))
def test_any_subject_stays_one_header(subject: str) -> None:
    assert all(not line or line[0] in " \t" for line in words(subject).split("\r\n")[1:])


@given(st.lists(st.text(max_size=120), min_size=1, max_size=5), st.text(max_size=200))
def test_a_compiled_body_reads_as_the_text_it_was_made_of(parts: list[str], value: str) -> None:
    from quopri import decodestring

    def lines(text: str) -> str:
        return re.sub(r"\r\n|\r|\n", "\r\n", re.sub("[\ue000\ue001]", "", text))

    clean = [lines(part) for part in parts]
    filled = CompiledBody.of("\ue000name\ue001".join(clean)).render({"name": encoded(lines(value))})
    assert decodestring(filled).decode() == lines(value).join(clean)
    assert all(len(row) <= 76 for row in filled.split(b"\r\n"))


@pytest.mark.parametrize("length", range(70, 80))
@pytest.mark.parametrize("letter", ["a", "é", "𐀀"])
def test_a_piece_that_fills_its_last_line_leaves_room_for_the_break_after_it(
    letter: str, length: int
) -> None:
    from quopri import decodestring

    text = "a" * (length - len(encoded(letter))) + letter
    filled = CompiledBody.of(f"{text}\ue000name\ue001").render({"name": encoded(text)})
    assert max(len(row) for row in filled.split(b"\r\n")) <= 76
    assert decodestring(filled).decode() == text * 2


def test_an_address_with_other_letters_travels_as_dns_knows_its_domain() -> None:
    assert domain_in_ascii("piet@münchen.example") == "piet@xn--mnchen-3ya.example"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A DKIM key in a file, and the record that DNS would have for it."""
    import shutil
    import subprocess

    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a key with")
    file = tmp_path_factory.mktemp("dkim") / "dkim.pem"
    subprocess.run(
        ["openssl", "genrsa", "-traditional", "-out", file, "2048"], check=True, capture_output=True
    )
    public = subprocess.run(
        ["openssl", "rsa", "-in", file, "-pubout", "-outform", "PEM"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return file, ("v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])).encode()


def test_a_signed_mail_holds_and_its_signature_covers_the_one_click_header(
    tmp_path: Path, keys: tuple[Path, bytes]
) -> None:
    settings = company(tmp_path, dkim_key=keys[0], dkim_selector="kloof")
    data = made(settings, outgoing()).data
    assert dkim.verify(data, dnsfunc=lambda *_, **__: keys[1])
    signature = read(RenderedMail("", "", data))["DKIM-Signature"].replace(" ", "").lower()
    covered = re.search(r"h=([^;]+)", signature)
    assert covered
    assert {"list-unsubscribe", "list-unsubscribe-post", "from"} <= set(covered[1].split(":"))


@pytest.mark.slow
def test_a_signed_mail_that_was_touched_does_not_hold(tmp_path: Path, keys: tuple[Path, bytes]) -> None:
    settings = company(tmp_path, dkim_key=keys[0], dkim_selector="kloof")
    data = made(settings, outgoing()).data.replace(b"One-Click", b"Two-Click")
    assert not dkim.verify(data, dnsfunc=lambda *_, **__: keys[1])


def test_a_key_that_cannot_be_used_is_said_before_any_mail_goes_out(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("not a key")
    for name in ("key.pem", "absent.pem"):
        with pytest.raises(BadSettings, match="dkim_key"):
            MailRenderer(company(tmp_path, dkim_key=Path(name), dkim_selector="kloof"))


def test_an_address_with_other_letters_before_the_at_stands_in_the_header_as_it_is(
    settings: Settings,
) -> None:
    made = MailRenderer(settings).trial("rené@example.com", "0" * 32, NOON)
    assert "\r\nTo: =?utf-8?b?cmVuw6lAZXhhbXBsZS5jb20=?= <rené@example.com>\r\n".encode() in made.data
    assert made.recipient == "rené@example.com"
