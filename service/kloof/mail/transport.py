"""The ways out: SMTP, a folder of .eml files, and memory. An error says itself whether to try again."""

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kloof.domain.errors import BadSettings, KloofError, Reason
from kloof.domain.mailing.server_words import About

if TYPE_CHECKING:
    import ssl


class Fate(StrEnum):
    """What may happen to a message after an error: the error carries the decision."""

    RETRY = "retry"  # certainly not accepted, and worth another try
    TOMORROW = "tomorrow"  # certainly not accepted, for a reason that takes a day to pass
    STOP = "stop"  # refused for good
    UNKNOWN = "unknown"  # it may have arrived: a person decides


class TransportError(KloofError):
    """A message was not handed over. `about`: whom the server refused, if it refused anybody.

    `of_server`: it was about the server, or about whoever sends, and not about this message.
    """

    def __init__(
        self,
        what: str,
        fate: Fate,
        *,
        of_server: bool = False,
        about: About = About.NOTHING,
        remedy: str = "",
    ) -> None:
        self.fate = fate
        self.about = about
        self.of_server = of_server or about is About.US
        super().__init__(Reason.MAIL_NOT_TAKEN, what, remedy=remedy)


def nothing() -> None:
    """What there is to do meanwhile, when there is nothing."""


def trusted(ca_file: Path | None) -> "ssl.SSLContext":
    """A context that checks certificate and host name; raises BadSettings where `ca_file` holds no certificate."""
    import ssl  # only for a process that talks with a server

    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # ssl.SSLError is one
            why = error.strerror or "this is no certificate"
            raise BadSettings(
                [f"kloof.toml: mail.ca_file: {ca_file} cannot be used ({why})."],
                remedy="Name a file with the certificate of your own authority in PEM.",
            ) from None
    return context


class Transport(Protocol):
    """A way out."""

    @property
    def travels_in_the_open(self) -> bool:
        """Whether mail can be read on this way by who stands beside it; raises TransportError."""

    def send(self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing) -> str:
        """Hand one message over and give the answer in words; raises TransportError.

        `meanwhile` is done at most once, while the other side thinks about its answer.
        """

    def close(self) -> None:
        """End the conversation; sending again opens a new one."""


class Folder:
    """Every mail becomes an .eml file, complete as soon as it has its name."""

    travels_in_the_open = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._count = 0

    def send(self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing) -> str:
        self._count += 1
        name = f"{os.getpid()}-{self._count:06}.eml"
        draft = self.folder / f".{name}"
        try:
            draft.write_bytes(data)
            draft.rename(self.folder / name)
        except OSError as error:
            raise TransportError(f"{self.folder}: {error.strerror}.", Fate.RETRY, of_server=True) from None
        return f"Written to {name}."

    def close(self) -> None:
        """There is nothing to end."""


class Memory:
    """Keeps what was sent, for tests."""

    travels_in_the_open = False

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, bytes]] = []

    def send(self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing) -> str:
        self.sent.append((sender, recipient, data))
        return "Kept in memory."

    def close(self) -> None:
        """There is nothing to end."""
