"""Who sends slowly, half, in pieces or too much holds up nobody, and is told why."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.running import free_port
from instruments.serving import heard, knock, once_of_three_times, running, seconds_to_page, serving
from kloof.cli import arrivals

pytestmark = pytest.mark.slow

THREADS = 8  # two workers with four each, as kloof serve has by default
PATIENCE = 3.0
"""Seconds in this test to let a request arrive, in place of twenty."""


@pytest.fixture(scope="module")
def port(_migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where `kloof serve` listens, bare."""
    with serving(_migrated_file, tmp_path_factory.mktemp("served"), patience=PATIENCE) as chosen:
        yield chosen


POST = b"POST /sign-in HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SLOW = {
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Long: ",
    "half a body": POST + b"Content-Length: 2000\r\n\r\nemail=",
    "no word": b"",
    "pieces": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nem",
    "a body for ever": POST + b"Content-Length: 999999999\r\n\r\nemail=",
    "an answer that nobody takes": b"GET /accessibility HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("said", SLOW.values(), ids=SLOW)
def test_five_times_as_many_slow_visitors_as_threads_hold_up_nobody(port: int, said: bytes) -> None:
    def goes_on() -> bool:
        with ExitStack() as opened:
            for _ in range(5 * THREADS):
                opened.enter_context(knock(port, said))
            return max(seconds_to_page(port) for _ in range(5)) < PATIENCE

    assert once_of_three_times(goes_on)


def test_who_sends_a_letter_now_and_then_is_told_that_it_takes_too_long(port: int) -> None:
    with knock(port, SLOW["half a head"]) as visitor:
        began = time.monotonic()
        visitor.settimeout(0.2)
        answer = b""
        while not answer and time.monotonic() - began < PATIENCE + 120:
            try:
                visitor.sendall(b"x")
                answer = visitor.recv(100)
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began >= PATIENCE - 0.1


def test_a_head_without_an_end_is_refused(port: int) -> None:
    with knock(port, b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * (arrivals.MOST_HEAD + 10)) as visitor:
        assert heard(visitor).startswith(b"HTTP/1.1 431")


def test_who_uploads_far_too_much_gets_to_read_why(port: int) -> None:
    with knock(port, POST + b"Content-Length: 8000000\r\n\r\n") as visitor:
        visitor.sendall(b"x" * 8_000_000)
        assert heard(visitor).startswith(b"HTTP/1.1 413")


def test_a_request_in_letters_in_one_go_or_two_at_once_is_answered_all_the_same(port: int) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
    last = whole.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with knock(port) as visitor:
        for letter in whole:
            visitor.sendall(bytes([letter]))
        visitor.sendall(whole + whole + last)
        assert heard(visitor).count(b"HTTP/1.1 200") == 4


def test_who_asks_first_is_told_to_go_on(port: int) -> None:
    with knock(
        port, POST + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: 7\r\n\r\n"
    ) as visitor:
        assert visitor.recv(25).startswith(b"HTTP/1.1 100 Continue")
        visitor.sendall(b"email=x")
        assert b"HTTP/1.1 400" in heard(visitor), "without the token of the form"


@given(
    before=st.binary(max_size=60).map(
        lambda one: one.replace(b"\r", b"").replace(b"\n", b"").replace(b":", b"")
    ),
    length=st.integers(0, 10**30),
    name=st.sampled_from([b"Content-Length", b"content-length"]),
)
def test_a_length_is_found_wherever_it_stands(before: bytes, length: int, name: bytes) -> None:
    head = b"\r\n".join([b"POST / HTTP/1.1", b"X-Before: " + before, b"%s: %d" % (name, length), b"X: 7"])
    assert arrivals.length_of_body(head) == (length if length <= arrivals.MOST_BODY else None)


@pytest.mark.parametrize("said", [b"+7", b"-7", b"7, 7", b"0x7", b"", b" "])
def test_a_length_that_is_none_is_left_to_gunicorn_to_refuse(port: int, said: bytes) -> None:
    assert arrivals.length_of_body(b"POST / HTTP/1.1\r\nContent-Length:" + said) == 0
    with knock(port, POST + b"Content-Length: " + said + b"\r\n\r\n1234567") as visitor:
        assert heard(visitor).startswith(b"HTTP/1.1 400")


def test_while_every_thread_waits_for_a_database_that_hangs_the_process_says_that_it_lives(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hangs, ExitStack() as opened:
        silent = f"postgresql://kloof:x@127.0.0.1:{hangs.getsockname()[1]}/kloof?connect_timeout=300"
        (tmp_path / "kloof.toml").touch()
        port = free_port()
        program = ["-m", "kloof", "serve", "--port", str(port)]
        # What it asks at its start is cut off at once; from then on nobody answers.
        opened.enter_context(running(tmp_path, program, KLOOF_DATABASE_URL=silent))
        _cut_off_until(hangs, port)
        asks = b"GET /sign-in HTTP/1.1\r\nHost: h\r\n\r\n"
        waiting = [opened.enter_context(knock(port, asks)) for _ in range(3 * THREADS)]
        lives = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
        for _ in range(4):
            with knock(port, lives) as visitor:
                assert heard(visitor).endswith(b'{"status":"ok"}\n')
        with knock(port, lives.replace(b"GET", b"HEAD")) as visitor:
            assert heard(visitor).endswith(b"\r\n\r\n")
        for visitor in waiting:
            visitor.setblocking(False)
            with pytest.raises(BlockingIOError):
                visitor.recv(1)


def _cut_off_until(hangs: socket.socket, port: int) -> None:
    hangs.settimeout(0.2)
    while True:
        try:
            hangs.accept()[0].close()
        except TimeoutError:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return
