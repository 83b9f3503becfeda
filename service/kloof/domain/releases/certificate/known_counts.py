"""What anybody inside knows of the counts of some blocks: of their own customers, of their account, or of themselves.

Every pair is counted once, by block and salesperson; what is known of any set of blocks is added up from that. Of most
customers there is one pair, and what such a customer knows of a count is one of few things.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from kloof.domain.releases.certificate.incidence import numbered
from kloof.domain.releases.certificate.leverage import account_units
from kloof.domain.releases.pair_columns import PairColumns, norms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]

_KIND = np.arange(8)
GOOD, AT_NORM, DISAPPOINTED = (_KIND & bit > 0 for bit in (4, 2, 1))
EVERY: Final = _KIND >= 0
"""Of each kind of answer whether it is a good mark, at the norm, and less than was expected; and each of them."""
OUTCOMES: Final = 3
"""What becomes of a promise: kept, partly kept, broken."""


class Known(NamedTuple):
    """How many of a kind somebody knows, and of how many those are: of everybody inside, or of each who differ."""

    mine: "Ints"
    of: "Ints"


class KnownCounts:
    """The pairs in blocks of one survey version, counted by who knows them; their `cell` is the block."""

    def __init__(self, pairs: PairColumns) -> None:
        self.survey = pairs.survey
        self.pairs = pairs
        self.blocks, block = numbered(pairs.cell)
        sellers, seller = numbered(pairs.salesperson)
        parts, part = numbered(block * max(len(sellers), 1) + seller)
        self.part = part.astype(np.int32)
        self.owner, self.who = np.divmod(parts, max(len(sellers), 1))
        unit = numbered(account_units(pairs.customer, pairs.account))[1]
        self.several = np.flatnonzero((np.bincount(unit) > 1)[unit])
        self.unit = unit[self.several]
        self._marks: dict[int, tuple[Ints, Ints]] = {}
        self._within: dict[tuple[int, ...], KnownWithin] = {}

    def within(self, blocks: tuple[int, ...]) -> "KnownWithin | None":
        """The same of the pairs in these blocks alone; None where there are none of one of them."""
        if blocks not in self._within:
            if not set(blocks) <= set(self.blocks.tolist()):
                return None
            self._within[blocks] = KnownWithin.of(self, np.isin(self.blocks, blocks))
        return self._within[blocks]

    def marks(self, aspect: int) -> "tuple[Ints, Ints]":
        """How many of each part, a block's pairs of one salesperson, are of each kind; and of which each is whose
        customer or account has several.
        """
        if aspect not in self._marks:
            scale, norm = self.survey.scale, norms(self.survey)[aspect]
            v, r = (side[:, aspect] for side in (self.pairs.expected, self.pairs.received))
            # Answers are counted from 1.
            points = np.arange(scale.low - 1, scale.high + 1)
            kind = (4 * (points >= scale.good) + 2 * (points >= norm)).astype(np.uint8)[r] + (v > r)
            each = np.bincount(
                self.part * np.int32(len(_KIND)) + kind, minlength=len(self.owner) * len(_KIND)
            )
            self._marks[aspect] = each.reshape(-1, len(_KIND)), kind[self.several]
        return self._marks[aspect]

    @cached_property
    def promises(self) -> "tuple[Ints, tuple[Ints, Ints]]":
        """Of each part how many promises came to each outcome; and of each block what any customer has there of whom
        there is one pair: the block, and so many of each outcome, each different one once.
        """
        outcomes = self.pairs.promises[:, :OUTCOMES].astype(np.int64)
        by_part = [np.bincount(self.part, column, len(self.owner)) for column in outcomes.T]
        most = int(outcomes.max(initial=0)) + 1
        key = self.owner[self.part]
        for column in outcomes.T:
            key = key * most + column
        different, left = numbered(np.delete(key, self.several))[0], []
        for _ in range(OUTCOMES):
            different, one = np.divmod(different, most)
            left.append(one)
        return np.stack(by_part, axis=1).astype(np.int64), (different, np.stack(left[::-1], axis=1))


@dataclass(frozen=True)
class KnownWithin:
    """Some of these blocks. parts: which parts are theirs; who: who sold each of these. here: which of the pairs whose
    customer or account has several; unit: whose each of these is. n: pairs; most: those that any one of them knows.
    """

    whole: KnownCounts
    inside: "Bools"
    parts: "Bools"
    who: "Ints"
    here: "Ints"
    unit: "Ints"
    n: int
    most: int
    found: dict[Any, Known] = field(default_factory=dict)

    @classmethod
    def of(cls, whole: KnownCounts, inside: "Bools") -> "KnownWithin":
        parts = inside[whole.owner]
        here = np.flatnonzero(parts[whole.part[whole.several]])
        sold = np.bincount(whole.part, minlength=len(parts))[parts]
        who, unit = numbered(whole.who[parts])[1], numbered(whole.unit[here])[1]
        most = max(np.bincount(who, sold).max(initial=1), np.bincount(unit).max(initial=1))
        return cls(whole, inside, parts, who, here, unit, int(sold.sum()), int(most))

    def marks(self, aspect: int, kind: "Bools", among: "Bools") -> Known:
        """What anybody knows of answers of these kinds, among those."""
        asked = aspect, kind.tobytes(), among.tobytes()
        if asked not in self.found:
            by_part, several = self.whole.marks(aspect)
            told, theirs = by_part[self.parts], several[self.here]
            single = told.sum(axis=0) > np.bincount(theirs, minlength=len(_KIND))
            self.found[asked] = _together(
                *(
                    (self._sold(told[:, one].sum(axis=1)), self._of_units(one[theirs]), one[single])
                    for one in (kind, among)
                )
            )
        return self.found[asked]

    def promises(self, outcome: int) -> Known:
        """What anybody knows of promises that came to this outcome, among all whose outcome is known."""
        if outcome not in self.found:
            by_part, (block, single) = self.whole.promises
            theirs = self.whole.pairs.promises[self.whole.several[self.here], :OUTCOMES]
            known = by_part[self.parts], theirs, single[self.inside[block]]
            self.found[outcome] = _together(
                *(
                    (self._sold(told), self._of_units(several), alone)
                    for told, several, alone in (
                        [each[:, outcome] for each in known],
                        [each.sum(axis=1) for each in known],
                    )
                )
            )
        return self.found[outcome]

    def _sold(self, by_part: "Ints") -> "Ints":
        return np.bincount(self.who, by_part).astype(np.int64)

    def _of_units(self, each: "NDArray[Any]") -> "Ints":
        return np.bincount(self.unit, each).astype(np.int64)


def _together(mine: "tuple[Ints, Ints, NDArray[Any]]", of: "tuple[Ints, Ints, NDArray[Any]]") -> Known:
    """Salespeople, accounts and customers of whom there are several pairs, and the others; the last two, of whom there
    are many, each different one once.
    """
    known = [np.concatenate(some[1:]).astype(np.int64) for some in (mine, of)]
    most = int(known[1].max(initial=0)) + 1
    of_many, mine_of_many = np.divmod(numbered(known[1] * most + known[0])[0], most)
    return Known(np.concatenate([mine[0], mine_of_many]), np.concatenate([of[0], of_many]))
