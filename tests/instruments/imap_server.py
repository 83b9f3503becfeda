"""As much of an IMAP server (RFC 9051) as reading a mailbox takes, on this machine, in the open or over TLS."""

import re
import socket
import socketserver
import ssl
import threading
from base64 import b64decode
from typing import Any


class ImapServer:
    """Holds mails by their number. `heard` is every line that a client said, in the order in which they came."""

    def __init__(
        self,
        mails: dict[int, bytes],
        *,
        user: str = "desk@warmtehuis.example",
        password: str = "a pass",  # noqa: S107
        folder: str = "INBOX",
        capabilities: str = "IMAP4rev1 AUTH=PLAIN",
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        self.mails, self.user, self.password, self.folder = mails, user, password, folder
        self.capabilities = capabilities + (" STARTTLS" if starttls else "")
        self.tls, self.starttls = tls, starttls
        self.seen: set[int] = set()
        self.flagged: set[int] = set()
        self.heard: list[str] = []
        self._server = _Listening(("127.0.0.1", 0), _Talk)
        self._server.imap = self

    def __enter__(self) -> "ImapServer":
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(
        self, login: str = "desk%40warmtehuis.example:a%20pass", folder: str = "INBOX", scheme: str = "imap"
    ) -> str:
        return f"{scheme}://{login}@127.0.0.1:{self.port}/{folder}"


class _Listening(socketserver.ThreadingTCPServer):
    imap: ImapServer
    block_on_close = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust us hangs up in the middle: that is what is tried here."""


class _Talk(socketserver.StreamRequestHandler):
    def setup(self) -> None:
        self.imap: ImapServer = self.server.imap  # type: ignore[attr-defined]
        self.raw: socket.socket = self.request
        if self.imap.tls:
            self._encrypt(self.imap.tls)
        super().setup()

    def _encrypt(self, context: ssl.SSLContext) -> None:
        self.request = context.wrap_socket(self.request, server_side=True)

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline():  # anew for each, since it is another after STARTTLS
            tag, _, command = line.decode().strip().partition(" ")
            self.imap.heard.append(command)
            if not self.answered(tag, command):
                return

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def answered(self, tag: str, command: str) -> bool:
        verb = command.partition(" ")[0]
        if verb == "STARTTLS" and self.imap.starttls:
            self.say(f"{tag} OK begin")
            self._encrypt(self.imap.starttls)
            super().setup()
            return True
        good = getattr(self, f"on_{verb.lower()}", lambda _: True)(command)
        self.say(f"{tag} OK done" if good else f"{tag} NO [AUTHENTICATIONFAILED] no")
        return verb != "LOGOUT"

    def on_capability(self, _: str) -> bool:
        self.say(f"* CAPABILITY {self.imap.capabilities}")
        return True

    def on_login(self, command: str) -> bool:
        return command == f'LOGIN {self.imap.user} "{self.imap.password}"'

    def on_authenticate(self, command: str) -> bool:
        self.say("+ ")
        secret = b64decode(self.rfile.readline()).decode()
        return secret == f"\0{self.imap.user}\0{self.imap.password}"

    def on_select(self, command: str) -> bool:
        self.say(f"* {len(self.imap.mails)} EXISTS")
        return command == f'SELECT "{self.imap.folder}"'

    def on_uid(self, command: str) -> bool:
        imap = self.imap
        if command == "UID SEARCH UNSEEN UNFLAGGED":
            left = [uid for uid in imap.mails if uid not in imap.seen | imap.flagged]
            self.say("* SEARCH " + " ".join(map(str, left)))
        elif fetched := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
            uid = int(fetched[1])
            part = imap.mails[uid][: int(fetched[2])]
            self.wfile.write(
                b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n" % (uid, uid, len(part)) + part + b")\r\n"
            )
        elif stored := re.fullmatch(r"UID STORE (\d+) \+FLAGS \(\\(Seen|Flagged)\)", command):
            (imap.seen if stored[2] == "Seen" else imap.flagged).add(int(stored[1]))
        else:
            return False
        return True
