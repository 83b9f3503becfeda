"""Files as CRMs and Excel really write them, loaded by the command: the right value, or one sentence."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from aiosmtpd.handlers import Sink
from click.testing import CliRunner, Result

from cast.builders import SECRET
from cast.workbooks import workbook
from kloof import storage
from kloof.cli import main
from kloof.domain.mailing.suppression import hash_as_it_stood
from kloof.mail.catcher import OnAnyPort
from kloof.storage.database import database
from kloof.storage.mailing import opt_outs
from kloof.storage.models import Customer, Deal, Message, Person
from kloof.wording.file_words import LINE_WORDS

pytestmark = pytest.mark.slow

SHIPPED = Path(__file__).parents[2] / "surveys" / "installation.yaml"
COLUMNS = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
Type = Callable[..., Result]


@pytest.fixture
def kloof(_migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """`kloof …` typed in a company folder with a salesperson; each call opens the database anew."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "KLOOF_DATABASE_URL",
        "KLOOF_SECRET_KEY",
        "KLOOF_BASE_URL",
        "KLOOF_MAIL_FROM",
        "KLOOF_SMTP_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    Path("kloof.toml").touch()
    Path("surveys").mkdir()
    Path("surveys/installation.yaml").write_bytes(SHIPPED.read_bytes())

    def run(*words: str) -> Result:
        storage.close_database()
        done = CliRunner().invoke(main, list(words))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    Path("instance").mkdir()
    shutil.copyfile(_migrated_file, "instance/kloof.db")
    monkeypatch.setenv("KLOOF_SECRET_KEY", SECRET)
    added = run(
        "people",
        "add",
        "--role",
        "salesperson",
        "--email",
        "anouk@my-company.example",
        "--name",
        "Anouk Visser",
    )
    assert added.exit_code == 0
    yield run
    storage.close_database()


def line(
    number: int = 1, *, name: str = "Klant", email: str = "", team: str = "North", deal: str = ""
) -> str:
    return (
        f"{deal or f'D-{number}'},{name},{email or f'k{number}@home.example'},nl,anouk@my-company.example,{team},"
        "Groningen,Heat pump,installation,2026-03-02"
    )


def load(kloof: Type, text: str | bytes, *more: str) -> Result:
    raw = text.encode() if isinstance(text, str) else text
    Path("deals.csv").write_bytes(raw)
    return kloof("deals", "import", "deals.csv", *more)


def loaded(kloof: Type, *lines: str) -> Result:
    return load(kloof, "\n".join([COLUMNS, *lines]) + "\n")


def emails() -> list[str]:
    return [row.email for row in Customer.select().order_by(Customer.id)]


def test_the_sharp_s_stays_in_the_domain(kloof: Type) -> None:
    assert loaded(kloof, line(email="jan@straße.example")).exit_code == 0
    assert emails() == ["jan@xn--strae-oqa.example"]


def test_three_spellings_of_one_address_are_one_customer_to_every_command(kloof: Type) -> None:
    spellings = ("jan@bücher.example", "jan@xn--bcher-kva.example", "mailto:Jan@Bücher.example")
    assert loaded(kloof, *(line(at, email=email) for at, email in enumerate(spellings, 1))).exit_code == 0
    assert emails() == ["jan@xn--bcher-kva.example"]
    for spelling in (*spellings, "<JAN@bücher.example>"):
        export = kloof("person", "export", spelling, "--json")
        assert export.exit_code == 0, export.stderr
        assert len(json.loads(export.stdout)["deals"]) == 3
    assert kloof("person", "erase", "jan@bu\u0308cher.example").exit_code == 0
    assert emails() == []
    again = line(email="<jan@bücher.example>")
    assert "was erased, and no file brings them back" in loaded(kloof, again).stderr
    assert kloof("person", "allow", spellings[1]).exit_code == 0
    assert loaded(kloof, again).exit_code == 0
    assert json.loads(kloof("person", "export", spellings[0], "--json").stdout)["gets_mail"] is False


def test_a_salesperson_is_one_in_any_spelling(kloof: Type) -> None:
    for spelling in ("Bram@Bücher.example", "bram@xn--bcher-kva.example", "mailto:bram@bücher.example"):
        done = kloof(
            "people", "add", "--role", "salesperson", "--email", spelling, "--name", "Bram  de\u00a0Wit"
        )
        assert done.exit_code == 0
    text = line().replace("anouk@my-company.example", "bram@BÜCHER.example")
    assert loaded(kloof, text).exit_code == 0
    assert [row.name for row in Person.select().order_by(Person.id)] == ["Anouk Visser", "Bram de Wit"]


