"""The company's own texts of mails, as they are edited in a browser: over ours, checked, and saved in texts.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kloof import storage
from kloof.actions.company_files import agreed
from kloof.actions.company_files.placing import CompanyFile, PutInPlace, can_be_put, digest_of, held
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.errors import BadSettings
from kloof.domain.mailing.company_texts import ADDRESS, Texts, TextsSource
from kloof.domain.surveys.paths import Place
from kloof.domain.surveys.yaml_edits import edited
from kloof.domain.surveys.yaml_positions import Flaw
from kloof.domain.text import LANGUAGES
from kloof.mail.texts import FILE, shipped
from kloof.storage.access import audit_log

_BEGINS: Final = """\
# What this company says in its mails where it differs from kloof's own texts: only that stands here.
# {names} are filled in when a mail is made. A text that is left out is kloof's own.

"""


@dataclass(frozen=True, slots=True)
class CompanyTexts:
    """texts.yaml as it is now, over our texts: `own` are the company's, `flaws` what is wrong with them."""

    file: CompanyFile
    address: str
    ours: Texts
    own: Texts
    flaws: tuple[Flaw, ...]

    def said(self, place: Place) -> dict[str, str]:
        """What a mail says at this place, in each language."""
        return {**self.ours[place], **self.own.get(place, {})}

    @property
    def is_read(self) -> bool:
        """Whether the file could be read as YAML at all, so that a text can be put into it."""
        return not any(not flaw.place for flaw in self.flaws)


def company_texts(settings: Settings) -> CompanyTexts:
    """The texts as they are. Raises BadSettings where the file cannot be read as a text."""
    agreed.bring(settings)
    try:
        return _read(held(settings.folder / FILE))
    except (OSError, UnicodeDecodeError):
        raise BadSettings(problems(settings)) from None


def problems(settings: Settings) -> list[str]:
    """Everything that is wrong in texts.yaml, as `file:line:column: path: message`; nothing where there is none."""
    try:
        file = held(settings.folder / FILE)
    except (OSError, UnicodeDecodeError) as error:
        return [f"{FILE}:1:1: this file cannot be read: {error}"]
    return TextsSource(file.text, _ours(file.text)).problems(FILE)


def can_save(settings: Settings) -> bool:
    """Whether this process may write texts.yaml, as far as can be told without trying."""
    return can_be_put(settings.folder / FILE)


def changed(texts: CompanyTexts, said: Mapping[Place, Mapping[str, str]], address: str = "") -> CompanyTexts:
    """The texts with these in them. What says the same as ours, or nothing, is left to ours."""
    own = {place: dict(words) for place, words in texts.own.items()}
    for place, words in said.items():
        own[place] = {
            language: kept
            for language in LANGUAGES
            if (
                kept := _kept(
                    place, words[language], own.get(place, {}).get(language), texts.ours[place][language]
                )
            )
        }
    wanted: dict[str, Any] = {ADDRESS: address} if address else {}
    for name in dict.fromkeys(str(place[0]) for place in said):
        wanted[name] = _wanted([place for place in texts.ours if place[0] == name], own, 1)
    text = texts.file.text
    if not text.strip() and any(wanted.values()):
        text = _BEGINS
    return _read(CompanyFile(edited(text, wanted), texts.file.digest))


def save(settings: Settings, texts: CompanyTexts, what: str, now: datetime, by: Actor) -> PutInPlace:
    """Write texts.yaml, where it is still what it was; `what` for the audit log is the name of what was changed."""
    with agreed.changing(settings), storage.transaction():
        path = settings.folder / FILE
        if digest_of(path) == texts.file.digest and held(path).text == texts.file.text:
            return PutInPlace.DONE
        result = agreed.put(settings, path, texts.file.text, texts.file.digest)
        if result is PutInPlace.DONE:
            audit_log.write(by, AuditAction.TEXTS_CHANGED, now, detail=what)
    return result


def _read(file: CompanyFile) -> CompanyTexts:
    ours = _ours(file.text)
    source = TextsSource(file.text, ours)
    return CompanyTexts(file, source.address, ours, source.texts, tuple(source.flaws()))


def _ours(text: str) -> Texts:
    return shipped(TextsSource(text, shipped()).address)


def _lines(words: str) -> list[str]:
    return [line.strip() for line in words.splitlines() if line.strip()]


def _kept(place: Place, words: str, before: str | None, ours: str) -> str | None:
    """What is to stand in the file: as it stood where it says the same, and nothing where ours says it."""
    if before is not None and _lines(before) == _lines(words):
        return before
    if not _lines(words) or _lines(words) == _lines(ours):
        return None
    return "\n\n".join(_lines(words)) if place[-1] == "body" else words.strip()


def _wanted(places: list[Place], own: Texts, depth: int) -> dict[str, Any] | None:
    """The fields of one part of the file; None where nothing of it is the company's own."""
    if len(places) == 1 and len(places[0]) == depth:
        words = own.get(places[0], {})
        return {language: words.get(language) for language in LANGUAGES} if words else None
    names = dict.fromkeys(str(place[depth]) for place in places)
    fields = {
        name: _wanted([place for place in places if place[depth] == name], own, depth + 1) for name in names
    }
    return fields if any(fields.values()) else None
