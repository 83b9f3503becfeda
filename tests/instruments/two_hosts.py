"""Two hosts of one company on PostgreSQL with a streaming replica, behind HAProxy: each in a network of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cast.builders import SECRET
from instruments.running import free_port

_POLICY = """[mail]
hours = [0, 24]
weekdays = [1, 2, 3, 4, 5, 6, 7]
holidays = ""
most_per_day = 9
most_per_month = 90
"""
_BALANCER = """
global
    maxconn 200
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    retries 3
    option redispatch
frontend customers
    bind 127.0.0.1:{port}
    default_backend hosts
backend hosts
    option httpchk GET /healthz
    default-server check inter 300ms fall 2 rise 1
    server a {a}:8000
    server b {b}:8000
"""


@dataclass
class Network:
    """Where something runs: its address, and the words that put a program there."""

    address: str
    inside: tuple[str, ...] = ()


@contextmanager
def networks(names: Sequence[str]) -> Iterator[list[Network]]:
    """A network namespace for each, joined by a bridge; where the machine does not let us, addresses of loopback."""
    mark = f"k{os.getpid() % 10_000}"
    made: list[Network] = []
    with ExitStack() as undo:
        try:
            _ip("link", "add", mark, "type", "bridge")
            undo.callback(_ip, "link", "del", mark)
            _ip("addr", "add", f"10.213.{os.getpid() % 250}.1/24", "dev", mark)
            _ip("link", "set", mark, "up")
            for number, name in enumerate(names, start=2):
                space, outer, inner = f"{mark}{name}", f"{mark}{name}", "eth0"
                _ip("netns", "add", space)
                undo.callback(_ip, "netns", "del", space)
                _ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", space)
                _ip("link", "set", outer, "master", mark, "up")
                address = f"10.213.{os.getpid() % 250}.{number}"
                _ip("-n", space, "addr", "add", f"{address}/24", "dev", inner)
                _ip("-n", space, "link", "set", inner, "up")
                _ip("-n", space, "link", "set", "lo", "up")
                made.append(Network(address, ("ip", "netns", "exec", space)))
        except (OSError, subprocess.CalledProcessError):
            made = [Network(f"127.0.0.{number}") for number, _ in enumerate(names, start=2)]
        yield made


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass
class Host:
    """A machine with a web and a worker, in a folder of its own."""

    name: str
    network: Network
    folder: Path
    environment: dict[str, str]
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self) -> None:
        """Start both, as systemd does."""
        serve = ["serve", "--host", self.network.address, "--port", "8000"]
        for part, words in {"web": serve, "worker": ["worker"]}.items():
            with (self.folder / f"{part}.log").open("ab") as log:
                self.processes[part] = subprocess.Popen(
                    [*self.network.inside, sys.executable, "-m", "kloof", *words],
                    cwd=self.folder, env=os.environ | self.environment, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End all of it at once; SIGKILL is as when the machine loses its power."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        for process in self.processes.values():
            process.wait(timeout=120)
        self.processes.clear()

    def types(self, *words: str) -> str:
        """What a command of kloof says there; it has to succeed."""
        done = subprocess.run(
            [*self.network.inside, sys.executable, "-m", "kloof", *words],
            cwd=self.folder, env=os.environ | self.environment, text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def log(self) -> str:
        """What both said."""
        return "".join(file.read_text(encoding="utf-8") for file in self.folder.glob("*.log"))


class ReplicatedServer:
    """PostgreSQL of which every commit is on a second server before it is acknowledged."""

    def __init__(self, network: Network, folder: Path, programs: Path) -> None:
        self.ports = (free_port(), free_port())
        self._network, self._folder, self._programs = network, folder, programs
        hosts = ",".join(f"{network.address}:{port}" for port in self.ports)
        self.url = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write&connect_timeout=3"
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync", str(folder / "first"))
        with (folder / "first" / "pg_hba.conf").open("a", encoding="utf-8") as rules:
            rules.write("host all all 0.0.0.0/0 trust\nhost replication all 0.0.0.0/0 trust\n")
        self.start()
        there = f"host={network.address} port={self.ports[0]} user=postgres"
        self._run("pg_basebackup", "-d", there, "-D", str(folder / "second"), "-R", "-X", "stream")
        self._start("second", self.ports[1])
        waits = "ALTER SYSTEM SET synchronous_standby_names = '*'"
        for statement in (waits, "SELECT pg_reload_conf()"):
            self._run("psql", "-d", f"{there} dbname=postgres", "-c", statement)

    def start(self) -> None:
        """The first of the two listens."""
        self._start("first", self.ports[0])

    def restart(self) -> None:
        """As an administrator does it."""
        self._control("first", "stop", "-m", "fast")
        self.start()

    def fail_over(self) -> None:
        """The first one is gone at once, and the second one takes over."""
        self._control("first", "stop", "-m", "immediate")
        self._control("second", "promote")

    def stop(self) -> None:
        """Neither runs any more."""
        for name in ("second", "first"):
            with suppress(subprocess.CalledProcessError):
                self._control(name, "stop", "-m", "immediate")

    def _start(self, name: str, port: int) -> None:
        told = (
            f"-p {port} -c listen_addresses={self._network.address} -c unix_socket_directories= -c fsync=off"
        )
        self._control(name, "start", "-l", str(self._folder / f"{name}.log"), "-o", told)

    def _control(self, name: str, *words: str) -> None:
        self._run("pg_ctl", "-w", "-D", str(self._folder / name), *words)

    def _run(self, program: str, *words: str) -> None:
        as_user = (
            ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups") if os.geteuid() == 0 else ()
        )
        subprocess.run(
            [*self._network.inside, *as_user, str(self._programs / program), *words],
            cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip


@dataclass
class TwoHosts:
    """The two, their database, and the port at which customers find whichever works."""

    a: Host
    b: Host
    server: ReplicatedServer
    port: int
    in_namespaces: bool


@contextmanager
def two_hosts(folder: Path) -> Iterator[TwoHosts]:
    """All of it with an empty, migrated database; nothing is started on the hosts yet. Skips where a part is absent."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    balancer = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if not found or balancer is None:
        pytest.skip("no PostgreSQL of our own or no haproxy")
    with ExitStack() as undo:
        one, other, third = undo.enter_context(networks(["a", "b", "d"]))
        data = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        if os.geteuid() == 0:
            os.chown(data, pwd.getpwnam("postgres").pw_uid, -1)
        server = ReplicatedServer(third, data, found[-1].parent)
        undo.callback(server.stop)
        hosts = [
            _host(name, network, folder / name, server.url) for name, network in (("a", one), ("b", other))
        ]
        for host in hosts:
            undo.callback(host.end)
        hosts[0].types("db", "migrate")
        port = free_port()
        file = data / "haproxy.cfg"
        file.write_text(_BALANCER.format(port=port, a=one.address, b=other.address), encoding="utf-8")
        process = subprocess.Popen([balancer, "-db", "-q", "-f", str(file)], stderr=subprocess.DEVNULL)
        undo.callback(process.wait, timeout=120)
        undo.callback(process.terminate)
        yield TwoHosts(hosts[0], hosts[1], server, port, bool(one.inside))


def _host(name: str, network: Network, folder: Path, url: str) -> Host:
    environment = {
        "KLOOF_DATABASE_URL": url,
        "KLOOF_SECRET_KEY": SECRET,
        "KLOOF_HOST": name,
        "KLOOF_MAIL_FROM": "feedback@company.example",
        "KLOOF_SMTP_URL": f"folder:{folder / 'mails'}",
    }
    subprocess.run(
        [sys.executable, "-m", "kloof", "init", str(folder), "--name", "Warmtehuis"],
        env=os.environ | environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    file = folder / "kloof.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("[mail]\n", _POLICY), encoding="utf-8")
    return Host(name, network, folder, environment)
