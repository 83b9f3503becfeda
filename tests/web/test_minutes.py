"""A customer is told the same number of minutes everywhere: by the mail, by the letter on paper, and by the form."""

import email
import email.policy
import re
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pypdfium2
import pytest

from cast.builders import NOW, settings, survey
from kloof.config import Settings
from kloof.domain.mailing.kinds import INVITATION, REMINDER, MailKind
from kloof.domain.mailing.messages import Outgoing, Recipient
from kloof.domain.mailing.subjects import AboutSurvey
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.text import LANGUAGES, Language
from kloof.mail.letter_pdf import LetterPrinter
from kloof.mail.rendering import MailRenderer
from kloof.web.survey.preview import alone

KINDS = ((INVITATION, 0), (REMINDER, 1), (REMINDER, 2))
TOLD: dict[Language, str] = {"nl": r"\bongeveer (\w+) minuten", "en": r"\babout (\w+) minutes"}


def told(words: str, language: Language) -> str:
    """The number of minutes that these words say, as they say it; they say it once."""
    [found] = re.findall(TOLD[language], " ".join(words.split()))
    return str(found)


def outgoing(kind: MailKind[AboutSurvey], ordinal: int, wave: Wave, language: Language) -> Outgoing:
    about = AboutSurvey(
        1, InvitationState.PLANNED, wave, 1, "Pump", "Eva", date(2026, 3, 1), date(2026, 3, 2), False, NOW
    )
    to = Recipient("Piet", "piet@example.com", language, 1, b"s" * 32)
    return Outgoing(1, "m", kind, ordinal, 0, to, about)


def mailed(post: MailRenderer, mail: Outgoing, asked: Survey) -> list[str]:
    """The plain and the HTML part of this mail."""
    data = post.render(mail, asked, NOW + timedelta(days=45), NOW).data
    read = email.message_from_bytes(data, policy=email.policy.default)
    return [str(part.get_content()) for part in read.iter_parts()]  # type: ignore[attr-defined]


def printed(settings: Settings, mails: list[Outgoing], asked: Survey) -> list[str]:
    """The words of these letters, page by page."""
    with LetterPrinter(settings) as press:
        for mail in mails:
            press.add(mail, asked, NOW + timedelta(days=45), NOW)
        document = pypdfium2.PdfDocument(press.pdf())
    try:
        return [str(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


@pytest.mark.slow
@pytest.mark.parametrize("aspects", [1, 9, 10, 11, 30, 40])
def test_mail_letter_and_form_say_the_same_number_of_minutes(tmp_path: Path, aspects: int) -> None:
    asked, own = survey(aspects), settings("sqlite:///nowhere", tmp_path)
    form, post = alone(own, asked).test_client(use_cookies=False), MailRenderer(own)
    told_by: list[tuple[Wave, str, str]] = []
    moments = list(product(Wave, LANGUAGES))
    papers = printed(own, [outgoing(INVITATION, 0, *moment) for moment in moments], asked)
    for (wave, language), paper in zip(moments, papers, strict=True):
        shown = form.get(f"/preview/project/{wave}?language={language}").text
        told_by += [(wave, "form", told(shown, language)), (wave, "letter", told(paper, language))]
        for kind, ordinal in KINDS:
            mails = mailed(post, outgoing(kind, ordinal, wave, language), asked)
            told_by += [(wave, f"{kind.name} {ordinal}", told(words, language)) for words in mails]
    assert told_by == [(wave, where, str(asked.minutes(wave))) for wave, where, _ in told_by]
