"""Whatever comes in, every reader gives a value or says what is wrong with it: no other error, and no long wait.

Each reader gets bytes or letters of no kind at all, and texts made of the words of its own format, so that the odd
ones come far inside.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast.workbooks import packed, sheet_xml
from instruments.growth import SIZES, grows_too_fast
from kloof import storage
from kloof.cli.logs import discreet
from kloof.config import load_settings
from kloof.domain import addresses
from kloof.domain.access.tokens import fingerprint, grouped, typed_code
from kloof.domain.deals import files
from kloof.domain.deals.files import FileKind
from kloof.domain.deals.reading.columns import ColumnMapping, DayOrder
from kloof.domain.deals.reading.lines import read_lines
from kloof.domain.deals.reading.tables import opened
from kloof.domain.errors import KloofError
from kloof.domain.mailing.set_aside import SetAside
from kloof.domain.spelling import composed, spelled
from kloof.domain.surveys.drafts import drafted, written
from kloof.domain.surveys.source import SurveySource
from kloof.mail import bounces, caught, open_transport
from kloof.mail.texts import overlaid
from kloof.publish.release_files import read_releases
from kloof.storage.engines import connect
from kloof.web.app import logo

MOST_SECONDS = 5
"""Of one example, on a busy machine too: what is wrong grows without end, and takes minutes."""
REFUSALS = (KloofError, SetAside)
"""A mail that nobody can read is set aside, with its reason."""

Reads = Callable[[Path, bytes], object]


@dataclass(frozen=True)
class Reader:
    """What reads something that comes from outside, and the words of its format."""

    reads: Reads
    words: tuple[str, ...]
    example: str = ""


DAYS_FIRST = ColumnMapping({"deal_id": "T-1"}, {"language": "nl"}, True, DayOrder.DAY_FIRST)


def deals_file(_: Path, raw: bytes) -> None:
    table = opened(raw, "deals.csv", DAYS_FIRST.wanted(files.REQUIRED))
    list(read_lines(FileKind.DEALS.layout, table, DAYS_FIRST))
    list(read_lines(FileKind.DEALS.layout, table))


def plain(kind: FileKind) -> Reads:
    return lambda _, raw: list(read_lines(kind.layout, opened(raw, "file.csv")))


def sheet(_: Path, raw: bytes) -> None:
    xml = raw.decode("utf-8", "replace")
    opened(packed({"Blad1": xml}, **{"sharedStrings.xml": raw}), "deals.xlsx")


def text(read: Callable[[str], object]) -> Reads:
    return lambda _, raw: read(raw.decode("utf-8", "surrogateescape"))


def put(folder: Path, name: str, raw: bytes) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(raw)
    return file


def settings_file(folder: Path, raw: bytes) -> object:
    put(folder, "kloof.toml", raw)
    return load_settings(folder, {"KLOOF_SECRET_KEY": "a key that is only for tests, worth nothing"})


def variable(name: str) -> Reads:
    def read(folder: Path, raw: bytes) -> object:
        put(folder, "kloof.toml", b"")
        key = {"KLOOF_SECRET_KEY": "a key that is only for tests, worth nothing"}
        return load_settings(folder, key | {name: raw.decode("utf-8", "surrogateescape")})

    return read


def mail_way_out(folder: Path, raw: bytes) -> None:
    url = raw.decode("utf-8", "replace").replace("folder:", "")
    put(folder, "kloof.toml", b"")
    known = {
        "KLOOF_SECRET_KEY": "a key that is only for tests, worth nothing",
        "KLOOF_MAIL_FROM": "a@b.example",
    }
    open_transport(load_settings(folder, known | {"KLOOF_SMTP_URL": url or "smtp:"})).close()


def database_address(folder: Path, raw: bytes) -> None:
    url = raw.decode("utf-8", "replace")
    if not url.startswith("sqlite:///"):
        connect(url)


def release(name: str) -> Reads:
    def read(folder: Path, raw: bytes) -> object:
        for other in ("datapackage.json", "release.json"):
            put(folder, f"releases/0001/{other}", b"{}")
        put(folder, f"releases/0001/{name}", raw)
        return read_releases(folder / "releases")

    return read


def opened_mail(folder: Path, raw: bytes) -> object:
    put(folder, "mail/some.eml", raw)
    return caught.opened(folder / "mail", "some")


HEADER = ",".join(files.REQUIRED)
CSV = (
    HEADER, "\n", "\r\n", "\r", ",", ";", '"', '""', '"x', "deal_id", "account", "sep=;\n", "\ufeff", "\0",
    "2026-03-02", "nl", "piet@example.net", "mailto:", "T-1", "\u0301", "\u202e", "é", "0001-01-01",
    "x" * 300, "9" * 5000,
)  # fmt: skip
ARCHIVE = (
    "PK\x03\x04",
    "PK\x01\x02",
    "PK\x05\x06",
    "\x14\0",
    "\0" * 8,
    "xl/workbook.xml",
    "\xff" * 4,
    "<a/>",
)
SHEET = (
    "<worksheet>", "</worksheet>", "<sheetData>", "</sheetData>", "<row>", "</row>", '<row r="9">', '<row r="x">',
    '<c r="A1">', '<c r="XFD99999"><v>1</v></c>', "<c>", "</c>", '<c t="s">', '<c s="1">', "<v>0</v>", "<v>9e99</v>",
    "<v>", "</v>", "<sst>", "</sst>", "<si><t>a</t></si>", "&lt;", "&a;", "<!DOCTYPE a>", "<?xml?>", "\0",
)  # fmt: skip
YAML = (
    "id: ", "version: ", "title:\n", "  nl: ", "scale: ", "aspects:\n", "- ", "{", "}", "[", "]", "&a ", "*a", "!!",
    "|\n", ">\n", "? ", ": ", "\n", "  ", "\t", "#", '"', "'", "---\n", "...\n", "%YAML 1.1\n", "<<: ", "0x1F", "1e999",
    ".inf", "\x85", "\u2028", "\ufeff", "\0", "9" * 5000, "[" * 200,
)  # fmt: skip
TOML = (
    "[mail]\n", "[[mail]]\n", "hours = ", "[9, 18]", "[company]\n", "name = ", '"', '"""', "'", "=", ".", "\n", "{",
    "}", "1979-05-27T07:32:00Z", "inf", "nan", "0x", "1_0", "true", "\\u0000", "\\uD800", "# ", "é",
    "9" * 5000, "[" * 200,
)  # fmt: skip
JSON = (
    "{", "}", "[", "]", ":", ",", '"resources"', '"path"', '"hash"', '"previous"', '"sha256:', '"', "null", "true",
    "1e999", "-0", "NaN", "Infinity", "\\u0000", "\\ud800", "../", "\0", "é", "9" * 5000, "[" * 3000, '{"a":' * 3000,
)  # fmt: skip
MAIL = (
    "From: ", "To: ", "Subject: ", "Date: ", "Message-ID: <", "Content-Type: ", "multipart/report; boundary=", "b", '"',
    "message/delivery-status", "message/rfc822", "text/plain; charset=", "utf-8", "x-unknown", "\n", "\n\n", "\r\n",
    "--b\n", "--b--\n", "Action: failed\n", "Status: 5.1.1\n", "Diagnostic-Code: smtp; ", "Final-Recipient: rfc822; ",
    "550 ",
    "=?utf-8?q?=C3=A9?=", "=?utf-8?b?////?=", "<a@b.example>", "0" * 32, "@", "Content-Transfer-Encoding: base64\n",
    "\0", "\x80", "é", "Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 50, "filename*0*=utf-8''%ff;",
)  # fmt: skip
URL = (
    "smtp://", "smtps://", "imaps://", "postgresql://", "postgres://", "mysql://", "user", ":", "password", "@", "host",
    ":25", ":99999", ":x", "/", "?", "#", "%", "%00", "%zz", "[", "]", "[::1]", "é", " ", "\0", "&sslmode=", "..",
)  # fmt: skip
WORDS = (
    "a", "@", ".", "-", "_", "<", ">", "mailto:", "xn--", "ß", "é", "\u0301", "\u200d", "\u202e", "\ufeff", "/s/",
    "/k/", "x" * 43, "0123-4567-89AB-CDEF", "O", "l", " ", "\n", "\0", "@" * 50, "." * 500, "a." * 200,
    "example", "[1.2.3.4]",
)  # fmt: skip

