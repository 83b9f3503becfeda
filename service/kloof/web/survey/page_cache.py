"""A page of the form poured once and kept, with holes where customers differ.

Twelve questions with eleven points each are the same for everybody except for what is ticked; laying them
out anew for each visitor would be most of the work of a request. The template asks `filled` for everything
that differs: `Placeholders` answers with holes, `FormValues` with the values themselves.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup, escape

# Private-use characters: no text of a survey holds them, and escaping leaves them alone.
_OPEN, _CLOSE, _COMMA = "\ue000", "\ue001", "\ue002"
_HOLE = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_NOTHING: Final[dict[str, str]] = {}


@dataclass(frozen=True, slots=True)
class FormValues:
    """What one customer filled in: field values as the form posts them, facts of the deal, and worded errors."""

    values: Mapping[str, str]
    facts: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    def mark(self, name: str, value: object, word: str = "checked") -> Markup:
        """` checked` (or another word) where this is the value of the field, otherwise nothing."""
        return Markup(f" {word}") if self.values.get(name) == str(value) else Markup()  # noqa: S704  our own word

    def text(self, name: str) -> str:
        """What was typed in the field."""
        return self.values.get(name, "")

    def if_any(self, name: str, word: str) -> Markup:
        """` word` where the field holds any text, otherwise nothing."""
        return Markup(f" {word}") if self.values.get(name) else Markup()  # noqa: S704  our own word

    def fact(self, name: str) -> str:
        """A fact of the deal, or an address."""
        return self.facts[name]


class Placeholders:
    """What stands in for it: every question is answered with a hole."""

    errors: Mapping[str, str] = _NOTHING

    def mark(self, name: str, value: object, word: str = "checked") -> Markup:
        return _hole("mark", name, str(value), word)

    def text(self, name: str) -> Markup:
        return _hole("text", name)

    def if_any(self, name: str, word: str) -> Markup:
        return _hole("any", name, word)

    def fact(self, name: str) -> Markup:
        return _hole("fact", name)


def _hole(*parts: str) -> Markup:
    return Markup(f"{_OPEN}{_COMMA.join(parts)}{_CLOSE}")  # noqa: S704  names of fields, which a pattern limits


class CachedPage:
    """A rendered page and where its holes are."""

    def __init__(self, html: str) -> None:
        self._pieces = _HOLE.split(html)
        self._marks: dict[tuple[str, str], tuple[int, str]] = {}
        self._texts: list[tuple[int, str]] = []
        self._any: list[tuple[int, str, str]] = []
        self._facts: list[tuple[int, str]] = []
        for place in range(1, len(self._pieces), 2):
            self._note(place, *self._pieces[place].split(_COMMA))
            self._pieces[place] = ""

    def _note(self, place: int, kind: str, name: str, *rest: str) -> None:
        if kind == "mark":
            self._marks[name, rest[0]] = (place, f" {rest[1]}")
        elif kind == "text":
            self._texts.append((place, name))
        elif kind == "any":
            self._any.append((place, name, f" {rest[0]}"))
        else:
            self._facts.append((place, name))

    def fill(self, filled: FormValues) -> str:
        """The page with this customer's values and facts in its holes."""
        pieces = self._pieces.copy()
        for pair in filled.values.items():
            if pair in self._marks:
                place, word = self._marks[pair]
                pieces[place] = word
        for place, name in self._texts:
            pieces[place] = escape(filled.text(name))
        for place, name, word in self._any:
            pieces[place] = word if filled.values.get(name) else ""
        for place, name in self._facts:
            pieces[place] = escape(filled.facts[name])
        return "".join(pieces)
