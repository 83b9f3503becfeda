"""Before the next promise: what customers expected, what customers got, and what may safely be said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """One aspect, on the survey's scale. `expected`: by this salesperson's own customers; `got`: published; `norm`: N.

    None where it is not known.
    """

    aspect: str
    expected: float | None
    got: float | None
    norm: float | None

    @property
    def safe(self) -> float | None:
        """The most that may be promised: what customers get, and never more than the company says it can do."""
        if self.got is None:
            return None
        return self.got if self.norm is None else min(self.got, self.norm)

    @property
    def too_high(self) -> float | None:
        """How far expectation stood above what is safe, from half a point on; None where it did not."""
        if self.safe is None or self.expected is None or self.expected - self.safe < 0.5:
            return None
        return self.expected - self.safe
