"""The demo's mail catcher as pages: every mail that kloof sent, as it was received over SMTP. Only in the demo."""

import re
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from kloof.domain.paging import nearest_page
from kloof.mail.caught import Opened, caught, names, opened
from kloof.web.app.context import settings
from kloof.web.app.language import asked_language, in_words, say
from kloof.web.app.security import POLICY

blueprint = Blueprint("demo", __name__, url_prefix="/mail")

PER_PAGE = 50
_TO_COLLEAGUES = frozenset({"sign_in", "handover", "call", "call_due", "call_overdue", "test"})

# What stands in a mail is a stranger's: it may look as it wants and open its links beside this page, and nothing else.
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_FRAMED = (
    f"sandbox {_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# The first `base` of a document is the one that counts, and a doctype within is passed over.
_BEFORE = '<!doctype html><base target="_blank">'
# A browser connects to the host of these before it asks the policy, and that alone tells that the mail was opened.
_CONNECTS = re.compile("<(?:link|i?frame)", re.IGNORECASE)


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
        sandbox=_SANDBOX,
        kinds=kinds(),
        at=in_words,
        onward=asked_language(),
        **_beside(name),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


@blueprint.get("/<name>/html")
def framed(name: str) -> ResponseReturnValue:
    """What the mail itself holds as HTML, for the frame on its page; it can do nothing."""
    response = Response(_BEFORE + _CONNECTS.sub("<meta", _opened(name).html), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _FRAMED
    response.headers["X-DNS-Prefetch-Control"] = "off"
    return response


def kinds() -> dict[str, str]:
    """What each letter is called, by its field of Letters; a mail of somebody else has none."""
    first, second = say("first survey"), say("second survey")
    return {
        "invitation_sale": f"{say('Invitation')}, {first}",
        "invitation_delivery": f"{say('Invitation')}, {second}",
        "reminder_sale": f"{say('Reminder')}, {first}",
        "reminder_delivery": f"{say('Reminder')}, {second}",
        "findings": say("Word of new findings"),
        "sign_in": say("Sign-in link"),
        "handover": say("Word from delivery"),
        "call": say("A customer to call"),
        "call_due": say("Reminder of a call"),
        "call_overdue": say("Reminder of a call that is overdue"),
        "solved": say("Question whether it is solved"),
        "test": say("Test mail"),
        "": say("Other mail"),
    }


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
