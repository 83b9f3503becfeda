"""Showing a page of the form: out of its mould where nothing but answers differs, laid out anew where more does."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode

from babel.dates import format_date
from flask import current_app, render_template, request

from kloof.actions.surveys import respond
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import CONSENT, Promise, PromiseOutcome, Questionnaire, Source, missing
from kloof.domain.text import LANGUAGES, Language, Text
from kloof.web.app.language import language, say
from kloof.web.survey import forms
from kloof.web.survey.page_cache import CachedPage, FormValues, Placeholders
from kloof.web.survey.pages import Booklet, Page, PageKind, booklet

_NOTHING: Final[Mapping[str, str]] = {}


def page(
    questionnaire: Questionnaire,
    shown: Page,
    *,
    typed: Mapping[str, str] = _NOTHING,
    errors: Mapping[str, str] = _NOTHING,
    preset: Mapping[str, str] = _NOTHING,
    promises: Callable[[Questionnaire], tuple[Promise, ...]] = respond.promises,
) -> str:
    """The page as HTML, with what is kept, over it what was `preset` by the address, and over that what was `typed`."""
    noted = promises(questionnaire) if shown.kind in {PageKind.PROMISES, PageKind.LOOK_BACK} else ()
    kept = forms.values(questionnaire.response, noted)
    sheet = FormValues({**kept, **preset, **typed}, _Facts(questionnaire, shown, preset), errors)
    book = booklet(questionnaire)
    aside = {*shown.fields, *errors}
    elsewhere = {name: value for name, value in {**preset, **typed}.items() if name not in aside}
    still_open = _open(questionnaire) if shown.kind in {PageKind.FINISH, PageKind.LOOK_BACK} else []
    if errors or elsewhere or still_open or questionnaire.submitted or shown.kind is PageKind.LOOK_BACK:
        own = {"elsewhere": elsewhere, "still_open": still_open, "promises": noted}
        return laid_out(questionnaire, book, shown, sheet, **own)
    moulds: dict[tuple[str, Wave, int, int, str], CachedPage] = current_app.extensions.setdefault(
        "kloof.moulds", {}
    )
    key = (questionnaire.survey.fingerprint, questionnaire.wave, len(book), shown.number, language())
    if key not in moulds:
        moulds[key] = CachedPage(laid_out(questionnaire, book, shown, Placeholders()))
    return moulds[key].fill(sheet)


def laid_out(
    questionnaire: Questionnaire, book: Booklet, shown: Page, sheet: FormValues | Placeholders, **more: object
) -> str:
    """The page by its template; with `Placeholders` as its sheet, everything that differs per customer is a hole."""
    return render_template(
        f"survey/{shown.kind}.html",
        survey=questionnaire.survey,
        wave=questionnaire.wave,
        page=shown,
        pages=len(book),
        page_of=book.page_of,
        sheet=sheet,
        sources=Source,
        outcomes=PromiseOutcome,
        questionnaire=questionnaire if isinstance(sheet, FormValues) else None,
        **more,
    )


def _open(questionnaire: Questionnaire) -> list[str]:
    """Aspects that still need an answer before this can be sent."""
    return [field for field in missing(questionnaire.survey, questionnaire.response) if field != CONSENT]


class _Facts(Mapping[str, str]):
    """Facts of the deal and addresses of the form, each worked out only where a page names it."""

    def __init__(self, questionnaire: Questionnaire, shown: Page, preset: Mapping[str, str]) -> None:
        self._known: dict[str, Callable[[], str]] = {
            "here": lambda: _here(questionnaire, shown, preset),
            "receipt": receipt,
            "product": lambda: questionnaire.product,
            "seller": lambda: questionnaire.seller,
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


def receipt() -> str:
    """The address of the receipt of this link."""
    return f"{_form()}/receipt"


def _link_to(questionnaire: Questionnaire, number: int, preset: Mapping[str, str]) -> str:
    """The address of one page of this form, in the language that is being read."""
    spoken = language()
    known = questionnaire.response.language or questionnaire.language
    words = {} if spoken == known else {"language": spoken}
    return f"{_form()}?{urlencode({**preset, 'page': number, **words})}"


def leads_to(
    questionnaire: Questionnaire, said: Mapping[str, str], preset: Mapping[str, str] = _NOTHING
) -> str:
    """The address to which the pressed button leads: the next page, the one before, or the question of `go`."""
    book = booklet(questionnaire)
    if field := said.get("go"):
        return f"{_link_to(questionnaire, book.page_of(field).number, preset)}#q-{quote(field)}"
    page, action = said.get("page", ""), said.get("action", "save")
    at = int(page) if page.isascii() and page.isdigit() else len(book)
    to = at if action in LANGUAGES else at - 1 if action == "back" else at + 1
    return _link_to(questionnaire, book.page(to).number, preset)


def is_script() -> bool:
    """Whether our own script asks: it saves single choices and wants no page back."""
    return request.headers.get("Accept") == "application/json"


def _here(questionnaire: Questionnaire, shown: Page, preset: Mapping[str, str]) -> str:
    """Where the form posts to: it carries on what was chosen in a mail, and that sent answers are changed."""
    carried = {**preset, **({"page": str(shown.number)} if questionnaire.submitted else {})}
    return f"{_form()}?{urlencode(carried)}" if carried else _form()


def _form() -> str:
    # Both routes of the form have one address, and this is it: building it anew costs as much as filling the page.
    return request.script_root + request.path


def needed(questionnaire: Questionnaire, field: str) -> str:
    """What is missing, by the name that the customer knows it by."""
    if field == CONSENT:
        return say("Choose who may see your answers.")
    return say("{aspect}: choose an answer.", aspect=names(questionnaire.survey)[field][language()])


def names(survey: Survey) -> dict[str, Text]:
    """The short name of everything that gets a number."""
    return {aspect.id: aspect.name for aspect in survey.aspects} | {
        item.id: item.name for item in survey.overall
    }
