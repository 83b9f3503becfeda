"""What stands in a backup, and which of many are kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from kloof.domain.errors import Reason, Refused

FORMAT: Final = 1


class ArchivePart(BaseModel):
    """A file in the archive. `sha256` is of its contents, in hex; `size` in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    size: int
    sha256: str


class ArchivedTable(ArchivePart):
    """The rows of one table, a line of JSON each, in the order of their key. `columns` are pairs of name and kind."""

    table: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    rows: int


class Manifest(BaseModel):
    """What an archive says of itself. `migrations` are those that its database had, in order;
    `releases` and `ledger_lines` how many of each there were.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1]
    made_at: AwareDatetime
    kloof: str
    engine: str
    releases: int
    ledger_lines: int
    migrations: tuple[str, ...]
    tables: tuple[ArchivedTable, ...]
    files: tuple[ArchivePart, ...]
    keys: ArchivePart | None


class Keep(BaseModel):
    """How many backups stay: of so many days, weeks and months the last one each."""

    model_config = ConfigDict(frozen=True)

    days: int = 0
    weeks: int = 0
    months: int = 0

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `7d4w12m`: any of the three, each once, in this order. Raises Refused for anything else."""
        counts: dict[str, int] = {}
        rest = text.strip()
        for letter, name in (("d", "days"), ("w", "weeks"), ("m", "months")):
            number, found, after = rest.partition(letter)
            if found and number.isascii() and number.isdigit() and int(number) > 0:
                counts[name], rest = int(number), after
        if rest or not counts:
            raise Refused(
                Reason.BACKUP_UNUSABLE,
                f"“{text}” does not say how many backups to keep.",
                remedy="Write days, weeks and months in this order, such as 7d4w12m: the last backup of each of seven "
                "days, four weeks and twelve months.",
            )
        return cls(**counts)


def to_drop(made: Iterable[datetime], keep: Keep) -> list[datetime]:
    """Of backups made at these moments, those that go: each that is not the last of its day, week or month, of as many
    days, weeks and months as have one and are kept. The last of all always stays.

    A day without a backup does not count, so that a machine that was off for a month loses nothing.
    """
    newest_first = sorted(made, reverse=True)
    stays = {*newest_first[:1]}
    stays.update(
        _last_of_each(newest_first, [moment.date().toordinal() for moment in newest_first], keep.days)
    )
    stays.update(
        _last_of_each(newest_first, [moment.isocalendar()[:2] for moment in newest_first], keep.weeks)
    )
    stays.update(_last_of_each(newest_first, [(one.year, one.month) for one in newest_first], keep.months))
    return sorted(moment for moment in newest_first if moment not in stays)


def _last_of_each(
    newest_first: Sequence[datetime], periods: Sequence[object], most: int
) -> Iterable[datetime]:
    seen: dict[object, datetime] = {}
    for moment, period in zip(newest_first, periods, strict=True):
        if period not in seen and len(seen) < most:
            seen[period] = moment
    return seen.values()
