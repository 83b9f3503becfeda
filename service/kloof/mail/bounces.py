"""Reading what comes back: which mail it is about, and whether the address is dead, full for now, or only away."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.iterators import typed_subpart_iterator
from email.message import Message
from enum import StrEnum

from flufl.bounce import all_failures


class BounceKind(StrEnum):
    """What a mail that came back means."""

    HARD = "hard"  # the address is dead
    SOFT = "soft"  # given up for a reason that passes: mailbox full, server away for days
    NONE = "none"  # an auto-reply, a notice that somebody is still trying, or something else altogether


@dataclass(frozen=True, slots=True)
class Bounce:
    """`message_id` is the part before the @ of the mail that bounced; empty where it cannot be found."""

    kind: BounceKind
    message_id: str = ""
    reason: str = ""


# VERP: the bounce address, a plus, and the id (see Postbox). Otherwise the mail itself is mostly quoted.
_VERP = re.compile(r"\+([0-9a-f]{32})@")
_QUOTED = re.compile(rb"^Message-ID:\s*<([0-9a-f]{32})@", re.IGNORECASE | re.MULTILINE)
_ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "to", "x-failed-recipients")
_STATUS = re.compile(r"\b([45])\.(\d{1,3})\.(\d{1,3})\b")
_PASSES = {("5", "2", "2"), ("5", "4", "7")}
"""Mailbox full, and delivery time expired: RFC 3463 calls them permanent, and both pass."""


def read(raw: bytes) -> Bounce:
    """What this mail says; anything that is not a bounce of ours is Kind.NONE."""
    mail = message_from_bytes(raw)
    kind, reason = _judged(mail)
    message_id = _message_id(mail, raw)
    return Bounce(kind if message_id else BounceKind.NONE, message_id, reason)


def _judged(mail: Message) -> tuple[BounceKind, str]:
    reports = list(_reports(mail))
    if reports:
        # RFC 3464: the report is for programs, so it is believed before any wording.
        failed = [
            report for report in reports if report.get("action", "").lower().startswith(("fail", "error"))
        ]
        if not failed:
            return BounceKind.NONE, ""
        return _by_status(failed[0])
    try:
        _, permanent = all_failures(mail)
    except Exception:
        # Some detectors stumble over mail that is odd and no bounce, such as one without a sender.
        return BounceKind.NONE, ""
    return (BounceKind.HARD, "The mail came back.") if permanent else (BounceKind.NONE, "")


def _reports(mail: Message) -> list[Message]:
    blocks = []
    for part in typed_subpart_iterator(mail, "message", "delivery-status"):
        payload = part.get_payload()
        inner = payload if isinstance(payload, list) else []
        blocks += [block for block in inner if isinstance(block, Message) and block.get("action")]
    return blocks


def _by_status(report: Message) -> tuple[BounceKind, str]:
    said = " ".join(str(report.get("diagnostic-code", "")).partition(";")[2].split())[:300]
    status = _STATUS.search(str(report.get("status", ""))) or _STATUS.search(said)
    kind = BounceKind.HARD
    if status and (status[1] == "4" or status.groups() in _PASSES):
        kind = BounceKind.SOFT
    return kind, said or (f"Status {status[0]}." if status else "The mail came back.")


def _message_id(mail: Message, raw: bytes) -> str:
    for name in _ENVELOPE:
        for value in mail.get_all(name, []):
            if found := _VERP.search(str(value)):
                return found[1]
    quoted = _QUOTED.search(raw)
    return quoted[1].decode() if quoted else ""
