"""Bounces are fetched over IMAP from a server that proves its name; what is none of ours stays unread."""

import mailbox
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from instruments.certificates import as_server, self_signed
from instruments.imap_server import ImapServer
from kloof.domain.errors import BadSettings, Refused
from kloof.mail import mailboxes
from kloof.mail.mailboxes import from_imap, from_maildir, from_pipe
from kloof.mail.parts import MOST_BYTES

pytestmark = pytest.mark.slow

MAILS = {
    1: b"Subject: one\r\n\r\nFirst\r\n",
    2: b"Subject: two\r\n\r\nSecond\r\n",
    3: b"Subject: three\r\n\r\nThird\r\n",
}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer(dict(MAILS)) as server:
        server.seen = {3}
        yield server


def test_unseen_mail_is_read_and_only_what_was_dealt_with_is_marked(server: ImapServer) -> None:
    texts = []
    for mail in from_imap(server.url()):
        texts.append(mail.raw)
        if b"one" in mail.raw:
            mail.dealt_with()
    assert texts == [MAILS[1], MAILS[2]]
    assert (server.seen, server.flagged) == ({1, 3}, set())


def test_what_was_set_aside_is_flagged_and_not_read_again(server: ImapServer) -> None:
    for mail in from_imap(server.url()):
        mail.set_aside()
    assert list(from_imap(server.url())) == []
    assert (server.seen, server.flagged) == ({3}, {1, 2})


def test_of_a_mail_of_any_size_no_more_is_fetched_than_is_looked_at(server: ImapServer) -> None:
    server.mails = {1: b"x" * (3 * MOST_BYTES)}
    [mail] = from_imap(server.url())
    assert len(mail.raw) == MOST_BYTES + 1


def test_a_wrong_password_is_said_with_where_to_mend_it(server: ImapServer) -> None:
    with pytest.raises(Refused, match="Check host, user and password in KLOOF_BOUNCES_URL") as refused:
        list(from_imap(server.url("desk:wrong")))
    assert "wrong" not in str(refused.value)


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 AUTH=PLAIN", "IMAP4rev1 LOGINDISABLED AUTH=PLAIN"])
def test_a_password_with_letters_of_any_script_opens_the_mailbox(capabilities: str) -> None:
    with ImapServer(MAILS, user="büro", password="péss€ 密码", capabilities=capabilities) as server:
        login = "b%C3%BCro:p%C3%A9ss%E2%82%AC%20%E5%AF%86%E7%A0%81"
        assert len(list(from_imap(server.url(login)))) == 3


def test_where_no_such_password_can_be_said_that_is_said(server: ImapServer) -> None:
    server.capabilities = "IMAP4rev1"
    with pytest.raises(Refused, match="letters such as é"):
        list(from_imap(server.url("desk:p%C3%A9ss")))


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("INBOX", "INBOX"),
        ("Onbestelbare%20mail", "Onbestelbare mail"),
        ("Gel%C3%B6schte", "Gel&APY-schte"),
        ("Sales%20%26%20More", "Sales &- More"),
        ("%E5%8F%B0%E5%8C%97", "&U,BTFw-"),
        ("~peter/mail/%E5%8F%B0%E5%8C%97/%E6%97%A5%E6%9C%AC%E8%AA%9E", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("%F0%9F%93%AE", "&2D3c7g-"),
        ("say%20%22hi%22", r"say \"hi\""),
    ],
)
def test_a_folder_is_found_by_its_name_in_any_script(server: ImapServer, typed: str, sent: str) -> None:
    """The names with Chinese and Japanese are the example of RFC 3501, 5.1.3."""
    server.folder = sent
    assert len(list(from_imap(server.url(folder=typed)))) == 2


def test_a_folder_that_is_not_there_is_named(server: ImapServer) -> None:
    with pytest.raises(Refused, match="has no folder 'Gone'"):
        list(from_imap(server.url(folder="Gone")))


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_no_password_goes_to_a_server_whose_certificate_does_not_hold(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(mailboxes, "is_this_machine", lambda _: False)
    context = as_server(certificate)
    with ImapServer(MAILS, **{"tls" if scheme == "imaps" else "starttls": context}) as server:
        with pytest.raises(Refused, match="has a certificate that does not hold"):
            list(from_imap(server.url(scheme=scheme)))
        assert not any(line.startswith(("LOGIN", "AUTHENTICATE")) for line in server.heard)


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_the_companys_own_authority_is_trusted_once_it_is_named(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(mailboxes, "is_this_machine", lambda _: False)
    context = as_server(certificate)
    with ImapServer(MAILS, **{"tls" if scheme == "imaps" else "starttls": context}) as server:
        assert len(list(from_imap(server.url(scheme=scheme), certificate))) == 3


def test_a_certificate_of_another_name_does_not_hold(tmp_path: Path) -> None:
    other = self_signed(tmp_path, "DNS:mail.example")
    with ImapServer(MAILS, tls=as_server(other)) as server:
        with pytest.raises(Refused, match="has a certificate that does not hold"):
            list(from_imap(server.url(scheme="imaps"), other))
        assert server.heard == []


def test_a_server_elsewhere_without_tls_gets_no_password(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "is_this_machine", lambda _: False)
    with pytest.raises(Refused, match="could not be read"):
        list(from_imap(server.url()))
    assert not any(line.startswith(("LOGIN", "AUTHENTICATE")) for line in server.heard)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_is_none_is_said_with_its_setting(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(BadSettings, match=r"mail\.ca_file"):
        list(from_imap("imaps://desk:pass@127.0.0.1:1/INBOX", file))


def test_nobody_listening_is_said() -> None:
    with pytest.raises(Refused, match="could not be read"):
        list(from_imap("imap://desk:pass@127.0.0.1:1/INBOX"))


@pytest.mark.parametrize("url", ["", "https://mail.example", "imaps://mail.example"])
def test_what_is_no_mailbox_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BadSettings, match="imaps://user:password@host/INBOX"):
        list(from_imap(url))


def test_a_maildir_keeps_the_flags_and_the_bytes_of_its_mails(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    for text in MAILS.values():
        box.add(text)
    first, second, third = from_maildir(tmp_path / "box")
    first.dealt_with()
    second.set_aside()
    assert [mail.raw for mail in from_maildir(tmp_path / "box")] == [third.raw]
    flags = {
        box.get_bytes(key): box.get_message(key).get_flags()
        for key in mailbox.Maildir(tmp_path / "box").iterkeys()
    }
    assert flags == {first.raw: "S", second.raw: "F", third.raw: ""}


def test_of_a_piped_mail_the_rest_is_read_and_dropped() -> None:
    stream = BytesIO(b"x" * (5 * MOST_BYTES))
    [mail] = from_pipe(stream)
    assert (len(mail.raw), stream.read(), mail.stays) == (MOST_BYTES + 1, b"", False)
