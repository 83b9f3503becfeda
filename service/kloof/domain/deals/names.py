"""The name of a person as somebody else types it: it stands in a mail of ours, so it can be nothing but a name."""

from typing import Final

_BESIDES: Final = frozenset(" -'’.")
_MOST_IN_TITLE: Final = 5
_MOST_IN_INITIAL: Final = 2


def is_plain_name(name: str) -> bool:
    """Whether this is letters with spaces, hyphens and apostrophes between them; a dot only behind initials and
    titles (`J.P.`, `drs.`), at the end of a word.

    No web address and no mail address passes, so nobody can send word of their own by it.
    """
    letters = [sign for sign in name if sign.isalpha()]
    if len(letters) < 2 or not all(sign.isalpha() or sign in _BESIDES for sign in name):
        return False
    return all(_may_hold_dots(word) for word in name.split())


def _may_hold_dots(word: str) -> bool:
    *before, last = word.split(".")
    if not before:
        return True
    if last:
        return False
    is_title = len(before) == 1 and len(before[0]) <= _MOST_IN_TITLE
    return is_title or all(part[:1].isupper() and len(part) <= _MOST_IN_INITIAL for part in before)
