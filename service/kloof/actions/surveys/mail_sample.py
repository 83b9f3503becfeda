"""A mail as it would go out, with made-up facts: to look at, or to send to oneself. Its links lead nowhere."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from kloof.actions.mailing import trial
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings
from kloof.domain.errors import BadInput
from kloof.domain.mailing.kinds import INVITATION, MAIL_KINDS, MailKind
from kloof.domain.mailing.messages import Outgoing, Recipient
from kloof.domain.mailing.subjects import (
    AboutCall,
    AboutHandover,
    AboutSignIn,
    AboutSurvey,
    AboutWeek,
    Subject,
)
from kloof.domain.mailing.weekly import News
from kloof.domain.states import CallState, InvitationState
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.source import SurveySource
from kloof.domain.text import Language
from kloof.mail import MailRenderer, RenderedMail
from kloof.mail.checks import Proof
from kloof.mail.letter_pdf import LetterPrinter
from kloof.mail.texts import MailTexts
from kloof.scaffold import surveys as shipped_surveys

CUSTOMER: Final = "Anna de Boer"
_SELLER, _DEAL, _PRODUCT = "Sanne Bakker", "2026-0417", {"nl": "Warmtepomp", "en": "Heat pump"}
_FIRST: Final = "invitation_sale"
_PASSED_ON: Final = "passed_on_"
_COLLEAGUE: Final = "Bram Smit"


def _kinds() -> dict[str, tuple[MailKind[Any], Wave]]:
    found: dict[str, tuple[MailKind[Any], Wave]] = {}
    for kind in MAIL_KINDS.values():
        if kind.asks:
            found |= {f"{kind.text}_{wave.value}": (kind, wave) for wave in Wave}
        else:
            found[kind.text] = (kind, Wave.DELIVERY)
    return found | {f"{_PASSED_ON}{wave.value}": (INVITATION, wave) for wave in Wave}


KINDS: Final[Mapping[str, tuple[MailKind[Any], Wave]]] = MappingProxyType(_kinds())
"""The mail that a text is of, by the name of the text."""


def rendered(
    settings: Settings, texts: MailTexts, name: str, language: Language, email: str, now: datetime
) -> RenderedMail:
    """The mail with the text of this name, to this address. What belongs to no mail is seen in an invitation."""
    renderer = MailRenderer(settings, texts)
    if name == "test":
        return renderer.trial(email, secrets.token_hex(16), now)
    mail, survey = _mail(settings, name if name in KINDS else _FIRST, language, email, now)
    return renderer.render(mail, survey, now + timedelta(days=survey.timing.open_for_days), now)


def printed(settings: Settings, texts: MailTexts, wave: Wave, language: Language, now: datetime) -> bytes:
    """The letter of this wave as a PDF. Raises Refused where a text has letters for which there is no shape."""
    mail, survey = _mail(settings, f"invitation_{wave.value}", language, "", now)
    with LetterPrinter(settings, texts) as printer:
        printer.add(mail, survey, now + timedelta(days=survey.timing.open_for_days), now)
        return printer.pdf()


def send(
    settings: Settings, texts: MailTexts, name: str, language: Language, email: str, now: datetime
) -> Proof:
    """Send it by the way of all mail; says how that went. Raises BadSettings where there is no way out."""
    return trial.handed_over(settings, rendered(settings, texts, name, language, email, now))


def _mail(
    settings: Settings, name: str, language: Language, email: str, now: datetime
) -> tuple[Outgoing, Survey]:
    kind, wave = KINDS[name]
    survey = _survey(settings)
    to = Recipient(CUSTOMER, email, language, 1 if kind.to_customer else None, secrets.token_bytes(32))
    about = _about(kind, wave, survey, language, settings, now)
    if name.startswith(_PASSED_ON) and isinstance(about, AboutSurvey):
        about = replace(about, passed_by=_COLLEAGUE)
    return Outgoing(0, secrets.token_hex(16), kind, 0, 0, to, about), survey


def _about(
    kind: MailKind[Any], wave: Wave, survey: Survey, language: Language, settings: Settings, now: datetime
) -> Subject:
    today, product = settings.today(now), _PRODUCT[language]
    if kind.about is AboutSurvey:
        delivered = today if wave is Wave.DELIVERY else None
        return AboutSurvey(
            0, InvitationState.PLANNED, wave, 0, product, _SELLER, today - timedelta(days=30), delivered,
            cancelled=False, expires_at=now + timedelta(days=survey.timing.open_for_days), deal_id=_DEAL,
        )  # fmt: skip
    if kind.about is AboutCall:
        due = today + timedelta(days=settings.calls.due_in_working_days)
        return AboutCall(CallState.OPEN, CUSTOMER, _DEAL, product, due, secrets.token_bytes(32))
    if kind.about is AboutHandover:
        return AboutHandover(_DEAL, product, stands=True)
    if kind.about is AboutWeek:
        return AboutWeek(News(answers=3, groups=1, calls=2, overdue=1, fresh=4), now, stands=True)
    return AboutSignIn(now + timedelta(minutes=15))


def _survey(settings: Settings) -> Survey:
    """The company's first survey, or one that ships with kloof while none of its own can be used."""
    try:
        return next(iter(load_surveys(settings.surveys_folder).values()))
    except BadInput:
        name, file = next(iter(shipped_surveys().items()))
        return SurveySource(file.read_text(encoding="utf-8"), name).survey()
