"""The numbers of all requests, of every process of a server together."""

import os
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which the processes of a server keep their numbers; `kloof serve` sets it."""
BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""


# When each series began would double their number, and is not told where several processes count together.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Numbers:
    """Counted by route, as its template: no more of them than kloof has routes, methods and statuses."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._requests = Counter(
            "kloof_requests",
            "Requests by route, method and status.",
            ["route", "method", "status"],
            registry=self._own,
        )
        self._seconds = Histogram(
            "kloof_request_seconds",
            "Seconds until an answer began, by route.",
            ["route"],
            buckets=BUCKETS,
            registry=self._own,
        )
        self._waited = Counter(
            "kloof_database_seconds",
            "Seconds that requests waited for the database, by route.",
            ["route"],
            registry=self._own,
        )

    def add(self, method: str, route: str, status: str, seconds: float, waited: float) -> None:
        """Count one request; `waited`: how many of its `seconds` for the database."""
        self._requests.labels(route, method, status).inc()
        self._seconds.labels(route).observe(seconds)
        self._waited.labels(route).inc(waited)

    def of_all_processes(self) -> CollectorRegistry:
        """The numbers of this process, or, where it has sisters, of all of them; the caller may add to it."""
        together = CollectorRegistry()
        if SHARED not in os.environ:
            together.register(self._own)  # it collects, which is all that is asked for
            return together
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return together
