"""Which language this visitor reads: asked for, chosen before, wanted by the browser, or the company's own."""

from datetime import datetime
from typing import Any, cast

from babel.dates import format_date, format_datetime, get_timezone
from flask import Flask, current_app, g, request

from kloof.domain.text import LANGUAGES, Language
from kloof.web.app.context import settings
from kloof.wording import Translate, translator


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


def _words() -> dict[str, object]:
    spoken = language()
    translate: Translate = translator(spoken)
    return {
        "_": translate,
        "language": spoken,
        "company": settings().company,
        "in_words": lambda day: format_date(day, "d MMMM y", locale=spoken),
        "is_demo": settings().is_demo and current_app.testing is False,
    }
