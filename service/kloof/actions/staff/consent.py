"""The works council's consent, without which nobody sees what is told about a salesperson."""

from kloof.config import Settings
from kloof.domain.errors import Reason, Refused


def refuse_without_consent(settings: Settings) -> None:
    """Raise Refused until the works council's consent is recorded (WOR art. 27; ECLI:NL:RBAMS:2017:7888)."""
    if settings.works_council_consent is None:
        raise Refused(
            Reason.CONSENT_MISSING,
            "The salespeople's own view is off until the works council has agreed to it.",
            remedy="Record its consent in kloof.toml: works_council_consent = 2026-11-23",
        )
