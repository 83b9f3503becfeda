"""Surveys at the desk: their use in one look, and an editor that changes what was changed and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from cast.builders import NOW, deal
from instruments.forms import fields, opened, press, shown, typed, words
from kloof.actions.surveys.files import load_surveys
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.models import AuditEntry
from kloof.storage.surveys import versions

pytestmark = pytest.mark.slow

Enter = Callable[[str, Role], FlaskClient]
SHIPPED = Path(__file__).parents[3] / "surveys"
PRODUCT = (SHIPPED / "product.yaml").read_bytes()
EDIT = "/desk/surveys/product.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    surveys = tmp_path / "surveys"
    surveys.mkdir()
    (surveys / "product.yaml").write_bytes(PRODUCT)
    return surveys


@pytest.fixture
def desk(signed_in: Enter, folder: Path) -> FlaskClient:
    return signed_in("Noor Desk", Role.DESK)


def product(folder: Path) -> Survey:
    return load_surveys(folder)["product"]


def test_the_list_says_which_versions_are_used_by_how_many_deals_and_of_how_many_there_is_an_answer(
    desk: FlaskClient, folder: Path, client: FlaskClient
) -> None:
    built = [deal(product(folder)) for _ in range(3)]
    answers = {aspect.id: "5" for aspect in product(folder).aspects}
    link = f"/s/{built[0].tokens[Wave.SALE]}"
    sent = client.post(link, data={**answers, "consent": "totals", "comment": "Cold", "action": "submit"})
    assert (sent.status_code, sent.location.endswith("receipt")) == (303, True), sent.location
    page = words(desk.get("/desk/surveys", headers={"Accept-Language": "en"}))
    assert "Purchase of a product product · version 2 · 8 aspects in use" in page
    assert "version 2 2 March 2026 3 1" in page
    assert "Cold" not in page


def test_a_company_without_a_survey_reads_what_will_be_here(signed_in: Enter) -> None:
    desk = signed_in("Noor Desk", Role.DESK)
    assert "Hier komen je vragenlijsten" in words(
        desk.get("/desk/surveys", headers={"Accept-Language": "nl"})
    )


def test_saving_what_nobody_changed_leaves_every_byte_and_writes_nothing_down(
    desk: FlaskClient, folder: Path
) -> None:
    assert press(desk, opened(desk, EDIT), "save").status_code == 303
    assert (folder / "product.yaml").read_bytes() == PRODUCT
    assert press(desk, opened(desk, f"{EDIT}/text"), "save").status_code == 303
    assert (folder / "product.yaml").read_bytes() == PRODUCT
    assert AuditEntry.select().where(AuditEntry.what == "survey_changed").count() == 0


def test_a_kind_is_chosen_or_left_out_without_a_new_version_also_where_deals_use_it(
    desk: FlaskClient, folder: Path
) -> None:
    deal(product(folder))
    assert press(desk, opened(desk, EDIT), "save", aspects__0__kind="people").status_code == 303
    assert (folder / "product.yaml").read_bytes() == PRODUCT.replace(b"kind: time", b"kind: people", 1)
    assert press(desk, opened(desk, EDIT), "save", aspects__0__kind="").status_code == 303
    assert (folder / "product.yaml").read_bytes() == PRODUCT.replace(b"    kind: time\n", b"", 1)


@pytest.mark.parametrize(
    "change", [lambda raw: b"\xef\xbb\xbf" + raw, lambda raw: raw.replace(b"\n", b"\r\n")]
)
@pytest.mark.parametrize("mode", ["", "/text"])
def test_a_byte_order_mark_and_the_line_breaks_of_windows_stay(
    desk: FlaskClient, folder: Path, change: Callable[[bytes], bytes], mode: str
) -> None:
    (folder / "product.yaml").write_bytes(change(PRODUCT))
    assert press(desk, opened(desk, EDIT + mode), "save").status_code == 303
    assert (folder / "product.yaml").read_bytes() == change(PRODUCT)


def test_a_norm_that_is_changed_changes_its_line_and_says_who_did_it(desk: FlaskClient, folder: Path) -> None:
    answer = press(desk, opened(desk, EDIT), "save", aspects__0__norm="5.6")
    assert answer.status_code == 303
    after = (folder / "product.yaml").read_bytes()
    assert after == PRODUCT.replace(b"norm: 5.5", b"norm: 5.6", 1)
    (line,) = AuditEntry.select().where(AuditEntry.what == "survey_changed")
    assert (line.detail, line.role) == ("product v2", "desk")
    assert "Saved: Purchase of a product, version 2." in words(
        desk.get(answer.location, headers={"Accept-Language": "en"})
    )


def test_what_deals_use_is_never_given_other_content_it_becomes_the_next_version(
    desk: FlaskClient, folder: Path
) -> None:
    deal(product(folder))
    assert "1 deal uses version 2. What you change becomes version 3" in words(
        desk.get(EDIT, headers={"Accept-Language": "en"})
    )
    deal(product(folder))
    page = opened(desk, EDIT)
    assert "2 deals use version 2. What you change becomes version 3" in page.get_text(" ")
    answer = press(desk, page, "save", aspects__0__norm="5.6")
    after = (folder / "product.yaml").read_bytes()
    assert after == PRODUCT.replace(b"norm: 5.5", b"norm: 5.6", 1).replace(b"version: 2", b"version: 3", 1)
    said = words(desk.get(answer.location, headers={"Accept-Language": "en"}))
    assert "Deals that use version 2 keep it: 2." in said
    assert "Only words, norms or days changed." in said
    assert versions.by_key(product(folder).key.model_copy(update={"version": 2})).aspects[0].norm == 5.5


def test_another_aspect_is_another_thing_to_measure_and_the_list_says_so(
    desk: FlaskClient, folder: Path
) -> None:
    deal(product(folder))
    fewer = shown(press(desk, opened(desk, EDIT), "remove-aspects-7"))
    answer = press(desk, fewer, "save")
    assert "What is asked changed. Version 3" in words(
        desk.get(answer.location, headers={"Accept-Language": "en"})
    )
    assert len(product(folder).aspects) == 7
    assert b"Not core" not in (folder / "product.yaml").read_bytes()


def test_a_version_of_the_text_that_deals_use_is_raised_too(desk: FlaskClient, folder: Path) -> None:
    deal(product(folder))
    text = PRODUCT.decode().replace("Purchase of a product", "Buying a thing")
    assert press(desk, opened(desk, f"{EDIT}/text"), "save", text=text).status_code == 303
    assert (folder / "product.yaml").read_text("utf-8") == text.replace("version: 2", "version: 3", 1)


def test_aspects_come_move_and_go_by_buttons_alone_and_nothing_is_written_before_it_is_saved(
    desk: FlaskClient, folder: Path
) -> None:
    page = shown(press(desk, opened(desk, EDIT), "add-aspects"))
    page = shown(
        press(
            desk, page, "up-aspects-8",
            aspects__8__name__nl="Montage", aspects__8__name__en="Fitting",
            aspects__8__at_sale__nl="Hoe goed, denkt u: netjes?", aspects__8__at_sale__en="How well?",
            aspects__8__after_delivery__nl="Hoe goed?", aspects__8__after_delivery__en="How well was it?",
        )
    )  # fmt: skip
    assert (folder / "product.yaml").read_bytes() == PRODUCT
    assert press(desk, page, "save").status_code == 303
    assert [aspect.id for aspect in product(folder).aspects][6:] == ["information", "fitting", "service"]
    after = (folder / "product.yaml").read_text("utf-8")
    assert (
        "  # Not core: most customers need no help"
        in after.splitlines()[after.splitlines().index("  - id: service") - 1]
    )


WRONG = {
    "aspects-0-norm": ("x", "moet een getal zijn, zoals 7.5; er staat 'x'"),
    "aspects-1-norm": ("9", "9 valt buiten de schaal; een norm ligt erop, van 1 tot 7"),
    "aspects-2-at_sale-nl": ("", "de Nederlandse tekst ontbreekt"),
    "title-en": ("", "de Engelse tekst ontbreekt"),
    "scale-high": ("99", "moet 10 of minder zijn"),
    "timing-open_for_days": ("0", "moet 1 of meer zijn"),
    "aspects-3-id": ("Page", "een naam in bestanden heeft 1 tot 40 tekens"),
    "aspects-4-id": ("price", "de naam “price” staat ook bij aspects[1].id"),
    "aspects-5-id": ("page", "het formulier gebruikt “page” zelf al"),
}


@pytest.mark.parametrize("do", ["check", "save"])
@pytest.mark.parametrize(("field", "typed", "says"), [(name, *row) for name, row in WRONG.items()], ids=WRONG)
def test_what_the_checker_says_stands_at_its_field_in_the_language_of_the_reader(
    desk: FlaskClient, folder: Path, field: str, typed: str, says: str, do: str
) -> None:
    data = fields(opened(desk, EDIT))
    data[field], data["do"] = typed, do
    answer = desk.post(EDIT, data=data, headers={"Accept-Language": "nl"})
    page = shown(answer)
    assert answer.status_code == 422
    error = page.find(id=f"e-{field}")
    assert error
    assert says in error.get_text()
    (control,) = page.select(f'[name="{field}"]:not([type=hidden])')
    assert (control.get("aria-invalid"), control.get("aria-describedby", "").split()[-1]) == (
        "true",
        f"e-{field}",
    )
    assert page.select(f'.error-summary a[href="#{field}"]')
    assert (folder / "product.yaml").read_bytes() == PRODUCT


def test_ids_are_fixed_once_deals_use_them_and_free_before(desk: FlaskClient, folder: Path) -> None:
    assert opened(desk, EDIT).select_one('input[name="aspects-0-id"]:not([type=hidden])')
    deal(product(folder))
    page = opened(desk, EDIT)
    assert page.select('input[name="aspects-0-id"][type=hidden][value="delivery-time"]')
    assert not page.select('input[name="aspects-0-id"]:not([type=hidden])')


def test_who_was_first_wins_and_both_versions_are_there_to_be_brought_together(
    desk: FlaskClient, folder: Path
) -> None:
    mine = opened(desk, EDIT)
    theirs = PRODUCT.replace(b"norm: 6.4", b"norm: 6.1", 1)
    (folder / "product.yaml").write_bytes(theirs)
    answer = press(desk, mine, "save", aspects__0__norm="5.6")
    page = shown(answer)
    assert answer.status_code == 409
    assert (folder / "product.yaml").read_bytes() == theirs
    assert [line.get_text() for line in page.select(".differs del, .differs ins")] == [
        "-    norm: 5.5", "+    norm: 5.6", "-    norm: 6.1", "+    norm: 6.4",
    ]  # fmt: skip
    text = page.select_one("#text")
    assert text
    assert "norm: 5.6" in text.get_text()
    both = text.get_text().removeprefix("\n").replace("norm: 6.4", "norm: 6.1", 1)
    assert press(desk, page, "save", text=both).status_code == 303
    assert (folder / "product.yaml").read_bytes() == theirs.replace(b"norm: 5.5", b"norm: 5.6", 1)


def test_a_new_survey_starts_from_another_and_is_written_when_it_is_saved(
    desk: FlaskClient, folder: Path
) -> None:
    page = opened(desk, "/desk/surveys/new")
    data = typed(page, id="bicycle", start="kloof/installation.yaml")
    begun = desk.post("/desk/surveys/new", data=data, headers={"Accept-Language": "en"})
    assert not (folder / "bicycle.yaml").exists()
    saved = press(desk, shown(begun), "save", title__en="Purchase of a bicycle")
    assert saved.status_code == 303
    found = load_surveys(folder)
    assert (found["bicycle"].title.en, found["bicycle"].version) == ("Purchase of a bicycle", 1)
    original = (SHIPPED / "installation.yaml").read_text("utf-8")
    assert original.count("#") == (folder / "bicycle.yaml").read_text("utf-8").count("#")


@pytest.mark.parametrize(
    ("identifier", "says"),
    [
        ("product", "de naam “product” staat ook in product.yaml"),
        ("../x", "een naam in bestanden heeft"),
        ("", "een naam in bestanden heeft"),
    ],
)
def test_a_new_survey_needs_a_name_of_its_own(
    desk: FlaskClient, folder: Path, identifier: str, says: str
) -> None:
    data = typed(opened(desk, "/desk/surveys/new"), id=identifier)
    answer = desk.post("/desk/surveys/new", data=data, headers={"Accept-Language": "nl"})
    assert answer.status_code == 422
    assert says in words(answer)
    assert [file.name for file in folder.parent.rglob("*.yaml")] == ["product.yaml"]


def test_a_file_that_is_no_survey_is_opened_as_a_text_with_what_is_wrong_by_line(
    desk: FlaskClient, folder: Path
) -> None:
    (folder / "product.yaml").write_text("id: product\naspects: [\n", encoding="utf-8")
    listed = words(desk.get("/desk/surveys", headers={"Accept-Language": "nl"}))
    assert "In dit bestand is iets mis" in listed
    page = opened(desk, EDIT, "nl")
    assert "Regel 3, kolom 1" in page.get_text(" ")
    assert page.select_one("#text")


@pytest.mark.parametrize(
    "name", ["none.yaml", "..%2Fkloof.toml", "%2e%2e/kloof.toml", "product.yaml%00", "secret_key"]
)
def test_only_files_that_are_listed_are_opened(desk: FlaskClient, folder: Path, name: str) -> None:
    (folder.parent / "kloof.toml").write_text("secret", encoding="utf-8")
    for path in (f"/desk/surveys/{name}", f"/desk/surveys/{name}/text"):
        assert desk.get(path).status_code in {404, 308}


@pytest.mark.parametrize("name", ["..%2Fx.yaml", "x.txt", ".x.yaml", "kloof.toml", "sub%2Fx.yaml"])
def test_nothing_is_ever_written_beside_the_survey_files(desk: FlaskClient, folder: Path, name: str) -> None:
    data = typed(opened(desk, EDIT), do="save", before="", id="other")
    before = sorted(str(path) for path in folder.parent.rglob("*"))
    answer = desk.post(f"/desk/surveys/{name}", data=data)
    assert answer.status_code == 404
    assert sorted(str(path) for path in folder.parent.rglob("*")) == before


def test_what_is_seen_beside_the_fields_is_what_is_typed_and_not_what_is_saved(
    desk: FlaskClient, folder: Path
) -> None:
    data = typed(
        opened(desk, EDIT), aspects__0__at_sale__nl="Hoe <b>snel</b> komt het?", aspects__1__at_sale__nl="",
        seen__language="nl",
    )  # fmt: skip
    answer = desk.post(f"{EDIT}/seen", data=data)
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert "Hoe &lt;b&gt;snel&lt;/b&gt; komt het?" in page
    assert "<script" not in page
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    data = typed(opened(desk, EDIT), seen__wave="delivery", seen__language="en", seen__page="3")
    later = desk.post(f"{EDIT}/seen", data=data)
    assert "All in all, how satisfied" in later.get_data(as_text=True)
    assert (folder / "product.yaml").read_bytes() == PRODUCT


def test_what_cannot_be_shown_says_why(desk: FlaskClient) -> None:
    data = typed(opened(desk, EDIT), scale__high="x")
    answer = desk.post(f"{EDIT}/seen", data=data, headers={"Accept-Language": "nl"})
    assert "moet een heel getal zijn" in words(answer)


def test_where_the_folder_cannot_be_written_one_reads_so_and_keeps_what_was_typed(
    desk: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(desk, EDIT)
    monkeypatch.setattr("kloof.actions.company_files.placing._replace", _no_room)
    answer = press(desk, page, "save", title__en="Typed and not lost")
    assert answer.status_code == 409
    assert "the web application may not write there" in words(answer)
    title = shown(answer).select_one('[name="title-en"]')
    assert title
    assert "Typed and not lost" in title.get_text()
    assert (folder / "product.yaml").read_bytes() == PRODUCT


def _no_room(*_: Any) -> None:
    raise OSError(30, "Read-only file system")


def test_of_two_who_save_at_once_exactly_one_does(desk: FlaskClient, folder: Path) -> None:
    first, second = opened(desk, EDIT), opened(desk, EDIT)
    answers = [
        press(desk, first, "save", aspects__0__norm="5.1").status_code,
        press(desk, second, "save", aspects__0__norm="5.2").status_code,
    ]
    assert answers == [303, 409]
    assert yaml.safe_load((folder / "product.yaml").read_bytes())["aspects"][0]["norm"] == 5.1


def test_the_text_of_a_file_that_holds_what_no_field_shows_says_so(desk: FlaskClient, folder: Path) -> None:
    (folder / "product.yaml").write_bytes(PRODUCT + b"colour: red\n")
    answer = press(desk, opened(desk, EDIT), "save")
    assert answer.status_code == 422
    assert re.search(r"Line \d+, colour : unknown field", words(answer))


def test_a_file_that_is_no_text_is_named_and_never_written_over(desk: FlaskClient, folder: Path) -> None:
    raw = PRODUCT.replace(b"Kwaliteit", b"Kwaliteit\xe9")
    (folder / "product.yaml").write_bytes(raw)
    page = opened(desk, EDIT, "nl")
    assert "is geen tekst in UTF-8" in page.get_text(" ")
    answer = press(desk, page, "save", text=PRODUCT.decode())
    assert answer.status_code == 409
    assert (folder / "product.yaml").read_bytes() == raw


def test_deals_go_on_being_loaded_with_what_was_saved(desk: FlaskClient, folder: Path) -> None:
    press(desk, opened(desk, EDIT), "save", aspects__0__norm="5.6")
    row = versions.record(product(folder), NOW)
    assert versions.by_row(row).aspects[0].norm == 5.6
