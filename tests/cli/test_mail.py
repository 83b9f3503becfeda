"""kloof worker, kloof mail and kloof outbox as they are typed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cast.selling import line, sell
from kloof import storage
from kloof.actions.clock import wall_clock
from kloof.cli import main
from kloof.config import load_settings
from kloof.storage.models import Message

pytestmark = pytest.mark.slow

Run = Callable[..., Result]
TOML = '[company]\nname = "Warmtehuis"\n[mail]\nhours = [0, 24]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nholidays = ""\n'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Types a command in a company's folder in which one deal was sold."""
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


def test_the_worker_sends_what_is_due_and_ends(run: Run, tmp_path: Path) -> None:
    done = run("worker", "--once")
    assert (done.exit_code, done.output) == (0, "1 sent, 0 again, 0 failed, 0 held, 0 withdrawn, 0 later.\n")
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
    report = (
        f"From: daemon@mx\nTo: bounces+{Message.get().message_id}@warmtehuis.example\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx\n\nAction: failed\nStatus: 5.1.1\n\n--x--\n"
    )
    done = run("mail", "bounces", "--pipe", pipe=report.encode())
    assert done.output == "1 hard, 0 soft; 0 other mails were left unread.\n"
    assert Message.get().state == "bounced"


def test_mail_test_says_what_is_wrong_with_the_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLOOF_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("KLOOF_MAIL_FROM", "feedback@warmtehuis.example")
    monkeypatch.setattr("kloof.actions.mailing.trial.dns_lookup", lambda name: [])
    done = run("mail", "test", "me@example.com")
    assert done.exit_code == 1
    assert "WRONG  The mail server 127.0.0.1:1 does not listen there." in done.output
