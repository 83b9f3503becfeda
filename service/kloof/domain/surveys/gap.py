"""What one deal shows: V, R and N per aspect, and the gap between them."""

from dataclasses import dataclass

from kloof.domain.surveys.answers import Answer, Answers
from kloof.domain.surveys.definition import Aspect, Survey


@dataclass(frozen=True, slots=True)
class AspectGap:
    """V, R and N of one aspect, by its id, on the survey's scale.

    None where it was not answered, did not apply, or where the company has no norm.
    """

    aspect: str
    expectation: float | None
    reality: float | None
    norm: float | None = None

    @property
    def gap(self) -> float | None:
        """S = V − R; positive: what came fell short of what was expected."""
        return _minus(self.expectation, self.reality)

    @property
    def overpromise(self) -> float | None:
        """V − N, with `underdelivery` S; positive: more was expected than the company says it can do."""
        return _minus(self.expectation, self.norm)

    @property
    def underdelivery(self) -> float | None:
        """N − R; positive: less came than the company says it can do."""
        return _minus(self.norm, self.reality)

    @property
    def paired(self) -> bool:
        """Both sides have a number."""
        return self.gap is not None


@dataclass(frozen=True, slots=True)
class Pair:
    """The two answers of one customer about one deal, under the survey version that was in force at sale."""

    survey: Survey
    at_sale: Answers
    after_delivery: Answers

    @property
    def gaps(self) -> tuple[AspectGap, ...]:
        """One per aspect, in the survey's order."""
        return tuple(self._gap(aspect) for aspect in self.survey.aspects)

    @property
    def core(self) -> tuple[AspectGap, ...]:
        """One per core aspect: those that are published."""
        return tuple(self._gap(aspect) for aspect in self.survey.core)

    @property
    def complete(self) -> bool:
        """Whether every core aspect has a number on both sides, which a pair needs to count in a total."""
        return all(gap.paired for gap in self.core)

    def _gap(self, aspect: Aspect) -> AspectGap:
        expectation, reality = self.at_sale.get(aspect.id), self.after_delivery.get(aspect.id)
        return AspectGap(aspect.id, _value(expectation), _value(reality), aspect.norm)


def _value(answer: Answer | None) -> float | None:
    return float(answer) if isinstance(answer, int) else None


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
