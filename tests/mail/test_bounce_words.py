"""Which words of a bounce are a server's: not those of the mail that it quotes, nor of a delay."""

import pytest

from cast.bounces import CUSTOMER, in_words, original, parts, report, verp
from kloof.domain.mailing.server_words import About
from kloof.mail.bounces import read


def test_what_follows_the_first_sentence_of_an_old_mail_server_is_read() -> None:
    text = (
        "The original message was received at Sun, 13 Sep 2026 03:10 from warmtehuis.example\n\n"
        "   ----- Transcript of session follows -----\n>>> RCPT To:<piet@thuis.example>\n<<< 550 User unknown"
    )
    bounce = read(in_words(text))
    assert (bounce.about, bounce.reason) == (About.ADDRESS, "<<< 550 User unknown")


def test_the_command_that_was_refused_is_read_also_where_it_stands_before_the_code() -> None:
    text = (
        "A message that you sent could not be delivered.\n\n  piet@thuis.example\n"
        "    SMTP error from remote mail server after MAIL FROM:<feedback@warmtehuis.example> SIZE=1022:\n"
        "    553 5.1.0 feedback warmtehuis.example does not exist"
    )
    assert read(in_words(text)).about is About.US


def test_a_telephone_number_is_no_code_of_a_server() -> None:
    text = "Please call Customer Support at 480-624-2500.\n\n<piet@thuis.example>:\nmailfolder is full"
    bounce = read(in_words(text))
    assert (bounce.about, "mailfolder is full" in bounce.reason) == (About.LATER, True)


def test_a_mail_in_a_part_without_a_type_is_a_quotation_and_a_type_without_a_semicolon_a_type() -> None:
    mail = (
        "From: Mail Deliver System <MAILER-DAEMON>\nTo: feedback@warmtehuis.example\nSubject: Returned Mail\n"
        'Content-Type: multipart/mixed; boundary="seam"\n\n--seam\nContent-Type: text/plain\n   charset="us-ascii"\n\n'
        "The following addresses had delivery errors\n\npiet@thuis.example [User unknown]\n\n--seam\n"
        "Received: from a by b; Thu, 29 Apr 2010 23:34:45 +0900\nFrom: Warmtehuis <feedback@warmtehuis.example>\n"
        "Content-Type: text/plain\n\nIs your mailbox full of questions?\n--seam--\n"
    )
    bounce = read(mail.encode())
    assert (bounce.about, "User unknown" in bounce.reason) == (About.ADDRESS, True)
    assert "questions" not in bounce.reason


def test_a_delay_is_none_of_our_business_whatever_the_other_server_said_meanwhile() -> None:
    warning = (
        "This is a warning only: your mail has not yet been delivered, and will be retried for two days."
    )
    bounce = read(in_words(f"{warning}\nThe other server said: 450 4.2.2 mailbox full (state 14)"))
    assert bounce.about is About.NOTHING
    assert bounce.asks_nothing


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (
            "It failed because of a full mailbox. The first lines of it follow:\n"
            "> Received: from elsewhere (HELO box) by relay\n> From: Warmtehuis <feedback@warmtehuis.example>",
            About.LATER,
        ),
        (
            "Delivery failed: user unknown\n\nFrom: Warmtehuis <feedback@warmtehuis.example>\nTo: piet@thuis.example\n"
            "Content-Type: text/plain\n\nYour account at Warmtehuis: is your mailbox full of questions?",
            About.ADDRESS,
        ),
        (
            "Delivery failed: user unknown\n\n> From: Warmtehuis <feedback@warmtehuis.example>\n> Subject: hello\n"
            "> Message-ID:<x@y.example>\n>\n> From your installer, by your server",
            About.ADDRESS,
        ),
        (
            "Your message\n\n  To: piet@thuis.example\n  Subject: From your installer: how is your server?\n\n"
            "did not reach the following recipient:\n  The name was not recognized there",
            About.ADDRESS,
        ),
        (
            "This is about a mail with these fields:\n\n  Message-id: <x@y.example>\n  From: Warmtehuis <f@y.example>\n"
            "  Subject: From your installer\n\nIt cannot be delivered. Reason: the recipient is unknown",
            About.ADDRESS,
        ),
    ],
)
def test_what_the_mail_itself_said_is_not_taken_for_the_words_of_a_server(text: str, about: About) -> None:
    assert read(in_words(text)).about is about


@pytest.mark.parametrize(
    ("status", "plain", "about"),
    [
        ("5.0.0", "The reason: no valid MX hosts found for that domain", About.ADDRESS),
        (
            "5.0.0",
            "local: unknown user: piet\n554 <piet@thuis.example>... Service unavailable",
            About.ADDRESS,
        ),
        ("5.0.0", "Messages without a To: field are not taken here, says the message filter", About.CONTENT),
        ("5.0.0", "Hello, from your domain I only take mail of friends", About.LATER),
        ("5.1.1", "It waited too long: connection timed out", About.ADDRESS),
        ("4.4.7", "It waited too long: the user is unknown", About.LATER),
    ],
)
def test_a_report_without_a_diagnosis_is_read_by_what_is_said_to_people(
    status: str, plain: str, about: About
) -> None:
    raw = report(status).replace(b"Your mail did not get through. See below.", plain.encode())
    assert read(raw).about is about


@pytest.mark.parametrize(
    ("diagnosis", "about"),
    [("Reason 1; Diagnostic -1 (Unknown)", About.US), ("x400; mailbox full", About.LATER)],
)
def test_a_diagnosis_that_says_nothing_leaves_the_word_to_the_server(diagnosis: str, about: About) -> None:
    plain = b"The other side gives 5.7.1 Unable to relay for it."
    raw = report("5.0.0", diagnosis).replace(b"Your mail did not get through. See below.", plain)
    assert read(raw).about is about


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_mail_within_the_mail_is_not_read_as_the_words_of_a_server(kind: str) -> None:
    raw = parts(
        (f"Content-Type: {kind}; charset=utf-8", "It did not arrive: the recipient's name is not recognized"),
        ("Content-Type: message/rfc822", original() + "Is the mailbox of your server full of questions?"),
        subject="Undeliverable: your questions",
        to=verp(),
        report="other",
    )
    assert read(raw.encode()).about is About.ADDRESS


def test_what_follows_an_old_message_is_the_old_message() -> None:
    raw = in_words(
        f"This could not be delivered to:\n  {CUSTOMER}\n\nOld message:\n\nSpam is what nobody wants"
    )
    assert read(raw).about is About.LATER


def test_a_telephone_number_is_not_the_line_of_a_server() -> None:
    raw = in_words("No match: user unknown in our directory.\n\nMore people:\n  J. Jansen  +1 925-423-5635")
    assert read(raw).about is About.ADDRESS


def test_the_desk_sees_what_was_said_to_people_where_nothing_else_was_said() -> None:
    raw = report("5.0.0").replace(b"See below.", b"There is no such user.")
    assert read(raw).reason == "Your mail did not get through. There is no such user."
