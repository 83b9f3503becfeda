"""`/metrics` for Prometheus: numbers of requests, and of what stands in the database. Never a fact about a person.

With a token in KLOOF_METRICS_TOKEN for who brings it; without one for who asks on this machine itself, past any proxy.
"""

import hmac
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import ip_address
from threading import Lock
from typing import Final

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from kloof.actions.totals import Totals, counted
from kloof.domain.states import MessageState
from kloof.domain.surveys.definition import Wave
from kloof.web.app.context import now, settings
from kloof.web.seen.numbers import Numbers

blueprint = Blueprint("metrics", __name__)

FRESH: Final = 10.0
"""Seconds for which a process gives the same totals: to count every mail takes a while where there were many."""
_PASSED_ON: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
_looked: dict[str, tuple[float, Totals | None]] = {}
_one_at_a_time = Lock()


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    if not _may_know():
        abort(404)
    numbers: Numbers = current_app.extensions["kloof.numbers"]
    together = numbers.of_all_processes()
    together.register(_InDatabase(_totals(), now()))
    return Response(generate_latest(together), content_type=CONTENT_TYPE_LATEST)


def _may_know() -> bool:
    token = settings().metrics_token
    if token:
        brought = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(brought.encode(), token.encode())
    try:
        is_here = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return is_here and not any(name in request.headers for name in _PASSED_ON)


def _totals() -> Totals | None:
    url = settings().database_url
    with _one_at_a_time:
        at, found = _looked.get(url, (0.0, None))
        if found is None or time.monotonic() - at > FRESH:
            found = counted(now())
            _looked[url] = (time.monotonic(), found)
    return found


class _InDatabase(Collector):
    """The totals at this moment, as Prometheus wants them."""

    def __init__(self, totals: Totals | None, moment: datetime) -> None:
        self._totals = totals
        self._moment = moment

    def collect(self) -> Iterable[Metric]:
        totals = self._totals
        yield _gauge("kloof_database_up", "1 where the database answers.", totals is not None)
        if totals is not None:
            yield from self._mail(totals)
            yield from self._kept(totals)

    def _mail(self, totals: Totals) -> Iterator[Metric]:
        mails = GaugeMetricFamily(
            "kloof_mails", "Mails and letters that there are, by state.", labels=["state"]
        )
        for state in MessageState:
            mails.add_metric([state.value], totals.mails[state])
        yield mails
        due = totals.oldest_due_at
        age = (self._moment - due).total_seconds() if due else 0.0
        yield _gauge(
            "kloof_outbox_oldest_due_seconds", "Since when the longest waiting mail is due; 0 for none.", age
        )
        yield _gauge("kloof_mail_paused", "1 while somebody pauses the mail.", totals.is_paused)
        yield _gauge("kloof_mail_refused", "1 while our mail server refuses us.", totals.is_refused)

    def _kept(self, totals: Totals) -> Iterator[Metric]:
        answers = GaugeMetricFamily(
            "kloof_answers", "Surveys that were sent in and stand, by wave.", labels=["wave"]
        )
        for wave in Wave:
            answers.add_metric([wave.value], totals.answers.get(wave.value, 0))
        yield answers
        yield _gauge("kloof_blocks", "Blocks that are frozen.", totals.blocks)
        yield CounterMetricFamily("kloof_releases", "Releases that were published.", value=totals.releases)
        worked = totals.worked_at.timestamp() if totals.worked_at else 0
        yield _gauge(
            "kloof_worker_seen_timestamp_seconds",
            "When a worker was last seen, since 1970; 0 for never.",
            worked,
        )


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))
