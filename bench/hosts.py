"""Two hosts beside one: answers per second through a balancer, with a web and a worker on each, in network namespaces
of their own where this machine allows that; PostgreSQL in a third, with a replica that has every commit first.

Hosts, database, balancer and customers share the cores of one machine, on which two hosts get no more than one does.
So each host is held to a share of a core by the kernel (cgroups), as a machine of its own would hold it, and the rest
is for the database and who asks; `held` says how often a host had to wait for its share, of the spells in which it
ran. Where this may not be done `share` is null, and the ratio says something about the cores only.

    python bench/hosts.py                 a minute
    python bench/hosts.py --seconds 60
    python bench/hosts.py --share 0.5     of a core for each host; 0 for as much as there is
"""

import argparse
import http.client
import itertools
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from cast.builders import deal
from instruments.two_hosts import Host, TwoHosts, two_hosts
from kloof import storage
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation

CUSTOMERS = 16
SPELL = 10_000
"""Microseconds in which the kernel counts a share: short, so that no answer waits long for the next one."""
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5.0, help="of each round")
    arguments.add_argument("--share", type=float, default=0.25, help="of a core for each host")
    given = arguments.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        two_hosts(Path(folder)) as hosts,
        held("a", given.share) as first,
        held("b", given.share) as second,
    ):
        try:
            print(json.dumps(measure(hosts, given.seconds, first, second), indent=2))
        finally:
            hosts.a.end()
            hosts.b.end()


def measure(
    hosts: TwoHosts, seconds: float, first: "Held | None", second: "Held | None"
) -> dict[str, object]:
    """Rounds with one host and with two, in turn; the median of each."""
    paths = forms(hosts.server.url)
    found: dict[str, list[float]] = {"one": [], "two": []}
    start(hosts.a, first)
    wait_for(hosts.a)
    for _ in range(3):
        found["one"].append(answers(hosts.port, paths, seconds))
        start(hosts.b, second)
        wait_for(hosts.b)
        found["two"].append(answers(hosts.port, paths, seconds))
        hosts.b.end()
    one, two = median(found["one"]), median(found["two"])
    return {
        "answers_per_second": {"one_host": round(one, 1), "two_hosts": round(two, 1)},
        "ratio": round(two / one, 2),
        "share": first and first.cores,
        "held": [group.held() for group in (first, second) if group],
        "cores": os.cpu_count(),
        "network_namespaces": hosts.in_namespaces,
    }


@dataclass(frozen=True)
class Held:
    """A group of processes that together get so much of a core."""

    folder: Path
    back: Path
    cores: float

    def held(self) -> str:
        """In how many spells of the kernel its processes wanted more than their share, of how many they ran in."""
        told = dict(
            line.split() for line in (self.folder / "cpu.stat").read_text(encoding="utf-8").splitlines()
        )
        return f"{told['nr_throttled']} of {told['nr_periods']}"


@contextmanager
def held(name: str, cores: float) -> Iterator[Held | None]:
    """A group of this name, by cgroups of either version; None where this machine has none to give."""
    group = _group(f"kloof-{os.getpid()}-{name}", cores) if cores else None
    yield group
    while group and group.folder.exists():
        with suppress(OSError):  # a process that was ended is in it for a moment more
            group.folder.rmdir()
        time.sleep(0.1)


def _group(name: str, cores: float) -> Held | None:
    quota = round(cores * SPELL)
    first, second = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
    try:
        root = first if first.is_dir() else second
        folder = root / name
        folder.mkdir()
        if root is first:
            (folder / "cpu.cfs_period_us").write_text(str(SPELL), encoding="utf-8")
            (folder / "cpu.cfs_quota_us").write_text(str(quota), encoding="utf-8")
        else:
            (folder / "cpu.max").write_text(f"{quota} {SPELL}", encoding="utf-8")
    except OSError:
        return None
    return Held(folder, root, cores)


def start(host: Host, group: Held | None) -> None:
    """Start this host, whose processes inherit the group that this one is in meanwhile."""
    if group:
        (group.folder / "cgroup.procs").write_text(str(os.getpid()), encoding="utf-8")
    host.start()
    if group:
        (group.back / "cgroup.procs").write_text(str(os.getpid()), encoding="utf-8")


def forms(url: str) -> list[str]:
    """A survey for each customer."""
    storage.open_database(url)
    storage.ensure_connected()
    tokens = [deal().tokens[Wave.SALE] for _ in range(CUSTOMERS)]
    Invitation.update(expires_at=datetime.now(UTC) + timedelta(days=9)).execute()
    storage.close_database()
    return [f"/s/{token}" for token in tokens]


def wait_for(host: Host) -> None:
    """Until it answers, and the balancer has seen that."""
    while True:
        connection = http.client.HTTPConnection(host.network.address, 8000, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                time.sleep(2)
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()


def answers(port: int, paths: list[str], seconds: float) -> float:
    """How many answers a second are acknowledged."""
    until = time.monotonic() + seconds
    counts = itertools.count()

    def answer(path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for value in itertools.cycle(range(11)):
            if time.monotonic() > until:
                break
            connection.request("POST", path, urlencode({"a1": value}), HEADERS)
            reply = connection.getresponse()
            reply.read()
            if reply.status == 303:
                next(counts)
        connection.close()

    threads = [threading.Thread(target=answer, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return next(counts) / seconds


if __name__ == "__main__":
    main()