ADDRESSES = ("KLOOF_BASE_URL", "KLOOF_BOUNCES_URL", "KLOOF_MAIL_FROM", "KLOOF_PROXIES", "KLOOF_CLOCK_AHEAD")
READERS = {
    "deals": Reader(deals_file, CSV, HEADER),
    "deliveries": Reader(plain(FileKind.DELIVERIES), CSV, "deal_id,delivered_on\n"),
    "cancellations": Reader(plain(FileKind.CANCELLATIONS), CSV, "deal_id,cancelled_on\n"),
    "a workbook": Reader(deals_file, ARCHIVE),
    "a sheet": Reader(sheet, SHEET, sheet_xml([["deal_id"], ["D-1"]])),
    "survey": Reader(text(lambda read: SurveySource(read, "a.yaml").survey()), YAML),
    "a survey to be edited": Reader(
        text(lambda read: (draft := drafted(read)) and written(read, draft)), YAML
    ),
    "texts of mails": Reader(text(overlaid), (*YAML, "greeting", "{name}", "{", "}}", "customers_are: ")),
    "kloof.toml": Reader(settings_file, TOML),
    "the manifest of a release": Reader(release("datapackage.json"), JSON),
    "a bounce": Reader(lambda _, raw: bounces.read(raw), MAIL),
    "a mail in the catcher": Reader(opened_mail, MAIL),
    "the address of a mail server": Reader(mail_way_out, URL, "smtp://"),
    "the address of a database": Reader(database_address, URL, "postgresql://"),
    "an address": Reader(text(addresses.canonical), WORDS, "a@b."),
    "an address to look up": Reader(text(addresses.known_as), WORDS),
    "a name": Reader(text(lambda read: (spelled(read), composed(read))), WORDS),
    "a code": Reader(text(lambda read: grouped(typed_code(read))), WORDS),
    "a token": Reader(lambda _, raw: fingerprint(raw.decode("latin-1")), WORDS),
    "a line of a log": Reader(text(discreet), WORDS),
    "a logo": Reader(
        lambda folder, raw: logo.read(put(folder, "logo.svg", raw)),
        ("<svg ", "viewBox=", '"', "0 0 1 1", "9" * 400, ">", "\x89PNG\r\n\x1a\n", "0" * 20, "1e9", "."),
    ),
    **{name: Reader(variable(name), URL) for name in ADDRESSES},
}


