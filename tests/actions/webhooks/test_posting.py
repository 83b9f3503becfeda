"""A POST to an address that somebody typed reaches what it may, in time, and nothing else."""

import ssl
import threading
import time
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from instruments.certificates import as_server, self_signed
from instruments.receivers import Dripping, Got, Receiver
from kloof.actions.webhooks.posting import LONGEST_REPLY, PostReply, Resolver, WayOut, addresses_of, post

pytestmark = pytest.mark.slow

AT_ONCE = 30
"""Seconds, on the busiest machine: whoever waits for the other side here waits for a minute."""
HERE = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def way(*, allowed: Sequence[object] = HERE, resolve: Resolver = addresses_of, seconds: float = 5) -> WayOut:
    return WayOut(ssl.create_default_context(), allowed, resolve, seconds)  # type: ignore[arg-type]


def sent(port: int, out: WayOut | None = None, host: str = "127.0.0.1", path: str = "/in?x=1") -> PostReply:
    return post(urlsplit(f"http://{host}:{port}{path}"), b"{}", {"webhook-id": "msg_1"}, out or way())


def test_what_is_posted_arrives_whole_at_its_path_with_the_name_of_its_host() -> None:
    with Receiver() as receiver:
        reply = sent(receiver.port, way(resolve=lambda host, port: ["127.0.0.1"]), "crm.example")
    assert reply == PostReply(200, "thanks")
    [got] = receiver.got
    assert (got.path, got.body) == ("/in?x=1", b"{}")
    assert got.headers["host"] == f"crm.example:{receiver.port}"
    assert got.headers["webhook-id"] == "msg_1"


def test_this_machine_is_out_of_reach_unless_the_settings_allow_it() -> None:
    with Receiver() as receiver, Receiver(host="::1") as sixth:
        assert "may not reach" in sent(receiver.port, way(allowed=())).text
        assert "may not reach" in sent(receiver.port, way(allowed=()), "localhost").text
        assert (
            "may not reach" in sent(receiver.port, way(allowed=()), "2130706433").text
        )  # 127.0.0.1 as a number
        assert "may not reach" in sent(sixth.port, way(allowed=()), "[::1]").text
        assert "may not reach" in sent(receiver.port, host="[::ffff:127.0.0.1]").text
        assert receiver.got == sixth.got == []
        assert sent(sixth.port, host="[::1]").status == 200


def test_a_name_is_resolved_once_and_the_connection_goes_to_that_very_address() -> None:
    """A name that leads to the public internet when it is looked at, and inside when it is connected to."""
    asked: list[str] = []

    def rebinds(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with Receiver() as receiver, Receiver(host="127.0.0.2") as inside:
        assert sent(receiver.port, way(resolve=rebinds), "rebinds.example").status == 200
    assert (asked, inside.got) == (["rebinds.example"], [])


def test_one_address_inside_is_enough_to_reach_none_of_them() -> None:
    with Receiver() as receiver:
        mixed = way(
            allowed=(ip_network("127.0.0.1/32"),), resolve=lambda host, port: ["127.0.0.1", "10.0.0.1"]
        )
        assert "may not reach" in sent(receiver.port, mixed, "mixed.example").text
    assert receiver.got == []


def test_a_redirect_is_an_answer_and_nobody_follows_it() -> None:
    with Receiver() as inside:

        def elsewhere(_: Got) -> tuple[int, dict[str, str], bytes]:
            return 307, {"Location": f"http://127.0.0.1:{inside.port}/"}, b"go there"

        with Receiver(says=elsewhere) as receiver:
            reply = sent(receiver.port)
    assert (reply.status, reply.is_success, inside.got) == (307, False, [])


@pytest.mark.parametrize(
    "drips",
    [
        Dripping(),  # a status line that never ends
        Dripping(b"HTTP/1.1 200 OK\r\nx: y", then=b"z"),  # a header
        Dripping(b"", then=b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.001),  # "go on", for ever
    ],
    ids=["status", "header", "continue"],
)
def test_all_of_it_takes_no_longer_than_it_may_however_slowly_a_server_speaks(drips: Dripping) -> None:
    with drips as server:
        began = time.monotonic()
        reply = sent(server.port, way(seconds=0.25))
    assert time.monotonic() - began < AT_ONCE
    assert (reply.status, reply.text) == (0, "No whole reply within 0.25 seconds.")


def test_a_body_that_never_ends_is_read_no_further_and_no_longer() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\nok"
    with Dripping(head) as slow, Dripping(head, then=b"x" * 65536, pause=0) as much:
        began = time.monotonic()
        assert sent(slow.port, way(seconds=0.25)).is_success
        assert len(sent(much.port).text) == LONGEST_REPLY
    assert time.monotonic() - began < AT_ONCE


def test_a_server_that_drips_instead_of_showing_its_certificate_is_cut_too() -> None:
    with Dripping(b"\x16\x03\x03\x40\x00", pause=0.02) as server:
        began = time.monotonic()
        reply = post(urlsplit(f"https://127.0.0.1:{server.port}/"), b"{}", {}, way(seconds=0.25))
    assert reply.status == 0
    assert time.monotonic() - began < AT_ONCE


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    over = threading.Event()

    def hangs(host: str, port: int) -> Sequence[str]:
        over.wait(60)
        return []

    began = time.monotonic()
    assert "not resolved in time" in sent(9, way(resolve=hangs, seconds=0.2), "hangs.example").text
    over.set()
    assert time.monotonic() - began < AT_ONCE


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as receiver, Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert sent(receiver.port).status == 200
    assert proxy.got == []


def test_a_certificate_is_checked_against_the_name_not_the_address(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "DNS:crm.example")
    with Receiver(tls=as_server(certificate)) as receiver:
        trusting = ssl.create_default_context(cafile=str(certificate))
        out = WayOut(trusting, HERE, lambda host, port: ["127.0.0.1"], 5)
        to = f"https://{{}}:{receiver.port}/"
        assert post(urlsplit(to.format("crm.example")), b"{}", {}, out).status == 200
        other = post(urlsplit(to.format("other.example")), b"{}", {}, out)
        unknown = post(urlsplit(to.format("crm.example")), b"{}", {}, way(resolve=out.resolve))
    assert other.status == unknown.status == 0
    assert "certificate does not hold" in other.text
    assert "certificate does not hold" in unknown.text
    assert len(receiver.got) == 1


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 999\r\n\r\n", b"\x00" * 70_000])
def test_what_is_no_http_is_a_reply_that_is_none(said: bytes) -> None:
    with Dripping(said, pause=0.01) as server:
        assert not sent(server.port, way(seconds=0.3)).is_success
