"""The form as a few calm pages: which questions stand together, in which order."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from kloof.domain.surveys.answers import Answers
from kloof.domain.surveys.definition import Aspect, OverallItem, Survey, Wave
from kloof.domain.surveys.responses import MOST_PROMISES, Questionnaire

MOST_TOGETHER = 4
POSITIONS = range(MOST_PROMISES)
SHARE = "share.delivery"
"""The box for the people who do the work. No item can have this name: ids hold no dot."""
MAY_CALL = "consent.call"
"""Whether the customer may be called because of what they answered. The dot: no id of a survey can be this name."""
MAY_CALL_ANSWERS = {"yes": True, "no": False}


TO_CHECK = "to.check"
"""Carried by a page that was opened from the last one, to change one answer: from there it leads back to it."""


class PageKind(StrEnum):
    """What a page is about; its template has this name."""

    RATE = "rate"
    OVERALL = "overall"
    PROMISES = "promises"
    LOOK_BACK = "look_back"
    FINISH = "finish"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the form. `number` counts from 1; `fields` are the names that may be filled in on it."""

    number: int
    kind: PageKind
    items: tuple[Aspect | OverallItem, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Booklet:
    """The pages of one survey in one wave."""

    pages: tuple[Page, ...]

    def __len__(self) -> int:
        return len(self.pages)

    def page(self, number: int) -> Page:
        """The page with this number; the nearest one for a number out of range."""
        return self.pages[min(max(number, 1), len(self.pages)) - 1]

    def page_of(self, field: str) -> Page:
        """The page on which a field stands; the last one for a field of no page."""
        return next((page for page in self.pages if field in page.fields), self.pages[-1])

    def first_open(self, answers: Answers) -> Page:
        """Where to go on: the page of the first question without an answer, or what comes after the questions."""
        for page in self.pages:
            if not page.items or any(item.id not in answers for item in page.items):
                return page
        return self.pages[-1]


_MOST_BOUND = 256
_bound: dict[tuple[str, Wave, bool], Booklet] = {}


def booklet(questionnaire: Questionnaire) -> Booklet:
    """The pages for this customer. Those who answered at sale look back on it, after rating, never before."""
    survey, looks_back = questionnaire.survey, questionnaire.at_sale is not None
    key = (survey.fingerprint, questionnaire.wave, looks_back)
    if key not in _bound:
        if len(_bound) >= _MOST_BOUND:  # who edits a survey sees another one at every letter
            _bound.clear()
        _bound[key] = _bind(survey, questionnaire.wave, looks_back)
    return _bound[key]


def _bind(survey: Survey, wave: Wave, looks_back: bool) -> Booklet:
    parts: list[tuple[PageKind, tuple[Aspect | OverallItem, ...], tuple[str, ...]]] = [
        (PageKind.RATE, group, tuple(item.id for item in group)) for group in _groups(survey.aspects)
    ]
    if wave is Wave.SALE:
        parts.append((PageKind.PROMISES, (), promise_fields()))
    elif survey.overall:
        parts.append((PageKind.OVERALL, survey.overall, tuple(item.id for item in survey.overall)))
    if wave is Wave.DELIVERY and looks_back:
        parts.append((PageKind.LOOK_BACK, (), outcome_fields()))
    agreed = SHARE if wave is Wave.SALE else MAY_CALL
    parts.append((PageKind.FINISH, (), ("comment", "consent", agreed)))
    parts.append((PageKind.CHECK, (), ()))
    return Booklet(tuple(Page(number, *part) for number, part in enumerate(parts, start=1)))


def promise_fields() -> tuple[str, ...]:
    """Names of the fields in which promises are written down at sale."""
    return tuple(f"promise-{position}{part}" for position in POSITIONS for part in ("", "-aspect", "-source"))


def outcome_fields() -> tuple[str, ...]:
    """Names of the fields that say what became of them."""
    return tuple(f"outcome-{position}{part}" for position in POSITIONS for part in ("", "-remark"))


def _groups(aspects: tuple[Aspect, ...]) -> list[tuple[Aspect, ...]]:
    """Groups of at most MOST_TOGETHER, as even as they go: nine aspects are three times three."""
    count = ceil(len(aspects) / MOST_TOGETHER)
    size, larger = divmod(len(aspects), count)
    groups, start = [], 0
    for number in range(count):
        end = start + size + (number < larger)
        groups.append(aspects[start:end])
        start = end
    return groups
