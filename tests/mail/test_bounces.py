"""What comes back is read: about which mail it is, and whom it is about."""

import time
from contextlib import suppress
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast.bounces import CUSTOMER, ID, complaint, in_words, original, parts, report, verp
from kloof.domain.mailing.server_words import About
from kloof.domain.mailing.set_aside import SetAside, WhyAside
from kloof.mail.bounces import MOST_WORDS, read
from kloof.mail.parts import MOST_BYTES

DEAD = "550 5.1.1 User unknown"


def short(value: object) -> str:
    """A test's name without the mail in it."""
    return "mail" if isinstance(value, bytes) else str(value)


@pytest.mark.parametrize(
    ("raw", "about"),
    [
        (report("5.0.0", "550 the mailbox is full"), About.LATER),
        (report("5.7.26", "550-5.7.26 refused, since it does not pass DMARC"), About.US),
        (report("5.7.1", "554 5.7.1 Client host [192.0.2.9] is on our block list"), About.US),
        (report("5.0.0", "550 we take this for spam"), About.CONTENT),
        (report("5.4.316", "550 5.4.316 Message expired"), About.LATER),
        (report("5.4.6", "554 5.4.6 Too many hops on its way"), About.LATER),
        (report("5.2.1", "550-5.2.1 this user receives mail at a rate that is too high"), About.LATER),
        (report("5.1.1", DEAD), About.ADDRESS),
        (report("5.1.1"), About.ADDRESS),
        (report("5.0.0 (recipient reached disk quota)"), About.LATER),
        (report("4.4.1", "connect timed out", action="delayed"), About.NOTHING),
        (report("2.1.5", "250 taken", action="delivered"), About.NOTHING),
        (report("5.1.1", DEAD, kind="message/global-delivery-status"), About.ADDRESS),
        (report("5.1.1", DEAD, encoding="base64"), About.ADDRESS),
        (report("5.1.1", DEAD, kind="text/plain"), About.ADDRESS),
    ],
    ids=short,
)
def test_the_report_for_programs_is_read_however_it_is_packed(raw: bytes, about: About) -> None:
    bounce = read(raw)
    assert (bounce.about, bounce.message_id) == (about, ID)


def test_the_reason_is_what_the_other_server_said() -> None:
    assert read(report("5.1.1", "550 5.1.1 User\n  unknown")).reason == "550 5.1.1 User unknown"


def test_the_reason_is_short_and_on_one_line_whatever_was_said() -> None:
    reason = read(report("5.1.1", "550 User unknown \x1b[31m" + "<script>" * 1000)).reason
    assert len(reason) <= MOST_WORDS
    assert reason.isprintable()


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("This address no longer exists. (#5.1.1)", About.ADDRESS),
        ("The mailbox is over its quota. (#5.2.2)", About.LATER),
        ("The other server answered RCPT:\n550 5.1.1 <piet@thuis.example>: User unknown", About.ADDRESS),
        ("Remote host said: 554 5.7.1 blocked using a list of ours", About.US),
        ("I was not able to deliver it; the other side did not answer. (#4.4.1)", About.LATER),
        ("De mail kon niet worden bezorgd: gebruiker onbekend", About.ADDRESS),
        ("Письмо не доставлено: пользователь не найден", About.ADDRESS),
        ("宛先のユーザーが見つかりません", About.ADDRESS),
        ("This mail has not yet been delivered. We will keep trying; do not send it again.", About.NOTHING),
        ("It could not be delivered, and nobody says why.", About.LATER),
    ],
)
def test_a_bounce_in_words_is_read_as_one_with_a_report_is(words: str, about: About) -> None:
    bounce = read(in_words(words))
    assert (bounce.about, bounce.message_id) == (about, ID)


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("postmaster@home.example", "Onbestelbaar: uw vragenlijst"),
        ("nobody@home.example", "Undeliverable: your questions"),
        ("nobody@home.example", "=?utf-8?q?Nicht_zustellbar=3A_Ihre_Fragen?="),
        ("nobody@home.example", "Niedostarczona wiadomość"),
        ("nobody@home.example", "系统退信"),
        ("<>", "hello"),
        ("post_master@home.example", "Re: your questions"),
        ("Mail.Daemon@home.example", "Re: your questions"),
    ],
)
def test_a_bounce_is_known_by_its_sender_or_its_subject(sender: str, subject: str) -> None:
    assert read(in_words("550 5.1.1 User unknown", sender=sender, subject=subject)).about is About.ADDRESS


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatisch antwoord: uw vragen", "Ik ben tot vrijdag afwezig. Dit adres wordt niet gelezen."),
        ("Automatisch antwoord", "Zij werkt niet meer bij ons. Dit adres is niet meer in gebruik."),
        ("Out of office", "I have left the company, and this address no longer exists."),
        ("Abwesenheitsnotiz", "Ich bin nicht mehr hier tätig; die Adresse existiert nicht mehr."),
        ("Réponse automatique", "Je suis absente; ma boîte est pleine."),
        ("Respuesta automática", "Ya no trabajo aquí: la dirección no existe."),
        ("Risposta automatica", "Non lavoro più qui."),
        ("Resposta automática", "Estou ausente."),
        ("Automatyczna odpowiedź", "Jestem nieobecna, konto nie istnieje."),
        ("Автоответ", "Я в отпуске. Адрес не существует."),
        ("自動返信", "不在です。このアドレスは存在しません"),
        ("自动回复", "邮箱不存在"),
    ],
)
def test_an_answering_machine_asks_nothing_of_us_in_any_language(subject: str, text: str) -> None:
    bounce = read(in_words(text, subject=subject, sender="piet@thuis.example"))
    assert (bounce.about, bounce.asks_nothing) == (About.NOTHING, True)


