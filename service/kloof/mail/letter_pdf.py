"""Letters as a PDF: one A4 page for each, with the link as a QR code and a short code to type."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import segno
from fpdf import FPDFException

from kloof.config import Settings
from kloof.design.shared import light_colours
from kloof.domain import notation
from kloof.domain.access import tokens
from kloof.domain.colour import parsed
from kloof.domain.errors import BadSettings, Reason, Refused
from kloof.domain.mailing.greetings import to_customer
from kloof.domain.mailing.messages import Outgoing
from kloof.domain.mailing.subjects import AboutSurvey
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.text import Text, one_stop
from kloof.mail.paper.sheet import Sheets
from kloof.mail.texts import MailText, MailTexts, company_texts

_LEFT, _RIGHT, _TOP = 25.0, 25.0, 20.0
_NAME_AT, _TEXT_AT = 50.0, 88.0
"""Millimetres from the top: the name stands where the window of a Dutch envelope is (C5/6, window left)."""
_WIDTH = 210 - _LEFT - _RIGHT
_WINDOW = 85.0
_NAME_SIZES = (15, 13, 11, 10)
"""Of the company's name: the first at which it fits on a line, else the last, over several."""
_QR = 36.0
_INK, _QUIET, _SUNKEN, _LINE = (
    parsed(light_colours()[name]) for name in ("ink", "ink_soft", "sunken", "line")
)


Say = Callable[[Text], str]


