"""A company says once what its columns are called, and how its days are written; nothing of it is guessed."""

from datetime import date
from pathlib import Path

import pytest

from kloof.config import load_settings
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import REQUIRED, Delivery, FileKind, LineRefused
from kloof.domain.deals.reading.columns import ColumnMapping, DayOrder
from kloof.domain.deals.reading.lines import read_lines
from kloof.domain.deals.reading.tables import FileTable, of_text
from kloof.domain.errors import BadInput, BadSettings, Reason

TITLES = {
    "deal_id": "Ordernr.",
    "customer_name": "Klant",
    "customer_email": "E-mail",
    "salesperson_email": "Verkoper",
    "team": "Vestiging",
    "region": "Vestiging",
    "product": "Artikel",
    "sold_on": "Datum akkoord",
}
ALWAYS = {"language": "nl", "survey": "installation"}
TEXT = (
    "Ordernr.;Klant;E-mail;Verkoper;Vestiging;Artikel;Datum akkoord;Marge\n"
    "A1;Jan;jan@home.example;anouk@firm.example;Utrecht;Warmtepomp;7-1-2026;12,5\n"
)
OURS = ColumnMapping(TITLES, ALWAYS, ignore_others=True, dates=DayOrder.DAY_FIRST)


def table(text: str, mapping: ColumnMapping = OURS) -> FileTable:
    return of_text(text, "export.csv", mapping.wanted(REQUIRED))


def test_a_file_is_read_by_its_own_titles_with_what_stands_on_every_line() -> None:
    [(line, deal)] = read_lines(FileKind.DEALS.layout, table(TEXT), OURS)
    assert isinstance(deal, DealLine)
    assert (line, deal.deal_id, deal.sold_on) == (2, "A1", date(2026, 1, 7))
    assert (deal.team, deal.region, deal.language, deal.survey) == (
        "Utrecht",
        "Utrecht",
        "nl",
        "installation",
    )


def test_titles_in_any_spelling_and_our_own_names_are_found_beside_a_mapping() -> None:
    text = TEXT.replace("Klant", "  KLANT ").replace("E-mail", "customer_email").replace("Marge", "language")
    [(_, deal)] = read_lines(FileKind.DEALS.layout, table(text.replace("12,5", "en")), OURS)
    assert isinstance(deal, DealLine)
    assert (deal.customer_name, deal.customer_email) == ("Jan", "jan@home.example")
    assert deal.language == "en", "what the file says goes before what stands on every line"


def test_other_columns_are_refused_until_it_says_that_they_are_left_out() -> None:
    strict = ColumnMapping(TITLES, ALWAYS, dates=DayOrder.DAY_FIRST)
    for text, column in ((TEXT, "Marge"), (TEXT.replace(";Marge", ";").replace("12,5", ""), "")):
        found = table(text, strict)
        if column:
            with pytest.raises(BadInput, match="column 'Marge' is not known"):
                list(read_lines(FileKind.DEALS.layout, found, strict))
        else:
            assert len(list(read_lines(FileKind.DEALS.layout, found, strict))) == 1
    twice = TEXT.replace("Marge", "Klant")
    for mapping in (strict, OURS):
        with pytest.raises(BadInput, match="column klant stands there twice"):
            list(read_lines(FileKind.DEALS.layout, table(twice), mapping))
    unread = TEXT.replace("Marge", "x;x;").replace("12,5", "1;2;3")
    assert len(list(read_lines(FileKind.DEALS.layout, table(unread), OURS))) == 1


def test_what_is_missing_is_said_by_its_title_in_the_file() -> None:
    with pytest.raises(
        BadInput, match=r"export\.csv:1: column 'Klant', our customer_name, is missing\."
    ) as error:
        list(read_lines(FileKind.DEALS.layout, table(TEXT.replace("Klant", "Naam")), OURS))
    assert [(part.reason, part.facts["column"]) for part in error.value.parts] == [
        (Reason.COLUMN_MISSING, "Klant")
    ]


@pytest.mark.parametrize(
    "day", ["27-11-2026", "27/11/2026", "27.11.2026", "2026-11-27", "27-11-2026 00:00", "27-11-2026 0:00:00"]
)
def test_a_day_that_stands_first_is_read_where_it_says_so(day: str) -> None:
    text = f"deal_id;delivered_on\nA1;{day}\n"
    assert [entry for _, entry in read_lines(FileKind.DELIVERIES.layout, of_text(text, "x.csv"), OURS)] == [
        Delivery("A1", date(2026, 11, 27))
    ]


