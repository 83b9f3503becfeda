"""Whom a refusal is about: the customer's address, the moment, us, or what the mail says."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kloof.domain.mailing.server_words import About, is_full, meaning, refuses_sender


class SmtpStep(StrEnum):
    """Where in an SMTP conversation a server said no."""

    SIGN_IN = "sign-in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """What a mail server answered (RFC 5321): its code, and its words with the enhanced code in them (RFC 2034)."""

    step: SmtpStep
    code: int
    words: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One recipient's part of a report for programs (RFC 3464).

    `words`: what the server in question said, else what the report says to people.
    """

    action: str
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class FeedbackReport:
    """A report of a mailbox provider about what its customer did with a mail (RFC 5965)."""

    kind: str


@dataclass(frozen=True, slots=True)
class BounceInWords:
    """A bounce without a part for programs: what it says, without the mail that it quotes."""

    words: str


Said = SmtpReply | DeliveryReport | FeedbackReport | BounceInWords

_STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_TEMPORARY, _PERMANENT = 4, 500
_CODE = re.compile(r"(?<![\d.\w-])([45]\d\d)(?=[ -])")
_COMPLAINTS: Final = frozenset({"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"})
"""RFC 5965 with what came before it. `not-spam` (RFC 6430) takes it back; `auth-failure` (RFC 6591) is no complaint."""
_NOT_GIVEN_UP: Final = ("delay", "deliver", "relay", "expand")
_ADDRESS, _LATER, _US, _CONTENT = About.ADDRESS, About.LATER, About.US, About.CONTENT
# RFC 3463, RFC 7372, RFC 7504 and the IANA registry; 5.4.310 and up, 5.7.5xx and up are Microsoft's.
_BY_STATUS: Final[dict[tuple[int, int], About]] = {
    (1, 1): _ADDRESS, (1, 2): _ADDRESS, (1, 3): _ADDRESS, (1, 4): _ADDRESS, (1, 6): _ADDRESS, (1, 10): _ADDRESS,
    (1, 7): _US, (1, 8): _US, (1, 90): _US,
    (2, 1): _ADDRESS, (2, 3): _CONTENT,
    (3, 4): _CONTENT, (3, 6): _US,
    (4, 5): _US, (4, 310): _ADDRESS,
    (7, 0): _CONTENT,
    (7, 1): _CONTENT, (7, 2): _CONTENT, (7, 17): _ADDRESS, (7, 18): _ADDRESS, (7, 133): _CONTENT, (7, 134): _CONTENT,
    (7, 124): _CONTENT, (7, 350): _CONTENT,
}  # fmt: skip
_OURS: Final = frozenset({(1, 7), (1, 8), (7, 20), (7, 23), (7, 25), (7, 26), (7, 27)})
"""Codes that are sent about nobody but us, where the words sound like a dead address: the sender is unknown."""
_OF_THE_HOUSE: Final = frozenset({(7, 124), (7, 133), (7, 134)})
"""Codes of a group that takes mail of colleagues only, where the words sound like us: "authentication required"."""
_FINAL: Final = frozenset({_ADDRESS, _CONTENT})
_BY_SUBJECT: Final = {2: _LATER, 3: _LATER, 4: _LATER, 6: _CONTENT, 7: _US}
_BY_CODE: Final = {
    521: _ADDRESS, 556: _ADDRESS, 551: _ADDRESS, 552: _LATER,
    530: _US, 534: _US, 535: _US, 538: _US, 571: _US,
}  # fmt: skip


def whom(said: Said) -> About:
    """Whom this refusal is about.

    Words outrank codes: real servers send 5.0.0, 5.2.1 or 5.7.1 for almost anything, and are plain in their words.
    Without words that are known, the enhanced status code decides (RFC 3463), then the code of SMTP.
    """
    match said:
        case FeedbackReport():
            return About.COMPLAINT if said.kind.strip().lower() in _COMPLAINTS else About.NOTHING
        case DeliveryReport():
            return _of_report(said)
        case SmtpReply():
            return _of_reply(said)
        case BounceInWords():
            about = _meaning(said.words, said.words) or _by_codes(said.words) or About.NOTHING
            return _for_now(about, said.words)


def takes_a_day(reply: SmtpReply) -> bool:
    """Whether what passes does not pass in minutes: a full mailbox, and what was refused as if for good."""
    status = _STATUS.search(reply.words)
    full = bool(status and status[2] == "2" and status[3] == "2") or is_full(reply.words)
    return full or reply.code >= _PERMANENT


def _of_report(report: DeliveryReport) -> About:
    if report.action.strip().lower().startswith(_NOT_GIVEN_UP):
        return About.NOTHING
    codes = f"{report.words} {report.status}"
    about = (
        _known(report.words, codes)
        or _known(report.status, codes)
        or _by_codes(report.words)
        or _by_codes(report.status)
        or About.LATER
    )
    return _for_now(about, codes)


def _for_now(about: About, words: str) -> About:
    """What a server says with a code of 4 passes, whatever it says, also where the one before it lost patience."""
    code = _CODE.search(words) or _STATUS.search(words)
    passes = bool(code and code[1].startswith("4"))
    return About.LATER if passes and about in _FINAL else about


def _of_reply(reply: SmtpReply) -> About:
    if reply.step is SmtpStep.SIGN_IN:
        return About.US
    about = _known(reply.words, reply.words) or _by_codes(f"{reply.code} {reply.words}")
    if reply.code < _PERMANENT:
        return About.US if about is About.US else About.LATER
    if reply.step is SmtpStep.SENDER and about is not About.LATER:
        return About.US  # nobody else was named yet
    return about or About.CONTENT


def _known(words: str, codes: str) -> About | None:
    """What the words mean, where they mean that something is over: a report and a reply of 5xx never wait."""
    about = _meaning(words, codes)
    return None if about is About.NOTHING else about


def _meaning(words: str, codes: str) -> About | None:
    about = meaning(words)
    if refuses_sender(words) and about not in {About.NOTHING, About.LATER}:
        return _US  # nobody else was named yet
    named = {(int(status[2]), int(status[3])) for status in _STATUS.finditer(codes)}
    if about is _ADDRESS and named & _OURS:
        return _US
    if about is _US and named & _OF_THE_HOUSE:
        return _CONTENT
    return about


def _by_codes(words: str) -> About | None:
    if status := _STATUS.search(words):
        kind, subject, detail = (int(part) for part in status.groups())
        if kind == _TEMPORARY:
            return About.LATER
        if about := _BY_STATUS.get((subject, detail)) or _BY_SUBJECT.get(subject):
            return about
    code = _CODE.search(words)
    return _BY_CODE.get(int(code[1])) if code else None
