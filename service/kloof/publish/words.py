"""The two languages side by side, where they are used: Dutch first, and never one without the other."""

from kloof.domain.text import Language


def pick(language: Language, dutch: str, english: str) -> str:
    """The one of the two that is in `language`."""
    return dutch if language == "nl" else english
