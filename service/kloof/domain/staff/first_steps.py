"""What a company does before its first deal, in order."""

from enum import StrEnum


class FirstStep(StrEnum):
    """A step of a company that has nothing yet."""

    SURVEY = "survey"
    PEOPLE = "people"
    MAIL = "mail"
    FILE = "file"
