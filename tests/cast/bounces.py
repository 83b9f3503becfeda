"""What comes back to whoever sends mail, in the forms in which servers send it; every word of it is made up."""

from base64 import encodebytes

ID = "0123456789abcdef0123456789abcdef"
CUSTOMER = "piet@thuis.example"


def verp(message_id: str = ID) -> str:
    return f"bounces+{message_id}@warmtehuis.example"


def original(message_id: str = ID, to: str = CUSTOMER) -> str:
    return (
        f"From: Warmtehuis <feedback@warmtehuis.example>\nTo: {to}\n"
        f"Message-ID: <{message_id}@warmtehuis.example>\n\nHello\n"
    )


def parts(*bodies: tuple[str, str], subject: str, to: str, report: str = "delivery-status") -> str:
    """A multipart/report of these parts: header fields, and body."""
    head = (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.thuis.example>\nTo: <{to}>\nSubject: {subject}\n"
        f'MIME-Version: 1.0\nContent-Type: multipart/report; report-type={report}; boundary="edge"\n\n'
    )
    return head + "".join(f"--edge\n{fields}\n\n{body}\n" for fields, body in bodies) + "--edge--\n"


def report(
    status: str = "5.1.1",
    said: str = "",
    *,
    action: str = "failed",
    message_id: str = ID,
    to: str | None = None,
    kind: str = "message/delivery-status",
    encoding: str = "",
    quoting: str = "",
) -> bytes:
    """A delivery status notification (RFC 3464); `said` is the Diagnostic-Code, `quoting` encodes what it quotes."""
    facts = (
        f"Reporting-MTA: dns; mx.thuis.example\n\nFinal-Recipient: rfc822; {CUSTOMER}\nAction: {action}\n"
        f"Status: {status}\n" + (f"Diagnostic-Code: smtp; {said}\n" if said else "")
    )
    quoted = original(message_id)
    return parts(
        ("Content-Type: text/plain; charset=utf-8", "Your mail did not get through. See below.\n"),
        (_type(kind, encoding), _encoded(facts, encoding)),
        (_type("message/rfc822", quoting), _encoded(quoted, quoting)),
        subject="Undelivered mail",
        to=verp(message_id) if to is None else to,
    ).encode()


def in_words(
    text: str,
    *,
    subject: str = "failure notice",
    sender: str = "MAILER-DAEMON@mx.thuis.example",
    message_id: str = ID,
    more: str = "",
) -> bytes:
    """A bounce of a server that has no report for programs."""
    return (
        f"From: {sender}\nTo: <{verp(message_id)}>\nSubject: {subject}\n{more}"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n"
        f"--- Below this line is a copy of the message.\n\n{original(message_id)}"
    ).encode()


def complaint(
    kind: str = "abuse",
    *,
    message_id: str = ID,
    to: str | None = None,
    encoding: str = "",
    whole: bool = True,
) -> bytes:
    """A report of a mailbox provider (RFC 5965). Not `whole`: it says nothing of the address that it went to."""
    facts = f"Feedback-Type: {kind}\nUser-Agent: Provider/2\nVersion: 1\n"
    facts += f"Original-Mail-From: <{verp(message_id)}>\n" if whole else ""
    return parts(
        ("Content-Type: text/plain", "One of our users has reported this mail.\n"),
        ("Content-Type: message/feedback-report", facts),
        (_type("message/rfc822", encoding), _encoded(original(message_id), encoding)),
        subject="Report of a mail",
        to="loop@warmtehuis.example" if to is None else to,
        report="feedback-report",
    ).encode()


def _type(kind: str, encoding: str) -> str:
    return f"Content-Type: {kind}" + (f"\nContent-Transfer-Encoding: {encoding}" if encoding else "")


def _encoded(text: str, encoding: str) -> str:
    return encodebytes(text.encode()).decode() if encoding == "base64" else text
