"""Whatever happens to a published release, it is found, and said in one sentence with its place."""

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.errors import Reason, Refused
from kloof.domain.json_text import read_json
from kloof.domain.releases.document import Previous, ReleaseDocument
from kloof.publish.release_contents import MANIFEST, contents
from kloof.publish.release_files import read_releases, refuse_strays, release_folder

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def chain(documents: list[ReleaseDocument], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Releases that follow on each other."""
    folder, before = tmp_path_factory.mktemp("chain"), None
    for document in documents:
        files = contents(document.model_copy(update={"previous": before}))
        place = release_folder(folder, document.number)
        place.mkdir()
        for name, content in files.items():
            (place / name).write_bytes(content)
        before = Previous(number=document.number, sha256=sha256(files[MANIFEST]).hexdigest())
    return folder


@pytest.fixture
def releases(chain: Path, tmp_path: Path) -> Path:
    """A copy of them to damage."""
    shutil.copytree(chain, tmp_path / "releases")
    return tmp_path / "releases"


def look(releases: Path) -> int:
    """How many there are, when all is well."""
    found = read_releases(releases)
    refuse_strays(releases)
    return len(found)


def manifest(release: Path) -> Path:
    return release / "datapackage.json"


def truncated(releases: Path) -> None:
    file = releases / "0002" / "release.json"
    file.write_bytes(file.read_bytes()[:200])


def truncated_manifest(releases: Path) -> None:
    file = manifest(releases / "0002")
    file.write_bytes(file.read_bytes()[:200])


def without_a_table(releases: Path) -> None:
    (releases / "0002" / "cells.csv").unlink()


def one_byte_changed(releases: Path) -> None:
    file = releases / "0002" / "cells.csv"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)


def without_the_one_between(releases: Path) -> None:
    shutil.rmtree(releases / "0002")


def renamed(releases: Path) -> None:
    (releases / "0003").rename(releases / "0004")


def renamed_without_noughts(releases: Path) -> None:
    (releases / "0003").rename(releases / "3")


def two_of_one_number(releases: Path) -> None:
    shutil.copytree(releases / "0002", releases / "02")


def a_copy_beside_it(releases: Path) -> None:
    shutil.copytree(releases / "0002", releases / "0002 (copy)")


def a_file_more(releases: Path) -> None:
    (releases / "0002" / "answers.xlsx").write_bytes(b"PK")


def a_hidden_file_more(releases: Path) -> None:
    (releases / "0002" / ".answers").write_bytes(b"PK")


def a_file_beside_them(releases: Path) -> None:
    (releases / "answers.csv").write_bytes(b"deal_id\n")


def a_file_instead(releases: Path) -> None:
    shutil.rmtree(releases / "0003")
    (releases / "0003").write_text("gone", encoding="utf-8")


def manifest_of_something_else(releases: Path) -> None:
    manifest(releases / "0002").write_text('{"resources": [{"path": 7}], "previous": null}', encoding="utf-8")


def manifest_that_is_a_list(releases: Path) -> None:
    manifest(releases / "0002").write_text("[]", encoding="utf-8")


def manifest_without_end(releases: Path) -> None:
    manifest(releases / "0002").write_text("[" * 100_000, encoding="utf-8")


def document_without_end(releases: Path) -> None:
    deep = releases / "0002" / "release.json"
    deep.write_text("[" * 100_000, encoding="utf-8")
    reseal(releases / "0002")


def manifest_that_leads_out(releases: Path) -> None:
    file = manifest(releases / "0002")
    said = json.loads(file.read_text(encoding="utf-8"))
    said["resources"][0]["path"] = "../0001/release.json"
    file.write_text(json.dumps(said), encoding="utf-8")


def manifest_of_a_long_name(releases: Path) -> None:
    file = manifest(releases / "0002")
    said = json.loads(file.read_text(encoding="utf-8"))
    said["resources"][0]["path"] = "x" * 300 + "\0"
    file.write_text(json.dumps(said), encoding="utf-8")


def another_before(releases: Path) -> None:
    file = manifest(releases / "0003")
    said = json.loads(file.read_text(encoding="utf-8"))
    said["previous"]["sha256"] = "0" * 64
    file.write_text(json.dumps(said), encoding="utf-8")


def empty(releases: Path) -> None:
    shutil.rmtree(releases / "0002")
    (releases / "0002").mkdir()


def an_empty_one_more(releases: Path) -> None:
    (releases / "0004").mkdir()


def a_link(releases: Path) -> None:
    (releases / "0003").rename(releases.parent / "elsewhere")
    (releases / "0003").symlink_to(releases.parent / "elsewhere")


def a_link_to_nothing(releases: Path) -> None:
    shutil.rmtree(releases / "0003")
    (releases / "0003").symlink_to(releases.parent / "nowhere")


def a_linked_file(releases: Path) -> None:
    file = releases / "0002" / "cells.csv"
    file.rename(releases.parent / "cells.csv")
    file.symlink_to(releases.parent / "cells.csv")


def of_another_format(releases: Path) -> None:
    file = releases / "0002" / "release.json"
    said = json.loads(file.read_text(encoding="utf-8")) | {"format": 9}
    file.write_text(json.dumps(said), encoding="utf-8")
    reseal(releases / "0002")


def not_utf_8(releases: Path) -> None:
    file = releases / "0002" / "release.json"
    file.write_bytes(file.read_bytes().replace(b'"', b"\xff", 1))
    reseal(releases / "0002")


def reseal(release: Path) -> None:
    """As somebody does who can compute hashes."""
    said = json.loads(manifest(release).read_text(encoding="utf-8"))
    for resource in said["resources"]:
        resource["hash"] = f"sha256:{sha256((release / resource['path']).read_bytes()).hexdigest()}"
    manifest(release).write_text(json.dumps(said), encoding="utf-8")


DAMAGES: dict[Damage, str] = {
    truncated: "0002/release.json: This file was changed",
    truncated_manifest: "0002: This is not a release of kloof",
    without_a_table: "0002/cells.csv: A file of this release is missing",
    one_byte_changed: "0002/cells.csv: This file was changed",
    without_the_one_between: "0002: Release 2 is missing",
    renamed: "0003: Release 3 is missing",
    renamed_without_noughts: "0003: Release 3 is missing",
    two_of_one_number: "Release 2 stands there twice",
    a_copy_beside_it: "0002 (copy): This is no part of any release",
    a_file_more: "0002/answers.xlsx: This is no part of any release",
    a_hidden_file_more: "0002/.answers: This is no part of any release",
    a_file_beside_them: "answers.csv: This is no part of any release",
    a_file_instead: "0003",
    manifest_of_something_else: "0002: This is not a release of kloof",
    manifest_that_is_a_list: "0002: This is not a release of kloof",
    manifest_without_end: "0002: This is not a release of kloof: too many brackets inside each other",
    document_without_end: "0002/release.json: This is not a release of kloof: too many brackets inside each other",
    manifest_that_leads_out: "0002: This is not a release of kloof: the manifest names '../0001/release.json'",
    manifest_of_a_long_name: "0002",
    another_before: "0003",
    empty: "0002/datapackage.json: A file of this release is missing",
    an_empty_one_more: "0004/datapackage.json: A file of this release is missing",
    a_link: "0003: This is a link to somewhere else",
    a_link_to_nothing: "0003: This is a link to somewhere else",
    a_linked_file: "0002/cells.csv: This is a link to somewhere else",
    of_another_format: "0002/release.json: This is not a release of kloof: format: ",
    not_utf_8: "0002/release.json: This is not a release of kloof",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.__name__ for damage in DAMAGES])
def test_each_damage_is_found_and_is_one_sentence_with_its_place(releases: Path, damage: Damage) -> None:
    damage(releases)
    with pytest.raises(Refused) as refused:
        look(releases)
    assert refused.value.reason is Reason.RELEASE_DAMAGED
    assert DAMAGES[damage] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.remedy


def test_what_nobody_touched_is_well(releases: Path, documents: list[ReleaseDocument]) -> None:
    (releases / ".gitkeep").touch()
    assert look(releases) == len(documents)


@pytest.mark.parametrize("place", [".", "0002", "0002/cells.csv"])
def test_what_may_not_be_read_is_said(chain: Path, place: str) -> None:
    before = os.geteuid()
    with TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        releases = Path(open_to_all) / "releases"
        shutil.copytree(chain, releases)
        releases.chmod(0o755)
        (releases / place).chmod(0o000)
        if before == 0:
            os.seteuid(65534)
        try:
            with pytest.raises(Refused, match="cannot be read: Permission denied"):
                look(releases)
        finally:
            os.seteuid(before)
            (releases / place).chmod(0o755)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, b"\xff", "", "[1", "9" * 5000])
def test_what_is_no_json_is_one_kind_of_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_json(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["../x", "\0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["resources", "path", "hash", "previous", "number"]), inner)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_stands_in_a_manifest_it_is_a_sentence(content: bytes) -> None:
    with TemporaryDirectory() as place:
        release = Path(place) / "0001"
        release.mkdir()
        manifest(release).write_bytes(content)
        with pytest.raises(Refused) as refused:
            look(Path(place))
        assert refused.value.reason is Reason.RELEASE_DAMAGED
        assert "\n" not in str(refused.value)
