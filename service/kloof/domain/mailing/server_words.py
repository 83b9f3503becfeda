"""What mail servers say when they refuse, in the languages in which they say it."""

import unicodedata
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

from kloof.domain.mailing import server_phrases

MOST_LETTERS = 4_000
"""As much of what a server said as is looked at: what matters comes first, and a stranger wrote it."""
_NEAR, _BESIDE = 80, 40


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
    words = (_after_a_code(word).strip(_KEPT) for word in text.split())
    kept = " ".join(word for word in words if "@" not in word and not _is_code(word))
    return " ".join(word for word in kept.replace(".", " ").replace("/", " ").split() if not _is_code(word))


_WITHOUT_SPACES = "\u2e80"
_KEPT = "@.-/"
_DROPPED = "'’‘`"


def _is_code(word: str) -> bool:
    return word.replace(".", "").replace("-", "").isdecimal() and word.isascii()


def _after_a_code(word: str) -> str:
    """The word that a line of several (RFC 5321, 4.2.1) begins with: `550-unknown`."""
    return word[4:] if word[3:4] == "-" and word[:3].isdecimal() and word.isascii() else word


def _one_of(text: str) -> Callable[[str], bool]:
    phrases = _phrases(text)
    return lambda said: any(True for phrase in phrases for _ in _places(said, phrase))


def _one_beside(text: str, other: str) -> Callable[[str], bool]:
    """Whether something of the one stands within a few words of something of the other, whichever comes first."""
    phrases, others = _phrases(text), _phrases(other)

    def says(said: str) -> bool:
        places = [at for other in others for at in _places(said, other)]
        return any(
            abs(at - place) <= _BESIDE
            for phrase in phrases
            for at in _places(said, phrase)
            for place in places
        )

    return says


def _places(said: str, pieces: tuple[str, ...]) -> Iterator[int]:
    """Where the pieces stand one after the other, close together."""
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
            yield at
        at = said.find(first, at + 1)


_IS_FULL: Final = _one_of(server_phrases.FULL)
_AT_THE_SENDER: Final = _one_of(server_phrases.AT_THE_SENDER)
_MEANINGS: Final = (
    (About.NOTHING, _one_of(server_phrases.STILL_TRYING)),
    (About.US, _one_of(server_phrases.US)),
    (About.LATER, _IS_FULL),
    (About.LATER, _one_of(server_phrases.NOT_A_MAILBOX)),
    (About.CONTENT, _one_of(server_phrases.NOT_THE_ADDRESS)),
    (About.ADDRESS, _one_of(server_phrases.DEAD)),
    (About.CONTENT, _one_of(server_phrases.CONTENT)),
    (About.US, _one_of(server_phrases.PERHAPS_US)),
    (About.LATER, _one_of(server_phrases.AWAY)),
    (About.ADDRESS, _one_of(server_phrases.PERHAPS_DEAD)),
    (About.ADDRESS, _one_beside(server_phrases.WHO, server_phrases.NOT_THERE)),
    (About.LATER, _one_of(server_phrases.GIVEN_UP)),
)


def meaning(words: str) -> About | None:
    """What these words of a server mean; None where no phrase in them is known.

    What is about us or passes goes before what sounds final: a server that blocks us often adds that it does not know
    the recipient, and one that is full that it accepts nothing.
    """
    said = f" {plain(words)}"
    return next((about for about, says in _MEANINGS if says(said)), None)


def refuses_sender(words: str) -> bool:
    """Whether these words say that it was the sender who was refused: by then no recipient was named yet."""
    return _AT_THE_SENDER(f" {plain(words)}")


def is_full(words: str) -> bool:
    """Whether these words say that a mailbox is full."""
    return _IS_FULL(f" {plain(words)}")
