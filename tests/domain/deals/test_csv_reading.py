"""Files as Excel and CRMs write them: read where nothing is in doubt, and one sentence with the line where it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.deals.csv_reading import WINDOWS_1252, decoded
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import (
    Delivery,
    FileKind,
    LineRefused,
    read_cancellations,
    read_deals,
    read_deliveries,
)
from kloof.domain.deals.reading.lines import read_lines
from kloof.domain.deals.reading.tables import of_text, opened
from kloof.domain.errors import BadInput, KloofError, Reason, Refused

COLUMNS = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
GOOD = "D-1,Jan,jan@home.example,nl,anouk@firm.example,Utrecht,Midden,Warmtepomp,installation,2026-03-02"
PLAIN = f"{COLUMNS}\n{GOOD}\n"
DELIVERED = "deal_id,delivered_on\nD-1,2026-03-02\n"


def deals(text: str) -> list[tuple[int, DealLine | LineRefused]]:
    return list(read_deals(text, "deals.csv"))


def semicolons(text: str) -> str:
    return text.replace(",", ";")


def refused(text: str) -> BadInput:
    with pytest.raises(BadInput) as found:
        deals(text)
    assert len(str(found.value)) < 2000
    return found.value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"sep=;\r\n{semicolons(PLAIN)}", 3),
        (f"sep=,\n{PLAIN}", 3),
        (f'"sep=;"\n{semicolons(PLAIN)}', 3),
        (f"SEP=;\n{semicolons(PLAIN)}", 3),
        ("sep=\t\n" + PLAIN.replace(",", "\t"), 3),
        (PLAIN.replace(",", "\t"), 2),
        (f"\ufeffsep=;\n{semicolons(PLAIN)}", 3),
        (f"\n\n{PLAIN}", 4),
        (PLAIN.replace("\n", "\r"), 2),
        (PLAIN.replace("\n", "\r\n"), 2),
        (semicolons(PLAIN).replace("\n", ";;\r\n"), 2),
        (f"{COLUMNS},,\n{GOOD}\n", 2),
        (f"{COLUMNS}\n{GOOD},,,\n", 2),
        (f"{COLUMNS.replace(',', ' , ').upper()}\n{GOOD}\n", 2),
        (COLUMNS.replace("deal_id", '"deal_id"') + f"\n{GOOD}\n", 2),
        (f"{COLUMNS}\n,,,,,,,,,\n\n{GOOD}", 4),
        (
            semicolons(f"{COLUMNS}\n{GOOD}").replace("Jan", "Jan, Piet, Joris, Corneel, a, b, c, d, e, f, g")
            + "\n",
            2,
        ),
    ],
)
def test_a_habit_of_excel_or_of_a_crm_is_read(text: str, line: int) -> None:
    [(number, deal)] = deals(text)
    assert number == line
    assert isinstance(deal, DealLine)
    assert (deal.deal_id, deal.survey) == ("D-1", "installation")


@pytest.mark.parametrize(
    "change", [semicolons, lambda text: f"sep=,\n{text}", lambda text: text.replace("\n", ",,\n")]
)
def test_every_kind_of_file_is_read_by_the_same_reader(change: object) -> None:
    text = change(DELIVERED)  # type: ignore[operator]
    [(_, delivery)] = read_deliveries(text, "delivered.csv")
    assert isinstance(delivery, Delivery)
    [(_, called_off)] = read_cancellations(text.replace("delivered", "cancelled"), "cancelled.csv")
    assert called_off.deal_id == "D-1"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"Export van 26-11-2026\n\n{PLAIN}", 3),
        (f"Report;;;\n{semicolons(PLAIN)}", 2),
        (f"Report\nof\nmany\nlines\n{PLAIN}", 5),
        (f"deals\n{semicolons(PLAIN)}", 2),
    ],
)
def test_lines_above_the_header_are_said_with_where_the_header_seems_to_be(text: str, line: int) -> None:
    error = refused(text)
    assert (error.reason, error.facts["line"]) == (Reason.HEADER_BELOW, line)
    assert f"deals.csv:1: line {line} looks like the header" in str(error)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (PLAIN.replace("deal_id", '"deal_id"x', 1), 1, "behind a quotation mark that closes a cell"),
        (PLAIN.replace("deal_id", '"deal_id', 1), 1, "a quotation mark is not closed"),
        (PLAIN.replace("deal_id", "x" * 131_073, 1), 1, "a cell is longer than 131,072 characters"),
        (PLAIN.replace("Jan", '"Jan"sen'), 2, "behind a quotation mark that closes a cell"),
        (PLAIN.replace("Jan", '"Jan'), 2, "a quotation mark is not closed"),
        (PLAIN.replace("Jan", "x" * 131_073), 2, "a cell is longer than 131,072 characters"),
    ],
    ids=["behind", "unclosed", "huge", "behind in a line", "unclosed in a line", "huge in a line"],
)
def test_what_is_no_csv_is_said_with_its_line_and_nothing_is_broken(text: str, line: int, says: str) -> None:
    error = refused(text)
    assert (error.reason, error.facts["line"]) == (Reason.FILE_NOT_CSV, line)
    assert f"deals.csv:{line}: " in str(error)
    assert says in str(error)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{COLUMNS},,account\n{GOOD},,\n", Reason.COLUMN_UNNAMED),
        (f"{COLUMNS}\n{GOOD}\n".replace("deal_id", "deal\x00_id"), Reason.COLUMN_UNKNOWN),
        (f"{COLUMNS},{'x' * 10_000}\n", Reason.COLUMN_UNKNOWN),
        ("", Reason.COLUMN_MISSING),
        ("\n\n", Reason.COLUMN_MISSING),
        ("sep=;", Reason.COLUMN_MISSING),
        ("sep=;;;;\n", Reason.COLUMN_MISSING),
    ],
    ids=["unnamed", "nul", "long", "empty", "blank", "announced", "odd"],
)
def test_a_header_that_is_none_is_a_sentence(text: str, reason: Reason) -> None:
    assert reason in {part.reason for part in refused(text).parts}


def test_a_cell_behind_the_last_column_is_not_lost_in_silence() -> None:
    [(_, line)] = deals(f"{COLUMNS},,\n{GOOD},more,\n")
    assert isinstance(line, LineRefused)
    assert (line.why[0].reason, line.deal_id) == (Reason.CELLS_MISCOUNTED, "D-1")


@pytest.mark.parametrize(
    "day",
    [
        "0001-01-01",
        "1601-01-01",
        "1753-01-01",
        "1899-12-30",
        "1900-01-01",
        "1904-01-01",
        "1970-01-01",
        "9999-12-31",
    ],
)
@pytest.mark.parametrize("column", ["sold_on", "delivery_planned_on", "joint_visit_on"])
def test_a_date_that_stands_for_none_is_refused(day: str, column: str) -> None:
    text = PLAIN.replace("2026-03-02", day) if column == "sold_on" else f"{COLUMNS},{column}\n{GOOD},{day}\n"
    [(_, line)] = deals(text)
    assert isinstance(line, LineRefused)
    assert [(why.reason, why.facts["column"], why.facts["value"]) for why in line.why] == [
        (Reason.DAY_STANDS_IN, column, day)
    ]


def test_utf_16_from_excel_is_read_and_what_is_no_text_is_said_with_its_line() -> None:
    wanted = PLAIN.replace("Jan", "Müller")
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert deals(decoded(wanted.encode(encoding), "deals.csv")[0]) == deals(wanted)
    damaged = b"deal_id\nZo\xc3\xab M\xfcller"
    for raw in (damaged, wanted.encode("utf-16")[:-1], b"deal_id\nM\x81ller", b"deal_id\0\xff"):
        with pytest.raises(Refused) as error:
            decoded(raw, "deals.csv")
        assert error.value.reason is Reason.FILE_NOT_TEXT
        assert str(error.value).startswith(
            f"deals.csv:{error.value.facts['line']}: This line is not UTF-8 text."
        )
    with pytest.raises(Refused, match=r"deals\.csv:2: "):
        decoded(b"deal_id\nM\x81ller", "deals.csv")


def test_what_dutch_excel_saves_as_plain_csv_is_read_as_windows_1252() -> None:
    wanted = PLAIN.replace("Jan", "Müller & Zoë – café €")
    text, encoding = decoded(wanted.encode("cp1252"), "deals.csv")
    assert (text, encoding) == (wanted, WINDOWS_1252)
    assert decoded(wanted.encode(), "deals.csv") == (wanted, "utf-8")


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    said = "deals.csv:"
    try:
        table = opened(raw, "deals.csv")
        assert all(isinstance(number, int) for number, _ in read_lines(FileKind.DELIVERIES.layout, table))
    except KloofError as error:
        said = str(error)
    assert said.startswith("deals.csv:")


@given(st.text(st.sampled_from('deal_iv,;\t"\n\r\x00=sp x'), max_size=80))
def test_no_text_breaks_the_reader_and_every_line_number_is_a_line(text: str) -> None:
    said = "x.csv:"
    try:
        table = of_text(text, "x.csv", [frozenset({"deal_id"})])
        for number, row in table.rows:
            assert 1 <= number <= text.count("\n") + text.count("\r") + 1
            assert any(cell.strip() for cell in row)
    except BadInput as error:
        said = str(error)
    assert said.startswith("x.csv:")


def test_a_header_of_as_many_columns_as_an_upload_can_hold_takes_no_time() -> None:
    began = time.thread_time()
    error = refused(",".join(f"c{number}" for number in range(40_000)))
    assert time.thread_time() - began < 1
    assert len(error.parts) == 20
