"""What is wrong with an installation, and what to do about it. Looking leaves everything as it was."""

import shlex
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial

from kloof import storage
from kloof.actions import health, ledger, private_files
from kloof.actions.clock import refuse_if_jumped
from kloof.actions.company_files import agreed
from kloof.actions.doctor.diagnosis import Diagnosis, fix, looked, mend_unless, ok, warn
from kloof.actions.doctor.machine import of_front, of_machine, of_server
from kloof.actions.hosts import joining
from kloof.actions.mailing import company_texts
from kloof.actions.mailing.trial import proofs_of_the_way_out
from kloof.actions.releases.gate import refuse_unless_together
from kloof.actions.releases.site import finish_left_over
from kloof.actions.staff import accounts
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings
from kloof.domain.errors import KloofError
from kloof.domain.hosts import GONE
from kloof.domain.mailing.refused import RefusedBy
from kloof.domain.notation import counted
from kloof.publish.release_files import Published, has_left_over, read_releases, refuse_strays
from kloof.storage import soundness
from kloof.storage.mailing import aside, last_worked, outbox, pauses, refused

# https://sqlite.org/releaselog/3_51_3.html: the WAL-reset bug, present since 3.7.0.
SAFE_SQLITE = (3, 51, 3)
MOST_DOMAINS = 10

_Releases = tuple[Published, ...] | KloofError


def _way_out(settings: Settings) -> Iterator[Diagnosis]:
    for proof in proofs_of_the_way_out(settings):
        yield mend_unless(proof.well, proof.what)


def examine(settings: Settings, now: datetime) -> list[Diagnosis]:
    """Every diagnosis, in the order in which one would mend them."""
    published = _published(settings)
    rooms = {
        "Settings": _settings,
        "Front": of_front,
        "Machine": of_machine,
        "Files": _files,
        "Mail": _way_out,
        "Surveys": _surveys,
        "Texts": _texts,
    }
    found = [one for room, look in rooms.items() for one in looked(room, partial(look, settings))]
    found += looked("Releases", lambda: _releases(settings, published))
    found += looked("Database", lambda: _database(settings, now, published))
    return found


def wrong_settings(settings: Settings) -> list[Diagnosis]:
    """What the settings alone tell that somebody should mend; nothing is asked or opened."""
    return [found for found in _settings(settings) if not found.well]


def wrong_at_length(settings: Settings) -> tuple[list[str], list[str]]:
    """What is wrong with published releases, and with all else that takes long to look at or has a server asked; the
    database is open already. What a page can ask for itself at any time is not among it.
    """
    finish_left_over(settings)
    published = _published(settings)
    # Without a sender `wrong_settings` says so.
    way_out = _way_out(settings) if settings.mail_from else ()
    machine = [*of_machine(settings), *_files(settings)]
    others = [*machine, *way_out, *_surveys(settings), *_texts(settings), *_soundness(settings)]
    return _wrong([*_releases(settings, published), *_together(published)]), _wrong(others)


def _wrong(found: Iterable[Diagnosis]) -> list[str]:
    return [one.what for one in found if not one.well]


def _settings(settings: Settings) -> Iterator[Diagnosis]:
    yield ok(f"Settings: kloof.toml of {settings.company.name} can be used.")
    if not settings.base_url.startswith("https://") and not settings.links_lead_here:
        yield fix("KLOOF_BASE_URL does not start with https://: links in mails would travel in the open.")
    if not settings.mail_from:
        yield fix("KLOOF_MAIL_FROM is not set: no mail can be sent. Set it to feedback@your-company.nl.")
    if settings.works_council_consent is None:
        yield ok("The salespeople's view is off until works_council_consent stands in kloof.toml.")
    kept = [name for name, months in settings.retention if months is None]
    if kept:
        yield warn(
            f"Privacy: without {', '.join(kept)} under [retention] in kloof.toml those are kept without end. Say after "
            "how many months each is forgotten: kloof retention --dry-run counts."
        )


def _files(settings: Settings) -> Iterator[Diagnosis]:
    opened = private_files.open_to_others(settings)
    if opened:
        more = f" and {len(opened) - 1} more" if len(opened) > 1 else ""
        instance = settings.folder / "instance"
        roots = {instance if place.is_relative_to(instance) else place for place in opened}
        close = " ".join(shlex.quote(str(place)) for place in sorted(roots))
        yield fix(
            f"Files: others on this machine may read {opened[0]}{more}. Type, as their owner: chmod -R go= {close}",
        )
    if not ledger.is_writable(settings):
        yield fix(
            f"Files: {ledger.path_of(settings)} cannot be written. What customers take back is carried out, but an "
            "older backup would bring it back. Let the user of kloof write there.",
        )


def _surveys(settings: Settings) -> Iterator[Diagnosis]:
    try:
        offered = load_surveys(settings.surveys_folder)
    except KloofError as refusal:
        yield fix(f"Surveys: {refusal}")
    else:
        yield mend_unless(
            bool(offered), f"Surveys: {', '.join(sorted(offered)) or 'none; add a file to surveys/'}."
        )


def _texts(settings: Settings) -> Iterator[Diagnosis]:
    for problem in company_texts.problems(settings):
        yield fix(f"Texts: {problem}. Until then no mail goes out.")


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
        yield fix(f"Releases: {refusal}")
    else:
        yield ok(f"Releases: {len(published)}, and every file is as it was published.")
    if has_left_over(settings.releases_folder):
        yield warn(
            "Releases: one was written and is not in place. If it was recorded, kloof site build puts it there; if "
            "not, the next kloof publish clears it away."
        )


