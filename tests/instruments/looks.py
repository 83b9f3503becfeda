"""Which pages are judged in which look, where two looks show the same pages."""

from collections.abc import Iterable


def judged(pages: Iterable[str], look: int, full: bool) -> list[str]:
    """Of these pages, by name, those judged in this look, 0 or 1: every second one in turn, and with `--full` all.

    The looks share their sheets of styles, and to judge a page is dearer than all else that is done with it. That no
    page at all is wider than a phone is looked at with the longest names, in test_every_page.py.
    """
    names = [*pages]
    return names if full else names[look::2]
