"""One thing that was looked at, and how it is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kloof import storage
from kloof.domain.errors import KloofError


class HowWell(StrEnum):
    """How it is: well, worth a thought, or to be mended."""

    OK = "ok"
    WARN = "warn"
    FIX = "fix"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`what` says how it is and, where not well, what to do."""

    mark: HowWell
    what: str

    @property
    def well(self) -> bool:
        """Whether nothing has to be mended."""
        return self.mark is not HowWell.FIX

    def as_dict(self) -> dict[str, object]:
        """Plain values for --json."""
        return {"mark": self.mark.value, "well": self.well, "what": self.what}


def ok(what: str) -> Diagnosis:
    return Diagnosis(HowWell.OK, what)


def warn(what: str) -> Diagnosis:
    return Diagnosis(HowWell.WARN, what)


def fix(what: str) -> Diagnosis:
    return Diagnosis(HowWell.FIX, what)


def mend_unless(well: bool, what: str) -> Diagnosis:
    """Well, or to be mended."""
    return ok(what) if well else fix(what)


def looked(room: str, look: Callable[[], Iterable[Diagnosis]]) -> Iterator[Diagnosis]:
    """What this look finds. What it cannot go on with is a diagnosis too, and the other looks go on."""
    try:
        yield from look()
    except Exception as error:
        refusal = error if isinstance(error, KloofError) else storage.explained(error)
        if refusal is None:
            told = str(error) if isinstance(error, OSError) else type(error).__name__
            yield fix(
                f"{room}: this could not be looked at ({told}). Look at the file or server that it names."
            )
        else:
            yield fix(f"{room}: {refusal}")
