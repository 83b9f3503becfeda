"""Figures and texts put together in one language."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kloof.domain import notation
from kloof.domain.findings import wording
from kloof.domain.findings.values import Basis, Evidence
from kloof.domain.statistics import INDICATIVE_BELOW, Difference, Interval, Mean, decimals_of
from kloof.domain.text import Language, Text

_LOWEST, _HIGHEST = 5, 95


@dataclass(frozen=True, slots=True)
class Writer:
    """Fills texts in one language; figures on the scale have one decimal, shares none."""

    language: Language

    def fill(self, text: Text, **places: str) -> str:
        return text[self.language].format(**places)

    def number(self, value: float | Decimal) -> str:
        return notation.number(float(value), self.language)

    def signed(self, value: float | Decimal) -> str:
        return notation.signed(float(value), self.language)

    def count(self, value: float) -> str:
        return notation.number(value, self.language, 0)

    def percent(self, share: float) -> str:
        return notation.percent(share, self.language)

    def about(self, percent: int) -> str:
        """A published share: `about 65%`, at the ends `fewer than 10%` and `over 90%`."""
        if percent <= _LOWEST:
            return self.fill(wording.UNDER)
        if percent >= _HIGHEST:
            return self.fill(wording.OVER)
        return self.fill(wording.ABOUT, share=self.percent(percent / 100))

    def of_hundred(self, shares: Sequence[int]) -> list[str]:
        """Published shares as counts of a hundred; `about` stands before the first that has a number of its own."""
        words = [self._of_hundred(share) for share in shares]
        first = next((at for at, share in enumerate(shares) if _LOWEST < share < _HIGHEST), None)
        if first is not None:
            words[first] = self.fill(wording.ABOUT, share=words[first])
        return words

    def _of_hundred(self, share: int) -> str:
        if share <= _LOWEST:
            return self.fill(wording.UNDER_TEN)
        return self.fill(wording.OVER_NINETY) if share >= _HIGHEST else self.count(share)

    def deals(self, n: int) -> str:
        return self.fill(wording.ONE_DEAL) if n == 1 else self.fill(wording.DEALS, deals=self.count(n))

    def interval(self, interval: Interval) -> str:
        """With a decimal more where an end that is not 0 would read as 0."""
        written = notation.interval(interval.low, interval.high, self.language, decimals_of(interval))
        return self.fill(wording.INTERVAL, interval=written)

    def share_interval(self, interval: Interval) -> str:
        """Two shares from 0 to 1."""
        within = notation.interval(100 * interval.low, 100 * interval.high, self.language, 0)
        return self.fill(wording.INTERVAL, interval=f"{within}%")

    def ends(self, interval: Interval) -> dict[str, str]:
        """Both ends apart, with a decimal more where one that is not 0 would read as 0."""
        decimals = decimals_of(interval)
        low, high = (notation.number(end, self.language, decimals) for end in (interval.low, interval.high))
        return {"low": low, "high": high}

    def beside(self, value: Decimal, interval: Interval) -> str:
        """A signed figure and its interval, as they stand in parentheses."""
        return f"{self.signed(value)}; {self.interval(interval)}"

    def after(self, interval: Interval | None) -> str:
        """An interval in parentheses; nothing where it is not known."""
        return "" if interval is None else f" ({self.interval(interval)})"

    def basis(self, basis: Basis, interval: Interval | None) -> str:
        parts = [] if interval is None else [self.interval(interval)]
        deals = self.deals(basis.deals)
        if basis.customers:
            deals = self.fill(wording.BASIS, deals=deals, customers=self.count(basis.customers))
        parts.append(deals)
        if basis.response is not None:
            parts.append(self.fill(wording.RESPONSE, share=self.percent(basis.response)))
        return "; ".join(parts)

    def caution(self, figure: Mean | Difference) -> list[str]:
        if not figure.indicative:
            return []
        return [self.fill(wording.INDICATIVE, least=self.count(INDICATIVE_BELOW))]

    def direction(
        self,
        figure: Difference,
        evidence: Evidence,
        up: Text,
        down: Text,
        alike: Text,
        *,
        shown: Decimal | None = None,
    ) -> str:
        """`up` or `down` with a distance without sign, or `alike` with a signed one.

        shown: what a reader finds who subtracts what is printed; it stands in for the rounded difference where it does
        not contradict it.
        """
        rounded = _to(figure.step, figure.value)
        shown = rounded if shown is None or shown * rounded < 0 else shown
        if evidence is not Evidence.DEMONSTRABLE:
            signed = self.signed(shown)
            return self.fill(alike, distance=signed, interval=self.interval(figure.interval))
        upward = figure.value > 0
        interval = figure.interval if upward else -figure.interval
        return self.fill(
            up if upward else down, distance=self.number(abs(shown)), interval=self.interval(interval)
        )


def _to(step: Decimal, value: float) -> Decimal:
    return round(Decimal(str(value)) / step) * step