def test_an_answering_machine_says_so_in_its_header_too() -> None:
    away = in_words(
        "The address does not exist.", subject="Re: x", sender=CUSTOMER, more="Auto-Submitted: auto-replied\n"
    )
    assert read(away).about is About.NOTHING


def test_a_customer_who_writes_back_is_no_bounce() -> None:
    letter = in_words("Your user was unknown to me: 550 5.1.1", subject="Re: a question", sender=CUSTOMER)
    assert (read(letter).about, read(letter).asks_nothing) == (About.NOTHING, False)


@pytest.mark.parametrize(
    "raw",
    [
        complaint(),
        complaint("fraud"),
        complaint(encoding="base64"),
        complaint(whole=False),
        complaint(whole=False, encoding="base64"),
        parts(
            ("Content-Type: text/plain", "See the mail below."),
            ("Content-Type: message/rfc822", original()),
            subject="complaint about message from 192.0.2.9",
            to="loop@warmtehuis.example",
        ).encode(),
    ],
    ids=short,
)
def test_this_is_spam_is_a_complaint_also_where_the_report_is_poor(raw: bytes) -> None:
    bounce = read(raw)
    assert (bounce.about, bounce.message_id) == (About.COMPLAINT, ID)


def test_not_spam_takes_a_complaint_back() -> None:
    assert read(complaint("not-spam")).about is About.NOTHING


@pytest.mark.parametrize("quoting", ["", "base64"])
def test_without_verp_the_quoted_mail_says_which_one_it_was(quoting: str) -> None:
    assert read(report("5.1.1", to="feedback@warmtehuis.example", quoting=quoting)).message_id == ID


def test_a_bounce_about_somebody_elses_mail_names_none_of_ours() -> None:
    foreign = report("5.1.1", message_id="somebody.else", to="feedback@warmtehuis.example")
    assert read(foreign).message_id == ""


def test_a_letter_of_another_alphabet_where_none_belongs_stops_nothing() -> None:
    strange = report("5.1.1", DEAD).replace(b"Action: failed", b"Action: failed (adresse erron\xe9e)")
    assert read(strange).about is About.ADDRESS
    assert read(report("5.1.1", DEAD).replace(b"Subject: ", b"Subject: \xe9\xff ")).about is About.ADDRESS


def test_broken_edges_between_parts_hide_nothing() -> None:
    broken = report("5.1.1", DEAD).replace(b'boundary="edge"', b'boundary="another"')
    assert (read(broken).about, read(broken).message_id) == (About.ADDRESS, ID)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00\xff\xfe", b"To: bounces@warmtehuis.example\nSubject: hello\n\nhello", b"\x00" * 10_000],
)
def test_whatever_arrives_it_is_read_without_stumbling(raw: bytes) -> None:
    assert read(raw).about is About.NOTHING


def _nested(depth: int) -> bytes:
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"Subject: x\n\n" + b"a" * MOST_BYTES, WhyAside.TOO_LARGE),
        (_nested(20_000), WhyAside.TOO_DEEP),
        (b"Content-Type: message/rfc822\n\n" * 20_000, WhyAside.TOO_DEEP),
    ],
    ids=["large", "parts in parts", "mails in mails"],
)
def test_what_no_mail_looks_like_is_set_aside_at_once(raw: bytes, why: WhyAside) -> None:
    began = time.process_time()
    with pytest.raises(SetAside) as aside:
        read(raw)
    assert aside.value.why is why
    assert time.process_time() - began < 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 100_000 + b"\n\nhi",
        b"From: MAILER-DAEMON\nContent-Type: text/plain; " + b'a";' * 100_000 + b"\n\n550 User unknown",
        b"From: MAILER-DAEMON\nContent-Type: text/html\n\n" + b"<p>" * 300_000,
        b"From: MAILER-DAEMON\nContent-Type: text/html\n\n" + b"<!" * 300_000,
        b"From: MAILER-DAEMON\n\n" + b"\n" * 1_000_000,
        b"From: MAILER-DAEMON\n\n" + b"5.1." * 400_000,
        b"From: MAILER-DAEMON\n\n" + b"Message-ID: " * 150_000,
        b"Subject: " + b"=?utf-8?q?" * 100_000 + b"\n\nhi",
        b"a: b\n" * 300_000,
    ],
    ids=["brackets", "parameters", "tags", "marks", "lines", "codes", "ids", "words", "fields"],
)
def test_what_is_made_to_take_long_takes_seconds(raw: bytes) -> None:
    began = time.process_time()
    with suppress(SetAside):
        read(raw)
    assert time.process_time() - began < 5


@given(st.data())
def test_a_bounce_of_which_bytes_were_lost_or_changed_is_read_or_set_aside(data: st.DataObject) -> None:
    raw = bytearray(report("5.1.1", DEAD))
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=5))
    with suppress(SetAside):
        assert read(bytes(raw)).about in About


def test_a_mail_made_by_this_house_is_no_bounce() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "feedback@warmtehuis.example", verp()
    mail["Auto-Submitted"], mail["Subject"] = "auto-generated", "Wat verwacht u?"
    mail.set_content("Hello")
    assert read(mail.as_bytes()).about is About.NOTHING
