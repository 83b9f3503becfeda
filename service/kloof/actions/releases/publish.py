"""Publishing: the closed blocks become the next release, certified against every release before it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kloof import __version__, storage
from kloof.actions.mailing.invite import sending_hours
from kloof.actions.releases import freeze, gate, shared
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.errors import Reason, Refused
from kloof.domain.jobs.steps import JobStep, Tell, untold
from kloof.domain.webhooks.events import EventKind, Happened
from kloof.storage.access import audit_log
from kloof.storage.mailing import findings_requests
from kloof.storage.releases import releases
from kloof.storage.webhooks import outbox as webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kloof.domain.releases.cells import Draft
    from kloof.domain.releases.certificate.certify import History, Publishable
    from kloof.domain.releases.document import ReleaseDocument
    from kloof.domain.releases.practice_tables import Part
    from kloof.publish.release_files import Published, Staged

ROUND = timedelta(days=28)
"""After so long without a release a publish counts as a round of waiting all the same: nothing waits for ever."""
TRIES = 5
"""How often a release is made anew because answers in it were taken back meanwhile."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What publishing did. `document` is the new release, None where nothing is new; `dropped`: cells left out.

    `told`: how many customers asked to be told, and get a mail.
    """

    document: ReleaseDocument | None
    folder: Path | None = None
    dropped: tuple[str, ...] = ()
    told: int = 0


def publish(
    settings: Settings,
    now: datetime,
    *,
    dry_run: bool = False,
    seed: int | None = None,
    by: Actor = COMMAND_LINE,
    agreed: Callable[[ReleaseDocument], None] = lambda document: None,
    tell: Tell = untold,
) -> PublishResult:
    """Write the next release where blocks closed or were retired since the last; otherwise write nothing.

    agreed: called with it in the transaction that records it; what it raises keeps it from coming out.
    Raises Refused where the certificate does not hold, an earlier release is missing or was changed, the database
    and the release files do not belong together, or the clock went back. Then nothing was written.
    """
    # numpy takes a while to load; whoever imports this for another action should not wait for it.
    from kloof.publish import release_files

    folder = settings.releases_folder
    with nullcontext() if dry_run else storage.one_release_at_a_time():
        # Another publish may have recorded its release, and not yet put it in place.
        finish(settings, dry_run=dry_run)
        freeze.refuse_if_clock_went_back(now)
        earlier = release_files.read_releases(folder)
        gate.refuse_unless_together(earlier)
        if dry_run:
            made = _made(settings, now, earlier, seed)
            return PublishResult(made and made.publishable.document, None, made.dropped if made else ())
        for _ in range(TRIES):
            if published := _published(settings, now, earlier, seed, by, agreed, tell):
                return published
    raise Refused(
        Reason.NOT_CERTIFIED,
        f"No release is published: {TRIES} times answers were taken back while it was made.",
        remedy="Run this again.",
    )


def _published(
    settings: Settings,
    now: datetime,
    earlier: Sequence[Published],
    seed: int | None,
    by: Actor,
    agreed: Callable[[ReleaseDocument], None],
    tell: Tell,
) -> PublishResult | None:
    """The next release in place, or that nothing is new; None where answers in it were taken back meanwhile."""
    from kloof.publish import release_files

    made = _made(settings, now, earlier, seed, tell)
    if made is None:
        with storage.transaction():
            _hold_round(now)
        return PublishResult(None)
    folder = settings.releases_folder
    tell(JobStep.WRITE)
    release_files.clear_staging(folder)
    staged = release_files.write_release(made.publishable, folder)
    try:
        told = _record(settings, staged, made, now, by, agreed)
    except Refused:
        release_files.clear_staging(folder)
        raise
    if told is None:
        release_files.clear_staging(folder)
        return None
    staged.put_in_place()
    place = release_files.release_folder(folder, staged.number)
    return PublishResult(made.publishable.document, place, made.dropped, told)


def made(settings: Settings, now: datetime, seed: int, tell: Tell = untold) -> Made | None:
    """The next release as it would come out now, and nothing written; None where nothing is new.

    With the same seed it comes out the same. Raises Refused as `publish` does.
    """
    from kloof.publish import release_files

    with storage.one_release_at_a_time():
        finish(settings)
        freeze.refuse_if_clock_went_back(now)
        earlier = release_files.read_releases(settings.releases_folder)
        gate.refuse_unless_together(earlier)
        return _made(settings, now, earlier, seed, tell)


def last_document(settings: Settings) -> ReleaseDocument | None:
    """The release that came out last; None before the first of this engine. Raises Refused where it was changed."""
    from kloof.domain.releases.format_1 import of_this_format
    from kloof.publish import release_files

    last = release_files.newest_release(settings.releases_folder)
    return next(iter(of_this_format((last,))), None) if last else None


class Made(NamedTuple):
    """A release that may go out, the parts of practice tables that it adds, and the names of what was left out."""

    publishable: Publishable
    added: tuple[Part, ...]
    dropped: tuple[str, ...]


def _made(
    settings: Settings,
    now: datetime,
    earlier: Sequence[Published],
    seed: int | None,
    tell: Tell = untold,
) -> Made | None:
    """The next release, while others write; None where nothing is new. Raises Refused where it may not go out."""
    from kloof.domain.releases.certificate.certify import with_arm_spreads
    from kloof.domain.releases.practice_tables import spreads_of
    from kloof.storage.releases import pair_reading, practice_parts

    tell(JobStep.READ)
    with storage.snapshot():
        draft, history = _draft(settings, now, earlier)
        if not _is_new(draft, earlier):
            return None
        placed = pair_reading.every_pair(queued=False).placed
        divided = [*practice_parts.divided(placed)]
        sold = practice_parts.sold(divided, history.parts)
    tell(JobStep.CERTIFY)
    publishable, added, dropped = gate.certified(draft, history, freeze.thresholds(settings), divided, seed)
    parts, asked = (*history.parts, *added), [one.pairs for one in divided]
    told = with_arm_spreads(publishable, spreads_of(asked, parts, *sold))
    tell(JobStep.ATTACK)
    return Made(gate.attacked(told, history, placed, parts), added, dropped)


def _record(
    settings: Settings,
    staged: Staged,
    made: Made,
    now: datetime,
    by: Actor,
    agreed: Callable[[ReleaseDocument], None],
) -> int | None:
    """Remember this release as published, and give how many get a mail; None where a block of it is retired by now."""
    from kloof.storage.releases import freezing, practice_parts

    with storage.transaction():
        if freezing.live_numbers() != [block.id for block in made.publishable.document.blocks]:
            return None
        agreed(made.publishable.document)
        releases.record(staged.number, staged.sha256, now)
        shared.keep_release(staged)
        audit_log.write(by, AuditAction.PUBLISHED, now, detail=f"release {staged.number}")
        webhooks.tell([Happened(EventKind.RELEASE_PUBLISHED, {"number": staged.number})], now)
        asked = findings_requests.who_asked() if settings.customers_read_findings else []
        if asked:
            findings_requests.tell(asked, staged.number, _when_to_tell(settings, now), now)
        findings_requests.settle()
        practice_parts.add(made.added, staged.number)
    return len(asked)


def _when_to_tell(settings: Settings, now: datetime) -> datetime:
    """The next sending day: by then the company has built the site and put it online."""
    hours = sending_hours(settings.mail)
    return hours.first_open(hours.day_of(now) + timedelta(days=1))


def finish(settings: Settings, *, dry_run: bool = False) -> None:
    """Put in place a release that was recorded and written, but not yet in place when the machine stopped.

    With a dry run raises Refused instead: the files would change.
    """
    from kloof.publish import release_files

    storage.ensure_connected()
    if not dry_run:
        shared.bring_releases(settings)
    for last in releases.recorded()[-1:]:
        left = release_files.staged(settings.releases_folder, last.number, last.sha256)
        if left is None:
            continue
        if dry_run:
            raise Refused(
                Reason.RELEASES_AHEAD,
                f"Release {last.number} is written and not yet in place.",
                remedy="Run kloof publish without --dry-run: it puts that release in place first.",
            )
        left.put_in_place()


def _draft(settings: Settings, now: datetime, earlier: Sequence[Published]) -> tuple[Draft, History]:
    from kloof.domain.releases import cell_keys
    from kloof.domain.releases import cells as tables
    from kloof.domain.releases.certificate.certify import History
    from kloof.domain.releases.format_1 import of_this_format
    from kloof.storage.releases import freezing, practice_parts, spreads

    blocks = freezing.live_blocks()
    used = releases.used_surveys()
    documents = of_this_format(tuple(published.document for published in earlier))
    header = tables.Header(
        number=len(earlier) + 1,
        published_on=settings.today(now),
        company=settings.company.name,
        kloof=__version__,
        previous=earlier[-1].as_previous if earlier else None,
    )
    cells = tables.cells(blocks, used, header, documents)
    arms = tables.arm_cells(blocks, used, header, documents[-1] if documents else None)
    response = releases.response_counts({(cell.key, cell_keys.key_of(cell)): cell.n for cell in cells})
    shown = {cell.key for cell in (*cells, *arms)}
    draft = tables.Draft(
        header=header,
        surveys=tuple(used[key] for key in sorted(shown, key=str)),
        blocks=tuple(block.size for block in blocks),
        cells=cells,
        withheld=cell_keys.withheld(response, cells),
        response=response,
        arms=arms,
        spreads=tuple(spread for spread in spreads.standing() if spread.key in shown),
    )
    by_number = {block.number: block for block in blocks}
    return draft, History(
        members=freezing.membership(),
        blocks=by_number,
        releases=documents,
        every_part=practice_parts.membership(),
        parts=practice_parts.standing(),
    )


def _is_new(draft: Draft, earlier: Sequence[Published]) -> bool:
    before = earlier[-1].document.blocks if earlier else ()
    return {block.id for block in draft.blocks} != {block.id for block in before}


def _hold_round(now: datetime) -> None:
    last = releases.last_round()
    if last is None or now - last >= ROUND:
        releases.hold_round(now)
