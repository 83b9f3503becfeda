"""Numbers and dates as the reader's language writes them."""

import datetime
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from kloof.domain.text import Language

MINUS = "−"
_LOCALES: Mapping[Language, Locale] = MappingProxyType({"nl": Locale("nl", "NL"), "en": Locale("en", "GB")})
_TO: Mapping[Language, str] = MappingProxyType({"nl": "tot", "en": "to"})


def number(value: float, language: Language, decimals: int = 1) -> str:
    """`8,1` / `8.1`: thousands grouped, a half rounded away from zero, a real minus sign, none before 0."""
    rounded = _rounded(value, decimals)
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    digits = format_decimal(abs(rounded), format=pattern, locale=_LOCALES[language])
    return MINUS + digits if rounded < 0 else digits


def signed(value: float, language: Language, decimals: int = 1) -> str:
    """As `number`, with the sign always shown, except at what rounds to 0: `+0,9`, `−0,9`, `0,0`."""
    written = number(value, language, decimals)
    return f"+{written}" if _rounded(value, decimals) > 0 else written


def percent(share: float, language: Language, decimals: int = 0) -> str:
    """A share from 0 to 1 as `41%`."""
    return f"{number(_hundredfold(share), language, decimals)}%"


def interval(low: float, high: float, language: Language, decimals: int = 1) -> str:
    """`0,4 tot 1,4` / `0.4 to 1.4`."""
    return f"{number(low, language, decimals)} {_TO[language]} {number(high, language, decimals)}"


def percent_interval(low: float, high: float, language: Language, decimals: int = 0) -> str:
    """Two shares from 0 to 1 as `40–69%`."""
    low_end = number(_hundredfold(low), language, decimals)
    return f"{low_end}–{percent(high, language, decimals)}"


def date(day: datetime.date, language: Language) -> str:
    """`3 mei 2026` / `3 May 2026`."""
    return format_date(day, format="d MMMM y", locale=_LOCALES[language])


def weekday(day: datetime.date, language: Language) -> str:
    """`maandag 30 november` / `Monday 30 November`, of a day that is near."""
    return format_date(day, format="EEEE d MMMM", locale=_LOCALES[language])


def month(day: datetime.date, language: Language) -> str:
    """`mei 2026` / `May 2026`, short enough for the foot of a picture."""
    return format_date(day, format="MMM y", locale=_LOCALES[language])


def month_name(day: datetime.date, language: Language) -> str:
    """`mei` / `May`, as `month` has it before the year."""
    return format_date(day, format="MMM", locale=_LOCALES[language])


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _hundredfold(share: float) -> float:
    return float(Decimal(str(share)) * 100)


def counted(count: int, one: str, more: str = "") -> str:
    """So many of something, in English: `more` is its plural where that is not with an s."""
    return f"{count} {one if count == 1 else more or one + 's'}"
