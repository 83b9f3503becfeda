"""The survey files of the company, as they are edited in a browser: listed with their use, checked, and saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from kloof import scaffold, storage
from kloof.actions.company_files import agreed
from kloof.actions.company_files.placing import NO_FILE, PutInPlace, can_be_put, digest_of, held
from kloof.actions.surveys.files import survey_files
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.errors import BadInput, NotFound, Reason
from kloof.domain.surveys.definition import Survey, SurveyKey
from kloof.domain.surveys.drafts import SurveyDifference, difference
from kloof.domain.surveys.source import SurveySource
from kloof.domain.surveys.yaml_edits import edited
from kloof.domain.surveys.yaml_positions import Flaw
from kloof.storage.access import audit_log
from kloof.storage.surveys import versions
from kloof.storage.surveys.versions import VersionUse

MANY: Final = versions.MOST_COUNTED
_UNREAD: Final = "this file cannot be read, or is not UTF-8 text; save it as UTF-8"
UNREAD_SENTENCES: Final = (_UNREAD,)


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """One file of surveys/ as it is now; `survey` is None while something is wrong with it."""

    name: str
    text: str
    digest: str
    survey: Survey | None
    flaws: tuple[Flaw, ...]
    uses: tuple[VersionUse, ...] = ()

    @property
    def deals(self) -> int:
        """How many deals use one of its versions."""
        return sum(use.deals for use in self.uses)


class SaveResult(StrEnum):
    """What became of a survey that was to be saved."""

    SAVED = "saved"
    WRONG = "wrong"  # something is wrong in it
    CHANGED = "changed"  # the file was changed meanwhile
    TAKEN = "taken"  # a new one has the id, or the file name, of another
    READ_ONLY = "read_only"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of it. `raised_from`: the version that deals go on with, where the change became a new one."""

    result: SaveResult
    survey: Survey | None = None
    text: str = ""
    flaws: tuple[Flaw, ...] = ()
    raised_from: VersionUse | None = None
    difference: SurveyDifference = SurveyDifference.NOTHING


def every_file(settings: Settings) -> tuple[list[SurveyFile], list[VersionUse]]:
    """The survey files by name, each with the recorded versions of its survey; and those that have no file any more."""
    agreed.bring(settings)
    uses = versions.used()
    files = [_opened(path, uses) for path in _paths(settings)]
    here = {use.survey for file in files for use in file.uses}
    return files, [use for use in uses if use.deals and use.survey not in here]


def one_file(settings: Settings, name: str) -> SurveyFile:
    """The survey file of this name; raises NotFound where there is none."""
    agreed.bring(settings)
    return _opened(_path(settings, name), versions.used())


def can_save(settings: Settings) -> bool:
    """Whether this process may write in surveys/, as far as can be told without trying."""
    return can_be_put(settings.surveys_folder / "any.yaml")


def answered_deals() -> dict[tuple[str, int], int]:
    """Of how many deals at least one survey was sent in, by id and version; MANY stands for that many or more."""
    return versions.answered_deals()


def ahead(identifier: str, version: str) -> tuple[VersionUse | None, int]:
    """The use of a version that deals go on with when its file changes, and the version that the change becomes.

    None where no deal uses it: then the version stays.
    """
    own = [use for use in versions.used() if use.survey == identifier]
    in_use = next((use for use in own if str(use.version) == version and use.deals), None)
    return in_use, max((use.version for use in own), default=0) + 1


def starts(settings: Settings) -> dict[str, SurveyFile]:
    """What a new survey can start from, by name: the company's own that are right, and what ships with kloof."""
    own = {file.name: file for file in every_file(settings)[0] if file.survey}
    shipped = {
        f"kloof/{name}": SurveyFile(name, text, NO_FILE, *checked(text, name))
        for name, text in (
            (name, file.read_text(encoding="utf-8")) for name, file in scaffold.surveys().items()
        )
    }
    return own | shipped


def newline_of(settings: Settings, name: str) -> str:
    """How the lines of this file end; of a new one, with a line feed."""
    path = next((path for path in _paths(settings) if path.name == name), None)
    return "\r\n" if path and b"\r\n" in path.read_bytes() else "\n"


def flaws_of_id(settings: Settings, text: str, name: str) -> list[Flaw]:
    """What is wrong with the id of a new survey: how it is written, or that another file has it."""
    source = SurveySource(text, name)
    survey, flaws = source.checked()
    wrong = [flaw for flaw in flaws if flaw.place == ("id",)]
    if survey is None:
        return wrong
    other = _elsewhere(settings, survey, name) or (name if (settings.surveys_folder / name).exists() else "")
    return [source.taken(other)] if other else []


def checked(text: str, name: str) -> tuple[Survey | None, tuple[Flaw, ...]]:
    """The survey in a text, or None and all that is wrong with it."""
    survey, flaws = SurveySource(text, name).checked()
    return survey, tuple(flaws)


def begun(start: str, identifier: str) -> str:
    """The text of a new survey that starts as a copy of another's."""
    return edited(start, {"id": identifier, "version": "1"})


