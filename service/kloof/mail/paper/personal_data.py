"""What is kept about somebody, as a PDF that they can read: in their language, every name and code in words."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from kloof.config import Settings
from kloof.design.shared import light_colours
from kloof.domain import notation
from kloof.domain.colour import parsed
from kloof.domain.mailing.kinds import MAIL_KINDS
from kloof.domain.surveys.answers import DOES_NOT_APPLY
from kloof.domain.text import Language
from kloof.mail.paper.sheet import Sheets
from kloof.wording import translator
from kloof.wording.data_words import CODE_WORDS, DATA_WORDS, LOG_WORDS

_MARGIN: Final = 22.0
_WIDTH: Final = 210 - 2 * _MARGIN
_NAMES: Final = 58.0
"""Millimetres of the column of names; what is kept stands beside it."""
_LONG: Final = 40.0
"""Millimetres of text that are read more easily over the whole width."""
_SIZE: Final = 10
_LEADING: Final = 0.46
_SIZES: Final = (13, 11, 10, 10)
"""Of headings, by how deep they stand."""
_UNKNOWN: Final = "¤"
_INK, _QUIET, _LINE = (parsed(light_colours()[name]) for name in ("ink", "ink_soft", "line"))
_SHARED: Final[Mapping[str, str]] = {"role": "roles"}
"""Names whose codes are those of another."""
_ONE: Final[Mapping[str, str]] = {
    "deals": "deal_id",
    "surveys": "survey",
    "promises": "text",
    "calls": "call",
    "mails": "mail",
}
"""Name of several → what one of them is called."""
_IN_QUESTIONS: Final = frozenset({"questions", "scale", "forgotten"})
_TRUTH: Final[Mapping[bool, str]] = {True: "Yes", False: "No"}
_OF_CUSTOMER: Final = "What {company} keeps about you"
_OF_COLLEAGUE: Final = "What kloof keeps about {name}"
_AS_OF: Final = "As of {day}. What is not here is not kept."
_LACKS: Final = "Some letters are in no typeface here; each of those is a ¤. The file in JSON has them."
_NOT_APPLIED: Final = "Does not apply, or not known"
_ENDS: Final = "{low} is “{low_label}”, {high} is “{high_label}”."
_FORGOTTEN: Final = "These answers were older than they are kept, and are erased."
_PAGE: Final = "Page {page}"
AROUND: Final = (
    _OF_CUSTOMER, _OF_COLLEAGUE, _AS_OF, _LACKS, _NOT_APPLIED, _ENDS, _FORGOTTEN, _PAGE, *_TRUTH.values(),
)  # fmt: skip
"""The sentences that stand around what is kept."""


def of_customer(settings: Settings, found: Mapping[str, Any], now: datetime) -> bytes:
    """What `actions.person_data.export` gives, in the customer's language."""
    language: Language = "en" if found["language"] == "en" else "nl"
    title = translator(language)(_OF_CUSTOMER, company=settings.company.name)
    return _printed(settings, found, title, language, now)


def of_colleague(settings: Settings, found: Mapping[str, Any], now: datetime) -> bytes:
    """What `actions.access.staff_data.export` gives, in the language of the colleague."""
    language: Language = "en" if found["language"] == "en" else "nl"
    title = translator(language)(_OF_COLLEAGUE, name=found["name"])
    return _printed(settings, found, title, language, now)


def _printed(
    settings: Settings, found: Mapping[str, Any], title: str, language: Language, now: datetime
) -> bytes:
    with _Pages(settings, title, language) as pages:
        pages.begin(now)
        pages.things(found, 0)
        return pages.finished()


