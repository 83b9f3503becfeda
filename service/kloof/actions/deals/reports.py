"""What a file did, or would do, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kloof.domain.deals.forecast import FileForecast
from kloof.domain.errors import Refused
from kloof.domain.text import LANGUAGES
from kloof.wording.file_words import worded

_FOUND: Final = ("value", "name", "day", "address", "survey", "letter")
_NO_TITLES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that did not go in. `reason`: everything that is wrong with it, in English."""

    line: int
    deal_id: str
    reason: str
    why: tuple[Refused, ...] = field(compare=False)

    def as_dict(self, titles: Mapping[str, str] = _NO_TITLES) -> dict[str, object]:
        """Plain values, for --json; `titles`: what our columns are called in the file."""
        why = [refusal_as_dict(refusal, titles) for refusal in self.why]
        return {"line": self.line, "deal_id": self.deal_id, "reason": self.reason, "why": why}


@dataclass(slots=True)
class Report:
    """What a file did, or with a dry run would have done, with the mail that it would cause."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    forecast: FileForecast | None = field(default=None, compare=False)

    @property
    def good(self) -> int:
        """How many lines can go in, or went in."""
        return self.created + self.updated + self.unchanged

    def as_dict(self, titles: Mapping[str, str] = _NO_TITLES) -> dict[str, object]:
        """Plain values, for --json; `titles`: what our columns are called in the file."""
        counts = {"created": self.created, "updated": self.updated, "unchanged": self.unchanged}
        return {**counts, "refused": [refusal.as_dict(titles) for refusal in self.refused]}


def refusal_as_dict(refusal: Refused, titles: Mapping[str, str]) -> dict[str, object]:
    """`code` for a program to go by, the column, what was found there, the sentence in both languages, and every other
    fact under its name.
    """
    facts = dict(refusal.facts)
    found = next((facts.pop(name) for name in _FOUND if name in facts), None)
    column = facts.pop("column", None)
    words = {language: worded(refusal, language, titles) for language in LANGUAGES}
    return {"code": refusal.reason.value, "column": column, "found": found, **words, **facts}
