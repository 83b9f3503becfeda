"""A mail server on this machine that delivers nothing: every mail becomes an .eml file."""

import secrets
from asyncio.base_events import Server
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Pipelining:
    """Says on EHLO that lines may come several at once, as the servers of this world do (RFC 2920)."""

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]


class _Keep(Pipelining):
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        arrived = datetime.now(UTC).strftime("%Y%m%dT%H%M%S-%f")
        name = f"{arrived}-{secrets.token_hex(3)}.eml"
        draft = self.folder / f".{name}"
        draft.write_bytes(envelope.original_content or b"")
        draft.rename(self.folder / name)
        return "250 Kept"


class Catcher:
    """Keeps mails in `folder` while it is open; port 0 chooses a free one."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._controller = OnAnyPort(_Keep(folder), hostname="127.0.0.1", port=port, ident="kloof catcher")

    def __enter__(self) -> "Catcher":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._controller.port)

    @property
    def url(self) -> str:
        """Its address, as KLOOF_SMTP_URL wants it."""
        return f"smtp://127.0.0.1:{self.port}"


class OnAnyPort(Controller):
    """At port 0 the system chooses, and aiosmtpd's check on starting up must ask the port that it chose."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server), "the base class has just started it"  # noqa: S101
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]
