"""Making a mail: text and HTML from what a message refers to, for one recipient, ready to travel."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from zoneinfo import ZoneInfo

from kloof.config import Settings
from kloof.domain import notation
from kloof.domain.access.tokens import Purpose, token
from kloof.domain.deals.deals import in_path
from kloof.domain.mailing.greetings import to_colleague, to_customer
from kloof.domain.mailing.messages import Outgoing, Recipient
from kloof.domain.mailing.subjects import AboutCall, AboutHandover, AboutSignIn, AboutSurvey, AboutWeek
from kloof.domain.surveys.definition import Survey
from kloof.domain.text import Language
from kloof.mail.compiled import MultipartBody, TemplateCompiler, first_question
from kloof.mail.headers import domain_in_ascii, header, mailbox, timestamp, words
from kloof.mail.signing import signer
from kloof.mail.texts import MailText, MailTexts, company_texts

_written_date = lru_cache(maxsize=1024)(notation.date)


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail as it travels: the envelope's sender and recipient, and the bytes."""

    sender: str
    recipient: str
    data: bytes


class MailRenderer:
    """Makes the mails of one company. Nothing secret is kept: links are derived when a mail is made."""

    def __init__(self, settings: Settings, texts: MailTexts | None = None) -> None:
        """`texts` in place of those of the company. Raises BadSettings where those cannot be used."""
        self.settings = settings
        self.texts = texts or company_texts(settings.folder)
        name, self.address = parseaddr(settings.mail_from or "kloof@localhost")
        self.sender = mailbox(name or settings.company.name, self.address)
        self.zone = ZoneInfo(settings.mail.time_zone)
        self.signer = signer(settings, self.address)
        self.compiler = TemplateCompiler(settings)
        self._bodies: dict[tuple[object, ...], MultipartBody] = {}

    def read_texts_again(self) -> None:
        """Use what the company says in its mails by now. Raises BadSettings where that cannot be used."""
        texts = company_texts(self.settings.folder)
        if texts != self.texts:
            self.texts = texts
            self._bodies.clear()

    def render(
        self, mail: Outgoing, survey: Survey | None, closes_at: datetime, now: datetime
    ) -> RenderedMail:
        """This mail, made; `survey` is what it asks, if it asks one, and `closes_at` when that closes."""
        called = (
            to_customer(mail.to.name, mail.to.language)
            if mail.kind.to_customer
            else to_colleague(mail.to.name)
        )
        facts = {"name": called} | self._facts(mail, closes_at)
        if mail.kind.to_customer:
            facts["opt_out"] = self._link("/opt-out/", Purpose.OPT_OUT, mail.to.salt)
        name = mail.text
        wording, body = self.texts.named(name), self._body(name, mail, survey)
        return self._finished(mail.message_id, mail.to, wording, body, facts, now)

    def trial(self, recipient: str, message_id: str, now: datetime) -> RenderedMail:
        """A mail that proves the way out."""
        to, wording = Recipient(recipient, recipient, self.settings.company.language), self.texts.test
        parts = {"can_be_stopped": False, "question": None, "is_last": False}
        body = self.compiler.make(self.texts, wording, to.language, self._shared(), parts)
        facts = {"name": to.name, "link": self.settings.link("/")}
        return self._finished(message_id, to, wording, body, facts, now)

    def _facts(self, mail: Outgoing, closes_at: datetime) -> dict[str, str]:
        """What differs between two mails of one kind, beside the name and the way out."""
        match mail.subject:
            case AboutSurvey() as survey if mail.kind.asks:
                return self._asking(mail.to, survey, closes_at)
            case AboutSurvey():
                return self._telling(mail.to)
            case AboutCall() as call:
                return self._confirming(call) if mail.kind.to_customer else self._calling(mail.to, call)
            case AboutHandover() as handover:
                return self._handing_over(handover)
            case AboutWeek() as week:
                return self._counting(mail.to, week)
            case AboutSignIn() as sign_in:
                return self._signing_in(mail.to, sign_in)

    def _asking(self, to: Recipient, survey: AboutSurvey, closes_at: datetime) -> dict[str, str]:
        return {
            "product": survey.product,
            "passed_by": survey.passed_by,
            "salesperson": survey.salesperson or self.settings.company.name,
            "sold_on": _written_date(survey.sold_on, to.language),
            "delivered_on": _written_date(survey.delivered_on or survey.sold_on, to.language),
            "open_until": _written_date(closes_at.astimezone(self.zone).date(), to.language),
            "link": self._link("/s/", Purpose.SURVEY, to.salt),
        }

    def _telling(self, to: Recipient) -> dict[str, str]:
        """Findings came out, to a customer who asked to be told: nothing is asked of them."""
        receipt = self._link("/s/", Purpose.SURVEY, to.salt) + "/receipt"
        return {"link": self.settings.findings_address, "receipt": receipt}

    def _confirming(self, call: AboutCall) -> dict[str, str]:
        return {"product": call.product, "link": self._link("/solved/", Purpose.SOLVED, call.salt)}

    def _calling(self, to: Recipient, call: AboutCall) -> dict[str, str]:
        return {
            "customer": call.customer_name,
            "deal": call.deal_id,
            "product": call.product,
            "due_on": _written_date(call.due_on, to.language),
            "link": self.settings.link(f"/calls/{in_path(call.deal_id)}"),
        }

    def _handing_over(self, about: AboutHandover) -> dict[str, str]:
        """Word that delivery has said something: a link, and nothing of what the customer answered."""
        link = self.settings.link(f"/me/deals/{in_path(about.deal_id)}")
        return {"product": about.product, "deal": about.deal_id, "link": link}

    def _counting(self, to: Recipient, week: AboutWeek) -> dict[str, str]:
        """How much is new, and the way out of this mail. The numbers stand in its body."""
        return {
            "counted_on": _written_date(week.counted_at.astimezone(self.zone).date(), to.language),
            "link": self.settings.link(week.news.path),
            "opt_out": self._link("/weekly/", Purpose.WEEKLY, to.salt),
        }

    def _signing_in(self, to: Recipient, about: AboutSignIn) -> dict[str, str]:
        until = about.expires_at.astimezone(self.zone).strftime("%H:%M")
        return {"link": self._link("/sign-in/", Purpose.SIGN_IN, to.salt), "until": until}

    def _body(self, name: str, mail: Outgoing, survey: Survey | None) -> MultipartBody:
        """What this mail shares with others: of a survey also its questions and that it is the last one, of a week its
        counts.
        """
        language, asks = mail.to.language, mail.asks
        is_last = asks is not None and mail.ordinal == len(self.settings.mail.reminders_after_days)
        counts = mail.subject.news.counts if isinstance(mail.subject, AboutWeek) else {}
        key = (name, language, is_last, survey.fingerprint if survey else "", tuple(counts.items()))
        if key not in self._bodies:
            shared, question = self._shared(), None
            if asks and survey:
                questions = len(survey.items(asks.wave))
                shared |= {"questions": questions, "minutes": survey.minutes(asks.wave)}
                question = first_question(survey, asks.wave, language)
            wording = self.texts.named(name)
            parts = {
                "can_be_stopped": mail.kind.can_be_stopped,
                "question": question,
                "is_last": is_last,
                "counts": [(wording.counts[one][language], count) for one, count in counts.items()],
                "choices": [(value, words[language]) for value, words in wording.choices.items()],
            }
            self._bodies[key] = self.compiler.make(self.texts, wording, language, shared, parts)
        return self._bodies[key]

    def _shared(self) -> dict[str, object]:
        return {"company": self.settings.company.name, "k": self.settings.publishing.k}

    def _finished(
        self,
        message_id: str,
        to: Recipient,
        wording: MailText,
        body: MultipartBody,
        facts: dict[str, str],
        now: datetime,
    ) -> RenderedMail:
        recipient, boundary = domain_in_ascii(to.email), f"=_{message_id}"
        reply_to = self.settings.mail.reply_to
        fields = [
            ("From", self.sender),
            ("To", mailbox(to.name, recipient)),
            ("Subject", words(self._subject(wording, to.language, facts))),
            ("Content-Language", to.language),
            ("Date", timestamp(now)),
            ("Message-ID", f"<{message_id}@{self.address.rpartition('@')[2]}>"),
            *([("Reply-To", reply_to)] if reply_to else []),
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "OOF, AutoReply"),
            *(_one_click(facts["opt_out"]) if "opt_out" in facts else []),
            ("MIME-Version", "1.0"),
            ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
        ]
        data = header(fields).encode() + body.render(facts, boundary)
        data = self.signer.signed(data) if self.signer else data
        return RenderedMail(self._return_path(message_id), recipient, data)

    def _subject(self, wording: MailText, language: Language, facts: dict[str, str]) -> str:
        return wording.subject[language].format(
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


def _one_click(opt_out: str) -> list[tuple[str, str]]:
    """The header fields that let a mail program offer one-click opt-out (RFC 8058)."""
    return [
        ("List-Unsubscribe", f"<{opt_out}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
    ]
