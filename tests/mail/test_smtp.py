"""The SMTP conversation knows at every step whether the server can have accepted the message."""

import socket
from collections.abc import Iterator

import pytest

from instruments.bad_server import BadServer, Mood, RefusingServer
from kloof.domain.errors import BadSettings
from kloof.mail.smtp import Smtp, as_lines
from kloof.mail.transport import Fate, TransportError

TEXT = b"From: a@example.com\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n"


@pytest.fixture(params=[True, False], ids=["lines at once", "line by line"])
def server(request: pytest.FixtureRequest) -> Iterator[BadServer]:
    with BadServer(pipelining=request.param) as server:
        yield server


@pytest.fixture
def transport(server: BadServer) -> Iterator[Smtp]:
    transport = Smtp(f"smtp://127.0.0.1:{server.port}", seconds_to_answer=0.3)
    yield transport
    transport.close()


def send(transport: Smtp) -> str:
    return transport.send("a@example.com", "b@example.com", TEXT)


@pytest.mark.parametrize(
    ("mood", "fate", "words"),
    [
        (Mood.REFUSE, Fate.STOP, "The server refused the address: 550 5.1.1 No such user here"),
        (
            Mood.REFUSE_FOR_NOW,
            Fate.RETRY,
            "The server refused the address: 451 4.7.1 Greylisted, come back later",
        ),
        (Mood.REFUSE_THE_TEXT, Fate.STOP, "The server refused the message: 554 5.6.0 This looks like spam"),
        (Mood.REFUSE_THE_TEXT_FOR_NOW, Fate.RETRY, "The server refused the message: 452 4.3.1 No room"),
        (Mood.CLOSING, Fate.RETRY, "The server is closing: 421 4.3.2 Shutting down"),
        (Mood.DROP_BEFORE_TEXT, Fate.RETRY, "broke off"),
        (Mood.STALL_BEFORE_TEXT, Fate.RETRY, "broke off"),
        (Mood.KEEP_AND_DROP, Fate.UNKNOWN, "Nobody knows whether it arrived."),
        (Mood.LOSE_AND_DROP, Fate.UNKNOWN, "Nobody knows whether it arrived."),
        (Mood.KEEP_AND_STALL, Fate.UNKNOWN, "Nobody knows whether it arrived."),
        (Mood.NONSENSE, Fate.UNKNOWN, "an answer that means nothing: 150 Whatever"),
    ],
)
def test_the_error_carries_the_decision_and_the_next_message_goes_through(
    server: BadServer, transport: Smtp, mood: Mood, fate: Fate, words: str
) -> None:
    moods = iter([mood])
    server.mood = lambda: next(moods, Mood.FINE)
    with pytest.raises(TransportError) as raised:
        send(transport)
    assert raised.value.fate is fate
    assert words in str(raised.value)
    assert send(transport).startswith("250")


def test_one_connection_serves_many_messages(server: BadServer, transport: Smtp) -> None:
    assert {send(transport) for _ in range(3)} == {"250 2.0.0 Kept"}
    assert len(server.accepted) == 3


def test_a_kept_connection_that_went_stale_is_replaced_and_the_message_goes_out_once(
    server: BadServer, transport: Smtp
) -> None:
    send(transport)
    connection = transport.open()
    assert connection.sock
    connection.sock.shutdown(socket.SHUT_RDWR)
    assert send(transport).startswith("250")
    assert len(server.accepted) == 2


def test_nobody_listening_is_said_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(TransportError) as raised:
            send(Smtp(f"smtp://127.0.0.1:{port}"))
    assert raised.value.of_server
    assert str(raised.value) == (
        f"The mail server 127.0.0.1:{port} does not listen there. Check host and port in KLOOF_SMTP_URL."
    )


def test_a_password_does_not_travel_in_the_open(server: BadServer) -> None:
    transport = Smtp(f"smtp://me:secret@127.0.0.1:{server.port}")
    transport._is_here = False  # as if it were another machine
    with pytest.raises(TransportError, match="a password must not travel in the open"):
        send(transport)
    assert "secret" not in str(server.seen)


def test_the_text_arrives_byte_for_byte_also_with_lines_that_start_with_a_dot(
    server: BadServer, transport: Smtp
) -> None:
    text = TEXT + b".\r\n..two\r\n.\r\nend without a line end"
    transport.send("a@example.com", "b@example.com", text)
    assert server.seen == [text + b"\r\n"]


def test_dots_are_doubled_at_the_start_of_a_line_only() -> None:
    assert as_lines(b".a.\r\n.b\r\n") == b"..a.\r\n..b\r\n.\r\n"


@pytest.mark.parametrize("url", ["smtp://", "smtp://host:port", "smtp://host:99999"])
def test_an_address_that_cannot_be_read_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BadSettings, match="KLOOF_SMTP_URL: host and port cannot be read"):
        Smtp(url)


def test_an_address_with_other_letters_needs_a_server_that_can(server: BadServer, transport: Smtp) -> None:
    assert transport.send("a@example.com", "andré@example.com", TEXT).startswith("250")
    transport.open().esmtp_features.pop("smtputf8")
    with pytest.raises(TransportError, match="letters such as é"):
        transport.send("a@example.com", "andré@example.com", TEXT)


def test_the_next_mail_is_made_while_the_server_thinks(server: BadServer, transport: Smtp) -> None:
    done: list[int] = []
    transport.send("a@example.com", "b@example.com", TEXT, lambda: done.append(len(server.accepted)))
    assert len(done) == 1


def test_what_goes_wrong_meanwhile_never_shifts_an_answer_to_another_mail(
    server: BadServer, transport: Smtp
) -> None:
    def wrong() -> None:
        raise RuntimeError("the database is away")

    moods = iter([Mood.REFUSE_THE_TEXT])
    server.mood = lambda: next(moods, Mood.FINE)
    with pytest.raises(RuntimeError):
        transport.send("a@example.com", "b@example.com", TEXT, wrong)
    assert send(transport) == "250 2.0.0 Kept"


def test_what_a_server_says_is_short_and_nothing_that_a_terminal_would_obey() -> None:
    with RefusingServer("rcpt", "550 5.1.1 \x1b[31mUser\x07 unknown " + "x" * 450) as server:
        transport = Smtp(f"smtp://127.0.0.1:{server.port}")
        with pytest.raises(TransportError) as raised:
            send(transport)
        transport.close()
    assert raised.value.what.isprintable()
    assert len(raised.value.what) < 600


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "mail..example"])
def test_a_host_that_is_no_name_is_about_the_server_and_costs_no_mail(host: str) -> None:
    with pytest.raises(TransportError) as raised:
        send(Smtp(f"smtp://{host}:25"))
    assert (raised.value.of_server, raised.value.fate) == (True, Fate.RETRY)