def _database(settings: Settings, now: datetime, published: _Releases) -> Iterator[Diagnosis]:
    if storage.is_absent(settings.database_url):
        health.refuse_new_in_place_of_lost(settings)
    with storage.looking(settings.database_url):
        yield from _answering(settings, now, published)


def _answering(settings: Settings, now: datetime, published: _Releases) -> Iterator[Diagnosis]:
    engine, version = storage.engine()
    yield ok(f"Database: {engine} {'.'.join(map(str, version))} answers.")
    if engine == "SQLite" and version < SAFE_SQLITE:
        advice = (
            "Very rarely it can damage a file at a checkpoint: keep backups, or use SQLite 3.51.3 or newer."
        )
        yield warn(f"Database: this SQLite has a known fault in WAL mode. {advice}")
    yield from of_server()
    _refuse_unless_sound(settings)
    yield from _fitting(settings, now, published)


def _refuse_unless_sound(settings: Settings) -> None:
    soundness.refuse_unless_whole()
    soundness.refuse_unless_writable()
    health.refuse_unless_it_fits(settings)


def _soundness(settings: Settings) -> Iterator[Diagnosis]:
    try:
        yield from of_server()
        _refuse_unless_sound(settings)
    except KloofError as refusal:
        yield fix(f"Database: {refusal}")


def _fitting(settings: Settings, now: datetime, published: _Releases) -> Iterator[Diagnosis]:
    yield from _mail(settings, now)
    yield from _worker(settings, now)
    yield from _clock(settings, now)
    yield from _together(published)
    yield from _accounts(settings)
    yield from _hosts(settings, now)


def _mail(settings: Settings, now: datetime) -> Iterator[Diagnosis]:
    oldest, paused = outbox.oldest_due(now), pauses.current()
    if paused is not None:
        by = f" by {paused.by}" if paused.by else ""
        yield mend_unless(
            not paused.is_long(now),
            f"Mail: sending is paused since {paused.since.isoformat()}{by}. The desk resumes it, or: "
            "kloof outbox resume",
        )
    elif oldest is not None and now - oldest > timedelta(minutes=settings.mail.late_after_minutes):
        yield fix(f"Mail: due since {oldest.isoformat()} and not sent. Is kloof worker running?")
    for one in refused.standing(now):
        yield fix(f"Mail: {_REFUSED[one.by].format(since=one.since.isoformat(), words=one.words)}")
    if waiting := aside.count():
        yield warn(
            f"Mail: {counted(waiting, 'mail')} that came back set aside. The desk says why, and clears this list.",
        )


_REFUSED = {
    RefusedBy.OUR_SERVER: "the mail server refuses us since {since}, so nothing goes out ({words}). Ask whoever looks "
    "after it; kloof worker goes on by itself once it takes mail again.",
    RefusedBy.THEIRS: "servers of customers refuse us since {since} ({words}). Look at SPF, DKIM and DMARC with kloof "
    "mail test, and at block lists; or ask whoever looks after the mail server.",
}


def _worker(settings: Settings, now: datetime) -> Iterator[Diagnosis]:
    worked = last_worked.noted()
    if worked is None:
        yield warn(
            "Worker: none ever worked here, so nothing is sent and nothing closes. Start one: kloof worker"
        )
    elif now - worked.seen > timedelta(minutes=settings.mail.late_after_minutes):
        yield fix(
            f"Worker: none was seen since {worked.seen.isoformat()}: nothing is sent, and nothing closes. Look why, "
            "and start it: systemctl status kloof-worker"
        )
    else:
        yield ok("Worker: it works.")


def _clock(settings: Settings, now: datetime) -> Iterator[Diagnosis]:
    try:
        refuse_if_jumped(settings, now)
    except KloofError as refusal:
        yield fix(f"Clock: {refusal}")


def _together(published: _Releases) -> Iterator[Diagnosis]:
    if isinstance(published, KloofError):  # said already
        return
    try:
        refuse_unless_together(published)
    except KloofError as refusal:
        yield fix(f"Releases: {refusal}")


def _hosts(settings: Settings, now: datetime) -> Iterator[Diagnosis]:
    if (names := agreed.edited_by_hand(settings)) and len(joining.compared(settings)) > 1:
        yield fix(
            f"Files: {joining.in_words(names)}: edited by hand on this host, and not as the desk saved it for every "
            "host. Is this here the right one? kloof hosts accept. If not, move it away."
        )
    for one, names in joining.compared(settings):
        said = f"Host {one.name}, kloof {one.version}"
        if one.seen_at is None:
            yield ok(f"{said}: stopped.")
        elif now - one.seen_at >= GONE:
            yield fix(
                f"{said}: last seen at {one.seen_at.isoformat()}. Start it again; if it is gone for good: "
                f"kloof hosts forget {one.name}"
            )
        elif names or one.superseded:
            what = joining.in_words(names) if names else "it runs with what counts no more"
            yield fix(
                f"{said}: not as here: {what}. Make them the same, and restart kloof there: kloof hosts list"
            )
        else:
            yield ok(f"{said}: works, with the same settings and surveys.")


def _accounts(settings: Settings) -> Iterator[Diagnosis]:
    shared = accounts.shared_domains(settings)
    if not shared:
        return
    found = ", ".join(f"{one.customers} at {one.domain}" for one in shared[:MOST_DOMAINS])
    more = f", and as many at {len(shared) - MOST_DOMAINS} others" if len(shared) > MOST_DOMAINS else ""
    yield fix(
        f"Accounts: customers without an account share a mail domain: {found}{more}. Where that is one organisation, "
        "fill the column account of the deals file and import the deals again; where it is a provider for everybody, "
        "add it to mail_providers under [deals] in kloof.toml.",
    )
