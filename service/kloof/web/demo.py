"""The demo's mail catcher as pages: every mail that kloof sent, as it was received over SMTP. Only in the demo."""

from pathlib import Path

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from kloof.domain.paging import nearest_page
from kloof.mail.caught import Opened, caught, names, opened
from kloof.web import mail_frame
from kloof.web.app.context import settings
from kloof.web.app.language import asked_language, in_words, say
from kloof.web.app.security import WITH_FRAME
from kloof.web.mail_frame import kinds

blueprint = Blueprint("demo", __name__, url_prefix="/mail")

PER_PAGE = 50
_TO_COLLEAGUES = frozenset({"sign_in", "handover", "call", "call_due", "call_overdue", "weekly", "test"})


@blueprint.get("/")
def inbox() -> str:
    every = names(_folder())
    page, pages = nearest_page(request.args.get("page", 1, int), len(every), PER_PAGE)
    mails = caught(_folder(), every[(page - 1) * PER_PAGE : page * PER_PAGE])
    return render_template(
        "demo/inbox.html",
        list={"mails": mails, "page": page, "pages": pages},
        kinds=kinds(),
        at=in_words,
        onward=asked_language(),
    )


@blueprint.get("/<name>", defaults={"face": ""})
@blueprint.get("/<name>/text", defaults={"face": "text"})
@blueprint.get("/<name>/headers", defaults={"face": "headers"})
def mail(name: str, face: str) -> ResponseReturnValue:
    """One mail, by the face that is asked for, or else by the one that its reader sees."""
    found = _opened(name)
    page = render_template(
        "demo/mail.html",
        mail=found.envelope,
        found=found,
        face=face or ("html" if found.html else "text"),
        seen=_seen_by(found.envelope.letter),
        sandbox=mail_frame.SANDBOX,
        kinds=kinds(),
        at=in_words,
        onward=asked_language(),
        **_beside(name),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = WITH_FRAME
    return response


@blueprint.get("/<name>/html")
def framed(name: str) -> ResponseReturnValue:
    """What the mail itself holds as HTML, for the frame on its page; it can do nothing."""
    return mail_frame.framed(_opened(name).html)


def _seen_by(letter: str) -> str:
    if letter in _TO_COLLEAGUES:
        return say("As your colleague sees it")
    return say("As the customer sees it")


def _beside(name: str) -> dict[str, str]:
    """The mails before and after this one, where there are."""
    every = ["", *names(_folder()), ""]
    at = every.index(name)
    return {"newer": every[at - 1], "older": every[at + 1]}


def _opened(name: str) -> Opened:
    return opened(_folder(), name) or abort(404)


def _folder() -> Path:
    return settings().folder / "mail"
