"""The survey files of a folder, read and checked together."""

import os
from pathlib import Path

import pytest

from kloof.actions.surveys import files
from kloof.actions.surveys.files import check_surveys, load_surveys
from kloof.domain.errors import BadInput

SHIPPED = Path(__file__).parents[3] / "surveys"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    surveys = tmp_path / "surveys"
    surveys.mkdir()
    for file in SHIPPED.glob("*.yaml"):
        (surveys / file.name).write_bytes(file.read_bytes())
    return surveys


def test_the_surveys_that_ship_are_found_by_their_id(folder: Path) -> None:
    assert {key: survey.version for key, survey in load_surveys(folder).items()} == {
        "installation": 2,
        "product": 2,
    }


def test_files_that_are_no_surveys_are_left_alone(folder: Path) -> None:
    (folder / "README.md").write_text("no survey")
    (folder / ".product.yaml").write_text("what an editor left")
    assert len(load_surveys(folder)) == 2


def test_two_files_with_the_same_id_are_a_problem_that_names_both(folder: Path) -> None:
    (folder / "summer.yml").write_bytes((folder / "product.yaml").read_bytes())
    with pytest.raises(BadInput) as refused:
        load_surveys(folder)
    (problem,) = refused.value.problems
    assert problem.startswith('surveys/summer.yml:7:1: id: the id "product" is also in surveys/product.yaml')


def test_every_problem_of_every_file_is_said_at_once(folder: Path) -> None:
    (folder / "a.yaml").write_text("id: a\n")
    (folder / "b.yaml").write_bytes(b"id: b\ntitle: caf\xe9\n")
    files = [folder / "a.yaml", folder / "b.yaml", folder / "gone.yaml", folder / "product.yaml"]
    with pytest.raises(BadInput) as refused:
        check_surveys(files)
    text = "\n".join(refused.value.problems)
    assert f"{files[0]}:1:1: version: missing" in text
    assert f"{files[1]}:2:11: this is not UTF-8 text" in text
    assert f"{files[2]}:1:1: this file cannot be read: No such file" in text
    assert "product.yaml" not in text


def test_files_are_read_in_the_order_in_which_they_were_named(folder: Path) -> None:
    found = check_surveys([folder / "product.yaml", folder / "installation.yaml"])
    assert [survey.id for survey in found] == ["product", "installation"]


def test_a_file_with_a_byte_order_mark_is_read(folder: Path) -> None:
    file = folder / "product.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert "product" in load_surveys(folder)


@pytest.mark.parametrize("name", [".", "nowhere"])
def test_a_folder_without_surveys_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="there are no survey files here"):
        load_surveys(tmp_path / name)


def test_files_that_stand_still_are_read_once_and_one_that_changes_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in folder.iterdir():
        os.utime(file, (1, 1))
    read = []
    text = files._text
    monkeypatch.setattr(files, "_text", lambda name, path: read.append(name) or text(name, path))
    first, again = load_surveys(folder), load_surveys(folder)
    assert first == again
    assert first is not again, "who changes what they got changes nobody else's"
    once = len(read)
    file = folder / "product.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("version: 2", "version: 3"), encoding="utf-8")
    assert load_surveys(folder)["product"].version == 3
    os.utime(file, (1, 1))
    assert load_surveys(folder)["product"].version == 3, "a day that was set back hides nothing"
    assert len(read) > once
