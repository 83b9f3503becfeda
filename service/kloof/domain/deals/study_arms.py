"""Which surveys a deal's customer is asked, and which of its answers count: the arms of the study."""

import hmac
from enum import StrEnum
from typing import Final

MOST: Final = 0.2
"""The largest share of deals that may go without a first survey: each of them is a pair less."""
_DRAWN: Final = 1 << 64


class Arm(StrEnum):
    """What counts of a deal. A deal of any arm but ASKED tells one side only, and is never pooled with pairs."""

    ASKED = "asked"  # both surveys: V and R
    NOT_ASKED = "not_asked"  # a draw decided that there is no first survey: R alone
    SKIPPED = "skipped"  # the draw had them asked; they let the first survey close: R alone
    LEFT = "left"  # answered at sale, and let the second survey close: V alone

    @property
    def sides(self) -> tuple[str, ...]:
        """What its deals tell, of V and R."""
        return {Arm.LEFT: ("V",), Arm.NOT_ASKED: ("R",), Arm.SKIPPED: ("R",)}.get(self, ("V", "R"))


def drawn(secret_key: str, deal_id: str, share: float) -> Arm:
    """ASKED or NOT_ASKED, the latter for `share` (0 to 1) of all deals.

    HMAC-SHA-256 of the deal's number under the secret key, its first 64 bits read as a number from 0 to 1. So nobody
    without the key can steer the draw, and the same deal always draws the same number.
    """
    digest = hmac.digest(secret_key.encode(), b"arm:" + deal_id.encode(), "sha256")
    return Arm.NOT_ASKED if int.from_bytes(digest[:8]) < share * _DRAWN else Arm.ASKED
