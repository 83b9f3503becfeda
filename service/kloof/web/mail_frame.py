"""A mail as its reader sees it, in a frame: it looks as it wants, and can do nothing."""

import re
from typing import Final

from flask import Response

from kloof.web.app.language import say

# What stands in a mail is a stranger's: it may look as it wants and open its links beside this page, and nothing else.
SANDBOX: Final = "allow-popups allow-popups-to-escape-sandbox"
_FRAMED: Final = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# The first `base` of a document is the one that counts, and a doctype within is passed over.
_BEFORE: Final = '<!doctype html><base target="_blank">'
# A browser connects to the host of these before it asks the policy, and that alone tells that the mail was opened.
_CONNECTS = re.compile("<(?:link|i?frame)", re.IGNORECASE)


def framed(html: str) -> Response:
    """The HTML of a mail, for the frame on its page."""
    response = Response(_BEFORE + _CONNECTS.sub("<meta", html), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _FRAMED
    response.headers["X-DNS-Prefetch-Control"] = "off"
    return response


def kinds() -> dict[str, str]:
    """What each letter is called, by its field of Letters; a mail of somebody else has none."""
    first, second = say("first survey"), say("second survey")
    passed_on = say("Invitation that was passed on")
    return {
        "invitation_sale": f"{say('Invitation')}, {first}",
        "invitation_delivery": f"{say('Invitation')}, {second}",
        "reminder_sale": f"{say('Reminder')}, {first}",
        "reminder_delivery": f"{say('Reminder')}, {second}",
        "passed_on_sale": f"{passed_on}, {first}",
        "passed_on_delivery": f"{passed_on}, {second}",
        "findings": say("Message about new findings"),
        "sign_in": say("Sign-in link"),
        "handover": say("Message from delivery"),
        "call": say("A customer to call"),
        "call_due": say("Reminder of a call"),
        "call_overdue": say("Reminder of a call that is overdue"),
        "solved": say("Question whether it is solved"),
        "weekly": say("Weekly mail"),
        "test": say("Test mail"),
        "": say("Other mail"),
    }
