"""Words that were mended once and must not come back: what a native reader stumbled over, in Dutch and in English."""

from pathlib import Path

import pytest

from kloof.domain.text import Language
from kloof.wording import translator

HOUSE = Path(__file__).parents[1] / "service" / "kloof"
WORDS = "wording/nl.po", "mail/letters.yaml", "mail/letters_je.yaml"
SITE = (
    "publish/pages/templates/*.md",
    "publish/theme/**/*.html",
    "scaffold/site/**/*.md",
    "scaffold/mkdocs.yml",
)

FORBIDDEN = (
    # Dutch: one term for one thing, "u hebt", and sentences that nobody says.
    "verkoopadministratie",
    "eeft u ",
    "Uw pagina",
    "U hebt hier geen toegang",
    "B.V..",
    "ollega's",
    "agina's",
    "egio's",
    "Inloggen (voor",
    "vraagt het klanten twee keer",
    "is {product} geworden wat",
    "Het kan tot en met",
    "minuten en kan tot en met",
    "Uw keuze staat dan klaar",
    "open hem dan nog eens vanuit die mail",
    "Eerlijk spel",
    "Om te vragen",
    "Op alfabet.",
    "zou verraden",
    "te veel zouden verraden",
    "vandaag bellen",
    "werkt de weg",
    "Dit zegt niet waardoor",
    "niet gevraagd bij verkoop: dat bepaalde een loting",
    "Er wacht niets dat al weg moest zijn",
    "Draait kloof worker?",
    "U vroeg, wij deden",
    "Home: Begin",
    "Grootste hefboom",
    "Wie afhaakte",
    "klanten die dat vroegen, en naar",
    "kan inloggen, en als wat",
    "Wat diegene",
    "Zoals hij de deur uit gaat",
    "leeg, en die van kloof",
    # English that is translated Dutch.
    "for our own people",
    "One press and you are in",
    "code that stands in your letter",
    "Nothing that is due is waiting",
    "Only try it",
    "The file is in",
    "Lines that did not go in",
    "Lines that stayed behind",
    "Nothing stands apart",
    "how it goes with others",
    "stands on the page",
    "to call today",
    "the way works",
    "eside our norm",
    "In this file stands",
    "will stand here",
    "stand there twice",
)


def spoken() -> dict[str, str]:
    """What kloof says, by the file that it stands in."""
    files = [HOUSE / name for name in WORDS] + [file for pattern in SITE for file in HOUSE.glob(pattern)]
    return {str(file.relative_to(HOUSE)): file.read_text(encoding="utf-8") for file in files}


@pytest.mark.parametrize("words", FORBIDDEN)
def test_words_that_were_mended_do_not_come_back(words: str) -> None:
    found = [name for name, text in spoken().items() if words in text]
    assert not found, f"{words!r} is back in {found}: look for what is said elsewhere instead"


def test_every_file_of_words_is_looked_through() -> None:
    assert len(spoken()) > 25
    assert all(text.strip() for text in spoken().values())


def test_a_long_count_is_written_as_the_language_writes_it_and_a_year_as_it_is() -> None:
    expected: dict[Language, str] = {"nl": "50.000 regels", "en": "50,000 lines"}
    for language, written in expected.items():
        assert translator(language)("{count} lines", count=50_000) == written
        assert "2026" in translator(language)("{count} lines", count=2026)
        assert translator(language)("{count} lines", count="12345").startswith("12345"), "a name is no count"
