"""Another secret key for a database: links that were mailed keep opening, and who wants no mail gets none.

With the former key at hand all of that is carried over. Without it the audit log says who asked for no more mail, of
everybody who is still a customer; of whom was erased only a hash is left, which that key alone recognises.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from kloof import storage
from kloof.actions.access.secret_key import opens_with
from kloof.actions.deals import respelling
from kloof.actions.former_keys import sealed, unsealed
from kloof.actions.mailing.invite import sending_hours
from kloof.actions.webhooks import endpoints as webhooks
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import COMMAND_LINE, AuditAction
from kloof.domain.access.secret_key import check_value
from kloof.domain.errors import Reason, Refused
from kloof.domain.mailing.kinds import REMINDER
from kloof.domain.mailing.suppression import address_hash, customer_hash, former_hash
from kloof.domain.notation import counted
from kloof.storage.access import audit_log, former_keys, former_links, key_check
from kloof.storage.mailing import letters, opt_outs, outbox
from kloof.storage.turns.alone import alone


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What became of everything that rested on the former key.

    `opt_outs`: people who get no more mail and are known under the new key. `erased`: those of whom only a hash under
    the former key is left. `reminded`: customers who are sent a new link. `letters`: printed ones that have to be
    printed again; `codes`: the deals whose letter has a code that opens nothing any more.
    """

    links: int
    opt_outs: int
    erased: int
    reminded: int
    letters: int
    former_is_known: bool
    links_ended: bool
    codes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        return asdict(self)


def replace(
    settings: Settings, former: str | None, now: datetime, *, end_links: bool = False, dry_run: bool = False
) -> Rekeyed:
    """Tie the open database to the key of `settings`, in place of `former`, or of one that is lost (None).

    With `end_links` nothing that was mailed before opens a survey any more. Raises Refused where the database has this
    key already, `former` is not its key, or somebody else has it open.
    """
    refuse_what_is_no_former_key(settings, former)
    if not dry_run:
        storage.migrate()
        respelling.settle(settings.model_copy(update={"secret_key": former or settings.secret_key}), now)
    elif waiting := storage.pending():
        raise Refused(
            Reason.DATABASE_BEHIND,
            f"The database does not have {counted(len(waiting), 'migration')} yet, and this would bring them along.",
            remedy="Without --dry-run it does both.",
        )
    # Not a part of a transaction: SQLite would count that as a change of its file.
    with storage.taken_back() if dry_run else alone():
        return _replace(settings, former, now, end_links=end_links)


def recognise(settings: Settings, former: str, now: datetime, *, dry_run: bool = False) -> Rekeyed:
    """A key that was lost is found again: whom it alone recognises is known from now on. Raises Refused where it never
    was a key of this database.
    """
    value = check_value(former)
    with storage.taken_back() if dry_run else storage.transaction():
        if not former_keys.is_lost(value):
            raise _not_the_former()
        former_keys.keep(value, sealed(settings.secret_key, former), now)
        carried = opt_outs.carry_over(value, _hashes(former, settings.secret_key))
        audit_log.write(COMMAND_LINE, AuditAction.KEY_REPLACED, now, detail="found again")
        return Rekeyed(0, carried, opt_outs.count_aside(), 0, 0, True, False)


def has_it(settings: Settings) -> bool:
    """Whether the open database knows the key of these settings as its own."""
    return key_check.noted() == check_value(settings.secret_key)


def refuse_what_is_no_former_key(settings: Settings, former: str | None) -> None:
    """Raises Refused where the open database has the key of `settings` already, or another key than `former`."""
    if has_it(settings):
        raise Refused(
            Reason.KEY_UNFIT,
            "This database has this key already.",
            remedy="Put another one in KLOOF_SECRET_KEY, or move instance/secret_key away: then a new one is made.",
        )
    if former is not None and not opens_with(former):
        raise _not_the_former()


def _replace(settings: Settings, former: str | None, now: datetime, *, end_links: bool) -> Rekeyed:
    value = key_check.noted() or check_value(former or "")
    _seal_anew(settings.secret_key, former)
    webhooks.seal_anew(settings.secret_key, former)
    former_keys.keep(value, sealed(settings.secret_key, former) if former else "", now)
    links = _relink(settings.secret_key)
    opt_outs.set_aside(value)
    known = (
        opt_outs.carry_over(value, _hashes(former, settings.secret_key))
        if former
        else _recall(settings.secret_key, now)
    )
    aside = opt_outs.count_aside()
    reminded, on_paper = _tell(settings, now) if end_links else (0, 0)
    if end_links:
        former_links.end()
        letters.end_codes()
    former_keys.tie(check_value(settings.secret_key), now)
    detail = f"{'former key at hand' if former else 'former key lost'}{', links ended' if end_links else ''}"
    audit_log.write(COMMAND_LINE, AuditAction.KEY_REPLACED, now, detail=detail)
    erased = aside if former else max(0, aside - known)
    codes = tuple(letter.deal_id for letter in letters.without_code(now))
    return Rekeyed(links, known, erased, reminded, on_paper, former is not None, end_links, codes)


def _relink(key: str) -> int:
    """Every link is made with this key from now on; gives how many there are."""
    count = 0
    for purpose, links in former_links.every():
        former_links.note(
            [
                (one.fingerprint, tokens.fingerprint(tokens.token(key, purpose, bytes(one.salt))))
                for one in links
            ]
        )
        count += len(links)
    former_links.replace()
    return count


def _hashes(former: str, key: str) -> Iterator[tuple[str, str]]:
    """Under which hash each customer may be noted: the former one, and the present one."""
    for one in former_keys.customers():
        yield customer_hash(former, one.id), customer_hash(key, one.id)
        if one.email:
            yield address_hash(former, one.email), address_hash(key, one.email)
            if spelled := former_hash(former, one.email):
                yield spelled, address_hash(key, one.email)


def _recall(key: str, now: datetime) -> int:
    """Note who wants no more mail from what is known without the former key; gives how many."""
    asked, stopped = former_keys.who_asked(), former_keys.who_stopped()
    noted = 0
    for one in former_keys.customers():
        if one.id in asked:
            known_as = customer_hash(key, one.id)
            opt_outs.remember(known_as, opt_outs.ALSO if one.email else opt_outs.ASKED, now)
            if one.email:
                opt_outs.ask(address_hash(key, one.email), now)
        elif one.id in stopped and one.email:
            opt_outs.remember(address_hash(key, one.email), opt_outs.BOUNCED, now)
        else:
            continue
        noted += 1
    return noted


def _tell(settings: Settings, now: datetime) -> tuple[int, int]:
    """Who holds a link that ends gets a reminder with the new one; gives how many, and how many letters held one."""
    configured = len(settings.mail.reminders_after_days)
    due_at = sending_hours(settings.mail).next_open(now)
    waiting = former_keys.unanswered(now)
    by_mail = [one for one in waiting if not one.by_letter]
    for one in by_mail:
        ordinal = max(one.reminded, configured) + 1
        outbox.queue(now, REMINDER, due_at, ordinal, invitation=one.invitation)
    return len(by_mail), len(waiting) - len(by_mail)


def _seal_anew(key: str, former: str | None) -> None:
    """Keys of still before open with the former one, and have to with this one; without it they are lost too."""
    for one in former_keys.sealed():
        former_keys.seal_anew(one, sealed(key, unsealed(former, one)) if former else "")


def _not_the_former() -> Refused:
    return Refused(
        Reason.KEY_UNFIT,
        "What was given as the former key never was the key of this database.",
        remedy="Look for it in a backup. If it is lost: kloof db rekey --lost",
    )