def test_a_colleague_has_a_name_that_can_be_kept(kloof: Type) -> None:
    add = ("people", "add", "--role", "desk", "--email", "noor@firm.example", "--name")
    for name, says in (
        ("x" * 300, "name holds 300 characters, and at most 200 fit"),
        (" ", "name is empty"),
        ("Noor\x07", "name holds a character that cannot be printed (U+0007, number 5)"),
    ):
        refused = kloof(*add, name)
        assert (refused.exit_code, says in refused.stderr) == (1, True), name
    assert Person.select().count() == 1


NONE = [
    ".jan@home.example", "jan..b@home.example", "jan.@home.example", "jan@home..example", "jan@-home.example",
    "jan@home-.example", f"jan@{'x' * 64}.example", "jan@[1.2.3.4", "jan@[1.2.3.4]", "jan@home.example(werk)",
    "jan piet@home.example", "jan@home", f"{'x' * 65}@home.example", f"jan@{'x.' * 125}example",
]  # fmt: skip


def test_what_no_mail_server_takes_is_refused_with_a_sentence_for_each(kloof: Type) -> None:
    done = loaded(
        kloof,
        line(0, email="mailto:jan@home.example"),
        *(line(at, email=none) for at, none in enumerate(NONE, 1)),
    )
    assert (done.exit_code, emails()) == (1, ["jan@home.example"])
    said = done.stderr.splitlines()
    assert len(said) == len(NONE)
    for number, sentence in enumerate(said, 1):
        assert sentence.startswith(f"deals.csv:{number + 2}: D-{number} refused: customer_email ")
        assert "is not an e-mail address" in sentence or "is longer than an e-mail address can be" in sentence


