"""The texts of the mails, read from letters.yaml: every one of them in both languages, or nothing starts."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from kloof.domain.text import Text


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MailText(_Part):
    """What one kind of mail says. `reason`: why a customer gets it, where that is not that we ask them something."""

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
    call_overdue: MailText
    solved: MailText
    test: MailText
    on_paper: OnPaper

    def named(self, name: str) -> MailText:
        """The text that a kind of mail names."""
        found: MailText = getattr(self, name)
        return found


@cache
def mail_texts() -> MailTexts:
    """The texts as they ship with kloof."""
    text = (Path(__file__).parent / "letters.yaml").read_text(encoding="utf-8")
    return MailTexts.model_validate(yaml.safe_load(text))
