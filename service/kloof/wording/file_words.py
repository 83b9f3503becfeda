"""What is wrong with a file from the CRM, or with one line of it: what it is, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.domain.errors import KloofError, Reason
from kloof.domain.text import Language
from kloof.wording import translator
from kloof.wording.people_words import PEOPLE_WORDS

_NO_TITLES: Final[Mapping[str, str]] = MappingProxyType({})

FILE_WORDS: Final[Mapping[Reason, tuple[str, str]]] = MappingProxyType(
    {
        Reason.FILE_NOT_TEXT: (
            "Line {line} of this file is not UTF-8 text",
            "Save it as CSV UTF-8 or as .xlsx and load it again. Nothing was changed.",
        ),
        Reason.FILE_NOT_CSV: (
            "Line {line} cannot be read as CSV",
            "Look for a quotation mark that is not closed, or that is inside a cell. Nothing was changed.",
        ),
        Reason.FILE_NOT_WORKBOOK: (
            "This Excel file cannot be read",
            "It is damaged, has a password, or is of a version before 2007. Save it as .xlsx or as CSV UTF-8 and load "
            "it again. Nothing was changed.",
        ),
        Reason.WORKBOOK_TOO_LARGE: (
            "This Excel file holds far more than a file of deals can",
            "Copy the columns that are meant to a new file and load that. Nothing was changed.",
        ),
        Reason.FILE_WITHOUT_LINES: (
            "This file has no lines below its titles",
            "Look whether it is the right file, or the right sheet. Nothing was changed.",
        ),
        Reason.FILE_TOO_LONG: (
            "This file has {lines} lines, and at most {most} can be loaded at once",
            "Cut it into several, each with the line of column names. Nothing was changed.",
        ),
        Reason.COLUMNS_WRONG: (
            "The columns of this file are not right",
            "The columns are: {known}. Nothing was changed.",
        ),
        Reason.COLUMN_MISSING: ("The column {column} is missing", "Add it to the first line."),
        Reason.COLUMN_TWICE: ("The column {column} is there twice", "Take one of them out."),
        Reason.COLUMN_UNKNOWN: ("The column {column} is not known", "Correct its name, or take it out."),
        Reason.COLUMN_UNNAMED: ("Column {column} has no name", "Give it one, or take it out."),
        Reason.HEADER_BELOW: (
            "Line {line} looks like the line of column names, and has to be the first",
            "Remove what is above it. Nothing was changed.",
        ),
        Reason.CELLS_MISCOUNTED: (
            "This line has {cells} cells, and the first line has {columns}",
            "Look for a comma or semicolon too many, and put text that holds one between quotation marks.",
        ),
        Reason.CELL_EMPTY: ("{column} is empty", "Fill it in."),
        Reason.CELL_TOO_LONG: (
            "{column} has {letters} characters, and at most {most} fit",
            "Make it shorter.",
        ),
        Reason.CELL_UNFIT: (
            "{column}: character {at} cannot be printed ({letter})",
            "Type the cell again, without copying it.",
        ),
        Reason.NUMBER_ROUNDED: (
            "{column}: Excel has rounded “{value}”",
            "Its last digits are gone. Set the column to text in the file it came from, and export it again.",
        ),
        Reason.NOT_A_DAY: ("{column}: “{value}” is not a date", "Write it like {like}."),
        Reason.DAY_STANDS_IN: (
            "{column}: {value} is what a program writes where it knows no date",
            "Fill in the day itself, or leave the cell empty where that is allowed.",
        ),
        Reason.NOT_A_LANGUAGE: ("{column}: “{value}” is not a language of kloof", "Write nl or en."),
        Reason.NOT_A_TIME_ZONE: ("{column}: “{value}” is not a time zone", "Write it like Europe/Amsterdam."),
        Reason.NOT_AN_ADDRESS: ("“{value}” is not an e-mail address", "Write it like name@company.nl."),
        Reason.ADDRESS_TOO_LONG: (
            "“{value}” is longer than an e-mail address can be",
            "There are at most {most_before} letters before the @, and {most} in all.",
        ),
        Reason.ADDRESS_BEYOND_ASCII: (
            "“{value}” has letters before the @ that only some mail servers take, and yours does not say that it does",
            "Ask for another address, or leave it empty: then the customer gets a letter.",
        ),
        Reason.DEAL_TWICE: ("Deal {deal} is on line {line} already", "Take one of the two lines out."),
        Reason.DEAL_UNKNOWN: (
            "There is no deal {deal}",
            "Load it first, under new deals, or correct its number.",
        ),
        Reason.DEAL_CANCELLED: ("Deal {deal} was cancelled on {day}", "Take the line out."),
        Reason.DAY_IN_FUTURE: (
            "{column}: {day} lies in the future",
            "Load the line on that day, or correct the date.",
        ),
        Reason.DAY_BEFORE_SALE: ("{column}: {day} is before the sale on {sold_on}", "Correct the date."),
        Reason.SECOND_SURVEY_ANSWERED: (
            "The customer has answered the second survey, so the delivery of {day} stays",
            "Take the line out.",
        ),
        Reason.CUSTOMER_HAS_ANSWERED: (
            "The customer has answered already, so this can no longer change: {columns}",
            "Undo the change in the file. If the deal itself was wrong, ask the customer to withdraw.",
        ),
        Reason.ADDRESS_OF_ANOTHER: (
            "Mail to {before} comes back, but {address} is another customer’s address",
            "Give the customer an address of their own, or none: then they get a letter.",
        ),
        Reason.CUSTOMER_PERHAPS_KNOWN: (
            "Deal {deal} has a customer of this name without an address too, and it may be the same one",
            "Give both lines a {column}: the same for one customer, different for two.",
        ),
        Reason.CUSTOMER_ERASED: (
            "The customer of this line was erased, and no file brings them back",
            "Take the line out, in the CRM too. If they came back on their own, ask who looks after kloof to allow it: "
            "kloof person allow.",
        ),
        Reason.NAME_UNKNOWN: (
            "{column}: “{name}” is not known",
            "Perhaps you meant: {known}. A new name is added under [deals] in kloof.toml.",
        ),
        Reason.SALESPERSON_UNKNOWN: (
            "No salesperson has the address {address}",
            "Correct it, or add this colleague first, under People.",
        ),
        Reason.NOT_A_ROLE: ("{column}: “{value}” is not a role of kloof", "Write one or more of: {known}."),
        Reason.PERSON_TWICE: ("{address} is on line {line} already", "Take one of the two lines out."),
        Reason.SURVEY_UNKNOWN: ("There is no survey “{survey}”", "Perhaps you meant: {known}."),
        Reason.SURVEY_CHANGED: (
            "Survey {survey} was changed, and answers to version {version} are already stored",
            "Ask who looks after the surveys to undo the change, or to give it the version {next}.",
        ),
    }
)

LINE_WORDS: Final[Mapping[Reason, tuple[str, str]]] = MappingProxyType(
    {
        **FILE_WORDS,
        Reason.PRACTICES_LOCKED: (
            "What was done for this deal can no longer change",
            "The second survey has gone out to the customer, and what is entered now could be coloured by the answer.",
        ),
        **{reason: PEOPLE_WORDS[reason][1:] for reason in (Reason.DESK_EMPTY, Reason.OWN_ACCOUNT)},
    }
)
"""Every reason for which a line does not go in."""


def worded(refusal: KloofError, language: Language, titles: Mapping[str, str] = _NO_TITLES) -> str:
    """What is wrong with the line and what to do about it, as two sentences.

    titles: what our columns are called in the file, where that is something else.
    """
    say, (title, remedy) = translator(language), LINE_WORDS[refusal.reason]
    facts = in_titles(refusal.facts, titles)
    return f"{say(title, **facts)}. {say(remedy, **facts)}"


def in_titles(facts: Mapping[str, object], titles: Mapping[str, str]) -> dict[str, object]:
    """The facts of a refusal, with columns by their titles in the file."""
    named = {
        name: ", ".join(titles.get(column, column) for column in str(facts[name]).split(", "))
        for name in ("column", "columns", "number_column")
        if name in facts
    }
    return {**facts, **named}
