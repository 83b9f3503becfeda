"""Figures and texts put together in one language."""

from dataclasses import dataclass

from kloof.domain import notation
from kloof.domain.findings import wording
from kloof.domain.findings.values import Basis, Evidence
from kloof.domain.statistics import INDICATIVE_BELOW, Difference, Interval, Mean
from kloof.domain.text import Language, Text


@dataclass(frozen=True, slots=True)
class Writer:
    """Fills texts in one language; figures on the scale have one decimal, shares none."""

    language: Language

    def fill(self, text: Text, **places: str) -> str:
        return text[self.language].format(**places)

    def number(self, value: float) -> str:
        return notation.number(value, self.language)

    def count(self, value: float) -> str:
        return notation.number(value, self.language, 0)

    def percent(self, share: float) -> str:
        return notation.percent(share, self.language)

    def shares(self, interval: Interval) -> str:
        return notation.percent_interval(interval.low, interval.high, self.language)

    def interval(self, interval: Interval) -> str:
        written = notation.interval(interval.low, interval.high, self.language)
        return self.fill(wording.INTERVAL, interval=written)

    def basis(self, basis: Basis, interval: Interval) -> str:
        counts = self.fill(
            wording.BASIS, deals=self.count(basis.deals), customers=self.count(basis.customers)
        )
        parts = [self.interval(interval), counts]
        if basis.response is not None:
            parts.append(self.fill(wording.RESPONSE, share=self.percent(basis.response)))
        return "; ".join(parts)

    def caution(self, figure: Mean | Difference) -> list[str]:
        if not figure.indicative:
            return []
        return [self.fill(wording.INDICATIVE, least=self.count(INDICATIVE_BELOW))]

    def direction(self, figure: Difference, evidence: Evidence, up: Text, down: Text, alike: Text) -> str:
        """`up` or `down` with a distance without sign, or `alike` with a signed one."""
        if evidence is not Evidence.DEMONSTRABLE:
            signed = notation.signed(figure.value, self.language)
            return self.fill(alike, distance=signed, interval=self.interval(figure.interval))
        upward = figure.value > 0
        interval = figure.interval if upward else -figure.interval
        distance = self.number(abs(figure.value))
        return self.fill(up if upward else down, distance=distance, interval=self.interval(interval))