@pytest.mark.parametrize("offers", [True, False])
def test_an_accent_before_the_at_goes_in_only_where_the_server_takes_it(
    kloof: Type, monkeypatch: pytest.MonkeyPatch, offers: bool
) -> None:
    server = OnAnyPort(Sink(), hostname="127.0.0.1", port=0, enable_SMTPUTF8=offers)
    server.start()
    try:
        monkeypatch.setenv("KLOOF_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
        monkeypatch.setenv("KLOOF_MAIL_FROM", "hi@my-company.example")
        composed, apart = line(1, email="jos\u00e9@home.example"), line(2, email="jose\u0301@home.example")
        done = loaded(kloof, composed, apart, line(3))
    finally:
        server.stop()
    if offers:
        assert (done.exit_code, emails()) == (0, ["jos\u00e9@home.example", "k3@home.example"])
    else:
        assert (done.exit_code, emails()) == (1, ["k3@home.example"])
        assert done.stderr.count("with SMTPUTF8, and yours does not say that it offers that") == 2
        assert "D-1 refused" in done.stderr


def test_a_folder_and_a_server_that_is_away_take_no_accent_before_the_at(
    kloof: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in ("folder:mails", "smtp://127.0.0.1:9"):
        monkeypatch.setenv("KLOOF_SMTP_URL", url)
        monkeypatch.setenv("KLOOF_MAIL_FROM", "hi@my-company.example")
        assert loaded(kloof, line(email="josé@home.example")).exit_code == 1
        assert emails() == []


NAMES = {
    "Familie\u00a0Jansen": "Familie Jansen",
    "M.\u202fJansen": "M. Jansen",
    "Loodgieters\u00adbedrijf": "Loodgietersbedrijf",
    "\ufeffJansen": "Jansen",
    '"Bakkerij Smit\nt.a.v. Piet"': "Bakkerij Smit t.a.v. Piet",
    '"Bakkerij\r\nSmit"': "Bakkerij Smit",
    "Bakkerij\tSmit": "Bakkerij Smit",
    "\u202bמשה\u202c": "משה",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\U0001f469\u200d\U0001f527 Klus": "\U0001f469\u200d\U0001f527 Klus",
    '"O\'Brien & Zn. <B.V.> ""De Hoek"""': 'O\'Brien & Zn. <B.V.> "De Hoek"',
    "=1+1": "=1+1",
}


def test_letters_that_nobody_sees_are_folded_and_names_stay_what_they_are(kloof: Type) -> None:
    done = loaded(kloof, *(line(at, name=typed) for at, typed in enumerate(NAMES)))
    assert done.exit_code == 0, done.stderr
    assert [row.customer_name for row in Deal.select().order_by(Deal.id)] == [*NAMES.values()]


def test_a_team_a_product_and_a_deal_are_one_in_every_spelling(kloof: Type) -> None:
    apart = "Frysla\u0302n\u00a0 Oost"
    assert loaded(kloof, line(deal="Café-1", team="Fryslân Oost"), line(2, team=apart)).exit_code == 0
    again = loaded(kloof, line(deal="Cafe\u0301-1", team="Frysl\u00e2n  Oost"))
    assert again.stdout.startswith("0 created, 0 updated, 1 unchanged")
    assert {row.team for row in Deal.select()} == {"Frysl\u00e2n Oost"}


def test_a_long_name_is_taken_or_refused_in_letters_of_its_own_limit(kloof: Type) -> None:
    fits, long = "Verwarmingsinstallatiebedrijf Gebroeders Müller en Zonen B.V. " * 3, "\U0001f600" * 201
    done = loaded(kloof, line(1, name=fits.strip()), line(2, name=long))
    assert [row.deal_id for row in Deal.select()] == ["D-1"]
    assert done.stderr == (
        "deals.csv:3: D-2 refused: customer_name holds 201 characters, and at most 200 fit\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\n{columns}\r\n{line}\r\n",
        "{columns};;\r\n{line};;\r\n",
        "\ufeffsep=;\r\n{columns};\r\n{line};\r\n",
        "{columns}\r{line}\r",
        "\r\n{columns}\r\n\r\n{line}\r\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_habit_of_excel_is_read(kloof: Type, text: str, encoding: str) -> None:
    written = text.format(columns=COLUMNS.replace(",", ";"), line=line(name="Müller").replace(",", ";"))
    if encoding == "utf-16":
        written = written.removeprefix("\ufeff")
    done = load(kloof, written.encode(encoding))
    assert done.exit_code == 0, done.stderr
    assert Deal.get().customer_name == "Müller"


def test_deliveries_and_cancellations_are_read_by_the_same_reader(kloof: Type) -> None:
    loaded(kloof, line(1), line(2))
    Path("delivered.csv").write_bytes(
        "sep=;\r\ndeal_id;delivered_on;;\r\nD-1\u00a0;2026-05-01;;\r\n".encode()
    )
    Path("cancelled.csv").write_bytes("deal_id;cancelled_on\r\nD-2;2026-05-01\r\n".encode("utf-16"))
    for command in ("delivered", "cancelled"):
        done = kloof("deals", command, f"{command}.csv")
        assert (done.exit_code, done.stderr) == (0, "")
        assert "1 updated" in done.stdout


def test_days_that_stand_for_none_are_refused_in_each_kind_of_file(kloof: Type) -> None:
    days = ("0001-01-01", "1899-12-30", "1970-01-01", "1900-01-01")
    done = loaded(kloof, line(9), *(line(at).replace("2026-03-02", day) for at, day in enumerate(days)))
    assert done.stderr.count("is what a program writes where it knows no date") == 4
    Path("delivered.csv").write_text("deal_id,delivered_on\nD-9,1900-01-01\n", encoding="utf-8")
    late = kloof("deals", "delivered", "delivered.csv")
    assert "delivered_on '1900-01-01' is what a program writes where it knows no date" in late.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"Export van 26-11-2026\n\n{COLUMNS}\n{line()}\n", "deals.csv:1: line 3 looks like the header"),
        (f'"deal_id"x{COLUMNS[7:]}\n{line()}\n', "deals.csv:1: this line cannot be read as CSV"),
        (f'"deal_id{COLUMNS[7:]}\n{line()}\n', "a quotation mark is not closed"),
        (f"{COLUMNS}\n{line(name='x' * 131_073)}\n", "a cell is longer than 131,072 characters"),
        (
            f"{COLUMNS}\n{line(name='Müller')}\n\xef".encode("cp437"),
            "deals.csv:2: This line is not UTF-8 text.",
        ),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\xff\xfe", "this is no workbook that can be read. It is damaged."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\xff", "It is of a version before 2007, or it has a password."),
        (
            f"{COLUMNS}\n{line(name='Jan' + chr(0))}\n",
            "customer_name holds a character that cannot be printed (U+0000",
        ),
    ],
    ids=["above", "behind", "unclosed", "huge", "cp437", "zip", "xls", "nul"],
)
def test_what_cannot_be_read_is_one_sentence_with_file_and_line(
    kloof: Type, text: str | bytes, says: str
) -> None:
    done = load(kloof, text)
    assert done.exit_code == 1
    assert says in done.stderr
    assert "Traceback" not in done.output
    assert Deal.select().count() == 0
    assert Message.select().count() == 0


OWN = """
[deals.columns]
deal_id = "Ordernr."
customer_name = "Klant"
sold_on = "Datum akkoord"
always = { language = "nl", survey = "installation" }
ignore_others = true
dates = "d-m-y"
"""


