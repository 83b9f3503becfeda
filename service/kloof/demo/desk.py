"""What waits for the desk: a mail that may not have arrived, an address that does not work, a file with mistakes, a
colleague who leaves, and a release that another colleague looked at.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from email.parser import BytesHeaderParser

from kloof.actions.access.people import known
from kloof.actions.deals import uploads
from kloof.actions.deals.upload_work import Errand
from kloof.actions.jobs import queue
from kloof.actions.mailing import bounces
from kloof.actions.mailing.dispatch import Dispatch
from kloof.actions.staff import leaving
from kloof.config import Settings
from kloof.demo.acts import evening, midnight, noon, sell
from kloof.demo.story import TEAMS, sellers
from kloof.domain.access.audit_log import by
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import FileKind
from kloof.domain.jobs.jobs import JobKind
from kloof.domain.mailing.server_words import About
from kloof.domain.surveys.definition import Survey
from kloof.mail import Fate, TransportError
from kloof.mail.bounces import Bounce
from kloof.mail.transport import Memory, nothing

HELD, BOUNCED = "WH-POST-1", "WH-POST-2"
UNSURE, WRONG = "karel@home.example", "marijke@home.exmple"
LEAVES = "levent@warmtehuis.example"
COLLEAGUE = "wim@warmtehuis.example"
"""Of the desk too: who proposes a release does not approve it."""
FILE = "deals-week.csv"
_LINES = """Dealnummer;Klant;E-mail;Taal;Verkoper;Team;Regio;Product;Vragenlijst;Verkocht op
WH-20001;Ria Mulder;ria@home.example;nl;anouk@warmtehuis.example;Groningen;Noord;Warmtepomp;installation;{good}
WH-20002;Sem de Groot;sem@home;nl;anouk@warmtehuis.example;Groningen;Noord;Warmtepomp;installation;{good}
WH-20003;Tineke Bos;tineke@home.example;nl;anouck@warmtehuis.example;Groningen;Noord;Warmtepomp;installation;{good}
WH-20004;Omar Kaya;omar@home.example;nl;bram@warmtehuis.example;Groningen;Noord;Zonnepanelen;installation;{never}
"""


def leave_work(settings: Settings, offered: Mapping[str, Survey], today: date, desk: str) -> None:
    """Leave all of that for who plays the desk (an address), through what does it in a real company."""
    yesterday = today - timedelta(days=1)
    survey = offered["installation"]
    lines = [
        _line(HELD, "Karel Post", UNSURE, survey, today),
        _line(BOUNCED, "Marijke Zwart", WRONG, survey, today),
    ]
    sell(settings, {survey.id: survey}, lines, noon(yesterday))
    now = evening(settings, yesterday)
    post = _Post()
    Dispatch(settings, post, "warmtehuis", lambda: now).round()
    back = Bounce(About.ADDRESS, post.sent_to(WRONG), "550 5.1.2 Host or domain name not found")
    bounces.take(settings, back, now)
    leaving.leave(
        settings, LEAVES, now, by(known(desk)), on=today + timedelta(days=14), successor=sellers()[8].email
    )
    errand = Errand(settings, lambda: offered, by(known(desk)), midnight(settings, today))
    text = _LINES.format(good=yesterday.isoformat(), never=(today + timedelta(days=40)).isoformat())
    uploads.receive(errand, text.encode(), FILE, FileKind.DEALS)


def propose(settings: Settings, today: date) -> None:
    """A colleague of the desk asks the worker to close what can close, and to propose the next release.

    It makes the preview while the newcomer looks around: it is a whole site, and nobody waits for it at the door.
    """
    for kind in (JobKind.FREEZE, JobKind.PREVIEW):
        queue.ask(kind, by(known(COLLEAGUE)), midnight(settings, today))


class _Post(Memory):
    """Breaks off one conversation when the mail was handed over, before the server could say that it has it."""

    def send(self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing) -> str:
        if recipient == UNSURE:
            raise TransportError("421 4.4.2 The connection was lost after DATA.", Fate.UNKNOWN)
        return super().send(sender, recipient, data, meanwhile)

    def sent_to(self, recipient: str) -> str:
        """The part before the @ of the Message-ID of the mail that went there."""
        [data] = [data for _, to, data in self.sent if to == recipient]
        return str(BytesHeaderParser().parsebytes(data)["Message-ID"]).strip("<>").partition("@")[0]


def _line(deal_id: str, name: str, email: str, survey: Survey, today: date) -> DealLine:
    seller = sellers()[1]
    return DealLine(
        deal_id, name, email, "nl", seller.email, seller.team, TEAMS[seller.team], "Zonnepanelen", survey.id,
        today - timedelta(days=9), today + timedelta(days=30),
    )  # fmt: skip
