"""How somebody is addressed at the head of a mail or a letter."""

from typing import Final

from kloof.domain.text import Language

_TITLES: Final = {
    "mevrouw": "mevrouw",
    "mevr.": "mevrouw",
    "mevr": "mevrouw",
    "mw.": "mevrouw",
    "mw": "mevrouw",
    "meneer": "meneer",
    "mijnheer": "meneer",
    "dhr.": "meneer",
    "dhr": "meneer",
    "heer": "meneer",
    "familie": "familie",
    "fam.": "familie",
}


def to_customer(name: str, language: Language) -> str:
    """The name behind "Beste": a title in small letters and without initials, `mevrouw De Boer-van Dijk`.

    Without a title in front, and in English, the name as the CRM has it.
    """
    words = name.split()
    if (
        language == "nl"
        and words
        and words[0].lower() == "de"
        and len(words) > 1
        and words[1].lower() == "heer"
    ):
        words = words[1:]
    title = _TITLES.get(words[0].lower()) if words and language == "nl" else None
    family = [word for word in words[1:] if not _is_initials(word)]
    if title is None or not family:
        return name
    family[0] = family[0][0].upper() + family[0][1:]
    return " ".join([title, *family])


def to_colleague(name: str) -> str:
    """The first name; the whole name where it begins with an initial, a title or a family name."""
    first, _, rest = name.strip().partition(" ")
    is_first_name = rest and not first.endswith((".", ",")) and first.lower() not in {*_TITLES, "de"}
    return first if is_first_name else name


def _is_initials(word: str) -> bool:
    letters = word.split(".")
    return word.endswith(".") and all(len(letter) <= 2 and letter[:1].isupper() for letter in letters[:-1])
