"""What the company does about its findings: kept by the desk, and put beside the releases for the site."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from kloof import storage
from kloof.actions.staff import published
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.errors import KloofError, NotFound, Reason, Refused
from kloof.domain.findings.company_actions import ActionOutcome, CompanyAction, CompanyGroup, outcomes
from kloof.domain.releases.document import PublishedSurvey, ReleaseDocument
from kloof.domain.releases.format_1 import of_this_format
from kloof.domain.spelling import spelled, written
from kloof.publish.company_actions import write_actions
from kloof.publish.release_files import newest_version, read_releases
from kloof.storage.access import audit_log
from kloof.storage.releases import company_actions


@dataclass(frozen=True, slots=True)
class ActionChoices:
    """What an action can be about: the surveys of the last release with their aspects, and its groups.

    surveys: the newest version of each. shown: which group has figures in which survey.
    """

    surveys: tuple[PublishedSurvey, ...]
    groups: tuple[CompanyGroup, ...]
    shown: frozenset[tuple[str, CompanyGroup]]


def choices(settings: Settings) -> ActionChoices:
    """What can be chosen now; nothing before the first release."""
    document = published.newest(settings)
    if document is None:
        return ActionChoices((), (), frozenset())
    newest = {one.id: one for one in sorted(document.surveys, key=lambda one: one.version)}
    shown = {(cell.survey, _group(cell)): None for cell in document.cells}
    groups = dict.fromkeys(group for _, group in shown)
    return ActionChoices(tuple(newest.values()), tuple(groups), frozenset(shown))


def listed(settings: Settings) -> tuple[ActionOutcome, ...]:
    """Every action with what the releases say of it, the one that began last first.

    Raises Refused where a release was changed or is missing.
    """
    version = newest_version(settings.releases_folder)
    documents = _documents(settings.releases_folder, version) if version else ()
    return outcomes(company_actions.every(), documents)


@lru_cache(maxsize=1)
def _documents(releases: Path, version: tuple[str, int]) -> Sequence[ReleaseDocument]:
    return of_this_format(tuple(one.document for one in read_releases(releases)))


def find(number: int) -> CompanyAction:
    """The action with this number. Raises NotFound."""
    found = company_actions.find(number)
    if found is None:
        raise NotFound(
            Reason.ACTION_UNKNOWN, f"No action has the number {number}.", remedy="kloof actions list"
        )
    return found


def add(settings: Settings, action: CompanyAction, now: datetime, who: Actor = COMMAND_LINE) -> CompanyAction:
    """Keep a new action; gives it with its number.

    Raises Refused without a title, where the last release has no figures of that aspect and group, and where it ends
    before it begins.
    """
    told = _fit(action)
    _refuse_unless_published(settings, told)
    with storage.transaction():
        kept = company_actions.add(told)
        audit_log.write(who, AuditAction.ACTION_ADDED, now, detail=f"action {kept.id}")
    return kept


def change(
    settings: Settings, action: CompanyAction, now: datetime, who: Actor = COMMAND_LINE
) -> CompanyAction:
    """Keep the action with this number as it is now. Raises NotFound, and Refused as `add` does.

    What it is about may stay although no release shows that any more.
    """
    with storage.transaction():
        before, told = find(action.id), _fit(action)
        if _about(before) != _about(told):
            _refuse_unless_published(settings, told)
        if told != before:
            company_actions.change(told)
            audit_log.write(who, AuditAction.ACTION_CHANGED, now, detail=f"action {told.id}")
    return told


def end(number: int, on: date, now: datetime, who: Actor = COMMAND_LINE) -> CompanyAction:
    """This was its last day. Raises NotFound, and Refused where it had not begun."""
    with storage.transaction():
        told = _fit(find(number).model_copy(update={"ended_on": on}))
        company_actions.change(told)
        audit_log.write(who, AuditAction.ACTION_ENDED, now, detail=f"action {number}")
    return told


def remove(number: int, now: datetime, who: Actor = COMMAND_LINE) -> None:
    """Forget an action that was a mistake. Raises NotFound."""
    with storage.transaction():
        find(number)
        company_actions.remove(number)
        audit_log.write(who, AuditAction.ACTION_REMOVED, now, detail=f"action {number}")


def put_beside_releases(settings: Settings, findings: Path) -> None:
    """Write all of them into `findings`, a folder like site/findings/, where a database is near.

    On a machine that only builds the file stays as it came.
    """
    with suppress(KloofError), storage.looking(settings.database_url):
        if not storage.pending():
            write_actions(findings, company_actions.every())


def _group(cell: object) -> CompanyGroup:
    return CompanyGroup.model_validate(cell, from_attributes=True)


def _about(action: CompanyAction) -> tuple[str, str, CompanyGroup]:
    return action.survey, action.aspect, action.group


def _fit(action: CompanyAction) -> CompanyAction:
    told = action.model_copy(
        update={
            "title": spelled(action.title),
            "what": written(action.what).strip(),
            "owner": spelled(action.owner),
        }
    )
    if not told.title:
        raise Refused(
            Reason.ACTION_UNTITLED, "An action needs a title.", remedy="Say in a few words what is done."
        )
    if told.ended_on is not None and told.ended_on < told.started_on:
        raise Refused(
            Reason.ACTION_ENDS_EARLY,
            f"It would end on {told.ended_on}, before it began on {told.started_on}.",
            remedy="Give a later day.",
        )
    return told


def _refuse_unless_published(settings: Settings, action: CompanyAction) -> None:
    offered = choices(settings)
    aspects = {(survey.id, aspect.id) for survey in offered.surveys for aspect in survey.aspects}
    if (action.survey, action.aspect) in aspects and (action.survey, action.group) in offered.shown:
        return
    raise Refused(
        Reason.GROUP_UNPUBLISHED,
        "The last release has no figures of this aspect for this group.",
        remedy="Choose a survey, an aspect and a group that the last release shows.",
    )
