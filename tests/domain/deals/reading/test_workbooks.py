"""Workbooks as companies have them: what a cell says to a person is what is read, and no file can fill the machine."""

import io
import subprocess
import sys
import time
import zipfile
from datetime import date, datetime

import pytest

from cast.workbooks import packed, sheet_xml, workbook
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import REQUIRED, FileKind, LineRefused
from kloof.domain.deals.reading.columns import ColumnMapping
from kloof.domain.deals.reading.lines import read_lines
from kloof.domain.deals.reading.tables import FileTable, opened
from kloof.domain.errors import BadInput, Reason, Refused

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 27)
WANTED = [frozenset({name}) for name in REQUIRED]
DEAL = [
    20260417, "Familie Müller", "jan@home.example", "nl", "anouk@firm.example", "Utrecht", "Midden", "Warmtepomp",
    "installation", DAY,
]  # fmt: skip


def table(raw: bytes) -> FileTable:
    return opened(raw, "deals.xlsx", WANTED)


def test_a_number_has_no_point_a_day_is_a_day_and_each_row_keeps_its_number() -> None:
    found = table(workbook({"Blad1": [REQUIRED, DEAL, [None], [*DEAL[:9], datetime(2026, 11, 27, 14, 30)]]}))  # noqa: DTZ001
    assert [line for line, _ in found.rows] == [2, 4]
    for _, entry in [next(read_lines(FileKind.DEALS.layout, found))]:
        assert isinstance(entry, DealLine)
        assert (entry.deal_id, entry.sold_on, entry.customer_name) == ("20260417", DAY, "Familie Müller")
    assert found.rows[1][1][9] == "2026-11-27"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1.5, "1.5"), (0.1, "0.1"), (-3, "-3"), (True, "True"), ("00417", "00417"), (10**15 - 1, "9" * 15),
        ("=1+1", "=1+1"), (" x ", " x "), (None, ""),
    ],
)  # fmt: skip
def test_a_cell_reads_as_it_stands(cell: str | float | None, text: str) -> None:
    [(_, row)] = table(workbook({"Blad1": [["deal_id", "b"], [cell, "x"]]})).rows
    assert row[0] == text


@pytest.mark.parametrize("number", [1234567890123456789, "1,23457E+17", "1.23457E+17"])
def test_a_number_whose_last_digits_excel_has_lost_is_not_taken_for_a_deal(number: int | str) -> None:
    [(_, refused)] = read_lines(
        FileKind.DELIVERIES.layout, table(workbook({"B": [["deal_id", "delivered_on"], [number, DAY]]}))
    )
    assert isinstance(refused, LineRefused)
    assert [why.reason for why in refused.why] == [Reason.NUMBER_ROUNDED]


def test_of_several_sheets_the_first_with_the_columns_is_read_and_said() -> None:
    sheets = {"Uitleg": [["Lees mij"]], "Oud": [REQUIRED], "Deals": [REQUIRED, DEAL]}
    found = table(workbook(sheets, hidden=["Oud"]))
    assert (found.sheet, found.name, len(found.rows)) == ("Deals", "deals.xlsx (Deals)", 1)
    assert table(workbook({"Deals": [REQUIRED, DEAL]})).sheet == "", "nothing to be said where there is one"
    with pytest.raises(BadInput, match=r"deals\.xlsx \(Uitleg\):1: column deal_id is missing"):
        list(read_lines(FileKind.DEALS.layout, table(workbook({"Uitleg": [["Lees mij"]], "Meer": [["x"]]}))))


def test_what_stands_beside_the_table_is_one_of_the_others() -> None:
    raw = workbook({"B": [["deal_id", "delivered_on"], ["D-1", DAY, None, "look here"]]})
    [(_, refused)] = read_lines(FileKind.DELIVERIES.layout, table(raw))
    assert refused.why[0].reason is Reason.CELLS_MISCOUNTED
    [(_, taken)] = read_lines(FileKind.DELIVERIES.layout, table(raw), ColumnMapping(ignore_others=True))
    assert taken.deal_id == "D-1"


