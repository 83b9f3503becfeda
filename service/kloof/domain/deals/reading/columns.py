"""Which column of a file is which of ours: what a company says once, and every file of it is read by."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from kloof.domain.deals.reading.refused_files import NOTHING_CHANGED, unusable
from kloof.domain.deals.reading.tables import FileTable
from kloof.domain.deals.reading.titles import Spellings, as_title
from kloof.domain.errors import Reason, Refused

_MOST_SAID: Final = 20
"""Wrong columns that are named: a file of a hundred thousand is no table."""


class DayOrder(StrEnum):
    """How days are written in a file. ISO days are read in either."""

    ISO = "iso"
    DAY_FIRST = "d-m-y"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What the columns of a file are called, by our names; one that is not in here goes by our own name.

    always: what stands on every line for a column that the file does not have. ignore_others: whether columns that are
    not ours are left out, and not refused.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    always: Mapping[str, str] = field(default_factory=dict)
    ignore_others: bool = False
    dates: DayOrder = DayOrder.ISO

    def title(self, column: str) -> str:
        """What this column is called in the file."""
        return self.titles.get(column, column)

    def wanted(self, required: Iterable[str]) -> Spellings:
        """By which titles the columns are known that have to be there."""
        names = (name for name in required if name not in self.always)
        return [frozenset({as_title(self.title(name)), name}) for name in names]

    def placed(self, table: FileTable, required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
        """Where in a row each of our columns stands. Raises BadInput with everything that is wrong with the titles."""
        titles = [as_title(title) for title in table.titles]
        first: dict[str, int] = {}
        for number, title in enumerate(titles):
            first.setdefault(title, number)
        places = {name: at for name in (*required, *optional) if (at := self._place(name, first)) is not None}
        missing = [name for name in required if name not in places and name not in self.always]
        wrong = [self._missing(name) for name in missing]
        wrong += self._unclear(table, titles, first, set(places.values()), (*required, *optional))
        if wrong:
            _refuse(wrong[:_MOST_SAID], f"{table.name}:{table.at}", (*required, *optional))
        return places

    def _place(self, name: str, first: Mapping[str, int]) -> int | None:
        return first.get(as_title(self.title(name)), first.get(name))

    def _missing(self, name: str) -> tuple[Reason, str, str]:
        title = self.title(name)
        called = name if title == name else f"{title!r}, our {name},"
        return Reason.COLUMN_MISSING, f"column {called} is missing.", title

    def _unclear(
        self,
        table: FileTable,
        titles: Sequence[str],
        first: Mapping[str, int],
        placed: set[int],
        known: Sequence[str],
    ) -> list[tuple[Reason, str, str]]:
        """What stands twice, has no name or is none of ours; of columns that are left out, nothing."""
        wrong: list[tuple[Reason, str, str]] = []
        times = Counter(titles)
        for title, at in first.items():
            if (self.ignore_others and at not in placed) or len(wrong) > _MOST_SAID:
                continue
            if not title:
                wrong.append((Reason.COLUMN_UNNAMED, f"column {at + 1} has no name.", str(at + 1)))
            elif times[title] > 1:
                wrong.append((Reason.COLUMN_TWICE, f"column {title} stands there twice.", table.titles[at]))
            elif at not in placed:
                near = get_close_matches(title[:100], known, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                shown = _shown(table.titles[at])
                wrong.append((Reason.COLUMN_UNKNOWN, f"column {shown!r} is not known.{hint}", shown))
        return wrong


PLAIN: Final = ColumnMapping()
"""Our own names, ISO days, and nothing else."""


def _refuse(wrong: Sequence[tuple[Reason, str, str]], where: str, known: Sequence[str]) -> None:
    columns = ", ".join(known)
    parts = [Refused(reason, what, where=where, column=name, known=columns) for reason, what, name in wrong]
    raise unusable(Reason.COLUMNS_WRONG, parts, f"The columns are: {columns}. {NOTHING_CHANGED}")


def _shown(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:59]}…"
