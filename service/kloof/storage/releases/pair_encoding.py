"""A pair, packed: all that a freeze needs of it, in letters side by side.

Both databases join text much faster than they hand out rows or turn numbers into digits. In front stand, most
significant letter first, with `a` for 0 to `p` for 15: the customer, the salesperson, and how many rounds had been
held when the pair completed. Then one letter per core aspect for V, and for R: `a` is the lowest point of the scale,
`b` the next. Then how many promises were kept, partly kept, broken, and too early to say: `a` is none.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bytes = NDArray[np.uint8]

_HEAD = (8, 8, 4)
PROMISES = 4
HEAD = sum(_HEAD)
"""Letters in front of the answers."""


def encode(numbers: bytes, first: int) -> str:
    """One letter per byte, `a` for the byte `first`."""
    return bytes(number - first + ord("a") for number in numbers).decode("ascii")


def head(customer: int, salesperson: int, since: int) -> str:
    """What stands in front of the answers."""
    digits = "".join(
        f"{number:0{width}x}" for number, width in zip((customer, salesperson, since), _HEAD, strict=True)
    )
    return encode(bytes(int(digit, 16) for digit in digits), first=0)


def width(core: int) -> int:
    """How many letters a packed pair with so many core aspects has."""
    return HEAD + 2 * core + PROMISES


def heads(pairs: "Bytes") -> "tuple[Ints, ...]":
    """Customer, salesperson and `since` of many packed pairs, uint8[n, letters] from 0."""
    found, start = [], 0
    for digits in _HEAD:
        # All digits of a number at once, most significant first; then twice as wide ones made of two neighbours each.
        number = pairs[:, start : start + digits].copy().view(f">u{digits}")[:, 0].astype("uint64")
        number = (number | number >> 4) & 0x00FF00FF00FF00FF
        number = (number | number >> 8) & 0x0000FFFF0000FFFF
        number = (number | number >> 16) & 0x00000000FFFFFFFF
        found.append(number.astype("int64"))
        start += digits
    return tuple(found)
