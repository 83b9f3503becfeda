"""Making a mail: text and HTML from what a message refers to, for one recipient, ready to travel."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from kloof.config import Settings
from kloof.domain import notation
from kloof.domain.access.tokens import Purpose, token
from kloof.domain.mailing.messages import (
    AboutCall,
    AboutDeal,
    AboutHandover,
    Outgoing,
    reminder_number,
    reminds_of_call,
    tells_of_findings,
)
from kloof.domain.surveys.definition import Survey
from kloof.domain.text import Language
from kloof.mail.compiled import MultipartBody, TemplateCompiler, first_question
from kloof.mail.headers import domain_in_ascii, header, mailbox, timestamp, words
from kloof.mail.signing import signer
from kloof.mail.texts import MailText, mail_texts

_written_date = lru_cache(maxsize=1024)(notation.date)


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail as it travels: the envelope's sender and recipient, and the bytes."""

    sender: str
    recipient: str
    data: bytes


class MailRenderer:
    """Makes the mails of one company. Nothing secret is kept: links are derived when a mail is made."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        name, self.address = parseaddr(settings.mail_from or "kloof@localhost")
        self.sender = mailbox(name or settings.company.name, self.address)
        self.zone = ZoneInfo(settings.mail.time_zone)
        self.signer = signer(settings, self.address)
        self.foundry = TemplateCompiler(settings)
        self._moulds: dict[tuple[object, ...], MultipartBody] = {}

    def parcel(
        self, mail: Outgoing, survey: Survey | None, closes_at: datetime, now: datetime
    ) -> RenderedMail:
        """This mail, made; `closes_at` is when the survey or the link in it closes."""
        if tells_of_findings(mail.kind):
            return self._of_findings(mail, now)
        if mail.handover:
            return self._to_salesperson(mail, mail.handover, now)
        if mail.call:
            return self._about_call(mail, mail.call, now)
        if mail.about and survey:
            return self._to_customer(mail, mail.about, survey, closes_at, now)
        facts = {
            "name": mail.name,
            "link": self._link("/sign-in/", Purpose.SIGN_IN, mail.salt),
            "until": closes_at.astimezone(self.zone).strftime("%H:%M"),
        }
        return self._plain(mail_texts().sign_in, mail, facts, now)

    def trial(self, recipient: str, message_id: str, now: datetime) -> RenderedMail:
        """A mail that proves the way out."""
        language = self.settings.company.language
        mail = Outgoing(0, message_id, "test", 0, None, recipient, recipient, language, b"", now)
        return self._plain(mail_texts().test, mail, {"name": recipient, "link": self.settings.link("/")}, now)

    def _to_salesperson(self, mail: Outgoing, about: AboutHandover, now: datetime) -> RenderedMail:
        """Word that delivery has said something: a link, and nothing of what the customer answered."""
        link = self.settings.link(f"/me/deals/{quote(about.deal_id, safe='')}")
        facts = {"name": mail.name, "product": about.product, "deal": about.deal_id, "link": link}
        return self._plain(mail_texts().handover, mail, facts, now)

    def _plain(self, letter: MailText, mail: Outgoing, facts: dict[str, str], now: datetime) -> RenderedMail:
        """A mail to somebody of the company: no question in it, and no way out needed."""
        key = (letter.subject, mail.language)
        if key not in self._moulds:
            parts = {"to_customer": False, "question": None, "is_last": False}
            self._moulds[key] = self.foundry.make(letter, mail.language, self._shared(), parts)
        return self._finished(mail, letter, self._moulds[key], facts, [], now)

    def _of_findings(self, mail: Outgoing, now: datetime) -> RenderedMail:
        """A mail to a customer who asked for it: nothing is asked of them, and there is a way out all the same."""
        facts = {
            "name": mail.name,
            "link": self.settings.findings_address,
            "receipt": self._link("/s/", Purpose.SURVEY, mail.salt) + "/receipt",
            "opt_out": self._link("/opt-out/", Purpose.OPT_OUT, mail.salt),
        }
        return self._unasked(mail_texts().findings, mail, facts, now)

    def _about_call(self, mail: Outgoing, call: AboutCall, now: datetime) -> RenderedMail:
        """To the customer: is it solved? To whoever has to call: that they have to, or that today is the day."""
        if mail.about:
            facts = {
                "name": mail.name,
                "product": mail.about.product,
                "link": self._link("/solved/", Purpose.SOLVED, call.salt),
                "opt_out": self._link("/opt-out/", Purpose.OPT_OUT, mail.salt),
            }
            return self._unasked(mail_texts().solved, mail, facts, now)
        facts = {
            "name": mail.name,
            "customer": call.customer_name,
            "deal": call.deal_id,
            "due_on": _written_date(call.due_on, mail.language),
            "link": self.settings.link(f"/calls/{quote(call.deal_id, safe='')}"),
        }
        letter = mail_texts().call_due if reminds_of_call(mail.kind) else mail_texts().call
        return self._plain(letter, mail, facts, now)

    def _unasked(
        self, letter: MailText, mail: Outgoing, facts: dict[str, str], now: datetime
    ) -> RenderedMail:
        """A mail to a customer in which no survey starts; there is a way out all the same."""
        key = (letter.subject, mail.language)
        if key not in self._moulds:
            parts = {"to_customer": True, "question": None, "is_last": False}
            self._moulds[key] = self.foundry.make(letter, mail.language, self._shared(), parts)
        return self._finished(mail, letter, self._moulds[key], facts, _bulk(facts["opt_out"]), now)

    def _shared(self) -> dict[str, object]:
        return {"company": self.settings.company.name, "k": self.settings.publishing.k}

    def _to_customer(
        self, mail: Outgoing, about: AboutDeal, survey: Survey, closes_at: datetime, now: datetime
    ) -> RenderedMail:
        letter = mail_texts().of(mail.kind, about.wave)
        opt_out = self._link("/opt-out/", Purpose.OPT_OUT, mail.salt)
        facts = {
            "name": mail.name,
            "product": about.product,
            "salesperson": about.salesperson,
            "sold_on": _written_date(about.sold_on, mail.language),
            "delivered_on": _written_date(about.delivered_on or about.sold_on, mail.language),
            "open_until": _written_date(closes_at.astimezone(self.zone).date(), mail.language),
            "link": self._link("/s/", Purpose.SURVEY, mail.salt),
            "opt_out": opt_out,
        }
        mould = self._mould(letter, mail, about, survey)
        return self._finished(mail, letter, mould, facts, _bulk(opt_out), now)

    def _mould(self, letter: MailText, mail: Outgoing, about: AboutDeal, survey: Survey) -> MultipartBody:
        is_last = reminder_number(mail.kind) == len(self.settings.mail.reminders_after_days)
        key = (mail.kind, about.wave, mail.language, survey.fingerprint)
        if key not in self._moulds:
            questions = len(survey.items(about.wave))
            shared = self._shared() | {"questions": questions, "minutes": survey.minutes(about.wave)}
            question = first_question(survey, about.wave, mail.language)
            parts = {"to_customer": True, "question": question, "is_last": is_last}
            self._moulds[key] = self.foundry.make(letter, mail.language, shared, parts)
        return self._moulds[key]

    def _finished(
        self,
        mail: Outgoing,
        letter: MailText,
        mould: MultipartBody,
        facts: dict[str, str],
        extra: list[tuple[str, str]],
        now: datetime,
    ) -> RenderedMail:
        recipient, boundary = domain_in_ascii(mail.email), f"=_{mail.message_id}"
        reply_to = self.settings.mail.reply_to
        fields = [
            ("From", self.sender),
            ("To", mailbox(mail.name, recipient)),
            ("Subject", words(self._subject(letter, mail.language, facts))),
            ("Date", timestamp(now)),
            ("Message-ID", f"<{mail.message_id}@{self.address.rpartition('@')[2]}>"),
            *([("Reply-To", reply_to)] if reply_to else []),
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "OOF, AutoReply"),
            *extra,
            ("MIME-Version", "1.0"),
            ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
        ]
        data = header(fields).encode() + mould.cast(facts, boundary)
        data = self.signer.signed(data) if self.signer else data
        return RenderedMail(self._return_path(mail.message_id), recipient, data)

    def _subject(self, letter: MailText, language: Language, facts: dict[str, str]) -> str:
        return letter.subject[language].format(
            company=self.settings.company.name, product=facts.get("product", "")
        )

    def _return_path(self, message_id: str) -> str:
        """The envelope's sender, one for each message (VERP): a bounce comes back to it."""
        if self.settings.mail.bounce_address is None:
            return self.address
        local, _, domain = self.settings.mail.bounce_address.rpartition("@")
        return f"{local}+{message_id}@{domain}"

    def _link(self, path: str, purpose: Purpose, salt: bytes) -> str:
        return self.settings.link(path + token(self.settings.secret_key, purpose, salt))


def _bulk(opt_out: str) -> list[tuple[str, str]]:
    """The header fields that let a mail program offer one-click opt-out (RFC 8058)."""
    return [
        ("List-Unsubscribe", f"<{opt_out}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
    ]
