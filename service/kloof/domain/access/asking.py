"""How often a link to sign in is mailed: enough for who mistypes, too little for who wants to flood a mailbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

MOST_AN_HOUR: Final = 3
MOST_A_DAY: Final = 10
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


def may_mail(unused: Sequence[datetime], now: datetime) -> bool:
    """Whether one more link may be mailed to somebody, to whom those that nobody used were mailed at these moments.

    Links that were used do not count: only who reads the mailbox can use one.
    """
    of_today = [mailed for mailed in unused if now - mailed < DAY]
    return len(of_today) < MOST_A_DAY and sum(now - mailed < HOUR for mailed in of_today) < MOST_AN_HOUR
