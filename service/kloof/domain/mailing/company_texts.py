"""texts.yaml: what a company says in its mails in other words than ours. Only what differs stands in it.

A text that is not there is ours, so a mail is never without one; a text that is there keeps what a mail cannot do
without, and names only facts that there are.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from string import Formatter
from typing import Any, Final
from unicodedata import category

from kloof.domain.surveys.paths import Place, path
from kloof.domain.surveys.yaml_positions import SENTENCES as YAML_SENTENCES
from kloof.domain.surveys.yaml_positions import Flaw, read
from kloof.domain.text import LANGUAGES

ADDRESS: Final = "customers_are"
"""The field that says how customers are spoken to in Dutch."""
ADDRESSES: Final = ("u", "je")
MOST_LETTERS: Final = 4000
MOST_IN_SUBJECT: Final = 200

Texts = Mapping[Place, Mapping[str, str]]
"""The texts by place, `("invitation_sale", "subject")`, in each language."""

_ALWAYS: Final = frozenset({"name", "company", "k"})
_ASKING: Final = _ALWAYS | {"product", "salesperson", "sold_on", "open_until", "questions", "minutes"}
_ASKING_LATER: Final = _ASKING | {"delivered_on"}
_ON_PAPER: Final = _ASKING | {"address"}
_FACTS: Final[Mapping[str, frozenset[str]]] = {
    "invitation_sale": _ASKING,
    "reminder_sale": _ASKING,
    "invitation_delivery": _ASKING_LATER,
    "reminder_delivery": _ASKING_LATER,
    "passed_on_sale": _ASKING | {"passed_by"},
    "passed_on_delivery": _ASKING_LATER | {"passed_by"},
    # Made for every mail, also where nothing is asked: there are no questions to count.
    "who_sees": _ASKING - {"questions", "minutes"},
    "first_question": _ASKING - {"questions", "minutes"},
    "last_one": _ASKING,
    "findings": _ALWAYS | {"receipt"},
    "solved": _ALWAYS | {"product"},
    "sign_in": _ALWAYS | {"until"},
    "handover": _ALWAYS | {"product", "deal"},
    "call": _ALWAYS | {"customer", "deal", "product", "due_on"},
    "call_due": _ALWAYS | {"customer", "deal", "product", "due_on"},
    "call_overdue": _ALWAYS | {"customer", "deal", "product", "due_on"},
    "weekly": _ALWAYS | {"counted_on"},
    "on_paper": _ON_PAPER,
}
"""The facts that a mail has for its texts; what is not here has those that every mail has."""
_MUST_STAY: Final = ("receipt", "address", "contact", "k")
"""Ways to come somewhere, and how many customers are behind a figure: without them a text is not whole."""

_UNSEEN: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Controls, half letters, and letters for private use: with two of those mail/compiled marks its slots."""

NOT_FIELDS = "must hold texts, each in nl, en or both"
NO_SUCH = "there is no such text; possible here: {fields}"
MISSPELT = "there is no such text; did you mean {meant}?"
NO_TEXT = "is empty; write a text, or leave it out and ours is used"
ONE_LINE = "must be on one line"
TOO_LONG = "has {count} letters; {most} is the most"
INVISIBLE = "holds a sign that cannot be seen, {sign}; type it again, or paste it as plain text"
UNKNOWN_FACT = "{fact} cannot be filled in here; what can be: {facts}"
LOST_FACT = "{fact} has to be in it"
BRACE = "there is a single brace; write two, {open} or {close}, where a brace is meant"
NOT_U_OR_JE = "must be u or je; found {found}"
SENTENCES: Final = (
    *YAML_SENTENCES, NOT_FIELDS, NO_SUCH, MISSPELT, NO_TEXT, ONE_LINE, TOO_LONG, INVISIBLE, UNKNOWN_FACT, LOST_FACT,
    BRACE, NOT_U_OR_JE,
)  # fmt: skip
"""Everything that is said about a file of texts, with the facts that each sentence names."""