class _Pages(Sheets):
    """The pages of one person. What has no letter in the typefaces is a ¤, and a sentence at the end says so."""

    def __init__(self, settings: Settings, title: str, language: Language) -> None:
        super().__init__(title, _MARGIN, 20, _MARGIN)
        self.set_auto_page_break(True, 22)
        self.set_lang(language)
        self.heading, self.language = title, language
        self.zone = ZoneInfo(settings.mail.time_zone)
        self.accent = parsed(settings.company.accent)
        self.say = translator(language)
        self.has_unknown = False
        self.asked: Mapping[str, Mapping[str, str]] = {}

    def footer(self) -> None:
        self.set_y(-14)
        self._line(self.say(_PAGE, page=self.page_no()), size=8.5, colour=_QUIET)

    def begin(self, now: datetime) -> None:
        """The first page, with its title."""
        self.add_page()
        self._line(self.heading, style="B", size=18, after=1.5)
        day = notation.date(now.astimezone(self.zone).date(), self.language)
        self._line(self.say(_AS_OF, day=day), colour=_QUIET, after=2)
        self.set_draw_color(*self.accent)
        self.set_line_width(0.9)
        self.line(_MARGIN, self.get_y(), 210 - _MARGIN, self.get_y())
        self.ln(2)

    def finished(self) -> bytes:
        """The whole of it."""
        if self.has_unknown:
            self.ln(4)
            self._line(self.say(_LACKS), colour=_QUIET)
        return bytes(self.output())

    def things(self, found: Mapping[str, Any], depth: int) -> None:
        """Everything that has a name: first what is said in a line, then what is more."""
        self.asked = found.get("questions", self.asked)
        short = {name: value for name, value in found.items() if not _is_long(value)}
        for name, value in short.items():
            if value not in (None, "", []) and name not in _IN_QUESTIONS:
                self._fact(self._called(name), self._in_words(name, value))
        for name, value in found.items():
            if name in short or not value or name in _IN_QUESTIONS:
                continue
            if name == "audit":
                self._log(value, depth)
            elif name == "answers":
                self._answers(found, depth)
            elif isinstance(value, Mapping):
                self._head(self._called(name), depth)
                self.things(value, depth + 1)
            else:
                self._each(name, value, depth)
        if found.get("forgotten"):
            self._line(self.say(_FORGOTTEN), colour=_QUIET)

    def _each(self, name: str, many: list[Mapping[str, Any]], depth: int) -> None:
        for at, one in enumerate(many, start=1):
            called = self._called(_ONE.get(name, name))
            self._head(f"{called} {at}" if len(many) > 1 else called, depth)
            self.things(one, depth + 1)

    def _answers(self, found: Mapping[str, Any], depth: int) -> None:
        self._head(self._called("answers"), depth)
        questions, scale = found["questions"], found["scale"]
        ends = self.say(
            _ENDS,
            low=scale["low"], low_label=scale["low_label"][self.language],
            high=scale["high"], high_label=scale["high_label"][self.language],
        )  # fmt: skip
        self._line(ends, colour=_QUIET, after=1)
        for item, answer in found["answers"].items():
            told = self.say(_NOT_APPLIED) if answer == DOES_NOT_APPLY else str(answer)
            self._fact(questions[item][self.language], told, names=_WIDTH - 40)

    def _log(self, lines: list[Mapping[str, Any]], depth: int) -> None:
        self._head(self._called("audit"), depth)
        for one in lines:
            role = self._in_words("role", one["role"]) if one["role"] else ""
            who = one["name"] or self._in_words("by", one["by"])
            told = [
                self.say(LOG_WORDS[one["what"]]),
                f"{who} ({role})" if role else who,
                one["deal_id"],
                self._in_words("consent", one["detail"]),
            ]
            self._fact(self._in_words("at", one["at"]), " · ".join(filter(None, told)))

    def _called(self, name: str) -> str:
        return self.say(DATA_WORDS[name]) if name in DATA_WORDS else name.replace("_", " ")

    def _in_words(self, name: str, value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(self._in_words(name, one) for one in value)
        if isinstance(value, bool):
            return self.say(_TRUTH[value])
        codes = CODE_WORDS.get(_SHARED.get(name, name), {})
        if value in codes:
            return self.say(codes[value])
        if name in {"aspect", "item"} and value in self.asked:
            return self.asked[value][self.language]
        if name == "arm_share":
            return notation.percent(value, self.language)
        if name == "kind":
            kind, _, number = str(value).partition("-")
            return f"{self.say(MAIL_KINDS[kind].words)} {number}".strip()
        return self._moment(str(value))

    def _moment(self, value: str) -> str:
        """A day or a moment as this language writes it; anything else as it is."""
        try:
            if len(value) == len("2026-11-30"):
                return notation.date(date.fromisoformat(value), self.language)
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        if moment.tzinfo is None:
            return value
        return format_datetime(moment, "d MMMM y HH:mm", tzinfo=self.zone, locale=self.language)

    def _head(self, words: str, depth: int) -> None:
        self.ln(5 if depth == 0 else 2.5)
        if self.will_page_break(18):
            self.add_page()
        self.start_section(self._known(words), level=min(depth, 3))
        colour = self.accent if depth == 0 else _INK
        self._line(words, style="B", size=_SIZES[min(depth, 3)], colour=colour, after=0.8)
        if depth == 0:
            self.set_draw_color(*_LINE)
            self.set_line_width(0.2)
            self.line(_MARGIN, self.get_y(), 210 - _MARGIN, self.get_y())
            self.ln(1)

    def _fact(self, name: str, words: str, names: float = _NAMES) -> None:
        """A name with what is kept beside it; where that is long, below it."""
        beside = max(self._height(name, names - 4), self._height(words, _WIDTH - names))
        if beside > _LONG:
            self._line(name, colour=_QUIET)
            self._line(words, after=1.2)
            return
        if self.will_page_break(beside):
            self.add_page()
        top = self.get_y()
        self._line(name, colour=_QUIET, width=names - 4)
        self.set_y(top)
        self._line(words, left=_MARGIN + names, width=_WIDTH - names)
        self.set_y(top + beside + 0.6)

    def _height(self, words: str, width: float) -> float:
        self.set_font("Letter", "", _SIZE)
        found = self.multi_cell(width, _SIZE * _LEADING, self._known(words), dry_run=True, output="HEIGHT")
        return float(str(found))

    def _line(
        self, words: str, *, style: str = "", size: float = _SIZE, colour: tuple[int, ...] = _INK,
        width: float = _WIDTH, left: float = _MARGIN, after: float = 0,
    ) -> None:  # fmt: skip
        self.set_x(left)
        self.set_font("Letter", style, size)
        self.set_text_color(*colour)
        self.multi_cell(width, size * _LEADING, self._known(words), align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(after)

    def _known(self, words: str) -> str:
        for letter in self.lacking(words):
            self.has_unknown = True
            words = words.replace(letter, _UNKNOWN)
        return words


def _is_long(value: Any) -> bool:
    """Whether it is more than a line of its own."""
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and any(isinstance(one, Mapping) for one in value)