class LetterPrinter:
    """Prints the letters of one company into one document. `with` it: its typefaces are files that stay open."""

    def __init__(self, settings: Settings, texts: MailTexts | None = None) -> None:
        """`texts` in place of those of the company. Raises BadSettings where those cannot be used."""
        self.settings = settings
        self.texts = texts or company_texts(settings.folder)
        self.zone = ZoneInfo(settings.mail.time_zone)
        self.accent = parsed(settings.company.accent)
        self.document = Sheets(settings.company.name, _LEFT, _TOP, _RIGHT)
        self.document.set_auto_page_break(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.document.__exit__()

    def pdf(self) -> bytes:
        """The document so far."""
        return bytes(self.document.output())

    def add(self, mail: Outgoing, survey: Survey, closes_at: datetime, now: datetime) -> None:
        """One more letter; `closes_at` is when its survey closes, `now` its date.

        Raises Refused, and prints nothing, where a name on it has letters that no typeface here has.
        """
        assert mail.asks is not None, "a letter always asks a survey"  # noqa: S101
        self._refuse_what_cannot_be_printed(mail, mail.asks)
        paper, facts = self.texts.on_paper, self._facts(mail, mail.asks, survey, closes_at)
        letter = paper.first if mail.asks.wave is Wave.SALE else paper.second

        def say(text: Text) -> str:
            return one_stop(text[mail.to.language].format_map(facts))

        self.document.add_page()
        self.document.set_lang(mail.to.language)
        self._head(mail, mail.asks, now, say(paper.reference))
        self._body(letter, mail, say)
        self._way_in(mail, say(letter.button), say(paper.scan), say(paper.type_it))
        self._text(say(self.texts.who_sees.heading), style="B")
        self._text(say(self.texts.who_sees.body), after=4)
        self._text(f"{say(self.texts.regards)}\n{self.settings.company.name}")
        contact = [say(paper.contact)] if self.settings.company.contact else []
        self._foot(" ".join([say(paper.reason), say(paper.way_out), *contact]))

    def _refuse_what_cannot_be_printed(self, mail: Outgoing, about: AboutSurvey) -> None:
        """fpdf leaves out what it has no shape for: "Dear ,"."""
        named = {
            "the customer's name": mail.to.name,
            "the product": about.product,
            "the salesperson's name": about.salesperson,
            "the deal's number": about.deal_id,
            "the company's name": self.settings.company.name,
            "company.contact": self.settings.company.contact or "",
            "company.address": self.settings.company.address or "",
        }
        for place, text in named.items():
            if lacking := [*self.document.lacking(text)]:
                raise Refused(
                    Reason.LETTER_UNPRINTABLE,
                    f"The letter of deal {about.deal_id} cannot be printed: {place}, {text}, has letters that are in "
                    f"no typeface here: {' '.join(lacking)}.",
                    remedy="Load the deal again with a name in Latin, Greek or Cyrillic letters, or write this letter "
                    "by hand.",
                    deal=about.deal_id,
                    text=text,
                    letters=" ".join(lacking),
                )

    def _facts(
        self, mail: Outgoing, about: AboutSurvey, survey: Survey, closes_at: datetime
    ) -> dict[str, object]:
        questions = len(survey.items(about.wave))
        return {
            "name": to_customer(mail.to.name, mail.to.language),
            "company": self.settings.company.name,
            "contact": self.settings.company.contact,
            "product": about.product,
            "salesperson": about.salesperson or self.settings.company.name,
            "k": self.settings.publishing.k,
            "sold_on": notation.date(about.sold_on, mail.to.language),
            "delivered_on": notation.date(about.delivered_on or about.sold_on, mail.to.language),
            "open_until": notation.date(closes_at.astimezone(self.zone).date(), mail.to.language),
            "questions": questions,
            "minutes": survey.minutes(about.wave),
            "address": self.settings.link("/k").removeprefix("https://").removeprefix("http://"),
        }

    def _head(self, mail: Outgoing, about: AboutSurvey, now: datetime, reference: str) -> None:
        self._logo()
        self.document.set_draw_color(*self.accent)
        self.document.set_line_width(0.9)
        self.document.line(_LEFT, _TOP + 14, 210 - _RIGHT, _TOP + 14)
        if address := self.settings.company.address:
            self.document.set_y(_NAME_AT - 6)
            self._text(f"{self.settings.company.name}, {address}", size=7.5, colour=_QUIET, width=_WINDOW)
        self.document.set_y(_NAME_AT)
        self._text(mail.to.name, width=_WINDOW)
        self.document.set_y(_NAME_AT + 22)
        written = notation.date(now.astimezone(self.zone).date(), mail.to.language)
        self._text(f"{written}   ·   {reference}: {about.deal_id}", size=9.5, colour=_QUIET)

    def _logo(self) -> None:
        """The logo, if there is one, and the name at the other side."""
        logo, name = self.settings.company.logo, self.settings.company.name
        if logo is not None:
            self._image(self.settings.folder / logo)
        self.document.set_text_color(*_INK)
        left, room = (_LEFT + _WIDTH * 0.4, _WIDTH * 0.6) if logo else (_LEFT, _WIDTH)
        for size in _NAME_SIZES:
            self.document.set_font("Letter", "B", size)
            if self.document.get_string_width(name) <= room:
                break
        high = self.document.multi_cell(room, size * 0.42, name, dry_run=True, output="HEIGHT")
        self.document.set_xy(left, _TOP + 11 - float(str(high)))
        self.document.multi_cell(room, size * 0.42, name, align="R" if logo else "L")

    def _image(self, logo: Path) -> None:
        try:
            self.document.image(logo, x=_LEFT, y=_TOP, h=11)
        except (OSError, FPDFException, ValueError) as error:
            raise BadSettings(
                [f"kloof.toml: company.logo: {logo} cannot be printed: {error}."],
                remedy="Save it as a PNG, or take the line away.",
            ) from None

    def _body(self, letter: MailText, mail: Outgoing, say: Say) -> None:
        self.document.set_y(_TEXT_AT)
        self._text(say(letter.subject), style="B", size=14, after=3)
        self._text(say(self.texts.greeting), after=3)
        for text in say(letter.body).splitlines():
            self._text(text.strip(), after=3)

    def _way_in(self, mail: Outgoing, heading: str, scan: str, type_it: str) -> None:
        """The box with the QR code, which holds the whole link, and the code that is typed."""
        key, top, high = self.settings.secret_key, self.document.get_y() + 2, _QR + 14
        link = self.settings.link("/s/" + tokens.token(key, tokens.Purpose.SURVEY, mail.to.salt))
        self.document.set_fill_color(*_SUNKEN)
        self.document.rect(_LEFT, top, _WIDTH, high, style="F", round_corners=True, corner_radius=2.5)
        self._code(link, _LEFT + 7, top + 7)
        left = _LEFT + _QR + 14
        self.document.set_xy(left, top + 6.5)
        self._text(heading, style="B", width=210 - _RIGHT - left - 6, after=1.5, left=left)
        self._text(scan, width=210 - _RIGHT - left - 6, after=1.5, left=left)
        self._text(type_it, width=210 - _RIGHT - left - 6, after=2, left=left)
        self.document.set_x(left)
        code = tokens.grouped(tokens.code(key, mail.to.salt))
        self._text(code, style="B", size=16, width=210 - _RIGHT - left - 6, left=left, colour=self.accent)
        self.document.set_y(top + high + 6)

    def _code(self, link: str, left: float, top: float) -> None:
        """A QR code of squares, sharp at any size, with the quiet zone of four modules that readers need."""
        rows = tuple(segno.make_qr(link, error="m").matrix)
        side = _QR / (len(rows) + 8)
        self.document.set_fill_color(255, 255, 255)
        self.document.rect(left, top, _QR, _QR, style="F")
        self.document.set_fill_color(0, 0, 0)
        for down, row in enumerate(rows):
            for at, length in _runs(row):
                self.document.rect(
                    left + (at + 4) * side, top + (down + 4) * side, length * side, side + 0.01, style="F"
                )

    def _foot(self, words: str) -> None:
        top = 297 - 18 - self._height(words, 9.5)
        self.document.set_draw_color(*_LINE)
        self.document.set_line_width(0.2)
        self.document.line(_LEFT, top - 3, 210 - _RIGHT, top - 3)
        self.document.set_y(top)
        self._text(words, size=9.5, colour=_QUIET)

    def _height(self, words: str, size: float) -> float:
        self.document.set_font("Letter", "", size)
        found = self.document.multi_cell(_WIDTH, size * 0.46, words, dry_run=True, output="HEIGHT")
        return float(str(found))

    def _text(
        self,
        words: str,
        *,
        style: str = "",
        size: float = 11,
        colour: tuple[int, ...] = _INK,
        width: float = _WIDTH,
        left: float = _LEFT,
        after: float = 0,
    ) -> None:
        self.document.set_x(left)
        self.document.set_font("Letter", style, size)
        self.document.set_text_color(*colour)
        self.document.multi_cell(width, size * 0.46, words, align="L", new_x="LMARGIN", new_y="NEXT")
        self.document.ln(after)


def _runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where each run of dark modules in this row starts, and how long it is."""
    start = None
    for at, module in enumerate([*row, 0]):
        if module and start is None:
            start = at
        elif not module and start is not None:
            yield start, at - start
            start = None
