"""A letter as paper: the code on it is read as a phone reads it, off the rendered page."""

from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from cast.builders import SECRET
from cast.mails import SALT, a_survey, outgoing
from cast.selling import NOON, company, survey
from instruments.paper_reading import pages, picture
from kloof.config import Company
from kloof.domain.access import tokens
from kloof.domain.errors import Refused
from kloof.domain.text import Language
from kloof.mail.letter_pdf import LetterPrinter

pytestmark = pytest.mark.slow


def letter(folder: Path, language: Language = "nl", **changes: object) -> Path:
    name = str(changes.pop("name", "Wójcik-Şahin & Ødegård"))
    product = str(changes.pop("product", "Warmtepomp"))
    settings = company(folder)
    settings = settings.model_copy(
        update={"company": Company(name="Warmtehuis", contact="030 123 45 67", **changes)}  # type: ignore[arg-type]
    )
    mail = outgoing(subject=a_survey(product=product), language=language, name=name, email="")
    file = folder / f"letter-{language}.pdf"
    with LetterPrinter(settings) as press:
        press.add(mail, survey(), NOON + timedelta(days=45), NOON)
        file.write_bytes(press.pdf())
    return file


def test_the_names_of_customers_keep_every_letter(tmp_path: Path) -> None:
    assert "Wójcik-Şahin & Ødegård" in pages(letter(tmp_path))[0]


def test_english_customers_get_an_english_letter(tmp_path: Path) -> None:
    words = pages(letter(tmp_path, "en"))[0]
    assert "Dear" in words
    assert "Beste" not in words


def test_the_longest_names_still_fit_on_one_page(tmp_path: Path) -> None:
    file = letter(tmp_path, name="N" + "ame of a customer " * 11, product="Product with a name " * 9)
    [page] = pages(file)
    assert " ".join(page.split()).count("neem contact op: 030 123 45 67") == 1


def test_a_long_name_of_the_company_stays_within_the_margins(tmp_path: Path) -> None:
    """Nothing is printed at the right of the text, where the name of the company once ran off the page."""
    settings = company(tmp_path)
    name = "Coöperatieve Installatiegroep Noord-Nederland en Omstreken voor Duurzame Warmte U.A. te Groningen"
    told = {"name": name, "contact": "030 123 45 67", "address": "Postbus 12, 9700 AA Groningen"}
    settings = settings.model_copy(update={"company": Company(**told)})  # type: ignore[arg-type]
    mail = outgoing(subject=a_survey(product="Warmtepomp"), name="Mevrouw G. de Boer-van Dijk", email="")
    file = tmp_path / "long.pdf"
    with LetterPrinter(settings) as press:
        press.add(mail, survey(), NOON + timedelta(days=45), NOON)
        file.write_bytes(press.pdf())
    words = " ".join(pages(file)[0].split())
    assert name in words
    assert "Postbus 12, 9700 AA Groningen" in words
    assert "Beste mevrouw De Boer-van Dijk," in words
    page = picture(file).convert("L")
    width, height = page.size
    margin = page.crop((width * 186 // 210, 0, width, height // 4))
    assert margin.getextrema()[0] > 250  # type: ignore[operator]


def test_the_square_on_the_printed_page_holds_the_whole_link(tmp_path: Path) -> None:
    file = letter(tmp_path)
    [found] = zxingcpp.read_barcodes(picture(file))
    token = tokens.token(SECRET, tokens.Purpose.SURVEY, SALT)
    assert found.text == f"https://feedback.warmtehuis.example/s/{token}"


def test_a_logo_is_printed(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20">'
        '<rect width="60" height="20" fill="#0b6e69"/></svg>'
    )
    Image.new("RGB", (60, 20), "#0b6e69").save(tmp_path / "logo.png")
    plain = len(letter(tmp_path).read_bytes())
    for name in ("logo.svg", "logo.png"):
        assert len(letter(tmp_path, logo=Path(name)).read_bytes()) != plain


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Ánh", "Đặng Hữu Phước", "Žofie Šťastná", "Łukasz Żółć", "Gülşen Iğdır", "Øystein Ærø",
        "Kateřina Ďáblová", "Ŵyn Ŷnys", "Μαρία Παπαδοπούλου", "Ирина Ђурић", "Їжак Ґалаґан", "O’Brien – “De Hoek” €",
        "Ἀθηνᾶ", "ẞ Groß", "ĲSBRAND", "ŊÁNDOR",
    ],
)  # fmt: skip
def test_a_name_of_any_european_language_or_vietnamese_is_printed_whole(tmp_path: Path, name: str) -> None:
    assert name in pages(letter(tmp_path, name=name))[0]


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("محمد العربي", "م ح د ا ل ع ر ب ي"),
        ("Jan 王芳", "王 芳"),
        ("משה Cohen", "מ ש ה"),
        ("Klus \U0001f600", "\U0001f600"),
        ("สมชาย", "ส ม ช า ย"),
    ],
)
def test_a_letter_that_would_lose_a_letter_is_not_printed_and_says_which(
    tmp_path: Path, name: str, lacking: str
) -> None:
    for place, changes in {"the customer's name": {"name": name}, "the product": {"product": name}}.items():
        with pytest.raises(Refused) as refused:
            letter(tmp_path, **changes)  # type: ignore[arg-type]
        assert refused.value.facts["letters"] == lacking
        assert f"cannot be printed: {place}, {name}," in str(refused.value)
