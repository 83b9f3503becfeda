"""The demo's mail catcher as a page: every mail that kloof sent, as it was received over SMTP. Only in the demo."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Blueprint, abort, render_template

from kloof.web.app.context import settings

blueprint = Blueprint("demo", __name__, url_prefix="/mail")

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail as it lies in the catcher's folder."""

    name: str
    to: str
    subject: str
    date: str


@blueprint.get("/")
def inbox() -> str:
    return render_template("demo/inbox.html", mails=list(_caught()))


@blueprint.get("/<name>")
def mail(name: str) -> str:
    file = _folder() / f"{name}.eml"
    if not name.replace("-", "").replace("_", "").isalnum() or not file.is_file():
        abort(404)
    message = _read(file)
    text = message.get_body(("plain",))
    return render_template(
        "demo/mail.html", message=message, text=text.get_content() if text else "", headers=message.items()
    )


def _caught() -> Iterator[Caught]:
    newest_first = sorted(_folder().glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in newest_first[:MOST_SHOWN]:
        message = _read(file)
        yield Caught(file.stem, str(message["To"]), str(message["Subject"]), str(message["Date"]))


def _folder() -> Path:
    return settings().folder / "mail"


def _read(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  policy.default makes no other
    return message
