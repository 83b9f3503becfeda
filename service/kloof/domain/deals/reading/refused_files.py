"""What every reader of files shares: a row with its line, and the refusal of a whole file."""

from collections.abc import Sequence
from typing import Final

from kloof.domain.errors import BadInput, KloofError, Reason

Row = tuple[int, tuple[str, ...]]
"""The line on which it begins, and its cells."""
NOTHING_CHANGED: Final = "Nothing was changed."
UNREADABLE: Final = (
    Reason.FILE_NOT_TEXT,
    Reason.FILE_NOT_CSV,
    Reason.FILE_NOT_WORKBOOK,
    Reason.WORKBOOK_TOO_LARGE,
    Reason.FILE_WITHOUT_LINES,
    Reason.FILE_TOO_LONG,
    Reason.HEADER_BELOW,
)
"""Why a file cannot be read at all, whatever is in it."""


def unusable(reason: Reason, parts: Sequence[KloofError], remedy: str) -> BadInput:
    """The refusal of a whole file, with everything that is wrong with it."""
    return BadInput(reason, [str(part) for part in parts], remedy=remedy, parts=parts, **parts[0].facts)
