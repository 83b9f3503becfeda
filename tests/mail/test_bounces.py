"""What comes back is read: dead, full for now, or only away."""

from email.message import EmailMessage

import pytest

from kloof.mail.bounces import BounceKind, read

ID = "0123456789abcdef0123456789abcdef"
ORIGINAL = f"From: feedback@warmtehuis.example\r\nMessage-ID: <{ID}@warmtehuis.example>\n\nHello\n"


def report(
    action: str, status: str, diagnostic: str = "", to: str = f"bounces+{ID}@warmtehuis.example"
) -> bytes:
    """A delivery status notification as RFC 3464 has it."""
    said = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return f"""\
From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

Your message could not be delivered.
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; piet@example.com
Action: {action}
Status: {status}
{said}
--part
Content-Type: text/rfc822-headers

{ORIGINAL}
--part--
""".encode()


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", BounceKind.HARD),
        ("failed", "5.7.1", BounceKind.HARD),
        ("failed", "5.2.2", BounceKind.SOFT),
        ("failed", "4.4.1", BounceKind.SOFT),
        ("failed", "5.4.7", BounceKind.SOFT),
        ("delayed", "4.4.1", BounceKind.NONE),
        ("delivered", "2.1.5", BounceKind.NONE),
        ("relayed", "2.1.9", BounceKind.NONE),
    ],
)
def test_the_report_for_programs_is_believed(action: str, status: str, kind: BounceKind) -> None:
    assert read(report(action, status)).kind is kind


def test_the_reason_is_what_the_other_server_said() -> None:
    bounce = read(report("failed", "5.1.1", "550 5.1.1 User\n  unknown"))
    assert (bounce.reason, bounce.message_id) == ("550 5.1.1 User unknown", ID)


def test_without_verp_the_quoted_mail_says_which_one_it_was() -> None:
    assert read(report("failed", "5.1.1", to="feedback@warmtehuis.example")).message_id == ID


def test_a_bounce_of_an_old_kind_of_server_is_recognised_by_its_wording() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "MAILER-DAEMON@mx.example", f"bounces+{ID}@warmtehuis.example"
    mail["Subject"] = "failure notice"
    mail.set_content(
        "Hi. This is the qmail-send program at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<piet@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\n{ORIGINAL}"
    )
    bounce = read(mail.as_bytes())
    assert (bounce.kind, bounce.message_id) == (BounceKind.HARD, ID)


def test_an_auto_reply_does_not_count() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "piet@example.com", f"bounces+{ID}@warmtehuis.example"
    mail["Auto-Submitted"], mail["Subject"] = "auto-replied", "Out of office"
    mail["In-Reply-To"] = f"<{ID}@warmtehuis.example>"
    mail.set_content("I am on holiday until Monday. For what cannot wait, mail my colleague.")
    assert read(mail.as_bytes()).kind is BounceKind.NONE


def test_a_bounce_about_somebody_elses_mail_does_not_count() -> None:
    foreign = report("failed", "5.1.1", to="feedback@warmtehuis.example").replace(
        ID.encode(), b"somebody.else"
    )
    assert read(foreign).kind is BounceKind.NONE


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff\xfe", b"Content-Type: message/delivery-status\r\n\r\nnonsense"]
)
def test_whatever_arrives_it_is_read_without_stumbling(raw: bytes) -> None:
    assert read(raw).kind is BounceKind.NONE
