"""A real SMTP server on this machine that misbehaves as it is told, and remembers what it accepted."""

import asyncio
import random
from collections.abc import Callable
from email import message_from_bytes
from enum import Enum, auto
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from kloof.mail.catcher import OnAnyPort, Pipelining

STALL = 30.0


class Mood(Enum):
    """What the server does with the next message."""

    FINE = auto()
    REFUSE = auto()
    REFUSE_FOR_NOW = auto()
    REFUSE_THE_TEXT = auto()
    REFUSE_THE_TEXT_FOR_NOW = auto()
    CLOSING = auto()
    DROP_BEFORE_TEXT = auto()
    KEEP_AND_DROP = auto()
    LOSE_AND_DROP = auto()
    STALL_BEFORE_TEXT = auto()
    KEEP_AND_STALL = auto()
    NONSENSE = auto()


ANSWERS = {
    Mood.REFUSE: "550 5.1.1 No such user here",
    Mood.REFUSE_FOR_NOW: "451 4.7.1 Greylisted, come back later",
    Mood.CLOSING: "421 4.3.2 Shutting down",
    Mood.REFUSE_THE_TEXT: "554 5.6.0 This looks like spam",
    Mood.REFUSE_THE_TEXT_FOR_NOW: "452 4.3.1 No room",
    Mood.NONSENSE: "150 Whatever",
}


class BadServer:
    """Accepts mail between `start` and `stop`; `mood` is asked for every message."""

    def __init__(
        self, mood: Callable[[], Mood] = lambda: Mood.FINE, *, pipelining: bool = True, **more: Any
    ) -> None:
        self.mood = mood
        self.accepted: list[str] = []
        self.seen: list[bytes] = []
        self.senders: list[str] = []
        handler = _InOneGo(self) if pipelining else self
        self._controller = OnAnyPort(handler, hostname="127.0.0.1", port=0, **more)

    def __enter__(self) -> "BadServer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return self._controller.port

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        mood = envelope.mood = self.mood()  # type: ignore[attr-defined]
        if mood in {Mood.REFUSE, Mood.REFUSE_FOR_NOW, Mood.CLOSING}:
            return ANSWERS[mood]
        if mood is Mood.DROP_BEFORE_TEXT:
            return _drop(server)
        if mood is Mood.STALL_BEFORE_TEXT:
            await asyncio.sleep(STALL)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mood: Mood = envelope.mood  # type: ignore[attr-defined]
        if mood in ANSWERS:
            return ANSWERS[mood]
        if mood is Mood.LOSE_AND_DROP:
            return _drop(server)
        text = envelope.original_content or b""
        self.seen.append(text)
        self.senders.append(envelope.mail_from or "")
        self.accepted.append(message_from_bytes(text)["Message-ID"])
        if mood is Mood.KEEP_AND_DROP:
            return _drop(server)
        if mood is Mood.KEEP_AND_STALL:
            await asyncio.sleep(STALL)
        return "250 2.0.0 Kept"


class RefusingServer(BadServer):
    """Says no at one step, `mail`, `rcpt` or `text`, in these words, until `refusing` is off."""

    def __init__(self, step: str, reply: str, **more: Any) -> None:
        super().__init__(pipelining=False, **more)
        self.step, self.reply, self.refusing = step, reply, True
        self.asked = 0

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked += 1
        if self._refuses("mail"):
            return self.reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._refuses("rcpt"):
            return self.reply
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._refuses("text"):
            return self.reply
        return await super().handle_DATA(server, session, envelope)

    def _refuses(self, step: str) -> bool:
        return self.refusing and self.step == step


class _InOneGo(Pipelining):
    """The same server, which also takes several lines at once."""

    def __init__(self, server: BadServer) -> None:
        self.handle_RCPT = server.handle_RCPT
        self.handle_DATA = server.handle_DATA


def _drop(server: SMTP) -> str:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    return "250 nobody hears this"


def moody(seed: int, share: float = 0.3) -> Callable[[], Mood]:
    """Fine most of the time, and something else for `share` of the messages."""
    chance = random.Random(seed)
    others = [mood for mood in Mood if mood is not Mood.FINE]
    return lambda: chance.choice(others) if chance.random() < share else Mood.FINE
