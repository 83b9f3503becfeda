"""Mails made one ahead: while the server thinks about one, the next is made."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kloof import storage
from kloof.actions.mailing.batches import RoundResult
from kloof.domain.mailing.messages import Outgoing
from kloof.domain.surveys.definition import Survey
from kloof.mail import MailRenderer, RenderedMail
from kloof.storage.mailing import sending
from kloof.storage.surveys import versions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PreparedMail:
    """A mail ready to travel; `closes_at` is when the survey in it closes, if it asks one."""

    mail: Outgoing
    rendered: RenderedMail
    closes_at: datetime


class MailPrefetcher:
    """The mails of one batch, in order. One that cannot be made does not keep the others waiting."""

    def __init__(
        self,
        renderer: MailRenderer,
        mails: Iterable[Outgoing],
        worker: str,
        clock: Callable[[], datetime],
        result: RoundResult,
    ) -> None:
        self.renderer = renderer
        self.worker = worker
        self.clock = clock
        self.result = result
        self._waiting = iter(mails)
        self._known: dict[int, Survey] = {}
        self._ready: PreparedMail | None = None

    def prepare(self) -> None:
        """Make the next mail, unless it is made already."""
        while self._ready is None and (mail := next(self._waiting, None)):
            self._ready = self._made(mail)

    def next(self) -> PreparedMail | None:
        """The next mail; None after the last."""
        self.prepare()
        ready, self._ready = self._ready, None
        return ready

    def _made(self, mail: Outgoing) -> PreparedMail | None:
        now = self.clock()
        try:
            asks = mail.asks
            survey = self._survey(asks.survey) if asks else None
            closes_at = asks.expires_at if asks else now
            if survey and mail.kind.opens:
                closes_at = now + timedelta(days=survey.timing.open_for_days)
            return PreparedMail(mail, self.renderer.render(mail, survey, closes_at, now), closes_at)
        except Exception:
            log.exception("Message %s could not be made.", mail.message_id)
            with storage.transaction():
                reason = "This mail could not be made; the worker's log says why."
                sending.unmade(mail, self.worker, reason, now)
            self.result.failed += 1
            return None

    def _survey(self, version: int) -> Survey:
        if version not in self._known:
            self._known[version] = versions.by_row(version)
        return self._known[version]