def test_a_workbook_with_titles_of_its_own_is_read_as_kloof_toml_says(kloof: Type) -> None:
    Path("kloof.toml").write_text(OWN, encoding="utf-8")
    titles = [
        "Ordernr.",
        "Klant",
        "customer_email",
        "salesperson_email",
        "team",
        "region",
        "product",
        "Marge",
    ]
    row = [
        20260417,
        "Müller",
        "k@home.example",
        "anouk@my-company.example",
        "North",
        "Groningen",
        "Heat pump",
        12.5,
    ]
    sheets = {"Uitleg": [["Lees mij"]], "Export": [[*titles, "Datum akkoord"], [*row, "2-3-2026"]]}
    Path("export.xlsx").write_bytes(workbook(sheets))
    assert kloof("deals", "import", "export.xlsx", "--dry-run").stdout.startswith("1 created")
    done = kloof("deals", "import", "export.xlsx")
    assert (done.exit_code, done.stderr) == (0, "")
    deal = Deal.get()
    assert (deal.deal_id, deal.customer_name, str(deal.sold_on)) == ("20260417", "Müller", "2026-03-02")
    for command, column in (("delivered", "delivered_on"), ("cancelled", "cancelled_on")):
        Path("later.xlsx").write_bytes(workbook({"B": [["Ordernr.", column], [20260417, date(2026, 5, 1)]]}))
        assert kloof("deals", command, "later.xlsx").exit_code in {0, 1}
    assert str(Deal.get().delivered_on) == "2026-05-01"
    again = kloof("deals", "import", "deals.csv")
    assert again.exit_code == 2, "there is no such file"
    assert load(kloof, f"{COLUMNS}\n{line(2)}\n").exit_code == 0, "our own names are always understood"


def test_windows_1252_is_read_and_said_and_days_that_stand_first_get_a_hint(kloof: Type) -> None:
    text = f"{COLUMNS}\n{line(1, name='Müller')}\n{line(2).replace('2026-03-02', '2-3-2026')}\n"
    done = load(kloof, text.encode("cp1252"))
    assert Deal.get().customer_name == "Müller"
    assert "was read as Windows-1252" in done.stderr
    assert 'dates = "d-m-y" under [deals.columns]' in done.stderr
    assert "sold_on '2-3-2026' is not a date like 2026-03-31" in done.stderr


def test_json_gives_each_reason_as_values_with_its_sentence_in_both_languages(kloof: Type) -> None:
    bad = line(1, email="jan..b@home.example").replace("2026-03-02", "2-3-2026")
    [refused] = json.loads(load(kloof, f"{COLUMNS}\n{bad}\n", "--json").stdout)["refused"]
    assert (refused["line"], refused["deal_id"]) == (2, "D-1")
    told = {why["code"]: why for why in refused["why"]}
    assert {code: (why["column"], why["found"]) for code, why in told.items()} == {
        "not_a_day": ("sold_on", "2-3-2026"),
        "not_an_address": ("customer_email", "jan..b@home.example"),
    }
    assert told["not_a_day"]["nl"] == "sold_on: “2-3-2026” is geen datum. Schrijf hem als 2026-03-31."
    assert told["not_a_day"]["en"] == "sold_on: “2-3-2026” is not a date. Write it like 2026-03-31."
    assert len(LINE_WORDS) > 25


def test_a_migration_says_which_customers_became_one_and_only_once(kloof: Type) -> None:
    loaded(
        kloof,
        line(1, email="jan@one.example"),
        line(2, email="jan@two.example"),
        line(3, email="els@one.example"),
    )
    for email, former in (
        ("jan@one.example", "jan@bücher.example"),
        ("jan@two.example", "jan@xn--bcher-kva.example"),
    ):
        Customer.update(email=former).where(Customer.email == email).execute()
    database.execute_sql("DROP TABLE migration_note")
    database.execute_sql("DELETE FROM schema_migration WHERE name = '0018_one_spelling'")
    told = kloof("db", "migrate")
    assert told.exit_code == 0
    assert told.stdout == (
        "jan@bücher.example and jan@xn--bcher-kva.example were 2 customers and are one now: "
        "jan@xn--bcher-kva.example.\nApplied: 0018_one_spelling.\n"
    )
    assert kloof("db", "migrate").stdout == "Nothing to do.\n"
    assert len(json.loads(kloof("person", "export", "jan@bücher.example").stdout)["deals"]) == 2


def test_who_was_erased_in_another_spelling_before_gets_no_mail_in_this_one(kloof: Type) -> None:
    loaded(kloof)
    opt_outs.remember(
        hash_as_it_stood(SECRET, "jan@bücher.example"), opt_outs.ASKED, datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert loaded(kloof, line(email="jan@bücher.example")).exit_code == 0
    assert json.loads(kloof("person", "export", "jan@bücher.example").stdout)["gets_mail"] is False
