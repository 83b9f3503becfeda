"""What mail servers say when they refuse, in the languages in which they say it."""

import unicodedata
from enum import StrEnum
from typing import Final

from kloof.domain.mailing import server_phrases

MOST_LETTERS = 4_000
"""As much of what a server said as is looked at: what matters comes first, and a stranger wrote it."""
_NEAR = 80


class About(StrEnum):
    """Whom or what a refusal is about."""

    ADDRESS = "address"  # dead: nothing for it will ever arrive
    LATER = "later"  # full, away, or given up for a reason that passes
    US = "us"  # whoever sends: blocked, over a limit, not trusted, not signed in
    CONTENT = "content"  # this one mail: taken for spam, too large, against a rule of the house
    COMPLAINT = "complaint"  # the customer told their provider that it is spam
    NOTHING = "nothing"  # an answering machine, a delay, a delivery after all


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    found = dict.fromkeys(part for line in text.splitlines() for part in line.split(" · ") if part.strip())
    return tuple(tuple(_piece(plain(piece)) for piece in phrase.split("…")) for phrase in found)


def _piece(words: str) -> str:
    """At the beginning of a word, where there is something between words: `locked` is not in `blocked`."""
    return words if words[:1] >= _WITHOUT_SPACES else f" {words}"


def plain(text: str) -> str:
    """The words of a text for comparing: small letters without accents, punctuation, addresses and status codes."""
    text = unicodedata.normalize("NFKD", text[:MOST_LETTERS]).casefold()
    text = unicodedata.normalize("NFKD", text).replace("ł", "l").replace("..", " ")
    text = "".join(
        letter if letter.isalnum() or letter in _KEPT else "" if letter in _DROPPED else " "
        for letter in text
        if not unicodedata.combining(letter)
    )
    words = (word.strip(_KEPT) for word in text.split())
    kept = " ".join(word for word in words if word and "@" not in word and not _is_code(word))
    return " ".join(kept.replace(".", " ").replace("/", " ").split())


_WITHOUT_SPACES = "\u2e80"
_KEPT = "@.-/"
_DROPPED = "'’‘`"


def _is_code(word: str) -> bool:
    return word.replace(".", "").replace("-", "").isdecimal() and word.isascii()


_MEANINGS: Final = tuple(
    (about, _phrases(text))
    for about, text in (
        (About.NOTHING, server_phrases.STILL_TRYING),
        (About.US, server_phrases.US),
        (About.LATER, server_phrases.FULL),
        (About.ADDRESS, server_phrases.DEAD),
        (About.CONTENT, server_phrases.CONTENT),
        (About.US, server_phrases.PERHAPS_US),
        (About.LATER, server_phrases.AWAY),
        (About.ADDRESS, server_phrases.PERHAPS_DEAD),
        (About.LATER, server_phrases.GIVEN_UP),
    )
)
_FULL_PHRASES: Final = _phrases(server_phrases.FULL)


def meaning(words: str) -> About | None:
    """What these words of a server mean; None where no phrase in them is known.

    What is about us or passes goes before what sounds final: a server that blocks us often adds that it does not know
    the recipient, and one that is full that it accepts nothing.
    """
    said = f" {plain(words)}"
    return next((about for about, phrases in _MEANINGS if _has_one(said, phrases)), None)


def is_full(words: str) -> bool:
    """Whether these words say that a mailbox is full."""
    return _has_one(f" {plain(words)}", _FULL_PHRASES)


def _has_one(said: str, phrases: tuple[tuple[str, ...], ...]) -> bool:
    return any(_has(said, phrase) for phrase in phrases)


def _has(said: str, pieces: tuple[str, ...]) -> bool:
    """Whether the pieces stand there one after the other, close together."""
    first, *rest = pieces
    at = said.find(first)
    while at >= 0:
        end = at + len(first)
        for piece in rest:
            found = said.find(piece, end, end + _NEAR)
            if found < 0:
                break
            end = found + len(piece)
        else:
            return True
        at = said.find(first, at + 1)
    return False
