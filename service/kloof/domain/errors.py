"""The errors that kloof raises on purpose: each says what happened, where, and what to do next."""


class KloofError(Exception):
    """A refusal with facts.

    `what` is one sentence, `where` a place that the reader can go to (`deals.csv:12`, `kloof.toml: k`),
    `remedy` one sentence with the next step. `str()` joins them for the command line; `web` words its own.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f" {self.remedy}" if self.remedy else "")


class Refused(KloofError):
    """The request is understood and not allowed in this state; nothing was changed."""


class NotFound(KloofError):
    """No such thing, or not for this reader: the two look the same from outside."""


class BadInput(KloofError):
    """One or more places in the input are wrong; `problems` holds every one of them, already worded."""

    def __init__(self, problems: list[str], *, remedy: str = "") -> None:
        self.problems = problems
        super().__init__("\n".join(problems), remedy=remedy)


class BadSettings(BadInput):
    """kloof.toml or a KLOOF_ variable holds something that cannot be used."""