def raws(reader: Reader) -> st.SearchStrategy[bytes]:
    made = st.lists(st.sampled_from(reader.words) | st.text(max_size=3), max_size=30).map("".join)
    return st.one_of(
        st.binary(max_size=200),
        made.map(lambda body: body.encode("utf-8", "surrogatepass")),
        made.map(lambda body: (reader.example + body).encode("utf-8", "surrogatepass")),
    )


def tried(reader: Reader, folder: Path, raw: bytes) -> float:
    """How many seconds it took until there was a value or a refusal."""
    begun = thread_time()
    with suppress(*REFUSALS):
        reader.reads(folder, raw)
    return thread_time() - begun


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_whatever_is_read_is_a_value_or_a_refusal(name: str, tmp_path: Path) -> None:
    reader = READERS[name]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(raws(reader))
    def reads(raw: bytes) -> None:
        assert tried(reader, tmp_path, raw) < MOST_SECONDS

    reads()
    storage.close_database()


DEEP = {
    "survey": "[" * 100_000,
    "kloof.toml": f"a = {'[' * 100_000}",
    "the manifest of a release": "[" * 100_000,
    "a bounce": "Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 5_000,
    "a mail in the catcher": "Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 5_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DEEP)
def test_what_is_nested_without_end_is_a_value_or_a_refusal_too(name: str, tmp_path: Path) -> None:
    assert tried(READERS[name], tmp_path, DEEP[name].encode()) < MOST_SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_the_same_word_again_and_again_takes_time_by_its_number(
    name: str, tmp_path: Path, full: bool
) -> None:
    reader = READERS[name]
    for word in dict.fromkeys(word for word in reader.words if len(word) <= 50):

        def again(size: int, word: str = word) -> float:
            text = reader.example + word * (size // len(word.encode("utf-8", "surrogatepass")))
            return tried(reader, tmp_path, text.encode("utf-8", "surrogatepass"))

        assert (word, grows_too_fast(again, SIZES if full else SIZES[:3])) == (word, "")
    storage.close_database()


def test_every_reader_has_an_example_that_it_refuses_or_takes(tmp_path: Path) -> None:
    """So that none of them is passed over because of a slip above."""
    refused = set()
    for name, reader in READERS.items():
        try:
            reader.reads(tmp_path, b"\xff\x00?")
        except REFUSALS:
            refused.add(name)
    assert {"deals", "survey", "kloof.toml", "the manifest of a release", "an address", "a logo"} <= refused
