"""Bounces are fetched over IMAP, and what is none of ours stays unread."""

import re
import socketserver
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from kloof.domain.errors import BadSettings, Refused
from kloof.mail.mailboxes import from_imap

MAILS = {
    1: b"Subject: one\r\n\r\nFirst\r\n",
    2: b"Subject: two\r\n\r\nSecond\r\n",
    3: b"Subject: three\r\n\r\nThird\r\n",
}


class Imap(socketserver.StreamRequestHandler):
    """As much of an IMAP server (RFC 9051) as reading a mailbox takes."""

    seen: ClassVar[set[int]] = set()

    def handle(self) -> None:
        self.say("* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            if not self.answered(tag, command):
                return

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def answered(self, tag: str, command: str) -> bool:
        if command.startswith("LOGIN") and command != 'LOGIN desk@warmtehuis.example "a pass"':
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] wrong")
            return True
        if command.startswith("CAPABILITY"):
            self.say("* CAPABILITY IMAP4rev1")
        elif command.startswith("SELECT"):
            self.say(f"* {len(MAILS)} EXISTS")
        elif command == "UID SEARCH UNSEEN":
            self.say("* SEARCH " + " ".join(str(uid) for uid in MAILS if uid not in self.seen))
        elif fetched := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]\)", command):
            uid = int(fetched[1])
            self.wfile.write(
                b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (uid, uid, len(MAILS[uid])) + MAILS[uid] + b")\r\n"
            )
        elif stored := re.match(r"UID STORE (\d+) \+FLAGS \(\\Seen\)", command):
            self.seen.add(int(stored[1]))
        self.say(f"{tag} OK done")
        return command != "LOGOUT"


@pytest.fixture
def server() -> Iterator[str]:
    Imap.seen = {3}
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap) as imap:
        thread = threading.Thread(target=imap.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{imap.server_address[1]}/INBOX"
        imap.shutdown()
        thread.join()


def test_unseen_mail_is_read_and_only_what_was_dealt_with_is_marked(server: str) -> None:
    texts = []
    for raw, dealt_with in from_imap(f"imap://desk%40warmtehuis.example:a%20pass@{server}"):
        texts.append(raw)
        if b"one" in raw:
            dealt_with()
    assert texts == [MAILS[1], MAILS[2]]
    assert Imap.seen == {1, 3}


def test_a_wrong_password_is_said_with_where_to_mend_it(server: str) -> None:
    with pytest.raises(Refused, match="Check host, user and password in KLOOF_BOUNCES_URL"):
        list(from_imap(f"imap://desk:wrong@{server}"))


def test_nobody_listening_is_said() -> None:
    with pytest.raises(Refused, match="could not be read"):
        list(from_imap("imap://desk:pass@127.0.0.1:1/INBOX"))


@pytest.mark.parametrize("url", ["", "https://mail.example", "imaps://mail.example"])
def test_what_is_no_mailbox_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BadSettings, match="imaps://user:password@host/INBOX"):
        list(from_imap(url))
