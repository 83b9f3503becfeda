"""kloof worker, kloof mail and kloof outbox as they are typed."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cast.bounces import complaint, in_words, report
from cast.selling import line, sell
from instruments.bad_server import BadServer, RefusingServer
from instruments.certificates import as_server, self_signed
from instruments.imap_server import ImapServer
from kloof import storage
from kloof.actions.clock import wall_clock
from kloof.actions.jobs import due
from kloof.cli import main
from kloof.config import load_settings
from kloof.storage.models import Message

pytestmark = pytest.mark.slow

Run = Callable[..., Result]
ASKS = due.ask_what_is_due
TOML = '[company]\nname = "Warmtehuis"\n[mail]\nhours = [0, 24]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nholidays = ""\n'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Types a command in a company's folder in which one deal was sold. No job is due: each takes a process of its own,
    and most of the time of a test about mail.
    """
    monkeypatch.setattr(due, "ask_what_is_due", lambda *_: None)
    (tmp_path / "kloof.toml").write_text(TOML, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in (
        "KLOOF_SMTP_URL",
        "KLOOF_MAIL_FROM",
        "KLOOF_DATABASE_URL",
        "KLOOF_SECRET_KEY",
        "KLOOF_BASE_URL",
    ):
        monkeypatch.delenv(name, raising=False)

    def typed(*words: str, pipe: bytes = b"") -> Result:
        return CliRunner().invoke(main, list(words), input=pipe)

    assert typed("db", "migrate").exit_code == 0
    settings = load_settings(tmp_path, {})
    sell(settings, replace(line(), sold_on=settings.today(wall_clock())), now=wall_clock())
    yield typed
    storage.close_database()


def test_the_worker_sends_what_is_due_and_ends(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "ask_what_is_due", ASKS)
    done = run("worker", "--once")
    told = "1 sent, 0 again, 0 failed, 0 held, 0 withdrawn, 0 later, 1 job done.\n"
    assert (done.exit_code, done.output) == (0, told)
    assert len(list((tmp_path / "instance" / "mail").glob("*.eml"))) == 1
    assert json.loads(run("worker", "--once", "--json").output)["sent"] == 0


def test_a_mail_server_that_is_away_is_said_and_the_exit_status_is_1(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLOOF_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("KLOOF_MAIL_FROM", "feedback@warmtehuis.example")
    done = run("worker", "--once")
    assert done.exit_code == 1
    assert (
        "The mail server 127.0.0.1:1 does not listen there. Check host and port in KLOOF_SMTP_URL."
        in done.stderr
    )
    assert "does not listen there" in run("outbox", "list").output


def test_the_list_says_in_one_look_what_to_do(run: Run) -> None:
    Message.update(state="held", last_reply="The connection broke.").execute()
    shown = run("outbox", "list").output
    assert "1 held" in shown
    assert "kloof outbox resolve --arrived|--again NUMBER" in shown
    assert "invitation sale D-1  customer1@example.com  The connection broke." in shown
    assert json.loads(run("outbox", "list", "--json").output)["messages"][0]["state"] == "held"


def test_held_messages_are_decided(run: Run) -> None:
    Message.update(state="held").execute()
    assert run("outbox", "resolve", "--again", "--all-held").output == "1 messages: again.\n"
    assert Message.get().state == "queued"
    refused = run("outbox", "resolve", "--arrived", "1")
    assert (refused.exit_code, refused.stderr) == (1, "queued cannot become sent.\n")


@pytest.mark.parametrize(
    "words",
    [("outbox", "resolve", "1"), ("outbox", "resolve", "--again"), ("mail", "bounces"), ("mail", "test")],
)
def test_half_a_command_is_wrong_usage(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_a_bounce_can_be_piped_in(run: Run) -> None:
    run("worker", "--once")
    raw = (
        f"From: daemon@mx\nTo: bounces+{Message.get().message_id}@warmtehuis.example\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx\n\nAction: failed\nStatus: 5.1.1\n\n--x--\n"
    )
    done = run("mail", "bounces", "--pipe", pipe=raw.encode())
    assert done.output == "1 hard, 0 soft; 0 other mails were left unread.\n"
    assert Message.get().state == "bounced"


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda sent: report("5.1.1", "550 User unknown", message_id=sent), "1 hard, 0 soft; 0"),
        (lambda sent: report("5.1.1", "550 Mailbox full", message_id=sent), "0 hard, 1 soft; 0"),
        (
            lambda sent: report("5.7.26", "550 DMARC", message_id=sent),
            "0 hard, 0 soft, 1 refused because of us; 0",
        ),
        (
            lambda sent: report("5.0.0", "550 spam", message_id=sent),
            "0 hard, 0 soft, 1 refused for what it says; 0",
        ),
        (lambda sent: complaint(message_id=sent), "0 hard, 0 soft, 1 complaints; 0"),
        (lambda sent: report("5.1.1", "\xe9\xff", message_id=sent, encoding="base64"), "1 hard, 0 soft; 0"),
        (lambda sent: in_words("Weg.", subject="Automatisch antwoord", message_id=sent), "0 hard, 0 soft; 1"),
        (
            lambda sent: b"To: bounces@warmtehuis.example\n\nhi",
            "0 hard, 0 soft; 0 other mails were left unread. 1 set",
        ),
        (
            lambda sent: b"Content-Type: message/rfc822\n\n" * 9_000,
            "1 set aside: too many parts in one another.",
        ),
        (lambda sent: b"\0" * 5_000_000, "1 set aside: larger than any bounce."),
    ],
)
def test_whatever_is_piped_in_is_taken_and_said_in_one_line(
    run: Run, made: Callable[[str], bytes], says: str
) -> None:
    run("worker", "--once")
    done = run("mail", "bounces", "--pipe", pipe=made(Message.get().message_id))
    assert (done.exit_code, done.stderr, done.output.count("\n")) == (0, "", 1)
    assert says in done.output