def becomes(survey: Survey, uses: Sequence[VersionUse]) -> tuple[int, VersionUse | None]:
    """The version that this content gets, and the one with other content that deals go on with, if that is why.

    A version that deals use is never given another content: whoever was asked keeps the questions they were asked.
    """
    own = [use for use in uses if use.survey == survey.id]
    same = next((use for use in own if use.version == survey.version), None)
    if same is None or not same.deals or same.fingerprint == survey.fingerprint:
        return survey.version, None
    return max(use.version for use in own) + 1, same


def save(settings: Settings, name: str, text: str, before: str, now: datetime, by: Actor) -> Saved:
    """Write this text to the file of this name, as a new version where deals use the one that it changes.

    `before` is the digest of the file as it was when the editing began; NO_FILE for a new one. Nothing is written
    unless the result is SAVED. Raises NotFound for a name that is neither that of a survey file nor of a new one.
    """
    survey, flaws = checked(text, name)
    if survey is None:
        return Saved(SaveResult.WRONG, text=text, flaws=flaws)
    with agreed.changing(settings), storage.transaction():
        path = _new_path(settings, survey, name) if before == NO_FILE else _path(settings, name)
        uses = versions.used()
        if other := _elsewhere(settings, survey, name):
            return Saved(SaveResult.TAKEN, text=text, flaws=(SurveySource(text, name).taken(other),))
        version, raised_from = becomes(survey, uses)
        if version != survey.version:
            text = edited(text, {"version": str(version)})
            survey = survey.model_copy(update={"version": version})
        if digest_of(path) == before and held(path).text == text:
            return Saved(SaveResult.SAVED, survey, text)
        result = _put(settings, path, text, before)
        if result is not SaveResult.SAVED:
            return Saved(result, survey, text)
        audit_log.write(by, AuditAction.SURVEY_CHANGED, now, detail=str(survey.key))
    old = versions.by_key(SurveyKey(id=survey.id, version=raised_from.version)) if raised_from else survey
    return Saved(result, survey, text, (), raised_from, difference(old, survey))


def with_id(settings: Settings, identifier: str) -> SurveyFile | None:
    """The file with the survey of this id, without its use; None where no file has a right one."""
    files = (_opened(path, ()) for path in _paths(settings))
    return next((file for file in files if file.survey and file.survey.id == identifier), None)


def record(
    settings: Settings, survey: Survey, text: str, before: SurveyFile | None, now: datetime, by: Actor
) -> Saved:
    """Save this survey to the file that had its id `before`, or to a new one, as `save` does."""
    name, digest = (before.name, before.digest) if before else (f"{survey.id}.yaml", NO_FILE)
    return save(settings, name, text, digest, now, by)


def would_become(survey: Survey) -> tuple[int, VersionUse | None]:
    """What `becomes` says, with the versions as they are used now."""
    return becomes(survey, versions.used())


def _put(settings: Settings, path: Path, text: str, before: str) -> SaveResult:
    put_in_place = agreed.put(settings, path, text, before)
    if put_in_place is PutInPlace.CHANGED and before == NO_FILE:
        return SaveResult.TAKEN
    return {
        PutInPlace.DONE: SaveResult.SAVED,
        PutInPlace.CHANGED: SaveResult.CHANGED,
        PutInPlace.READ_ONLY: SaveResult.READ_ONLY,
    }[put_in_place]


def _paths(settings: Settings) -> list[Path]:
    try:
        return survey_files(settings.surveys_folder)
    except BadInput:  # an empty folder is no mistake where one is about to write
        return []


def _path(settings: Settings, name: str) -> Path:
    for path in _paths(settings):
        if path.name == name:
            return path
    raise NotFound(Reason.SURVEY_NOT_HERE, f"There is no survey file {name}.")


def _new_path(settings: Settings, survey: Survey, name: str) -> Path:
    if name != f"{survey.id}.yaml":
        raise NotFound(
            Reason.SURVEY_NOT_HERE, f"A new file with the survey {survey.id} is not called {name}."
        )
    return settings.surveys_folder / name


def _opened(path: Path, uses: Sequence[VersionUse]) -> SurveyFile:
    try:
        file = held(path)
    except (OSError, UnicodeDecodeError):
        _, unread = SurveySource("", path.name).checked()
        return SurveyFile(path.name, "", "unread", None, (unread[0]._replace(place=(), sentence=_UNREAD),))
    source = SurveySource(file.text, path.name)
    survey, flaws = source.checked()
    written = source.value.get("id") if isinstance(source.value, dict) else None
    own = tuple(use for use in uses if use.survey == written)
    return SurveyFile(path.name, file.text, file.digest, survey, tuple(flaws), own)


def _elsewhere(settings: Settings, survey: Survey, name: str) -> str:
    """The name of another file with a survey of this id; empty where none has it."""
    others = (path for path in _paths(settings) if path.name != name)
    return next(
        (path.name for path in others if (of := _opened(path, ())).survey and of.survey.id == survey.id), ""
    )