@pytest.mark.parametrize(
    ("day", "dates"),
    [
        ("27-11-2026", DayOrder.ISO),
        ("3-4-2026", DayOrder.ISO),
        ("11-27-2026", DayOrder.DAY_FIRST),
        ("31-2-2026", DayOrder.DAY_FIRST),
        ("27-11-26", DayOrder.DAY_FIRST),
        ("27-11-2026 14:30", DayOrder.DAY_FIRST),
        ("٢٧-١١-٢٠٢٦", DayOrder.DAY_FIRST),
        ("27 nov 2026", DayOrder.DAY_FIRST),
    ],
)
def test_how_a_day_is_written_is_never_guessed(day: str, dates: DayOrder) -> None:
    text = f"deal_id;delivered_on\nA1;{day}\n"
    [(_, refused)] = read_lines(
        FileKind.DELIVERIES.layout, of_text(text, "x.csv"), ColumnMapping(dates=dates)
    )
    assert isinstance(refused, LineRefused)
    like = "31-3-2026" if dates is DayOrder.DAY_FIRST else "2026-03-31"
    assert refused.reasons == (f"delivered_on {day!r} is not a date like {like}",)


def test_a_line_says_what_is_wrong_by_the_titles_of_the_file() -> None:
    [(_, refused)] = read_lines(
        FileKind.DEALS.layout, table(TEXT.replace("jan@", "jan at ").replace("7-1-2026", "7-13-2026")), OURS
    )
    assert isinstance(refused, LineRefused)
    assert [reason.split(" ")[0] for reason in refused.reasons] == ["Datum", "E-mail"]
    assert refused.columns == {"sold_on", "customer_email"}


def test_a_cell_that_was_mended_and_a_line_that_was_left_out_are_read_so() -> None:
    text = TEXT + TEXT.splitlines()[1].replace("jan@", "jan ") + "\n"
    lines = [*read_lines(FileKind.DEALS.layout, table(text), OURS)]
    assert [isinstance(entry, DealLine) for _, entry in lines] == [True, False]
    mended = {3: {"customer_email": "jan@home.example", "deal_id": "A2"}}
    lines = [*read_lines(FileKind.DEALS.layout, table(text), OURS, mended=mended)]
    assert [entry.deal_id for _, entry in lines] == ["A1", "A2"]
    mended = {3: {"customer_email": "a@b.example"}}
    [(line, kept)] = read_lines(FileKind.DEALS.layout, table(text), OURS, mended=mended, left_out={2})
    assert (line, kept.deal_id) == (3, "A1"), "a line that is left out takes no number from another"


def said(folder: Path, toml: str) -> ColumnMapping:
    (folder / "kloof.toml").write_text(toml, encoding="utf-8")
    return load_settings(
        folder, {"KLOOF_SECRET_KEY": "a key that is only for tests, worth nothing"}
    ).deals.columns


def test_kloof_toml_says_the_same_thing(tmp_path: Path) -> None:
    lines = [f'{column} = "{title}"' for column, title in TITLES.items()]
    always = 'always = { language = "nl", survey = "installation" }'
    toml = "\n".join(["[deals.columns]", *lines, always, "ignore_others = true", 'dates = "d-m-y"'])
    assert said(tmp_path, toml) == OURS
    assert said(tmp_path, "") == ColumnMapping()


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('[deals.columns]\ndeal_nr = "x"', "kloof.toml:1: deals.columns: deal_nr is no column of kloof"),
        ('[deals.columns]\nteamm = "x"', "did you mean team?"),
        ('[deals.columns]\nteam = ""', "team must be a text of 1 to 200 characters"),
        ("[deals.columns]\nteam = 3", "team must be a text"),
        ('[deals.columns]\ndates = "m-d-y"', 'dates must be "iso" or "d-m-y"'),
        ('[deals.columns]\nignore_others = "yes"', "ignore_others must be true or false"),
        ('[deals.columns]\nalways = "nl"', "always must be like"),
        ('[deals]\nteams = []\ncolumns = "x"', "kloof.toml:3: deals.columns: must be a table"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_said(tmp_path: Path, toml: str, says: str) -> None:
    with pytest.raises(BadSettings) as error:
        said(tmp_path, toml)
    assert says in str(error.value)
