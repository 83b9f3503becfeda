"""Who gets no more mail, as a test counts them."""

from collections import Counter

from kloof.storage.models import FormerKey, OptOut


def unmailed() -> dict[str, int]:
    """How many addresses and customers get no more mail, by reason; not those whom only a lost key recognises."""
    lost = {row.value for row in FormerKey.select() if not row.sealed}
    return dict(Counter(row.reason for row in OptOut.select() if row.former not in lost))
