"""A mail's body, made once for everything that many mails share, with slots for what differs.

Rendering a template for every recipient costs more than the SMTP conversation does. A compiled body is the rendered
body, cut at its slots and already quoted-printable (RFC 2045, section 6.7): a soft line break on both sides of
a slot keeps every line within 76 characters, whatever is put in.
"""

import re
from binascii import b2a_qp
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup, escape

from kloof.config import Settings
from kloof.design.shared import dark_colours, light_colours
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.text import Language, Text, one_stop
from kloof.mail.texts import MailText, MailTexts

SLOTS = (
    "name", "product", "salesperson", "sold_on", "delivered_on", "open_until", "until", "link", "opt_out", "receipt",
    "customer", "deal", "due_on", "counted_on", "passed_by",
)  # fmt: skip
# Characters of a private-use area mark a slot while a template is rendered: no escaping touches them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_SOFT_BREAK = b"=\r\n"
_LONGEST_LINE = 76
_SPECIAL = re.compile("[&<>'\"]")
_HEAD = b"\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
_MARKED = {slot: f"{_OPEN}{slot}{_CLOSE}" for slot in SLOTS}
# An address within a sentence: to press in HTML, and broken where a phone is narrower than a token is long.
_PRESSED = Markup('<a href="{0}" style="color:inherit; word-break:break-all;">{0}</a>').format(
    _MARKED["receipt"]
)


@dataclass(frozen=True, slots=True)
class CompiledBody:
    """Pieces of a body with the slots between them; the first piece comes before the first slot."""

    pieces: tuple[bytes, ...]
    slots: tuple[str, ...]

    @classmethod
    def of(cls, body: str) -> "CompiledBody":
        """A rendered body in which slots are marked, compiled."""
        parts = re.split(f"{_OPEN}([a-z_]+){_CLOSE}", body)
        pieces = [encoded(part) for part in parts[::2]]
        last = len(pieces) - 1
        framed = (
            (_SOFT_BREAK if at else b"") + piece + (_SOFT_BREAK if at < last else b"")
            for at, piece in enumerate(pieces)
        )
        return cls(tuple(framed), tuple(parts[1::2]))

    def render(self, values: Mapping[str, bytes]) -> bytes:
        """The body with these encoded values in its slots."""
        filled = [self.pieces[0]]
        for slot, piece in zip(self.slots, self.pieces[1:], strict=True):
            filled += (values[slot], piece)
        return b"".join(filled)


def encoded(text: str) -> bytes:
    """Text in UTF-8 and quoted-printable, with lines that end as mail wants them."""
    # b2a_qp breaks lines with a bare \n where the text itself has no line ends to go by.
    written = b2a_qp(text.encode(), istext=True)
    written = written.replace(b"=\n", _SOFT_BREAK) if b"=\n" in written else written
    if len(written) - written.rfind(b"\n") - 1 < _LONGEST_LINE:
        return written
    # The last line is full, and the soft break that follows in a compiled body would be one character too many.
    last = 3 if written[-3:-2] == b"=" else 1
    return written[:-last] + _SOFT_BREAK + written[-last:]


@dataclass(frozen=True, slots=True)
class MultipartBody:
    """The two bodies of one mail."""

    text: CompiledBody
    html: CompiledBody

    def render(self, facts: Mapping[str, str], boundary: str) -> bytes:
        """Both bodies with these facts, as the parts of a multipart/alternative."""
        plain = {slot: encoded(fact) for slot, fact in facts.items()}
        # Most facts need no escaping, and then the two bodies share what is in the slot.
        special = {slot: encoded(str(escape(fact))) for slot, fact in facts.items() if _SPECIAL.search(fact)}
        start = b"\r\n--" + boundary.encode()
        parts = (start, _HEAD % b"plain", self.text.render(plain), start, _HEAD % b"html")
        return b"".join((*parts, self.html.render(plain | special), start, b"--\r\n"))


@cache
def _templates() -> tuple[Template, Template]:
    """The plain one and that in HTML: for every company the same, and to read them takes as long as to make mails of
    every kind.
    """
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    jinja = Environment(
        loader=folder, autoescape=select_autoescape(), undefined=StrictUndefined, newline_sequence="\r\n"
    )
    return jinja.get_template("mail.txt"), jinja.get_template("mail.html")


class TemplateCompiler:
    """Compiles bodies from the two templates."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.text, self.html = _templates()

    def make(
        self,
        texts: MailTexts,
        wording: MailText,
        language: Language,
        facts: Mapping[str, Any],
        parts: Mapping[str, Any],
    ) -> MultipartBody:
        """Both bodies of a mail. `facts` are filled into its sentences, `parts` shape the template."""
        company = self.settings.company
        common = {
            "language": language,
            "company": company.name,
            "accent": company.accent,
            "light": light_colours(),
            "dark": dark_colours(),
            "link": _MARKED["link"],
            "opt_out": _MARKED["opt_out"],
            "counts": [],
            "choices": [],
            **parts,
        }
        filled = _MARKED | dict(facts)
        pressed = filled | {"receipt": _PRESSED}
        is_last = bool(parts["is_last"])
        plain = _sentences(texts, wording, language, filled, str, is_last=is_last)
        marked = _sentences(texts, wording, language, pressed, escape, is_last=is_last)
        return MultipartBody(
            CompiledBody.of(self.text.render(common | plain)),
            CompiledBody.of(self.html.render(common | marked)),
        )


def _sentences(
    texts: MailTexts,
    wording: MailText,
    language: Language,
    facts: Mapping[str, Any],
    kind: Callable[[str], str],
    *,
    is_last: bool,
) -> dict[str, Any]:
    """Every sentence with its facts in it, for HTML by `escape`, which escapes the facts too; else by `str`."""

    def filled(words: str) -> str:
        told = kind(words).format_map(facts)
        return type(told)(one_stop(told))

    def say(text: Text) -> str:
        return filled(text[language])

    last = [texts.last_one[language]] if is_last else []
    return {
        "subject": say(wording.subject),
        "greeting": say(texts.greeting),
        "body": [filled(words) for words in (*wording.paragraphs(language), *last)],
        "button": say(wording.button),
        "regards": say(texts.regards),
        "who_sees": {"heading": say(texts.who_sees.heading), "body": say(texts.who_sees.body)},
        "reason": say(wording.reason or texts.reason),
        "way_out": say(wording.way_out or texts.way_out),
        "start": say(texts.first_question.start),
        "not_saved": say(texts.first_question.not_saved),
    }


def first_question(survey: Survey, wave: Wave, language: Language) -> dict[str, Any]:
    """The first aspect's scale, to start from: a link chooses, the form saves (GET never records)."""
    aspect, scale, above = survey.aspects[0], survey.scale, survey.above(wave)
    return {
        "id": aspect.id,
        "above": above[language] if above else "",
        "text": aspect.question(wave)[language],
        "points": scale.points,
        "low_label": scale.low_label[language],
        "high_label": scale.high_label[language],
    }
