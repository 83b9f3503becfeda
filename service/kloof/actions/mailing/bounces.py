"""What comes back: a dead address stops, what passes is tried again, a complaint is an opt-out, and what cannot be read
is set aside.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from kloof import storage
from kloof.actions import ledger
from kloof.actions.mailing import opt_out, reach
from kloof.actions.mailing.invite import sending_hours
from kloof.config import Settings
from kloof.domain.mailing.refused import RefusedBy
from kloof.domain.mailing.server_words import About
from kloof.domain.mailing.set_aside import SetAside, WhyAside
from kloof.domain.states import MessageState
from kloof.domain.webhooks.events import EventKind
from kloof.mail.bounces import Bounce, read
from kloof.mail.mailboxes import Arrived
from kloof.storage.mailing import aside, last_worked, refused, review
from kloof.storage.mailing.opt_outs import SentTo
from kloof.storage.mailing.review import SentMail
from kloof.storage.webhooks import outbox as webhooks

UNTIL_NEXT_TRY = timedelta(days=1)
ASIDE = Path("instance") / "set-aside"
"""Where a mail is kept that no mailbox keeps."""
_S = MessageState
_LEFT = frozenset({_S.SENT, _S.HELD})
"""A bounce proves that a held message went out after all."""
_KNOWN_TO_HAVE_LEFT = _LEFT | {_S.BOUNCED, _S.QUEUED, _S.CANCELLED, _S.FAILED}
"""What is final is final whatever became of the message meanwhile; one that never left has no id that anybody knows."""
_COUNTED = {
    About.ADDRESS: "hard",
    About.LATER: "soft",
    About.US: "us",
    About.CONTENT: "content",
    About.COMPLAINT: "complaints",
    About.NOTHING: "other",
}


@dataclass(slots=True)
class BounceReport:
    """What a mailbox held, by what it meant; `aside` counts by why it could not be read."""

    counts: Counter[str] = field(default_factory=Counter)
    aside: Counter[WhyAside] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        counts: dict[str, object] = {name: self.counts[name] for name in _COUNTED.values()}
        return counts | {"aside": self.aside.total()}


def gather(settings: Settings, arrived: Iterable[Arrived], now: datetime) -> BounceReport:
    """Deal with every bounce; what is none of ours is left for a person, and what cannot be read is set aside."""
    harvest = BounceReport()
    for mail in arrived:
        try:
            about = _dealt_with(settings, mail, now)
        except SetAside as unread:
            _put_aside(settings, mail, unread.why, now)
            harvest.aside[unread.why] += 1
        else:
            harvest.counts[_COUNTED[about]] += 1
    with storage.transaction():
        last_worked.note_bounces(now)
    return harvest


def _dealt_with(settings: Settings, mail: Arrived, now: datetime) -> About:
    bounce = read(mail.raw)
    about = take(settings, bounce, now)
    if about is not About.NOTHING:
        mail.dealt_with()
    elif not (mail.stays or (bounce.asks_nothing and bounce.about is About.NOTHING)):
        raise SetAside(WhyAside.NOT_OURS)
    return about


def take(settings: Settings, bounce: Bounce, now: datetime) -> About:
    """Deal with one bounce, in one transaction; About.NOTHING where it is about nothing that we sent."""
    if bounce.about is About.NOTHING or not bounce.message_id:
        return About.NOTHING
    with ledger.noting(settings) as note, storage.transaction():
        mail = review.sent_as(bounce.message_id)
        final = bounce.about in {About.ADDRESS, About.COMPLAINT}
        if mail is None or mail.state not in (_KNOWN_TO_HAVE_LEFT if final else _LEFT | {_S.BOUNCED}):
            return About.NOTHING
        came_back = mail.state in _LEFT
        if came_back and bounce.about is not About.COMPLAINT:
            _note(mail, bounce, now)
        if final or came_back:
            _follow(settings, mail, bounce, now, note)
    return bounce.about


def _note(mail: SentMail, bounce: Bounce, now: datetime) -> None:
    if mail.state is MessageState.HELD:
        review.decide(mail.id, MessageState.SENT, now, "It went out: it came back.")
    review.decide(mail.id, MessageState.BOUNCED, now, bounce.reason)
    webhooks.tell_of_mail(EventKind.INVITATION_BOUNCED, mail.id, now)


def _follow(settings: Settings, mail: SentMail, bounce: Bounce, now: datetime, note: ledger.Note) -> None:
    match bounce.about:
        case About.ADDRESS:
            reach.stop(settings, mail.email, mail.customer, now)
        case About.COMPLAINT:
            opt_out.no_more(settings, SentTo(mail.customer, mail.email, mail.deal), now, note, "complaint")
        case About.LATER if mail.soft_bounces + 1 >= reach.MOST_SOFT_BOUNCES:
            reach.stop(settings, mail.email, mail.customer, now)
        case About.LATER:
            _try_tomorrow(settings, mail, bounce, now)
        case About.US:
            refused.note(RefusedBy.THEIRS, bounce.reason, now)
            if mail.soft_bounces + 1 < reach.MOST_SOFT_BOUNCES:
                _try_tomorrow(settings, mail, bounce, now)


def _try_tomorrow(settings: Settings, mail: SentMail, bounce: Bounce, now: datetime) -> None:
    review.count_soft_bounce(mail.id)
    due_at = sending_hours(settings.mail).next_open(now + UNTIL_NEXT_TRY)
    review.decide(mail.id, MessageState.QUEUED, now, bounce.reason, due_at)


def _put_aside(settings: Settings, mail: Arrived, why: WhyAside, now: datetime) -> None:
    """Keep it where nothing else does, note it, and only then let go of it."""
    digest = sha256(mail.raw).hexdigest()
    file = ""
    if not mail.stays:
        file = f"{digest[:32]}.eml"
        _keep(settings.folder / ASIDE, file, mail.raw)
    with storage.transaction():
        aside.note(digest, why, len(mail.raw), file, now)
    mail.set_aside()


def _keep(folder: Path, name: str, raw: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{name}"
    draft.touch(mode=0o600)
    draft.write_bytes(raw)
    draft.rename(folder / name)


def looked_at(settings: Settings, number: int) -> bool:
    """Somebody has looked at a mail that was set aside: it goes, with its file; False where there is no such mail."""
    with storage.transaction():
        file = aside.forget(number)
    if file:
        (settings.folder / ASIDE / file).unlink(missing_ok=True)
    return file is not None
