"""What an edit of a deal does to its mail: told by how what waits stands before and after."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that waits, and where it would go now. `to` is empty for a letter."""

    id: int
    deal_id: str
    kind: str
    ordinal: int
    wave: Wave
    to: str
    language: Language
    seller: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that a customer was mailed and that takes answers."""

    deal_id: str
    wave: Wave
    fingerprint: str


@dataclass(frozen=True, slots=True)
class MailStanding:
    """All mail that waits about some deals, and the links of theirs that are open."""

    waiting: tuple[WaitingMail, ...]
    links: tuple[OpenLink, ...]


class MailEffectKind(StrEnum):
    """What becomes of a mail, or of a link."""

    GOES_TO = "goes_to"
    BY_LETTER = "by_letter"
    ANEW = "anew"
    IN_LANGUAGE = "in_language"
    NAMES_SELLER = "names_seller"
    LINK_CLOSES = "link_closes"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class MailEffect:
    """One thing that an edit does. `mail` is what it does it to, as it stands afterwards; None for a link."""

    kind: MailEffectKind
    deal_id: str
    wave: Wave
    mail: WaitingMail | None = None


def mail_effects(before: MailStanding, after: MailStanding) -> tuple[MailEffect, ...]:
    """What is different afterwards, deal by deal."""
    effects = [*_of_mails(before.waiting, after.waiting), *_of_links(before.links, after.links)]
    return tuple(sorted(effects, key=lambda effect: (effect.deal_id, effect.wave != Wave.SALE)))


def _of_mails(before: Iterable[WaitingMail], after: Iterable[WaitingMail]) -> Iterator[MailEffect]:
    were, are = {mail.id: mail for mail in before}, {mail.id: mail for mail in after}
    again = {(mail.deal_id, mail.wave, mail.kind) for mail in are.values()}
    for number, was in were.items():
        if number not in are and (was.deal_id, was.wave, was.kind) not in again:
            yield MailEffect(MailEffectKind.NOT_SENT, was.deal_id, was.wave, was)
    for number, mail in are.items():
        yield from (
            MailEffect(kind, mail.deal_id, mail.wave, mail) for kind in _changes(were.get(number), mail)
        )


def _changes(was: WaitingMail | None, mail: WaitingMail) -> Iterator[MailEffectKind]:
    if was is None:
        yield MailEffectKind.ANEW
        return
    if was.to != mail.to:
        yield MailEffectKind.GOES_TO if mail.to else MailEffectKind.BY_LETTER
    if was.language != mail.language:
        yield MailEffectKind.IN_LANGUAGE
    if was.seller != mail.seller:
        yield MailEffectKind.NAMES_SELLER


def _of_links(before: Iterable[OpenLink], after: Iterable[OpenLink]) -> Iterator[MailEffect]:
    open_still = {link.fingerprint for link in after}
    for link in before:
        if link.fingerprint not in open_still:
            yield MailEffect(MailEffectKind.LINK_CLOSES, link.deal_id, link.wave)
