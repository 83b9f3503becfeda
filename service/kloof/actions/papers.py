"""Papers for who judges kloof before it is used, in Dutch and English, filled with what it does as it is set up."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kloof import scaffold
from kloof.actions.access.sign_in import LINK_LASTS, LONGEST
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.deals.uploads import KEPT
from kloof.domain.errors import Reason, Refused
from kloof.domain.releases.thresholds import INSIDER_K, Thresholds
from kloof.domain.staff.own_totals import LEAST
from kloof.domain.text import LANGUAGES, Language
from kloof.domain.webhooks.endpoints import KEPT_FOR

BLANK: Final = "…"
"""What somebody of the company has to fill in."""
_LIST: Final[Mapping[Language, str]] = MappingProxyType({"nl": " en ", "en": " and "})
_AGREED: Final[Mapping[Language, tuple[str, str]]] = MappingProxyType(
    {
        "nl": ("instemming op {day}", "nog geen instemming vastgelegd"),
        "en": ("consent on {day}", "no consent recorded yet"),
    }
)
_FINDINGS: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType(
    {
        "nl": {"public": "iedereen", "signed in": "wie is ingelogd"},
        "en": {"public": "everybody", "signed in": "who is signed in"},
    }
)
WHO_SEES: Final[Mapping[Language, Mapping[Role, tuple[str, str]]]] = MappingProxyType(
    {
        "nl": {
            Role.DESK: ("Binnendienst", "Deals, mail, mensen en tellingen; geen antwoord"),
            Role.SALESPERSON: (
                "Verkoper",
                "Van eigen deals: antwoorden waar de klant koos voor *met mijn naam*, en gesloten groepen van "
                "minstens {own_least} klanten",
            ),
            Role.LEAD: (
                "Leider van de uitvoering",
                "Van het eigen team, voor de start: wat is verteld en verwacht, waar de klant dat aanvinkte; nooit wat "
                "ervan kwam",
            ),
            Role.READER: ("Lezer", "Alleen de gepubliceerde cijfers"),
        },
        "en": {
            Role.DESK: ("Desk", "Deals, mail, people and counts; no answer"),
            Role.SALESPERSON: (
                "Salesperson",
                "Of their own deals: answers where the customer chose *with my name*, and closed groups of at least "
                "{own_least} customers",
            ),
            Role.LEAD: (
                "Delivery lead",
                "Of their own team, before the start: what was told and expected, where the customer ticked that; "
                "never what came of it",
            ),
            Role.READER: ("Reader", "The published figures only"),
        },
    }
)
"""Role → what it is called, and what it sees."""
_ALL: Final[Mapping[Language, str]] = MappingProxyType(
    {
        "nl": "| {findings} | De gepubliceerde cijfers: groepen van minstens {least} klanten en {m} verkopers |",
        "en": "| {findings} | The published figures: groups of at least {least} customers and {m} salespeople |",
    }
)
_KEPT: Final[Mapping[Language, tuple[str, str]]] = MappingProxyType(
    {
        "nl": ("na {months} maanden vanzelf weg", "tot het is gewist"),
        "en": ("forgotten by itself after {months} months", "until it is erased"),
    }
)
_HEADS: Final[Mapping[Language, str]] = MappingProxyType(
    {"nl": "| wie | ziet |\n|---|---|", "en": "| who | sees |\n|---|---|"}
)


def facts(settings: Settings, language: Language) -> dict[str, str]:
    """What the papers say of kloof and of this company, by the names that stand in them."""
    company, mail, publishing = settings.company, settings.mail, settings.publishing
    limits = Thresholds(publishing.k, publishing.m, publishing.smaller_m_agreed_on)
    agreed, day = _AGREED[language], settings.works_council_consent
    found: dict[str, object] = {
        "company": company.name,
        "contact": company.contact or BLANK,
        "k": limits.k,
        "m": limits.m,
        "least": limits.least_customers,
        "insider": INSIDER_K,
        "own_least": LEAST,
        "per_day": mail.most_per_day,
        "per_month": mail.most_per_month,
        "reminders": _LIST[language].join(map(str, mail.reminders_after_days)) or "0",
        "hours": "{}–{}".format(*mail.hours),
        "history": settings.deals.history_after_days,
        "waits": mail.first_waits_days,
        "link_minutes": int(LINK_LASTS.total_seconds()) // 60,
        "session_hours": int(LONGEST.total_seconds()) // 3600,
        "file_days": KEPT.days,
        "event_days": KEPT_FOR.days,
        "answers_kept": _kept(settings.retention.answer_months, language),
        "names_kept": _kept(settings.retention.name_months, language),
        "audit_kept": _kept(settings.retention.audit_months, language),
        "mail_kept": _kept(settings.retention.mail_months, language),
        "findings": _FINDINGS[language][publishing.findings],
        "consent": agreed[0].format(day=day) if day else agreed[1],
    }
    said = {name: str(value) for name, value in found.items()}
    return said | {"who_sees": _who_sees(said, language)}


def _kept(months: int | None, language: Language) -> str:
    by_itself, until_erased = _KEPT[language]
    return by_itself.format(months=months) if months else until_erased


def filled(settings: Settings) -> dict[str, bytes]:
    """File name → paper, each in both languages."""
    said = {language: facts(settings, language) for language in LANGUAGES}
    return {
        name: _fill(file.read_text(encoding="utf-8"), said[_language_of(name)]).encode()
        for name, file in scaffold.papers().items()
    }


def write(settings: Settings, folder: Path) -> list[Path]:
    """Write the papers to this folder; gives their names. Raises Refused, before anything is written, where one of them
    is there already: somebody may have filled it in.
    """
    made = filled(settings)
    taken = sorted(name for name in made if (folder / name).exists())
    if taken:
        raise Refused(
            Reason.FILE_IN_THE_WAY,
            f"There is a {taken[0]} here already.",
            where=str(folder / taken[0]),
            remedy="Name another folder: what was filled in by hand is never written over.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [Path(name) for name in sorted(made)]


def _fill(text: str, said: Mapping[str, str]) -> str:
    for name, value in said.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _language_of(name: str) -> Language:
    return "nl" if name.endswith(".nl.md") else "en"


def _who_sees(said: Mapping[str, str], language: Language) -> str:
    rows = [f"| {name} | {sees} |" for name, sees in WHO_SEES[language].values()]
    return _fill("\n".join([_HEADS[language], *rows, _ALL[language]]), said)
