"""What the texts of mails are called at the desk."""

from collections.abc import Mapping
from typing import Final

from kloof.domain.surveys.paths import Place
from kloof.web.app.language import say
from kloof.web.mail_frame import kinds

AROUND: Final = "around"
ON_PAPER: Final = "on_paper"


def pages() -> Mapping[str, str]:
    """The name of each page of texts."""
    return {**kinds(), AROUND: say("Around every mail"), ON_PAPER: say("Letters on paper")}


def _labels() -> Mapping[str, str]:
    return {
        "subject": say("Subject"),
        "body": say("Text"),
        "button": say("Button"),
        "reason": say("Why they get it"),
        "greeting": say("Greeting"),
        "regards": say("Closing words"),
        "start": say("Above the first question"),
        "not_saved": say("Below the first question"),
        "heading": say("Who sees the answers: heading"),
        "who_sees.body": say("Who sees the answers: text"),
        "way_out": say("How to get no more of it"),
        "last_one": say("Added to the last reminder"),
        "answers": say("Before the number of answers"),
        "groups": say("Before the number of groups"),
        "calls": say("Before the number of calls"),
        "overdue": say("Before the number of overdue calls"),
        "to_read": say("Before the number of handovers"),
        "starting": say("Before the number of deliveries"),
        "yes": say("Button for yes"),
        "no": say("Button for no"),
        "scan": say("At the square to scan"),
        "type_it": say("At the code to type"),
        "contact": say("How to reach you"),
        "reference": say("Before the number of the deal"),
        "first": say("First letter"),
        "second": say("Second letter"),
    }


def label(place: Place) -> str:
    """What the text at this place is."""
    labels = _labels()
    last = labels.get(".".join(map(str, place)), labels.get(str(place[-1]), str(place[-1])))
    return f"{labels[str(place[1])]}: {last}" if place[0] == ON_PAPER and len(place) > 2 else last


def faces(name: str) -> Mapping[str, str]:
    """The ways to look at the mail, or at the letter."""
    if name == ON_PAPER:
        return {"first": say("First letter"), "second": say("Second letter")}
    return {"html": say("As its reader sees it"), "text": say("Text"), "headers": say("Headers")}
