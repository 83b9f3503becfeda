"""What is wrong with an installation, and what to do about it.

Looking leaves everything as it was, but for a release that was recorded and not yet in place: that is put there.
"""

import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from kloof import storage
from kloof.actions import health, private_files
from kloof.actions.clock import refuse_if_jumped
from kloof.actions.mailing import company_texts
from kloof.actions.mailing.trial import proofs_of_the_way_out
from kloof.actions.releases.publish import refuse_unless_together
from kloof.actions.releases.site import finish_left_over
from kloof.actions.staff import accounts
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings
from kloof.domain.errors import KloofError
from kloof.domain.mailing.refused import RefusedBy
from kloof.publish.release_files import Published, read_releases, refuse_strays
from kloof.storage import soundness
from kloof.storage.mailing import aside, outbox, pauses, refused

# https://sqlite.org/releaselog/3_51_3.html: the WAL-reset bug, present since 3.7.0.
SAFE_SQLITE = (3, 51, 3)
MOST_DOMAINS = 10

_Releases = tuple[Published, ...] | KloofError


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at; `what` says how it is and, where not well, what to do."""

    well: bool
    what: str

    def as_dict(self) -> dict[str, object]:
        """Plain values for --json."""
        return asdict(self)


def _way_out(settings: Settings) -> Iterator[Diagnosis]:
    for proof in proofs_of_the_way_out(settings):
        yield Diagnosis(proof.well, proof.what)


def examine(settings: Settings, now: datetime) -> list[Diagnosis]:
    """Every diagnosis, in the order in which one would mend them."""
    finish_left_over(settings)
    published = _published(settings)
    return [
        *_settings(settings),
        *_files(settings),
        *_way_out(settings),
        *_surveys(settings),
        *_texts(settings),
        *_releases(settings, published),
        *_database(settings, now, published),
    ]


def wrong_settings(settings: Settings) -> list[Diagnosis]:
    """What the settings alone tell that somebody should mend; nothing is asked or opened."""
    return [found for found in _settings(settings) if not found.well]


def _settings(settings: Settings) -> Iterator[Diagnosis]:
    yield Diagnosis(True, f"Settings: kloof.toml of {settings.company.name} can be used.")
    if not settings.base_url.startswith("https://") and not settings.links_lead_here:
        yield Diagnosis(
            False, "KLOOF_BASE_URL does not start with https://: links in mails would travel in the open."
        )
    if not settings.mail_from:
        yield Diagnosis(
            False, "KLOOF_MAIL_FROM is not set: no mail can be sent. Set it to feedback@your-company.nl."
        )
    if settings.works_council_consent is None:
        yield Diagnosis(
            True, "The salespeople's view is off until works_council_consent stands in kloof.toml."
        )


def _files(settings: Settings) -> Iterator[Diagnosis]:
    opened = private_files.open_to_others(settings)
    if opened:
        more = f" and {len(opened) - 1} more" if len(opened) > 1 else ""
        instance = settings.folder / "instance"
        roots = {instance if place.is_relative_to(instance) else place for place in opened}
        close = " ".join(shlex.quote(str(place)) for place in sorted(roots))
        yield Diagnosis(
            False,
            f"Files: others on this machine may read {opened[0]}{more}. Type, as their owner: chmod -R go= {close}",
        )


def _surveys(settings: Settings) -> Iterator[Diagnosis]:
    try:
        offered = load_surveys(settings.surveys_folder)
    except KloofError as refusal:
        yield Diagnosis(False, f"Surveys: {refusal}")
    else:
        yield Diagnosis(
            bool(offered), f"Surveys: {', '.join(sorted(offered)) or 'none; add a file to surveys/'}."
        )


def _texts(settings: Settings) -> Iterator[Diagnosis]:
    for problem in company_texts.problems(settings):
        yield Diagnosis(False, f"Texts: {problem}. Until then no mail goes out.")


def _published(settings: Settings) -> _Releases:
    """What was published, read once since every file of it is hashed; or why it cannot be read."""
    try:
        return read_releases(settings.releases_folder)
    except KloofError as refusal:
        return refusal


def _releases(settings: Settings, published: _Releases) -> Iterator[Diagnosis]:
    try:
        if isinstance(published, KloofError):
            raise published
        refuse_strays(settings.releases_folder)
    except KloofError as refusal:
        yield Diagnosis(False, f"Releases: {refusal}")
    else:
        yield Diagnosis(True, f"Releases: {len(published)}, and every file is as it was published.")


def _database(settings: Settings, now: datetime, published: _Releases) -> Iterator[Diagnosis]:
    try:
        if storage.is_absent(settings.database_url):
            health.refuse_new_in_place_of_lost(settings)
        with storage.looking(settings.database_url):
            yield from _answering(settings, now, published)
    except Exception as error:
        refusal = error if isinstance(error, KloofError) else storage.explained(error)
        if refusal is None:
            raise
        yield Diagnosis(False, f"Database: {refusal}")


def _answering(settings: Settings, now: datetime, published: _Releases) -> Iterator[Diagnosis]:
    engine, version = storage.engine()
    yield Diagnosis(True, f"Database: {engine} {'.'.join(map(str, version))} answers.")
    if engine == "SQLite" and version < SAFE_SQLITE:
        advice = (
            "Very rarely it can damage a file at a checkpoint: keep backups, or use SQLite 3.51.3 or newer."
        )
        yield Diagnosis(True, f"Database: this SQLite has a known fault in WAL mode. {advice}")
    soundness.refuse_unless_whole()
    soundness.refuse_unless_writable()
    health.refuse_unless_it_fits(settings)
    yield from _fitting(settings, now, published)


def _fitting(settings: Settings, now: datetime, published: _Releases) -> Iterator[Diagnosis]:
    yield from _mail(settings, now)
    yield from _clock(settings, now)
    yield from _together(published)
    yield from _accounts(settings)


def _mail(settings: Settings, now: datetime) -> Iterator[Diagnosis]:
    oldest, paused = outbox.oldest_due(now), pauses.current()
    if paused is not None:
        by = f" by {paused.by}" if paused.by else ""
        yield Diagnosis(
            not paused.is_long(now),
            f"Mail: sending is paused since {paused.since.isoformat()}{by}. The desk resumes it, or: "
            "kloof outbox resume",
        )
    elif oldest is not None and now - oldest > timedelta(minutes=settings.mail.late_after_minutes):
        yield Diagnosis(False, f"Mail: due since {oldest.isoformat()} and not sent. Is kloof worker running?")
    for one in refused.standing(now):
        yield Diagnosis(
            False, f"Mail: {_REFUSED[one.by].format(since=one.since.isoformat(), words=one.words)}"
        )
    if waiting := aside.count():
        yield Diagnosis(
            True,
            f"Mail: {waiting} mails that came back were set aside. The desk says why, and takes them off.",
        )


_REFUSED = {
    RefusedBy.OUR_SERVER: "the mail server refuses us since {since}, so nothing goes out ({words}). Ask whoever looks "
    "after it; kloof worker goes on by itself once it takes mail again.",
    RefusedBy.THEIRS: "servers of customers refuse us since {since} ({words}). Look at SPF, DKIM and DMARC with kloof "
    "mail test, and at block lists; or ask whoever looks after the mail server.",
}


def _clock(settings: Settings, now: datetime) -> Iterator[Diagnosis]:
    try:
        refuse_if_jumped(settings, now)
    except KloofError as refusal:
        yield Diagnosis(False, f"Clock: {refusal}")


def _together(published: _Releases) -> Iterator[Diagnosis]:
    if isinstance(published, KloofError):  # said already
        return
    try:
        refuse_unless_together(published)
    except KloofError as refusal:
        yield Diagnosis(False, f"Releases: {refusal}")


def _accounts(settings: Settings) -> Iterator[Diagnosis]:
    shared = accounts.shared_domains(settings)
    if not shared:
        return
    found = ", ".join(f"{one.customers} at {one.domain}" for one in shared[:MOST_DOMAINS])
    more = f", and as many at {len(shared) - MOST_DOMAINS} others" if len(shared) > MOST_DOMAINS else ""
    yield Diagnosis(
        False,
        f"Accounts: customers without an account share a mail domain: {found}{more}. Where that is one organisation, "
        "fill the column account of the deals file and import the deals again; where it is a provider for everybody, "
        "add it to mail_providers under [deals] in kloof.toml.",
    )
