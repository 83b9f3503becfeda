"""Two hosts beside one: answers per second through a balancer, with a web and a worker on each, in network namespaces
of their own where this machine allows that; PostgreSQL in a third, with a replica that has every commit first.

What it can show is bounded by the cores: hosts, database, balancer and customers share those of one machine. `cores`
says how many; two hosts are more than one only where each finds cores that the other leaves idle.

    python bench/hosts.py              a minute
    python bench/hosts.py --seconds 60
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
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5.0, help="of each round")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, two_hosts(Path(folder)) as hosts:
        print(json.dumps(measure(hosts, given.seconds), indent=2))


def measure(hosts: TwoHosts, seconds: float) -> dict[str, object]:
    """Rounds with one host and with two, in turn; the median of each."""
    paths = forms(hosts.server.url)
    found: dict[str, list[float]] = {"one": [], "two": []}
    hosts.a.start()
    wait_for(hosts.a)
    for _ in range(3):
        found["one"].append(answers(hosts.port, paths, seconds))
        hosts.b.start()
        wait_for(hosts.b)
        found["two"].append(answers(hosts.port, paths, seconds))
        hosts.b.end()
    one, two = median(found["one"]), median(found["two"])
    return {
        "answers_per_second": {"one_host": round(one, 1), "two_hosts": round(two, 1)},
        "ratio": round(two / one, 2),
        "cores": os.cpu_count(),
        "network_namespaces": hosts.in_namespaces,
    }


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
