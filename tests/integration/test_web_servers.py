"""The recipes for Caddy, nginx and HAProxy in deploy/, as the handbook prints them, before a kloof that runs."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from instruments.certificates import self_signed
from instruments.handbook import SITE, blocks
from instruments.running import free_port, wait_for
from instruments.serving import heard, knock, once_of_three_times, seconds_to_page, serving

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("web servers")]

PAGE = (SITE / "how-to" / "start-your-own.md").read_text(encoding="utf-8")
NAME = "kloof.my-company.example"
THREADS = 8  # two workers with four each, as kloof serve has by default
PATIENCE = 2.0
"""Seconds in which a request has to arrive at kloof: shorter than what the web server allows."""


@dataclass(frozen=True)
class Front:
    """A web server before kloof: where it listens, and how a visitor trusts it."""

    port: int
    tls: ssl.SSLContext

    def knock(self, said: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
        return knock(self.port, said, self.tls, NAME, source)

    def answer(self, said: bytes, source: str = "127.0.0.1") -> bytes:
        with self.knock(said, source) as visitor:
            return heard(visitor)


DEPLOY = SITE.parent / "deploy"
FILES = {"caddy": "caddy/Caddyfile", "nginx": "nginx/kloof.conf", "haproxy": "haproxy/haproxy.cfg"}


def recipe(kind: str, **changed: str) -> str:
    """The one of deploy/; only names, ports and files differ on this machine, and each stands in it once."""
    text = (DEPLOY / FILES[kind]).read_text(encoding="utf-8")
    for what, by in changed.items():
        assert text.count(CHANGES[what]) == 1, what
        text = text.replace(CHANGES[what], by)
    return text


CHANGES = {
    "listen": "listen 443 ssl;",
    "certificate": "/etc/ssl/kloof/fullchain.pem",
    "key": "/etc/ssl/kloof/key.pem",
    "log": "/var/log/nginx/kloof.log",
    "kloof": "127.0.0.1:8000",
    "site": f"{NAME} {{",
    "globally": "{\n  servers {",
    "buffers": "request_buffers 300KB",
    "bind": "bind :443 ssl crt /etc/ssl/kloof/haproxy.pem",
    "one": "10.0.0.11:8000",
    "two": "10.0.0.12:8000",
}


@pytest.mark.parametrize("kind", ["caddy", "nginx"])
def test_the_handbook_prints_what_lies_in_deploy(kind: str) -> None:
    (printed,) = blocks(PAGE, kind)
    assert printed == (DEPLOY / FILES[kind]).read_text(encoding="utf-8")


@contextmanager
def running(words: list[str | Path], folder: Path, port: int) -> Iterator[None]:
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/usr/sbin:/bin"}
    process = subprocess.Popen(words, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=120)


@contextmanager
def caddy(folder: Path, port: int, kloof: int) -> Iterator[None]:
    words = ["caddy", "version"]
    version = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    text = recipe(
        "caddy",
        # No certificate of its own, no port 80, and nobody who can set it anew: what a test must not do.
        globally="{\n  admin off\n  auto_https disable_redirects\n  servers {",
        site=f"https://{NAME}:{port} {{\n  bind 127.0.0.1\n  tls {folder}/cert.pem {folder}/key.pem",
        kloof=f"127.0.0.1:{kloof}",
    )
    if re.match(r"v?2\.6\.", version):
        (instead,) = re.findall(r"Caddy 2\.6, .* write `(\w+)` in place of that line", PAGE)
        text = text.replace(CHANGES["buffers"], instead)
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    with running(["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"], folder, port):
        yield


@contextmanager
def nginx(folder: Path, port: int, kloof: int) -> Iterator[None]:
    text = recipe(
        "nginx",
        listen=f"listen 127.0.0.1:{port} ssl;",
        certificate=f"{folder}/cert.pem",
        key=f"{folder}/key.pem",
        log=f"{folder}/kloof.log",
        kloof=f"127.0.0.1:{kloof}",
    )
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{name}_temp_path {folder}/{name};" for name in paths)
    # Who starts it as root gets workers of another user, who may not write into the folder of a test.
    user = "user root; " if os.geteuid() == 0 else ""
    around = f"{user}daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{ }}"
    whole = f"{around}\nhttp {{\n{temporary}\n{text}\n}}\n"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    with running(["nginx", "-p", folder, "-c", folder / "nginx.conf"], folder, port):
        yield


@contextmanager
def haproxy(folder: Path, port: int, kloof: int) -> Iterator[None]:
    """Both hosts are this one."""
    names = ("cert.pem", "key.pem")
    (folder / "haproxy.pem").write_text(
        "".join((folder / name).read_text(encoding="utf-8") for name in names)
    )
    here = f"127.0.0.1:{kloof}"
    text = recipe("haproxy", bind=f"bind 127.0.0.1:{port} ssl crt {folder}/haproxy.pem", one=here, two=here)
    (folder / "haproxy.cfg").write_text(text, encoding="utf-8")
    subprocess.run(
        ["/usr/sbin/haproxy", "-c", "-f", "haproxy.cfg"], cwd=folder, check=True, capture_output=True
    )
    with running(["/usr/sbin/haproxy", "-db", "-f", "haproxy.cfg"], folder, port):
        yield


@pytest.fixture(scope="module", params=[caddy, nginx, haproxy], ids=["caddy", "nginx", "haproxy"])
def front(
    request: pytest.FixtureRequest, _migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    name = request.param.__name__
    if not shutil.which(name, path="/usr/bin:/usr/sbin"):
        pytest.skip(f"no {name} (Debian has it)")
    folder = tmp_path_factory.mktemp(name)
    self_signed(folder, f"DNS:{NAME}")
    start: Callable[..., object] = request.param
    proxied = {"KLOOF_PROXIES": "1", "KLOOF_BASE_URL": f"https://{NAME}"}
    with ExitStack() as started:
        kloof = started.enter_context(serving(_migrated_file, folder, patience=PATIENCE, **proxied))
        port = free_port()
        started.enter_context(start(folder, port, kloof))  # type: ignore[arg-type]
        yield Front(port, ssl.create_default_context(cafile=str(folder / "cert.pem")))


HOST = f"Host: {NAME}\r\n".encode()
LAST = HOST + b"Connection: close\r\n"
POST = b"POST /sign-in HTTP/1.1\r\n" + LAST + b"Content-Type: application/x-www-form-urlencoded\r\n"
CODE = b"POST /k HTTP/1.1\r\n" + LAST + b"Content-Type: application/x-www-form-urlencoded\r\n"
SLOW = {
    "slow POSTs": POST + b"Content-Length: 2000\r\n\r\nemail=",
    "half headers": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Long: ",
    "nothing": b"",
}


@pytest.mark.parametrize("said", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("many", [8, 5 * THREADS])
def test_slow_visitors_hold_up_nobody(front: Front, said: bytes, many: int) -> None:
    def goes_on() -> bool:
        with ExitStack() as opened:
            for _ in range(many):
                opened.enter_context(front.knock(said))
            return max(seconds_to_page(front.port, front.tls, NAME) for _ in range(5)) < PATIENCE

    assert once_of_three_times(goes_on)


def test_a_dozen_who_send_a_byte_now_and_then_hold_up_nobody(front: Front) -> None:
    """Each of them keeps a connection of the web server, and none a thread of kloof."""

    def goes_on() -> bool:
        with ExitStack() as opened:
            dripping = [opened.enter_context(front.knock(SLOW["slow POSTs"])) for _ in range(12)]
            longest = 0.0
            for _ in range(6):
                for visitor in dripping:
                    with suppress(OSError):
                        visitor.sendall(b"x")
                time.sleep(PATIENCE / 4)
                longest = max(longest, seconds_to_page(front.port, front.tls, NAME))
            return longest < PATIENCE

    assert once_of_three_times(goes_on)


def test_the_web_server_names_each_request_and_whoever_asks_cannot(front: Front) -> None:
    names = []
    for _ in range(2):
        pretence = b"X-Request-ID: chosen-by-a-visitor\r\n"
        said = front.answer(b"GET /accessibility HTTP/1.1\r\n" + pretence + LAST + b"\r\n")
        names += re.findall(rb"(?i)^x-request-id: (\S+)", said, re.MULTILINE)
    assert len(set(names)) == 2
    assert b"chosen-by-a-visitor" not in names


def test_the_numbers_are_not_told_to_who_comes_from_outside(front: Front) -> None:
    assert front.answer(b"GET /metrics HTTP/1.1\r\n" + LAST + b"\r\n").startswith(b"HTTP/1.1 404")


def test_a_slow_form_is_passed_on_when_it_has_arrived_whole(front: Front) -> None:
    """kloof itself would have said 408 long before."""
    with front.knock(POST + b"Content-Length: 8\r\n\r\n") as visitor:
        for letter in b"email=x&":
            time.sleep(PATIENCE / 5)
            visitor.sendall(bytes([letter]))
        assert heard(visitor).startswith(b"HTTP/1.1 400"), "a form without its token, seen by kloof"


@pytest.mark.parametrize(
    ("kilobytes", "status"),
    [(200, b"400"), (300, b"413"), (7000, b"413")],
    ids=["in", "too much", "far too much"],
)
def test_what_is_sent_up_to_256_kilobytes_arrives_and_of_more_kloof_says_why(
    front: Front, kilobytes: int, status: bytes
) -> None:
    body = b"email=" + b"x" * (kilobytes * 1000)
    said = front.answer(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert said.startswith(b"HTTP/1.1 " + status)
    assert b"<html lang" in said, "a page of kloof, not of the web server"


def test_who_asks_is_passed_on_and_nobody_can_pretend_to_be_another(front: Front) -> None:
    def wrong_code(source: str, pretends: str) -> bytes:
        pretence = (
            f"X-Forwarded-For: {pretends}\r\nX-Real-IP: {pretends}\r\nForwarded: for={pretends}\r\n".encode()
        )
        return front.answer(CODE + pretence + b"Content-Length: 21\r\n\r\ncode=0123012301230123", source)

    tries = [wrong_code("127.0.0.7", f"203.0.113.{number}")[9:12] for number in range(22)]
    assert (set(tries[:20]), set(tries[20:])) == ({b"422"}, {b"429"}), (
        "twenty for one network, whatever it says"
    )
    assert wrong_code("127.0.0.8", "203.0.113.1")[9:12] == b"422", "and another one has its own"


def test_a_visitor_is_led_on_over_https_under_the_name_that_they_typed(front: Front) -> None:
    said = front.answer(b"GET /sign-in HTTP/1.1\r\n" + LAST + b"\r\n")
    assert said.startswith(b"HTTP/1.1 200")
    cookie = re.search(rb"(?i)^set-cookie: kloof=[^\r]*", said, re.MULTILINE)
    assert cookie
    assert b"Secure" in cookie[0]
    asked = front.answer(b"GET /me HTTP/1.1\r\n" + LAST + b"\r\n")
    assert not re.search(rb"(?i)^location: http://", asked, re.MULTILINE)


def test_no_address_of_a_survey_stands_in_a_log_of_the_web_server(
    front: Front, tmp_path_factory: pytest.TempPathFactory
) -> None:
    token = b"A" * 43
    front.answer(b"GET /s/" + token + b" HTTP/1.1\r\n" + LAST + b"\r\n")
    logs = [path for path in tmp_path_factory.getbasetemp().glob("*/*.log") if path.is_file()]
    assert not any(token in path.read_bytes() for path in logs)