def test_rows_above_the_titles_are_said() -> None:
    with pytest.raises(BadInput, match="line 3 looks like the header"):
        table(workbook({"B": [["Export"], [None], REQUIRED, DEAL]}))
    found = table(workbook({"B": [REQUIRED, DEAL]}, above=4))
    assert (found.at, found.rows[0][0]) == (5, 6), "empty rows above are none"


def test_an_empty_workbook_has_no_columns() -> None:
    with pytest.raises(BadInput, match="column deal_id is missing"):
        list(read_lines(FileKind.DEALS.layout, table(workbook({"B": []}))))


FAR = '<row r="90000"><c r="BZ90000"><v>1</v></c></row>'
WIDE = '<row r="9"><c r="XFD9"><v>1</v></c></row>'
LIES = f"{'<c><v>1</v></c>' * 1200}"


def with_rows(rows: str) -> bytes:
    return packed({"B": sheet_xml([["deal_id"]]).replace("</sheetData>", f"{rows}</sheetData>")})


def repeated(letters: int, times: int) -> bytes:
    cells = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(1, times + 1))
    strings = f"<sst><si><t>{'x' * letters}</t></si></sst>".encode()
    xml = sheet_xml([]).replace("<sheetData>", f"<sheetData>{cells}")
    return packed({"B": xml}, **{"sharedStrings.xml": strings})


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(lambda: with_rows(FAR), id="a cell far down"),
        pytest.param(lambda: with_rows(WIDE), id="a cell far to the right"),
        pytest.param(lambda: with_rows(f'<row r="2">{LIES}</row>'), id="cells that say no place"),
        pytest.param(
            lambda: packed({"B": sheet_xml([])}, **{"a.xml": b" " * 300_000_000}), id="a part that unpacks"
        ),
        pytest.param(lambda: repeated(30_000, 3_000), id="one text in every cell"),
        pytest.param(lambda: packed({"B": ""}, **{f"{n}.xml": b"" for n in range(1001)}), id="many parts"),
    ],
)
def test_a_small_file_that_unpacks_to_a_large_one_is_refused_before_anybody_reads_it(raw: object) -> None:
    content = raw()  # type: ignore[operator]
    assert len(content) < 1_000_000
    began = time.thread_time()
    with pytest.raises(Refused) as error:
        table(content)
    assert error.value.reason is Reason.WORKBOOK_TOO_LARGE
    assert time.thread_time() - began < 5


def test_a_workbook_that_lies_about_the_size_of_a_part_is_damaged() -> None:
    raw = bytearray(packed({"B": sheet_xml([["deal_id"]] * 20_000)}))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        size = next(part.file_size for part in archive.infolist() if "sheet1" in part.filename)
    whole, lie = size.to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert whole in raw
    with pytest.raises(Refused) as error:
        table(bytes(raw).replace(whole, lie))
    assert error.value.reason is Reason.FILE_NOT_WORKBOOK


@pytest.mark.parametrize(
    "raw",
    [
        b"PK\x03\x04 and nothing more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        packed({"B": "<worksheet><sheetData><row>"}),
        packed({"B": sheet_xml([["a"]]).replace('"A1"', '"a1"')}),
        workbook({"B": [["a"]]})[:-30],
    ],
    ids=["torn", "before 2007", "no XML", "no place", "cut off"],
)
def test_what_is_no_workbook_is_one_sentence(raw: bytes) -> None:
    with pytest.raises(Refused, match=r"deals\.xlsx: this is no workbook that can be read\.") as error:
        table(raw)
    assert error.value.reason is Reason.FILE_NOT_WORKBOOK


@pytest.mark.slow
def test_fifty_thousand_lines_are_read_in_bounded_memory() -> None:
    rows = [REQUIRED, *([f"D-{at}", *DEAL[1:]] for at in range(50_000))]
    raw = workbook({"B": rows})
    code = (
        "import re, sys; from kloof.domain.deals.reading.tables import opened\n"
        "found = opened(sys.stdin.buffer.read(), 'deals.xlsx')\n"
        # What getrusage tells begins with the memory of whoever started this.
        "peak = int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"
        "print(len(found.rows), peak // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=raw, capture_output=True, check=True)
    lines, mebibytes = map(int, done.stdout.split())
    assert lines == 50_000
    assert mebibytes < 600
