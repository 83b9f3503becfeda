"""Deals by the words of their number, customer and account: kept by whoever writes one of those, and looked up."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kloof.domain.deals.search_words import asked_for, words_of
from kloof.storage.models import Deal
from kloof.storage.statements import chunked, insert_all, rows, run, several


class _Named(NamedTuple):
    deal: int
    number: str
    customer: str
    email: str | None
    account: str | None


_NAMED = """
SELECT d.id AS deal, d.deal_id AS number, d.customer_name AS customer, c.email AS email, a.name AS account
FROM deal d JOIN customer c ON c.id = d.customer_id LEFT JOIN account a ON a.id = d.account_id
WHERE d.id IN ({deals})
"""


_FORGET = "DELETE FROM deal_word WHERE deal_id IN ({deals})"


class _Many(NamedTuple):
    turn: int
    many: int


class Match(NamedTuple):
    """A deal (row id), and the word by which it is found."""

    word: bytes
    deal: int


_BEGINS = "{word}.word >= ? AND {word}.word < ?"
_COUNTED = """
SELECT {turn} AS turn, COUNT(*) AS many FROM (SELECT 1 AS one FROM deal_word w WHERE {begins} LIMIT {most}) x
"""
# Who is found by two words is found once, by the first of them. A subquery for one row is asked row by row, as far as
# the page goes; of EXISTS PostgreSQL makes a join over all of them.
_FOUND = """
SELECT w.word AS word, w.deal_id AS deal FROM deal_word w
WHERE {begins} AND w.word >= ? AND (w.word > ? OR w.deal_id < ?)
AND (SELECT 1 FROM deal_word e WHERE e.deal_id = w.deal_id AND e.word >= ? AND e.word < w.word LIMIT 1) IS NULL
{others}
ORDER BY w.word, w.deal_id DESC LIMIT ?
"""
_OTHER = "AND (SELECT 1 FROM deal_word o WHERE o.deal_id = w.deal_id AND {begins} LIMIT 1) IS NOT NULL\n"
_MANY = 5_000
_BEHIND_ALL = b"\xff"
"""No text in UTF-8 holds this byte."""
_NO_DEAL = 2**31 - 1
_AT_ONCE = 400


def renew(deals: Iterable[int]) -> None:
    """Write the words anew by which these deals (row ids) are found, in the caller's transaction."""
    for some in chunked(list(deals), _AT_ONCE):
        named = rows(_Named, _NAMED.format(deals=several(some)), *some)
        run(_FORGET.format(deals=several(some)), *some)
        put(
            (row.deal, words_of(row.number, row.customer, row.email or "", row.account or ""))
            for row in named
        )


def put(found_by: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Write by which words these new deals (row ids) are found, in the caller's transaction."""
    # In the order of the index, which then grows place by place.
    found = sorted((word.encode(), deal) for deal, words in found_by for word in words)
    insert_all("deal_word", ("word", "deal_id"), found)


def renew_of_customer(customer: int) -> None:
    """The same for every deal of a customer (row id) whose address has changed."""
    renew(row.id for row in Deal.select(Deal.id).where(Deal.customer == customer))


def found(search: str, most: int, after: Match | None = None) -> list[Match]:
    """The deals of which every word of this search begins a word; none where it has no word.

    In order of the rarest word that was asked for, as in a telephone book, and of one word the last deal first.
    `after` is the last one of the page before.
    """
    wanted = [(word.encode(), word.encode() + _BEHIND_ALL) for word in asked_for(search)]
    if not wanted:
        return []
    turn = _rarest(wanted)
    rarest, others = wanted[turn], [*wanted[:turn], *wanted[turn + 1 :]]
    start = after or Match(b"", _NO_DEAL)
    sql = _FOUND.format(
        begins=_BEGINS.format(word="w"), others=_OTHER.format(begins=_BEGINS.format(word="o")) * len(others)
    )
    bounds = (*rarest, start.word, start.word, start.deal, rarest[0])
    listed = rows(Match, sql, *bounds, *(end for other in others for end in other), most)
    return [Match(bytes(match.word), match.deal) for match in listed]


def having(words: Sequence[str], deal: str) -> tuple[str, list[bytes]]:
    """What a statement asks of the deal in this column: words that each of these begins; with the values of it."""
    ends = [end for word in words for end in (word.encode(), word.encode() + _BEHIND_ALL)]
    other = _OTHER.format(begins=_BEGINS.format(word="o")).replace("w.deal_id", deal)
    return other * len(words), ends


def _rarest(wanted: Sequence[tuple[bytes, bytes]]) -> int:
    """Which of these words the fewest deals have, as far as that can be counted fast."""
    if len(wanted) == 1:
        return 0
    parts = (
        _COUNTED.format(turn=turn, begins=_BEGINS.format(word="w"), most=_MANY) for turn in range(len(wanted))
    )
    counted = rows(_Many, " UNION ALL ".join(parts), *(end for word in wanted for end in word))
    return min(counted, key=lambda one: one.many).turn