@pytest.mark.parametrize("trusts", [True, False])
def test_a_mailbox_is_read_over_imap_from_a_server_whose_authority_the_settings_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusts: bool
) -> None:
    run("worker", "--once")
    certificate = self_signed(tmp_path)
    if trusts:
        with (tmp_path / "kloof.toml").open("a", encoding="utf-8") as toml:
            toml.write('ca_file = "cert.pem"\n')
    mails = {
        4: b"Content-Type: message/rfc822\n\n" * 900,
        7: report("5.1.1", message_id=Message.get().message_id),
        9: b"Subject: hello\n\nWhen will you come?",
    }
    with ImapServer(mails, tls=as_server(certificate)) as server:
        monkeypatch.setenv("KLOOF_BOUNCES_URL", server.url(scheme="imaps"))
        done = run("mail", "bounces", "--imap")
        if not trusts:
            assert (done.exit_code, server.heard) == (1, [])
            assert "an authority of your own goes into mail.ca_file" in done.stderr
            return
        assert done.exit_code == 0
        assert done.stdout == (
            "1 hard, 0 soft; 1 other mails were left unread. 1 set aside: too many parts in one another.\n"
        )
        assert (server.seen, server.flagged) == ({7}, {4})
        assert run("mail", "bounces", "--imap").stdout == "0 hard, 0 soft; 1 other mails were left unread.\n"


