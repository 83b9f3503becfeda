"""Showing a page of the form: out of the cache where nothing but answers differs, laid out anew where more does."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode

from babel.dates import format_date
from flask import current_app, render_template, request

from kloof.actions.surveys import respond
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import CONSENT, Promise, PromiseOutcome, Questionnaire, Source, missing
from kloof.domain.text import LANGUAGES, Language
from kloof.web.app.context import settings
from kloof.web.app.language import language
from kloof.web.survey import forms, words
from kloof.web.survey.page_cache import CachedPage, FormValues, Placeholders
from kloof.web.survey.pages import TO_CHECK, Booklet, Page, PageKind, booklet
from kloof.web.survey.presets import NOTHING, Presets

_NOTHING: Final[Mapping[str, str]] = {}
_INDENT = re.compile(r"^[ \t]+(?=<)", re.MULTILINE)
_WITH_PROMISES: Final = frozenset({PageKind.PROMISES, PageKind.LOOK_BACK, PageKind.CHECK})


def page(
    questionnaire: Questionnaire,
    shown: Page,
    *,
    typed: Mapping[str, str] = _NOTHING,
    errors: Mapping[str, str] = _NOTHING,
    found: Presets = NOTHING,
    promises: Callable[[Questionnaire], tuple[Promise, ...]] = respond.promises,
    keep: bool = True,
) -> str:
    """The page as HTML, with what is kept, over it what was `found` in the address, and over that what was `typed`.

    Without `keep` nothing of it is remembered for a next time: the survey is a draft.
    """
    noted = promises(questionnaire) if shown.kind in _WITH_PROMISES else ()
    kept = forms.values(questionnaire.response, noted)
    waiting = {item: value for item, value in found.waiting.items() if typed.get(item, value) == value}
    filled = FormValues({**kept, **waiting, **typed}, _Facts(questionnaire, shown), errors)
    bound = booklet(questionnaire)
    aside = {*shown.fields, *errors}
    own: dict[str, object] = {
        "elsewhere": {name: value for name, value in {**waiting, **typed}.items() if name not in aside},
        "carried": urlencode(waiting),
        "waiting": words.of_waiting(questionnaire, waiting),
        "notes": [note for item, note in words.notes(questionnaire, found).items() if item not in errors],
        "returns": shown.kind is PageKind.CHECK or _came_from_check(),
        **_state(questionnaire, shown, waiting),
    }
    can_pass = questionnaire.may_pass_on and not questionnaire.submitted
    differs = any(own.values()) or errors or questionnaire.submitted or shown.kind is PageKind.LOOK_BACK
    if differs or not keep:
        return laid_out(
            questionnaire, bound, shown, filled, promises=noted, is_draft=not keep, can_pass=can_pass, **own
        )
    cached: dict[tuple[str, Wave, int, int, str, bool], CachedPage] = current_app.extensions.setdefault(
        "kloof.page_cache", {}
    )
    key = (
        questionnaire.survey.fingerprint,
        questionnaire.wave,
        len(bound),
        shown.number,
        language(),
        can_pass,
    )
    if key not in cached:
        cached[key] = CachedPage(laid_out(questionnaire, bound, shown, Placeholders(), can_pass=can_pass))
    return cached[key].fill(filled)


def laid_out(
    questionnaire: Questionnaire,
    bound: Booklet,
    shown: Page,
    filled: FormValues | Placeholders,
    **more: object,
) -> str:
    """The page by its template; `filled` with `Placeholders`, everything that differs per customer is a hole.

    Without the indentation of its source, which would travel to every phone; what somebody wrote has no tags.
    """
    whole = render_template(
        f"survey/{shown.kind}.html",
        survey=questionnaire.survey,
        wave=questionnaire.wave,
        page=shown,
        pages=len(bound),
        page_of=bound.page_of,
        filled=filled,
        sources=Source,
        outcomes=PromiseOutcome,
        questionnaire=questionnaire if isinstance(filled, FormValues) else None,
        **more,
    )
    return _INDENT.sub("", whole)


def _came_from_check() -> bool:
    """Whether this page was opened from the last one. Only what was posted is read for it: a GET has no form."""
    return TO_CHECK in request.args or (request.method == "POST" and TO_CHECK in request.form)


def _state(questionnaire: Questionnaire, shown: Page, waiting: Mapping[str, str]) -> dict[str, object]:
    """For a page that looks back: what still needs an answer, and whether every aspect that needs one is rated."""
    if shown.kind not in {PageKind.CHECK, PageKind.LOOK_BACK}:
        return {}
    # What waits goes along with the last page; what was expected is shown only once the customer has rated and saved
    # that.
    there = {*waiting} if shown.kind is PageKind.CHECK else {CONSENT}
    needed = missing(questionnaire.survey, questionnaire.response)
    return {
        "still_open": [field for field in needed if field not in there],
        "is_rated": not set(needed) - {CONSENT},
    }


class _Facts(Mapping[str, str]):
    """Facts of the deal and addresses of the form, each worked out only where a page names it."""

    def __init__(self, questionnaire: Questionnaire, shown: Page) -> None:
        self._known: dict[str, Callable[[], str]] = {
            "here": lambda: _here(questionnaire, shown),
            "receipt": lambda: f"{_form()}/receipt",
            "pass_on": lambda: f"{_form()}/pass-on",
            "answered": lambda: str(len(questionnaire.response.answers)),
            "product": lambda: questionnaire.product,
            "seller": lambda: questionnaire.seller or settings().company.name,
            "until": lambda: _in_words(questionnaire.expires_at.date(), language()),
        }

    def __getitem__(self, name: str) -> str:
        return self._known[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@lru_cache(maxsize=1024)
def _in_words(day: date, spoken: Language) -> str:
    return format_date(day, "d MMMM y", locale=spoken)


def receipt(questionnaire: Questionnaire, *, late: bool = False) -> str:
    """The address of the receipt of this link; `late` for what came when the answers had been sent already."""
    asked = urlencode({**({"late": ""} if late else {}), **_in_language(questionnaire)})
    return f"{_form()}/receipt{'?' if asked else ''}{asked}"


def here_at(number: int) -> str:
    """The address of one page of this form, with all that this request brought along."""
    return f"{_form()}?{urlencode({**request.args.to_dict(), 'page': number})}"


def _link_to(questionnaire: Questionnaire, number: int, preset: Mapping[str, str]) -> str:
    """The address of one page of this form, in the language that is being read."""
    return f"{_form()}?{urlencode({**preset, 'page': number, **_in_language(questionnaire)})}"


def _in_language(questionnaire: Questionnaire) -> dict[str, str]:
    """What an address needs to be read in the language of now."""
    spoken = language()
    return (
        {} if spoken == (questionnaire.response.language or questionnaire.language) else {"language": spoken}
    )


def leads_to(
    questionnaire: Questionnaire, said: Mapping[str, str], preset: Mapping[str, str] = _NOTHING
) -> str:
    """The address to which the pressed button leads: the next page, the one before, or the question of `go`."""
    bound, returns = booklet(questionnaire), TO_CHECK in said
    back = {**preset, TO_CHECK: "yes"} if returns else preset
    if field := said.get("go"):
        return f"{_link_to(questionnaire, bound.page_of(field).number, back)}#q-{quote(field)}"
    page, action = said.get("page", ""), said.get("action", "save")
    at = int(page) if page.isascii() and page.isdigit() else len(bound)
    if action in LANGUAGES:
        return _link_to(questionnaire, at, back)
    if returns and at < len(bound):
        return _link_to(questionnaire, len(bound), preset)
    return _link_to(questionnaire, bound.page(at - 1 if action == "back" else at + 1).number, preset)


def is_script() -> bool:
    """Whether our own script asks: it saves single choices and wants no page back."""
    return request.headers.get("Accept") == "application/json"


def _here(questionnaire: Questionnaire, shown: Page) -> str:
    """Where the form posts to; the address says it when sent answers are changed."""
    return f"{_form()}?page={shown.number}" if questionnaire.submitted else _form()


def _form() -> str:
    # Both routes of the form have one address, and this is it: building it anew costs as much as filling the page.
    return request.script_root + request.path