class TextsSource:
    """A file of texts as it was written, over the texts that it changes."""

    def __init__(self, text: str, ours: Texts) -> None:
        self._marked = read(text)
        self._ours = ours

    @property
    def address(self) -> str:
        """How customers are spoken to: u, unless the file says je."""
        value = self._marked.value
        said = value.get(ADDRESS) if isinstance(value, dict) else None
        return "je" if said == "je" else "u"

    @property
    def texts(self) -> dict[Place, dict[str, str]]:
        """The texts that are there, by place and language, whatever is wrong with them."""
        found: dict[Place, dict[str, str]] = {}
        value = self._marked.value if isinstance(self._marked.value, dict) else {}
        for place in self._ours:
            said = _at(value, place)
            if isinstance(said, dict):
                words: dict[str, str] = {
                    one: said[one] for one in LANGUAGES if isinstance(said.get(one), str)
                }
                found |= {place: words} if words else {}
        return found

    def flaws(self) -> list[Flaw]:
        """All that is wrong, in the order of the file."""
        flaws = list(self._marked.flaws)
        value = self._marked.value
        if value is not None and not flaws:
            found = self._of_fields(value, ()) if isinstance(value, dict) else [((), NOT_FIELDS, {})]
            flaws = [
                Flaw(self._marked.spot(place), place, sentence, facts) for place, sentence, facts in found
            ]
        return sorted(flaws, key=lambda flaw: flaw.spot)

    def problems(self, filename: str) -> list[str]:
        """The same as `file:line:column: path: message`."""
        return [
            f"{filename}:{flaw.spot.line}:{flaw.spot.column}: {path(flaw.place)}{': ' * bool(flaw.place)}{flaw.message}"
            for flaw in self.flaws()
        ]

    def _of_fields(self, value: Any, place: Place) -> Iterator[tuple[Place, str, dict[str, object]]]:
        if place in self._ours:
            yield from self._of_text(value, place)
            return
        if not isinstance(value, dict):
            yield place, NOT_FIELDS, {}
            return
        known = sorted({one[len(place)] for one in self._ours if one[: len(place)] == place}, key=str)
        for name, part in value.items():
            here = (*place, name)
            if here == (ADDRESS,):
                if part not in ADDRESSES:
                    yield here, NOT_U_OR_JE, {"found": repr(part)}
            elif name in known:
                yield from self._of_fields(part, here)
            else:
                yield _unknown(here, [str(one) for one in known])

    def _of_text(self, value: Any, place: Place) -> Iterator[tuple[Place, str, dict[str, object]]]:
        if not isinstance(value, dict):
            yield place, NOT_FIELDS, {}
            return
        for language, words in value.items():
            here = (*place, language)
            if language not in LANGUAGES:
                yield _unknown(here, list(LANGUAGES))
            elif not isinstance(words, str) or not words.strip():
                yield here, NO_TEXT, {}
            else:
                for sentence, facts in wrong_with(words, place, self._ours[place][language]):
                    yield here, sentence, facts


def wrong_with(words: str, place: Place, ours: str) -> Iterator[tuple[str, dict[str, object]]]:
    """What is wrong with a text that stands in the place of this one of ours."""
    most = MOST_IN_SUBJECT if place[-1] == "subject" else MOST_LETTERS
    if len(words) > most:
        yield TOO_LONG, {"count": len(words), "most": most}
    if place[-1] != "body" and "\n" in words.strip():
        yield ONE_LINE, {}
    if sign := next((one for one in words if category(one) in _UNSEEN and one != "\n"), ""):
        yield INVISIBLE, {"sign": f"U+{ord(sign):04X}"}
    named = _named(words)
    if named is None:
        yield BRACE, {"open": "{{", "close": "}}"}
        return
    can = facts_of(place)
    for fact in dict.fromkeys(named):
        if fact not in can:
            listed = ", ".join(f"{{{one}}}" for one in sorted(can))
            yield UNKNOWN_FACT, {"fact": f"{{{fact}}}", "facts": listed}
    for fact in _MUST_STAY:
        if fact in (_named(ours) or ()) and fact not in named:
            yield LOST_FACT, {"fact": f"{{{fact}}}"}


def facts_of(place: Place) -> frozenset[str]:
    """The names in braces that a text at this place can have."""
    facts = _FACTS.get(str(place[0]), _ALWAYS)
    if place[-1] == "subject" and place[0] != "on_paper":
        return facts & {"company", "product"}
    if place[:2] == ("on_paper", "second"):
        return facts | {"delivered_on"}
    return facts | {"contact"} if place == ("on_paper", "contact") else facts


def _named(words: str) -> list[str] | None:
    """The names in braces; None where a brace stands alone, or more than a name stands within."""
    try:
        parts = [(name, form, how) for _, name, form, how in Formatter().parse(words) if name is not None]
    except ValueError:
        return None
    if any(form or how or not name.isidentifier() for name, form, how in parts):
        return None
    return [name for name, _, _ in parts]


def _unknown(place: Place, known: list[str]) -> tuple[Place, str, dict[str, object]]:
    alike = get_close_matches(str(place[-1]), known, n=1)
    if alike:
        return place, MISSPELT, {"meant": alike[0]}
    return place, NO_SUCH, {"fields": ", ".join(known)}


def _at(value: Any, place: Place) -> Any:
    for name in place:
        value = value.get(name) if isinstance(value, dict) else None
    return value
