"""Which language this visitor reads: asked for, chosen before, wanted by the browser, or the company's own."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from babel.dates import format_date, format_datetime, get_timezone
from flask import Flask, current_app, g, request
from markupsafe import Markup

from kloof.domain.text import LANGUAGES, Language
from kloof.web.app.context import settings
from kloof.wording import Translate, in_digits, translator


def init_app(app: Flask) -> None:
    """Give every template `_`, `language` and `company`."""
    app.context_processor(_words)


def language() -> Language:
    """The language of this request. A blueprint that knows better calls `speak` first."""
    if "language" not in g:
        asked = request.args.get("language") or request.cookies.get("language")
        wanted = asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES)
        g.language = wanted or settings().company.language
    return cast(Language, g.language)


def asked_language() -> dict[str, Any]:
    """`language` for an address of ours where this visitor asked for one by address; otherwise nothing.

    Who switched on one page then stays in that language through what that page leads to.
    """
    wanted = request.args.get("language")
    return {"language": wanted} if wanted in LANGUAGES else {}


def speak(language: Language) -> None:
    """Use this language for the rest of the request."""
    g.language = language


def speak_as_asked(otherwise: Language) -> None:
    """Use the language that the address asks for, and where it asks for none this one, for the rest of the request."""
    speak(asked_language().get("language", otherwise))


def say(english: str, /, **facts: object) -> str:
    """The sentence in this visitor's language."""
    return translator(language())(english, **facts)


def in_words(when: datetime) -> str:
    """A moment on the company's own clock, in this visitor's language."""
    zone = get_timezone(settings().mail.time_zone)
    return format_datetime(when, "d MMMM HH:mm", tzinfo=zone, locale=language())


@lru_cache(maxsize=4096)
def _day_in_words(day: date, language: Language) -> str:
    # A list names the same days over and over, and Babel reads its pattern anew for each.
    return format_date(day, "d MMMM y", locale=language)


def _folding(address: str | None) -> Markup:
    """An address of mail that, where it needs two lines, is cut behind its @, and not within a name."""
    name, at, host = (address or "").rpartition("@")
    return Markup("{}{}<wbr>{}").format(name, at, host) if at else Markup("{}").format(host)


def _note_error() -> str:
    """That this page says what is wrong; nothing to see."""
    g.has_error = True
    return ""


def _title_said(title: str) -> str:
    """The title of the page, with a mark before it where the page says what is wrong."""
    told, mark = title.strip(), say("Error:")
    return f"{mark} {told}" if g.get("has_error") and not told.startswith(mark) else told


def _words() -> dict[str, object]:
    spoken = language()
    translate: Translate = translator(spoken)
    return {
        "_": translate,
        "language": spoken,
        "company": settings().company,
        "in_words": lambda day: _day_in_words(day, spoken),
        "folding": _folding,
        "whole": lambda number: in_digits(number, spoken),
        "note_error": _note_error,
        "title_said": _title_said,
        "is_demo": settings().is_demo and current_app.testing is False,
    }
