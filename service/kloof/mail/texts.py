"""The texts of the mails, read from letters.yaml: every one of them in both languages, or nothing starts."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from kloof.domain.mailing.messages import INVITATION, SIGN_IN, tells_of_findings
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Text


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MailText(_Part):
    """One kind of mail. `reason`: why a customer gets it, where that is not that we ask them something."""

    subject: Text
    body: tuple[Text, ...]
    button: Text
    reason: Text | None = None


class FirstQuestion(_Part):
    """What stands around the first question's scale."""

    start: Text
    not_saved: Text


class Paragraph(_Part):
    """A body with a heading."""

    heading: Text
    body: Text


class OnPaper(_Part):
    """What only a printed letter says."""

    first: MailText
    second: MailText
    scan: Text
    type_it: Text
    reason: Text
    way_out: Text
    contact: Text
    reference: Text


class MailTexts(_Part):
    """All texts of all mails and letters."""

    greeting: Text
    regards: Text
    first_question: FirstQuestion
    who_sees: Paragraph
    reason: Text
    way_out: Text
    last_one: Text
    invitation_sale: MailText
    invitation_delivery: MailText
    reminder_sale: MailText
    reminder_delivery: MailText
    findings: MailText
    sign_in: MailText
    handover: MailText
    call: MailText
    call_due: MailText
    solved: MailText
    test: MailText
    on_paper: OnPaper

    def of(self, kind: str, wave: Wave | None) -> MailText:
        """The letter for a message of this kind."""
        if kind == SIGN_IN or wave is None:
            return self.sign_in
        if tells_of_findings(kind):
            return self.findings
        if kind == INVITATION:
            return self.invitation_sale if wave is Wave.SALE else self.invitation_delivery
        return self.reminder_sale if wave is Wave.SALE else self.reminder_delivery


@cache
def mail_texts() -> MailTexts:
    """The texts as they ship with kloof."""
    text = (Path(__file__).parent / "letters.yaml").read_text(encoding="utf-8")
    return MailTexts.model_validate(yaml.safe_load(text))