@pytest.mark.parametrize(
    "url", ["postgresql://postgres@127.0.0.1:1/kloof", "sqlite:////nowhere/kloof.db", "mysql://kloof"]
)
def test_a_mail_that_cannot_be_dealt_with_now_is_left_to_the_mail_server(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    storage.close_database()
    monkeypatch.setenv("KLOOF_DATABASE_URL", url)
    done = run("mail", "bounces", "--pipe", pipe=b"x")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (75, "", 1)
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_written_keeps_the_mail_at_the_mail_server(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "instance" / "set-aside").write_text("in the way", encoding="utf-8")
    done = run("mail", "bounces", "--pipe", pipe=b"x")
    assert done.exit_code == 75
    assert done.stderr.endswith("Check who may read and write there.\n")


def test_a_server_that_refuses_us_is_said_everywhere_and_no_mail_is_given_up(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RefusingServer("mail", "550 5.4.5 Daily user sending limit exceeded") as server:
        monkeypatch.setenv("KLOOF_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
        monkeypatch.setenv("KLOOF_MAIL_FROM", "feedback@warmtehuis.example")
        done = run("worker", "--once")
        assert (done.exit_code, Message.get().state) == (1, "queued")
        assert "The server refused the sender: 550 5.4.5 Daily user sending limit exceeded" in done.stderr
        assert "FIX  Mail: the mail server refuses us since" in run("doctor").output
        assert "The mail server refuses us since" in run("outbox", "list").output
        assert json.loads(run("outbox", "list", "--json").output)["refused"][0]["by"] == "our_server"
        server.refusing = False
        Message.update(due_at=wall_clock()).execute()
        assert run("worker", "--once").exit_code == 0
        assert "refuses us" not in run("doctor").output


def test_a_worker_does_not_mail_links_that_open_on_this_machine_only(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLOOF_SMTP_URL", "smtp://mail.example:587")
    monkeypatch.setenv("KLOOF_MAIL_FROM", "feedback@warmtehuis.example")
    refused = run("worker", "--once")
    assert (refused.exit_code, Message.get().state) == (1, "queued")
    assert refused.stderr.startswith("KLOOF_BASE_URL: the links in every mail would lead to this machine")
    found = run("doctor")
    assert found.exit_code == 1
    assert found.output.count("FIX  Mail: KLOOF_BASE_URL: the links in every mail would lead") == 1


@pytest.mark.parametrize(
    "url", ["https://kloof.example/feedback", "https://kloof.example/?x=1", "http://h/#a"]
)
def test_an_address_with_a_path_is_refused_since_forms_would_lose_what_is_typed(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("KLOOF_BASE_URL", url)
    refused = run("worker", "--once")
    assert refused.exit_code == 1
    assert "KLOOF_BASE_URL: kloof lives at the root of a name of its own" in refused.stderr


@pytest.mark.parametrize("key", [None, "ed25519", "no key at all"])
def test_the_doctor_says_of_a_signing_key_what_the_worker_says(
    run: Run, tmp_path: Path, key: str | None
) -> None:
    file = tmp_path / "instance" / "dkim.pem"
    if key == "ed25519":
        made = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(file)]
        subprocess.run(made, check=True, capture_output=True)
    elif key:
        file.write_text(key, encoding="utf-8")
    with (tmp_path / "kloof.toml").open("a", encoding="utf-8") as toml:
        toml.write('dkim_selector = "kloof"\ndkim_key = "instance/dkim.pem"\n')
    refused = run("worker", "--once")
    found = run("doctor")
    assert (refused.exit_code, found.exit_code) == (1, 1)
    assert f"FIX  Mail: {refused.stderr}" in found.output
    assert "kloof.toml: mail.dkim_key" in refused.stderr


def test_an_rsa_key_with_the_line_ends_of_windows_signs(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "instance" / "dkim.pem"
    made = ["openssl", "genrsa", "-traditional", "2048"]
    file.write_bytes(subprocess.run(made, check=True, capture_output=True).stdout.replace(b"\n", b"\r\n"))
    file.chmod(0o600)
    with (tmp_path / "kloof.toml").open("a", encoding="utf-8") as toml:
        toml.write('dkim_selector = "kloof"\ndkim_key = "instance/dkim.pem"\n')
    assert run("worker", "--once").exit_code == 0
    assert "mail.dkim_key" not in run("doctor").output


def test_mail_in_the_open_is_said_by_the_doctor_and_by_mail_test(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kloof.mail.smtp.is_this_machine", lambda _: False)
    monkeypatch.setattr("kloof.actions.mailing.trial.dns_lookup", lambda name: [])
    with BadServer() as server:
        monkeypatch.setenv("KLOOF_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
        monkeypatch.setenv("KLOOF_MAIL_FROM", "feedback@warmtehuis.example")
        assert "FIX  Mail: Mail to this server travels in the open" in run("doctor").output
        assert (
            "WRONG  Mail to this server travels in the open" in run("mail", "test", "me@example.com").output
        )


def test_mail_test_says_what_is_wrong_with_the_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLOOF_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("KLOOF_MAIL_FROM", "feedback@warmtehuis.example")
    monkeypatch.setattr("kloof.actions.mailing.trial.dns_lookup", lambda name: [])
    done = run("mail", "test", "me@example.com")
    assert done.exit_code == 1
    assert "WRONG  The mail server 127.0.0.1:1 does not listen there." in done.output
