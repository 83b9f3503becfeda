"""The texts of the mails: ours from letters.yaml, over them those in je, over them what a company says in texts.yaml.

Every text of ours stands in both languages, or nothing starts; a company's own is checked before it is used.
"""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

from kloof.domain.errors import BadSettings
from kloof.domain.mailing.company_texts import Texts, TextsSource
from kloof.domain.surveys.paths import Place
from kloof.domain.text import LANGUAGES, Language, Text

FILE: Final = "texts.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _joined(body: Any) -> Any:
    """Paragraphs as one text, a line each."""
    if not isinstance(body, list):
        return body
    return {language: "\n".join(one[language].strip() for one in body) for language in LANGUAGES}


class MailText(_Part):
    """What one kind of mail says. `reason`: why somebody gets it, where that is not that we ask a customer something.

    `counts`: what stands before each number that it lists; `choices`: what its question can be answered with, each a
    button of its own in place of the one; `way_out`: how it is stopped, where that is not by opt-out.
    """

    subject: Text
    body: Text
    button: Text
    reason: Text | None = None
    way_out: Text | None = None
    counts: dict[str, Text] = {}
    choices: dict[str, Text] = {}

    _paragraphs_are_lines = field_validator("body", mode="before")(_joined)

    def paragraphs(self, language: Language) -> list[str]:
        """The body, paragraph by paragraph: each line of it is one, and an empty line is none."""
        return [line.strip() for line in self.body[language].splitlines() if line.strip()]


class FirstQuestion(_Part):
    """What stands around the first question's scale."""

    start: Text
    not_saved: Text


class Paragraph(_Part):
    """A body with a heading."""

    heading: Text
    body: Text


class OnPaper(_Part):
    """What only a printed letter says."""

    first: MailText
    second: MailText
    scan: Text
    type_it: Text
    reason: Text
    way_out: Text
    contact: Text
    reference: Text


class MailTexts(_Part):
    """All texts of all mails and letters."""

    greeting: Text
    regards: Text
    first_question: FirstQuestion
    who_sees: Paragraph
    reason: Text
    way_out: Text
    last_one: Text
    invitation_sale: MailText
    invitation_delivery: MailText
    reminder_sale: MailText
    reminder_delivery: MailText
    passed_on_sale: MailText
    passed_on_delivery: MailText
    findings: MailText
    sign_in: MailText
    handover: MailText
    call: MailText
    call_due: MailText
    call_overdue: MailText
    solved: MailText
    weekly: MailText
    test: MailText
    on_paper: OnPaper

    def named(self, name: str) -> MailText:
        """The text that a kind of mail names."""
        found: MailText = getattr(self, name)
        return found


@cache
def mail_texts(address: str = "u") -> MailTexts:
    """The texts as they ship with kloof; customers are spoken to with u, or with `je`."""
    return MailTexts.model_validate(_nested(shipped(address)))


@cache
def shipped(address: str = "u") -> Texts:
    """The same by place."""
    ours = dict(_places(_read("letters.yaml"), ()))
    if address == "je":
        for place, words in _places(_read("letters_je.yaml"), ()):
            ours[place] = {**ours[place], **words}
    return ours


def company_texts(folder: Path) -> MailTexts:
    """The texts of the company in this folder. Raises BadSettings where its texts.yaml cannot be used."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return mail_texts()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings([f"{FILE}:1:1: this file cannot be read: {error}"]) from None
    return overlaid(text)


def overlaid(text: str) -> MailTexts:
    """Our texts with those of this file over them. Raises BadSettings with all that is wrong in it."""
    address = TextsSource(text, shipped()).address
    source = TextsSource(text, shipped(address))
    if problems := source.problems(FILE):
        raise BadSettings(problems, remedy="Until then no mail goes out; what is due waits.")
    over = {place: {**shipped(address)[place], **words} for place, words in source.texts.items()}
    return MailTexts.model_validate(_nested({**shipped(address), **over}))


def _read(name: str) -> dict[str, Any]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _places(value: Mapping[str, Any], place: Place) -> list[tuple[Place, dict[str, str]]]:
    found: list[tuple[Place, dict[str, str]]] = []
    for name, held in value.items():
        part = _joined(held)
        is_text = not part.keys() - set(LANGUAGES)
        found += [((*place, name), part)] if is_text else _places(part, (*place, name))
    return found


def _nested(texts: Texts) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for place, words in texts.items():
        part = nested
        for name in place[:-1]:
            part = part.setdefault(str(name), {})
        part[str(place[-1])] = dict(words)
    return deepcopy(nested)
