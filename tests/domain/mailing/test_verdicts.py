"""Whom a refusal is about, by what real servers say; the codes that they send with it are often wrong."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.mailing import server_phrases
from kloof.domain.mailing.server_words import MOST_LETTERS, About, meaning, plain
from kloof.domain.mailing.verdicts import (
    BounceInWords,
    DeliveryReport,
    FeedbackReport,
    SmtpReply,
    SmtpStep,
    takes_a_day,
    whom,
)

ADDRESS, LATER, US, CONTENT = About.ADDRESS, About.LATER, About.US, About.CONTENT

SAID = [
    (ADDRESS, "550 5.1.1", "no mailbox here called that: User unknown in table"),
    (ADDRESS, "550 5.7.1", "<piet@thuis.example>: No such user"),
    (ADDRESS, "550 5.0.0", "<full-moon@spam.example>... User unknown"),
    (ADDRESS, "550 5.2.1", "The account you are writing to is disabled"),
    (ADDRESS, "550 5.4.4", "Host not found"),
    (ADDRESS, "554 5.7.1", "Recipient unknown, please check the spelling"),
    (ADDRESS, "550 5.5.0", "Requested action not taken: mailbox unavailable"),
    (ADDRESS, "550 5.1.10", "RESOLVER.ADR.RecipientNotFound; not in this organisation"),
    (ADDRESS, "550 5.0.0", "gebruiker onbekend"),
    (ADDRESS, "550 5.0.0", "Dit e-mailadres bestaat niet (meer)"),
    (ADDRESS, "550 5.0.0", "Dit e-mailadres wordt niet meer gebruikt"),
    (ADDRESS, "550 5.7.1", "Deze collega is niet meer in dienst"),
    (ADDRESS, "550 5.0.0", "Empfänger unbekannt"),
    (ADDRESS, "550 5.0.0", "Das Postfach existiert nicht"),
    (ADDRESS, "550 5.0.0", "Utilisateur inconnu"),
    (ADDRESS, "550 5.0.0", "Cette adresse n'existe pas chez nous"),
    (ADDRESS, "550 5.0.0", "El usuario no existe"),
    (ADDRESS, "550 5.0.0", "Utente sconosciuto"),
    (ADDRESS, "550 5.0.0", "Usuário não encontrado"),
    (ADDRESS, "550 5.0.0", "Użytkownik nie istnieje"),
    (ADDRESS, "550 5.0.0", "Пользователь не найден"),
    (ADDRESS, "550 5.0.0", "ユーザーが見つかりません"),
    (ADDRESS, "550 5.0.0", "收件人不存在"),
    (ADDRESS, "550 5.0.0", "That inbox is not one of ours"),
    (ADDRESS, "550 5.0.0", "We have not registered any account for the name before the @"),
    (ADDRESS, "550 5.0.0", "Mottagaren finns inte"),
    (ADDRESS, "550 5.0.0", "Příjemce neexistuje"),
    (ADDRESS, "550 5.0.0", "Alıcı bulunamadı"),
    (ADDRESS, "550 5.0.0", "받는 사람이 존재하지 않습니다"),
    (LATER, "550 5.4.4", "thuis.example: Host not found, try again"),
    (LATER, "550 5.4.3", "Lookup failure for thuis.example, the name server was silent"),
    (LATER, "550 5.4.4", "Name service error for thuis.example type=MX: Malformed name server answer"),
    (LATER, "554 5.3.0", "local delivery: No such file or directory"),
    (LATER, "554 5.0.0", "Your session was terminated: unknown command"),
    (LATER, "550 5.2.1", "The mailbox is temporarily disabled"),
    (LATER, "550 5.1.1", "Postlådan är full: full brevlåda"),
    (LATER, "550 5.0.0", "thuis.example is not responding; it may not have a mail system at this hour"),
    (LATER, "550 5.0.0", "Mailbox full"),
    (LATER, "550 5.1.1", "Recipient is over quota"),
    (LATER, "550 5.2.1", "the person you write to is receiving mail at a rate that prevents more"),
    (LATER, "554 5.0.0", "Message expired, connection refused"),
    (LATER, "554 5.4.6", "Too many hops"),
    (LATER, "550 5.4.316", "Message expired"),
    (LATER, "550 5.0.0", "Het postvak is vol"),
    (LATER, "550 5.0.0", "Das Postfach des Empfängers ist voll"),
    (LATER, "550 5.0.0", "Boîte aux lettres pleine"),
    (LATER, "550 5.0.0", "El buzón está lleno: buzón lleno"),
    (LATER, "550 5.0.0", "La casella del destinatario è piena"),
    (LATER, "550 5.0.0", "Caixa postal cheia"),
    (LATER, "550 5.0.0", "Skrzynka odbiorcy jest przepełniona"),
    (LATER, "550 5.0.0", "Почтовый ящик переполнен"),
    (LATER, "550 5.0.0", "メールボックスがいっぱいです"),
    (LATER, "550 5.0.0", "用户邮箱已满"),
    (US, "554 5.7.1", "Client host [192.0.2.9] blocked using a list"),
    (US, "550 5.7.26", "Mail from a domain whose DMARC policy it fails"),
    (US, "550 5.4.5", "Daily user sending limit exceeded"),
    (US, "553 5.7.1", "Sender address rejected: not owned by user"),
    (US, "550 5.1.1", "Sender address rejected: User unknown"),
    (US, "554 5.7.1", "Relay access denied"),
    (US, "530 5.7.0", "Authentication required"),
    (US, "550 5.7.1", "Your IP has a poor reputation"),
    (US, "554 5.5.0", "IP=192.0.2.9 - A problem occurred. (Ask your postmaster for help.) (BL)"),
    (US, "550 5.7.25", "no reverse DNS"),
    (US, "550 5.0.0", "Afzender geweigerd"),
    (US, "550 5.0.0", "Absender abgelehnt"),
    (US, "550 5.0.0", "发信频率过高"),
    (US, "553 5.1.8", "<feedback@warmtehuis.example>... does not exist"),
    (US, "550 5.7.1", "Too many invalid recipients in one session"),
    (US, "550 5.7.1", "Return path of this mail is not known anywhere: sender not found"),
    (US, "550 5.0.0", "We do not handle mail for that domain, no such gateway"),
    (CONTENT, "550 5.0.0", "The user does not accept mail with an attachment"),
    (CONTENT, "550 5.7.1", "This list does not accept mail of an external sender"),
    (CONTENT, "550 5.7.133", "Authentication required: only colleagues may write to this group"),
    (CONTENT, "550 5.0.0", "Content taken for spam"),
    (CONTENT, "554 5.7.1", "This message looks like junk"),
    (CONTENT, "552 5.3.4", "Message size exceeds fixed limit"),
    (CONTENT, "550 5.1.1", "Virus found in the mail"),
    (CONTENT, "554 5.0.0", "Nachricht als Spam abgelehnt"),
    (CONTENT, "554 5.0.0", "疑似垃圾邮件"),
]
"""Right value, the codes that came with it, and the words: the codes alone would mislead in most lines."""


@pytest.mark.parametrize(("right", "codes", "words"), SAID)
def test_a_reply_a_report_and_a_bounce_in_words_have_one_verdict(
    right: About, codes: str, words: str
) -> None:
    code, _, status = codes.partition(" ")
    assert whom(SmtpReply(SmtpStep.RECIPIENT, int(code), f"{status} {words}")) is right
    assert whom(DeliveryReport("failed", status, f"{codes} {words}")) is right
    assert whom(BounceInWords(f"<piet@thuis.example>:\n{codes} {words}")) is right


@pytest.mark.parametrize(
    ("status", "right"),
    [
        *(
            (status, ADDRESS)
            for status in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.7.17", "5.4.310")
        ),
        *(
            (status, LATER)
            for status in ("5.2.2", "5.4.7", "5.4.1", "5.3.2", "4.4.1", "4.1.1", "4.7.1", "5.0.0")
        ),
        *((status, US) for status in ("5.7.8", "5.7.26", "5.1.8", "5.4.5", "5.7.606", "5.7.708", "5.1.7")),
        *((status, CONTENT) for status in ("5.6.0", "5.2.3", "5.3.4", "5.7.1")),
    ],
)
def test_without_words_that_are_known_the_code_of_rfc_3463_decides(status: str, right: About) -> None:
    assert whom(DeliveryReport("failed", status, "")) is right
    assert whom(DeliveryReport("failed", status, "nothing that anybody ever said")) is right


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "Delayed"])
def test_what_is_not_given_up_asks_nothing_of_us(action: str) -> None:
    assert whom(DeliveryReport(action, "5.1.1", "User unknown")) is About.NOTHING


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        *((kind, About.COMPLAINT) for kind in ("abuse", "fraud", "virus", "other", "Abuse ")),
        *((kind, About.NOTHING) for kind in ("not-spam", "auth-failure", "")),
    ],
)
def test_a_report_of_a_provider_is_a_complaint_unless_it_takes_one_back(kind: str, right: About) -> None:
    assert whom(FeedbackReport(kind)) is right


@pytest.mark.parametrize("code", [550, 553, 554, 501])
def test_whoever_is_refused_as_a_sender_is_us_whatever_is_said_of_users(code: int) -> None:
    assert whom(SmtpReply(SmtpStep.SENDER, code, "5.1.1 User unknown")) is US


@pytest.mark.parametrize(
    "words",
    [
        "553 5.1.0 neko22nyaan neko.example.com does not exist E2110 (in reply to MAIL FROM command)",
        "SMTP error from remote mail server after MAIL FROM:<feedback@warmtehuis.example> SIZE=1022: 550 User unknown",
        "550 5.1.1 <feedback@warmtehuis.example> user unknown (in reply to MAIL FROM command)",
    ],
)
def test_a_bounce_that_says_that_the_sender_was_refused_is_about_us(words: str) -> None:
    assert whom(BounceInWords(words)) is US
    assert whom(DeliveryReport("failed", "5.0.0", words)) is US


@pytest.mark.parametrize("words", ["550-Unknown user piet", "550-No such user here", "553-Invalid recipient"])
def test_a_code_and_a_hyphen_hide_no_word(words: str) -> None:
    assert whom(DeliveryReport("failed", "5.0.0", words)) is ADDRESS
    assert whom(BounceInWords(words)) is ADDRESS


def test_a_server_that_does_not_let_us_in_refuses_us() -> None:
    assert whom(SmtpReply(SmtpStep.SIGN_IN, 535, "5.7.8 no")) is US


@pytest.mark.parametrize(
    "words", ["4.7.1 Greylisted, come back later", "4.1.1 User unknown for now", "4.3.2 busy"]
)
def test_what_is_refused_for_now_is_tried_again(words: str) -> None:
    assert whom(SmtpReply(SmtpStep.RECIPIENT, 451, words)) is LATER


@pytest.mark.parametrize(
    ("status", "words", "right"),
    [
        ("5.0.0", "450 4.1.1 <piet@thuis.example>: User unknown", LATER),
        ("4.4.7", "", LATER),
        ("4.1.1", "User unknown in the table of today", LATER),
        ("4.4.7", "550 5.1.1 <piet@thuis.example>: User unknown", ADDRESS),
        ("5.0.0", "451 4.7.1 Message looks like spam, for now", LATER),
        ("5.0.0", "421 4.7.0 Your IP sends too much", US),
    ],
)
def test_what_a_server_said_for_now_is_not_final_because_another_gave_up(
    status: str, words: str, right: About
) -> None:
    assert whom(DeliveryReport("failed", status, words)) is right


def test_a_bounce_in_words_that_quotes_a_code_of_4_is_not_final() -> None:
    assert whom(BounceInWords("450 4.1.1 <piet@thuis.example>: User unknown")) is LATER
    assert whom(BounceInWords("550 5.1.1 <piet@thuis.example>: User unknown")) is ADDRESS


def test_a_telephone_number_is_no_code_of_a_server() -> None:
    said = "There is nobody of that name here. The desk: +1 925-423-5635"
    assert whom(BounceInWords(f"User unknown. {said}")) is ADDRESS


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("the address that was given is one that we have not, at any time since we began, registered", None),
        ("not registered: that address", ADDRESS),
        ("a subscriber of this kind is unrecognized", ADDRESS),
        ("connection timed out, address not registered", LATER),
    ],
)
def test_what_is_said_close_to_an_address_is_said_of_it(words: str, right: About | None) -> None:
    assert meaning(words) is right


def test_a_server_that_slows_us_down_speaks_of_us_also_for_now() -> None:
    assert whom(SmtpReply(SmtpStep.RECIPIENT, 421, "4.7.0 Your IP sends too much")) is US


@pytest.mark.parametrize(
    ("code", "words", "a_day"),
    [
        (552, "5.2.2 Mailbox full", True),
        (452, "4.2.2 no words for it", True),
        (450, "4.0.0 mailbox is full", True),
        (451, "4.7.1 Greylisted", False),
    ],
)
def test_a_full_mailbox_takes_a_day_and_a_busy_server_does_not(code: int, words: str, a_day: bool) -> None:
    assert takes_a_day(SmtpReply(SmtpStep.RECIPIENT, code, words)) is a_day


@pytest.mark.parametrize(
    "words",
    ["550 5.1.1.9 addresses", "see http://192.0.2.5/ for 5.1.1.1", "it took 5550 seconds", "version 15.1.1"],
)
def test_a_number_that_only_looks_like_a_code_is_none(words: str) -> None:
    assert whom(BounceInWords(words)) is About.NOTHING


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("clocked", None),  # not `locked`
        ("ultimately generated", None),  # not `rate`
        ("mail to <user-unknown@thuis.example>", None),  # an address says nothing
        ("550-5.2.1 the mailbox you\n550-5.2.1 tried is full; mailbox\n550 5.2.1 full", LATER),
        ("USER   UNKNOWN", ADDRESS),
        ("The email account … does NOT exist.", ADDRESS),
    ],
)
def test_phrases_are_found_as_words_across_lines_and_codes(words: str, right: About | None) -> None:
    assert meaning(words) is right


@given(st.text(max_size=300))
def test_any_text_has_a_meaning_or_none_and_the_same_twice(text: str) -> None:
    assert meaning(text) in {None, *About}
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize("piece", ["(", "5.1.1 ", "user ", "mailbox … ", "550-", "1.", "\0", "x@"])
def test_a_quarter_of_a_megabyte_of_anything_is_read_at_once(piece: str) -> None:
    text = piece * (256 * 1024 // len(piece))
    began = time.process_time()
    for said in (
        BounceInWords(text),
        DeliveryReport("failed", text, text),
        SmtpReply(SmtpStep.TEXT, 550, text),
    ):
        whom(said)
    assert time.process_time() - began < 1


def test_no_phrase_loses_a_word_on_the_way_and_means_more_than_it_says() -> None:
    pieces = [
        piece.strip()
        for name, text in vars(server_phrases).items()
        if name.isupper()
        for phrase in text.replace("\n", " · ").split(" · ")
        for piece in phrase.split("…")
    ]
    assert len(pieces) > 1_000
    assert [piece for piece in pieces if len(plain(piece).split()) < len(piece.split())] == []


def test_only_the_beginning_is_looked_at() -> None:
    assert meaning("x " * MOST_LETTERS + "user unknown") is None
