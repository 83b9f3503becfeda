"""Who plays in a soak: a CRM that puts deals, customers who answer, and the mail server between."""

import json
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Empty, Queue
from typing import Any, NamedTuple
from urllib.parse import urlencode

from aiosmtpd.smtp import SMTP, Envelope, Session

import fast_year
from kloof.mail.catcher import Pipelining

SELLERS, CUSTOMERS_AT_ONCE = 12, 4
DEALS_A_SECOND = 7
SHARE_ANSWERING = 0.85
_LINK = re.compile(r"/s/([A-Za-z0-9_-]{20,})")
_AFTER = "Denk aan wat u hebt gekregen"


class MailServer(Pipelining):
    """Takes every mail, counts it by its number, and puts the link to a survey into a queue."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.links: Queue[str] = Queue()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd calls it so
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.came[str(mail["Message-ID"])] += 1
        body = mail.get_body(("plain",))
        found = _LINK.search(body.get_content() if body else "")
        if found:
            self.links.put(found[1])
        return "250 Kept"


class Said(NamedTuple):
    """What a server answered; status 0 where no answer came."""

    status: int
    body: bytes = b""
    leads_to: str = ""


@dataclass
class Year:
    """One company's year: where it is played, and what came of it. over: everybody goes home."""

    folder: Path
    seconds: float
    port: int
    mail: MailServer = field(default_factory=MailServer)
    token: str = ""
    began: float = 0.0
    acknowledged: set[str] = field(default_factory=set)
    answered: dict[str, dict[str, int]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    said: Counter[str] = field(default_factory=Counter)
    trouble: list[Exception] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _begun: set[str] = field(default_factory=set)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def is_first_with(self, token: str) -> bool:
        """Whether nobody has begun to answer behind this link: a reminder brings it once more, and two who answer at
        the same time would give different answers.
        """
        with self._turn:
            is_new = token not in self._begun
            self._begun.add(token)
            return is_new

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> Said:
        """What the web server answers."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request(method, path, body, headers or {})
            answer = line.getresponse()
            self.said[f"{method} {answer.status}"] += 1
            return Said(answer.status, answer.read(), answer.headers.get("Location", ""))
        except (OSError, HTTPException) as error:
            self.said[f"{method} {type(error).__name__}"] += 1
            time.sleep(0.1)
            return Said(0, repr(error).encode())
        finally:
            line.close()


class Crm:
    """Sells all year, and delivers a month later; stops selling in time for the last to be delivered."""

    def __init__(self, year: Year) -> None:
        self.year = year

    def __call__(self) -> None:
        year = self.year
        sold: list[tuple[float, str]] = []
        number = 0
        while not year.over.wait(1.0):
            passed = time.time() - year.began
            if passed < year.seconds * 0.85:
                some = range(number, number + DEALS_A_SECOND)
                number = some.stop
                self._until_acknowledged("PUT", "/deals", {"deals": [self._deal(one) for one in some]})
                year.acknowledged |= {f"D-{one}" for one in some}
                sold += [(passed, f"D-{one}") for one in some]
            due = [name for at, name in sold if passed - at > year.seconds / 12]
            sold = [one for one in sold if one[1] not in set(due)]
            for name in due:
                day = fast_year.now().date().isoformat()
                self._until_acknowledged("POST", f"/deals/{name}/delivery", {"delivered_on": day})

    def _deal(self, number: int) -> dict[str, str]:
        return {
            "deal_id": f"D-{number}",
            "customer_name": f"Customer {number}",
            "customer_email": f"c{number}@home.example",
            "language": "nl",
            "salesperson_email": f"s{number % SELLERS}@company.example",
            "team": f"T{number % 3}",
            "region": "East",
            "product": "Heat pump",
            "survey": "installation",
            "sold_on": fast_year.now().date().isoformat(),
        }

    def _until_acknowledged(self, method: str, path: str, body: Any) -> None:
        headers = {"Authorization": f"Bearer {self.year.token}", "Content-Type": "application/json"}
        while not self.year.over.is_set():
            said = self.year.ask(method, f"/api/v1{path}", json.dumps(body), headers)
            if said.status == 200:
                return
            assert said.status in {0, 500, 503}, said
            time.sleep(0.1)


class Customer:
    """Opens mails, and answers most of the surveys behind them, until they are acknowledged."""

    def __init__(self, year: Year, number: int) -> None:
        self.year, self.chance = year, random.Random(number)

    def __call__(self) -> None:
        from kloof.actions.surveys.files import load_surveys
        from kloof.domain.surveys.definition import Wave

        year = self.year
        survey = load_surveys(year.folder / "surveys")["installation"]
        while not year.over.is_set():
            try:
                token = year.mail.links.get(timeout=0.5)
            except Empty:
                continue
            if self.chance.random() > SHARE_ANSWERING or not year.is_first_with(token):
                continue
            wave = Wave.DELIVERY if _AFTER in self._opened(token) else Wave.SALE
            marks = {item: self.chance.randint(2, 10) for item in survey.items(wave)}
            if self._is_acknowledged(token, marks):
                year.answered[token] = marks

    def _opened(self, token: str) -> str:
        said = Said(0)
        while said.status not in {200, 404, 410} and not self.year.over.is_set():
            said = self.year.ask("GET", f"/s/{token}?page=1")
        return said.body.decode()

    def _is_acknowledged(self, token: str, marks: dict[str, int]) -> bool:
        """Send the answers in until the server says that it has them; False where the survey closed before."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = urlencode(marks | {"consent": "totals", "action": "submit"})
        while not self.year.over.is_set():
            said = self.year.ask("POST", f"/s/{token}", sent, kind)
            if said.status == 303:
                if "late=" in said.leads_to:
                    self.year.trouble.append(AssertionError("other answers are kept than were sent in"))
                return True
            if said.status in {404, 410}:
                self.year.closed.add(token)
                return False
            if said.status not in {0, 500, 503}:
                refused = f"an answer was refused with {said.status}: {said.body[:300]!r}"
                self.year.trouble.append(AssertionError(refused))
                return False
        return False
